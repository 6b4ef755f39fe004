"""The office is its principal's; of another school, and to a teacher, it does not exist."""

import re
from http import HTTPStatus
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from starlette.testclient import TestClient

from contactbook.db import transaction
from contactbook.people import authority
from contactbook.people.audit import Audit
from contactbook.people.staff import Duty, StaffRole
from contactbook.updates.models import Update
from tests.builders import PASSWORD, class_of
from tests.contactbook.office.conftest import Principal, head_of
from tests.contactbook.web.test_doors import ALL, Door, knock, own_token

OFFICE = [door for door in ALL if door.path.startswith("/office")]
OF_A_THING = [door for door in OFFICE if "{" in door.path]


def ids(principal: Principal) -> dict[str, object]:
    with transaction(principal.site.sessions) as session:
        made = session.scalars(select(Update.id)).first()
    return {
        "update_id": made or uuid4(),
        "guardian_id": principal.mother,
        "account_id": uuid4(),
        "classroom_id": principal.first.classroom.id,
    }


def answers(visitor: TestClient, doors: list[Door], token: str, **known: object) -> dict[str, int]:
    return {str(door): knock(visitor, door, token, **known) for door in doors}


def traces(principal: Principal) -> tuple[int, ...]:
    with transaction(principal.site.sessions) as session:
        return tuple(
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Audit, Update)
        )


def test_office_doors_were_found() -> None:
    assert len(OFFICE) >= 8
    assert len(OF_A_THING) >= 4


def test_for_a_teacher_there_is_no_office(principal: Principal) -> None:
    principal.notice()
    teacher = principal.site.signed_in(principal.first.teacher.username)
    before = traces(principal)
    found = answers(teacher, OFFICE, own_token(teacher), **ids(principal))
    assert set(found.values()) == {HTTPStatus.NOT_FOUND}, found
    assert traces(principal) == before


@pytest.mark.parametrize("asked", [True, False], ids=["asked", "the wall alone"])
def test_what_is_another_schools_does_not_exist(
    principal: Principal, monkeypatch: pytest.MonkeyPatch, *, asked: bool
) -> None:
    """With an authority that says yes to everybody, the wall in the database is left."""
    principal.notice()
    with transaction(principal.site.sessions) as session:
        elsewhere = class_of(session, password=PASSWORD)
        name = head_of(session, elsewhere.school).username
    visitor = principal.site.signed_in(name)
    if not asked:
        monkeypatch.setattr(authority, "may", lambda *_, **__: True)
    before = traces(principal)
    found = answers(visitor, OF_A_THING, own_token(visitor), **ids(principal))
    assert set(found.values()) == {HTTPStatus.NOT_FOUND}, found
    assert traces(principal) == before


def test_who_was_principal_until_yesterday_has_no_office(principal: Principal) -> None:
    with transaction(principal.site.sessions) as session:
        session.execute(
            update(StaffRole)
            .where(StaffRole.duty == Duty.PRINCIPAL)
            .values(valid_to=principal.site.clock().date())
        )
    assert principal.get("").status_code == HTTPStatus.NOT_FOUND


def test_an_accountant_sees_what_the_school_has_and_writes_to_nobody(
    principal: Principal,
) -> None:
    with transaction(principal.site.sessions) as session:
        name = head_of(session, principal.first.school, duty=Duty.ACCOUNTANT).username
    visitor = principal.site.signed_in(name)
    assert visitor.get("/office").status_code == HTTPStatus.OK
    assert visitor.get("/office/notices").status_code == HTTPStatus.NOT_FOUND
    assert visitor.get("/office/notices/new").status_code == HTTPStatus.NOT_FOUND


def test_a_principal_finds_her_office_from_her_classes(principal: Principal) -> None:
    assert re.search(r'href="/office"', principal.visitor.get("/teacher/").text)
    page = principal.get("").text
    assert re.search(r"<dt>Trẻ</dt><dd>3</dd>", page), page
