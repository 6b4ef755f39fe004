"""A lock on every door: walk the routers, not the app (FastAPI keeps included ones private)."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from itertools import product
from uuid import UUID, uuid4

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from contactbook.app import ROUTERS
from contactbook.conversation import threads
from contactbook.db import transaction
from contactbook.people import authority
from contactbook.people.audit import Audit
from contactbook.people.models import ContactPoint
from contactbook.people.staff import Duty, Staff, StaffRole
from contactbook.ports.channel import Channel
from contactbook.requests.models import MedicationDose
from contactbook.updates.models import DailyRecord, Update
from contactbook.web.deps import enter_school
from tests.builders import LONG_AGO, PASSWORD, TODAY, class_of
from tests.contactbook.conversation.talker import Phone
from tests.contactbook.delivery.engine import Engine
from tests.contactbook.requests.asking import away, slip
from tests.contactbook.web.site import Site, Teaching

OPEN = {
    "/", "/healthz", "/readyz", "/static/{version}/{name}", "/hooks/{channel}/{rest:path}",
    "/u/{token}", "/n/{token}", "/n/{token}/file", "/family/o/{token}",
}  # fmt: skip
STEPS = ("attendance", "meal", "nap")


@dataclass(frozen=True)
class Door:
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def address(self, **ids: object) -> str:
        return self.path.format_map(defaultdict(uuid4, ids))  # what it is not asked of: anything


def doors() -> Iterator[Door]:
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute), route
            for method in sorted(route.methods or ()):
                yield Door(method, route.path)


ALL = list(doors())
TEACHERS = [door for door in ALL if door.path.startswith("/teacher")]
OF_A_CLASS = [door for door in TEACHERS if "{" in door.path]
# Those of families have a lock of their own: tests/contactbook/family
OF_STAFF = [door for door in ALL if not door.path.startswith("/family/")]
WRITING = [door for door in OF_STAFF if door.method == "POST" and door.path not in OPEN]


def test_doors_were_found() -> None:
    assert len(ALL) >= 20
    assert len(OF_A_CLASS) >= 12
    assert len(WRITING) >= 8


def test_every_door_is_open_on_purpose_or_locked() -> None:
    houses = ("/teacher", "/office", "/family")
    locked = {door.path for door in ALL if door.path.startswith(houses)} | {"/sign-out"}
    locked -= {"/family/o/{token}"}
    assert {door.path for door in ALL} - locked == OPEN


@dataclass
class House:
    """A class with something published, and every kind of stranger to it."""

    teacher: Teaching
    update: str
    slip: UUID
    note: UUID
    conversation: UUID
    strangers: dict[str, TestClient]

    @property
    def ids(self) -> dict[str, object]:
        return {
            "classroom_id": self.teacher.world.classroom.id,
            "student_id": self.teacher.children[0],
            "update_id": self.update,
            "slip_id": self.slip,
            "note_id": self.note,
            "conversation_id": self.conversation,
            "step": "attendance",
        }


@pytest.fixture
def house(teacher: Teaching) -> House:
    teacher.post("/all/attendance", child=[str(one) for one in teacher.children])
    teacher.post("/publish", idempotency_key="first-of-all")
    with transaction(teacher.site.sessions) as session:
        update_id = session.scalars(select(Update.id)).one()
        slip_id = slip(session, teacher.children[0])
        note_id = away(session, teacher.children[2])
        names = {
            "next door": class_of(
                session, name="Lá 2", school=teacher.world.school, password=PASSWORD
            ).teacher.username,
            "elsewhere": class_of(session, password=PASSWORD).teacher.username,
            "past": past_teacher(teacher, session),
        }
    strangers = {who: teacher.site.signed_in(name) for who, name in names.items()}
    return House(teacher, str(update_id), slip_id, note_id, thread(teacher), strangers)


def thread(teacher: Teaching) -> UUID:
    """The mother of the first child writes to the class."""
    engine = Engine(teacher.site.sessions, list(teacher.site.channels.values()))
    engine.parts = teacher.site.parts
    with transaction(teacher.site.sessions) as session:
        address = session.scalars(
            select(ContactPoint.address).where(ContactPoint.channel == Channel.ZALO)
        ).one()
    Phone(engine, Channel.ZALO, address).say("nhắn cô giúp em là bé quên bình nước")
    with transaction(teacher.site.sessions) as session:
        return threads.waiting(session, teacher.world.classroom.id)[0].conversation_id


def past_teacher(teacher: Teaching, session: Session) -> str:
    """She had this class until yesterday: `valid_to` is the first day it was no longer hers."""
    world = class_of(session, name="Lá 3", school=teacher.world.school, password=PASSWORD)
    session.execute(
        update(StaffRole)
        .where(StaffRole.staff_id == world.teacher.id)
        .values(classroom_id=teacher.world.classroom.id, valid_to=TODAY)
    )
    return world.teacher.username


def knock(visitor: TestClient, door: Door, token: str = "", **ids: object) -> int:
    if door.method == "GET":
        return visitor.get(door.address(**ids)).status_code
    return visitor.post(door.address(**ids), data={"csrf_token": token}).status_code


def own_token(visitor: TestClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', visitor.get("/teacher/").text)
    assert found
    return found[1]


def test_who_is_not_signed_in_goes_to_the_door(site: Site) -> None:
    visitor = site.visitor()
    ids = {
        name: uuid4()
        for name in (
            "classroom_id",
            "student_id",
            "update_id",
            "slip_id",
            "note_id",
            "conversation_id",
        )
    }
    for door in [door for door in ALL if door.path not in OPEN]:
        path = door.address(**ids, step="meal")
        answer = visitor.request(door.method, path)
        if door.path.startswith("/family"):  # her link opens it, and no sign-in of staff's
            assert answer.status_code == HTTPStatus.UNAUTHORIZED, door
            continue
        assert answer.status_code == HTTPStatus.SEE_OTHER, door
        back = f"/?next={path}" if door.method == "GET" else "/"
        assert answer.headers["location"] == back, door


def test_a_class_that_is_not_hers_does_not_exist(house: House) -> None:
    for who, stranger in house.strangers.items():
        token = own_token(stranger)
        before = traces(house)
        answers = {str(door): knock(stranger, door, token, **house.ids) for door in OF_A_CLASS}
        assert set(answers.values()) == {HTTPStatus.NOT_FOUND}, (who, answers)
        assert traces(house) == before


def traces(house: House) -> tuple[int, ...]:
    with transaction(house.teacher.site.sessions) as session:
        return tuple(
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Audit, DailyRecord, Update, MedicationDose)
        )


def test_an_unknown_id_is_no_page(house: House) -> None:
    visitor = house.teacher.visitor
    token = own_token(visitor)
    unknown = [str(uuid4()), "1", "../../etc/passwd", "%00", "'--", "x" * 3000, "é"]
    for name, value, door in product(house.ids, unknown, OF_A_CLASS):
        if f"{{{name}}}" in door.path:
            ids = {**house.ids, name: value}
            assert knock(visitor, door, token, **ids) == HTTPStatus.NOT_FOUND, (door, ids)


def test_a_child_of_another_class_is_no_page_here(house: House, site: Site) -> None:
    with transaction(site.sessions) as session:
        other = class_of(session, "Vũ Minh Khoa", name="Lá 9", school=house.teacher.world.school)
        child = other.students[0].id
    ids = {**house.ids, "student_id": child}
    for door in [door for door in OF_A_CLASS if "{student_id}" in door.path]:
        status = knock(house.teacher.visitor, door, own_token(house.teacher.visitor), **ids)
        assert status == HTTPStatus.NOT_FOUND, door


def test_what_families_of_another_class_asked_is_no_page_here(house: House, site: Site) -> None:
    with transaction(site.sessions) as session:
        other = class_of(session, "Vũ Minh Khoa", name="Lá 9", school=house.teacher.world.school)
        child = other.students[0].id
        theirs = {"slip_id": slip(session, child), "note_id": away(session, child)}
        ids = {**house.ids, **theirs}
    for door in [d for d in OF_A_CLASS if "{slip_id}" in d.path or "{note_id}" in d.path]:
        status = knock(house.teacher.visitor, door, own_token(house.teacher.visitor), **ids)
        assert status == HTTPStatus.NOT_FOUND, door


def test_a_form_that_is_not_ours_changes_nothing(house: House) -> None:
    before = traces(house)
    visitor = house.teacher.visitor
    for door, token in product(WRITING, ["", "wrong", "é" * 40]):
        assert knock(visitor, door, token, **house.ids) == HTTPStatus.FORBIDDEN, (door, token)
    for door in WRITING:
        no_form = visitor.post(door.address(**house.ids))
        assert no_form.status_code == HTTPStatus.FORBIDDEN, door
    assert traces(house) == before


def test_another_persons_token_is_not_hers(house: House) -> None:
    token = own_token(house.strangers["next door"])
    for door in WRITING:
        assert knock(house.teacher.visitor, door, token, **house.ids) == HTTPStatus.FORBIDDEN


def test_a_principal_enters_every_class_of_her_school_and_no_other(house: House) -> None:
    school = house.teacher.world.school.id
    with transaction(house.teacher.site.sessions) as session:
        world = class_of(session, password=PASSWORD)
        person = session.get_one(Staff, world.teacher.id)
        person.school_id = school
        session.flush()
        session.execute(
            update(StaffRole)
            .where(StaffRole.staff_id == person.id)
            .values(
                duty=Duty.PRINCIPAL, classroom_id=None, school_id=school,
                valid_from=LONG_AGO.date(),
            )
        )  # fmt: skip
        elsewhere, name = world.classroom.id, person.username
    visitor = house.teacher.site.signed_in(name)
    assert visitor.get(house.teacher.here).status_code == HTTPStatus.OK
    assert visitor.get(f"/teacher/classes/{elsewhere}").status_code == HTTPStatus.NOT_FOUND


def test_the_wall_in_the_database_stands_behind_every_page(house: House) -> None:
    """A page that forgot to ask would still see one school only."""
    with transaction(house.teacher.site.sessions) as session:
        other = class_of(session, "Vũ Minh Khoa")
        enter_school(session, house.teacher.world.school.id, house.teacher.world.teacher.id)
        seen = session.scalar(
            text("SELECT count(*) FROM student WHERE school_id = :id"), {"id": other.school.id}
        )
        assert seen == 0


def test_a_page_that_forgot_to_ask_shows_no_other_school(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an authority that says yes to everybody, the wall is all that is left."""
    monkeypatch.setattr(authority, "may", lambda *_, **__: True)
    token = own_token(house.strangers["elsewhere"])
    before = traces(house)
    for door in OF_A_CLASS:
        status = knock(house.strangers["elsewhere"], door, token, **house.ids)
        assert status == HTTPStatus.NOT_FOUND, door
    assert traces(house) == before
    next_door = house.strangers["next door"].get(house.teacher.here)
    assert next_door.status_code == HTTPStatus.OK, "or authority was never asked"


