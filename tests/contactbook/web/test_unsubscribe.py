"""One click ends e-mail (RFC 8058): for a mail program, for a person, and not for a scanner."""

from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

import pytest
from sqlalchemy import func, select

from contactbook.db import transaction
from contactbook.delivery import dispatch, unsubscribe
from contactbook.delivery.models import Delivery
from contactbook.delivery.status import Status
from contactbook.people.consent import Consent, ConsentState
from contactbook.people.models import Guardian, Guardianship
from contactbook.ports.channel import Channel
from tests.contactbook.web.site import Site, Teaching

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


class Reader:
    """The mother of Dũng, who gets her news by e-mail."""

    def __init__(self, teacher: Teaching) -> None:
        self.site: Site = teacher.site
        with transaction(self.site.sessions) as session:
            self.id: UUID = session.scalars(
                select(Guardianship.guardian_id).where(
                    Guardianship.student_id == teacher.children[2]
                )
            ).one()
            secret = self.site.parts.settings.secret_key
            unsubscribe.remember(session, secret, [self.id, self.id])
            unsubscribe.remember(session, secret, [self.id])
        self.address = f"/u/{unsubscribe.token_of(secret, self.id)}"

    def agreed(self) -> int:
        with transaction(self.site.sessions) as session:
            return session.scalars(
                select(ConsentState.purposes).where(
                    ConsentState.guardian_id == self.id, ConsentState.channel == "email"
                )
            ).one()

    def lines(self) -> int:
        with transaction(self.site.sessions) as session:
            return session.scalars(select(func.count()).select_from(Consent)).one()

    def deliveries(self) -> list[tuple[str, str]]:
        with transaction(self.site.sessions) as session:
            rows = session.execute(
                select(Delivery.status, Delivery.reason).where(Delivery.guardian_id == self.id)
            )
            return [(row.status, row.reason) for row in rows]


@pytest.fixture
def reader(teacher: Teaching) -> Reader:
    teacher.post("/all/attendance", child=[str(one) for one in teacher.children])
    teacher.post("/publish", idempotency_key="a-key-of-a-phone")
    return Reader(teacher)


def test_to_look_changes_nothing(reader: Reader) -> None:
    before = reader.lines()
    for _ in range(3):
        answer = reader.site.visitor().get(reader.address)
        assert answer.status_code == HTTPStatus.OK
    assert "Ngừng nhận e-mail?" in answer.text
    assert "Trường Mầm non Hoa Mai" in answer.text
    assert "Dũng" not in answer.text
    assert reader.agreed()
    assert reader.lines() == before


def test_a_mail_programs_click_ends_all_of_it_at_once(reader: Reader) -> None:
    assert [status for status, _ in reader.deliveries()] == [Status.QUEUED]
    visitor = reader.site.visitor()
    answer = visitor.post(reader.address, data=ONE_CLICK)
    assert (answer.status_code, answer.content) == (HTTPStatus.OK, b"")
    assert not visitor.cookies
    assert reader.agreed() == 0
    assert (Status.SKIPPED, "no_consent") in reader.deliveries()
    reader.site.clock.at += timedelta(minutes=5)
    dispatch.drain(reader.site.parts, Channel.EMAIL)
    assert reader.site.channels[Channel.EMAIL].sent == []


def test_every_letter_carries_the_address_of_its_reader(reader: Reader) -> None:
    reader.site.clock.at += timedelta(minutes=5)
    dispatch.drain(reader.site.parts, Channel.EMAIL)
    [sent] = reader.site.channels[Channel.EMAIL].sent
    assert sent.unsubscribe_url == f"http://127.0.0.1:8000{reader.address}"
    assert sent.unsubscribe_url in sent.body
    assert sent.unsubscribe_url in sent.html
    dispatch.drain(reader.site.parts, Channel.TELEGRAM)
    [chat] = reader.site.channels[Channel.TELEGRAM].sent
    assert chat.unsubscribe_url == ""
    assert reader.site.visitor().get(reader.address).status_code == HTTPStatus.OK


def test_a_second_click_is_harmless(reader: Reader) -> None:
    visitor = reader.site.visitor()
    visitor.post(reader.address, data=ONE_CLICK)
    lines, deliveries = reader.lines(), reader.deliveries()
    answer = visitor.post(reader.address, data=ONE_CLICK)
    assert (answer.status_code, answer.content) == (HTTPStatus.OK, b"")
    assert (reader.lines(), reader.deliveries()) == (lines, deliveries)


def test_a_person_gets_a_sentence(reader: Reader) -> None:
    answer = reader.site.visitor().post(reader.address)
    assert answer.status_code == HTTPStatus.OK
    assert "Gia đình đã ngừng nhận e-mail của Trường Mầm non Hoa Mai" in answer.text
    assert reader.agreed() == 0


def test_another_familys_consent_stays(reader: Reader, teacher: Teaching) -> None:
    reader.site.visitor().post(reader.address, data=ONE_CLICK)
    with transaction(reader.site.sessions) as session:
        others = select(ConsentState.purposes).where(ConsentState.guardian_id != reader.id)
        assert all(session.scalars(others))
        guardians = session.scalars(select(func.count()).select_from(Guardian)).one()
    assert guardians == len(teacher.children)


@pytest.mark.parametrize("token", ["x", "A" * 22, "%00", "é", "a" * 3_000])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_of_nobody_is_no_page(site: Site, method: str, token: str) -> None:
    answer = site.visitor().request(method, f"/u/{token}")
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "Không" in answer.text


def test_the_address_cannot_be_guessed_and_is_not_kept(reader: Reader) -> None:
    token = reader.address.removeprefix("/u/")
    assert len(token) == 22, "128 bits"
    with transaction(reader.site.sessions) as session:
        kept = session.scalars(select(unsubscribe.UnsubscribeLink.token_sha256)).one()
    assert token.encode() not in kept
