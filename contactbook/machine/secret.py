"""The settings of this process, and the secret of a machine that nobody gave one.

A machine with a database of its own makes its secret once and keeps it in the data directory. One
that was given a database must be given the secret as well: it belongs to that data.
"""

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails

from contactbook.embedded import default_data_dir
from contactbook.embedded.place import prepare
from contactbook.machine.errors import Refused
from contactbook.settings import Settings

FILE = "secret_key"
SHORTEST = 32  # as in Settings


def settings(data_dir: Path | None = None) -> Settings:
    """What the environment and `.env` say, and `data_dir` when it is given; raises `Refused`."""
    more: dict[str, Any] = {} if data_dir is None else {"data_dir": data_dir}
    try:
        return Settings(**more)
    except UnicodeDecodeError:
        raise Refused(".env is not UTF-8 text: save it as UTF-8.") from None
    except ValidationError as wrong:
        if others := [error for error in wrong.errors() if not _secret_is_missing(error)]:
            raise Refused(sentence(others, "CONTACTBOOK_")) from None
    known = Settings(secret_key=SecretStr("0" * 32), **more)  # all but the secret can be read
    if known.database_url:
        raise Refused(
            "CONTACTBOOK_SECRET_KEY is not set: give the one this database was filled with, or a "
            "new one of 32 characters or more (openssl rand -hex 32)."
        )
    return Settings(secret_key=kept(place_of(known)), **more)


def _secret_is_missing(error: ErrorDetails) -> bool:
    """Missing, or left empty as in a fresh copy of .env.example."""
    return error["loc"] == ("secret_key",) and (error["type"] == "missing" or not error["input"])


def place_of(known: Settings) -> Path:
    """The data directory: the one that was named, or the system's place for it."""
    return (known.data_dir or default_data_dir()).expanduser().resolve()


def kept(data_dir: Path) -> SecretStr:
    """The machine's own secret, made when there is none; two first starts agree on one."""
    path = prepare(data_dir).path / FILE
    if not path.exists():
        with NamedTemporaryFile("w", dir=path.parent, prefix=f".{FILE}-") as fresh:  # 0600
            fresh.write(secrets.token_hex(32))
            fresh.flush()
            os.fsync(fresh.fileno())
            with suppress(FileExistsError):  # the other one was quicker
                os.link(fresh.name, path)
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise Refused(f"{path} cannot be read ({error.strerror}).") from error
    if len(secret) < SHORTEST or not secret.isascii():
        raise Refused(
            f"{path} does not hold the secret that was made at the first start (64 letters and "
            "digits): put it back from a backup. Without it, what was sealed stays sealed. To "
            "begin anew, remove the file."
        )
    return SecretStr(secret.decode())


def given_password(stream: BinaryIO) -> str:
    """The first line of `stream`; raises `Refused` when it is no text that could be typed."""
    try:
        return stream.readline().decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise Refused("The password is not UTF-8 text.") from None


def sentence(wrong: Iterable[ErrorDetails], prefix: str) -> str:
    """What is wrong with which setting; never its value, which may be a secret."""
    said = []
    for error in wrong:
        name = prefix + "_".join(map(str, error["loc"])).upper() if error["loc"] else "Settings"
        said.append(f"{name}: {error['msg'].removeprefix('Value error, ')}")
    return "; ".join(said) + "."
