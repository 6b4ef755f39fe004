"""Keys to a family's page, attacked: links, codes, PINs, and what is shown without them."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from sqlalchemy import select

from contactbook.db import transaction
from contactbook.people.family_access import LINK_BYTES
from contactbook.people.family_models import FamilyCode, FamilyLink, FamilyPin, FamilyVisit
from contactbook.people.models import ContactPoint
from contactbook.ports.channel import Channel, Gone
from tests.contactbook.family.home import Home
from tests.journeys.live import until

SEE, NO = HTTPStatus.SEE_OTHER, HTTPStatus.UNAUTHORIZED


def test_a_link_opens_today_and_no_more(home: Home) -> None:
    visitor = home.browser()
    page = visitor.get("/family/")
    assert "Bé An hát hay." in page.text
    assert "Bảo Châu" not in page.text
    for path in ("sent", "consents", "data", "leave", "pin", f"children/{home.child}"):
        answer = visitor.get(f"/family/{path}")
        assert answer.headers["location"] == f"/family/code?next=/family/{path}", path


def test_to_look_at_a_link_uses_nothing_up_and_names_nobody(home: Home) -> None:
    link = home.link()
    for _ in range(3):
        page = home.site.visitor().get(link)
        assert page.status_code == HTTPStatus.OK
        assert not page.cookies
        assert "An" not in page.text.split("<main>")[1]
    assert home.site.visitor().post(link).status_code == SEE


def test_a_link_opens_one_browser_once(home: Home) -> None:
    link, first = home.link(), home.site.visitor()
    assert first.post(link).status_code == SEE
    second = home.site.visitor()
    assert second.post(link).status_code == NO
    assert second.get("/family/").status_code == NO
    assert first.get(link).headers["location"] == "/family/", "her own browser finds the way back"
    assert second.get(link).status_code == HTTPStatus.OK


def test_a_link_of_yesterday_opens_nothing(home: Home) -> None:
    link = home.link()
    home.site.clock.at += timedelta(hours=12)
    assert home.site.visitor().post(link).status_code == NO


@pytest.mark.parametrize("token", ["x", "A" * 12, "%00", "é", "a" * 3_000])
def test_a_guessed_link_opens_nothing(home: Home, token: str) -> None:
    assert home.site.visitor().post(f"/family/o/{token}").status_code == NO


def test_a_link_is_random_and_kept_by_its_hash_alone(home: Home) -> None:
    links = {home.link().rpartition("/")[2] for _ in range(20)}
    assert len(links) == 20
    assert LINK_BYTES * 8 >= 60
    with transaction(home.site.sessions) as session:
        kept = set(session.scalars(select(FamilyLink.token_sha256)))
    assert not {one.encode() for one in links} & kept


def test_a_visit_ends_by_itself_and_by_a_button(home: Home) -> None:
    visitor = home.browser()
    copied = dict(visitor.cookies)
    assert home.post(visitor, "/family/close").status_code == SEE
    thief = home.site.visitor()
    thief.cookies.update(copied)
    assert thief.get("/family/").status_code == NO
    later = home.browser()
    home.site.clock.at += timedelta(hours=2)
    assert later.get("/family/").status_code == NO


def test_a_staff_cookie_is_no_visit_and_a_visit_no_staff_cookie(home: Home) -> None:
    assert home.teacher.visitor.get("/family/").status_code == NO
    assert home.browser().get("/teacher/").status_code == SEE


def test_a_code_to_her_own_phone_opens_the_rest(home: Home) -> None:
    visitor = home.proven()
    assert visitor.get("/family/sent").status_code == HTTPStatus.OK
    assert home.browser().get("/family/sent").status_code == SEE, "another browser asks again"


def test_a_code_goes_on_to_her_next_address_when_one_is_dead(home: Home) -> None:
    with transaction(home.site.sessions) as session:
        mother = ContactPoint(guardian_id=home.guardian, channel="sms", address="+84901234567",
                              rank=2, verified_at=home.site.clock(),
                              school_id=home.teacher.world.school.id)  # fmt: skip
        session.add(mother)
    home.site.channels[Channel.ZALO].failure = Gone("blocked")
    visitor = home.browser()
    home.post(visitor, "/family/code/send", "/family/code")
    sms = home.site.channels[Channel.SMS].sent
    until(lambda: bool(sms))
    assert (sms[0].address, sms[0].template) == ("+84901234567", "code")
    assert sms[0].body.startswith("Truong MN Hoa Mai: ")
    assert sms[0].body.isascii()
    assert "An" not in sms[0].body.split()


def test_a_code_is_good_for_its_browser_for_ten_minutes_and_once(home: Home) -> None:
    one, other = home.browser(), home.browser()
    code = home.code(one)
    wrong = home.post(other, "/family/code", "/family/code", code=code)
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    home.site.clock.at += timedelta(minutes=10)
    assert home.post(one, "/family/code", "/family/code", code=code).status_code == 422
    fresh = home.code(one)
    assert home.post(one, "/family/code", "/family/code", code=f" {fresh} ").status_code == SEE
    with transaction(home.site.sessions) as session:
        assert fresh.encode() not in set(session.scalars(select(FamilyCode.code_hmac)))


def test_an_older_code_is_void_when_a_newer_was_sent(home: Home) -> None:
    visitor = home.browser()
    old, new = home.code(visitor), home.code(visitor)
    assert home.post(visitor, "/family/code", "/family/code", code=old).status_code == 422
    assert home.post(visitor, "/family/code", "/family/code", code=new).status_code == SEE


def test_wrong_codes_are_counted_over_all_her_visits(home: Home) -> None:
    visitor = home.browser()
    code = home.code(visitor)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(3):
        home.post(visitor, "/family/code", "/family/code", code=wrong)
    other = home.browser()
    for _ in range(2):
        home.post(other, "/family/code", "/family/code", code=wrong)
    refused = home.post(visitor, "/family/code", "/family/code", code=code)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "quá nhiều lần" in refused.text
    assert visitor.get("/family/sent").status_code == SEE
    home.site.clock.at += timedelta(minutes=16)
    again = home.code(visitor)
    assert home.post(visitor, "/family/code", "/family/code", code=again).status_code == SEE


def test_a_phone_is_not_rung_with_codes(home: Home) -> None:
    visitor = home.browser()
    for _ in range(4):
        home.code(visitor)
    refused = home.post(visitor, "/family/code/send", "/family/code")
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert len(home.site.channels[Channel.ZALO].sent) == 4


def test_without_a_confirmed_address_she_is_asked_to_call(home: Home) -> None:
    with transaction(home.site.sessions) as session:
        point = session.scalars(
            select(ContactPoint).where(ContactPoint.guardian_id == home.guardian)
        ).one()
        point.verified_at = None
    visitor = home.browser()
    assert "028 3000 0000" in visitor.get("/family/code").text
    assert home.post(visitor, "/family/code/send").status_code == HTTPStatus.OK
    assert home.site.channels[Channel.ZALO].sent == []


def test_a_pin_of_her_own_stands_for_a_code(home: Home) -> None:
    visitor = home.proven()
    for easy in ("12345", "111111", "123456", "987654", "abcdef", "１２３４５６"):
        refused = home.post(visitor, "/family/pin", "/family/pin", pin=easy)
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, easy
    assert home.post(visitor, "/family/pin", "/family/pin", pin="740193").status_code == SEE
    with transaction(home.site.sessions) as session:
        assert session.scalars(select(FamilyPin.pin_hash)).one().startswith("$argon2")
    other = home.browser()
    assert home.post(other, "/family/code", "/family/code", code="740194").status_code == 422
    assert home.post(other, "/family/code", "/family/code", code="740193").status_code == SEE
    assert home.post(other, "/family/pin", "/family/pin", deed="drop").status_code == SEE
    third = home.browser()
    assert home.post(third, "/family/code", "/family/code", code="740193").status_code == 422


def test_a_pin_cannot_be_set_with_the_link_alone(home: Home) -> None:
    visitor = home.browser()
    assert (
        home.post(visitor, "/family/pin", pin="740193")
        .headers["location"]
        .startswith("/family/code")
    )
    with transaction(home.site.sessions) as session:
        assert session.scalars(select(FamilyPin)).all() == []


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/teacher/", "\\\\e"])
def test_a_code_leads_nowhere_but_into_her_pages(home: Home, back: str) -> None:
    visitor = home.browser()
    code = home.code(visitor)
    answer = home.post(visitor, "/family/code", "/family/code", code=code, next=back)
    assert answer.headers["location"] == "/family/"


def test_a_cookie_is_kept_by_its_hash_alone(home: Home) -> None:
    visitor = home.browser()
    [cookie] = visitor.cookies.values()
    with transaction(home.site.sessions) as session:
        assert cookie.encode() not in set(session.scalars(select(FamilyVisit.token_sha256)))
