"""Letters as the relay gets them, and connections that are kept, worn out, or found dead."""

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from hypothesis import given
from hypothesis import strategies as st

from channels.email.adapter import LETTERS_PER_CONNECTION, EmailAdapter
from channels.email.answers import ROWS
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Channel,
    Gone,
    NotReachable,
    OutcomeUnknown,
    Outgoing,
    SendFailed,
    TryAgain,
)
from tests.channels import test_tables
from tests.channels.adapter_contract import (
    NOW,
    REFERENCE,
    adapter_at,
    open_adapter,
    outgoing,
    run,
    tried,
)
from tests.channels.wire import HANG_UP, SILENCE, Relay, mail_relay

BOUNCES: dict[str, Any] = {
    "smtp_bounce_domain": "bounce.example",
    "smtp_callback_secret": "a-word-of-16-signs",
}
LONG = "Bé An hôm nay ăn hết suất trưa.\n.\n.. chấm đầu dòng\r\nhết\rthật " + "rất dài " * 300
HTML = f"<p>{LONG}</p>"


def told(
    messages: list[Outgoing], says: dict[str, bytes] | None = None, **more: object
) -> tuple[list[Accepted | SendFailed], Relay]:
    async def story() -> tuple[list[Accepted | SendFailed], Relay]:
        async with (
            mail_relay(**(says or {})) as relay,
            open_adapter(Channel.EMAIL, f"http://127.0.0.1:{relay.port}", **more) as ours,
        ):
            return [await tried(ours, message) for message in messages], relay

    result: tuple[list[Accepted | SendFailed], Relay] = run(story())
    return result


def letter_of(message: Outgoing) -> EmailMessage:
    [came], relay = told([message])
    assert isinstance(came, Accepted), repr(came)
    raw = relay.letters[0].removesuffix(b"\r\n.\r\n")
    assert raw.isascii()
    assert max(map(len, raw.splitlines())) <= 100
    letter = message_from_bytes(raw.replace(b"\r\n..", b"\r\n."), policy=policy.SMTP)
    assert isinstance(letter, EmailMessage)
    return letter


def content(letter: EmailMessage, kind: str) -> str:
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_a_letter_says_the_same_in_text_and_html() -> None:
    subject = "Bản tin hôm nay của bé An".replace("ả", "a\u0309")
    letter = letter_of(outgoing(Channel.EMAIL, LONG, html=HTML, subject=subject))
    assert letter.get_content_type() == "multipart/alternative"
    assert [part.get_content_subtype() for part in letter.iter_parts()] == ["plain", "html"]
    lines = LONG.replace("\r\n", "\n").replace("\r", "\n")
    assert content(letter, "plain").replace("\r\n", "\n").strip() == lines.strip()
    assert content(letter, "html").replace("\r\n", "\n") == f"<p>{lines}</p>"
    assert letter["Subject"] == "Bản tin hôm nay của bé An"


def test_a_letter_has_its_headers() -> None:
    letter = letter_of(outgoing(Channel.EMAIL, sender_name="Trường Mầm Non Hoa Sen"))
    assert letter["From"] == "Trường Mầm Non Hoa Sen <no-reply@hoasen.example>"
    assert letter["To"] == "phuhuynh@example.vn"
    assert letter["Message-ID"] == f"<{REFERENCE}@hoasen.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"].datetime == NOW
    assert letter["MIME-Version"] == "1.0"
    assert letter.get_content_type() == "text/plain"


def test_bounces_go_to_an_address_of_their_own_that_only_we_can_make() -> None:
    [came], relay = told([outgoing(Channel.EMAIL)], **BOUNCES)
    assert isinstance(came, Accepted)
    name, _, domain = came.provider_id.partition("@")
    assert name.startswith(f"{REFERENCE.hex}.")
    assert domain == "bounce.example"
    [sender] = [command for command in relay.commands if command.startswith("MAIL")]
    assert sender.startswith(f"MAIL FROM:<bounce+{name}@bounce.example>")
    assert len(f"bounce+{name}") <= 64
    other = BOUNCES | {"smtp_callback_secret": "another-word-of-16"}
    assert told([outgoing(Channel.EMAIL)], **other)[0] != [came]


def test_without_a_word_or_a_domain_bounces_go_to_the_sender() -> None:
    for missing in BOUNCES:
        some = {name: value for name, value in BOUNCES.items() if name != missing}
        _, relay = told([outgoing(Channel.EMAIL)], **some)
        assert "MAIL FROM:<no-reply@hoasen.example>" in relay.commands


