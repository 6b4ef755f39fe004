"""`contactbook chat`: one parent's conversation in a terminal, with the book's own rows.

What is answered is shown here and leaves by no provider; what is asked for is really done.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from contactbook import assembly
from contactbook.conversation.keeping import WAKE, content_of, sealer_of
from contactbook.conversation.models import ChatMessage, Conversation, Sending
from contactbook.conversation.receive import receive
from contactbook.db import transaction
from contactbook.delivery.accounts import default_lane, enroll, of_environment
from contactbook.embedded.errors import EmbeddedError
from contactbook.machine import secret
from contactbook.machine.addresses import standing
from contactbook.machine.errors import Refused
from contactbook.machine.processes import channel_settings
from contactbook.parts import Parts
from contactbook.ports.account import Account
from contactbook.ports.channel import (
    Accepted,
    Callback,
    Channel,
    GiveUp,
    Incoming,
    Outgoing,
    Quote,
    Receipt,
    Said,
)
from contactbook.settings import Settings

MOST = 12  # parents to choose from
PARENTS = text("""
    SELECT DISTINCT ON (g.id) p.channel, p.address, g.full_name AS parent, s.given_name AS child,
           c.name AS room, o.name AS school
    FROM contact_point p
    JOIN guardian g ON g.id = p.guardian_id
    JOIN guardianship h ON h.guardian_id = g.id AND h.reads AND NOT h.restricted
    JOIN student s ON s.id = h.student_id
    JOIN enrollment e ON e.student_id = s.id AND e.valid_to IS NULL
    JOIN classroom c ON c.id = e.classroom_id
    JOIN school o ON o.id = s.school_id
    WHERE p.channel IN ('zalo', 'telegram') AND p.verified_at IS NOT NULL AND p.ended_at IS NULL
    ORDER BY g.id, p.rank LIMIT :most
""")
Ask = Callable[[str], str]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Parent:
    channel: Channel
    address: str
    name: str  # "Trần Thị Mai: bé An, Lá 1, Trường Mầm non Hoa Mai"


class Nowhere:
    """Sends nothing: what would leave is shown in the terminal."""

    repeatable = hears = False

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    async def send(self, _message: Outgoing) -> Accepted:
        raise GiveUp("a terminal sends nothing")

    def read(self, _callback: Callback) -> Sequence[Receipt | Incoming]:
        return []

    def quote(self, body: str, to: str = "") -> Quote:  # noqa: ARG002 it costs nothing
        return Quote(body)

    async def close(self) -> None:
        pass


def run(data_dir: Path | None, ask: Ask, tell: Tell) -> str:
    """Talk until the input ends; the sentence that says why it cannot be, else nothing."""
    try:
        talk(secret.settings(data_dir), ask, tell)
    except (EmbeddedError, Refused) as why:
        return str(why)
    except KeyboardInterrupt:
        tell("")
    return ""


def talk(settings: Settings, ask: Ask, tell: Tell) -> None:
    """Choose a parent, then write as she does, until the input ends. Raises `Refused`."""
    with opened(settings) as parts:
        parent = chosen(parts, ask, tell)
        account = account_of(parts, parent.channel)
        tell(f"\n{parent.name} · {parent.channel.value}. Ctrl-D ends; a number taps a button.\n")
        buttons: list[list[str]] = []
        for number in count():
            try:
                written = ask("> ").strip()
            except EOFError:
                return
            tapped = written.isdecimal() and 0 < int(written) <= len(buttons)
            said = Incoming(
                parent.channel,
                parent.address,
                buttons[int(written) - 1][1] if tapped else written,
                f"terminal:{uuid4()}:{number}",
                said=Said.TAP if tapped else Said.TEXT,
            )
            buttons = shown(heard(parts, account, said), tell)


@contextmanager
def opened(settings: Settings) -> Iterator[Parts]:
    with standing(settings, queue=False) as at:
        parts = assembly.build(settings, channel_settings(), database_url=at.database_url)
        try:
            yield parts
        finally:
            assembly.close(parts)


def chosen(parts: Parts, ask: Ask, tell: Tell) -> Parent:
    with transaction(parts.sessions) as session:
        found = [
            Parent(
                Channel(row.channel),
                row.address,
                f"{row.parent}: bé {row.child}, {row.room}, {row.school}",
            )
            for row in session.execute(PARENTS, {"most": MOST})
        ]
    if not found:
        raise Refused(
            "Nobody here has a chat: name the demo's --data-dir, after `contactbook demo`."
        )
    for number, one in enumerate(found, start=1):
        tell(f"{number:3} {one.name}")
    try:
        answer = ask("Parent [1]: ").strip() or "1"
    except EOFError:
        answer = "1"
    if not (answer.isdecimal() and 0 < int(answer) <= len(found)):
        raise Refused(f"{answer} is none of these parents.")
    return found[int(answer) - 1]


def account_of(parts: Parts, channel: Channel) -> Account:
    """The account of the environment, as a row; nothing is sent by it from here."""
    with transaction(parts.sessions) as session:
        enroll(session, {channel.value: channel}, {})
    return Account(
        id=of_environment(channel.value), lane_id=default_lane(channel), channel=channel,
        provider=channel.value, name="terminal", door="", adapter=Nowhere(channel),
    )  # fmt: skip


def heard(parts: Parts, account: Account, said: Incoming) -> list[dict[str, object]]:
    """What the book answers: marked as sent in the same transaction, so that no worker sends it."""
    with transaction(parts.sessions) as session:
        before = set(waiting(session, said))
        receive(session, parts, account, said)
        session.info.pop(WAKE, None)
        answers = []
        for key in sorted(set(waiting(session, said)) - before):
            message = session.get_one(ChatMessage, key)
            kept = session.get_one(Conversation, message.conversation_id)
            message.status, message.sent_at, message.due_at = Sending.SENT, parts.now(), None
            answers.append(
                content_of(session, sealer_of(parts.settings), kept.guardian_id, message) or {}
            )
        return answers


def waiting(session: Session, said: Incoming) -> Sequence[UUID]:
    return session.scalars(
        select(ChatMessage.id)
        .join(Conversation, Conversation.id == ChatMessage.conversation_id)
        .where(Conversation.address == said.address, ChatMessage.status == Sending.QUEUED)
    ).all()


def shown(answers: Sequence[dict[str, object]], tell: Tell) -> list[list[str]]:
    """Print the answers; returns the buttons that can be tapped now, by number."""
    buttons: list[list[str]] = []
    for one in answers:
        tell(str(one.get("text", "")))
        found = one.get("buttons")
        for title, reply, url in found if isinstance(found, list) else []:
            buttons.append([title, reply, url])
            tell(f"  [{len(buttons)}] {title}")
        tell("")
    return buttons
