"""Sealed text is readable with the person's key, and for nobody once it is destroyed."""

from uuid import uuid4

import pytest
from cryptography.fernet import InvalidToken
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from contactbook.people import seal
from contactbook.people.models import PersonKey
from contactbook.people.seal import Sealer
from tests.builders import a_school

OURS = Sealer("a secret of thirty-two characters")


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text())
def test_what_is_sealed_can_be_read(session: Session, text: str) -> None:
    person = uuid4()
    assert OURS.read(session, person, OURS.seal(session, person, None, text)) == text


def test_to_erase_a_person_is_to_destroy_her_key(session: Session) -> None:
    school, lan, mai = a_school(session).id, uuid4(), uuid4()
    of_lan = [OURS.seal(session, lan, school, text) for text in ("bé sốt", "bé khỏe")]
    of_mai = OURS.seal(session, mai, school, "đồng ý")
    session.flush()
    seal.destroy(session, lan)
    session.expire_all()
    assert [OURS.read(session, lan, sealed) for sealed in of_lan] == [None, None]
    assert OURS.read(session, mai, of_mai) == "đồng ý"


def test_one_person_cannot_be_read_with_the_key_of_another(session: Session) -> None:
    lan, mai = uuid4(), uuid4()
    sealed = OURS.seal(session, lan, None, "bé sốt")
    OURS.seal(session, mai, None, "đồng ý")
    with pytest.raises(InvalidToken):
        OURS.read(session, mai, sealed)


def test_a_copy_of_the_database_alone_reads_nothing(session: Session) -> None:
    person = uuid4()
    sealed = OURS.seal(session, person, None, "bé sốt")
    [wrapped] = session.scalars(select(PersonKey.wrapped).where(PersonKey.person_id == person))
    assert b"s\xe1\xbb\x91t" not in sealed + wrapped
    with pytest.raises(InvalidToken):
        Sealer("another secret of this very length").read(session, person, sealed)
