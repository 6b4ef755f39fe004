"""Whatever is typed, sent or made up: a page with a sentence, never a fault of ours."""

import json
import unicodedata
from collections import defaultdict
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from contactbook.app import ROUTERS
from contactbook.db import transaction
from contactbook.people.models import Student
from contactbook.teacher.forms import MOST_HEALTH, MOST_REMARK
from contactbook.updates.models import ClassDay, DailyRecord, Update
from tests.contactbook.web.site import Teaching, token

LENIENT = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def sheet(teacher: Teaching) -> str:
    return f"/children/{teacher.children[0]}"


def record(teacher: Teaching) -> DailyRecord | None:
    with transaction(teacher.site.sessions) as session:
        return session.scalars(
            select(DailyRecord).where(DailyRecord.student_id == teacher.children[0])
        ).one_or_none()


HERE = {"attendance": "present", "meal": "", "nap": "", "nap_minutes": "", "arrived": "",
        "health": "", "remark": ""}  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Bé ngoan 🎉👩‍👩‍👧", "Bé ngoan 🎉👩‍👩‍👧"),
        ("🥰" * 200, "🥰" * 200),
        (unicodedata.normalize("NFD", "Bé tự xếp dép"), "Bé tự xếp dép"),
        ("một\r\nhai\tba\x00bốn\x07", "một\nhai ba bốn"),
        ("a\u202eb\u2066c", "a b c"),
        ("<script>alert(1)</script> & \"'", "<script>alert(1)</script> & \"'"),
        ("{{ 7 * 7 }} %s %(x)s {0}", "{{ 7 * 7 }} %s %(x)s {0}"),
        (" một \r\n\r\n\u2028\r\n\n hai\x85", "một\n\nhai"),
        ("   ", ""),
    ],
    ids=["family", "emoji", "nfd", "control", "bidi", "html", "templates", "lines", "blank"],
)
def test_a_remark_is_kept_as_it_was_meant(teacher: Teaching, typed: str, kept: str) -> None:
    answer = teacher.post(sheet(teacher), **{**HERE, "remark": typed})
    assert answer.status_code == HTTPStatus.SEE_OTHER
    found = record(teacher)
    assert found is not None
    assert found.remark == kept
    for page in (teacher.get(), teacher.get(sheet(teacher)), teacher.get("/preview")):
        assert page.status_code == HTTPStatus.OK
        assert "<script>alert" not in page.text


FAULTS = [
    ("attendance", "asleep", "attendance"),
    ("meal", "some", "meal"),
    ("nap", "-1", "nap"),
    ("nap_minutes", "301", "nap"),
    ("nap_minutes", "1e2", "nap"),
    ("nap_minutes", "٣٠", "nap"),
    ("nap_minutes", "9" * 5000, "nap"),
    ("arrived", "25:00", "arrived"),
    ("arrived", "4:59", "arrived"),
    ("arrived", "04:59", "arrived"),
    ("arrived", "12:01", "arrived"),
    ("arrived", "sáng nay", "arrived"),
    ("health", "x" * (MOST_HEALTH + 1), "health"),
    ("remark", "🎉" * (MOST_REMARK + 1), "remark"),
]


def test_a_fault_is_a_sentence_beside_its_field(teacher: Teaching) -> None:
    for field, typed, beside in FAULTS:
        fields = {**HERE, "attendance": "late", "health": "ho nhẹ", field: typed}
        answer = teacher.post(sheet(teacher), **fields)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, (field, typed)
        assert f'id="{beside}-error"' in answer.text, (field, typed)
        assert "ho nhẹ" in answer.text or field == "health"
    assert record(teacher) is None


def test_whole_class_words_are_measured_and_cleaned(teacher: Teaching) -> None:
    long = teacher.post("/note", activity="é" * 801, learning="đếm đến mười")
    assert long.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'id="activity-error"' in long.text
    assert "đếm đến mười" in long.text
    assert teacher.post("/note", activity="a\x00b", learning="").status_code == HTTPStatus.SEE_OTHER
    with transaction(teacher.site.sessions) as session:
        assert session.scalars(select(ClassDay.activity)).one() == "a b"


def test_a_childs_name_is_text_and_no_page(teacher: Teaching) -> None:
    name = 'Nguyễn <img src=x onerror=alert(1)> "An" & \''
    with transaction(teacher.site.sessions) as session:
        session.get_one(Student, teacher.children[0]).full_name = name
    teacher.post("/present", present=str(teacher.children[0]))
    for path in ("", "/all/meal", "/preview", sheet(teacher), "/all/attendance"):
        assert "<img src=x" not in teacher.get(path).text, path


def test_a_key_that_is_none_publishes_nothing(teacher: Teaching) -> None:
    teacher.post("/all/attendance", child=str(teacher.children[0]))
    for key in ("", "short", "x" * 65, "with space", "é" * 8, "a\x00bcdefgh"):
        answer = teacher.post("/publish", idempotency_key=key)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, key
        assert 'role="alert"' in answer.text


