"""An account is a form: its secrets go in and never come out, and a test tells what is wrong."""

import asyncio
import json
from http import HTTPStatus
from uuid import UUID

import pytest
from sqlalchemy import select

from channels.catalogue import Providers
from contactbook.db import transaction
from contactbook.delivery import lanes
from contactbook.delivery.accounts import Safe
from contactbook.delivery.lane_models import ChannelAccount, SchoolLane
from contactbook.delivery.trials import AccountTrial
from contactbook.ports.account import WrongKeys
from contactbook.ports.channel import AccountUnusable, Channel
from tests.builders import a_school
from tests.contactbook.office.conftest import Principal

KEYS = {"brandname": "HOAMAI", "api_key": "khoa-cua-truong", "secret_key": "bi-mat-cua-truong"}


def add(principal: Principal, **fields: str) -> int:
    page = "/channels/new?provider=esms"
    asked = {"provider": "esms", "name": "eSMS của trường", **KEYS, **fields}
    return principal.post("/channels/new", page, **asked).status_code


def own(principal: Principal) -> ChannelAccount:
    with transaction(principal.site.sessions) as session:
        return session.scalars(
            select(ChannelAccount).where(ChannelAccount.provider == "esms")
        ).one()


def keys(principal: Principal) -> dict[str, object]:
    sealed = own(principal).sealed
    assert sealed
    return Safe(principal.site.parts.settings.secret_key.get_secret_value()).open(sealed)


def test_an_account_is_entered_for_this_school_and_sealed(principal: Principal) -> None:
    assert add(principal, rate="2,5", daily_quota="1000") == HTTPStatus.SEE_OTHER
    account = own(principal)
    assert (account.rate, account.daily_quota) == (2.5, 1000)
    assert b"bi-mat" not in (account.sealed or b"")
    assert keys(principal)["secret_key"] == KEYS["secret_key"]
    with transaction(principal.site.sessions) as session:
        lane = session.scalars(select(SchoolLane)).one()
    assert (lane.school_id, lane.lane_id) == (principal.first.school.id, account.lane_id)


def test_no_page_ever_holds_a_secret(principal: Principal) -> None:
    add(principal)
    here = f"/channels/{own(principal).id}"
    wrong = principal.post(here, here, brandname="có dấu", secret_key="mot-bi-mat-moi")
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    for page in (principal.get("/channels"), principal.get(here), wrong):
        for secret in (KEYS["api_key"], KEYS["secret_key"], "mot-bi-mat-moi"):
            assert secret not in page.text
    assert 'placeholder="đã lưu"' in principal.get(here).text


def test_a_secret_that_is_left_empty_stays_as_it_was(principal: Principal) -> None:
    add(principal)
    here = f"/channels/{own(principal).id}"
    principal.post(here, here, brandname="HOAMAI2", secret_key="mot-bi-mat-moi", api_key="")
    found = keys(principal)
    assert found["brandname"] == "HOAMAI2"
    assert (found["api_key"], found["secret_key"]) == (KEYS["api_key"], "mot-bi-mat-moi")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"brandname": "Hoa Mai"}, "Brandname có từ 1 đến 11"),
        ({"api_key": ""}, "Vui lòng điền"),
        ({"prices": "{"}, "JSON"),
        ({"rate": "nhanh"}, "phải là số"),
        ({"weight": "0"}, "phải là số"),
    ],
)
def test_what_no_account_can_be_made_of_is_said_in_a_sentence(
    principal: Principal, fields: dict[str, str], sentence: str
) -> None:
    page = "/channels/new?provider=esms"
    answer = principal.post("/channels/new", page, provider="esms", **{**KEYS, **fields})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sentence in answer.text


