"""Every provider we speak to: its channel, what an account there holds, and who speaks with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from channels.accounts import (
    Account,
    EsmsAccount,
    FptAccount,
    SmppAccount,
    SmtpAccount,
    SpeedSmsAccount,
    Surroundings,
    TelegramAccount,
    ZaloAccount,
    of_environment,
)
from channels.email.adapter import EmailAdapter
from channels.esms.adapter import EsmsAdapter
from channels.fpt import FptAdapter
from channels.http import Clock, utc_now
from channels.settings import ChannelSettings
from channels.smpp.adapter import SmppAdapter
from channels.speedsms import SpeedSmsAdapter
from channels.telegram.adapter import TelegramAdapter
from channels.zalo.adapter import ZaloAdapter
from channels.zalo.zbs import ZbsAdapter
from contactbook.ports.channel import Channel, ChannelAdapter


@dataclass(frozen=True)
class Provider:
    channel: Channel
    account: type[Account]
    adapter: Callable[[Any, ChannelSettings, Surroundings], ChannelAdapter]


PROVIDERS: dict[str, Provider] = {
    "zalo": Provider(Channel.ZALO, ZaloAccount, ZaloAdapter),
    "zbs": Provider(Channel.ZBS, ZaloAccount, ZbsAdapter),  # the same account, the same vault
    "telegram": Provider(Channel.TELEGRAM, TelegramAccount, TelegramAdapter),
    "smtp": Provider(Channel.EMAIL, SmtpAccount, EmailAdapter),
    "smpp": Provider(Channel.SMS, SmppAccount, SmppAdapter),
    "esms": Provider(Channel.SMS, EsmsAccount, EsmsAdapter),
    "speedsms": Provider(Channel.SMS, SpeedSmsAccount, SpeedSmsAdapter),
    "fpt": Provider(Channel.SMS, FptAccount, FptAdapter),
}


def build(
    name: str, account: Account, settings: ChannelSettings, around: Surroundings
) -> ChannelAdapter:
    """An adapter for an account. Needs no event loop: its client wakes at first use."""
    return PROVIDERS[name].adapter(account, settings, around)


def build_adapters(
    settings: ChannelSettings, *, now: Clock = utc_now
) -> dict[Channel, ChannelAdapter]:
    """One adapter per channel whose keys are in the environment."""
    return {
        PROVIDERS[name].channel: build(name, account, settings, Surroundings(now))
        for name, account in of_environment(settings).items()
    }
