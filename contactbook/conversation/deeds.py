"""What is done because of her words: all of it in the transaction that keeps them."""

import json
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from contactbook.conversation import questions_of_consent, sayings
from contactbook.conversation.consenting import VERSION
from contactbook.conversation.keeping import Call, conversation, keep
from contactbook.conversation.known import Child, Point, Speaker
from contactbook.conversation.models import ChatMessage, Conversation, Desk, Kind
from contactbook.conversation.requesting import request
from contactbook.conversation.said import (
    About,
    Agree,
    AskMedicine,
    Choose,
    Deed,
    Hours,
    NoteAbsence,
    Reply,
    Speak,
    Stop,
    ToPerson,
    Undo,
)
from contactbook.delivery.effects import withdraw
from contactbook.people import consent
from contactbook.people.consent import ConsentState, Method, Purpose
from contactbook.people.models import ContactPoint
from contactbook.words import LANGUAGE

UNDO_WITHIN = timedelta(hours=24)


def do(
    call: Call, deed: Deed, who: Speaker, kept: Conversation, message: ChatMessage
) -> Reply | None:
    """One deed of an answer; `kept` is where what is open is kept, `message` what she said.

    What it returns is said in the place of the answer's own words.
    """
    match deed:
        case ToPerson():
            hand_over(call, deed, who, message)
        case NoteAbsence() | AskMedicine():
            return request(call, deed, who, message)
        case About(student_id=student_id):
            move(call, who.child(student_id), kept)
        case Choose(student_id=student_id):
            choose(call, who.child(student_id), kept)
        case Speak(language=language):
            kept.language = language
            LANGUAGE.set(language)
            return sayings.spoken_in()
        case Hours(first=first, last=last):
            kept.hours_from, kept.hours_until = first, last
        case Agree():
            agree(call, deed, who, kept)
        case Stop():
            stop(call, who.points, kept)
        case Undo():
            return undo(call, who, kept)
    return None


def hand_over(call: Call, deed: ToPerson, who: Speaker, message: ChatMessage) -> None:
    """To the class's desk, in the thread of the guardian whose child it is."""
    child = who.child(deed.student_id)
    if child is not None:
        thread = conversation(call, child)
        thread.heard_at = call.now
        keep(call, message, thread, call.incoming.text, child)
    message.desk = Desk.CLASS if child is not None and not deed.office else Desk.OFFICE
    message.urgent = deed.urgent


def move(call: Call, child: Child | None, kept: Conversation) -> None:
    """Her last message to a class was about another child of hers."""
    if child is None:
        return
    last = call.session.scalars(
        select(ChatMessage)
        .join(Conversation, Conversation.id == ChatMessage.conversation_id)
        .where(
            Conversation.account_id == kept.account_id,
            Conversation.address == kept.address,
            ChatMessage.kind == Kind.HEARD,
            ChatMessage.desk == Desk.CLASS,
        )
        .order_by(ChatMessage.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return
    before, thread = (
        call.session.get_one(Conversation, last.conversation_id),
        conversation(call, child),
    )
    if last.sealed is not None and before.guardian_id and before.id != thread.id:
        words = call.sealer.read(call.session, before.guardian_id, last.sealed) or json.dumps({})
        last.sealed = call.sealer.seal(call.session, child.guardian_id, child.school_id, words)
    last.conversation_id, last.school_id = thread.id, thread.school_id
    last.student_id, last.classroom_id, last.seen_at = child.id, child.classroom_id, None


def choose(call: Call, child: Child | None, kept: Conversation) -> None:
    """In the conversation of that child's guardian, and of no other child at this address."""
    if child is None:
        return
    call.session.execute(
        update(Conversation)
        .where(Conversation.account_id == kept.account_id, Conversation.address == kept.address)
        .values(student_id=None)
    )
    conversation(call, child).student_id = child.id


def agree(call: Call, deed: Agree, who: Speaker, kept: Conversation) -> None:
    """For each child, in the ledger: the question as it was put, and her answer, under her key."""
    for child in who.children:
        evidence = call.sealer.seal(
            call.session,
            child.guardian_id,
            child.school_id,
            json.dumps({"asked": deed.asked, "said": call.incoming.text}, ensure_ascii=False),
        )
        consent.record(
            call.session,
            school_id=child.school_id,
            guardian_id=child.guardian_id,
            student_ids=[child.id],
            channels=[call.channel.agreed_as],
            purposes=deed.purposes,
            granted=deed.granted,
            method=Method.CHAT,
            now=call.now,
            evidence=evidence,
            text=deed.asked,
            version=VERSION,
        )
    if deed.granted:
        kept.stopped_at = kept.undo = kept.undo_until = None


def stop(call: Call, points: Sequence[Point], kept: Conversation) -> None:
    """Nothing more on this channel, for every child, of everybody at this address."""
    before = [
        {
            "school_id": str(state.school_id),
            "guardian_id": str(state.guardian_id),
            "student_id": str(state.student_id),
            "purposes": state.purposes,
        }
        for state in call.session.scalars(
            select(ConsentState).where(
                ConsentState.guardian_id.in_([point.guardian_id for point in points]),
                ConsentState.channel == call.channel.agreed_as,
                ConsentState.purposes != 0,
            )
        )
    ]
    for point in points:
        evidence = call.sealer.seal(
            call.session, point.guardian_id, point.school_id, call.incoming.text
        )
        withdraw(
            call.session, point.school_id, point.guardian_id, [call.channel], now=call.now,
            evidence=evidence,
        )  # fmt: skip
    if before:  # said twice, the first one is what can be taken back
        kept.undo, kept.undo_until = before, call.now + UNDO_WITHIN
    call.session.execute(
        update(Conversation)
        .where(Conversation.account_id == kept.account_id, Conversation.address == kept.address)
        .values(stopped_at=call.now)
    )
    kept.stopped_at = call.now


def undo(call: Call, who: Speaker, kept: Conversation) -> Reply:
    """The ledger as it was before the stop, line by line; nothing that was not there."""
    over = kept.undo_until is None or kept.undo_until <= call.now
    if not kept.undo or over:
        return questions_of_consent.nothing_to_undo()
    hers = {point.guardian_id for point in who.verified}
    for line in kept.undo:
        guardian = UUID(line["guardian_id"])
        if guardian not in hers:
            continue
        school = UUID(line["school_id"])
        consent.record(
            call.session,
            school_id=school,
            guardian_id=guardian,
            student_ids=[UUID(line["student_id"])],
            channels=[call.channel.agreed_as],
            purposes=Purpose(line["purposes"]),
            granted=True,
            method=Method.CHAT,
            now=call.now,
            evidence=call.sealer.seal(call.session, guardian, school, call.incoming.text),
        )
    kept.undo = kept.undo_until = None
    call.session.execute(
        update(Conversation)
        .where(Conversation.account_id == kept.account_id, Conversation.address == kept.address)
        .values(stopped_at=None)
    )
    kept.stopped_at = None
    if not who.children:
        return questions_of_consent.nothing_to_undo()
    return questions_of_consent.undone(who.children, call.channel)


def end(call: Call, points: Sequence[Point]) -> None:
    """She has blocked or left us: her addresses end, and what she agreed to there."""
    call.session.execute(
        update(ContactPoint)
        .where(ContactPoint.id.in_([point.id for point in points]))
        .values(ended_at=call.now)
    )
    for point in points:
        withdraw(call.session, point.school_id, point.guardian_id, [call.channel], now=call.now)
