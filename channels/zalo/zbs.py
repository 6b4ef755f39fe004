"""ZBS: registered templates to a phone number, or to a user id, of whoever uses Zalo.

The same token as the Official Account's, on another host with a table of errors of its own. A
repeated tracking_id is not promised to be refused. Source: reference/zalo.md sections 6 and 10.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from channels.accounts import Surroundings, ZaloAccount
from channels.http import named
from channels.settings import ChannelSettings
from channels.zalo.api import Api, Said
from channels.zalo.codes import Host
from channels.zalo.events import moment
from channels.zalo.templates import Form, Templates, filled
from channels.zalo.webhook import Webhook
from channels.zalo.windows import until_open
from contactbook.ports.channel import (
    Accepted,
    Callback,
    Channel,
    Heard,
    Incoming,
    NotReachable,
    Outgoing,
    Quote,
    Receipt,
    TryAgain,
)

BY_PHONE, BY_USER = "/message/template", "/v3.0/oa/message/template"
PHONE = re.compile(r"\+?84(\d{9})|0(\d{9})", re.ASCII)  # everything else is a user id
# Not approved, disabled for quality, only for testing, no permission, unknown, or other gaps.
ABOUT_THE_TEMPLATE = {-131, -146, -127, -117, -109, -112, -1121, -1122, -1124}
DELIVERED = "1"  # of /message/status; 0 is on its way, -1 unknown


@dataclass(frozen=True, slots=True)
class Quota:
    """What Zalo last said of how many templates may still leave today."""

    daily: int
    remaining: int
    at: datetime


class ZbsAdapter:
    channel: Channel = Channel.ZBS
    repeatable: bool = False

    def __init__(
        self, account: ZaloAccount, settings: ChannelSettings, around: Surroundings
    ) -> None:
        self._api = Api(account, settings, around)
        self._templates = Templates(self._api, account.templates, settings.zalo_template_life)
        self._hours = settings.zalo_zbs_hours
        self._development = account.development
        self._webhook = Webhook(account)
        self.hears = self._webhook.hears
        self.quota: Quota | None = None

    async def send(self, message: Outgoing) -> Accepted:
        form = await self._templates.form(message.template)
        data = filled(form, message.values)
        if wait := until_open(form.tag, self._hours, self._api.now()):
            raise TryAgain(f"Zalo: templates of tag {form.tag} wait for their hours", after=wait)
        phone = phone_of(message.address)
        if not phone and message.address.startswith("+"):
            raise NotReachable("Zalo: a number of another country")
        said = await (
            self._to_phone(phone, form, data, message)
            if phone
            else self._to_user(message.address, form, data)
        )
        if said.code != 0:
            if said.code in ABOUT_THE_TEMPLATE:
                self._templates.forget(message.template)
            raise self._api.failure(said)
        self.quota = self._quota(said.data.get("quota")) or self.quota
        name = named(said.data.get("msg_id")) or named(said.data.get("message_id"))
        return Accepted(name, cost_vnd=form.price_vnd if phone else form.price_uid_vnd)

    async def ask(self, provider_id: str) -> Receipt | None:
        """What became of a message: its delivery, or nothing yet. Raises a child of SendFailed."""
        query = {"message_id": provider_id}
        said = await self._api.get(Host.ZBS, "/message/status", query)
        if said.code != 0:
            raise self._api.failure(said, left=False)
        if str(said.data.get("status")) != DELIVERED:
            return None
        at = moment(said.data.get("delivery_time"))
        return Receipt(Channel.ZBS, Heard.DELIVERED, provider_id=provider_id, at=at)

    async def ask_quota(self) -> Quota | None:
        """How many templates may still leave today."""
        said = await self._api.get(Host.ZBS, "/message/quota", {})
        if said.code != 0:
            raise self._api.failure(said, left=False)
        self.quota = self._quota(said.data) or self.quota
        return self.quota

    def quote(self, body: str, to: str = "") -> Quote:  # noqa: ARG002 one price for all numbers
        """The dearest template known: which one `body` leaves by is not said here."""
        return Quote(body, cost_vnd=self._templates.dearest_vnd)

    def read(self, callback: Callback) -> Sequence[Receipt | Incoming]:
        return self._webhook.read(callback)

    async def close(self) -> None:
        await self._api.close()

    async def _to_phone(
        self, phone: str, form: Form, data: Mapping[str, str], message: Outgoing
    ) -> Said:
        told = {
            "phone": phone,
            "template_id": form.template_id,
            "template_data": data,
            "tracking_id": message.reference.hex,
        }
        if self._development:
            told["mode"] = "development"
        return await self._api.post(Host.ZBS, BY_PHONE, told)

    async def _to_user(self, user: str, form: Form, data: Mapping[str, str]) -> Said:
        """By user id: cheaper, without a tracking_id."""
        told = {"user_id": user, "template_id": form.template_id, "template_data": data}
        return await self._api.post(Host.OA, BY_USER, told)

    def _quota(self, told: object) -> Quota | None:
        if not isinstance(told, dict):
            return None
        daily, left = named(told.get("dailyQuota")), named(told.get("remainingQuota"))
        if not (daily.isdecimal() and left.isdecimal()):
            return None
        return Quota(int(daily), int(left), self._api.now())


def phone_of(address: str) -> str:
    """A Vietnamese number as ZBS writes it, 84…; nothing for a user id."""
    found = PHONE.fullmatch(address)
    return "84" + (found[1] or found[2]) if found else ""
