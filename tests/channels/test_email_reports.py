"""Bounces, complaints and "unsubscribe" as they come back by mail, genuine and forged."""

from email.message import Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.adapter import EmailAdapter
from channels.email.answers import BOUNCES
from contactbook.ports.channel import (
    Callback,
    Channel,
    Forged,
    GiveUp,
    Gone,
    Heard,
    OptedOut,
    Receipt,
    SendFailed,
    TryAgain,
)
from tests.channels.adapter_contract import REFERENCE, adapter_at, outgoing

WORD = "a-word-of-16-signs"
OURS: dict[str, Any] = {"smtp_bounce_domain": "bounce.example", "smtp_callback_secret": WORD}


def adapter(**more: Any) -> EmailAdapter:  # noqa: ANN401 settings
    ours = adapter_at(Channel.EMAIL, "http://127.0.0.1:9", **(OURS | more))
    assert isinstance(ours, EmailAdapter)
    return ours


VERP = adapter()._envelope(outgoing(Channel.EMAIL))
NAME = adapter()._name(outgoing(Channel.EMAIL))
FORGED = VERP[:-16] + ("0" if VERP[-16] != "0" else "1") + VERP[-15:]


def read(
    mail: Message | bytes,
    path: str = f"{WORD}/bounce",
    to: str = "",
    **more: Any,  # noqa: ANN401
) -> list[Receipt]:
    body = mail if isinstance(mail, bytes) else mail.as_bytes()
    query = {"to": to} if to else {}
    said = adapter(**more).read(Callback("POST", path, query, {}, body))
    return [one for one in said if isinstance(one, Receipt)]


def report(*blocks: dict[str, str], to: str = VERP) -> Message:
    """A delivery report (RFC 3464), as a relay writes it."""
    mail = MIMEMultipart("report", report_type="delivery-status")
    mail["From"] = "MAILER-DAEMON@relay.example"
    mail["To"] = to
    mail["Subject"] = "Undelivered Mail Returned to Sender"
    mail["Auto-Submitted"] = "auto-replied"
    mail.attach(MIMEText("I'm sorry to have to inform you …"))
    status = MIMENonMultipart("message", "delivery-status")
    told = [{"Reporting-MTA": "dns; relay.example"}, *blocks]
    status.set_payload([fields(block) for block in told])
    mail.attach(status)
    original = Message()
    original["Message-ID"] = f"<{NAME}>"
    mail.attach(MIMEMessage(original))
    return mail


def fields(block: dict[str, str]) -> Message:
    made = Message()
    for name, value in block.items():
        made[name] = value
    return made


def about_her(action: str, status: str) -> dict[str, str]:
    return {
        "Final-Recipient": "rfc822; phuhuynh@example.vn",
        "Action": action,
        "Status": status,
        "Diagnostic-Code": "smtp; 550 5.1.1 <phuhuynh@example.vn> user unknown",
    }


@pytest.mark.parametrize(
    ("status", "means"),
    [
        ("5.1.1", Gone),
        ("5.1.10", Gone),
        ("5.2.1", Gone),
        ("5.4.4", Gone),
        ("5.0.0", Gone),
        ("5.2.2", TryAgain),
        ("4.4.7", TryAgain),
        ("4.2.2", TryAgain),
        ("5.2.3", GiveUp),
        ("5.3.4", GiveUp),
        ("5.6.0", GiveUp),
        ("5.7.1 (delivery not authorized)", GiveUp),
        ("", Gone),
    ],
)
def test_a_bounce_says_what_it_means_for_the_address(status: str, means: type[SendFailed]) -> None:
    [receipt] = read(report(about_her("failed", status)))
    assert (receipt.channel, receipt.heard, receipt.means) == (Channel.EMAIL, Heard.FAILED, means)
    assert receipt.reference == REFERENCE
    assert "phuhuynh" not in receipt.reason


def test_every_row_of_bounces_is_told_above() -> None:
    statuses = ["5.1.1", "5.2.2", "4.4.7", "5.2.3", "5.3.4", "5.6.0", "5.7.1"]
    assert all(any(one.startswith(row.status) for one in statuses) for row in BOUNCES)


def test_a_report_of_arrival_is_one() -> None:
    [receipt] = read(report(about_her("delivered", "2.0.0")))
    assert (receipt.heard, receipt.reference, receipt.means) == (Heard.DELIVERED, REFERENCE, None)


@pytest.mark.parametrize("action", ["delayed", "relayed", "expanded", "", "odd"])
def test_a_report_that_settles_nothing_says_nothing(action: str) -> None:
    assert read(report(about_her(action, "4.4.1"))) == []


@pytest.mark.parametrize("header", ["Delivered-To", "X-Original-To", "Envelope-To"])
def test_the_mailbox_it_came_for_may_stand_elsewhere(header: str) -> None:
    mail = report(about_her("failed", "5.1.1"), to="postmaster@bounce.example")
    assert read(mail) == []
    mail[header] = VERP.upper().replace("BOUNCE.EXAMPLE", "bounce.example")
    assert [one.reference for one in read(mail)] == [REFERENCE]


