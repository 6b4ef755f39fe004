"""Two teachers of one class, at once and in turn: nobody's word is lost to the other's."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import pytest
from httpx2 import Response
from sqlalchemy import select, text
from starlette.testclient import TestClient

from contactbook.db import transaction
from contactbook.updates.models import Attendance, DailyRecord, Meal
from tests.contactbook.web.site import Teaching, token

BLANK = {"attendance": "", "arrived": "", "meal": "", "nap": "", "nap_minutes": "", "health": "",
         "remark": ""}  # fmt: skip


def opened(teacher: Teaching, place: int = 0) -> dict[str, str]:
    """What the sheet remembers of the moment at which it was opened."""
    page = teacher.get(f"/children/{teacher.children[place]}").text
    found = re.search(r'name="was" value="([^"]*)"', page)
    assert found
    return {**BLANK, "csrf_token": token_in(page), "was": html.unescape(found[1])}


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def save(teacher: Teaching, typed: dict[str, str]) -> Response:
    return teacher.visitor.post(f"{teacher.here}/children/{teacher.children[0]}", data=typed)


def record(teacher: Teaching) -> DailyRecord:
    with transaction(teacher.site.sessions) as session:
        return session.scalars(
            select(DailyRecord).where(DailyRecord.student_id == teacher.children[0])
        ).one()


def test_a_sheet_opened_before_lunch_does_not_wipe_it_out(teacher: Teaching) -> None:
    early = opened(teacher)
    everybody = [str(one) for one in teacher.children]
    teacher.post("/all/attendance", child=everybody)
    teacher.post("/all/meal", child=everybody)
    assert save(teacher, {**early, "remark": "Bé ngoan"}).status_code == HTTPStatus.SEE_OTHER
    row = record(teacher)
    assert (row.attendance, row.lunch, row.remark) == (Attendance.PRESENT, Meal.ALL, "Bé ngoan")


def test_what_she_changed_herself_counts(teacher: Teaching) -> None:
    teacher.post(f"/children/{teacher.children[0]}", attendance="present", meal="all", remark="A")
    sheet = {**opened(teacher), "attendance": "present", "meal": "little", "remark": ""}
    teacher.post(f"/children/{teacher.children[0]}", attendance="present", meal="all", health="Ho")
    save(teacher, sheet)
    row = record(teacher)
    assert (row.lunch, row.remark, row.health) == (Meal.LITTLE, "", "Ho")


def test_who_was_found_absent_meanwhile_has_not_eaten(teacher: Teaching) -> None:
    teacher.post(f"/children/{teacher.children[0]}", attendance="present")
    sheet = {**opened(teacher), "attendance": "present", "meal": "all"}
    teacher.post(f"/children/{teacher.children[0]}", attendance="absent")
    save(teacher, sheet)
    row = record(teacher)
    assert (row.attendance, row.lunch) == (Attendance.ABSENT, None)


@pytest.mark.parametrize(
    "was", ["", "{", "[]", "null", "7", "[" * 60_000, "9" * 9000, '{"meal": {}}']
)
def test_a_memory_that_is_none_is_no_fault_of_ours(teacher: Teaching, was: str) -> None:
    typed = {**opened(teacher), "was": was, "attendance": "present", "meal": "part"}
    assert save(teacher, typed).status_code == HTTPStatus.SEE_OTHER
    assert record(teacher).lunch == Meal.PART


def test_a_tap_for_all_waits_for_whoever_is_writing(teacher: Teaching) -> None:
    """The other teacher marks a child absent, and is not done yet when the tap for all comes."""
    site, room = teacher.site, teacher.world.classroom
    form = {"csrf_token": token(teacher.get()), "child": [str(one) for one in teacher.children]}
    with ThreadPoolExecutor(1) as other:
        with transaction(site.sessions) as session:
            session.execute(
                text("SELECT FROM classroom WHERE id = :id FOR NO KEY UPDATE"), {"id": room.id}
            )
            tap = other.submit(teacher.visitor.post, f"{teacher.here}/all/attendance", data=form)
            waits_for_a_lock(teacher)
            session.add(
                DailyRecord(
                    school_id=room.school_id,
                    classroom_id=room.id,
                    student_id=teacher.children[0],
                    on_date=site.clock().date(),
                    attendance=Attendance.ABSENT,
                    changed_by=teacher.world.teacher.id,
                )
            )
        assert tap.result(20).status_code == HTTPStatus.SEE_OTHER
    assert record(teacher).attendance == Attendance.ABSENT


def waits_for_a_lock(teacher: Teaching) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    for _ in range(2000):
        with transaction(teacher.site.sessions) as session:
            if session.scalar(waiting):
                return
    pytest.fail("the tap did not wait")


def test_lunch_and_nap_tapped_at_once_are_both_kept(teacher: Teaching) -> None:
    children = [str(one) for one in teacher.children]
    teacher.site.clock.set(14)
    teacher.post("/all/attendance", child=children)
    form = {"csrf_token": token(teacher.get()), "child": children, "minutes": "90"}
    deeds = ["meal", "nap"] * 6

    def tap(deed: str) -> int:
        return client.post(f"{teacher.here}/all/{deed}", data=form).status_code

    with (
        TestClient(teacher.site.app, follow_redirects=False) as client,
        ThreadPoolExecutor(len(deeds)) as crowd,
    ):
        client.cookies = teacher.visitor.cookies
        assert set(crowd.map(tap, deeds)) == {HTTPStatus.SEE_OTHER}
    with transaction(teacher.site.sessions) as session:
        rows = session.execute(select(DailyRecord.lunch, DailyRecord.nap_minutes)).all()
    assert [tuple(row) for row in rows] == [(Meal.ALL, 90)] * 3
