"""One connection, held octet by octet at its other end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from channels.smpp.pdu import LAST_SEQUENCE, Command, Pdu, decode
from channels.smpp.session import Endpoint, Lost, Session
from tests.channels.wire import serving


@dataclass
class Held:
    """What the SMSC's side reads and writes by hand."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def next(self) -> Pdu:
        head = await self.reader.readexactly(4)
        return decode(head + await self.reader.readexactly(int.from_bytes(head, "big") - 4))

    def say(self, pdu: Pdu) -> None:
        self.writer.write(pdu.encode())


@asynccontextmanager
async def held(response: float = 2.0, enquire: float = 30.0) -> AsyncIterator[tuple[Session, Held]]:
    ends: asyncio.Queue[Held] = asyncio.Queue()
    over = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = Held(reader, writer)
        there.say((await there.next()).response(0, b"SMSC\0"))
        await ends.put(there)
        await over.wait()

    async def hear(session: Session, pdu: Pdu) -> None:
        session.answer(pdu, 0, b"\0")

    async with serving(talk) as port:
        smsc = Endpoint("127.0.0.1", port, "me", "word", response=response, enquire=enquire)
        session = await Session.bound(smsc, hear)
        try:
            yield session, await ends.get()
        finally:
            session.end("the test is over")
            over.set()


def test_a_silent_smsc_is_asked_whether_it_is_there_and_left_when_it_is_not() -> None:
    async def story() -> None:
        async with held(enquire=0.05, response=0.2) as (session, there):
            first = await there.next()
            assert first.command == Command.ENQUIRE_LINK
            there.say(first.response())
            assert (await there.next()).command == Command.ENQUIRE_LINK
            await asyncio.wait_for(session.closed.wait(), 5)
            assert session.ended.startswith("enquire_link")

    asyncio.run(story())


def test_what_the_smsc_asks_is_answered() -> None:
    async def story() -> None:
        async with held() as (_, there):
            there.say(Pdu(Command.ENQUIRE_LINK, 7))
            assert (await there.next()).encode().hex() == "00000010800000150000000000000007"
            there.say(Pdu(Command.ALERT_NOTIFICATION, 8))  # which nobody answers
            there.say(Pdu(0x103, 9))  # data_sm, which we do not speak
            assert await there.next() == Pdu(Command.GENERIC_NACK, 9, 0x03)
            there.say(Pdu(Command.DELIVER_SM, 10))
            assert len((await there.next()).encode()) == 17

    asyncio.run(story())


def test_an_smsc_that_sends_us_away_still_answers_what_is_on_its_way() -> None:
    async def story() -> None:
        async with held() as (session, there):
            sending = asyncio.create_task(session.request(Command.SUBMIT_SM))
            asked = await there.next()
            there.say(Pdu(Command.UNBIND, 5))
            await asyncio.sleep(0.05)
            with pytest.raises(Lost) as refused:
                await session.request(Command.SUBMIT_SM)
            assert not refused.value.left  # nothing new leaves, and it may be tried again
            there.say(asked.response(0, b"A1\0"))
            assert (await sending).body == b"A1\0"
            assert await there.next() == Pdu(Command.UNBIND | 0x80000000, 5)
            await asyncio.wait_for(session.closed.wait(), 5)

    asyncio.run(story())


def test_a_hang_up_tells_everybody_who_waits() -> None:
    async def story() -> None:
        async with held() as (session, there):
            waiting = [asyncio.create_task(session.request(Command.SUBMIT_SM)) for _ in range(3)]
            for _ in waiting:
                await there.next()
            there.writer.transport.abort()
            for one in waiting:
                with pytest.raises(Lost) as lost:
                    await one
                assert lost.value.left

    asyncio.run(story())


@pytest.mark.parametrize("octets", [b"HTTP/1.1 200 OK\r\n\r\n", b"\xff" * 16, b"\0" * 16])
def test_what_is_no_smpp_ends_the_session(octets: bytes) -> None:
    async def story() -> None:
        async with held() as (session, there):
            there.writer.write(octets)
            await asyncio.wait_for(session.closed.wait(), 5)

    asyncio.run(story())


def test_a_generic_nack_is_the_answer_and_a_stranger_is_none() -> None:
    async def story() -> None:
        async with held() as (session, there):
            sending = asyncio.create_task(session.request(Command.SUBMIT_SM))
            asked = await there.next()
            there.say(Pdu(Command.SUBMIT_SM | 0x80000000, asked.sequence + 1, 0, b"A1\0"))
            there.say(Pdu(Command.GENERIC_NACK, asked.sequence, 0x03))
            assert (await sending).status == 0x03

    asyncio.run(story())


def test_numbers_begin_anew_after_the_last_and_pass_over_those_that_wait() -> None:
    async def story() -> None:
        async with held(response=0.2) as (session, there):
            with pytest.raises(Lost):  # unanswered: its number stays taken for a late answer
                await session.request(Command.SUBMIT_SM)
            taken = (await there.next()).sequence
            session._sequence = LAST_SEQUENCE - 1
            numbers = []
            for _ in range(3):
                sending = asyncio.create_task(session.request(Command.SUBMIT_SM))
                asked = await there.next()
                numbers.append(asked.sequence)
                there.say(asked.response())
                await sending
            assert taken == 2  # 1 was the bind
            assert numbers == [LAST_SEQUENCE, 1, 3]

    asyncio.run(story())
