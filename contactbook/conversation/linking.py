"""How a chat comes to belong to a guardian: by a code from the school, or by her own phone number.

Nothing is linked by what a person merely says. A number that is not on the class list links
nothing, and the school hears of it.
"""

import re
import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from contactbook.conversation import greetings, known
from contactbook.conversation.keeping import Call, opened, queue, sealer_of
from contactbook.conversation.models import ChatMessage, Conversation, Kind, LinkCode
from contactbook.conversation.said import Reply
from contactbook.delivery.effects import withdraw
from contactbook.errors import Conflict, NotFound
from contactbook.parts import Parts
from contactbook.people import audit
from contactbook.people.accounts import tries, who
from contactbook.people.models import ContactPoint, Guardian, Guardianship, School, Student
from contactbook.people.phone import NotAMobile, mobile
from contactbook.people.staff import SignInAttempt
from contactbook.ports.channel import Channel, Invites
from contactbook.words import gettext as _

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that looks like another one
LENGTH = 13  # 64 random bits
LIFE = timedelta(hours=48)
WRONG_MOST = 5  # wrong codes of one address in a quarter of an hour
LOOKS_LIKE = re.compile(rf"[{LETTERS}]{{{LENGTH}}}", re.IGNORECASE)


def issue(
    session: Session,
    *,
    school_id: UUID,
    guardian_id: UUID,
    now: datetime,
    staff_id: UUID | None = None,
    life: timedelta = LIFE,
) -> str:
    """A new code for one guardian, to be shown once: only its hash is kept."""
    code = "".join(secrets.choice(LETTERS) for _letter in range(LENGTH))
    session.execute(
        insert(LinkCode).values(
            school_id=school_id,
            guardian_id=guardian_id,
            code_sha256=hashed(code),
            created_at=now,
            expires_at=now + life,
            staff_id=staff_id,
        )
    )
    audit.note(
        session, "link.issued", actor_id=staff_id, school_id=school_id, subject_id=guardian_id,
        now=now,
    )  # fmt: skip
    return code


def deep_links(parts: Parts, school_id: UUID, code: str) -> dict[Channel, str]:
    """Web addresses that open the school's chat with the code, for a link or a QR."""
    found: dict[Channel, str] = {}
    for channel in (Channel.TELEGRAM, Channel.ZALO):
        for account in parts.accounts.of_school(school_id, channel):
            adapter = account.adapter
            if isinstance(adapter, Invites) and (link := adapter.deep_link(code)):
                found.setdefault(channel, link)
    return found


def invite_by_sms(
    session: Session,
    parts: Parts,
    *,
    guardian_id: UUID,
    now: datetime,
    staff_id: UUID | None = None,
) -> ChatMessage:
    """Text her a code, to the number on the class list. Raises Conflict where no SMS can go."""
    guardian = session.get(Guardian, guardian_id)
    if guardian is None:
        raise NotFound
    point = session.scalars(
        select(ContactPoint).where(
            ContactPoint.guardian_id == guardian.id,
            ContactPoint.channel == Channel.SMS,
            ContactPoint.address == guardian.phone,
            ContactPoint.ended_at.is_(None),
        )
    ).one_or_none()
    accounts = parts.accounts.of_school(guardian.school_id, Channel.SMS)
    if point is None or not accounts:
        raise Conflict(_("No SMS can be sent to this number."))
    code = issue(
        session, school_id=guardian.school_id, guardian_id=guardian.id, now=now, staff_id=staff_id
    )
    child = session.scalars(
        select(Student.given_name)
        .join(Guardianship, Guardianship.student_id == Student.id)
        .where(Guardianship.guardian_id == guardian.id)
        .order_by(Guardianship.priority, Student.sort_key)
        .limit(1)
    ).first()
    school = session.get_one(School, guardian.school_id)
    kept = opened(
        session, account_id=accounts[0].id, channel=Channel.SMS, address=guardian.phone,
        school_id=guardian.school_id, guardian_id=guardian.id,
    )  # fmt: skip
    text = greetings.invitation(school.sms_name, child or "", code)
    return queue(
        session, sealer_of(parts.settings), kept, Reply(text, sms=text), now=now,
        kind=Kind.INVITATION, staff_id=staff_id,
    )  # fmt: skip


def hashed(code: str) -> bytes:
    return sha256(code.upper().encode()).digest()


