"""Our adapter and the simulated SMSC, over a real socket: every answer, every kind of receipt."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from channels.simulator.server import Config, Simulator
from channels.smpp.codes import STATUSES, named, verdict
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Callback,
    Forged,
    GiveUp,
    Heard,
    Incoming,
    NotReachable,
    OutcomeUnknown,
    Receipt,
    Said,
    SendFailed,
    Throttled,
    TryAgain,
)
from tests.channels.smpp.line import MOTHER, Ours, eventually, many, ours_at, outgoing

PHONE = "0901888484"
LONG = "Bé An " + "ạ" * 130  # three parts


@asynccontextmanager
async def simulated(**config: Any) -> AsyncIterator[Simulator]:  # noqa: ANN401 settings of every kind
    given = {"receipt_delay": 0.02, "smpp_repeat": 0.2} | config
    simulator = Simulator(Config(**given))
    await simulator.start()
    try:
        yield simulator
    finally:
        await simulator.stop()


def port_of(simulator: Simulator) -> int:
    port = urlsplit(simulator.smpp_url).port
    assert port
    return port


@asynccontextmanager
async def bound(
    *outcomes: object,
    account: dict[str, Any] | None = None,
    **config: Any,  # noqa: ANN401
) -> AsyncIterator[tuple[Simulator, Ours]]:
    """Both ends; `outcomes` wait for the next short messages to the mother's phone."""
    async with simulated(**config) as there, ours_at(port_of(there), **(account or {})) as ours:
        there.faults.script("sms", PHONE, list(outcomes))
        yield there, ours


def texts(simulator: Simulator) -> list[str]:
    return [message.text for message in simulator.messages]


ROWS: dict[type[SendFailed], str] = {  # written from the documents a second time
    Throttled: "0x58 0x14",
    TryAgain: "0x08 0x64",
    NotReachable: "0x0B",
    GiveUp: "0x01 0x02 0x06 0x07 0x0A 0x43 0x45 0x48 0x49 0x50 0x51 0x65 0x66",
    AccountUnusable: "0x03 0x04 0x05 0x0D 0x0E 0x0F 0x15 0x53",
    OutcomeUnknown: "0xFF 0x0C 0x61 0xFE 0x400 0x7FFFFFFF",
}
CODES = [(code, kind) for kind, listed in ROWS.items() for code in listed.split()]


@pytest.mark.parametrize(("code", "kind"), CODES)
def test_every_refusal_is_told_in_its_class(code: str, kind: type[SendFailed]) -> None:
    async def story() -> None:
        async with bound({"error": code}) as (there, ours):
            said = await ours.tried(outgoing("Be An di hoc"))
            assert type(said) is kind
            assert str(said) == named(int(code, 16))
            assert texts(there) == []
            if isinstance(said, TryAgain):
                assert said.after
                assert said.after >= timedelta(seconds=1)

    asyncio.run(story())


def test_the_table_knows_no_code_that_this_page_does_not() -> None:
    known = {int(code, 16): kind for code, kind in CODES}
    assert {code: row.verdict for code, row in STATUSES.items()} == {
        code: known[code] for code in STATUSES
    }
    assert all(code in STATUSES or verdict(code) is OutcomeUnknown for code in known)


def test_a_message_arrives_and_its_receipt_names_it() -> None:
    async def story() -> None:
        async with bound() as (there, ours):
            said = await ours.sent(outgoing("Be An di hoc"))
            assert said == Accepted(provider_id="1", units=1, cost_vnd=850)
            await ours.until(1)
            (receipt,) = ours.receipts
            assert (receipt.heard, receipt.reference) == (Heard.DELIVERED, UUID(int=1))
            assert receipt.provider_id == "1"
            (message,) = there.messages
            assert (message.address, message.sender, message.state) == (
                PHONE,
                "HOAMAI",
                "delivered",
            )

    asyncio.run(story())


def test_a_long_message_has_arrived_when_all_its_parts_have() -> None:
    async def story() -> None:
        async with bound({"delay": 0.3}, {"delay": 0.0}, {"delay": 0.1}) as (there, ours):
            said = await ours.sent(outgoing(LONG))
            assert isinstance(said, Accepted)
            assert (said.units, said.provider_id) == (3, "3")  # filed under its last part
            assert texts(there) == [LONG]
            await ours.until(1)
            await asyncio.sleep(0.1)
            assert [one.reference for one in ours.receipts] == [UUID(int=1)]
            assert there.messages[0].state == "delivered"

    asyncio.run(story())


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("end", ["failed", "rejected"])
def test_a_long_message_has_failed_when_one_part_has(place: int, end: str) -> None:
    async def story() -> None:
        outcomes: list[object] = ["ok", "ok", "ok"]
        outcomes[place] = {"receipt": end}
        async with bound(*outcomes) as (_, ours):
            await ours.sent(outgoing(LONG))
            await ours.until(1)
            await asyncio.sleep(0.1)
            (receipt,) = ours.receipts
            assert (receipt.heard, receipt.reference) == (Heard.FAILED, UUID(int=1))
            assert receipt.reason.startswith("SMSC: ")
            assert receipt.reason.endswith(" err 027")

    asyncio.run(story())


