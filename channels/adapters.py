"""Which channels this process can use: those whose keys are set."""

from channels.email import EmailAdapter
from channels.http import Clock, utc_now
from channels.settings import ChannelSettings
from channels.sms import EsmsAdapter
from channels.telegram import TelegramAdapter
from channels.zalo import ZaloAdapter
from contactbook.ports.channel import Channel, ChannelAdapter


def build_adapters(
    settings: ChannelSettings, *, now: Clock = utc_now
) -> dict[Channel, ChannelAdapter]:
    """One adapter per channel that has its keys. Needs no event loop: clients wake at first use."""
    adapters: dict[Channel, ChannelAdapter] = {}
    if settings.zalo_access_token:
        adapters[Channel.ZALO] = ZaloAdapter(settings, now=now)
    if settings.telegram_token:
        adapters[Channel.TELEGRAM] = TelegramAdapter(settings, now=now)
    if settings.smtp_url:
        adapters[Channel.EMAIL] = EmailAdapter(settings, now=now)
    if settings.esms_api_key:
        adapters[Channel.SMS] = EsmsAdapter(settings, now=now)
    return adapters
