"""Around every request: sizes, headers, trouble told in a page, and whether we could work."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from http import HTTPStatus

import anyio
import pytest
from sqlalchemy import event, text
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient
from starlette.types import Message
from structlog.testing import capture_logs

from contactbook.app import create_app
from contactbook.db import connect, sessions, transaction
from contactbook.web import guard
from contactbook.web.templating import static
from tests.contactbook.web.site import Site, Teaching

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=1"


@pytest.fixture
def adrift(site: Site) -> TestClient:
    """The site while there is no database."""
    app = create_app(replace(site.parts, sessions=sessions(connect(NOWHERE))))
    visitor = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
    visitor.cookies.set("contactbook", "somebody")
    return visitor


def test_every_answer_wears_the_same_headers(teacher: Teaching, adrift: TestClient) -> None:
    answers = [
        teacher.get(),
        teacher.get("/preview"),
        teacher.visitor.get("/nowhere"),
        teacher.visitor.post(teacher.here + "/publish"),
        teacher.visitor.post("/hooks/zalo/webhook", content=b"x" * (guard.MOST + 1)),
        teacher.visitor.get(static("app.css")),
        teacher.visitor.request("DELETE", "/teacher/"),
        adrift.get("/"),
    ]
    for answer in answers:
        assert answer.headers["content-security-policy"] == guard.CSP, answer.url
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        if "/static/" not in str(answer.url):
            assert answer.headers["cache-control"] == "no-store"
    assert [one.status_code for one in answers] == [200, 200, 404, 403, 413, 200, 405, 503]


@pytest.fixture
def broken(teacher: Teaching) -> Iterator[Teaching]:
    """A fault of ours, deep in a page."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError("secret words of a stack trace")

    engine = teacher.site.sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", fail)
    yield teacher
    event.remove(engine, "before_cursor_execute", fail)


def test_a_fault_of_ours_is_a_page_without_its_trace(broken: Teaching) -> None:
    with capture_logs() as lines:
        answer = broken.get()
    [line] = lines
    assert line["reference"] in answer.text
    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert answer.headers["content-security-policy"] == guard.CSP
    assert "ZeroDivision" not in answer.text
    assert "secret words" not in answer.text
    assert 'lang="vi"' in answer.text


def test_every_error_is_a_vietnamese_page_with_a_way_on(
    teacher: Teaching, adrift: TestClient
) -> None:
    said = {
        404: teacher.get("/children/x"),
        403: teacher.visitor.post(teacher.here + "/note"),
        405: teacher.visitor.request("DELETE", "/teacher/"),
        400: teacher.visitor.post(teacher.here + "/note", content=b"a=1&" * 500, headers=FORM),
        413: teacher.visitor.post(teacher.here + "/note", content=b"x" * (guard.MOST + 1)),
        503: adrift.get("/teacher/"),
    }
    for status, answer in said.items():
        assert answer.status_code == status, answer.url
        assert 'lang="vi"' in answer.text
        assert '<a class="primary" href="/">' in answer.text, status
        assert "Traceback" not in answer.text
    assert said[405].headers["allow"] == "GET"


FORM = {"content-type": "application/x-www-form-urlencoded"}


def test_one_field_as_long_as_a_book_is_not_read(site: Site) -> None:
    answer = site.visitor().post("/", content=b"%" * (guard.MOST - 1), headers=FORM)
    assert answer.status_code == HTTPStatus.BAD_REQUEST


def test_without_a_database_the_page_says_to_come_back(adrift: TestClient) -> None:
    for address in ("/", "/readyz"):
        answer = adrift.get(address)
        assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert "127.0.0.1" not in answer.text
    assert adrift.get("/healthz").text == "ok"


def test_ready_means_migrated_to_our_newest_step(site: Site) -> None:
    visitor = site.visitor()
    assert visitor.get("/readyz").status_code == HTTPStatus.OK
    with transaction(site.sessions) as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'long ago'"))
    assert visitor.get("/readyz").status_code == HTTPStatus.SERVICE_UNAVAILABLE
    with transaction(site.sessions) as session:
        session.execute(text("DROP TABLE alembic_version"))
    assert visitor.get("/readyz").status_code == HTTPStatus.SERVICE_UNAVAILABLE


def test_a_body_is_measured_whatever_it_says_of_itself(teacher: Teaching) -> None:
    def flood() -> Iterator[bytes]:
        for _ in range(30):
            yield b"remark=" + b"x" * 100_000

    for how in ({"content": flood()}, {"content": b"y" * (guard.MOST + 1)}):
        answer = teacher.visitor.post(teacher.here + "/note", **how)
        assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        assert "Nội dung quá lớn" in answer.text


POSTED = {"type": "http", "method": "POST", "path": "/teacher/", "headers": []}


@dataclass
class Wire:
    """A browser on a bad line: what comes of it, then silence."""

    coming: list[Message] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)
    reached: bool = False

    async def app(self, *_: object) -> None:
        self.reached = True

    async def receive(self) -> Message:
        if not self.coming:
            await anyio.sleep_forever()
        return self.coming.pop(0)

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    def talk(self) -> None:
        def refused(_request: Request, status: int) -> Response:
            return Response(status_code=status)

        door = guard.Guard(self.app, refused, patience=0.05)
        anyio.run(door, POSTED, self.receive, self.send)


def test_half_a_form_is_no_form() -> None:
    """The lift's door closes on a phone: what came until then must not be taken for the whole."""
    half = {"type": "http.request", "body": b"child=1&child=", "more_body": True}
    wire = Wire([half, {"type": "http.disconnect"}])
    wire.talk()
    assert not wire.reached
    assert wire.sent == []


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    wire = Wire()
    wire.talk()
    assert not wire.reached
    assert wire.sent[0]["status"] == HTTPStatus.REQUEST_TIMEOUT


def test_static_files_are_kept_by_browsers_and_nothing_else_is_served(site: Site) -> None:
    visitor = site.visitor()
    kinds = {"app.css": "text/css", "app.js": "text/javascript", "mark.svg": "image/svg+xml"}
    for name, kind in kinds.items():
        answer = visitor.get(static(name))
        assert answer.headers["content-type"].startswith(kind)
        assert "immutable" in answer.headers["cache-control"]
    for name in ("..%2fguard.py", "%2e%2e", "nothing.js", "app.py", "x%00.css", ".css"):
        assert visitor.get(f"/static/1/{name}").status_code == HTTPStatus.NOT_FOUND


def test_more_pages_than_connections_are_all_answered(teacher: Teaching) -> None:
    """Those that wait for a connection must not take the threads of those that have one."""

    def look(_: int) -> int:
        return client.get(teacher.here).status_code

    with (
        TestClient(teacher.site.app, follow_redirects=False) as client,
        ThreadPoolExecutor(150) as crowd,
    ):
        client.cookies = teacher.visitor.cookies
        assert set(crowd.map(look, range(150))) == {HTTPStatus.OK}