def test_forms_of_the_wrong_kind_are_no_fault_of_ours(teacher: Teaching) -> None:
    visitor, here = teacher.visitor, teacher.here
    csrf, many = token(teacher.get()), [f"x{n}" for n in range(900)]
    answers = [
        visitor.post(f"{here}/note", content=b"\xff\xfe", headers={"content-type": kind})
        for kind in (
            "application/x-www-form-urlencoded", "application/json", "", "multipart/form-data",
            "multipart/form-data; boundary=x", "text/plain; charset=nonsense",
        )
    ]  # fmt: skip
    answers += [
        visitor.post(f"{here}/note", data={"csrf_token": csrf}, files={"activity": b"a picture"}),
        visitor.post(f"{here}/note", data={"csrf_token": csrf, **dict.fromkeys(many, "1")}),
        visitor.post(f"{here}/note", json={"csrf_token": csrf}),
        visitor.post(f"{here}/all/nap", data={"csrf_token": csrf, "child": "1", "minutes": "90"}),
        visitor.post(f"{here}/all/attendance", data={"csrf_token": csrf}),
        visitor.post(f"{here}/present", data={"csrf_token": csrf, "present": "nobody"}),
        visitor.put(here), visitor.request("OPTIONS", here), visitor.get(f"{here}/publish"),
    ]  # fmt: skip
    statuses = [answer.status_code for answer in answers]
    assert all(status < HTTPStatus.INTERNAL_SERVER_ERROR for status in statuses), statuses


FIELDS = ("attendance", "arrived", "meal", "nap", "nap_minutes", "health", "remark", "child",
          "minutes", "present", "activity", "learning", "idempotency_key", "safety", "whom",
          "step", "delivery", "back", "sure", "was", "username", "password", "next",
          "unknown")  # fmt: skip
TYPED = st.one_of(
    st.text(max_size=700),
    st.sampled_from(["present", "late", "absent", "all", "none", "0", "90", "07:20", "yes"]),
    st.text(st.characters(categories=["Cc", "Cf", "Co", "Mn", "So", "Lo"]), max_size=50),
    st.integers(-(10**30), 10**30).map(str),
)


@LENIENT
@given(fields=st.dictionaries(st.sampled_from(FIELDS), st.lists(TYPED, max_size=3), max_size=9))
def test_no_form_is_a_fault_of_ours(teacher: Teaching, fields: dict[str, list[str]]) -> None:
    child = str(teacher.children[0])
    paths = ("/note", "/present", "/all/attendance", "/all/meal", f"/children/{child}", "/publish")
    csrf = token(teacher.get())
    for path in paths:
        typed = {**fields, "csrf_token": csrf}
        answer = teacher.visitor.post(teacher.here + path, data=typed)
        assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, (path, json.dumps(fields))
    assert teacher.get().status_code == HTTPStatus.OK
    assert teacher.get("/preview").status_code == HTTPStatus.OK


def every_form() -> list[str]:
    """Every door that takes a form, as the application has them: a new one is fuzzed unasked."""
    return [
        route.path
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        and "POST" in (route.methods or ())
        and not route.path.startswith("/hooks/")
    ]


@settings(LENIENT, max_examples=25)
@given(
    fields=st.dictionaries(st.sampled_from(FIELDS), st.lists(TYPED, max_size=3), max_size=9),
    step=st.sampled_from(["attendance", "meal", "nap"]),
)
def test_no_door_that_takes_a_form_breaks(
    teacher: Teaching, fields: dict[str, list[str]], step: str
) -> None:
    forms = every_form()
    assert len(forms) >= 9
    everybody = [str(one) for one in teacher.children]
    teacher.post("/all/attendance", child=everybody)
    teacher.post("/publish", idempotency_key="first-of-all")
    with transaction(teacher.site.sessions) as session:
        update_id = session.scalars(select(Update.id).limit(1)).one()
    known = {"classroom_id": teacher.world.classroom.id, "student_id": everybody[0],
             "update_id": update_id, "step": step}  # fmt: skip
    ids: dict[str, Any] = defaultdict(uuid4, known)  # of what she has nothing: strangers
    for path in forms:
        stranger = path == "/"
        visitor = teacher.site.visitor() if stranger else teacher.visitor
        csrf = token(visitor.get("/") if stranger else teacher.get())
        if path == "/sign-out":
            csrf = "wrong"  # she is still needed
        typed = {**fields, "csrf_token": csrf}
        answer = visitor.post(path.format_map(ids), data=typed)
        assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, (path, json.dumps(fields))


@LENIENT
@given(to=st.text(max_size=90), of=st.text(max_size=90))
def test_no_address_is_a_fault_of_ours(teacher: Teaching, to: str, of: str) -> None:
    teacher.post("/all/attendance", child=[str(one) for one in teacher.children])
    for params in ({"to": to}, {"to": f"{to}.{of}"}, {of: to}):
        answer = teacher.visitor.get(f"{teacher.here}/preview", params=params)
        assert answer.status_code == HTTPStatus.OK
    assert teacher.visitor.get("/", params={"next": to}).status_code == HTTPStatus.SEE_OTHER