@pytest.mark.parametrize("spelling", ["hex", "decimal", "same"])
@pytest.mark.parametrize("told", ["text", "parameters", "both"])
@pytest.mark.parametrize("receipt", ["early", "late", "twice", "reordered", ""])
def test_receipts_of_every_kind_name_their_message(spelling: str, told: str, receipt: str) -> None:
    async def story() -> None:
        config: dict[str, Any] = {
            "smpp_ids": spelling,
            "smpp_receipt_text": told != "parameters",
            "smpp_receipt_tlvs": told != "text",
            "smpp_first_id": 41_393,  # 0xA1B1
        }
        async with bound({"receipt": receipt}, **config) as (_, ours):
            said = await ours.sent(outgoing("Be An di hoc"))
            assert isinstance(said, Accepted)
            await ours.until(2 if receipt == "twice" else 1)
            assert {one.reference for one in ours.receipts} == {UUID(int=1)}
            assert {one.provider_id for one in ours.receipts} == {said.provider_id}

    asyncio.run(story())


@pytest.mark.parametrize("spelling", ["hex", "decimal", "same"])
def test_after_a_restart_a_receipt_names_the_delivery_by_its_providers_id(spelling: str) -> None:
    async def story() -> None:
        config: dict[str, Any] = {
            "smpp_ids": spelling,
            "smpp_first_id": 41_390,
            "receipt_delay": 0.3,
        }
        async with simulated(**config) as there:
            async with ours_at(port_of(there)) as before:
                said = await before.sent(outgoing(LONG))
            assert isinstance(said, Accepted)
            assert before.receipts == []
            async with ours_at(port_of(there)) as after:
                after.adapter.listen()
                await after.until(3)
                assert [one.reference for one in after.receipts] == [None] * 3
                assert [one.provider_id for one in after.receipts].count(said.provider_id) == 1

    asyncio.run(story())


def test_no_receipt_is_no_word() -> None:
    async def story() -> None:
        async with bound({"receipt": "none"}) as (_, ours):
            assert isinstance(await ours.sent(outgoing("Be An")), Accepted)
            await asyncio.sleep(0.2)
            assert ours.told == []

    asyncio.run(story())


@pytest.mark.parametrize("outcome", ["hang", "hang_after", "reset", "reset_after", "html_after"])
def test_a_message_without_an_answer_is_unknown_and_not_sent_again(outcome: str) -> None:
    async def story() -> None:
        async with bound(outcome, account={"timeout_seconds": 0.3}) as (there, ours):
            assert type(await ours.sent(outgoing("Be An di hoc"))) is OutcomeUnknown
            assert isinstance(await ours.sent(outgoing("Be Chau", 2)), Accepted)  # bound again
            came = ["Be An di hoc"] if outcome.endswith("_after") else []
            assert texts(there) == [*came, "Be Chau"]

    asyncio.run(story())


@pytest.mark.parametrize("place", [1, 2])
@pytest.mark.parametrize("outcome", ["hang", "reset_after"])
def test_a_long_message_of_which_one_part_is_unknown_is_unknown(place: int, outcome: str) -> None:
    async def story() -> None:
        outcomes = ["ok"] * place + [outcome]
        async with bound(*outcomes, account={"timeout_seconds": 0.3}) as (there, ours):
            assert type(await ours.sent(outgoing(LONG))) is OutcomeUnknown
            assert there.smsc.taken == place + outcome.endswith("_after")  # nothing came after it

    asyncio.run(story())


@pytest.mark.parametrize("busy", [{"throttle": 1}, {"error": "0x08"}, {"error": "0x14"}])
def test_a_part_that_is_surely_not_taken_is_tried_again_alone(busy: object) -> None:
    async def story() -> None:
        async with bound("ok", busy, "ok", busy) as (there, ours):
            said = await ours.sent(outgoing(LONG))
            assert isinstance(said, Accepted)
            assert texts(there) == [LONG]
            assert there.smsc.taken == 3  # and paid for once

    asyncio.run(story())


@pytest.mark.parametrize(
    ("error", "kind"),
    [("0x45", GiveUp), ("0x0B", NotReachable), ("0x0E", OutcomeUnknown), ("0xFF", OutcomeUnknown)],
)
def test_a_part_refused_after_others_were_taken(error: str, kind: type[SendFailed]) -> None:
    async def story() -> None:
        async with bound("ok", {"error": error}) as (_, ours):
            assert type(await ours.tried(outgoing(LONG))) is kind

    asyncio.run(story())


