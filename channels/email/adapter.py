"""E-mail: one letter to one person, over a few connections to the school's relay that are kept.

Sources: RFC 5321, aiosmtplib 5.1; reference/email.md.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from urllib.parse import unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPConnectResponseError,
    SMTPException,
    SMTPNotSupported,
    SMTPResponseException,
)

from channels.accounts import SmtpAccount, Surroundings
from channels.dkim import Signer
from channels.email import reports
from channels.email.letter import Stamp, written
from channels.email.relay import HungUp, Line, refused
from channels.email.tags import Tags
from channels.http import same
from channels.settings import ChannelSettings
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Callback,
    Channel,
    Forged,
    Incoming,
    Outgoing,
    Quote,
    Receipt,
    TryAgain,
)

LETTERS_PER_CONNECTION = 100


class EmailAdapter:
    channel: Channel = Channel.EMAIL
    hears: bool = False  # bounces come back, arrivals are told by few
    repeatable: bool = False  # a relay does not look for Message-IDs it has seen

    def __init__(
        self, account: SmtpAccount, settings: ChannelSettings, around: Surroundings
    ) -> None:
        self._relay = urlsplit(account.url.get_secret_value())
        self._starttls = account.starttls
        self._patience = settings.timeout_seconds
        self._sender = account.sender
        home = account.sender.rpartition("@")[2]
        self._domain = account.bounce_domain or home
        self._word = account.callback_secret
        # Without both nothing that comes back can be believed, so nothing is asked to.
        tagged = account.callback_secret if account.bounce_domain else None
        self._tags = Tags(tagged) if tagged else None
        key = account.dkim_key
        self._signer = Signer(key, account.dkim_selector, home) if key else None
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
        """A letter that came for a bounce address, as its relay's pipe hands it over: POST, raw.

        The path ends with the account's secret word, and "bounce" after it or not; `?to=` may
        name the mailbox it came for.
        """
        *_, word = callback.path.removesuffix("/bounce").split("/")
        if callback.method != "POST" or not same(self._word, word):
            raise Forged("e-mail callback without our word")
        if self._tags is None:
            return []
        return reports.read(callback.body, self._tags, callback.query.get("to", ""))

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
        own = self._tags.of(message.reference) if self._tags else str(message.reference)
        return f"{own}@{self._domain}"

    def _mailbox(self, kind: str, message: Outgoing) -> str:
        """An address of ours for every letter; empty where no bounce would be believed."""
        if self._tags is None:
            return ""
        return f"{kind}+{self._tags.of(message.reference)}@{self._domain}"

    def _envelope(self, message: Outgoing) -> str:
        return self._mailbox("bounce", message) or self._sender

    def _letter(self, message: Outgoing) -> bytes:
        now = self._now()
        by_mail = self._mailbox("unsub", message)
        letter = written(message, Stamp(self._sender, self._name(message), now, by_mail))
        return self._signer.signed(letter, now) if self._signer else letter
