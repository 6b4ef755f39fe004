"""A mail server that believes everything, except where the local part says otherwise.

bad…@    550 5.1.1      busy…@  451 4.3.0      full…@  452 4.2.2
slow…@   answers DATA late                     drop…@  hangs up after the final dot, unanswered
twice…@  accepts, and bounces later            spam…@  accepts, and complains later
"""

import asyncio
import re
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast
from urllib.parse import quote

from aiosmtpd.smtp import SMTP, Envelope, Session

from channels.simulator.config import Config
from channels.simulator.courier import Courier
from channels.simulator.faults import OK, Faults, Outcome
from channels.simulator.mail_reports import bounce, complaint
from channels.simulator.state import Book, Message

MESSAGE_ID = re.compile(rb"^message-id:[ \t\r\n]*(<[^>\r\n]*>)", re.IGNORECASE | re.MULTILINE)
BY_LOCAL_PART = {
    "bad": "550 5.1.1 user unknown",
    "busy": "451 4.3.0 try later",
    "full": "452 4.2.2 mailbox full",
}
WORDS = {
    "421": "4.7.0 try again later",
    "550": "5.1.1 user unknown",
    "552": "5.3.4 too big",
    "554": "5.7.1 refused by policy",
    "535": "5.7.8 authentication failed",
}
LATER = {"twice": "failed", "spam": "complained"}
REPORTS = {  # how a scripted receipt reads as a report: its action and its status
    "failed": ("failed", "5.1.1"),
    "twice": ("failed", "5.1.1"),
    "rejected": ("failed", "4.4.7"),
    "late": ("delivered", "2.0.0"),
    "complained": ("", ""),
}
DOTS = 2  # a blank line ends the head
DROPPED = Outcome("reset_after")


@dataclass
class Mail:
    config: Config
    book: Book
    faults: Faults
    courier: Courier
    queued: int = 0

    async def handle_RCPT(  # noqa: N802 aiosmtpd calls it so
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        outcome = self._outcome(address)
        if outcome.slow:
            await asyncio.sleep(outcome.slow)
        if outcome.kind == "throttle" or outcome.value == "503":  # 503: the channel is down
            return "421 4.7.0 try again later"
        if outcome.kind in ("error", "http"):
            return f"{outcome.value} {WORDS.get(outcome.value, 'refused')}"
        local = address.partition("@")[0].lower()
        for start, said in BY_LOCAL_PART.items():
            if local.startswith(start):
                return said
        envelope.rcpt_tos.append(address)
        cast("list[Outcome]", envelope.rcpt_options).append(outcome)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = cast("bytes", envelope.original_content)
        outcomes = cast("list[Outcome]", envelope.rcpt_options)
        outcome = outcomes[0] if outcomes else OK
        if outcome.accepts:
            for address in envelope.rcpt_tos:
                self._keep(address, raw)
                self._report(str(envelope.mail_from or ""), address, raw, outcome)
        match outcome.kind.removesuffix("_after"):
            case "hang":
                await asyncio.sleep(3_600)
            case "reset":
                _hang_up(server)
            case "http" | "html":
                return f"{outcome.value or '554'} refused"
        if any(address.lower().startswith("slow") for address in envelope.rcpt_tos):
            await asyncio.sleep(self.config.mail_slow)
        self.queued += 1
        return f"250 2.0.0 queued as {self.queued}"

    def _report(self, envelope: str, address: str, raw: bytes, outcome: Outcome) -> None:
        """Hand back what the letter's end calls for, as a relay's pipe does."""
        url, now = self.config.mail_bounce_url, self.book.clock()
        kind = outcome.receipt or next(
            (word for start, word in LATER.items() if address.lower().startswith(start)), ""
        )
        if not url or not envelope or kind not in REPORTS:
            return
        if kind == "complained":
            report = complaint(envelope, address, raw, now)
        else:
            action, status = REPORTS[kind]
            report = bounce(envelope, address, raw, now, action=action, status=status)
        to = f"{url}?to={quote(envelope)}" if kind != "complained" else url

        async def post() -> None:
            with suppress(TimeoutError):
                await self.courier.send(
                    "POST",
                    to,
                    within=10,
                    content=report,
                    headers={"Content-Type": "message/rfc822"},
                )

        delay = self.config.receipt_delay if outcome.delay is None else outcome.delay
        for _ in range(2 if outcome.receipt == "twice" else 1):
            self.courier.later(delay, post)

    def _outcome(self, address: str) -> Outcome:
        scripted = self.faults.take("email", address.lower())
        dropped = scripted is OK and address.lower().startswith("drop")
        return DROPPED if dropped else scripted

    def _keep(self, address: str, raw: bytes) -> None:
        head = raw[: raw.find(b"\r\n\r\n") + DOTS]
        named = MESSAGE_ID.search(head)
        self.book.add(
            Message(
                channel="email",
                address=address.lower(),
                text="",
                at=self.book.clock(),
                reference=named[1].decode("latin-1") if named else "",
                provider_id=str(self.queued + 1),
                raw=raw,
            )
        )


def opened(message: Message) -> Message:
    """`message` with its mail read: subject, sender, both texts. Read once, when looked at."""
    if not message.raw or message.sender:
        return message
    mail = message_from_bytes(message.raw, policy=policy.default)
    message.sender = str(mail.get("from", "?"))
    message.subject = str(mail.get("subject", ""))
    message.text = _part(mail, "plain")
    message.html = _part(mail, "html")
    return message


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(cast("Any", kind),))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):  # a character set nobody knows
        return "(không đọc được)"


def _hang_up(server: SMTP) -> None:
    transport = cast("asyncio.Transport", server.transport)
    plain: socket.socket = transport.get_extra_info("socket")
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def server(mail: Mail) -> SMTP:
    """One connection's protocol; on the loop that is running."""
    return SMTP(
        mail,
        hostname="mail.simulator",
        ident="ESMTP",
        enable_SMTPUTF8=True,
        loop=asyncio.get_running_loop(),
    )
