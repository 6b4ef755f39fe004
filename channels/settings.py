"""CHANNELS_*: our keys at the providers, and where the providers are.

A provider without keys is not configured, and its channel is simply not there. Half a set of keys
is a mistake that would show only in the evening, so it is refused at the start.
"""

import json
import re
from datetime import time, timedelta
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from channels.dkim import private_key
from channels.prices import Prices
from channels.sms_templates import Templates
from channels.zbs_templates import Hours, TagHours, ZbsTemplates


class ChannelSettings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="CHANNELS_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,  # else a mistyped secret is printed
    )

    callback_url: str = Field(
        "http://127.0.0.1:8000", description="Where providers reach us: the public base address."
    )
    timeout_seconds: float = Field(
        10.0, gt=0, le=60, description="How long a provider may take to connect, and to answer."
    )
    connections: int = Field(
        64, ge=1, le=512, description="Connections to one HTTP provider at once, per process."
    )

    esms_url: str = Field(
        "https://rest.esms.vn/MainService.svc/json", description="Base address of eSMS (SMS)."
    )
    esms_api_key: SecretStr | None = Field(None, description="eSMS ApiKey.")
    esms_secret_key: SecretStr | None = Field(None, description="eSMS SecretKey.")
    esms_brandname: str = Field("", description="The sender's name that eSMS has registered.")
    esms_callback_secret: SecretStr | None = Field(
        None,
        min_length=16,
        description="Unguessable word in the address of eSMS's callbacks, which carry no signature."
        " Without it we ask for no receipts.",
    )
    speedsms_url: str = Field(
        "https://api.speedsms.vn/index.php", description="Base address of SpeedSMS (SMS)."
    )
    fpt_url: str = Field("https://app.sms.fpt.net", description="Base address of FPT (SMS).")

    smpp_url: SecretStr | None = Field(
        None,
        description="SMS through an SMSC: smpp://system_id:password@host:port; smpps:// for TLS.",
    )
    smpp_brandname: str = Field("", description="The sender's name that the SMSC has registered.")
    smpp_system_type: str = Field("", description="system_type of the bind, where the SMSC asks.")
    smpp_window: int = Field(
        10, ge=1, le=100, description="SMS on their way to the SMSC without an answer at once."
    )
    smpp_ids: Literal["auto", "same", "hex", "decimal"] = Field(
        "auto",
        description="How the SMSC spells the ids of messages when it takes them: in hexadecimal or"
        " decimal where its receipts use the other, the same in both, or found out by ourselves.",
    )

    sms_price_vnd: int = Field(
        850, ge=0, description="What an SMS segment costs, in VND, where no price list says."
    )
    sms_prices: Annotated[Prices, NoDecode] = Field(
        (),
        description="Price list of SMS segments as JSON:"
        ' [{"from": "2026-01-01", "carrier": "viettel", "segment_vnd": 850}, ...].',
    )
    sms_sector: str = Field("", description="The sector whose lines of a price list are ours.")
    sms_accented: bool = Field(
        default=False, description="Send SMS with their accents: 70 characters instead of 160."
    )
    sms_max_parts: int = Field(3, ge=1, le=8, description="Longer SMS are refused, not cut.")
    sms_forbidden: str = Field("", description="Characters that the SMS provider refuses.")
    sms_templates: Annotated[Templates, NoDecode] = Field(
        default_factory=dict,
        description="Texts registered for our brandname, by kind, as JSON:"
        ' {"day": ["{P1,30}: be {P2,20} hom nay {P3,60}."]}. Others are refused; none: all pass.',
    )

    zalo_oa_url: str = Field(
        "https://openapi.zalo.me", description="Base address of Zalo's OA OpenAPI."
    )
    zalo_zbs_url: str = Field(
        "https://business.openapi.zalo.me", description="Base address of Zalo's templates (ZBS)."
    )
    zalo_oauth_url: str = Field(
        "https://oauth.zaloapp.com", description="Base address of Zalo's OAuth v4."
    )
    zalo_free_window: timedelta = Field(
        timedelta(hours=48),
        description="After a parent's last word or tap, messages are free this long.",
    )
    zalo_open_window: timedelta = Field(
        timedelta(days=7), description="And this long they are taken at all; from then on billed."
    )
    zalo_billed_vnd: int = Field(
        55, ge=0, description="What a message outside the free window costs, in VND."
    )
    zalo_renew_at: float = Field(
        0.8, gt=0, lt=1, description="Share of an access token's life after which it is renewed."
    )
    zalo_asset_life: timedelta = Field(
        timedelta(days=6, hours=12),
        description="An uploaded picture is used again this long; Zalo keeps it for 7 days.",
    )
    zalo_zbs_hours: Annotated[Hours, NoDecode] = Field(
        (TagHours("2", time(7), time(22)), TagHours("3", time(7), time(22))),
        description="Hours in Vietnam in which templates of a tag leave: 2=07:00-22:00, with commas"
        " between. A tag that is not named leaves at any hour.",
    )
    zalo_templates: Annotated[ZbsTemplates, NoDecode] = Field(
        (),
        description="Zalo's registered templates, as a JSON list: kind, template_id, and what is"
        " not to be asked of Zalo. With any, they are a channel of its own (ZBS).",
    )
    zalo_media_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        ("zdn.vn", "zadn.vn", "zalo.me"),
        description="Domains from which pictures that parents send are fetched.",
    )
    zalo_template_life: timedelta = Field(
        timedelta(hours=1), description="How long what Zalo says of a template is believed."
    )
    zalo_access_token: SecretStr | None = Field(None, description="Access token of the Zalo OA.")
    zalo_app_id: str = Field("", description="Zalo app id: part of what a webhook's mac signs.")
    zalo_webhook_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        description="Secrets that may sign Zalo's webhooks, tried in order, separated by commas:"
        " the OA Secret Key, then the app secret.",
    )

    telegram_url: str = Field(
        "https://api.telegram.org", description="Base address of the Telegram Bot API."
    )
    telegram_token: SecretStr | None = Field(None, description="Token of the Telegram bot.")
    telegram_username: str = Field(
        "", description="The bot's public name, without @: links to its chat are made with it."
    )
    telegram_webhook_secret: SecretStr | None = Field(
        None,
        min_length=1,
        max_length=256,
        description="The secret_token given to setWebhook; comes back with every update.",
    )

    smtp_url: SecretStr | None = Field(
        None, description="Mail relay: smtp://user:password@host:port, or smtps:// for TLS at once."
    )
    smtp_starttls: bool = Field(
        default=True, description="Insist on STARTTLS with smtp://; off only on loopback."
    )
    smtp_sender: str = Field("", description="Address in From:, such as no-reply@truong.example.")
    smtp_bounce_domain: str = Field(
        "", description="Domain of bounce addresses and Message-IDs; else that of the sender."
    )
    smtp_callback_secret: SecretStr | None = Field(
        None,
        min_length=16,
        description="Unguessable word in the address to which the relay hands bounces, and what"
        " seals them. Without it, or without a bounce domain, no bounce is heard.",
    )
    smtp_dkim_key: SecretStr | None = Field(
        None, description="RSA key of 2048 bits or more, in PEM, that signs letters (DKIM)."
    )
    smtp_dkim_selector: str = Field(
        "", description="The name under which the sender's domain publishes that key."
    )
    smtp_connections: int = Field(
        8, ge=1, le=64, description="Connections to the mail relay at once, per process."
    )

    @field_validator(
        "callback_url",
        "esms_url",
        "speedsms_url",
        "fpt_url",
        "telegram_url",
        "zalo_oa_url",
        "zalo_zbs_url",
        "zalo_oauth_url",
    )
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            raise ValueError("must be an http:// or https:// address without a query")
        return value.rstrip("/")

    @field_validator("smtp_dkim_key")
    @classmethod
    def _signs_letters(cls, value: SecretStr | None) -> SecretStr | None:
        if value:
            private_key(value.get_secret_value())
        return value

    @field_validator("esms_callback_secret", "smtp_callback_secret", "telegram_webhook_secret")
    @classmethod
    def _fits_an_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not re.fullmatch(r"[A-Za-z0-9_-]+", value.get_secret_value()):
            raise ValueError("may hold letters, digits, _ and - only")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _is_mail_address(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            parts = urlsplit(value.get_secret_value() if value else "smtp://nobody")
            wrong = parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.port == 0
        except ValueError:  # a port that is no number, a bracket that is not closed
            wrong = True
        if wrong:
            raise ValueError("must be smtp://[user:password@]host[:port], or smtps://…")
        return value

    @field_validator("smpp_url")
    @classmethod
    def _is_an_smsc(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            parts = urlsplit(value.get_secret_value() if value else "smpp://me:word@nobody")
            wrong = parts.scheme not in ("smpp", "smpps") or parts.port == 0
            wrong = wrong or not (parts.hostname and parts.username)
        except ValueError:  # a port that is no number, a bracket that is not closed
            wrong = True
        if wrong:
            raise ValueError("must be smpp://system_id:password@host[:port], or smpps://…")
        return value

    @field_validator("zalo_webhook_secrets", "zalo_media_hosts", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:  # noqa: ANN401 pydantic hands over whatever was written
        """Words with commas between them, or a JSON list."""
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("["):
            return json.loads(value)
        return tuple(word.strip() for word in value.split(",") if word.strip())

    @model_validator(mode="after")
    def _whole(self) -> Self:
        esms = (self.esms_api_key, self.esms_secret_key, self.esms_brandname)
        if any(esms) and not all(esms):
            raise ValueError("give ESMS_API_KEY, ESMS_SECRET_KEY and ESMS_BRANDNAME, or none")
        if self.smpp_url and not self.smpp_brandname:
            raise ValueError("SMPP_URL needs SMPP_BRANDNAME, the registered sender's name")
        if bool(self.smtp_dkim_key) != bool(self.smtp_dkim_selector):
            raise ValueError("give SMTP_DKIM_KEY and SMTP_DKIM_SELECTOR, or neither")
        if self.zalo_templates and not self.zalo_access_token:
            raise ValueError("ZALO_TEMPLATES need ZALO_ACCESS_TOKEN, of the same account")
        if self.smtp_url and "@" not in self.smtp_sender:
            raise ValueError("SMTP_URL needs SMTP_SENDER, the address in From:")
        return self
