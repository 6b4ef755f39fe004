"""A principal in her office: two classes, and a mother with a child in each."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from contactbook.db import transaction
from contactbook.delivery.dispatch import drain
from contactbook.delivery.models import Delivery
from contactbook.people.accounts import hashed
from contactbook.people.models import School
from contactbook.people.staff import Duty, Staff, StaffRole
from contactbook.ports.channel import Channel, Outgoing
from tests.builders import LONG_AGO, PASSWORD, Class, bond, class_of, family, pupil
from tests.contactbook.web.conftest import site
from tests.contactbook.web.site import Site, post

__all__ = ["principal", "site"]


@dataclass
class Principal:
    """She sits in the office of a school with two classes."""

    site: Site
    visitor: TestClient
    first: Class
    second: Class
    mother: UUID  # with a child in each class
    child: UUID  # hers, in the first one

    def get(self, path: str) -> Response:
        return self.visitor.get(f"/office{path}")

    def post(self, path: str, page: str = "/notices/new", **fields: str | list[str]) -> Response:
        return post(self.visitor, f"/office{path}", f"/office{page}", **fields)

    def notice(self, key: str = "a-notice-of-ours", **fields: str | list[str]) -> Response:
        """The last of the three steps, to the whole school unless `fields` say otherwise."""
        asked: dict[str, str | list[str]] = {
            "subject": "Họp phụ huynh",
            "body": "Mời ba mẹ dự họp lúc 17h thứ Sáu.",
            "whom": "school",
            "step": "send",
            "idempotency_key": key,
        }
        return self.post("/notices/new", "/notices/new", **{**asked, **fields})

    def rows(self) -> list[Delivery]:
        with transaction(self.site.sessions) as session:
            return list(session.scalars(select(Delivery).order_by(Delivery.id)))

    def leave(self, channel: Channel = Channel.ZALO) -> list[Outgoing]:
        """Let two minutes pass, and what is due on this channel leave."""
        self.site.clock.at += timedelta(minutes=2)
        drain(self.site.parts, channel)
        return self.site.channels[channel].sent


@pytest.fixture
def principal(site: Site) -> Principal:
    with transaction(site.sessions) as session:
        first = class_of(session, password=PASSWORD)
        second = class_of(session, "Vũ Minh Khoa", name="Chồi 2", school=first.school)
        [an], mother = family(session, first, Channel.ZALO, child="Nguyễn Gia An")
        bond(session, first, pupil(session, second, "Nguyễn Gia Bảo"), mother)
        name = head_of(session, first.school).username
    return Principal(site, site.signed_in(name), first, second, mother.id, an.id)


def head_of(session: Session, school: School, duty: Duty = Duty.PRINCIPAL) -> Staff:
    """Who runs this school, or keeps its money."""
    person = Staff(
        school_id=school.id,
        username=f"{duty}-{uuid4().hex[:8]}",
        full_name="Lê Thị Hoa",
        password_hash=hashed(PASSWORD),
    )
    session.add(person)
    session.flush()
    session.add(
        StaffRole(staff_id=person.id, duty=duty, school_id=school.id, valid_from=LONG_AGO.date())
    )
    session.flush()
    return person
