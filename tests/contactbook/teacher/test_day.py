"""A teacher's day on her page: what a tap may claim, and what it never overrules."""

import re
from http import HTTPStatus

import pytest
from sqlalchemy import select

from contactbook.db import transaction
from contactbook.updates.models import Attendance, DailyRecord, Meal
from tests.contactbook.web.site import Teaching


def records(teacher: Teaching) -> dict[int, DailyRecord]:
    """What is recorded, by the child's place in the builders' list."""
    with transaction(teacher.site.sessions) as session:
        rows = session.scalars(select(DailyRecord)).all()
    return {teacher.children.index(row.student_id): row for row in rows}


def ids(teacher: Teaching, *places: int) -> list[str]:
    return [str(teacher.children[place]) for place in places]


def mark(teacher: Teaching, place: int, **fields: str) -> int:
    return teacher.post(f"/children/{teacher.children[place]}", **fields).status_code


def suggested(teacher: Teaching) -> list[str]:
    return re.findall(r'class="deed" href="[^"]+/all/(\w+)"', teacher.get().text)


@pytest.mark.parametrize(
    ("hour", "minute", "deed"),
    [(7, 20, "attendance"), (10, 59, "attendance"), (11, 40, "meal"), (13, 29, "meal")],
)
def test_the_page_suggests_what_a_teacher_came_for(
    teacher: Teaching, hour: int, minute: int, deed: str
) -> None:
    teacher.post("/all/attendance", child=ids(teacher, 0, 1))
    teacher.site.clock.set(hour, minute)
    assert suggested(teacher) == [deed]


def test_after_lunch_comes_the_nap_and_then_nothing(teacher: Teaching) -> None:
    teacher.post("/all/attendance", child=ids(teacher, 0, 1, 2))
    teacher.site.clock.set(14)
    teacher.post("/all/meal", child=ids(teacher, 0, 1, 2))
    assert suggested(teacher) == ["nap"]
    teacher.post("/all/nap", child=ids(teacher, 0, 1, 2), minutes="60")
    assert suggested(teacher) == []
    assert {row.nap_minutes for row in records(teacher).values()} == {60}


@pytest.mark.parametrize(("deed", "hour"), [("meal", 8), ("nap", 13)])
def test_a_tap_claims_only_what_has_happened(teacher: Teaching, deed: str, hour: int) -> None:
    teacher.post("/all/attendance", child=ids(teacher, 0, 1, 2))
    teacher.site.clock.set(hour)
    answer = teacher.post(f"/all/{deed}", child=ids(teacher, 0, 1, 2), minutes="90")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'id="child-error"' in answer.text
    rows = records(teacher).values()
    assert {(row.lunch, row.nap_minutes) for row in rows} == {(None, None)}


def test_the_name_list_takes_only_the_names_it_showed(teacher: Teaching) -> None:
    teacher.post("/all/attendance", child=ids(teacher, 0, 2))
    assert set(records(teacher)) == {0, 2}
    assert records(teacher)[0].arrived_at is None, "nobody said when each of them came"


def test_a_child_marked_meanwhile_is_not_overwritten(teacher: Teaching) -> None:
    shown = teacher.get("/all/attendance")
    assert str(teacher.children[1]) in shown.text
    mark(teacher, 1, attendance="excused")
    teacher.post("/all/attendance", child=ids(teacher, 0, 1, 2))
    marks = {place: row.attendance for place, row in records(teacher).items()}
    assert marks == {0: Attendance.PRESENT, 1: Attendance.EXCUSED, 2: Attendance.PRESENT}


def test_lunch_is_for_those_who_are_here_and_keeps_exceptions(teacher: Teaching) -> None:
    mark(teacher, 0, attendance="present", meal="little")
    mark(teacher, 1, attendance="absent")
    mark(teacher, 2, attendance="late", arrived="09:10")
    teacher.post("/all/meal", child=ids(teacher, 0, 1, 2))
    lunch = {place: row.lunch for place, row in records(teacher).items()}
    assert lunch == {0: Meal.LITTLE, 1: None, 2: Meal.ALL}


