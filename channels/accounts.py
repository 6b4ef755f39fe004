"""What an account at each provider is made of, and what an adapter needs that is not the account's.

The fields are also the form in which a school's office enters an account: a SecretStr is never
shown again. Where a provider stands, and how patient we are with it, is `settings`: the machine's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, Self
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from channels.dkim import private_key
from channels.http import Clock, utc_now
from channels.prices import Prices
from channels.settings import ChannelSettings
from channels.sms_templates import Templates
from channels.zbs_templates import ZbsTemplate
from contactbook.ports.account import Hear, Vault
from contactbook.ports.channel import Incoming, Receipt


def _fits_an_address(word: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,}", word.get_secret_value()):
        raise ValueError("needs at least 16 letters, digits, _ or -")
    return word


def _fits_a_bind(password: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[\x20-\x7e]{0,8}", password.get_secret_value()):
        raise ValueError("has at most 8 ASCII characters")
    return password


def _signs_letters(key: SecretStr) -> SecretStr:
    private_key(key.get_secret_value())
    return key


RsaKey = Annotated[SecretStr, AfterValidator(_signs_letters)]
Label = Annotated[str, Field(pattern=r"^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)?$")]  # of DNS
ASCII = r"^[\x20-\x7e]*$"
Word = Annotated[SecretStr, AfterValidator(_fits_an_address)]  # unguessable, part of an address


class Account(BaseModel):
    """One account at one provider. Wrong values raise `pydantic.ValidationError` without them."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _is_a_brandname(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,11}", name):
        raise ValueError("a brandname has 1 to 11 of A-Z a-z 0-9 . _ - and no spaces or accents")
    if not re.search(r"[A-Za-z]", name):
        raise ValueError("a brandname needs at least one letter")
    return name  # as it is: capitals count


Brandname = Annotated[str, AfterValidator(_is_a_brandname)]


class SmsAccount(Account):
    """What an account at every SMS provider has. Empty fields: what CHANNELS_SMS_* say holds."""

    brandname: Brandname  # the school's own, registered with every carrier
    sector: str | None = None
    prices: Prices = ()
    templates: Templates = Field(default_factory=dict)  # registered texts by kind; none: all pass
    accented: bool | None = None
    max_parts: int | None = Field(None, ge=1, le=8)
    forbidden: str | None = None  # characters the provider refuses


class EsmsAccount(SmsAccount):
    api_key: SecretStr
    secret_key: SecretStr
    callback_secret: Word | None = None


class SpeedSmsAccount(SmsAccount):
    access_token: SecretStr
    sms_type: Literal[2, 3, 4, 5] = 3  # random number, our brandname, Verify/Notify, own phone
    callback_secret: Word | None = None  # in the address entered at SpeedSMS; it signs nothing


class FptAccount(SmsAccount):
    client_id: SecretStr
    client_secret: SecretStr
    token_in: Literal["body", "header"] = "body"  # noqa: S105 where FPT looks for it


class SmppAccount(SmsAccount):
    """At an aggregator or carrier. The lengths are SMPP's (v3.4, sections 4.1.5 and 5.2)."""

    host: str = Field(min_length=1)
    port: int = Field(2775, ge=1, le=65_535)
    system_id: str = Field(min_length=1, max_length=15, pattern=ASCII)
    password: Annotated[SecretStr, AfterValidator(_fits_a_bind)]
    system_type: str = Field("", max_length=12, pattern=ASCII)
    tls: bool = False
    window: int = Field(10, ge=1, le=100)  # messages without an answer at once
    ids: Literal["auto", "same", "hex", "decimal"] = "auto"  # channels/smpp/ledger.py: Spelling


