"""E-mail: one letter to one person, over a few connections to the school's relay that are kept.

Sources: RFC 5321, aiosmtplib 5.1; reference/email.md sections 2 and 5.
"""

import asyncio
import base64
import re
import unicodedata
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from email.header import Header
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPConnectResponseError,
    SMTPException,
    SMTPNotSupported,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from channels.accounts import SmtpAccount, Surroundings
from channels.settings import ChannelSettings
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Callback,
    Channel,
    Forged,
    GiveUp,
    Incoming,
    NotReachable,
    OutcomeUnknown,
    Outgoing,
    Quote,
    Receipt,
    SendFailed,
    TryAgain,
)

# What a refusal means depends on the step it answers. 421 (closing), 450 (mailbox busy), 451 (error
# here), 452 (full), 454 (no log-in now) and every other 4xx is TryAgain, wherever it comes.
# Source: RFC 5321 section 4.2.3, RFC 4954 section 6. A reply that is neither is OutcomeUnknown.
ANSWERS: dict[str, dict[int, type[SendFailed]]] = {
    "greeting": {
        554: AccountUnusable,  # this relay does not serve us
    },
    "log-in": {
        530: AccountUnusable,  # it wants TLS or a log-in first
        534: AccountUnusable,  # this way of logging in is too weak
        535: AccountUnusable,  # wrong name or password
        538: AccountUnusable,  # log in only over TLS
    },
    "MAIL": {
        530: AccountUnusable,  # log in first
        550: AccountUnusable,  # our sender's address is not ours to use
        552: GiveUp,  # too big
        553: AccountUnusable,  # our sender's address is malformed
    },
    "RCPT": {
        530: AccountUnusable,  # log in first
        550: NotReachable,  # no such mailbox
        551: NotReachable,  # not here
        552: NotReachable,  # her mailbox is full, for good
        553: NotReachable,  # her address is malformed
        554: NotReachable,  # refused
    },
    "DATA": {
        550: GiveUp,  # content refused by policy
        552: GiveUp,  # too big
        554: GiveUp,  # policy, or spam
    },
}
# 5xx we do not know: refused for certain, and each step has one thing that can be wrong.
OTHERWISE: dict[str, type[SendFailed]] = {
    "greeting": AccountUnusable,
    "log-in": AccountUnusable,
    "MAIL": AccountUnusable,
    "RCPT": NotReachable,
    "DATA": GiveUp,
}
CLOSING = 421
LETTERS_PER_CONNECTION = 100
LONGEST_SUBJECT = 78  # characters, before encoding
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# One mailbox in ASCII (the form of HTML's input type=email); quoted and Unicode ones need SMTPUTF8.
MAILBOX = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?"
)


class HungUp(TryAgain):
    """The relay ended the connection, by 421 or without a word, before it saw any of the letter."""


class Line:
    """One connection to the relay. Whatever goes wrong closes it: it may be out of step."""

    def __init__(self, smtp: SMTP) -> None:
        self.smtp = smtp
        self.letters = 0

    async def address(self, envelope: str, mailbox: str) -> None:
        """Say from whom and to whom: nothing of the letter itself."""
        with self._step("MAIL"):
            await self.smtp.mail(envelope)
        with self._step("RCPT"):
            await self.smtp.rcpt(mailbox)

    async def hand_over(self, letter: bytes) -> None:
        with self._step("DATA"):
            await self.smtp.data(letter)
        self.letters += 1

    async def hang_up(self) -> None:
        with suppress(SMTPException, OSError):
            await self.smtp.quit()
        self.smtp.close()

    @contextmanager
    def _step(self, step: str) -> Iterator[None]:
        try:
            yield
        except BaseException as error:  # noqa: BLE001 cancelled in the middle, too
            self.smtp.close()
            raise meaning(step, error) from None  # the relay's words name the mailbox


