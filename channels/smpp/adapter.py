"""SMS through an SMSC: in parts, one after the other, and their receipts back by the same road.

What a message of several parts means: it is accepted when each part is, delivered when each part
is, failed when one is. An SMSC does not know our reference again, so nothing that may have left
is sent twice: not even the second part, once nobody knows what became of the first.
"""

import asyncio
import random
import ssl
from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta

import structlog

from channels.accounts import SmppAccount, Surroundings
from channels.http import VIETNAM
from channels.settings import ChannelSettings
from channels.smpp import codes, parts, receipts
from channels.smpp.gather import PATIENCE, Gathering
from channels.smpp.inbox import Inbox
from channels.smpp.ledger import Ledger, Message, Spelling
from channels.smpp.link import Away, Denied, Link
from channels.smpp.pdu import (
    RESPONSE,
    Address,
    Command,
    Malformed,
    Pdu,
    ShortMessage,
    message_id,
    short_message,
)
from channels.smpp.receipts import FAILED, Report, State
from channels.smpp.repeats import Repeats
from channels.smpp.session import NO_ID, Endpoint, Lost, Session
from channels.sms import Sms
from channels.sms_text import nfc
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Callback,
    Channel,
    Forged,
    GiveUp,
    Heard,
    Incoming,
    NotReachable,
    OutcomeUnknown,
    Outgoing,
    Quote,
    Receipt,
    Said,
    SendFailed,
    TryAgain,
)

log = structlog.get_logger()

ALPHANUMERIC = 5  # type of number, section 5.2.5
ASKED = 1  # registered_delivery: a receipt, whatever became of it (section 5.2.17)
SLACK = timedelta(minutes=1)  # between an SMSC's clock and ours


