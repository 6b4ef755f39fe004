"""A slip is answered, each dose is logged with one tap, and the family reads what was given."""

from datetime import time, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contactbook.clock import at
from contactbook.db import transaction
from contactbook.delivery.message import compose, words_of
from contactbook.delivery.models import Delivery, Wording
from contactbook.people.consent import ALL_PURPOSES, Purpose
from contactbook.people.models import Student
from contactbook.people.staff import StaffRole
from contactbook.ports.channel import Channel
from contactbook.requests.models import MedicationDose, MedicationSlip, SlipStatus
from contactbook.updates.models import Entry, Update
from tests.builders import PASSWORD, TODAY, agree, bond, class_of, family, guardian, reach
from tests.contactbook.requests.asking import slip
from tests.contactbook.web.site import Teaching, post

DUE = at(TODAY, time(12)).isoformat()


def asked(teacher: Teaching, place: int = 0, *times: time, **other: Any) -> UUID:  # noqa: ANN401 fields of a slip
    with transaction(teacher.site.sessions) as session:
        return slip(session, teacher.children[place], *times, **other)


def tap(teacher: Teaching, slip_id: UUID, deed: str, **fields: str) -> Response:
    page = teacher.here + "/medicine"
    return post(teacher.visitor, f"{page}/{slip_id}/{deed}", page, **fields)


def accepted(teacher: Teaching, place: int = 0, *times: time) -> UUID:
    slip_id = asked(teacher, place, *times)
    assert tap(teacher, slip_id, "accept").status_code == HTTPStatus.SEE_OTHER
    return slip_id


def give(teacher: Teaching, slip_id: UUID, due: str = DUE, **fields: str) -> Response:
    return tap(teacher, slip_id, "give", due=due, **(fields or {"given": "yes"}))


def texts(session: Session) -> list[str]:
    """What leaves for somebody who agreed to everything, one for each update."""
    rows = session.scalars(
        select(Wording).where(Wording.channel == Channel.ZALO).order_by(Wording.update_id)
    )
    return [compose(words_of(row.__dict__), int(ALL_PURPOSES)) for row in rows]


def receivers(session: Session, update_id: UUID) -> dict[UUID, str]:
    rows = session.execute(
        select(Delivery.guardian_id, Delivery.status).where(Delivery.update_id == update_id)
    )
    return {row.guardian_id: row.status for row in rows}


def updates(session: Session) -> list[Update]:
    return list(session.scalars(select(Update).order_by(Update.id)))


def test_the_class_page_says_that_a_slip_waits(teacher: Teaching) -> None:
    assert "Thuốc hôm nay" not in teacher.get().text
    asked(teacher)
    page = teacher.get().text
    assert "1 phiếu chờ trả lời" in page
    assert "Siro ho · 5 ml" in teacher.get("/medicine").text


def test_who_asked_hears_the_answer_and_the_other_parent_does_not(teacher: Teaching) -> None:
    slip_id = asked(teacher)
    with transaction(teacher.site.sessions) as session:
        child = session.get_one(Student, teacher.children[0])
        father = guardian(session, teacher.world, "Lê Văn Ba")
        bond(session, teacher.world, child, father)
        reach(session, teacher.world, father, [Channel.ZALO])
        agree(session, teacher.world, father, [child], [Channel.ZALO])
        mother = session.get_one(MedicationSlip, slip_id).guardian_id
    tap(teacher, slip_id, "accept")
    give(teacher, slip_id)
    with transaction(teacher.site.sessions) as session:
        answer, receipt = updates(session)
        assert set(receivers(session, answer.id)) == {mother}
        assert set(receivers(session, receipt.id)) == {mother, father.id}, "who fetches must know"
        said = texts(session)
    assert "Trường đã nhận phiếu thuốc của bé An: Siro ho, 5 ml, lúc 12h00." in said[0]
    assert "Cô Hạnh đã cho bé An dùng thuốc lúc 12h00: Siro ho, 5 ml." in said[1]


def test_a_refusal_is_told_with_its_reason(teacher: Teaching) -> None:
    slip_id = asked(teacher)
    empty = tap(teacher, slip_id, "refuse", refusal=" ")
    assert empty.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Cô ghi giúp lý do" in empty.text
    tap(teacher, slip_id, "refuse", refusal="Trường cần toa của bác sĩ")
    with transaction(teacher.site.sessions) as session:
        assert session.get_one(MedicationSlip, slip_id).status is SlipStatus.REFUSED
        [said] = texts(session)
    assert "Trường chưa thể cho bé An dùng Siro ho: Trường cần toa của bác sĩ." in said


