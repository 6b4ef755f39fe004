"""The best this machine could do: a loop that only posts, with the client of our adapters.

Runs as `python -m contactbook.bench.client_loop URL MESSAGES AT_ONCE`; prints seconds.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from time import perf_counter
from typing import cast
from uuid import uuid4

import httpx
import uvloop

from channels.accounts import EsmsAccount, of_environment
from channels.esms.adapter import HEADERS, form_of, words
from channels.http import Client
from channels.settings import ChannelSettings
from channels.sms import Ready
from contactbook.bench.city import PLAIN

WARMING = 500


def forms(settings: ChannelSettings, count: int) -> list[bytes]:
    """Requests as eSMS gets them from us, written beforehand."""
    account = cast("EsmsAccount", of_environment(settings)["esms"])
    form = form_of(account, settings.callback_url, "")
    text = f"Thong bao: {PLAIN} Truong MN Hoa Mai"
    return [
        json.dumps(form | words(uuid4().hex, Ready(f"9{number:08d}", text, 1, 0))).encode()
        for number in range(count)
    ]


async def post_all(client: Client, url: httpx.URL, bodies: Sequence[bytes], at_once: int) -> float:
    waiting = iter(bodies)

    async def post() -> None:
        for body in waiting:
            await client.post(url, body, HEADERS)

    began = perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(post())
    return perf_counter() - began


async def main(url: str, count: int, at_once: int) -> None:
    settings = ChannelSettings()
    client = Client(timeout_seconds=settings.timeout_seconds, connections=settings.connections)
    address = httpx.URL(f"{url}/SendMultipleMessage_V4_post_json/")
    await post_all(client, address, forms(settings, WARMING), at_once)
    seconds = await post_all(client, address, forms(settings, count), at_once)
    await client.close()
    sys.stdout.write(f"{seconds}\n")


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