def test_an_update_that_is_watched_is_written_down_once_an_hour(house: House) -> None:
    teacher = house.teacher

    def looks() -> int:
        with transaction(teacher.site.sessions) as session:
            lines = select(func.count()).select_from(Audit).where(Audit.action == "update.read")
            return session.scalar(lines) or 0

    for _ in range(3):
        teacher.visitor.get(f"/teacher/updates/{house.update}/progress")
    assert looks() == 1
    teacher.site.clock.at += timedelta(minutes=61)
    teacher.visitor.get(f"/teacher/updates/{house.update}/progress")
    assert looks() == 2


def test_a_name_list_is_read_like_the_class(teacher: Teaching) -> None:
    teacher.get("/all/attendance")
    with transaction(teacher.site.sessions) as session:
        [line] = session.execute(select(Audit.action, Audit.subject_id)).all()
    assert tuple(line) == ("class.read", teacher.world.classroom.id)


def test_reading_a_class_and_a_child_is_written_down(teacher: Teaching) -> None:
    teacher.get()
    teacher.get(f"/children/{teacher.children[1]}")
    teacher.get("/preview")
    with transaction(teacher.site.sessions) as session:
        lines = session.execute(select(Audit.action, Audit.subject_id, Audit.actor_id)).all()
    who = teacher.world.teacher.id
    assert ("class.read", teacher.world.classroom.id, who) in lines
    assert ("child.read", teacher.children[1], who) in lines
    assert "preview.read" in {line.action for line in lines}


def test_a_session_ends(teacher: Teaching) -> None:
    teacher.site.clock.at += timedelta(hours=13)
    assert teacher.get().headers["location"] == f"/?next={teacher.here}&ended=yes"


def test_who_signed_out_is_out_everywhere(teacher: Teaching) -> None:
    copied = dict(teacher.visitor.cookies)
    token = own_token(teacher.visitor)
    answer = teacher.visitor.post("/sign-out", data={"csrf_token": token})
    assert answer.headers["location"] == "/"
    thief = teacher.site.visitor()
    thief.cookies.update(copied)
    assert thief.get("/teacher/").status_code == HTTPStatus.SEE_OTHER


def test_who_left_the_school_is_out_at_once(teacher: Teaching) -> None:
    with transaction(teacher.site.sessions) as session:
        session.execute(
            update(Staff)
            .where(Staff.id == teacher.world.teacher.id)
            .values(retired_at=teacher.site.clock())
        )
    assert teacher.get().status_code == HTTPStatus.SEE_OTHER