def test_one_tap_on_a_child_says_here_and_now(teacher: Teaching) -> None:
    teacher.site.clock.set(7, 31)
    teacher.post("/present", present=str(teacher.children[0]))
    teacher.site.clock.set(7, 50)
    teacher.post("/present", present=str(teacher.children[0]))
    [row] = records(teacher).values()
    assert f"{row.arrived_at:%H:%M}" == "07:31", "a second tap undoes nothing"


def test_a_tap_in_the_evening_is_a_late_entry_and_no_arrival(teacher: Teaching) -> None:
    teacher.site.clock.set(20)
    teacher.post("/present", present=str(teacher.children[0]))
    [row] = records(teacher).values()
    assert (row.attendance, row.arrived_at) == (Attendance.PRESENT, None)


def test_who_is_away_has_neither_eaten_nor_slept(teacher: Teaching) -> None:
    teacher.site.clock.set(14)
    mark(teacher, 0, attendance="present", arrived="07:20", meal="all", nap="90", remark="Ngoan")
    mark(teacher, 0, attendance="absent", arrived="07:20", meal="all", nap="90", remark="Ngoan")
    [row] = records(teacher).values()
    assert (row.attendance, row.arrived_at, row.lunch, row.nap_minutes, row.remark) == (
        Attendance.ABSENT, None, None, None, "Ngoan",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("hour", "minute", "field", "typed"),
    [(10, 29, "meal", "all"), (10, 29, "meal", "none"), (13, 29, "nap", "90"), (13, 0, "nap", "0"),
     (13, 0, "nap_minutes", "45")],
)  # fmt: skip
def test_a_sheet_claims_only_what_has_happened(
    teacher: Teaching, hour: int, minute: int, field: str, typed: str
) -> None:
    teacher.site.clock.set(hour, minute)
    address = f"/children/{teacher.children[0]}"
    early = teacher.post(address, attendance="present", remark="Ngoan", **{field: typed})
    assert early.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'id="{field.removesuffix("_minutes")}-error"' in early.text
    assert "Ngoan" in early.text
    assert records(teacher) == {}
    teacher.site.clock.set(13, 30)
    assert mark(teacher, 0, attendance="present", **{field: typed}) == HTTPStatus.SEE_OTHER


def test_what_is_recorded_may_stay_whatever_the_hour(teacher: Teaching) -> None:
    teacher.site.clock.set(14)
    mark(teacher, 0, attendance="present", meal="all", nap="90")
    teacher.site.clock.set(9)
    kept = {"attendance": "present", "meal": "all", "nap": "90", "remark": "Ngoan"}
    assert mark(teacher, 0, **kept) == HTTPStatus.SEE_OTHER


def test_one_tap_on_a_child_marked_absent_changes_nothing(teacher: Teaching) -> None:
    mark(teacher, 0, attendance="absent")
    teacher.post("/present", present=str(teacher.children[0]))
    [row] = records(teacher).values()
    assert (row.attendance, row.arrived_at) == (Attendance.ABSENT, None)


def test_a_typed_nap_wins_over_a_chip(teacher: Teaching) -> None:
    teacher.site.clock.set(14)
    mark(teacher, 0, attendance="present", nap="90", nap_minutes="75")
    assert records(teacher)[0].nap_minutes == 75
    again = teacher.get(f"/children/{teacher.children[0]}").text
    assert 'name="nap_minutes" type="number" inputmode="numeric" min="0" max="300" value="75"' in (
        again
    )


def test_the_page_counts_only_families_that_would_hear_nothing(teacher: Teaching) -> None:
    mark(teacher, 0, attendance="present")
    assert "Còn 2 bé chưa điểm danh" in teacher.get().text
    teacher.post("/note", activity="Gieo hạt", learning="")
    assert "bé chưa điểm danh" not in teacher.get().text, "the words to the class go to all"


def test_words_to_the_whole_class_come_back(teacher: Teaching) -> None:
    teacher.post("/note", activity="Cả lớp gieo hạt đậu.", learning="Đếm đến mười")
    assert "Cả lớp gieo hạt đậu." in teacher.get().text
    assert "Đếm đến mười" in teacher.get("/note").text
