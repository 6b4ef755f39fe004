"""Conversations as rows: who speaks, what is open with her, and each message kept once, sealed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contactbook.conversation.known import Child, Point, Speaker
from contactbook.conversation.models import ChatMessage, Conversation, Kind, Sending
from contactbook.conversation.said import Dialogue, Reply, dialogue_of
from contactbook.conversation.sayings import elsewhere
from contactbook.parts import Parts
from contactbook.people.seal import Sealer
from contactbook.ports.account import Account
from contactbook.ports.channel import Channel, Incoming
from contactbook.settings import Settings

OPEN = timedelta(hours=12)  # a question that is not answered by then is over
LONGEST = 4_000  # letters of hers that are kept
WAKE = "conversation"  # in Session.info: channels whose replies leave after the commit


def sealer_of(settings: Settings) -> Sealer:
    return Sealer(settings.secret_key.get_secret_value())


@dataclass(frozen=True)
class Call:
    """One message of a person's, and what it is handled with."""

    session: Session
    parts: Parts
    account: Account
    incoming: Incoming
    now: datetime

    @property
    def sealer(self) -> Sealer:
        return sealer_of(self.parts.settings)

    @property
    def channel(self) -> Channel:
        return self.incoming.channel


def conversation(call: Call, point: Point | Child | None) -> Conversation:
    """This person's conversation at this address, locked; nobody known: that of the address."""
    return opened(
        call.session,
        account_id=call.account.id,
        channel=call.channel,
        address=call.incoming.address,
        school_id=point.school_id if point else None,
        guardian_id=point.guardian_id if point else None,
    )


def opened(session: Session, **who: Any) -> Conversation:  # noqa: ANN401 columns of Conversation
    session.execute(insert(Conversation).values(**who).on_conflict_do_nothing())
    guardian = Conversation.guardian_id.is_not_distinct_from(who["guardian_id"])
    return session.scalars(
        select(Conversation)
        .where(Conversation.account_id == who["account_id"])
        .where(Conversation.address == who["address"], guardian)
        .with_for_update()
    ).one()


def lead(call: Call, who: Speaker) -> Conversation:
    """Where what is open is kept: with the first of those who are reached at this address."""
    return conversation(call, who.verified[0] if who.verified else None)


def hear(call: Call, kept: Conversation) -> ChatMessage | None:
    """Her message's row; None when it was told before. What she wrote is `keep`t later."""
    said = call.incoming
    number = call.session.scalar(
        insert(ChatMessage)
        .values(
            conversation_id=kept.id,
            account_id=kept.account_id,
            channel=kept.channel,
            school_id=kept.school_id,
            kind=Kind.HEARD,
            said=said.said.value,
            provider_id=said.provider_id[:200],
            at=call.now,
        )
        .on_conflict_do_nothing()
        .returning(ChatMessage.id)
    )
    if number is None:
        return None
    kept.heard_at = call.now
    return call.session.get_one(ChatMessage, number)


def keep(
    call: Call,
    message: ChatMessage,
    kept: Conversation,
    text: str,
    child: Child | None = None,
    files: Sequence[Mapping[str, str]] = (),
) -> None:
    """Her words, under her key, in the conversation they belong to."""
    message.conversation_id, message.school_id = kept.id, kept.school_id
    if child is not None:
        message.student_id, message.classroom_id = child.id, child.classroom_id
    if kept.guardian_id is None:
        return  # somebody we do not know: nothing of hers is kept
    content = {"text": text[:LONGEST], "files": [*files, *files_of(call.incoming)]}
    message.sealed = sealed(call.session, call.sealer, kept, content)


def files_of(said: Incoming) -> list[dict[str, str]]:
    """Where the provider keeps what she sent."""
    return [
        {"media_type": one.media_type, "url": one.url, "file_id": one.file_id} for one in said.media
    ]


def sealed(
    session: Session, sealer: Sealer, kept: Conversation, content: Mapping[str, Any]
) -> bytes | None:
    if kept.guardian_id is None:
        return None
    written = json.dumps(dict(content), ensure_ascii=False)
    return sealer.seal(session, kept.guardian_id, kept.school_id, written)


def content_of(
    session: Session, sealer: Sealer, guardian_id: UUID | None, message: ChatMessage
) -> dict[str, Any] | None:
    """What was said; None once its person's key is destroyed."""
    if message.sealed is None or guardian_id is None:
        return message.plain or {}
    written = sealer.read(session, guardian_id, message.sealed)
    found: dict[str, Any] | None = json.loads(written) if written is not None else None
    return found


def queue(  # noqa: PLR0913 what a message is made of
    session: Session,
    sealer: Sealer,
    kept: Conversation,
    reply: Reply,
    *,
    now: datetime,
    kind: Kind = Kind.REPLY,
    child: Child | None = None,
    about: tuple[UUID | None, UUID | None] = (None, None),
    staff_id: UUID | None = None,
) -> ChatMessage:
    """A message to her, which leaves after the commit; `about` is a child and its class."""
    student_id, classroom_id = (child.id, child.classroom_id) if child else about
    by_sms = kept.channel == Channel.SMS
    content = {
        "text": (reply.sms or elsewhere(child)) if by_sms else reply.text,
        "buttons": [] if by_sms else [[one.title, one.reply, one.url] for one in reply.buttons],
        "asks_phone": reply.asks_phone and not by_sms,
    }
    closed = sealed(session, sealer, kept, content)
    message = ChatMessage(
        conversation_id=kept.id,
        account_id=kept.account_id,
        channel=kept.channel,
        school_id=kept.school_id,
        kind=kind,
        sealed=closed,
        plain=None if closed is not None else content,
        at=now,
        student_id=student_id,
        classroom_id=classroom_id,
        staff_id=staff_id,
        status=Sending.QUEUED,
        due_at=now,
    )
    session.add(message)
    session.flush()  # one by one: its key says in which order they leave
    session.info.setdefault(WAKE, set()).add(Channel(kept.channel))
    return message


def open_dialogue(call: Call, kept: Conversation) -> Dialogue | None:
    """What was asked and is not over."""
    over = kept.dialogue_until is None or kept.dialogue_until <= call.now
    if kept.dialogue is None or kept.guardian_id is None or over:
        return None
    written = call.sealer.read(call.session, kept.guardian_id, kept.dialogue)
    return dialogue_of(written) if written else None


def leave_open(call: Call, kept: Conversation, dialogue: Dialogue | None) -> None:
    if dialogue is None or kept.guardian_id is None:
        kept.dialogue = kept.dialogue_until = None
        return
    kept.dialogue = call.sealer.seal(
        call.session, kept.guardian_id, kept.school_id, dialogue.as_json()
    )
    kept.dialogue_until = call.now + OPEN