@given(
    subject=st.text(st.characters(codec=None), max_size=120),
    name=st.text(st.characters(codec=None), max_size=120),
    body=st.text(st.characters(codec=None), max_size=300),
)
def test_no_words_can_add_a_header(subject: str, name: str, body: str) -> None:
    plain = adapter_at(Channel.EMAIL, "http://127.0.0.1:9")
    assert isinstance(plain, EmailAdapter)
    html = f"<p>{body}"
    message = outgoing(Channel.EMAIL, body, subject=subject, sender_name=name, html=html)
    letter = message_from_bytes(plain._letter(message), policy=policy.compat32)
    assert " ".join(letter.keys()) == (
        "From To Subject Date Message-ID Auto-Submitted MIME-Version Content-Type"
    )
    assert len(letter.get_payload()) == 2
    assert str(letter["From"]).endswith("<no-reply@hoasen.example>")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "mother",
        "a@b.vn, c@d.vn",
        "a@b.vn\nBcc: c@d.vn",
        "a@b.vn\n",
        "mẹ@nhà.vn",
        '"a b"@c.vn',
        "<a@b.vn>",
        "a@b@c.vn",
        "a" * 65 + "@b.vn",
    ],
)
def test_only_one_plain_mailbox_is_written_to(address: str) -> None:
    [came], relay = told([outgoing(Channel.EMAIL, address=address)])
    assert isinstance(came, NotReachable)
    assert relay.connections == 0


def test_a_connection_is_worn_out_after_a_hundred_letters() -> None:
    came, relay = told([outgoing(Channel.EMAIL)] * (LETTERS_PER_CONNECTION + 1))
    assert all(isinstance(one, Accepted) for one in came)
    assert relay.connections == 2
    assert relay.commands.count("QUIT") == 2


def second_letter(says: dict[str, bytes]) -> tuple[Accepted | SendFailed, Relay]:
    """One letter as usual, and a second one over the kept connection, where `says` is said once."""

    async def story() -> tuple[Accepted | SendFailed, Relay]:
        async with (
            mail_relay() as relay,
            open_adapter(Channel.EMAIL, f"http://127.0.0.1:{relay.port}") as ours,
        ):
            assert isinstance(await tried(ours, outgoing(Channel.EMAIL)), Accepted)
            relay.once.update(says)
            return await tried(ours, outgoing(Channel.EMAIL)), relay

    result: tuple[Accepted | SendFailed, Relay] = run(story())
    return result


@pytest.mark.parametrize("step", ["mail", "rcpt"])
@pytest.mark.parametrize("words", [HANG_UP, b"421 too long idle"])
def test_a_kept_connection_found_dead_is_replaced_unnoticed(step: str, words: bytes) -> None:
    came, relay = second_letter({step: words})
    assert isinstance(came, Accepted)
    assert len(relay.letters) == relay.connections == 2


@pytest.mark.parametrize("words", [HANG_UP, SILENCE, b"25"])
def test_a_letter_that_left_is_never_sent_a_second_time(words: bytes) -> None:
    came, relay = second_letter({"dot": words})
    assert isinstance(came, OutcomeUnknown)
    assert len(relay.letters) == 2


def test_a_connection_that_the_relay_closed_meanwhile_is_not_used() -> None:
    async def story() -> tuple[object, int]:
        async with (
            mail_relay() as relay,
            open_adapter(Channel.EMAIL, f"http://127.0.0.1:{relay.port}") as ours,
        ):
            await ours.send(outgoing(Channel.EMAIL))
            relay.hang_up()
            await asyncio.sleep(0.05)
            return await tried(ours, outgoing(Channel.EMAIL)), relay.connections

    came, connections = run(story())
    assert isinstance(came, Accepted)
    assert connections == 2


def test_a_refused_person_does_not_hold_up_the_next() -> None:
    async def story() -> list[object]:
        async with (
            mail_relay() as relay,
            open_adapter(Channel.EMAIL, f"http://127.0.0.1:{relay.port}") as ours,
        ):
            relay.once["rcpt"] = b"550 5.1.1 user unknown"
            return [await tried(ours, outgoing(Channel.EMAIL)) for _ in range(2)]

    refused, accepted = run(story())
    assert isinstance(refused, NotReachable)
    assert isinstance(accepted, Accepted)


