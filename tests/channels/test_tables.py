"""Every row of the providers' error tables (reference/*.md), answered by a real socket."""

from datetime import UTC, datetime

import pytest

from channels.esms import codes as esms
from channels.http import morning, next_minute, tomorrow
from contactbook.ports.channel import (
    AccountUnusable,
    Channel,
    GiveUp,
    Gone,
    NotReachable,
    OutcomeUnknown,
    SendFailed,
    Throttled,
    TryAgain,
)
from tests.channels.adapter_contract import answered, open_adapter, outgoing, run, tried
from tests.channels.wire import mail_relay, reply

# Written from the documents a second time, not read from the adapters.
ESMS: dict[type[SendFailed], str] = {
    NotReachable: "99",
    Gone: "108",
    TryAgain: "199 105",
    Throttled: "160",
    AccountUnusable: "103 102 101 140 143",
    GiveUp: "104 146 177 118 300 301 201 107 120 163"
    " 106 110 115 171 204 210 687 789 790 791 799 801 802 851 854",
    OutcomeUnknown: "0 98 123 500 999999 abc",
}
SMTP: list[tuple[str, int, type[SendFailed]]] = [
    *((step, code, TryAgain) for step in ("mail", "rcpt", "dot") for code in (421, 450, 451, 452)),
    ("greeting", 421, TryAgain),
    ("greeting", 554, AccountUnusable),
    ("greeting", 599, AccountUnusable),
    ("auth", 454, TryAgain),
    *(("auth", code, AccountUnusable) for code in (530, 534, 535, 538, 599)),
    *(("mail", code, AccountUnusable) for code in (530, 550, 553, 599)),
    ("mail", 552, GiveUp),
    ("rcpt", 530, AccountUnusable),
    *(("rcpt", code, NotReachable) for code in (550, 551, 552, 553, 554, 599)),
    *((step, code, GiveUp) for step in ("data", "dot") for code in (550, 552, 554, 599)),
    ("data", 451, TryAgain),
    ("rcpt", 299, TryAgain),  # no refusal, no consent; and nothing of the letter was sent
    ("dot", 299, OutcomeUnknown),
]


def rows(table: dict[type[SendFailed], str]) -> list[tuple[str, type[SendFailed]]]:
    return [(code, kind) for kind, codes in table.items() for code in codes.split()]


@pytest.mark.parametrize(("code", "kind"), rows(ESMS))
@pytest.mark.parametrize("status", [200, 400])
def test_esms(status: int, code: str, kind: type[SendFailed]) -> None:
    came, _ = answered(Channel.SMS, reply(status, {"CodeResult": code, "ErrorMessage": "…"}))
    assert type(came) is kind


def test_esms_knows_an_invalid_request_without_a_code() -> None:
    came, _ = answered(Channel.SMS, reply(200, {"error": "Invalid request"}))
    assert type(came) is GiveUp


@pytest.mark.parametrize(("step", "code", "kind"), SMTP)
def test_smtp(step: str, code: int, kind: type[SendFailed]) -> None:
    async def story() -> object:
        async with mail_relay(**{step: f"{code} no".encode()}) as relay:
            url = f"http://teacher:p%40ss@127.0.0.1:{relay.port}"
            async with open_adapter(Channel.EMAIL, url) as ours:
                return await tried(ours, outgoing(Channel.EMAIL))

    assert isinstance(came := run(story()), kind), repr(came)


def test_the_adapters_know_no_code_that_this_page_does_not() -> None:
    assert set(esms.ANSWERS) == {code for code, kind in rows(ESMS) if kind is not OutcomeUnknown}


@pytest.mark.parametrize(
    ("now", "minute", "dawn", "day"),
    [
        ("2026-11-24T09:30:00+00:00", "0:01:00", "13:30:00", "7:35:00"),  # 16:30 in Vietnam
        ("2026-11-24T22:59:59+00:00", "0:00:01", "0:00:01", "18:05:01"),  # 05:59:59
        ("2026-11-24T23:00:00+00:00", "0:01:00", "1 day, 0:00:00", "18:05:00"),  # 06:00
        ("2026-11-24T17:00:00+00:00", "0:01:00", "6:00:00", "0:05:00"),  # midnight
    ],
)
def test_waits_end_when_the_provider_counts_anew(
    now: str, minute: str, dawn: str, day: str
) -> None:
    moment = datetime.fromisoformat(now).astimezone(UTC)
    assert str(next_minute(moment)) == minute
    assert str(morning(moment)) == dawn
    assert str(tomorrow(moment)) == day