def test_an_account_ends_after_a_second_word_and_its_keys_are_gone(principal: Principal) -> None:
    add(principal)
    here = f"/channels/{own(principal).id}"
    assert principal.post(f"{here}/end", here).status_code == HTTPStatus.CONFLICT
    principal.post(f"{here}/end", here, sure="yes")
    account = own(principal)
    assert (account.sealed, account.ended_at is None) == (None, False)
    assert principal.get(here).status_code == HTTPStatus.NOT_FOUND


def test_a_paused_account_says_why_and_is_tried_again_by_one_tap(principal: Principal) -> None:
    add(principal)
    account, now = own(principal).id, principal.site.clock()
    with transaction(principal.site.sessions) as session:
        until = now.replace(hour=(now.hour + 1) % 24)
        lanes.pause(session, account, until=until, reason="eSMS 103", now=now)
    page = principal.get("/channels")
    assert "đang nghỉ đến" in page.text
    assert "eSMS 103" in page.text
    principal.post(f"/channels/{account}/resume", "/channels")
    assert own(principal).paused_until is None


def test_an_account_that_others_send_by_too_is_not_hers_to_change(principal: Principal) -> None:
    add(principal)
    account = own(principal)
    with transaction(principal.site.sessions) as session:
        other = a_school(session, "Trường Mầm non Sen Hồng")
        session.add(
            SchoolLane(school_id=other.id, channel=account.channel, lane_id=account.lane_id)
        )
    assert principal.get(f"/channels/{account.id}").status_code == HTTPStatus.NOT_FOUND


def telegram(principal: Principal) -> UUID:
    principal.site.parts.accounts.of_channel(Channel.TELEGRAM)  # the server's own gets its row
    with transaction(principal.site.sessions) as session:
        return session.scalars(
            select(ChannelAccount.id).where(ChannelAccount.channel == Channel.TELEGRAM)
        ).one()


def tried(principal: Principal, account: UUID) -> str:
    principal.post(f"/channels/{account}/test", "/channels", to="123456")
    principal.site.parts.loop.run(settled(principal))
    return principal.get("/channels").text


async def settled(principal: Principal) -> None:
    """Until no trial waits for its answer."""
    for _ in range(200):
        with transaction(principal.site.sessions) as session:
            waits = select(AccountTrial.id).where(AccountTrial.answered_at.is_(None))
            if session.scalars(waits).first() is None:
                return
        await asyncio.sleep(0.05)


def test_a_test_message_shows_what_the_provider_said(principal: Principal) -> None:
    account = telegram(principal)
    assert "Nhà cung cấp đã nhận tin thử" in tried(principal, account)
    principal.site.channels[Channel.TELEGRAM].failure = AccountUnusable("401 Unauthorized")
    page = tried(principal, account)
    assert "từ chối tài khoản" in page
    assert "401 Unauthorized" in page
    assert [one.address for one in principal.site.channels[Channel.TELEGRAM].sent] == ["123456"] * 2


def test_the_sixth_test_in_ten_minutes_has_to_wait(principal: Principal) -> None:
    account = telegram(principal)
    answers = [
        principal.post(f"/channels/{account}/test", "/channels", to="123456").status_code
        for _ in range(6)
    ]
    assert answers == [HTTPStatus.SEE_OTHER] * 5 + [HTTPStatus.CONFLICT]
    principal.site.parts.loop.run(settled(principal))


def test_every_provider_can_be_entered_and_names_its_secrets() -> None:
    offers = {one.provider: one for one in Providers().offers()}
    assert set(offers) == {"zalo", "telegram", "smtp", "smpp", "esms", "speedsms", "fpt"}
    assert offers["esms"].secrets == {"api_key", "secret_key", "callback_secret"}
    assert offers["zalo"].secrets >= {"app_secret", "webhook_secrets", "access_token"}


def test_what_was_typed_is_in_no_fault() -> None:
    with pytest.raises(WrongKeys) as wrong:
        Providers().checked("smpp", {"password": "qua-dai-cho-smpp", "brandname": "HOAMAI"})
    assert "qua-dai" not in json.dumps(wrong.value.faults)
