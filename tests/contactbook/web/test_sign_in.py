"""The door for staff: who knocks, with what, how often, and where it leads."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from contactbook.app import create_app
from contactbook.db import transaction
from contactbook.people.accounts import PASSWORDS, TRIES_PER_ADDRESS, TRIES_PER_NAME
from contactbook.people.staff import SignInAttempt, Staff
from contactbook.settings import Settings
from tests.builders import PASSWORD, class_of
from tests.contactbook.web.site import Site, Teaching, post, token

WRONG = "Tên đăng nhập hoặc mật khẩu chưa đúng"


@pytest.fixture
def name(site: Site) -> str:
    with transaction(site.sessions) as session:
        return class_of(session, password=PASSWORD).teacher.username


def test_the_right_words_open_the_door(site: Site, name: str) -> None:
    visitor = site.visitor()
    answer = post(visitor, "/", "/", username=name.upper(), password=PASSWORD)
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert answer.headers["location"] == "/teacher/"
    cookie = next(one for one in answer.headers.get_list("set-cookie") if "contactbook=" in one)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert visitor.get("/").headers["location"] == "/teacher/"


def test_wrong_words_are_told_alike_and_counted(site: Site, name: str) -> None:
    tries = [(name, "wrong"), (name, PASSWORD + " "), ("nobody", PASSWORD), ("", ""),
             ("x" * 5000, "é" * 500), ("'; --", "\x00")]  # fmt: skip
    for who, password in tries:
        answer = post(site.visitor(), "/", "/", username=who, password=password)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert WRONG in answer.text
        assert password not in answer.text or len(password) < 2
    with transaction(site.sessions) as session:
        assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 12


def test_patience_ends_and_returns(site: Site, name: str) -> None:
    for _ in range(TRIES_PER_NAME):
        post(site.visitor(), "/", "/", username=name, password="wrong")
    refused = post(site.visitor(), "/", "/", username=name, password=PASSWORD)
    assert refused.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert "15 phút" in refused.text
    site.clock.at += timedelta(minutes=16)
    answer = post(site.visitor(), "/", "/", username=name, password=PASSWORD)
    assert answer.status_code == HTTPStatus.SEE_OTHER


def test_a_burst_of_tries_is_no_way_around_patience(site: Site, name: str) -> None:
    with (
        TestClient(site.app, follow_redirects=False) as client,
        ThreadPoolExecutor(30) as crowd,
    ):
        form = {"csrf_token": token(client.get("/")), "username": name, "password": "wrong"}
        answers = Counter(crowd.map(lambda _: client.post("/", data=form).status_code, range(30)))
    assert answers[HTTPStatus.UNPROCESSABLE_ENTITY] == TRIES_PER_NAME
    assert answers[HTTPStatus.TOO_MANY_REQUESTS] == 30 - TRIES_PER_NAME


def test_one_address_cannot_go_through_all_names(site: Site, name: str) -> None:
    visitor = site.visitor()
    post(visitor, "/", "/", username="somebody", password="wrong")
    with transaction(site.sessions) as session:
        tries = session.scalars(select(SignInAttempt)).all()
        session.add_all(
            SignInAttempt(who=one.who, at=one.at) for one in tries for _ in range(TRIES_PER_ADDRESS)
        )
    refused = post(visitor, "/", "/", username=name, password=PASSWORD)
    assert refused.status_code == HTTPStatus.TOO_MANY_REQUESTS
    site.clock.at += timedelta(minutes=16)
    admitted = post(visitor, "/", "/", username=name, password=PASSWORD)
    assert admitted.status_code == HTTPStatus.SEE_OTHER


def test_an_unknown_name_costs_as_much_work_as_a_known_one(
    site: Site, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    work: list[str] = []

    def verify(password: str, hashed: str) -> bool:
        work.append(hashed.rpartition("$")[0].rpartition("$")[0])  # kind and costs, without salt
        return bool(password == hashed)

    monkeypatch.setattr(PASSWORDS, "verify", verify)
    for who in (name, "nobody", ""):
        post(site.visitor(), "/", "/", username=who, password="wrong")
    assert len(work) == 3
    assert len(set(work)) == 1


def test_who_has_left_is_told_what_a_stranger_is_told(site: Site, name: str) -> None:
    with transaction(site.sessions) as session:
        session.scalars(select(Staff)).one().retired_at = site.clock()
    answer = post(site.visitor(), "/", "/", username=name, password=PASSWORD)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert WRONG in answer.text


def test_a_form_that_was_not_ours_is_not_tried(site: Site, name: str) -> None:
    for cookie, field in (("", ""), ("", "abc"), ("abc", ""), ("abc", "abd")):
        visitor = site.visitor()
        if cookie:
            visitor.cookies.set("contactbook-door", cookie)
        typed = {"username": name, "password": PASSWORD, "csrf_token": field}
        answer = visitor.post("/", data=typed)
        assert answer.status_code == HTTPStatus.FORBIDDEN
        assert name in answer.text, "what was typed stays"
    with transaction(site.sessions) as session:
        assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 0


def test_it_leads_to_our_own_pages_only(site: Site, name: str) -> None:
    for back in (
        "https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example",
        "javascript:1", "teacher/", "///elsewhere.example", "/é",
    ):  # fmt: skip
        answer = post(site.visitor(), "/", "/", username=name, password=PASSWORD, next=back)
        assert answer.headers["location"] == "/teacher/", back
        assert back not in site.visitor().get("/", params={"next": back}).text


def test_an_address_cannot_add_a_header(site: Site, name: str) -> None:
    back = "/a\r\nSet-Cookie: x=1"
    answer = post(site.visitor(), "/", "/", username=name, password=PASSWORD, next=back)
    assert not any("x=1" in one for one in answer.headers.get_list("set-cookie"))


def test_it_leads_back_to_where_she_wanted_to_go(teacher: Teaching) -> None:
    stranger = teacher.site.visitor()
    door = stranger.get(teacher.here).headers["location"]
    assert f'value="{teacher.here}"' in stranger.get(door).text
    answer = post(
        stranger, "/", door, username=teacher.world.teacher.username, password=PASSWORD,
        next=teacher.here,
    )  # fmt: skip
    assert answer.headers["location"] == teacher.here


ENDED = "Phiên đăng nhập đã hết"


def test_a_session_that_ended_is_said_and_leads_back_to_the_page_of_the_form(
    teacher: Teaching,
) -> None:
    sheet = f"{teacher.here}/children/{teacher.children[0]}"
    for headers, back in (
        ({"referer": f"http://testserver{sheet}?x=1"}, f"{sheet}?x=1"),
        ({"referer": f"http://elsewhere.example{sheet}"}, ""),
        ({"referer": "http://testserver//elsewhere.example"}, ""),
        ({"referer": "::::["}, ""),
        ({}, ""),
    ):
        visitor = teacher.site.visitor()
        visitor.cookies.set("contactbook", "of-yesterday")
        door = visitor.post(sheet, data={"remark": "Ngoan"}, headers=headers).headers["location"]
        page = visitor.get(door).text
        assert ENDED in page, headers
        assert f'name="next" value="{back}"' in page, headers


def test_a_browser_that_dropped_the_cookie_is_told_as_well(teacher: Teaching) -> None:
    stranger = teacher.site.visitor()
    came_from = {"referer": f"http://testserver{teacher.here}"}
    door = stranger.get(teacher.here + "/preview?to=x.y", headers=came_from).headers["location"]
    page = stranger.get(door).text
    assert ENDED in page
    assert f'value="{teacher.here}/preview?to=x.y"' in page
    for cold in ("/", stranger.get(teacher.here).headers["location"]):
        assert ENDED not in stranger.get(cold).text, "who comes for the first time has lost nothing"


def test_a_page_of_before_the_last_sign_in_says_that_it_is_old(teacher: Teaching) -> None:
    page, sheet = teacher.get(), f"{teacher.here}/children/{teacher.children[0]}"
    name = teacher.world.teacher.username
    anew = teacher.site.signed_in(name)
    answer = anew.post(
        sheet, data={"csrf_token": token(page)}, headers={"referer": f"http://testserver{sheet}"}
    )
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "Trang này đã cũ" in answer.text
    assert f'href="{sheet}"' in answer.text
    assert "chỉ có giáo viên" not in answer.text.lower()


def test_with_https_the_browser_guards_the_cookies(site: Site, name: str) -> None:
    settings = Settings(secret_key="a secret for tests that is long enough", secure_cookies=True)
    app = create_app(replace(site.parts, settings=settings))
    visitor = TestClient(app, base_url="https://testserver", follow_redirects=False)
    answer = post(visitor, "/", "/", username=name, password=PASSWORD)
    cookies = answer.headers.get_list("set-cookie")
    assert all("Secure" in one and "Path=/" in one for one in cookies)
    assert all(one.startswith("__Host-contactbook") for one in cookies)
    assert any(one.startswith("__Host-contactbook=") for one in cookies)
    left = post(visitor, "/sign-out", "/teacher/")
    assert left.status_code == HTTPStatus.SEE_OTHER
    assert visitor.get("/teacher/").status_code == HTTPStatus.SEE_OTHER


def test_a_made_up_cookie_is_nobody(site: Site) -> None:
    for cookie in ("x", "x" * 4000, '"', "%00"):
        visitor = site.visitor()
        visitor.cookies.set("contactbook", cookie)
        assert visitor.get("/teacher/").status_code == HTTPStatus.SEE_OTHER
        assert visitor.get("/").status_code == HTTPStatus.OK
