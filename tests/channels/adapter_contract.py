"""What every adapter promises, and how the four are set up to be asked."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from channels.adapters import build_adapters
from channels.settings import ChannelSettings
from contactbook.ports.channel import (
    Accepted,
    Channel,
    ChannelAdapter,
    Outgoing,
    SendFailed,
)
from tests.channels.wire import Provider, http_provider, mail_relay, reply

REFERENCE = UUID("019ab000-0000-7000-8000-0000000000aa")
NOW = datetime(2026, 11, 24, 9, 30, 20, tzinfo=UTC)  # 16:30:20 in Vietnam
ESMS_SECRET = "esms-callback-secret"
TELEGRAM_SECRET = "telegram-secret"
APP_ID, OA_SECRET = "1234567890123456789", "zaloOASecret"
KEYS: dict[str, Any] = {
    "esms_api_key": "api-key-xyz",
    "esms_secret_key": "secret-key-xyz",
    "esms_brandname": "MAMNON",
    "esms_callback_secret": ESMS_SECRET,
    "zalo_access_token": "zalo-token-xyz",
    "zalo_app_id": APP_ID,
    "zalo_webhook_secrets": ["another", OA_SECRET],
    "zalo_templates": [
        {
            "kind": "day",
            "template_id": "338291",
            "tag": "2",
            "price_vnd": 200,
            "parameters": [{"name": "child", "longest": 30}],
        }
    ],
    "telegram_token": "123:telegram-token-xyz",
    "telegram_webhook_secret": TELEGRAM_SECRET,
    "smtp_sender": "no-reply@hoasen.example",
    "smtp_starttls": False,
    "timeout_seconds": 0.5,
}
ADDRESSES = {
    Channel.SMS: "+84901888484",
    Channel.ZALO: "2512523625412515",
    Channel.ZBS: "+84901888484",
    Channel.TELEGRAM: "55",
    Channel.EMAIL: "phuhuynh@example.vn",
}
TAKEN: dict[Channel, bytes] = {
    Channel.SMS: reply(200, {"CodeResult": "100", "CountRegenerate": 0, "SMSID": "d533459e"}),
    Channel.ZALO: reply(200, {"data": {"message_id": "63ecf4"}, "error": 0, "message": "Success"}),
    Channel.ZBS: reply(200, {"data": {"msg_id": "z1"}, "error": 0, "message": "Success"}),
    Channel.TELEGRAM: reply(
        200,
        {
            "ok": True,
            "result": {
                "message_id": 7,
                "date": 1700000000,
                "chat": {"id": 55, "type": "private"},
                "text": "x",
            },
        },
    ),
}
TEXT = "Bé An hôm nay ăn hết suất trưa."


def settings(**more: Any) -> ChannelSettings:  # noqa: ANN401 settings of every kind
    return ChannelSettings(_env_file=None, **(KEYS | more))


def all_at(url: str, smtp_url: str = "smtp://127.0.0.1:9", **more: object) -> ChannelSettings:
    """Settings of a machine whose every provider is at one address."""
    where = {
        "esms_url": url,
        "zalo_oa_url": url,
        "zalo_zbs_url": url,
        "telegram_url": url,
        "smtp_url": smtp_url,
    }
    return settings(**(where | more))


def adapter_at(channel: Channel, url: str, **more: object) -> ChannelAdapter:
    smtp_url = url.replace("http://", "smtp://")
    return build_adapters(all_at(url, smtp_url, **more), now=lambda: NOW)[channel]


def outgoing(channel: Channel, body: str = TEXT, **more: Any) -> Outgoing:  # noqa: ANN401
    told = {"address": ADDRESSES[channel], "subject": "Bản tin", "sender_name": "Hoa Sen"} | more
    if channel is Channel.ZBS:
        told = {"template": "day", "values": {"child": "Bé An"}} | told
    return Outgoing(reference=REFERENCE, body=body, **told)


async def tried(adapter: ChannelAdapter, message: Outgoing) -> Accepted | SendFailed:
    """What came of one message: nothing but the port's outcomes may come out."""
    try:
        return await adapter.send(message)
    except SendFailed as failed:
        return failed


def run(story: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 whatever the story tells
    return asyncio.run(story)


@asynccontextmanager
async def open_adapter(channel: Channel, url: str, **more: object) -> AsyncIterator[ChannelAdapter]:
    adapter = adapter_at(channel, url, **more)
    try:
        yield adapter
    finally:
        await adapter.close()


def answered(
    channel: Channel, answer: bytes, message: Outgoing | None = None, **more: object
) -> tuple[Accepted | SendFailed, Provider]:
    """One message to an HTTP provider that gives `answer`."""

    async def story() -> tuple[Accepted | SendFailed, Provider]:
        async with http_provider(answer) as there, open_adapter(channel, there.url, **more) as ours:
            return await tried(ours, message or outgoing(channel)), there

    result: tuple[Accepted | SendFailed, Provider] = run(story())
    return result


@dataclass(frozen=True)
class Trouble:
    """The same misfortune on each wire: how an HTTP provider shows it, and how a relay does."""

    http: bytes
    smtp: dict[str, bytes]

    def provider(self, channel: Channel) -> AbstractAsyncContextManager[Any]:
        if channel is Channel.EMAIL:
            return mail_relay(**self.smtp)
        return http_provider(self.http)

    def met_by(self, channel: Channel, **more: object) -> Accepted | SendFailed:
        async def story() -> Accepted | SendFailed:
            async with self.provider(channel) as there:
                url = getattr(there, "url", "") or f"http://127.0.0.1:{there.port}"
                async with open_adapter(channel, url, **more) as ours:
                    return await tried(ours, outgoing(channel))

        result: Accepted | SendFailed = run(story())
        return result
