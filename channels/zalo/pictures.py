"""Pictures at Zalo: uploaded once, used for days, uploaded again when Zalo has forgotten them."""

import asyncio
from collections import OrderedDict
from datetime import datetime, timedelta

from channels.zalo.api import Api
from contactbook.ports.channel import GiveUp, Picture, TryAgain

PATHS = {"image/jpeg": "image", "image/png": "image", "image/gif": "gif"}
LARGEST = 1_000_000  # bytes; "1 MB", read the safe way. As of 2026-11
REMEMBERED = 2_000  # pictures; 5,000 uploads a month are the most


class Pictures:
    """By name, which stays the same for the same bytes."""

    def __init__(self, api: Api, life: timedelta) -> None:
        self._api, self._life = api, life
        self._known: OrderedDict[str, tuple[str, datetime]] = OrderedDict()
        self._uploading = asyncio.Lock()  # the whole class is sent one picture: one upload

    async def attachment(self, picture: Picture) -> str:
        """Its attachment_id. Raises GiveUp for a picture Zalo would not take."""
        async with self._uploading:
            attachment_id, until = self._known.get(picture.name, ("", self._api.now()))
            if not attachment_id or self._api.now() >= until:
                attachment_id = await self._upload(picture)
            return attachment_id

    def forget(self, picture: Picture, attachment_id: str) -> None:
        """Zalo says that it has expired."""
        if self._known.get(picture.name, ("",))[0] == attachment_id:
            del self._known[picture.name]

    async def _upload(self, picture: Picture) -> str:
        path = PATHS.get(picture.media_type)
        if path is None or len(picture.data) > LARGEST:
            raise GiveUp(f"Zalo takes no {len(picture.data)} bytes of {picture.media_type}")
        said = await self._api.upload(f"/v2.0/oa/upload/{path}", picture)
        if said.code != 0:
            raise self._api.failure(said, left=False)
        attachment_id = said.data.get("attachment_id")
        if not isinstance(attachment_id, str) or not attachment_id:
            raise TryAgain("Zalo took a picture and gave no attachment_id")
        self._known[picture.name] = attachment_id, self._api.now() + self._life
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return attachment_id