class EmailAdapter:
    channel: Channel = Channel.EMAIL
    hears: bool = False  # the provider tells no arrival
    repeatable: bool = False  # a relay does not look for Message-IDs it has seen

    def __init__(
        self, account: SmtpAccount, settings: ChannelSettings, around: Surroundings
    ) -> None:
        self._relay = urlsplit(account.url.get_secret_value())
        self._starttls = account.starttls
        self._patience = settings.timeout_seconds
        self._sender = account.sender
        self._bounces = account.bounce_domain
        self._domain = self._bounces or self._sender.rpartition("@")[2]
        self._now = around.now
        self._room = asyncio.Semaphore(settings.smtp_connections)
        self._idle: list[Line] = []

    async def send(self, message: Outgoing) -> Accepted:
        letter, envelope = self._letter(message), self._envelope(message)
        async with self._turn():
            line = await self._addressed(envelope, message.address)
            await line.hand_over(letter)
            if line.letters < LETTERS_PER_CONNECTION:
                self._idle.append(line)
            else:
                await line.hang_up()
        return Accepted(self._name(message))

    def quote(self, body: str, to: str = "") -> Quote:  # noqa: ARG002 it costs nothing
        return Quote(body)

    def read(self, callback: Callback) -> Sequence[Receipt | Incoming]:
        """Nobody calls us about mail yet, so whoever knocks is a stranger."""
        raise Forged(f"no callbacks by {callback.method[:8]} for e-mail")

    async def close(self) -> None:
        while self._idle:
            await self._idle.pop().hang_up()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """One of our few connections; whoever waits too long for it has not left yet."""
        try:
            async with asyncio.timeout(self._patience):
                await self._room.acquire()
        except TimeoutError:
            raise TryAgain("every connection to the relay is busy") from None
        try:
            yield
        finally:
            self._room.release()

    async def _addressed(self, envelope: str, mailbox: str) -> Line:
        """A connection that knows from whom and to whom; on a dead one nothing is lost."""
        while self._idle:
            line = self._idle.pop()
            with suppress(HungUp):
                await line.address(envelope, mailbox)
                return line
        line = await self._connected()
        await line.address(envelope, mailbox)
        return line

    async def _connected(self) -> Line:
        relay = self._relay
        smtp = SMTP(
            hostname=relay.hostname,
            port=relay.port,
            username=unquote(relay.username) if relay.username else None,
            password=unquote(relay.password) if relay.password else None,
            local_hostname=self._domain,
            use_tls=relay.scheme == "smtps",
            start_tls=self._starttls and relay.scheme == "smtp",
            timeout=self._patience,
        )
        try:
            await smtp.connect()
        except SMTPConnectResponseError as error:
            raise refused("greeting", error.code) from None
        except SMTPResponseException as error:
            raise refused("log-in", error.code) from None
        except (SMTPException, OSError) as error:
            # These two are the library's words for a relay without STARTTLS, or without our log-in.
            lacks = type(error) in (SMTPException, SMTPNotSupported)
            kind = AccountUnusable if lacks else TryAgain
            raise kind(f"relay: {type(error).__name__}") from None
        return Line(smtp)

    def _name(self, message: Outgoing) -> str:
        return f"{message.reference}@{self._domain}"

    def _envelope(self, message: Outgoing) -> str:
        """Where bounces go: an address of its own for every letter, if a domain is set for it."""
        if not self._bounces:
            return self._sender
        return f"bounce+{message.reference.hex}@{self._bounces}"

    def _letter(self, message: Outgoing) -> bytes:
        """RFC 5322, in ASCII. By hand: EmailMessage takes 2.7 ms of CPU for one, this 0.1."""
        if not MAILBOX.fullmatch(message.address):
            raise NotReachable("not a mailbox")
        sender = Header(_one_line(message.sender_name), "utf-8", header_name="From").encode()
        subject = Header(
            _one_line(message.subject)[:LONGEST_SUBJECT], "utf-8", header_name="Subject"
        )
        head = (
            f"From: {sender} <{self._sender}>\n"
            f"To: {message.address}\n"
            f"Subject: {subject.encode()}\n"
            f"Date: {format_datetime(self._now())}\n"
            f"Message-ID: <{self._name(message)}>\n"
            "Auto-Submitted: auto-generated\n"
            "MIME-Version: 1.0\n"
        )
        letter = head + _content(message)
        return letter.replace("\n", "\r\n").encode("ascii")


def _content(message: Outgoing) -> str:
    """The text, and the same facts in HTML beside it, best last (RFC 2046 section 5.1.4)."""
    if not message.html:
        return _part("plain", message.body)
    edge = f"=_{message.reference.hex}"  # "=_" cannot stand in base64
    parts = (_part("plain", message.body), _part("html", message.html))
    inside = "".join(f"--{edge}\n{part}" for part in parts)
    return f'Content-Type: multipart/alternative; boundary="{edge}"\n\n{inside}--{edge}--\n'


def _part(kind: str, text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    coded = base64.encodebytes(lines.encode("utf-8", "replace")).decode()
    return (
        f'Content-Type: text/{kind}; charset="utf-8"\nContent-Transfer-Encoding: base64\n\n{coded}'
    )


def meaning(step: str, error: BaseException) -> BaseException:
    """What became of the letter when `step` failed: after DATA began, nobody can know."""
    if isinstance(error, SMTPResponseException):
        return refused(step, error.code)
    if not isinstance(error, SMTPException | OSError):
        return error  # cancelled
    reason = f"relay, at {step}: {type(error).__name__}"
    if step == "DATA":
        return OutcomeUnknown(reason)
    return HungUp(reason) if isinstance(error, SMTPServerDisconnected) else TryAgain(reason)


def refused(step: str, code: int) -> SendFailed:
    """What the relay's reply to one step means."""
    reason = f"SMTP {code} at {step}"
    if code == CLOSING and step != "DATA":
        return HungUp(reason)
    if 400 <= code < 500:  # noqa: PLR2004 RFC 5321: "transient negative"
        return TryAgain(reason)
    if 500 <= code < 600:  # noqa: PLR2004 "permanent negative"
        return ANSWERS[step].get(code, OTHERWISE[step])(reason)
    return OutcomeUnknown(reason) if step == "DATA" else TryAgain(reason)


def _one_line(text: str) -> str:
    """NFC, without line ends and control characters: a header is one line, whoever wrote it."""
    whole = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    return " ".join(CONTROL.sub(" ", whole).split())