class ZaloAccount(Account):
    """An Official Account: for its own messages and, with the same token, for its templates."""

    app_id: str = ""
    app_secret: SecretStr | None = None  # renews the tokens in the vault
    oa_id: str = ""  # what a webhook says of another OA is not ours to hear
    code_verifier: SecretStr | None = None  # the half of the console's code_challenge that we keep
    webhook_secrets: tuple[SecretStr, ...] = ()  # OA Secret Key first; the app secret goes without
    appsecret_proof: bool = False  # as the console's switch stands
    pays_after_free_window: bool = True  # 48 hours to 7 days: billed, or left to the next channel
    phone_request_image_url: str = ""  # shown where a parent is asked for her number
    templates: tuple[ZbsTemplate, ...] = ()  # others are found at Zalo by name: that of their kind
    development: bool = False  # templates reach the OA's admins only
    access_token: SecretStr | None = None  # one that never changes: a test's, or a proxy's


class TelegramAccount(Account):
    token: SecretStr
    username: str = ""  # "hoamai_bot": parents' links to its chat begin with it
    webhook_secret: SecretStr | None = None


class SmtpAccount(Account):
    url: SecretStr
    starttls: bool = True
    sender: str
    bounce_domain: str = ""  # its mail comes to us: bounces, complaints, "unsubscribe"
    callback_secret: Word | None = None  # seals bounce addresses; in the address that hears them
    dkim_key: RsaKey | None = None
    dkim_selector: Label = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.dkim_key) != bool(self.dkim_selector):
            raise ValueError("a DKIM key needs its selector, and a selector its key")
        return self


async def _deaf(_said: Sequence[Receipt | Incoming]) -> None:
    """For a process that only sends: what a provider says meanwhile is not kept."""


@dataclass(frozen=True)
class Surroundings:
    """What an adapter finds around it in its process."""

    now: Clock = utc_now
    hear: Hear = _deaf  # for word that comes on a connection of ours, not to the door
    vault: Vault | None = None  # of the account, if it has secrets that change by themselves
    door: str = ""  # what its callbacks' path begins with, after /hooks/{channel}/


def of_environment(settings: ChannelSettings) -> dict[str, Account]:
    """The accounts whose keys are set in the environment, by provider."""
    found: dict[str, Account] = {}
    if settings.zalo_access_token:
        account = ZaloAccount(
            app_id=settings.zalo_app_id,
            webhook_secrets=settings.zalo_webhook_secrets,
            templates=settings.zalo_templates,
            access_token=settings.zalo_access_token,
        )
        found |= {"zalo": account} | ({"zbs": account} if account.templates else {})
    if settings.telegram_token:
        found["telegram"] = TelegramAccount(
            token=settings.telegram_token,
            username=settings.telegram_username,
            webhook_secret=settings.telegram_webhook_secret,
        )
    if settings.smtp_url:
        found["smtp"] = SmtpAccount(
            url=settings.smtp_url,
            starttls=settings.smtp_starttls,
            sender=settings.smtp_sender,
            bounce_domain=settings.smtp_bounce_domain,
            callback_secret=settings.smtp_callback_secret,
            dkim_key=settings.smtp_dkim_key,
            dkim_selector=settings.smtp_dkim_selector,
        )
    if settings.smpp_url:
        found["smpp"] = _smpp(settings, urlsplit(settings.smpp_url.get_secret_value()))
    if settings.esms_api_key and settings.esms_secret_key:
        found["esms"] = EsmsAccount(
            api_key=settings.esms_api_key,
            secret_key=settings.esms_secret_key,
            brandname=settings.esms_brandname,
            callback_secret=settings.esms_callback_secret,
        )
    return found


def _smpp(settings: ChannelSettings, url: SplitResult) -> SmppAccount:
    tls = url.scheme == "smpps"
    return SmppAccount(
        host=url.hostname or "",
        port=url.port or (3550 if tls else 2775),
        system_id=unquote(url.username or ""),
        password=SecretStr(unquote(url.password or "")),
        system_type=settings.smpp_system_type,
        brandname=settings.smpp_brandname,
        tls=tls,
        window=settings.smpp_window,
        ids=settings.smpp_ids,
    )
