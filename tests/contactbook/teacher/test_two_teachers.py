"""Two teachers of one class, at once and in turn: nobody's word is lost to the other's."""

import html
import json
import re
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import pytest
from httpx2 import Response
from sqlalchemy import select, text
from starlette.testclient import TestClient

from contactbook.db import transaction
from contactbook.updates.models import Attendance, ClassDay, DailyRecord, Meal
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


# Words about the whole class


def note(teacher: Teaching) -> dict[str, str]:
    """The sheet about the whole class, as it is opened now."""
    page = teacher.get("/note").text
    found = re.search(r'name="was" value="([^"]*)"', page)
    assert found
    was = html.unescape(found[1])
    return {"csrf_token": token_in(page), "was": was, **json.loads(was)}


def say(teacher: Teaching, typed: dict[str, str]) -> Response:
    return teacher.visitor.post(f"{teacher.here}/note", data=typed)


def said(teacher: Teaching) -> tuple[str, str]:
    with transaction(teacher.site.sessions) as session:
        words = session.scalars(select(ClassDay)).one()
        return words.activity, words.learning


def test_what_was_done_and_what_was_learned_are_two_teachers_words(teacher: Teaching) -> None:
    early = note(teacher)
    say(teacher, {**note(teacher), "activity": "Vẽ lá"})
    assert say(teacher, {**early, "learning": "Số năm"}).status_code == HTTPStatus.SEE_OTHER
    assert said(teacher) == ("Vẽ lá", "Số năm")


def test_the_same_words_of_two_teachers_are_put_together_by_a_person(teacher: Teaching) -> None:
    early = note(teacher)
    say(teacher, {**note(teacher), "activity": "Vẽ lá"})
    answer = say(teacher, {**early, "activity": "Hát bài Con cò"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Trần Thị Hạnh vừa ghi: “Vẽ lá”" in answer.text
    assert "Hát bài Con cò</textarea>" in answer.text
    assert said(teacher) == ("Vẽ lá", "")
    again = re.search(r'name="was" value="([^"]*)"', answer.text)
    assert again
    both = {**early, "was": html.unescape(again[1]), "activity": "Vẽ lá, hát bài Con cò"}
    assert say(teacher, both).status_code == HTTPStatus.SEE_OTHER
    assert said(teacher) == ("Vẽ lá, hát bài Con cò", "")


def test_words_emptied_meanwhile_are_not_written_over_unasked(teacher: Teaching) -> None:
    say(teacher, {**note(teacher), "activity": "Vẽ lá"})
    early = note(teacher)
    say(teacher, {**note(teacher), "activity": ""})
    answer = say(teacher, {**early, "activity": "Vẽ lá thu"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "vừa xóa" in answer.text
