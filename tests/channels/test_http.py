"""The client's own promises: honest names for failures, and no answer that goes on for ever."""

import asyncio
import time

import httpx
import pytest

from channels.http import Client, json_object, named, readable, same
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Channel,
    GiveUp,
    OutcomeUnknown,
    SendFailed,
    TryAgain,
)
from tests.channels.adapter_contract import TAKEN, answered, open_adapter, outgoing, run, tried
from tests.channels.wire import HANG_UP, http_provider, reply, serving

PAGE = b"<html>"


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.ZALO, Channel.TELEGRAM])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, OutcomeUnknown),
        (400, GiveUp),
        (401, AccountUnusable),
        (403, GiveUp),
        (404, AccountUnusable),
        (405, AccountUnusable),
        (407, AccountUnusable),
        (408, OutcomeUnknown),
        (413, GiveUp),
        (414, GiveUp),
        (415, GiveUp),
        (418, OutcomeUnknown),
        (422, GiveUp),
        (504, OutcomeUnknown),
    ],
)
def test_a_web_page_is_judged_by_its_status(
    channel: Channel, status: int, kind: type[SendFailed]
) -> None:
    came, there = answered(channel, reply(status, PAGE, Location="/elsewhere"))
    assert type(came) is kind
    assert len(there.seen) == 1  # redirects are not followed, nothing is sent twice


def test_the_transport_says_connect_timeout_for_a_hang_up_and_we_do_not_believe_it() -> None:
    async def story() -> SendFailed:
        client = Client(timeout_seconds=1, connections=1)
        async with http_provider(HANG_UP) as there:
            try:
                await client.post(httpx.URL(there.url), b"{}", {})
            except SendFailed as failed:
                return failed
            finally:
                await client.close()
        raise AssertionError

    failed = run(story())
    assert isinstance(failed.__cause__, httpx.ConnectTimeout)  # its name for it, in 0.2.0
    assert type(failed) is OutcomeUnknown


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"}}")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
    while True:
        writer.write(b" ")
        await asyncio.sleep(0.05)


def test_whoever_finds_no_free_connection_was_never_sent() -> None:
    async def story() -> list[object]:
        async with serving(drip) as port:
            url = f"http://127.0.0.1:{port}"
            async with open_adapter(Channel.ZALO, url, connections=1, timeout_seconds=0.2) as ours:
                both = [tried(ours, outgoing(Channel.ZALO)) for _ in range(2)]
                return list(await asyncio.gather(*both))

    first, second = run(story())
    assert type(first) is OutcomeUnknown
    assert type(second) is TryAgain


def test_an_answer_that_drips_is_not_waited_for() -> None:
    async def story() -> object:
        async with serving(drip) as port:
            url = f"http://127.0.0.1:{port}"
            async with open_adapter(Channel.ZALO, url, timeout_seconds=0.2) as ours:
                return await tried(ours, outgoing(Channel.ZALO))

    began = time.monotonic()
    assert type(run(story())) is OutcomeUnknown
    assert time.monotonic() - began < 3


def test_a_provider_that_closes_after_every_answer_gets_every_message() -> None:
    async def story() -> list[object]:
        closing = TAKEN[Channel.SMS].replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        async with (
            http_provider(closing) as there,
            open_adapter(Channel.SMS, there.url) as ours,
        ):
            return [await tried(ours, outgoing(Channel.SMS)) for _ in range(5)]

    assert all(isinstance(came, Accepted) for came in run(story()))


@pytest.mark.parametrize(
    ("value", "name"),
    [("a1-B_2.c:3", "a1-B_2.c:3"), (7, "7"), (True, ""), (None, ""), ("a b", ""), ("é", "")],
)
def test_ids_are_words(value: object, name: str) -> None:
    assert named(value) == name
    assert named("x" * 129) == ""


def test_what_is_read_can_be_kept() -> None:
    assert readable("e\u0301\x00\ud800!") == "é!"
    assert json_object(b'{"a": 1}') == {"a": 1}
    assert json_object(b"\xff") is None
    assert not same(None, "")
