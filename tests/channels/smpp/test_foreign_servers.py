"""10,000 messages through SMSCs that nobody here wrote: none lost, none twice, parts in order.

The servers count, by the number inside each text. The line is cut in the middle, and the servers
throttle: what was on its way without an answer when the line broke is unknown, and not sent again.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from contactbook.ports.channel import Accepted, Heard, OutcomeUnknown
from tests.channels.smpp.foreign_node import node_smsc
from tests.channels.smpp.foreign_python import smpp34_smsc
from tests.channels.smpp.line import cable_to, eventually, many, ours_at, references
from tests.channels.smpp.record import Record, Script

Smsc = Callable[[Script], AbstractAsyncContextManager[Any]]
every_server = pytest.mark.parametrize("smsc", [smpp34_smsc, node_smsc], ids=["smpp34", "node"])
MANY = 10_000
WINDOW = 10


@every_server
def test_ten_thousand_messages_arrive_once_each_though_the_line_is_cut(smsc: Smsc) -> None:
    messages = many(MANY)
    script = Script(throttle_every=701, hexadecimal=True)

    async def story() -> None:
        async with (
            smsc(script) as there,
            cable_to(there.port) as cable,
            ours_at(cable.port) as ours,
        ):
            sending = asyncio.create_task(ours.all_sent(messages))
            for share in (0.3, 0.6):
                await eventually(lambda: len(ours.receipts) > share * MANY, 120)  # noqa: B023
                cable.cut()
            said = await sending
            unknown = [
                m for m, s in zip(messages, said, strict=True) if not isinstance(s, Accepted)
            ]
            assert {type(one) for one in said} <= {Accepted, OutcomeUnknown}
            assert len(unknown) <= 2 * WINDOW
            assert cable.opened == 3
            accepted = {
                m.reference for m, s in zip(messages, said, strict=True) if m not in unknown
            }
            await eventually(lambda: accepted <= set(references(ours.receipts)), 60)
        record: Record = there.record
        seen, doubtful = record.texts(), {message.body for message in unknown}
        assert {text: count for text, count in seen.items() if count > 1} == {}  # none twice
        assert {message.body for message in messages} - doubtful <= set(seen)  # none lost
        assert {f"+{to}" for to, _ in record.broken()} <= {message.address for message in unknown}
        units = sum(one.units for one in said if isinstance(one, Accepted))
        assert units <= record.taken <= units + 3 * len(unknown)
        heard = [one for one in ours.receipts if one.reference in accepted]
        assert {one.heard for one in heard} == {Heard.DELIVERED}
        assert set(references(heard)) == accepted  # some twice: our answer was cut off

    asyncio.run(story())


@every_server
def test_receipts_that_overtake_the_answer_find_their_message(smsc: Smsc) -> None:
    messages = many(500)

    async def story() -> None:
        async with smsc(Script(early=True)) as there, ours_at(there.port) as ours:
            said = await ours.all_sent(messages)
            await eventually(lambda: len(ours.receipts) >= len(messages), 60)
        assert {type(one) for one in said} == {Accepted}
        assert references(ours.receipts) == {message.reference: 1 for message in messages}
        assert there.record.texts() == {message.body: 1 for message in messages}
        assert there.record.broken() == []

    asyncio.run(story())
