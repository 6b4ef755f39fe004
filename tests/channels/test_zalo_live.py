"""Our Zalo against the simulated one, over the wire both ways."""

import asyncio
import json
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from channels.accounts import Surroundings, ZaloAccount
from channels.http import Client
from channels.settings import ChannelSettings
from channels.simulator.server import Config, Simulator, running
from channels.simulator.zalo_zbs_form import Template
from channels.zalo.adapter import ZaloAdapter
from channels.zalo.oauth import OAuth, challenge, new_verifier
from channels.zalo.zbs import ZbsAdapter
from contactbook.ports.channel import (
    Accepted,
    Button,
    Callback,
    Channel,
    Heard,
    Incoming,
    OutcomeUnknown,
    Outgoing,
    Picture,
    Receipt,
    Said,
    SendFailed,
    Throttled,
    WindowClosed,
)
from tests.channels.adapter_contract import REFERENCE, tried
from tests.channels.vault import FileVault
from tests.providers.ears import Ears, listening

USER, PHONE = "2512523625412515", "+84987654321"
APP = "1234567890123456789"
GAPS = ({"name": "child", "require": True, "type": "STRING", "maxLength": 10},)
DAY = Template(id="7895", name="day", params=GAPS, text="Bé <child> ngoan", price=200)
JPEG = b"\xff\xd8\xff\xe0 picture"


class Clock:
    now = datetime(2026, 11, 24, 3, tzinfo=UTC)  # 10:00 in Vietnam

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Town:
    simulator: Simulator
    ears: Ears
    clock: Clock
    account: ZaloAccount
    settings: ChannelSettings

    def door(self, what: str, told: object) -> None:
        assert httpx.post(f"{self.simulator.http_url}/_simulator/{what}", json=told).is_success

    def run(self, *messages: Outgoing, by: type = ZaloAdapter) -> list[Accepted | SendFailed]:
        async def story() -> list[Accepted | SendFailed]:
            adapter = by(self.account, self.settings, Surroundings(self.clock))
            came = [await tried(adapter, message) for message in messages]
            await adapter.close()
            return came

        return asyncio.run(story())

    def heard(self, count: int) -> list[Receipt | Incoming]:
        """What our door makes of the first `count` calls."""
        adapter = ZaloAdapter(self.account, self.settings, Surroundings(self.clock))
        calls = self.ears.heard(count)
        read = [Callback(c.method, "", c.query, c.headers, c.body) for c in calls]
        return [one for call in read for one in adapter.read(call)]


@contextmanager
def playing(**config: Any) -> Iterator[Town]:  # noqa: ANN401 of every kind
    clock = Clock()
    with listening() as ears:
        hook: dict[str, Any] = {
            "zalo_webhook_url": f"{ears.url}/zalo",
            "receipt_delay": 0.05,
            "seen_share": 1.0,
        }
        known = Config(clock=clock, zalo_templates=(DAY,), **(hook | config))
        with running(known) as simulator:
            url = simulator.http_url
            settings = ChannelSettings(
                _env_file=None,
                zalo_oa_url=url,
                zalo_zbs_url=url,
                zalo_oauth_url=url,
                timeout_seconds=5,
            )
            account = ZaloAccount(
                app_id=APP,
                oa_id="388613280878808645",
                webhook_secrets=["zaloOASecret"],
                access_token="zalo-token",
            )
            yield Town(simulator, ears, clock, account, settings)


@pytest.fixture
def town() -> Iterator[Town]:
    with playing() as town:
        yield town


def message(body: str = "Bé An đã đến lớp.", **more: Any) -> Outgoing:  # noqa: ANN401
    told: dict[str, Any] = {"address": USER} | more
    return Outgoing(reference=REFERENCE, body=body, **told)


def template(address: str = PHONE) -> Outgoing:
    return message(address=address, template="day", values={"child": "Bé An"})


def test_pictures_buttons_and_forms_are_taken(town: Town) -> None:
    picture = Picture("menu", "image/jpeg", JPEG)
    came = town.run(
        message(picture=picture),
        message(picture=picture),
        message(buttons=(Button("Đã đọc", reply="r1"), Button("Xem", url="https://so.example"))),
        message("Xin số điện thoại\nĐể nhận tin của bé", asks_phone=True),
        message(answers="63ecf4"),
    )
    assert all(isinstance(one, Accepted) for one in came), came
    told = [one for one in town.simulator.messages if not one.outgoing]
    assert told[0].picture == told[1].picture != ""
    assert told[2].buttons == (("Đã đọc", "cb:r1"), ("Xem", ""))
    assert told[3].text == "Xin số điện thoại\nĐể nhận tin của bé"


def test_a_picture_is_uploaded_again_when_zalo_has_forgotten_it(town: Town) -> None:
    picture = Picture("menu", "image/jpeg", JPEG)

    async def story() -> Accepted | SendFailed:
        late = town.settings.model_copy(update={"zalo_asset_life": timedelta(days=30)})
        adapter = ZaloAdapter(town.account, late, Surroundings(town.clock))
        await tried(adapter, message(picture=picture))
        town.clock.now += timedelta(days=8)
        came = await tried(adapter, message(picture=picture))
        await adapter.close()
        return came

    assert isinstance(asyncio.run(story()), Accepted)