class SmppAdapter:
    channel: Channel = Channel.SMS
    repeatable: bool = False  # an SMSC takes, and bills, the same message again
    hears: bool = True

    def __init__(
        self, account: SmppAccount, settings: ChannelSettings, around: Surroundings
    ) -> None:
        endpoint = Endpoint(
            account.host,
            account.port,
            account.system_id,
            account.password.get_secret_value(),
            account.system_type,
            ssl.create_default_context() if account.tls else None,
            account.window,
            response=settings.timeout_seconds,
        )
        self.link = Link(endpoint, self._came)
        self._source = Address(account.brandname, ALPHANUMERIC, 0)
        self._ledger = Ledger(Spelling(account.ids))
        self._inbox = Inbox(around.hear)
        self._gathering, self._repeats = Gathering(), Repeats()
        self._chain = random.randrange(256)  # noqa: S311 so that a restart does not begin anew
        self._sms = Sms(account, settings, around.now)
        self._patience = 3 * settings.timeout_seconds  # for the parts after the first
        self._now = around.now
        self._aside: set[asyncio.Task[None]] = set()

    def listen(self) -> None:
        """Bind now, on the running loop: receipts may wait there when there is nothing to send."""
        self.link.open()

    async def send(self, message: Outgoing) -> Accepted:
        sms = self._sms.ready(message)
        self._chain = (self._chain + 1) % 256
        to = Address(f"84{sms.subscriber}")
        first, *rest = [self._body(to, part) for part in parts.parts(sms.text, self._chain)]
        ours = Message(message.reference, 1 + len(rest), self._now())
        given = await self._submit(ours, first)
        for body in rest:
            given = await self._follow(ours, body)
        return Accepted(self._ledger.key(given), units=sms.units, cost_vnd=sms.cost_vnd)

    def quote(self, body: str, to: str = "") -> Quote:
        return self._sms.quote(body, to)

    def read(self, _callback: Callback) -> Sequence[Receipt | Incoming]:
        raise Forged("an SMSC speaks on its own connection, not to this door")

    async def close(self) -> None:
        await self.link.close()
        for sender, text in self._gathering.overdue(float("inf")):
            self._later(self._inbox.written(self._incoming(sender, text, "")))
        await asyncio.gather(*self._aside, return_exceptions=True)
        await self._inbox.close()

    def _body(self, to: Address, part: parts.Part) -> bytes:
        return ShortMessage(
            self._source, to, part.octets, part.esm_class, part.data_coding, ASKED
        ).encode()

    async def _submit(self, ours: Message, body: bytes) -> str:
        """One part; the id that the SMSC gave it. Raises a child of `SendFailed`."""
        try:
            said = await self.link.submit(body, lambda pdu: self._answered(ours, pdu))
        except Denied as denied:
            raise AccountUnusable(str(denied)) from denied
        except Away as away:
            raise TryAgain(str(away), after=timedelta(seconds=away.seconds)) from away
        except Lost as lost:
            raise (OutcomeUnknown if lost.left else TryAgain)(str(lost)) from lost
        if not taken(said):
            raise self._refusal(said.status)
        return message_id(said.body)

    async def _follow(self, ours: Message, body: bytes) -> str:
        """A part after the first: what is surely not taken is tried again here, while we may.

        To say TryAgain would send, and bill, the first part again.
        """
        try:
            async with asyncio.timeout(self._patience):
                while True:
                    try:
                        return await self._submit(ours, body)
                    except TryAgain as busy:
                        await asyncio.sleep((busy.after or timedelta(seconds=1)).total_seconds())
        except (GiveUp, NotReachable):
            raise
        except (SendFailed, TimeoutError) as fault:
            raise OutcomeUnknown(f"only some parts were taken: {fault}") from fault

    def _refusal(self, status: int) -> SendFailed:
        verdict = codes.verdict(status)
        if issubclass(verdict, TryAgain):
            wait = self.link.pace.wait(asyncio.get_running_loop().time())
            return verdict(codes.named(status), after=timedelta(seconds=max(1.0, wait)))
        return verdict(codes.named(status))

    def _answered(self, ours: Message, said: Pdu) -> None:
        """Before the receipt that may follow at once is read; also when nobody waits any more."""
        if not taken(said) or not (given := message_id(said.body)):
            return
        if early := self._ledger.took(ours, given):
            self._later(self._reported(ours, early))

    async def _came(self, session: Session, pdu: Pdu) -> None:
        """A deliver_sm. It is answered when its word is kept: else the SMSC tells it again."""
        status = codes.HEARD
        try:
            message = short_message(pdu.body)
            if told := receipts.report(message, zone=VIETNAM):
                await self._receipt(session, told)
            else:
                await self._words(session, pdu, message)
        except Malformed as fault:
            log.warning("smpp deliver_sm cannot be read", why=str(fault))
            status = codes.UNREADABLE
        except Exception as fault:  # noqa: BLE001 the inbox has logged it; the SMSC shall come again
            log.warning("smpp deliver_sm not kept", why=type(fault).__name__)
            status = codes.REPEAT
        session.answer(pdu, status, NO_ID)

    async def _receipt(self, session: Session, told: Report) -> None:
        if not told.message_id or told.state not in FAILED | {State.DELIVERED}:
            return
        ours = self._ledger.find(told)
        if ours is None:  # it may have overtaken the answer that names it
            await session.settled()
            ours = self._ledger.find(told)
        if ours is None:
            self._ledger.unclaimed(told, now=self._now())
            await self._inbox.written(self._word(told, self._ledger.receipt_key(told.message_id)))
        else:
            await self._reported(ours, told)

    async def _reported(self, ours: Message, told: Report) -> None:
        if self._ledger.heard(ours, told):
            whole = len(ours.ids) == ours.total
            await self._inbox.written(
                self._word(told, self._ledger.key(ours.ids[-1]) if whole else "", ours)
            )

    def _word(self, told: Report, provider_id: str, ours: Message | None = None) -> Receipt:
        arrived = told.state is State.DELIVERED
        error = f" err {told.error}" if told.error else ""
        return Receipt(
            Channel.SMS,
            Heard.DELIVERED if arrived else Heard.FAILED,
            ours.reference if ours else None,
            provider_id,
            at=plausible(told.at, ours.sent_at if ours else None, self._now()),
            reason="" if arrived else f"SMSC: {told.state}{error}",
        )

    async def _words(self, session: Session, pdu: Pdu, message: ShortMessage) -> None:
        """A person wrote to us."""
        now = asyncio.get_running_loop().time()
        with self._repeats.first(session.name, pdu.body, now) as first:
            if not first:
                return
            piece, address = parts.piece(message), international(message.source.text)
            text = self._gathering.add(address, piece, now)
            if text is None:
                asyncio.get_running_loop().call_later(PATIENCE + 1, self._pass_on)
            else:
                name = f"{session.name}-{pdu.sequence}"
                await self._inbox.written(self._incoming(address, text, name))

    def _pass_on(self) -> None:
        for address, text in self._gathering.overdue(asyncio.get_running_loop().time()):
            self._later(self._inbox.written(self._incoming(address, text, "")))

    def _incoming(self, address: str, text: str, name: str) -> Incoming:
        said = Said.TEXT if text else Said.OTHER  # an alphabet we cannot read
        return Incoming(Channel.SMS, address, nfc(text), name, self._now(), said)

    def _later(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._aside.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Future[None]) -> None:
        self._aside.discard(task)
        if not task.cancelled():
            task.exception()  # the inbox has logged it


def taken(said: Pdu) -> bool:
    return said.command == Command.SUBMIT_SM | RESPONSE and said.status == codes.TAKEN


def international(number: str) -> str:
    """E.164 of a Vietnamese number, however an SMSC writes it."""
    digits = number.lstrip("+")
    if not digits.isdecimal():
        return number
    return f"+84{digits[1:]}" if digits.startswith("0") else f"+{digits}"


def plausible(at: datetime | None, sent_at: datetime | None, now: datetime) -> datetime | None:
    """A receipt's date names no time zone: one that cannot be is left out."""
    if at is None or at > now + SLACK or (sent_at and at < sent_at - SLACK):
        return None
    return at