def code_in(text: str) -> str:
    """A code as she may type it: "abcd-efgh jkmn p"; nothing when it is none."""
    typed = re.sub(r"[\s-]+", "", text)
    return typed.upper() if LOOKS_LIKE.fullmatch(typed) else ""


def by_code(call: Call, code: str) -> Reply | None:
    """Use the code up; None: it was right, and the chat is linked. Wrong ones are counted."""
    secret = call.parts.settings.secret_key.get_secret_value().encode()
    address = who(secret, "link", f"{call.account.id}:{call.incoming.address}")
    if tries(call.session, address, call.now) >= WRONG_MOST:
        return greetings.too_many()
    guardian_id = call.session.scalar(
        update(LinkCode)
        .where(
            LinkCode.code_sha256 == hashed(code),
            LinkCode.used_at.is_(None),
            LinkCode.expires_at > call.now,
            LinkCode.school_id.in_(known.schools(call.session, call.account)),
        )
        .values(used_at=call.now)
        .returning(LinkCode.guardian_id)
    )
    if guardian_id is None:
        call.session.execute(insert(SignInAttempt).values(who=address, at=call.now))
        return greetings.wrong_code()
    link(call, call.session.get_one(Guardian, guardian_id), how="code")
    return None


def by_phone(call: Call) -> Reply | None:
    """Her own number, vouched for by the provider, as the class list has it; None: linked."""
    if not call.incoming.own_phone:
        return greetings.not_her_own()
    schools = known.schools(call.session, call.account)
    try:
        phone = mobile(call.incoming.phone)
    except NotAMobile:
        return unlisted(call, schools)
    found = call.session.scalars(
        select(Guardian).where(Guardian.phone == phone, Guardian.school_id.in_(schools))
    ).all()
    if not found:
        return unlisted(call, schools)
    alone = [one for one in found if sum(one.school_id == o.school_id for o in found) == 1]
    if not alone:  # father and mother may share a number, and be strangers to each other
        report(call, "link.shared_phone", found[0].school_id)
        return greetings.shared_phone()
    for guardian in alone:
        link(call, guardian, how="phone")
    return None


def unlisted(call: Call, schools: list[UUID]) -> Reply:
    report(call, "link.unknown_phone", schools[0] if len(schools) == 1 else None)
    return greetings.unknown_phone()


def report(call: Call, what: str, school_id: UUID | None) -> None:
    """For the office: that somebody could not be linked; never by which number."""
    audit.note(
        call.session, what, actor_id=None, school_id=school_id, subject_id=None, now=call.now,
        channel=call.channel.value,
    )  # fmt: skip


def link(call: Call, guardian: Guardian, *, how: str) -> None:
    """Her address is verified and comes before those she had."""
    first = call.session.scalar(
        select(func.min(ContactPoint.rank)).where(
            ContactPoint.guardian_id == guardian.id, ContactPoint.ended_at.is_(None)
        )
    )
    fresh = {"verified_at": call.now, "ended_at": None, "rank": 1 if first is None else first - 1}
    call.session.execute(
        upsert(ContactPoint)
        .values(
            school_id=guardian.school_id,
            guardian_id=guardian.id,
            channel=call.channel,
            address=call.incoming.address,
            **fresh,
        )
        .on_conflict_do_update(index_elements=["guardian_id", "channel", "address"], set_=fresh)
    )
    audit.note(
        call.session, "link.made", actor_id=None, school_id=guardian.school_id,
        subject_id=guardian.id, now=call.now, channel=call.channel.value, how=how,
    )  # fmt: skip


def unlink(session: Session, *, point_id: UUID, staff_id: UUID, now: datetime) -> None:
    """The school takes an address back: the phone is another person's by now."""
    point = session.get(ContactPoint, point_id)
    if point is None:
        raise NotFound
    channel = Channel(point.channel)
    session.execute(
        update(ContactPoint)
        .where(ContactPoint.id == point.id, ContactPoint.ended_at.is_(None))
        .values(ended_at=now)
    )
    withdraw(session, point.school_id, point.guardian_id, [channel], now=now)
    session.execute(
        update(Conversation)
        .where(Conversation.guardian_id == point.guardian_id, Conversation.address == point.address)
        .values(dialogue=None, dialogue_until=None, undo=None, undo_until=None)
    )
    audit.note(
        session, "link.taken_back", actor_id=staff_id, school_id=point.school_id,
        subject_id=point.guardian_id, now=now, channel=point.channel,
    )  # fmt: skip