def test_or_the_relay_says_it_in_the_address() -> None:
    mail = report(about_her("failed", "5.1.1"), to="postmaster@bounce.example")
    assert [one.reference for one in read(mail, to=VERP)] == [REFERENCE]


def complaint(kind: str = "abuse", **more: str) -> Message:
    """A feedback report (RFC 5965)."""
    mail = MIMEMultipart("report", report_type="feedback-report")
    mail["From"] = "feedback@provider.example"
    mail["To"] = "fbl@bounce.example"
    mail.attach(MIMEText("This is an email abuse report."))
    told = MIMENonMultipart("message", "feedback-report")
    heads = {"Feedback-Type": kind, "User-Agent": "Some/1.0", "Version": "1", **more}
    told.set_payload([fields(heads)])
    mail.attach(told)
    return mail


def test_a_complaint_is_her_refusal() -> None:
    mail = complaint(**{"Original-Mail-From": f"<{VERP}>"})
    [receipt] = read(mail)
    assert (receipt.reference, receipt.means) == (REFERENCE, OptedOut)


def test_a_complaint_that_kept_only_the_letter_is_one_too() -> None:
    mail = complaint()
    original = Message()
    original["Message-ID"] = f"<{NAME}>"
    original.set_payload("...")
    mail.attach(MIMEMessage(original))
    assert [one.means for one in read(mail)] == [OptedOut]


def test_a_complaint_that_kept_only_its_head_is_one_too() -> None:
    mail = complaint()
    head = MIMENonMultipart("text", "rfc822-headers")
    head.set_payload(f"From: x\nMessage-ID: <{NAME}>\n")
    mail.attach(head)
    assert [one.means for one in read(mail)] == [OptedOut]


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure"])
def test_praise_and_statistics_are_no_complaints(kind: str) -> None:
    assert read(complaint(kind, **{"Original-Mail-From": VERP})) == []


def test_whoever_writes_to_the_unsubscribe_address_wants_no_more() -> None:
    mail = MIMEText("")
    mail["To"] = VERP.replace("bounce+", "unsub+")
    assert [one.means for one in read(mail)] == [OptedOut]


def test_a_holiday_notice_says_nothing() -> None:
    mail = MIMEText("Tôi đang nghỉ phép.", _charset="utf-8")
    mail["To"] = VERP
    mail["Auto-Submitted"] = "auto-replied"
    assert read(mail) == []


@pytest.mark.parametrize(
    "mail",
    [
        report(about_her("failed", "5.1.1"), to=FORGED),
        report(about_her("failed", "5.1.1"), to=VERP.replace(REFERENCE.hex, "1" * 32)),
        complaint(**{"Original-Mail-From": FORGED}),
    ],
)
def test_a_tag_that_we_did_not_make_is_refused(mail: Message) -> None:
    with pytest.raises(Forged):
        read(mail)


def test_a_bounce_of_another_account_is_refused() -> None:
    other = "another-word-of-16"
    with pytest.raises(Forged):
        read(report(about_her("failed", "5.1.1")), f"{other}/bounce", smtp_callback_secret=other)


@pytest.mark.parametrize("path", ["", "bounce", "guess/bounce", f"{WORD}x/bounce", f"{WORD}/x"])
def test_who_does_not_know_the_word_is_not_heard(path: str) -> None:
    with pytest.raises(Forged):
        read(report(about_her("failed", "5.1.1")), path)


def test_the_door_of_an_account_may_stand_before_its_word() -> None:
    assert read(report(about_her("failed", "5.1.1")), f"hoa-mai/{WORD}/bounce")
    assert read(report(about_her("failed", "5.1.1")), f"hoa-mai/{WORD}")


def test_only_a_post_tells_anything() -> None:
    with pytest.raises(Forged):
        adapter().read(Callback("GET", f"{WORD}/bounce"))


def test_without_a_word_of_ours_nothing_is_believed() -> None:
    with pytest.raises(Forged):
        read(report(about_her("failed", "5.1.1")), "/bounce", smtp_callback_secret=None)


lines = st.sampled_from(
    [
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=x",
        b"Content-Type: multipart/report; report-type=feedback-report; boundary=x",
        b"Content-Type: message/delivery-status", b"Content-Type: message/feedback-report",
        b"Content-Type: message/rfc822", b"Content-Type: text/rfc822-headers; charset=odd",
        b"--x", b"--x--", b"", b"Action: failed", b"Status: 5.1.1", b"Status: \xff=?utf-8?b?!?=",
        b"Feedback-Type: abuse", b"To: " + VERP.encode(), b"Content-Transfer-Encoding: base64",
    ]
) | st.binary(max_size=20)  # fmt: skip


@given(content=st.lists(lines, max_size=20).map(b"\r\n".join))
def test_whatever_comes_by_mail_nothing_breaks(content: bytes) -> None:
    assert all(one.reference == REFERENCE for one in read(content))


def test_parts_within_parts_without_end_say_nothing() -> None:
    deep = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n)
        for n in range(3_000)
    )
    assert read(b"To: " + VERP.encode() + b"\r\n" + deep) == []
