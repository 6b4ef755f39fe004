"""The demo's process tree: the city filled in, providers played, and the ordinary processes."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from contactbook.clock import now
from contactbook.db import Sessions, transaction
from contactbook.demo import phones, providers
from contactbook.demo.filling import empty, fill
from contactbook.machine.addresses import Addresses, book, standing
from contactbook.machine.errors import Refused
from contactbook.machine.household import COMMAND, environment, household, settle
from contactbook.machine.interrupts import Interrupts
from contactbook.machine.processes import listen, port_of
from contactbook.machine.secret import settings
from contactbook.machine.tree import Tree

READY_WITHIN = 60.0  # seconds
# The same hour twice: there is no night, so that a demo in the evening shows something.
NO_NIGHT = {"CONTACTBOOK_QUIET_FROM": "00:00", "CONTACTBOOK_QUIET_UNTIL": "00:00"}


@dataclass(frozen=True)
class Stage:
    """A demo that stands: where its pages are, and its database."""

    tree: Tree
    web: str
    phones: str
    sessions: Sessions
    data_dir: Path


@contextmanager
def stage(interrupts: Interrupts, data_dir: Path, port: int | None, undo: str) -> Iterator[Stage]:
    """Have the whole demo standing, answering, inside the block."""
    with listen(providers.LOOPBACK, chosen(port)) as web:
        web_url = f"http://{providers.LOOPBACK}:{port_of(web)}"
        known = settings(data_dir)
        with (
            standing(known, data_dir) as at,
            household(interrupts, known, at, logs=at.data_dir / "logs") as tree,
            book(at) as opened,
        ):
            with transaction(opened) as session:  # before a worker could send what is real
                empty(session)
            http, smtp = free_port(port_of(web) + 1), free_port(0)
            phones_url = f"http://{providers.LOOPBACK}:{http}"
            names: list[phones.Card] = []
            play(tree, at, web_url, (http, smtp), phones.greeting(phones_url, names))
            more = providers.environment(http, smtp, web_url)
            settle(tree, at, web, CONTACTBOOK_UNDO=undo, **ours(web_url), **more)
            with transaction(opened) as session:  # while they wake up
                fill(session, now())
                names += phones.cards(session)
            wait_for(tree, f"{web_url}/healthz")
            yield Stage(tree, web_url, phones_url, opened, at.data_dir)


def ours(web_url: str) -> dict[str, str]:
    return {**NO_NIGHT, "CONTACTBOOK_PUBLIC_URL": web_url, "CONTACTBOOK_SECURE_COOKIES": "false"}


def play(
    tree: Tree, at: Addresses, web_url: str, ports: tuple[int, int], greet: Callable[[], bool]
) -> None:
    """Start the simulators; after each start they are told again whose phones they show."""
    http, smtp = ports
    argv = [
        *(*COMMAND, "simulate"), "--http-port", str(http), "--smtp-port", str(smtp),
        "--callback-url", web_url,
    ]  # fmt: skip
    tree.start("simulators", argv, environment(at, providers.KEYS), greet=greet)


def wait_for(tree: Tree, url: str) -> None:
    """Until the pages answer and the phones have their names."""

    def stands() -> bool:
        return all(child.greeted for child in tree.children if child.greet) and answers(url)

    if not tree.until(stands, READY_WITHIN):
        raise Refused(f"{url} does not answer: look into {tree.logs}.")


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.TransportError:
        return False


def chosen(port: int | None) -> int:
    """The port that was asked for; nobody asked: 8000, or a free one when it is taken."""
    return free_port(8000) if port is None else port


def free_port(wanted: int) -> int:
    """`wanted` if nobody has it, else one that nobody has."""
    try:
        with listen(providers.LOOPBACK, wanted) as probe:
            return port_of(probe)
    except Refused:
        with listen(providers.LOOPBACK, 0) as probe:
            return port_of(probe)


def undo_time(otherwise: str) -> str:
    return os.environ.get("CONTACTBOOK_UNDO", otherwise)