def test_our_own_echo_is_nothing_and_receipts_find_their_message(town: Town) -> None:
    [taken] = town.run(message())
    assert isinstance(taken, Accepted)
    name, at = taken.provider_id, town.clock.now
    assert town.heard(3) == [
        Receipt(Channel.ZALO, Heard.DELIVERED, None, name, at),
        Receipt(Channel.ZALO, Heard.READ, None, name, at),
    ]


def test_outside_the_window_a_template_goes_and_its_receipt_names_our_reference(
    town: Town,
) -> None:
    week_ago = (town.clock.now - timedelta(days=8)).isoformat()
    town.door("people", {"channel": "zalo", "address": USER, "last_interaction": week_ago})
    [refused] = town.run(message())
    assert type(refused) is WindowClosed
    [taken] = town.run(template(), by=ZbsAdapter)
    assert isinstance(taken, Accepted)
    assert taken.cost_vnd == 200
    [receipt] = town.heard(1)
    want = Receipt(Channel.ZBS, Heard.DELIVERED, REFERENCE, taken.provider_id, town.clock.now)
    assert receipt == want


@pytest.mark.parametrize("address", [PHONE, USER])
def test_a_template_whose_answer_was_lost_is_settled_by_a_question(
    town: Town, address: str
) -> None:
    script = {"channel": "zbs", "address": address, "outcomes": [{"http_after": 502}]}
    town.door("script", script)
    [came] = town.run(template(address), by=ZbsAdapter)
    assert type(came) is OutcomeUnknown
    town.ears.heard(1)
    name = town.simulator.messages[-1].provider_id

    async def story() -> Receipt | None:
        adapter = ZbsAdapter(town.account, town.settings, Surroundings(town.clock))
        found = await adapter.ask(name)
        await adapter.close()
        return found

    found = asyncio.run(story())
    assert found == Receipt(Channel.ZBS, Heard.DELIVERED, None, name, town.clock.now)


def test_what_a_parent_does_reaches_us(town: Town) -> None:
    deeds: list[dict[str, Any]] = [
        {"follow": True},
        {"contact": "84987654321"},
        {"tap": "cb:r1"},
        {"text": "Cho cô hỏi"},
        {"follow": False},
    ]
    for number, deed in enumerate(deeds, 1):
        town.door("say", {"channel": "zalo", "address": USER, **deed})
        town.ears.heard(number)
    said = [one for one in town.heard(5) if isinstance(one, Incoming)]
    assert [(one.said, one.text, one.phone) for one in said] == [
        (Said.JOINED, "", ""),
        (Said.CONTACT, "", "84987654321"),
        (Said.TAP, "r1", ""),
        (Said.TEXT, "Cho cô hỏi", ""),
        (Said.LEFT, "", ""),
    ]
    assert len({one.provider_id for one in said}) == 5


def test_told_twice_and_out_of_order_every_event_has_one_name(town: Town) -> None:
    town.door("say", {"channel": "zalo", "address": USER, "text": "Chào cô", "times": 3})
    first, *again = town.heard(3)
    assert again == [first] * 2


def test_a_full_minute_makes_the_account_wait() -> None:
    with playing(zalo_oa_limit=1) as town:
        taken, refused = town.run(message(), message())
        assert isinstance(taken, Accepted)
        assert type(refused) is Throttled
        assert str(refused) == "Zalo OA -32: the OA's limit"
        assert refused.after == timedelta(minutes=1)


def test_a_school_connects_its_account_and_its_tokens_are_renewed(tmp_path: Path) -> None:
    verifier, vault = new_verifier(), FileVault(tmp_path / "vault.json")
    config = {"zalo_code_challenge": challenge(verifier), "zalo_appsecret_proof": True}
    with playing(**config) as town:
        secrets = {"app_secret": "zalo-app-secret", "code_verifier": verifier}
        known = town.account.model_dump() | secrets | {"access_token": None}
        account = ZaloAccount.model_validate(known | {"appsecret_proof": True})

        async def connect() -> None:
            client = Client(timeout_seconds=5, connections=2)
            oauth = OAuth(account, town.settings, client, town.clock)
            url = oauth.permission_url(redirect_uri="https://so.example/back", state="s1")
            consent = await asyncio.to_thread(httpx.get, url)
            back = dict(parse_qsl(urlsplit(consent.headers["location"]).query))
            assert back["state"] == "s1"
            await oauth.connect(back["code"], vault, oa_id=back["oa_id"])
            await client.close()

        async def send() -> Accepted | SendFailed:
            around = Surroundings(town.clock, vault=vault)
            adapter = ZaloAdapter(account, town.settings, around)
            came = await tried(adapter, message())
            await adapter.close()
            return came

        def go(story: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401
            return asyncio.run(story)

        go(connect())
        assert isinstance(go(send()), Accepted)
        first = json.loads(vault.path.read_text())
        town.clock.now += timedelta(hours=20)
        assert isinstance(go(send()), Accepted)
        assert json.loads(vault.path.read_text())["refresh_token"] != first["refresh_token"]
