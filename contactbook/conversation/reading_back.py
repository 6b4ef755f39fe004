"""What the book answers about a child: what was told of a day or a week, the plan, the weight.

Only what was published is read back, with the parts that the reader agreed to on this channel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contactbook.conversation.known import Child
from contactbook.conversation.said import Reply
from contactbook.conversation.sayings import elsewhere, short, signed
from contactbook.delivery.message import compose
from contactbook.people.consent import ConsentState, Purpose
from contactbook.ports.channel import Channel
from contactbook.ports.entitlement import Entitlements, Plan
from contactbook.updates.facts import known
from contactbook.updates.models import Attendance, Entry, Update
from contactbook.updates.phrases import Scene, came, spoken
from contactbook.updates.wording import day_words
from contactbook.words import gettext as _

SCHOOL_DAYS = 5
BACK = 10  # days that are looked through for the last attendance


@dataclass(frozen=True)
class Told:
    """What a family was told, day by day, and what it may hear here."""

    days: Mapping[date, Mapping[str, Any]] = field(default_factory=dict)
    allowed: int = 0  # purposes
    plan: Plan | None = None


def look(
    session: Session, entitlements: Entitlements, child: Child, channel: Channel, today: date
) -> Told:
    """What may be needed to answer about `child`, in three short queries."""
    plan = session.execute(entitlements.plan(child.id, today)).one_or_none()
    return Told(
        told(session, child.id, since=today - timedelta(days=BACK)),
        allowed(session, child, channel),
        Plan(plan.monthly_vnd, plan.paid_until) if plan else None,
    )


def allowed(session: Session, child: Child, channel: Channel) -> int:
    state = session.get(ConsentState, (child.guardian_id, child.id, channel.agreed_as.value))
    return state.purposes if state else 0


def told(session: Session, student_id: UUID, *, since: date) -> dict[date, dict[str, Any]]:
    """The last word of each field on each day; what was recalled was never said."""
    rows = session.execute(
        select(Update.on_date, Entry.told)
        .join(Update, Update.id == Entry.update_id)
        .where(
            Entry.student_id == student_id, Update.on_date >= since, Update.recalled_at.is_(None)
        )
        .order_by(Update.published_at, Update.id)
    )
    found: dict[date, dict[str, Any]] = {}
    for day, new in rows:
        found[day] = known(found.get(day, {}), new)
    return {day: facts for day, facts in found.items() if facts}


def day(child: Child, told: Told, on: date, today: date, channel: Channel) -> Reply:
    """One day as it was told; the SMS is the registered one, without remark or health."""
    if on not in told.days:
        return nothing_yet(child, on, today)
    if not told.allowed:
        return not_agreed(child)
    scene = Scene(
        child=child.name, classroom=child.classroom, school=child.school,
        school_sms=child.school_sms, school_phone=child.phone, teacher=child.teacher, day=on,
    )  # fmt: skip
    words = {one.channel: one for one in day_words(scene, dict(told.days[on]))}
    chat = words.get(channel) or words[Channel.ZALO]
    if on != today:
        chat = replace(chat, lead=_("That day {child} ").format(child=child.name))
    text = compose(chat, told.allowed)
    brief = compose(words[Channel.SMS], told.allowed) if on == today else elsewhere(child)
    return Reply(text, sms=brief)


def nothing_yet(child: Child, on: date, today: date) -> Reply:
    if on == today:
        said = _("The class has told nothing of {child} yet today.")
    else:
        said = _("Nothing was told of {child} on {day}.")
    text = said.format(child=child.name, day=spoken(on))
    return Reply(signed(child, text), sms=short(child, text))


def not_agreed(child: Child) -> Reply:
    said = _("You do not get news of {child} here, so it is not shown here either. Write NHAN LAI "
             "to get it.")  # fmt: skip
    text = said.format(child=child.name)
    return Reply(signed(child, text), sms=short(child, text))


def week(child: Child, told: Told, today: date) -> Reply:
    """One line for each school day of this week on which something was told."""
    if not told.allowed:
        return not_agreed(child)
    monday = today - timedelta(days=today.weekday())
    shown = [monday + timedelta(days=one) for one in range(SCHOOL_DAYS)]
    lines = [f"{spoken(on)}: {line}" for on in shown if (line := in_short(told, on))]
    if not lines:
        text = _("The class has told nothing of {child} yet this week.").format(child=child.name)
        return Reply(signed(child, text), sms=short(child, text))
    head = _("The week of {child}:").format(child=child.name)
    return Reply(signed(child, "\n".join([head, *lines])), sms=elsewhere(child))


def in_short(told: Told, on: date) -> str:
    facts = told.days.get(on, {})
    said: list[str] = []
    if told.allowed & Purpose.ATTENDANCE and (attendance := facts.get("attendance")):
        said.append(whereabouts(attendance, facts.get("arrived_at", "")))
    if told.allowed & Purpose.DAILY_LIFE:
        said += [activity] if (activity := facts.get("activity", "")) else []
    if told.allowed & Purpose.LEARNING:
        said += [learned] if (learned := facts.get("learning", "")) else []
    return "; ".join(said)


def whereabouts(attendance: str, arrived: str) -> str:
    if attendance == Attendance.ABSENT:
        return _("is not in class")
    return came(Attendance(attendance), arrived)


def attendance(child: Child, told: Told, asked: Sequence[date], today: date) -> Reply:
    if not told.allowed & Purpose.ATTENDANCE:
        return not_agreed(child)
    on = asked[0] if asked else today
    facts = told.days.get(on, {})
    if "attendance" not in facts:
        said = _("The class has not said yet whether {child} is here on {day}.")
        text = said.format(child=child.name, day=spoken(on))
    else:
        said = _("{day}: {child} {truth}.")
        truth = whereabouts(facts["attendance"], facts.get("arrived_at", ""))
        text = said.format(day=spoken(on), child=child.name, truth=truth)
    return Reply(signed(child, text), sms=short(child, text))


def plan(child: Child, told: Told) -> Reply:
    """What it costs and when it ends. Nobody pays, or is asked to, in chat."""
    safe = _(
        "The school never asks for payment, codes or an account in a chat. Questions: {phone}."
    )
    if told.plan is None:
        said = _("{child} has no paid plan. News by this app costs nothing.")
        text = said.format(child=child.name)
    else:
        said = _("The contact book of {child}: {price} đ a month, paid until {until}.")
        until = (
            f"{told.plan.paid_until.day}/{told.plan.paid_until.month}/{told.plan.paid_until.year}"
        )
        price = f"{told.plan.monthly_vnd:,}".replace(",", ".")
        text = said.format(child=child.name, price=price, until=until)
    text = f"{text}\n{safe.format(phone=child.phone)}"
    return Reply(signed(child, text), sms=elsewhere(child))


def health(child: Child, told: Told) -> Reply:
    if not told.allowed & Purpose.HEALTH:
        text = _("You do not get news of the health of {child} here. Write NHAN LAI to get it.")
    else:
        text = _("There is no weight and height of {child} in the book yet.")
    return Reply(signed(child, text.format(child=child.name)), sms=elsewhere(child))
