"""The HTTP providers of SMS beside eSMS, set up to be asked over a real socket."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from channels.accounts import Account, FptAccount, SpeedSmsAccount, Surroundings
from channels.adapters import build
from contactbook.ports.channel import Accepted, Channel, ChannelAdapter, Outgoing, SendFailed
from tests.channels.adapter_contract import NOW, outgoing, run, settings, tried
from tests.channels.wire import Provider, Request, http_provider

SECRET = "an-unguessable-word-530"
ACCOUNTS: dict[str, Account] = {
    "speedsms": SpeedSmsAccount(
        access_token="speedsms-token", brandname="HOAMAI", callback_secret=SECRET
    ),
    "fpt": FptAccount(client_id="fpt-client", client_secret="fpt-secret", brandname="HOAMAI"),
}
PLAIN = "Truong MN Hoa Mai: be An hom nay di hoc."


def sms(body: str = PLAIN, **more: Any) -> Outgoing:  # noqa: ANN401
    return outgoing(Channel.SMS, body, **more)


def adapter(
    name: str,
    url: str,
    *,
    clock: Callable[[], datetime] = lambda: NOW,
    **account: Any,  # noqa: ANN401
) -> ChannelAdapter:
    where = settings(speedsms_url=url, fpt_url=url)
    told = ACCOUNTS[name].model_copy(update=account)
    return build(name, told, where, Surroundings(clock))


def asked(
    name: str,
    answer: bytes | Callable[[Request], bytes],
    question: Callable[[Any], Awaitable[Any]],
    **account: Any,  # noqa: ANN401
) -> tuple[Any, Provider]:
    """What one question to an adapter comes to, and what its provider saw."""

    async def story() -> tuple[Any, Provider]:
        async with http_provider(answer) as there:
            ours = adapter(name, there.url, **account)
            try:
                return await question(ours), there
            except SendFailed as failed:
                return failed, there
            finally:
                await ours.close()

    result: tuple[Any, Provider] = run(story())
    return result


def sent(
    name: str,
    answer: bytes | Callable[[Request], bytes],
    message: Outgoing | None = None,
    **account: Any,  # noqa: ANN401
) -> tuple[Accepted | SendFailed, Provider]:
    return asked(name, answer, lambda ours: tried(ours, message or sms()), **account)
