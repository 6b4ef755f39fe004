"""A person's words, from whichever channel: kept once, answered, and what they ask for is done.

A known address is talked with; an unknown one is told how to join, and learns nothing.
"""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from contactbook.clock import school_day
from contactbook.conversation import (
    asking,
    consenting,
    deeds,
    greetings,
    hours,
    linking,
    reading_back,
    sayings,
)
from contactbook.conversation.answers import answer
from contactbook.conversation.intents import Intent
from contactbook.conversation.keeping import (
    Call,
    files_of,
    hear,
    keep,
    lead,
    leave_open,
    open_dialogue,
    queue,
)
from contactbook.conversation.known import Child, Speaker, speaker
from contactbook.conversation.models import ChatMessage, Conversation, Kind
from contactbook.conversation.said import Answer, Dialogue, Reply, ToPerson
from contactbook.conversation.scene import Scene
from contactbook.conversation.understand import understand
from contactbook.conversation.urgency import is_urgent
from contactbook.parts import Parts
from contactbook.people.models import ContactPoint
from contactbook.ports.account import Account
from contactbook.ports.channel import Channel, Incoming, Said
from contactbook.words import LANGUAGE

log = structlog.get_logger()
WINDOW = timedelta(days=7)  # Zalo takes messages for so long after her last word (as of 2026-01)
MOST_PICTURES = 4  # of one medicine
STRANGER_MOST, STRANGER_SPAN = 5, timedelta(minutes=15)  # answers to somebody we do not know


def receive(session: Session, parts: Parts, account: Account, incoming: Incoming) -> None:
    """Handle one message; told twice, it has no second effect."""
    call = Call(session, parts, account, incoming, parts.now())
    who = speaker(session, account, incoming.address, school_day(call.now))
    kept = lead(call, who)
    message = hear(call, kept)
    if message is None:
        return
    log.info("a parent wrote", channel=call.channel.value, said=incoming.said.value)
    before = LANGUAGE.set(kept.language)
    try:
        if incoming.said is Said.LEFT:
            deeds.end(call, who.points)
            leave_open(call, kept, None)
        elif who.verified:
            keep_window_open(call)
            talk(call, who, kept, message)
        else:
            with_stranger(call, who, kept)
    finally:
        LANGUAGE.reset(before)


def keep_window_open(call: Call) -> None:
    if call.channel is Channel.ZALO:
        call.session.execute(
            update(ContactPoint)
            .where(ContactPoint.channel == Channel.ZALO)
            .where(ContactPoint.address == call.incoming.address)
            .values(window_ends_at=call.now + WINDOW)
        )


def with_stranger(call: Call, who: Speaker, kept: Conversation) -> None:
    """Somebody whose address is not verified: a code or her number links it; NGUNG ends it."""
    said = call.incoming
    reply: Reply | None
    if said.said is Said.CONTACT:
        reply = linking.by_phone(call)
    elif (code := code_of(said)) and call.channel is not Channel.EMAIL:
        reply = linking.by_code(call, code)
    elif understand(said.text, today=school_day(call.now)).intent is Intent.STOP:
        deeds.end(call, who.points)
        reply = greetings.nothing_to_stop()
    else:
        reply = greetings.stranger(call.channel)
    if reply is None:
        welcome(call)
    elif patient(call, kept):
        queue(call.session, call.sealer, kept, reply, now=call.now)


def code_of(said: Incoming) -> str:
    """What she brought with /start, or typed; a code that is none still counts as a try."""
    if said.said is Said.JOINED:
        return linking.code_in(said.text) or said.text.strip()[:100]
    return linking.code_in(said.text) if said.said is Said.TEXT else ""


def patient(call: Call, kept: Conversation) -> bool:
    """Whether a stranger gets another answer: not one for each of a thousand messages."""
    lately = call.session.scalar(
        select(func.count())
        .select_from(ChatMessage)
        .where(
            ChatMessage.conversation_id == kept.id,
            ChatMessage.kind == Kind.REPLY,
            ChatMessage.at > call.now - STRANGER_SPAN,
        )
    )
    return (lately or 0) < STRANGER_MOST


