"""An SMSC: takes short messages over SMPP 3.4, shows them on the phones, sends receipts back.

Who may bind, how much may be open, how ids are spelt: `Config`. What happens to the next message
of a number: faults.py, channel "sms"; each part of a long message takes one outcome.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from functools import partial

from channels.simulator import smsc_wire as wire
from channels.simulator.config import Config
from channels.simulator.courier import Courier
from channels.simulator.faults import Faults, Outcome
from channels.simulator.sms import domestic
from channels.simulator.smsc_phone import Assembly, Chain, pieces
from channels.simulator.smsc_session import Delivery, Esme
from channels.simulator.state import Book, Message
from channels.simulator.wire import EARLY

MOST_WAITING = 200_000  # deliveries for an account that is not bound
STATES = {"ENROUTE": 1, "DELIVRD": 2, "UNDELIV": 5, "REJECTD": 8}
DISCARD = {"failed": "UNDELIV", "rejected": "REJECTD"}


@dataclass(slots=True)
class Tally:
    """What became of a message's parts; it arrived when all of them did."""

    message: Message | None
    left: int = 0


class Smsc:
    def __init__(self, config: Config, book: Book, faults: Faults, courier: Courier) -> None:
        self.config, self.book, self.faults, self.courier = config, book, faults, courier
        self.sessions: list[Esme] = []  # bound ones
        self.open: set[Esme] = set()
        self.assembly = Assembly()
        self.waiting: deque[Delivery] = deque()  # until somebody binds
        self.tallies: dict[str, Tally] = {}  # by message id, in decimal
        self.taken = config.smpp_first_id
        self.written = 0  # long messages that phones wrote
        self.second, self.count = 0, 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Esme(self, reader, writer)
        self.open.add(session)
        try:
            await session.talk()
        finally:
            self.open.discard(session)
            if session in self.sessions:
                self.sessions.remove(session)

    def stop(self) -> None:
        for session in tuple(self.open):
            session.hang_up()

    def bind(self, session: Esme, system_id: str, password: str) -> int:
        """The command_status of a bind."""
        if session in self.sessions:
            return wire.ALREADY_BOUND
        if system_id != self.config.smpp_system_id:
            return wire.WRONG_SYSTEM_ID
        if password != self.config.smpp_password:
            return wire.WRONG_PASSWORD
        if self.config.smpp_binds and len(self.sessions) >= self.config.smpp_binds:
            return wire.ALREADY_BOUND
        self.sessions.append(session)
        return wire.OK

    def bound(self, session: Esme) -> None:
        """What came while nobody was bound is told now."""
        while self.waiting and session in self.sessions:
            session.deliver(self.waiting.popleft())

    async def submit(self, session: Esme, asked: wire.Frame) -> None:
        """One submit_sm, as the script of its number will have it."""
        sms = wire.sms(asked.body)
        phone = domestic(sms.destination) or ""
        if status := self.wrong(session, sms, phone):
            session.send(asked.reply(status))
            return
        played = self.faults.take("sms", phone)
        if played.slow:
            await asyncio.sleep(played.slow)
        if not played.accepts:
            self.refuse(session, asked, played)
            return
        self.taken += 1
        number = str(self.taken)
        self.show(sms, phone, number)
        if sms.receipt & 1:
            self.report(sms, number, played)
        if played.receipt == "early":
            await asyncio.sleep(EARLY)
        match played.kind:
            case "ok":
                session.send(asked.reply(body=self.spelt(number).encode() + b"\0"))
            case "html_after":
                session.write(b"<html><body>Bao tri</body></html>")
            case "reset_after":
                session.hang_up()
            case "http_after":
                session.send(asked.reply(wire.SYSTEM_ERROR))

    def wrong(self, session: Esme, sms: wire.Sms, phone: str) -> int:
        """The command_status of the first thing wrong, or nothing."""
        window = self.config.smpp_window
        if session not in self.sessions or session.receives_only:
            return wire.WRONG_BIND
        if window and session.asked > window:
            return wire.QUEUE_FULL
        if self.too_many():
            return wire.THROTTLED
        if sms.source not in self.config.smpp_brandnames:
            return wire.WRONG_SOURCE
        blocked = self.book.people.get(("sms", phone), {}).get("blocked")
        return wire.WRONG_DESTINATION if blocked or not phone else wire.OK

    def too_many(self) -> bool:
        second = int(asyncio.get_running_loop().time())
        self.count = self.count + 1 if second == self.second else 1
        self.second = second
        return 0 < self.config.smpp_per_second < self.count

    def refuse(self, session: Esme, asked: wire.Frame, played: Outcome) -> None:
        match played.kind:
            case "error":
                session.send(asked.reply(int(played.value, 0)))
            case "throttle":
                session.send(asked.reply(wire.THROTTLED))
            case "http":
                session.send(asked.reply(wire.SYSTEM_ERROR))
            case "html":
                session.write(b"<html><body>Bao tri</body></html>")
            case "reset":
                session.hang_up()

    def show(self, sms: wire.Sms, phone: str, number: str) -> None:
        while len(self.tallies) > MOST_WAITING:
            del self.tallies[next(iter(self.tallies))]
        chain = self.assembly.add(sms, number)
        tally = self.tallies[number] = Tally(None)
        if chain is None:
            return
        message = self.book.add(
            Message(
                channel="sms",
                address=phone,
                text="".join(chain.texts[place] for place in sorted(chain.texts)),
                at=self.book.clock(),
                provider_id=self.spelt(chain.ids[-1]),
                sender=sms.source,
                segments=chain.total,
            )
        )
        self._tie(chain, tally, message)

    def _tie(self, chain: Chain, tally: Tally, message: Message) -> None:
        """One tally for all parts, from now on."""
        tally.message, tally.left = message, chain.total
        for number in chain.ids:
            earlier = self.tallies.get(number)
            if earlier is not None and earlier is not tally:
                tally.left += earlier.left  # told already: counted down from nothing
            self.tallies[number] = tally

    def report(self, sms: wire.Sms, number: str, played: Outcome) -> None:
        wait = self.config.receipt_delay if played.delay is None else played.delay
        wait = {"early": 0.0, "late": 10 * wait}.get(played.receipt, wait)
        last = DISCARD.get(played.receipt, "DELIVRD")
        told = {"none": [], "twice": [last, last], "reordered": [last, "ENROUTE"]}

        for state in told.get(played.receipt, [last]):
            self.courier.later(wait, partial(self.tell, sms, number, state))

    async def tell(self, sms: wire.Sms, number: str, state: str) -> None:
        """One part's receipt: appendix B, and the parameters of 5.3.2.12 and 5.3.2.35."""
        self.mark(number, state)
        named, now = self.spelt(number, receipt=True), self.book.clock()
        date, arrived = now.strftime("%y%m%d%H%M"), state == "DELIVRD"
        text = (
            f"id:{named} sub:001 dlvrd:{int(arrived):03} submit date:{date} done date:{date}"
            f" stat:{state} err:{'000' if arrived else '027'} Text:"
        )
        tlvs = {wire.RECEIPTED_ID: named.encode() + b"\0"}
        tlvs[wire.MESSAGE_STATE] = bytes((STATES[state],))
        tlvs = tlvs if self.config.smpp_receipt_tlvs else {}
        words = text.encode() if self.config.smpp_receipt_text else b""
        self.deliver(Delivery(wire.Sms(sms.destination, sms.source, words, 4, tlvs=tlvs)))

    def mark(self, number: str, state: str) -> None:
        tally = self.tallies.get(number)
        if tally is None or state == "ENROUTE":
            return
        tally.left -= 1
        if tally.message and state != "DELIVRD":
            self.book.mark(tally.message, "failed")
        elif tally.message and tally.left == 0 and tally.message.state != "failed":
            self.book.mark(tally.message, "delivered")

    def deliver(self, delivery: Delivery) -> None:
        """To a session that is bound, else to the next that will be."""
        for session in self.sessions:
            if session.deliver(delivery):
                return
        if len(self.waiting) < MOST_WAITING:
            self.waiting.append(delivery)

    def said(self, phone: str, text: str) -> None:
        """A parent writes to the school's short number."""
        self.written += 1
        source = f"84{phone.removeprefix('0')}"
        for words, esm_class, coding in pieces(text, self.written):
            told = wire.Sms(source, self.config.smpp_short_number, words, esm_class, coding)
            self.deliver(Delivery(told))

    def spelt(self, number: str, *, receipt: bool = False) -> str:
        """An id as it is written when a message is taken, or in its receipt."""
        in_hex = {"same": True, "hex": not receipt, "decimal": receipt}[self.config.smpp_ids]
        if in_hex:
            return f"{int(number):08X}"
        return f"{int(number):010}" if receipt else number
