"""What a relay and a mailbox provider send back: bounces (RFC 3464) and complaints (RFC 5965).

Written out line by line: a second reading of the documents, not the library that reads them.
"""

from datetime import datetime
from email.utils import format_datetime

KEPT = 20_000  # bytes of the letter that are returned, as relays do
HEAD = """\
From: {sender}
To: {to}
Subject: {subject}
Date: {date}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="=report"

--=report
Content-Type: text/plain; charset=us-ascii

{words}

--=report
"""


def bounce(
    envelope: str, recipient: str, letter: bytes, now: datetime, *, action: str, status: str
) -> bytes:
    head = HEAD.format(
        sender="MAILER-DAEMON@mail.simulator",
        to=envelope,
        subject="Undelivered Mail Returned to Sender",
        date=format_datetime(now),
        kind="delivery-status",
        words="This is the mail system at host mail.simulator.",
    )
    told = (
        "Content-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mail.simulator\nArrival-Date: {format_datetime(now)}\n\n"
        f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; 550 {status} <{recipient}>: user unknown\n\n"
    )
    return closed(head + told, letter)


def complaint(envelope: str, recipient: str, letter: bytes, now: datetime) -> bytes:
    head = HEAD.format(
        sender="feedback@provider.simulator",
        to="fbl@bounce.example",
        subject="FW: a letter",
        date=format_datetime(now),
        kind="feedback-report",
        words="This is an email abuse report for a message received.",
    )
    told = (
        "Content-Type: message/feedback-report\n\n"
        "Feedback-Type: abuse\nUser-Agent: Simulator/1.0\nVersion: 1\n"
        f"Original-Mail-From: <{envelope}>\nOriginal-Rcpt-To: <{recipient}>\n\n"
    )
    return closed(head + told, letter)


def closed(report: str, letter: bytes) -> bytes:
    returned = b"--=report\nContent-Type: message/rfc822\n\n" + letter[:KEPT].replace(
        b"\r\n", b"\n"
    )
    whole = report.encode("ascii", "replace") + returned + b"\n--=report--\n"
    return whole.replace(b"\n", b"\r\n")