def welcome(call: Call) -> None:
    """A chat was linked: whose it is, and the first question of consent."""
    who = speaker(call.session, call.account, call.incoming.address, school_day(call.now))
    kept = lead(call, who)
    keep_window_open(call)
    kept.heard_at, kept.stopped_at = call.now, None
    if not who.children:
        queue(call.session, call.sealer, kept, greetings.no_children(call.channel), now=call.now)
        return
    greet(call, who, kept)


def greet(call: Call, who: Speaker, kept: Conversation) -> None:
    """Shows the children; what was never agreed to on this channel is asked, else not again."""
    say(call, kept, Answer((greetings.hello(who.children, call.channel),)))
    agreed = all(reading_back.allowed(call.session, one, call.channel) for one in who.children)
    if not agreed:
        say(call, kept, consenting.begin(scene_of(call, who, kept)))


def talk(call: Call, who: Speaker, kept: Conversation, message: ChatMessage) -> None:
    keep(call, message, kept, call.incoming.text)
    match call.incoming.said:
        case Said.JOINED | Said.CONTACT:
            again(call, kept)
        case Said.TEXT if linking.code_in(call.incoming.text):
            again(call, kept)
        case Said.TEXT | Said.TAP:
            said = scene_of(call, who, kept)
            tap = call.incoming.said is Said.TAP
            carry_out(call, answer(call.incoming.text, said, tap=tap), who, kept, message)
        case _:
            carry_out(call, shown(call, scene_of(call, who, kept)), who, kept, message)


def again(call: Call, kept: Conversation) -> None:
    """She is linked and joins once more: with a code or number for another child, or for nothing.

    A wrong code changes nothing.
    """
    said, reply = call.incoming, None
    if said.said is Said.CONTACT:
        reply = linking.by_phone(call)
    elif code := code_of(said):
        reply = linking.by_code(call, code)
    if reply is not None:
        queue(call.session, call.sealer, kept, reply, now=call.now)
    else:
        welcome(call)


def scene_of(call: Call, who: Speaker, kept: Conversation) -> Scene:
    def look(child: Child) -> reading_back.Told:
        return reading_back.look(
            call.session, call.parts.entitlements, child, call.channel, school_day(call.now)
        )

    return Scene(
        speaker=who,
        channel=call.channel,
        now=call.now,
        look=look,
        dialogue=open_dialogue(call, kept),
        chosen=chosen(call, who, kept),
        undoable=bool(kept.undo and kept.undo_until and kept.undo_until > call.now),
    )


def chosen(call: Call, who: Speaker, kept: Conversation) -> UUID | None:
    return call.session.scalar(
        select(Conversation.student_id).where(
            Conversation.account_id == kept.account_id,
            Conversation.address == kept.address,
            Conversation.student_id.in_([one.id for one in who.children]),
        )
    )


def shown(call: Call, scene: Scene) -> Answer:
    """A picture of a medicine belongs to it; anything else she shows is for a person."""
    if not scene.speaker.children:
        return answer(call.incoming.text, scene)
    open_, said = scene.dialogue, call.incoming
    child = scene.speaker.child(open_.student_id) if open_ else None
    if open_ and child and open_.about is Intent.MEDICINE and said.said is Said.MEDIA:
        return with_picture(open_, child, call)
    reply = sayings.handed_over(
        scene.first,
        understood=True,
        away_until=hours.away_until(call.now),
        pick_up=False,
        urgent=is_urgent(said.text),
    )
    return Answer((reply,), (ToPerson(scene.first.id, urgent=is_urgent(said.text)),), open_)


def with_picture(open_: Dialogue, child: Child, call: Call) -> Answer:
    pictures = (*open_.pictures, *files_of(call.incoming))[:MOST_PICTURES]
    more = replace(open_, pictures=pictures)
    return asking.ask(more, more.asks, child, call.now)


def carry_out(
    call: Call, answered: Answer, who: Speaker, kept: Conversation, message: ChatMessage
) -> None:
    """First the deeds, then the words: what a deed found may say otherwise."""
    found = [deeds.do(call, deed, who, kept, message) for deed in answered.deeds]
    if instead := tuple(reply for reply in found if reply is not None):
        answered = replace(answered, replies=instead)
    say(call, kept, answered, who.children[0] if who.children else None)


def say(call: Call, kept: Conversation, answered: Answer, child: Child | None = None) -> None:
    for reply in answered.replies:
        queue(call.session, call.sealer, kept, reply, now=call.now, child=child)
    leave_open(call, kept, answered.dialogue)
