"""The mail server's manners (shared/reference/email.md §5, §8), by the standard library."""

import smtplib
import time
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest

from tests.providers.conftest import Stage


def letter(to: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Trường Mầm non Hoa Mai <so-lien-lac@hoamai.example>"
    mail["To"] = to
    mail["Subject"] = "Bé An hôm nay ở lớp Lá 1"
    mail["Message-ID"] = "<our-1@hoamai.example>"
    mail.set_content("Bé An ăn hết suất trưa.\n")
    mail.add_alternative("<p>Bé An ăn hết suất trưa.</p>", subtype="html")
    return mail


def post(stage: Stage, to: str, times: int = 1) -> None:
    address = urlsplit(stage.simulator.smtp_url)
    assert address.hostname
    with smtplib.SMTP(address.hostname, address.port or 0, timeout=5) as smtp:
        for _ in range(times):
            smtp.send_message(letter(to))


def test_a_mail_is_read_as_its_parts(stage: Stage) -> None:
    post(stage, "Me.An@example.vn", times=2)
    first, second = stage.arrived("email")
    assert first["address"] == "me.an@example.vn"
    assert first["sender"] == "Trường Mầm non Hoa Mai <so-lien-lac@hoamai.example>"
    assert first["subject"] == "Bé An hôm nay ở lớp Lá 1"
    assert first["text"].strip() == "Bé An ăn hết suất trưa."
    assert first["html"].strip() == "<p>Bé An ăn hết suất trưa.</p>"
    assert first["reference"] == "<our-1@hoamai.example>"
    assert second["copies"] == 2


@pytest.mark.parametrize(
    ("to", "code", "words"),
    [
        ("bad.address@example.vn", 550, b"5.1.1"),
        ("busy@example.vn", 451, b"4.3.0"),
        ("full@example.vn", 452, b"4.2.2"),
    ],
)
def test_some_addresses_are_refused(stage: Stage, to: str, code: int, words: bytes) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        post(stage, to)
    said_code, said = refused.value.recipients[to]
    assert said_code == code
    assert said.startswith(words)
    assert stage.arrived() == []


def test_a_slow_server_answers_in_the_end(stage: Stage) -> None:
    begun = time.monotonic()
    post(stage, "slow@example.vn")
    assert time.monotonic() - begun >= 0.5
    assert len(stage.arrived()) == 1


def test_a_dropped_connection_leaves_the_outcome_unknown(stage: Stage) -> None:
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        post(stage, "drop@example.vn")
    assert len(stage.arrived()) == 1


@pytest.mark.parametrize("outcome", [{"error": "550"}, {"throttle": 1}, "reset"])
def test_faults_are_scripted_for_an_address(stage: Stage, outcome: object) -> None:
    stage.script("email", "Me@example.vn", outcome)
    with pytest.raises((smtplib.SMTPException, ConnectionError)):
        post(stage, "me@example.vn")
    assert stage.arrived() == []
    post(stage, "me@example.vn")
    assert len(stage.arrived()) == 1


def test_a_server_that_is_down_says_421(stage: Stage) -> None:
    stage.door("conditions", {"channel": "email", "down": True})
    with pytest.raises(smtplib.SMTPException, match="421"):
        post(stage, "me@example.vn")
    stage.door("conditions", {"channel": "email", "down": False})
    post(stage, "me@example.vn")
