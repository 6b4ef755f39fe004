"""Pictures and files that a customer uploads: kept for seven days, then forgotten."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe

from channels.simulator.wire import Request

LIFE = timedelta(days=7)
KINDS = {"image": ("data:image/", 1_048_576), "gif": ("data:image/gif", 5_242_880)}
KINDS |= {"file": ("", 5_242_880)}  # its bytes at most
INVALID = -201, "file is invalid!"
MAGIC = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"GIF8": "image/gif"}
PART = re.compile(
    rb'Content-Disposition: form-data;[^\r\n]*\bname="file"[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n',
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Asset:
    kind: str
    media_type: str
    size: int
    ends: datetime


class Uploads:
    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.assets: dict[str, Asset] = {}

    def take(self, kind: str, request: Request) -> tuple[tuple[int, str], dict[str, str]]:
        """The error and the answer of one upload: an attachment_id, or a file's token."""
        data = file_of(request)
        if data is None:
            return INVALID, {}
        media_type = next((name for magic, name in MAGIC.items() if data.startswith(magic)), "")
        fits = {
            "image": media_type in ("image/jpeg", "image/png"),
            "gif": media_type == "image/gif",
            "file": not media_type,
        }[kind]
        if not fits:
            return INVALID, {}
        if len(data) > KINDS[kind][1]:
            return (-210, ""), {}
        name = token_urlsafe(24)
        self.assets[name] = Asset(kind, media_type, len(data), self.clock() + LIFE)
        return (0, ""), {"token" if kind == "file" else "attachment_id": name}

    def alive(self, name: object) -> Asset | None:
        asset = self.assets.get(name) if isinstance(name, str) else None
        return asset if asset and self.clock() < asset.ends else None


def file_of(request: Request) -> bytes | None:
    """The field `file` of a multipart form, or None."""
    kind, _, rest = request.header(b"content-type").partition(";")
    boundary = rest.partition("boundary=")[2].strip().strip('"')
    if kind.strip().lower() != "multipart/form-data" or not boundary:
        return None
    for part in request.body.split(b"--" + boundary.encode("latin-1"))[1:]:
        if head := PART.match(part.lstrip(b"\r\n")):
            return part.lstrip(b"\r\n")[head.end() :].removesuffix(b"\r\n")
    return None
