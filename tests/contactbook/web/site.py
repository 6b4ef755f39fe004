"""A site to knock at: the real application over a committed database, and a browser of forms."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from contactbook.app import create_app
from contactbook.db import Sessions, transaction
from contactbook.delivery.buckets import LocalBuckets
from contactbook.loop import Loop
from contactbook.parts import Parts
from contactbook.ports.channel import Channel
from contactbook.settings import Settings
from tests.builders import PASSWORD, Class, class_of, family
from tests.conftest import NOON
from tests.fakes import FakeChannel, PaidFor, accounts_of

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Clock:
    """A wall clock that tests set."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def set(self, hour: int, minute: int = 0) -> None:
        """The same day at this time in Vietnam (UTC+7)."""
        self.at = NOON.replace(hour=0) + timedelta(hours=hour - 7, minutes=minute)


@dataclass
class Site:
    sessions: Sessions
    parts: Parts
    app: FastAPI
    clock: Clock
    channels: dict[Channel, FakeChannel] = field(default_factory=dict)

    def visitor(self) -> TestClient:
        return TestClient(self.app, follow_redirects=False, raise_server_exceptions=False)

    def signed_in(self, username: str, password: str = PASSWORD) -> TestClient:
        visitor = self.visitor()
        post(visitor, "/", "/", username=username, password=password)
        return visitor


def site_of(sessions: Sessions) -> Site:
    channels = {channel: FakeChannel(channel) for channel in Channel}
    clock, loop = Clock(), Loop()
    parts = Parts(
        settings=Settings(secret_key="a secret for tests that is long enough"),
        sessions=sessions,
        accounts=accounts_of(sessions, loop, channels),
        buckets=LocalBuckets(),
        entitlements=PaidFor(),
        loop=loop,
        now=clock,
    )
    return Site(sessions, parts, create_app(parts), clock, channels)


def token(page: Response) -> str:
    found = TOKEN.search(page.text)
    assert found, f"no form on {page.request.url}: {page.status_code}"
    return found[1]


def post(visitor: TestClient, address: str, page: str, **fields: str | list[str]) -> Response:
    """Fill in the form of `page` and send it to `address`."""
    form: Mapping[str, str | list[str]] = {"csrf_token": token(visitor.get(page)), **fields}
    return visitor.post(address, data=dict(form))


@dataclass
class Teaching:
    """A signed-in teacher before her class of three."""

    site: Site
    world: Class
    visitor: TestClient
    here: str
    children: list[UUID]

    def get(self, path: str = "") -> Response:
        return self.visitor.get(self.here + path)

    def post(self, path: str, **fields: str | list[str]) -> Response:
        return post(self.visitor, self.here + path, self.here, **fields)

    def urgent(
        self, safety: str, key: str = "an-urgent-key", **fields: str | list[str]
    ) -> Response:
        """The last of the three steps, to all families unless `fields` say otherwise."""
        asked = {"whom": "class", "step": "send", **fields}
        return self.post("/urgent", safety=safety, idempotency_key=key, **asked)


def teaching(site: Site) -> Teaching:
    with transaction(site.sessions) as session:
        world = class_of(session, password=PASSWORD)
        children = [
            family(session, world, channel, child=name)[0][0].id
            for channel, name in (
                (Channel.ZALO, "Nguyễn Gia An"),
                (Channel.TELEGRAM, "Trần Bảo Châu"),
                (Channel.EMAIL, "Lê Minh Dũng"),
            )
        ]
        username, room = world.teacher.username, world.classroom.id
    return Teaching(site, world, site.signed_in(username), f"/teacher/classes/{room}", children)
