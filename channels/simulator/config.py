"""What the simulated providers know: keys, limits and how quickly receipts come."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from channels.simulator.zalo_zbs_form import Template


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Config:
    """One set of provider accounts. Port 0 takes a free one; limits of 0 are off."""

    host: str = "127.0.0.1"
    http_port: int = 0
    smtp_port: int = 0
    smpp_port: int = 0
    kept: int = 200_000  # messages remembered; older ones are forgotten
    kept_bytes: int = 256_000_000

    esms_api_key: str = "esms-key"
    esms_secret_key: str = field(default="esms-secret", repr=False)
    esms_brandnames: tuple[str, ...] = ("HOAMAI",)
    esms_templates: tuple[str, ...] = ()  # "{P1,20} la ma …": none means that any text passes
    esms_blocked_words: tuple[str, ...] = ()
    esms_price: int = 850  # VND for a segment
    esms_prices: Mapping[str, int] = field(default_factory=dict)  # by carrier, where another: Mobi
    esms_test_brandnames: tuple[str, ...] = ("Baotrixemay",)  # a text only once in five minutes
    esms_balance: int = 10_000_000_000
    esms_callback_timeout: float = 10.0  # seconds; only a time-out is tried again, five times

    speedsms_token: str = field(default="speedsms-token", repr=False)
    speedsms_senders: tuple[str, ...] = ("HOAMAI",)
    speedsms_price: int = 250  # VND for a segment
    speedsms_balance: int = 10_000_000_000
    speedsms_callback_url: str | None = None  # one for the account
    speedsms_inbound: str = "sms"  # or "incoming": which it is, is unconfirmed

    fpt_client_id: str = "fpt-client"
    fpt_client_secret: str = field(default="fpt-secret", repr=False)
    fpt_brandnames: tuple[str, ...] = ("HOAMAI",)
    fpt_templates: tuple[str, ...] = ()
    fpt_blocked_words: tuple[str, ...] = ()

    smpp_system_id: str = "hoamai"
    smpp_password: str = field(default="smpp-key", repr=False)
    smpp_brandnames: tuple[str, ...] = ("HOAMAI",)
    smpp_short_number: str = "8077"  # where parents' answers go
    smpp_binds: int = 0  # sessions at once; one more is answered with "already bound"
    smpp_window: int = 0  # submit_sm without an answer at once; more are answered "queue full"
    smpp_per_second: int = 0  # submit_sm; more are answered "throttled"
    smpp_first_id: int = 0  # ids count up from here
    smpp_ids: str = "hex"  # hex: receipts in decimal | decimal: receipts in hex | same: both in hex
    smpp_receipt_text: bool = True  # what a receipt says it with
    smpp_receipt_tlvs: bool = False
    smpp_repeat: float = 5.0  # seconds until an unanswered deliver_sm is told again; 0: never …
    smpp_tries: int = 4  # … and how often in all

    zalo_access_token: str = field(default="zalo-token", repr=False)
    zalo_refresh_token: str = field(default="zalo-refresh", repr=False)
    zalo_app_id: str = "1234567890123456789"
    zalo_app_secret: str = field(default="zalo-app-secret", repr=False)
    zalo_oa_id: str = "388613280878808645"
    zalo_oa_secret: str = field(default="zaloOASecret", repr=False)
    zalo_webhook_url: str | None = None
    zalo_app_limit: int = 0  # calls a minute; the document's figure is 4,000
    zalo_oa_limit: int = 0  # calls a minute; by plan 100 or 2,000
    zalo_token_life: int = 90_000  # seconds
    zalo_redirect_uris: tuple[str, ...] = ()  # of the console; none: any passes
    zalo_code_challenge: str = ""  # the same
    zalo_appsecret_proof: bool = False  # whether every call has to bring one
    zalo_foreign_address: bool = False  # the customer's calls come from abroad
    zalo_sub_quota: int = 500  # free messages a month after 48 hours
    zalo_purchases: bool = True  # and whether more may be bought
    zalo_templates: tuple[Template, ...] = ()
    zalo_zbs_daily: int = 500_000  # templates a day
    zalo_balance: int = 10_000_000_000  # VND for templates
    zalo_strangers_follow: bool = True  # a user nobody spoke of follows us and wrote just now
    zalo_retries: tuple[float, ...] = (30, 300, 900, 1_800, 3_600)  # then the webhook is disabled
    seen_share: float = 0.6  # of the Zalo messages that arrive

    telegram_token: str = field(default="123456:telegram-token", repr=False)
    telegram_secret: str = field(default="telegram-secret", repr=False)
    telegram_webhook_url: str | None = None  # setWebhook changes it
    telegram_bot_limit: int = 0  # messages a second; the document's figure is 30
    telegram_chat_limit: int = 0  # messages a second and chat; the document's figure is 1
    telegram_strangers_started: bool = True  # a chat nobody spoke of has pressed Start
    telegram_retry_start: float = 1.0  # seconds, doubling after a first repeat at once
    telegram_retry_most: float = 60.0
    telegram_gone_after: float = 82_800.0  # seconds of nothing but 410 that close a webhook: 23 h

    mail_bounce_url: str | None = None  # where the relay's pipe hands what comes back
    mail_slow: float = 30.0  # seconds that slow…@ takes to answer DATA

    receipt_delay: float = 0.5  # seconds from acceptance to the delivery receipt
    receipts_per_second: float = 500.0
    clock: Callable[[], datetime] = utc_now  # for windows and 24-hour memories