def test_health_consent_is_asked_and_no_sms_says_it(teacher: Teaching) -> None:
    with transaction(teacher.site.sessions) as session:
        [child], mother = family(
            session, teacher.world, Channel.ZALO, Channel.SMS, child="Vũ Khoa",
            purposes=ALL_PURPOSES & ~Purpose.HEALTH,
        )  # fmt: skip
    teacher.children.append(child.id)
    give(teacher, accepted(teacher, 3))
    with transaction(teacher.site.sessions) as session:
        for one in updates(session):
            assert receivers(session, one.id) == {mother.id: "skipped"}
        assert set(session.scalars(select(Wording.channel))).isdisjoint({"sms", "zbs"})


def test_two_teachers_who_tap_the_same_dose_log_and_tell_it_once(teacher: Teaching) -> None:
    slip_id = accepted(teacher)
    with transaction(teacher.site.sessions) as session:
        colleague = class_of(session, school=teacher.world.school, name="Lá 7", password=PASSWORD)
        session.execute(
            update(StaffRole)
            .where(StaffRole.staff_id == colleague.teacher.id)
            .values(classroom_id=teacher.world.classroom.id)
        )
    give(teacher, slip_id)
    other = teacher.site.signed_in(colleague.teacher.username)
    page = teacher.here + "/medicine"
    post(other, f"{page}/{slip_id}/give", page, due=DUE, given="yes")
    with transaction(teacher.site.sessions) as session:
        assert len(session.scalars(select(MedicationDose)).all()) == 1
        assert len(updates(session)) == 2, "the answer, and one receipt"


def test_a_mistaken_tap_is_taken_back_within_the_minute(teacher: Teaching) -> None:
    slip_id = accepted(teacher)
    give(teacher, slip_id)
    give(teacher, slip_id, given="no", why="Cô bấm nhầm bé")
    with transaction(teacher.site.sessions) as session:
        _answer, wrong, right = updates(session)
        assert (wrong.recalled_at is None, right.recalled_at) == (False, None)
        assert "đính chính" not in texts(session)[2], "nobody has read the wrong one"


def test_and_corrected_in_plain_sight_afterwards(teacher: Teaching) -> None:
    slip_id = accepted(teacher)
    give(teacher, slip_id)
    teacher.site.clock.at += timedelta(minutes=5)
    give(teacher, slip_id, given="no", why="Cô bấm nhầm bé")
    with transaction(teacher.site.sessions) as session:
        said = texts(session)[2]
    assert "Cô xin đính chính tin trước về thuốc, xin lỗi gia đình. Bé An chưa dùng thuốc" in said
    assert "Cô bấm nhầm bé" in teacher.get("/medicine").text


@pytest.mark.parametrize("mark", ["excused", "absent"])
def test_who_is_away_is_given_nothing(teacher: Teaching, mark: str) -> None:
    slip_id = accepted(teacher)
    teacher.post(f"/children/{teacher.children[0]}", attendance=mark)
    answer = give(teacher, slip_id)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "xem lại điểm danh" in answer.text
    assert give(teacher, slip_id, given="no", why="Bé nghỉ").status_code == HTTPStatus.SEE_OTHER


@pytest.mark.parametrize(
    "due", ["", "12:00", "2026-11-24T12:00", "x" * 500, at(TODAY, time(13)).isoformat()]
)
def test_what_is_no_dose_is_a_sentence(teacher: Teaching, due: str) -> None:
    slip_id = accepted(teacher)
    answer = give(teacher, slip_id, due)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Phiếu này không có lần uống đó." in answer.text


def test_a_dose_is_not_told_before_its_time(teacher: Teaching) -> None:
    slip_id = accepted(teacher, 0, time(12), time(16))
    page = teacher.get("/medicine").text
    assert page.count("Đã cho uống: Siro ho, 5 ml") == 1, "only the one that is due has a button"
    assert give(teacher, slip_id, at(TODAY, time(16)).isoformat()).status_code == (
        HTTPStatus.UNPROCESSABLE_ENTITY
    )


def test_an_allergy_stands_beside_the_medicine(teacher: Teaching) -> None:
    with transaction(teacher.site.sessions) as session:
        session.get_one(Student, teacher.children[0]).allergy = "amoxicillin, tôm"
    asked(teacher, drug="Amoxicillin 250 mg")
    assert "Tên thuốc này có trong phần dị ứng." in teacher.get("/medicine").text


def test_a_receipt_is_not_the_days_update_and_holds_no_words_in_the_entry(
    teacher: Teaching,
) -> None:
    slip_id = accepted(teacher)
    give(teacher, slip_id)
    assert "Ai đã nhận" not in teacher.get().text
    with transaction(teacher.site.sessions) as session:
        told = session.scalars(select(Entry.told)).all()
    assert "Siro" not in str(told)