def test_few_connections_are_open_at_once_and_nobody_waits_for_ever() -> None:
    async def story() -> tuple[list[object], int]:
        async with (
            mail_relay(greeting=SILENCE) as relay,
            open_adapter(
                Channel.EMAIL, f"http://127.0.0.1:{relay.port}", smtp_connections=2
            ) as ours,
        ):
            together = [tried(ours, outgoing(Channel.EMAIL)) for _ in range(20)]
            return list(await asyncio.gather(*together)), relay.connections

    came, connections = run(story())
    assert all(isinstance(one, TryAgain) for one in came)
    assert connections <= 4  # two at a time, and whoever took their turn at the last moment


@pytest.mark.parametrize("says", [{"ehlo": b"250-relay\r\n250 SIZE 1000"}, {"ehlo": b"250 relay"}])
def test_a_relay_without_starttls_is_not_given_a_letter(says: dict[str, bytes]) -> None:
    [came], relay = told([outgoing(Channel.EMAIL)], says, smtp_starttls=True)
    assert isinstance(came, AccountUnusable)
    assert not any(command.startswith("MAIL") for command in relay.commands)


def test_tls_that_fails_has_sent_nothing() -> None:
    says = {"ehlo": b"250-relay\r\n250 STARTTLS", "starttls": b"220 go\r\nnot TLS at all"}
    [came], _ = told([outgoing(Channel.EMAIL)], says, smtp_starttls=True)
    assert isinstance(came, TryAgain)


def test_the_relay_is_told_name_and_password_as_written_in_its_address() -> None:
    async def story() -> Relay:
        async with mail_relay() as relay:
            url = f"http://c%C3%B4:p%40ss%2F@127.0.0.1:{relay.port}"
            async with open_adapter(Channel.EMAIL, url) as ours:
                await ours.send(outgoing(Channel.EMAIL))
            return relay

    # base64 of NUL cô NUL p@ss/
    assert "AUTH PLAIN AGPDtABwQHNzLw==" in run(story()).commands


def test_aiosmtpd_takes_the_letters_of_a_whole_class() -> None:
    """A server nobody here wrote: 64 letters at once, each once, each to one person."""
    got: list[tuple[list[str], bytes]] = []

    class Box:
        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002 aiosmtpd's names
            got.append((list(envelope.rcpt_tos), bytes(envelope.original_content or b"")))
            return "250 2.0.0 queued"

    async def story(port: int) -> list[Any]:
        async with open_adapter(
            Channel.EMAIL, f"http://127.0.0.1:{port}", timeout_seconds=20
        ) as ours:
            people = [f"phuhuynh{number}@example.vn" for number in range(64)]
            letters = [outgoing(Channel.EMAIL, LONG, html=HTML, address=one) for one in people]
            return list(await asyncio.gather(*(tried(ours, letter) for letter in letters)))

    server = Controller(Box(), hostname="127.0.0.1", port=0)
    server.port = free_port()
    server.start()
    try:
        came = run(story(server.port))
    finally:
        server.stop()
    assert all(isinstance(one, Accepted) for one in came)
    assert sorted(who for who, _ in got) == sorted([f"phuhuynh{n}@example.vn"] for n in range(64))
    for _, raw in got:
        letter = message_from_bytes(raw, policy=policy.SMTP)
        assert isinstance(letter, EmailMessage)
        assert "Bé An hôm nay" in content(letter, "plain")


def free_port() -> int:
    import socket  # noqa: PLC0415 one line of use

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (b"550 5.1.1 user unknown", Gone),
        (b"550-5.1.10 no such\r\n550 5.1.10 address", Gone),
        (b"550 5.2.1 mailbox disabled", Gone),
        (b"550 5.7.1 we do not like you", NotReachable),
        (b"552 5.2.2 full", NotReachable),
        (b"550 mailbox unavailable", NotReachable),
        (b"450 4.1.1 not now", TryAgain),
    ],
)
def test_a_mailbox_that_does_not_exist_is_given_up(words: bytes, kind: type[SendFailed]) -> None:
    [came], _ = told([outgoing(Channel.EMAIL)], {"rcpt": words})
    assert type(came) is kind


def test_every_row_of_refusals_is_answered_in_the_table_of_all_providers() -> None:
    named = {"greeting": "greeting", "log-in": "auth", "MAIL": "mail", "RCPT": "rcpt"}
    told_there = {(step, code, kind) for step, code, kind in test_tables.SMTP}
    for row in ROWS:
        steps = [named[row.step]] if row.step in named else ["data", "dot"]
        for step in steps:
            others = [code for at, code, kind in told_there if at == step and kind is row.verdict]
            assert row.code in others or (row.code == 0 and {599, 554} & set(others)), row
        assert row.meaning
