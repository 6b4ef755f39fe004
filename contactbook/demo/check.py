"""`contactbook demo --check`: a teacher's minute without a teacher, from the form to the phones."""

import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from contactbook.db import Sessions, transaction
from contactbook.delivery.models import Delivery
from contactbook.delivery.status import Status
from contactbook.demo.browser import Browser, Unexpected
from contactbook.demo.plan import PASSWORD, SCHOOLS
from contactbook.demo.stage import Stage, stage
from contactbook.machine import logs
from contactbook.machine.interrupts import Interrupts
from contactbook.ports.channel import Channel

UNDO = "PT1S"
PATIENCE = 75.0  # seconds from the first publication until everything has ended
CLASSROOM = re.compile(r"/teacher/classes/([0-9a-f-]{36})")
UPDATE = re.compile(r"/teacher/updates/([0-9a-f-]{36})")
TEACHERS = tuple(f"la1.{plan.word}" for plan in SCHOOLS)


SPOKEN = (Channel.SMS, Channel.ZALO, Channel.TELEGRAM, Channel.EMAIL)


@dataclass(frozen=True)
class Sums:
    """What became of the messages; skipped people are no messages."""

    channels: dict[Channel, int]
    delivered: int
    unwell: dict[str, int]  # status and reason → how many

    @property
    def deliveries(self) -> int:
        return sum(self.channels.values())

    def missing(self) -> list[str]:
        lacks = [f"nothing went out by {one}" for one in SPOKEN if not self.channels[one]]
        if self.delivered != self.deliveries:
            ailing = ", ".join(f"{count} {what}" for what, count in sorted(self.unwell.items()))
            lacks.append(f"{self.deliveries - self.delivered} did not arrive ({ailing})")
        return lacks


def run(interrupts: Interrupts) -> bool:
    """Publish for three classes, wait until all has ended, and say whether it went well."""
    logs.configure()
    with (
        tempfile.TemporaryDirectory(prefix="contactbook-check-") as place,
        stage(interrupts, Path(place) / "data", 0, UNDO) as standing,
    ):
        try:
            return judged(standing)
        except Unexpected as why:
            sys.stdout.write(f"demo --check: {why}.\n")
            return False


def judged(standing: Stage) -> bool:
    began = time.monotonic()
    updates = [publish(standing.web, username) for username in TEACHERS]
    standing.tree.until(lambda: ended(standing.sessions, updates), PATIENCE)
    for username, update in zip(TEACHERS, updates, strict=True):
        progress(standing.web, username, update)
    sums = counted(standing.sessions, updates)
    by_channel = " ".join(f"{channel}={sums.channels[channel]}" for channel in ORDER)
    seconds = time.monotonic() - began
    sys.stdout.write(
        f"published={len(updates)} deliveries={sums.deliveries} {by_channel} "
        f"delivered={sums.delivered} seconds={seconds:.1f}\n"
    )
    for lack in sums.missing():
        sys.stdout.write(f"demo --check: {lack}.\n")
    return not sums.missing()


ORDER = (Channel.SMS, Channel.ZALO, Channel.TELEGRAM, Channel.EMAIL)


def signed_in(browser: Browser, username: str) -> str:
    """Sign in; the address of the teacher's first class."""
    browser.send(browser.form("/", "/"), username=username, password=PASSWORD)
    found = CLASSROOM.search(browser.page("/teacher/"))
    if found is None:
        raise Unexpected(f"{username} does not find a class after signing in")
    return found[0]


def publish(web: str, username: str) -> UUID:
    """Sign in, mark everybody present by the name list, publish; the update's id."""
    with Browser(web) as browser:
        here = signed_in(browser, username)
        browser.send(browser.form(f"{here}/all/attendance", f"{here}/all/attendance"))
        form = browser.form(here, f"{here}/publish")
        if not form.has("idempotency_key"):
            raise Unexpected(f"{here} publishes without an idempotency key")
        found = UPDATE.search(browser.send(form))
        if found is None:
            raise Unexpected(f"{here} names no update after publishing")
        return UUID(found[1])


def progress(web: str, username: str, update: UUID) -> None:
    """What became of it, as the teacher sees it."""
    with Browser(web) as browser:
        signed_in(browser, username)
        browser.page(f"/teacher/updates/{update}")


def told() -> ColumnElement[bool]:
    """Arrived, or taken where a channel knows no more and the message has ended by that."""
    return or_(
        Delivery.status.in_([Status.DELIVERED, Status.READ]),
        and_(Delivery.status == Status.SENT, Delivery.ended_at.is_not(None)),
    )


OVER = (Status.FAILED, Status.SKIPPED, Status.RECALLED, Status.UNKNOWN)


def ended(book: Sessions, updates: Sequence[UUID]) -> bool:
    with transaction(book) as session:
        left = select(func.count()).where(
            Delivery.update_id.in_(updates), ~told(), Delivery.status.not_in(OVER)
        )
        return not session.scalar(left)


def counted(book: Sessions, updates: Sequence[UUID]) -> Sums:
    what = case((told(), ""), else_=Delivery.status + " " + Delivery.reason).label("what")
    with transaction(book) as session:
        rows = session.execute(
            select(Delivery.channel, what, func.count())
            .where(Delivery.update_id.in_(updates), Delivery.status != Status.SKIPPED)
            .group_by(Delivery.channel, what)
        ).all()
    channels = dict.fromkeys(Channel, 0)
    unwell: dict[str, int] = {}
    for channel, state, count in rows:
        channels[Channel(channel)] += count
        if state:
            unwell[state.strip()] = unwell.get(state.strip(), 0) + count
    return Sums(channels, sum(channels.values()) - sum(unwell.values()), unwell)
