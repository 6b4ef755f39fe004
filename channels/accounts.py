"""What an account at each provider is made of, and what an adapter needs that is not the account's.

The fields are also the form in which a school's office enters an account: a SecretStr is never
shown again. Where a provider stands, and how patient we are with it, is `settings`: the machine's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr

from channels.http import Clock, utc_now
from channels.settings import ChannelSettings
from contactbook.ports.account import Hear, Vault
from contactbook.ports.channel import Incoming, Receipt


def _fits_an_address(word: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,}", word.get_secret_value()):
        raise ValueError("needs at least 16 letters, digits, _ or -")
    return word


Word = Annotated[SecretStr, AfterValidator(_fits_an_address)]  # unguessable, part of an address


class Account(BaseModel):
    """One account at one provider. Wrong values raise `pydantic.ValidationError` without them."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class EsmsAccount(Account):
    api_key: SecretStr
    secret_key: SecretStr
    brandname: str
    callback_secret: Word | None = None


class ZaloAccount(Account):
    app_id: str = ""
    webhook_secrets: tuple[SecretStr, ...] = ()  # OA Secret Key, then the app secret
    access_token: SecretStr | None = None  # one that never changes: a test's, or a proxy's


class TelegramAccount(Account):
    token: SecretStr
    username: str = ""  # "hoamai_bot": parents' links to its chat begin with it
    webhook_secret: SecretStr | None = None


class SmtpAccount(Account):
    url: SecretStr
    starttls: bool = True
    sender: str
    bounce_domain: str = ""


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
        found["zalo"] = ZaloAccount(
            app_id=settings.zalo_app_id,
            webhook_secrets=settings.zalo_webhook_secrets,
            access_token=settings.zalo_access_token,
        )
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
        )
    if settings.esms_api_key and settings.esms_secret_key:
        found["esms"] = EsmsAccount(
            api_key=settings.esms_api_key,
            secret_key=settings.esms_secret_key,
            brandname=settings.esms_brandname,
            callback_secret=settings.esms_callback_secret,
        )
    return found
