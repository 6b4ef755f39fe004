"""Guardians at their own pages: links, codes, and a browser of forms."""

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from httpx2 import Response
from sqlalchemy import select
from starlette.testclient import TestClient

from contactbook.db import transaction
from contactbook.people.family_access import family_link
from contactbook.people.models import Guardian, Guardianship, Relation, Student
from contactbook.ports.channel import Channel
from tests.builders import agree, bond, guardian, reach
from tests.contactbook.web.site import Site, Teaching, token
from tests.journeys.live import until

CODE = re.compile(r"\b\d{6}\b")


@dataclass
class Home:
    """A guardian of a child of the class."""

    teacher: Teaching
    child: UUID
    guardian: UUID
    channel: Channel

    @property
    def site(self) -> Site:
        return self.teacher.site

    def link(self) -> str:
        with transaction(self.site.sessions) as session:
            url = family_link(
                session, self.guardian, home="https://so.example/", now=self.site.clock()
            )
        return url.removeprefix("https://so.example")

    def browser(self) -> TestClient:
        """One that opened a link: today is shown, and no more."""
        visitor = self.site.visitor()
        assert visitor.post(self.link()).headers["location"] == "/family/"
        return visitor

    def code(self, visitor: TestClient) -> str:
        """Asks for one; what arrives at her phone."""
        sent = self.site.channels[self.channel].sent
        before = len(sent)
        answer = self.post(visitor, "/family/code/send", "/family/code")
        assert answer.status_code == 303, answer.text
        until(lambda: len(sent) > before)
        found = CODE.search(sent[-1].body)
        assert found
        return found[0]

    def proven(self) -> TestClient:
        visitor = self.browser()
        answer = self.post(visitor, "/family/code", "/family/code", code=self.code(visitor))
        assert answer.headers["location"] == "/family/"
        return visitor

    def post(
        self, visitor: TestClient, address: str, page: str = "/family/", **fields: str | list[str]
    ) -> Response:
        form = {"csrf_token": token(visitor.get(page)), **fields}
        return visitor.post(address, data=form)


def home_of(teacher: Teaching) -> Home:
    teacher.post(f"/children/{teacher.children[0]}", attendance="present", remark="Bé An hát hay.",
                 health="Bé hơi ho.")  # fmt: skip
    teacher.post("/all/attendance", child=[str(one) for one in teacher.children])
    assert teacher.post("/publish", idempotency_key="first-of-all").status_code == 303
    teacher.site.clock.at += timedelta(minutes=5)
    with transaction(teacher.site.sessions) as session:
        mother = session.scalars(
            select(Guardianship.guardian_id).where(Guardianship.student_id == teacher.children[0])
        ).one()
    return Home(teacher, teacher.children[0], mother, Channel.ZALO)


def father_of(home: Home) -> Home:
    """The other parent of the same child, reached by e-mail."""
    teacher = home.teacher
    with transaction(teacher.site.sessions) as session:
        person = guardian(session, teacher.world, "Nguyễn Văn Ba")
        child = session.get_one(Student, home.child)
        bond(session, teacher.world, child, person).relation = Relation.FATHER
        reach(session, teacher.world, person, [Channel.EMAIL])
        agree(session, teacher.world, person, [child], [Channel.EMAIL])
        found = session.get_one(Guardian, person.id).id
    return Home(teacher, home.child, found, Channel.EMAIL)
