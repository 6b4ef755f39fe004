"""A parent with a phone: what she says goes through the intake, what comes back is read here."""

from dataclasses import dataclass, field
from itertools import count
from uuid import UUID

from contactbook.conversation import sending
from contactbook.db import Sessions
from contactbook.ports.channel import Channel, Incoming, Media, Outgoing, Said
from contactbook.web.intake import write_down
from tests.contactbook.delivery.engine import Engine
from tests.fakes import FakeChannel

numbers = count(1)


@dataclass
class Phone:
    """One person's phone on one channel."""

    engine: Engine
    channel: Channel
    address: str
    read: int = field(default=0)

    @property
    def fake(self) -> FakeChannel:
        return next(one for one in self.engine.fakes if one.channel is self.channel)

    @property
    def account_id(self) -> UUID:
        return self.engine.accounts[self.channel]

    def do(self, said: Said, text: str = "", *, number: str = "", **more: object) -> list[Outgoing]:
        name = number or f"update {next(numbers)}"
        incoming = Incoming(
            self.channel, self.address, text, name, said=said, **more  # type: ignore[arg-type]
        )  # fmt: skip
        write_down(self.engine.parts, [incoming], self.account_id)
        return self.arrived()

    def say(self, text: str, **more: object) -> str:
        return words(self.do(Said.TEXT, text, **more))  # type: ignore[arg-type]

    def tap(self, title: str) -> str:
        """A button under the last message that has one of this title."""
        for message in reversed(self.mine()):
            for button in message.buttons:
                if button.title == title:
                    return words(self.do(Said.TAP, button.reply))
        raise AssertionError(f"no button {title!r} in {[m.buttons for m in self.mine()]}")

    def join(self, code: str = "") -> str:
        return words(self.do(Said.JOINED, code))

    def do_start(self) -> list[Outgoing]:
        return self.do(Said.JOINED)

    def share(self, phone: str, *, own: bool = True) -> str:
        return words(self.do(Said.CONTACT, phone=phone, own_phone=own))

    def show(self, caption: str = "") -> str:
        media = (Media("image/jpeg", file_id="file-1"),)
        return words(self.do(Said.MEDIA, caption, media=media))

    def leave(self) -> None:
        self.do(Said.LEFT)

    def mine(self) -> list[Outgoing]:
        return [one for one in self.fake.sent if one.address == self.address]

    def arrived(self) -> list[Outgoing]:
        """What is new on the phone."""
        sending.drain(self.engine.parts, self.channel)
        all_of_it = self.mine()
        new, self.read = all_of_it[self.read :], len(all_of_it)
        return new


def words(messages: list[Outgoing]) -> str:
    return "\n---\n".join(one.body for one in messages)


def school_of(sessions: Sessions, *channels: Channel) -> Engine:
    """A process whose channels are fakes."""
    return Engine(sessions, [FakeChannel(one) for one in channels or tuple(Channel)])
