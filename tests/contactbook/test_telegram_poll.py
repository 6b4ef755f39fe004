"""Fetching updates where no webhook reaches us: against the simulator, over real sockets."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from channels.accounts import Surroundings, TelegramAccount
from channels.settings import ChannelSettings
from channels.simulator.server import Config, Simulator, running
from channels.telegram.adapter import TelegramAdapter
from contactbook.db import Sessions
from contactbook.machine import telegram
from contactbook.machine.errors import Refused
from contactbook.parts import Parts
from contactbook.ports.channel import Channel, Incoming, Receipt, Said
from tests.contactbook.web.site import site_of
from tests.fakes import accounts_of

TOKEN = "123456:AAtoken"
HOOK = "http://127.0.0.1:9/hooks/telegram/webhook"  # nobody listens there


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with running(Config(telegram_token=TOKEN, telegram_webhook_url=HOOK)) as simulator:
        yield simulator


def bot_at(url: str, token: str = TOKEN) -> TelegramAdapter:
    settings = ChannelSettings(_env_file=None, telegram_url=url, timeout_seconds=2)
    account = TelegramAccount(token=token, webhook_secret="a-secret")
    return TelegramAdapter(account, settings, Surroundings())


@pytest.fixture
def parts(committed: Sessions, simulator: Simulator) -> Iterator[Parts]:
    bot = bot_at(simulator.http_url)
    parts = site_of(committed).parts
    accounts = accounts_of(committed, parts.loop, {Channel.TELEGRAM: bot})
    parts = replace(parts, accounts=accounts)
    yield parts
    parts.loop.run(bot.close())


class Enough(Exception):
    pass


def until(true: Callable[[], object], within: float = 20.0) -> None:
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def say(simulator: Simulator, **told: Any) -> None:  # noqa: ANN401 JSON
    act = {"channel": "telegram", "address": "55", **told}
    loop = simulator._serving.get_loop()
    asyncio.run_coroutine_threadsafe(acted(simulator, act), loop).result(5)


async def acted(simulator: Simulator, told: dict[str, Any]) -> None:
    simulator._door.voices.act(told)


def test_what_parents_wrote_meanwhile_is_fetched_and_confirmed_once_written(
    parts: Parts, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(simulator, text="/start abc_1-X")
    say(simulator, text="Cháu bị sốt cô ạ")
    written: list[Incoming | Receipt] = []
    waiting: list[int] = []

    def write_down(_parts: Parts, said: list[Incoming]) -> None:
        waiting.append(len(simulator.telegram.updates.waiting))
        if len(waiting) == 2:  # the database is away for a moment
            raise OperationalError("", {}, Exception())
        if len(waiting) == 4:
            raise Enough
        written.extend(said)

    monkeypatch.setattr(telegram, "write_down", write_down)
    monkeypatch.setattr(telegram, "FIRST_WAIT", 0.01)
    heard: list[str] = []
    bot = telegram.bot_of(parts)

    def third() -> None:
        until(lambda: len(written) == 2)
        say(simulator, text="Cảm ơn cô")

    later = threading.Thread(target=third)
    later.start()
    with pytest.raises(Enough):
        telegram.poll(parts, bot, heard.append)
    later.join()
    assert [(one.said, one.text) for one in written if isinstance(one, Incoming)] == [
        (Said.JOINED, "abc_1-X"),
        (Said.TEXT, "Cháu bị sốt cô ạ"),
    ]
    assert waiting[:3] == [2, 2, 1], "the second stayed with Telegram until it was written"
    assert HOOK in heard[0]
    assert simulator.telegram.updates.url == ""


def test_a_tap_stops_spinning(parts: Parts, simulator: Simulator) -> None:
    say(simulator, tap="read:1")
    [update] = parts.loop.run(delete_and_poll(telegram.bot_of(parts)))
    assert simulator.telegram.queries
    telegram.write(parts, telegram.bot_of(parts), update)
    until(lambda: not simulator.telegram.queries)


async def delete_and_poll(bot: TelegramAdapter) -> list[Any]:
    await bot.delete_webhook()
    return list(await bot.poll())


def test_a_second_listener_is_told_plainly(parts: Parts, simulator: Simulator) -> None:
    ended: list[Exception] = []
    bot = telegram.bot_of(parts)

    def listen() -> None:
        try:
            telegram.poll(parts, bot, lambda _: None)
        except Refused as why:
            ended.append(why)

    first = threading.Thread(target=listen, daemon=True)
    first.start()
    until(lambda: simulator.telegram.updates.polls == 1)
    other = bot_at(simulator.http_url)
    second = parts.loop.start(other.poll())
    until(lambda: simulator.telegram.updates.polls == 2)
    say(simulator, text="Chào cô")
    first.join(20)
    assert len(second.result(20)) == 1
    parts.loop.run(other.close())
    assert "Somebody else takes this bot's updates" in str(ended[0])
    assert "terminated by other getUpdates" in str(ended[0])


def test_a_token_of_nobody_is_told_plainly(parts: Parts, simulator: Simulator) -> None:
    bot = bot_at(simulator.http_url, "123456:other")
    with pytest.raises(Refused, match="check CHANNELS_TELEGRAM_TOKEN"):
        telegram.poll(parts, bot, lambda _: None)
    parts.loop.run(bot.close())


def test_a_webhook_is_shown_set_and_deleted(parts: Parts, simulator: Simulator) -> None:
    told: list[str] = []
    bot = telegram.bot_of(parts)
    telegram.show_webhook(parts, bot, told.append)
    assert f"@hoamai_bot (Sổ liên lạc): {HOOK}" in told[0]
    telegram.delete_webhook(parts, bot, told.append)
    assert simulator.telegram.updates.url == ""
    telegram.set_webhook(parts, bot, "http://127.0.0.1:9/", told.append)
    assert simulator.telegram.updates.url == HOOK
    assert simulator.telegram.updates.secret == "a-secret"
    with pytest.raises(Refused, match=r"(?i)an HTTPS URL must be provided"):
        telegram.set_webhook(parts, bot, "http://school.example", told.append)


def test_without_a_bot_there_is_nothing_to_fetch(parts: Parts) -> None:
    with pytest.raises(Refused, match="CHANNELS_TELEGRAM_TOKEN"):
        telegram.bot_of(replace(parts, accounts=accounts_of(parts.sessions, parts.loop, {})))


def test_the_command_listens_until_ctrl_c(
    simulator: Simulator,
    database_url: str,
    redis_address: Any,  # noqa: ANN401 embedded's own
) -> None:
    bare = {name: value for name, value in os.environ.items()
            if not name.startswith(("CONTACTBOOK_", "CHANNELS_"))}  # fmt: skip
    env = {
        **bare,
        "CONTACTBOOK_DATABASE_URL": database_url,
        "CONTACTBOOK_REDIS_URL": redis_address.celery_url,
        "CONTACTBOOK_SECRET_KEY": "a-secret-of-thirty-two-characters",
        "CHANNELS_TELEGRAM_URL": simulator.http_url,
        "CHANNELS_TELEGRAM_TOKEN": TOKEN,
    }
    say(simulator, text="Chào cô")
    listening = subprocess.Popen(
        [sys.executable, "-m", "contactbook.cli", "telegram-poll"],
        env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        until(lambda: simulator.telegram.updates.polls >= 2, within=60)
        assert not simulator.telegram.updates.waiting, "written, and confirmed by the next question"
        listening.send_signal(signal.SIGINT)
        said, _ = listening.communicate(timeout=30)
    finally:
        listening.kill()
    assert listening.returncode == 0, said
    assert "Listening for what parents write to @hoamai_bot" in said
    assert "Traceback" not in said
    assert "Chào cô" not in said
