"""Our three adapters and the played providers: two readings of one document must meet."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from channels.accounts import Account, EsmsAccount, FptAccount, SpeedSmsAccount, Surroundings
from channels.adapters import build
from channels.simulator.server import Config, Simulator, running
from contactbook.ports.account import AccountState
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Callback,
    ChannelAdapter,
    GiveUp,
    Heard,
    OutcomeUnknown,
    Outgoing,
    Receipt,
    SendFailed,
    TryAgain,
)
from tests.channels.adapter_contract import NOW, settings, tried
from tests.providers.ears import Ears, listening

SECRET = "an-unguessable-word-530"
TEXT = "Trường MN Hoa Mai: bé An (Lá 1) hôm nay đi học, ăn hết suất."
READ = "Truong MN Hoa Mai: be An (La 1) hom nay di hoc, an het suat."
ACCOUNTS: dict[str, Account] = {
    "esms": EsmsAccount(
        api_key="esms-key", secret_key="esms-secret", brandname="HOAMAI", callback_secret=SECRET
    ),
    "speedsms": SpeedSmsAccount(
        access_token="speedsms-token", brandname="HOAMAI", callback_secret=SECRET
    ),
    "fpt": FptAccount(client_id="fpt-client", client_secret="fpt-secret", brandname="HOAMAI"),
}
everybody = pytest.mark.parametrize("name", list(ACCOUNTS))


def message(number: str = "+84961888484") -> Outgoing:
    return Outgoing(uuid4(), number, TEXT)


def played(
    name: str,
    story: Callable[[ChannelAdapter, Simulator], Any],
    *,
    account: dict[str, object] | None = None,
    reports: int = 1,
    **config: Any,  # noqa: ANN401
) -> tuple[Any, list[Receipt]]:
    """What a story comes to, and what the provider's callbacks said meanwhile."""
    with listening() as ears:
        told = {"speedsms_callback_url": f"{ears.url}/hooks/sms/speedsms/{SECRET}"} | config
        with running(Config(receipt_delay=0.02, **told)) as there:
            where = settings(
                callback_url=ears.url,
                esms_url=f"{there.http_url}/MainService.svc/json",
                speedsms_url=f"{there.http_url}/index.php",
                fpt_url=there.http_url,
                timeout_seconds=2,
            )
            mine = ACCOUNTS[name].model_copy(update=account or {})
            ours = build(name, mine, where, Surroundings(lambda: NOW))

            async def live() -> Any:  # noqa: ANN401
                try:
                    return await story(ours, there)
                finally:
                    await ours.close()

            came = asyncio.run(live())
            return came, heard(ours, ears, expected=reports if ours.hears else 0)


def heard(ours: ChannelAdapter, ears: Ears, expected: int) -> list[Receipt]:
    calls = ears.heard(expected)
    said: list[Receipt] = []
    for call in calls:
        path = call.path.removeprefix("/hooks/sms/")
        told = ours.read(Callback(call.method, path, call.query, call.headers, call.body))
        said += [one for one in told if isinstance(one, Receipt)]
    return said


@everybody
def test_a_text_arrives_as_it_is_written_and_is_reported_with_its_price(name: str) -> None:
    async def story(ours: ChannelAdapter, there: Simulator) -> tuple[Any, list[str]]:
        came = await ours.send(message())
        return came, [one.text for one in there.messages]

    (came, texts), said = played(name, story, esms_prices={"Viettel": 820})
    assert isinstance(came, Accepted)
    assert texts == [READ]
    if name == "fpt":
        assert said == []
        return
    [receipt] = said
    assert (receipt.heard, receipt.provider_id) == (Heard.DELIVERED, came.provider_id)
    assert (receipt.carrier, receipt.cost_vnd) == (
        ("viettel", 820) if name == "esms" else ("", None)
    )


@everybody
@pytest.mark.parametrize(
    ("fault", "kind"),
    [({"throttle": 3}, TryAgain), ("hang_after", OutcomeUnknown), ("reset", OutcomeUnknown),
     ("html_after", OutcomeUnknown), ({"http": 502}, OutcomeUnknown), ({"http": 503}, TryAgain)],
)  # fmt: skip
def test_a_bad_day_is_told_by_its_name(name: str, fault: object, kind: type[SendFailed]) -> None:
    async def story(ours: ChannelAdapter, there: Simulator) -> object:
        there.faults.script("sms", "0961888484", [fault])
        first = await tried(ours, message())
        await ours.send(message("+84961888485"))
        return first

    came, _ = played(name, story)
    assert type(came) is kind


@pytest.mark.parametrize(
    ("name", "wrong", "kind"),
    [
        ("esms", {"api_key": "x"}, AccountUnusable),
        ("esms", {"brandname": "OTHER"}, GiveUp),
        ("speedsms", {"access_token": "x"}, AccountUnusable),
        ("speedsms", {"brandname": "OTHER"}, GiveUp),
        ("fpt", {"client_id": "x"}, AccountUnusable),
        ("fpt", {"brandname": "OTHER"}, GiveUp),
    ],
)
def test_a_wrong_account_is_told_apart_from_a_wrong_text(
    name: str, wrong: dict[str, str], kind: type[SendFailed]
) -> None:
    account = type(ACCOUNTS[name])(**(ACCOUNTS[name].model_dump() | wrong))

    async def story(ours: ChannelAdapter, there: Simulator) -> object:
        came = await tried(ours, message())
        assert not there.messages
        return came

    change = {field: getattr(account, field) for field in wrong}
    came, _ = played(name, story, account=change, reports=0)
    assert type(came) is kind


def test_a_repeat_at_esms_is_not_paid_twice() -> None:
    async def story(ours: ChannelAdapter, there: Simulator) -> tuple[Any, ...]:
        there.faults.script("sms", "0961888484", ["hang_after"])
        one = message()
        return await tried(ours, one), await tried(ours, one), len(there.messages)

    (first, second, arrived), _ = played("esms", story)
    assert type(first) is OutcomeUnknown
    assert isinstance(second, Accepted)
    assert arrived == 1


def test_accounts_say_what_is_left_in_them() -> None:
    async def story(ours: Any, _: Simulator) -> AccountState:  # noqa: ANN401
        await ours.send(message())
        state: AccountState = await ours.account_state()
        return state

    state, _ = played("esms", story, esms_balance=10_000, esms_templates=("{P1,99}.",))
    assert state == AccountState(9_150, ("HOAMAI",), ("{P1,99}.",))
    state, _ = played("speedsms", story, speedsms_balance=10_000)
    assert state == AccountState(9_750)


@pytest.mark.parametrize("name", ["esms", "speedsms"])
def test_a_message_can_be_asked_after(name: str) -> None:
    async def story(ours: Any, _: Simulator) -> Receipt | None:  # noqa: ANN401
        taken = await ours.send(message())
        assert await ours.ask("123456789") is None
        for _try in range(200):
            if (receipt := await ours.ask(taken.provider_id)) is not None:
                return receipt  # type: ignore[no-any-return]
            await asyncio.sleep(0.01)
        return None

    came, said = played(name, story)
    assert isinstance(came, Receipt)
    assert (came.heard, came.provider_id) == (Heard.DELIVERED, said[0].provider_id)
    assert came.carrier == ("viettel" if name == "esms" else "")
