"""Consultation messages of a school's Official Account.

Source: reference/zalo.md sections 4, 5 and 7. No idempotency key and no client id exist on this
call: a message whose answer was lost is never sent again blindly.
"""

from collections.abc import Sequence
from datetime import datetime

import httpx

from channels.accounts import Surroundings, ZaloAccount
from channels.http import named
from channels.settings import ChannelSettings
from channels.zalo.api import Api, Said, harmless
from channels.zalo.codes import Host, Sort, meaning
from channels.zalo.message import consultation
from channels.zalo.pictures import Pictures
from channels.zalo.webhook import Webhook
from channels.zalo.windows import Window, window
from contactbook.ports.channel import (
    Accepted,
    Callback,
    Channel,
    GiveUp,
    Incoming,
    Media,
    Outgoing,
    Quote,
    Receipt,
)

SEND = "/v3.0/oa/message/cs"
LARGEST_FILE = 20_000_000  # bytes
BILLED = "purchase_quota"  # the kind of quota that was bought; all others cost nothing more


class ZaloAdapter:
    channel: Channel = Channel.ZALO
    repeatable: bool = False

    def __init__(
        self, account: ZaloAccount, settings: ChannelSettings, around: Surroundings
    ) -> None:
        self._account, self._settings = account, settings
        self._api = Api(account, settings, around)
        self._pictures = Pictures(self._api, settings.zalo_asset_life)
        self._webhook = Webhook(account)
        self.hears = self._webhook.hears

    async def send(self, message: Outgoing) -> Accepted:
        said = await self._sent(message)
        if message.picture and meaning(Host.OA, said.code).sort is Sort.REUPLOAD:
            said = await self._sent(message)
        if said.code != 0:
            raise self._api.failure(said)
        return self._accepted(said)

    def window(self, last_interaction: datetime | None, now: datetime) -> Window:
        """What a message would meet, asked before it is sent.

        For a school that does not pay for it, the time after the free window is closed.
        """
        settings = self._settings
        limits = {"free": settings.zalo_free_window, "open_for": settings.zalo_open_window}
        found = window(last_interaction, now, **limits)
        if found is Window.BILLED and not self._account.pays_after_free_window:
            return Window.CLOSED
        return found

    async def quota(self) -> int | None:
        """Messages outside the free window that this month's package still has, if Zalo says."""
        asked = {"quota_owner": "OA", "product_type": "cs", "quota_type": "sub_quota"}
        said = await harmless(self._api.post(Host.OA, "/v3.0/oa/quota/message", asked))
        if said.code != 0:
            raise self._api.failure(said, left=False)
        assets = said.body.get("data")
        left = [one.get("remain") for one in _objects(assets)]
        known = [int(word) for word in map(named, left) if word.isdecimal()]
        return sum(known) if known else None

    async def fetch(self, media: Media) -> bytes:
        """A picture or file a parent sent; raises `GiveUp` when it is too big, or gone."""
        host = httpx.URL(media.url).host if media.url else ""
        if not any(f".{host}".endswith(f".{ours}") for ours in self._settings.zalo_media_hosts):
            raise GiveUp("no file of Zalo's")
        return await self._api.fetch(media.url, at_most=LARGEST_FILE)

    def quote(self, body: str, to: str = "") -> Quote:  # noqa: ARG002 it costs nothing
        return Quote(body)

    def read(self, callback: Callback) -> Sequence[Receipt | Incoming]:
        return self._webhook.read(callback)

    async def close(self) -> None:
        await self._api.close()

    async def _sent(self, message: Outgoing) -> Said:
        """One try; a picture that Zalo has forgotten is forgotten here, too."""
        image = self._account.phone_request_image_url
        picture = message.picture if not message.asks_phone else None
        attachment_id = await self._pictures.attachment(picture) if picture else ""
        form = consultation(message, attachment_id=attachment_id, phone_image_url=image)
        said = await self._api.post(Host.OA, SEND, form)
        if picture and meaning(Host.OA, said.code).sort is Sort.REUPLOAD:
            self._pictures.forget(picture, attachment_id)
        return said

    def _accepted(self, said: Said) -> Accepted:
        quota = said.data.get("quota")
        kind = quota.get("quota_type") if isinstance(quota, dict) else ""
        cost = self._settings.zalo_billed_vnd if kind == BILLED else 0
        return Accepted(named(said.data.get("message_id")), cost_vnd=cost)


def _objects(value: object) -> list[dict[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
