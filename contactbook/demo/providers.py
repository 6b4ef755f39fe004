"""The providers, played on loopback, and the keys that both sides know."""

import os
from urllib.parse import urlsplit

from contactbook.machine.errors import Refused

LOOPBACK = "127.0.0.1"
# Nobody is behind these: the providers are played on this machine.
KEYS = {
    "CHANNELS_ESMS_API_KEY": "demo-esms-key",
    "CHANNELS_ESMS_SECRET_KEY": "demo-esms-secret",
    "CHANNELS_ESMS_BRANDNAME": "HOAMAI",
    "CHANNELS_ESMS_CALLBACK_SECRET": "demo-callback-word-530",
    "CHANNELS_ZALO_ACCESS_TOKEN": "demo-zalo-token",
    "CHANNELS_ZALO_APP_ID": "1234567890123456789",
    "CHANNELS_ZALO_WEBHOOK_SECRETS": "demoZaloOASecret",
    "CHANNELS_TELEGRAM_TOKEN": "530:demo-telegram-token",
    "CHANNELS_TELEGRAM_WEBHOOK_SECRET": "demo-telegram-secret",
    "CHANNELS_SMTP_SENDER": "so-lien-lac@contactbook.example",
    "CHANNELS_SMTP_STARTTLS": "false",
    "CHANNELS_SMTP_BOUNCE_DOMAIN": "bounce.contactbook.example",
    "CHANNELS_SMTP_CALLBACK_SECRET": "demo-bounce-word-530",
}


def environment(http_port: int, smtp_port: int, callback_url: str) -> dict[str, str]:
    """What makes the ordinary adapters speak with the played providers."""
    http = f"http://{LOOPBACK}:{http_port}"
    return {
        **KEYS,
        "CHANNELS_CALLBACK_URL": callback_url,
        "CHANNELS_ESMS_URL": f"{http}/MainService.svc/json",
        "CHANNELS_SPEEDSMS_URL": f"{http}/index.php",
        "CHANNELS_FPT_URL": http,
        "CHANNELS_ZALO_OA_URL": http,
        "CHANNELS_ZALO_ZBS_URL": http,
        "CHANNELS_ZALO_OAUTH_URL": http,
        "CHANNELS_TELEGRAM_URL": http,
        "CHANNELS_SMTP_URL": f"smtp://{LOOPBACK}:{smtp_port}",
    }


def address_of_a_site(url: str) -> str:
    """Without the slash at its end; raises `Refused` for what nobody could call."""
    try:
        parts = urlsplit(url)
        fit = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fit = False
    if not fit or any(sign.isspace() for sign in url):
        raise Refused(f"“{url[:60]}” is no address to call back: http://host:port is one.")
    return url.rstrip("/")


def play(http_port: int, smtp_port: int, callback_url: str, smpp_port: int = 0) -> None:
    """Play all until SIGTERM or Ctrl-C, under the keys in the environment or those above."""
    callback_url = address_of_a_site(callback_url)
    try:
        from channels.simulator.server import Config, run  # noqa: PLC0415 a school has none of it
    except ImportError as error:
        raise Refused(f"The simulators need contactbook[demo] ({error}).") from error
    key = {**KEYS, **{name: value for name, value in os.environ.items() if value}}
    config = Config(
        http_port=http_port,
        smtp_port=smtp_port,
        smpp_port=smpp_port,
        smpp_brandnames=(key["CHANNELS_ESMS_BRANDNAME"],),
        esms_api_key=key["CHANNELS_ESMS_API_KEY"],
        esms_secret_key=key["CHANNELS_ESMS_SECRET_KEY"],
        esms_brandnames=(key["CHANNELS_ESMS_BRANDNAME"],),
        zalo_access_token=key["CHANNELS_ZALO_ACCESS_TOKEN"],
        zalo_app_id=key["CHANNELS_ZALO_APP_ID"],
        zalo_oa_secret=key["CHANNELS_ZALO_WEBHOOK_SECRETS"].partition(",")[0],
        zalo_webhook_url=f"{callback_url}/hooks/zalo/webhook",
        telegram_token=key["CHANNELS_TELEGRAM_TOKEN"],
        telegram_secret=key["CHANNELS_TELEGRAM_WEBHOOK_SECRET"],
        telegram_webhook_url=f"{callback_url}/hooks/telegram/webhook",
        mail_bounce_url=f"{callback_url}/hooks/email/{key['CHANNELS_SMTP_CALLBACK_SECRET']}/bounce",
    )
    try:
        run(config)
    except OSError as error:
        raise Refused(f"The simulators cannot listen ({error.strerror}).") from error