def test_a_receipt_settles_what_was_unknown_when_the_answer_comes_too_late() -> None:
    async def story() -> None:
        late = {"slow": 0.6, "delay": 0.0}
        async with bound(late, account={"timeout_seconds": 0.3}) as (_, ours):
            assert type(await ours.tried(outgoing("Be An"))) is OutcomeUnknown
            await ours.until(1)
            assert ours.receipts[-1].reference == UUID(int=1)

    asyncio.run(story())


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"system_id": "nobody"}, {"smpp_binds": 1}], ids=str
)
def test_a_refused_bind_is_the_accounts_trouble(wrong: dict[str, Any]) -> None:
    async def story() -> None:
        binds = wrong.get("smpp_binds", 0)
        account = {key: value for key, value in wrong.items() if key != "smpp_binds"}
        async with simulated(smpp_binds=binds) as there, ours_at(port_of(there)) as first:
            await first.sent(outgoing("Be An"))
            async with ours_at(port_of(there), **account) as second:
                assert type(await second.tried(outgoing("Be Chau", 2))) is AccountUnusable
                assert type(await second.tried(outgoing("Be Chau", 2))) is AccountUnusable

    asyncio.run(story())


def test_where_nobody_listens_a_message_may_be_tried_again() -> None:
    async def story() -> None:
        async with simulated() as there:
            port = port_of(there)
        async with ours_at(port) as ours:
            for _ in range(3):
                said = await ours.tried(outgoing("Be An"))
                assert isinstance(said, TryAgain)
                assert said.after

    asyncio.run(story())


def test_a_full_window_and_a_limit_a_second_lose_nothing() -> None:
    async def story() -> None:
        async with bound(smpp_window=4, smpp_per_second=150) as (there, ours):
            ours.adapter.link.pace.pause = 1.0  # limits are per second
            messages = many(100)
            said = await ours.all_sent(messages)
            assert {type(one) for one in said} == {Accepted}
            assert sorted(texts(there)) == sorted(message.body for message in messages)

    asyncio.run(story())


def test_never_more_than_the_window_waits_for_an_answer() -> None:
    async def story() -> None:
        async with bound(smpp_window=3, account={"window": 3}) as (there, ours):
            there.faults.condition("sms", {"slow": 0.01})
            said = [ours.tried(one) for one in many(60)]
            assert {type(one) for one in await asyncio.gather(*said)} == {Accepted}

    asyncio.run(story())


def test_what_could_not_be_written_down_is_told_again() -> None:
    broken = [True, True]

    async def hear(_words: Sequence[Receipt | Incoming]) -> None:
        if broken:
            broken.pop()
            raise OSError("the database is away")

    async def story() -> None:
        async with bound(account={"hear": hear}) as (there, ours):
            await ours.sent(outgoing("Be An"))
            await ours.until(1)
            assert broken == []
            await eventually(lambda: not there.smsc.sessions[0].untold)
            assert len(ours.receipts) == 1

    asyncio.run(story())


def test_a_receipt_is_answered_only_when_it_is_written_down() -> None:
    async def story() -> None:
        written = asyncio.Event()

        async def hear(_words: Sequence[Receipt | Incoming]) -> None:
            await written.wait()

        async with bound(account={"hear": hear}, smpp_repeat=0) as (there, ours):
            await ours.sent(outgoing("Be An"))
            await eventually(lambda: bool(there.smsc.sessions[0].untold))
            await asyncio.sleep(0.2)
            assert there.smsc.sessions[0].untold
            written.set()
            await eventually(lambda: not there.smsc.sessions[0].untold)

    asyncio.run(story())


@pytest.mark.parametrize("text", ["Be An om", "Bé An ốm, cô cho bé nghỉ ạ. " * 9, "a€[]" * 70])
def test_a_parents_words_reach_us_whole_and_once(text: str) -> None:
    async def story() -> None:
        async with bound(smpp_repeat=0.1) as (there, ours):
            ours.adapter.listen()
            await eventually(lambda: bool(there.smsc.sessions))
            there.smsc.said(PHONE, text)
            there.smsc.said(PHONE, text)  # she wrote it twice
            await ours.until(2)
            await asyncio.sleep(0.3)
            assert [(one.address, one.text) for one in ours.incoming] == [(MOTHER, text)] * 2
            assert {one.said for one in ours.incoming} == {Said.TEXT}
            assert len({one.provider_id for one in ours.incoming}) == 2

    asyncio.run(story())


def test_goodbye_waits_for_answers_and_unbinds() -> None:
    async def story() -> None:
        async with simulated() as there:
            there.faults.script("sms", PHONE, [{"slow": 0.2}])
            async with ours_at(port_of(there)) as ours:
                sending = asyncio.create_task(ours.tried(outgoing("Be An")))
                await eventually(lambda: any(one.asked for one in there.smsc.open))
            assert isinstance(await sending, Accepted)
            await eventually(lambda: not there.smsc.open)

    asyncio.run(story())


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (outgoing("Be An", address="+12025550123"), NotReachable),
        (outgoing("a" * 460), GiveUp),
        (outgoing(""), GiveUp),
    ],
)
def test_what_cannot_be_sent_is_refused_at_once(message: Any, kind: type[SendFailed]) -> None:  # noqa: ANN401
    async def story() -> None:
        async with ours_at(9) as ours:
            assert type(await ours.tried(replace(message))) is kind

    asyncio.run(story())


def test_there_is_no_door_for_callbacks() -> None:
    async def story() -> None:
        async with ours_at(9) as ours:
            with pytest.raises(Forged):
                ours.adapter.read(Callback("POST", "smpp"))
            assert ours.adapter.quote("ạ" * 71).segments == 2

    asyncio.run(story())
