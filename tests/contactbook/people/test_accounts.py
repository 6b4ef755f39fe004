"""Sign-in: a password, a session that can be revoked, and patience with the wrong ones."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contactbook.errors import Invalid
from contactbook.people import accounts
from contactbook.people.accounts import PATIENCE, TRIES_PER_ADDRESS, TRIES_PER_NAME
from contactbook.people.staff import SignInAttempt, Staff, StaffSession
from tests.builders import PASSWORD, class_of
from tests.conftest import NOON

SECRET = b"a key that hashes names and addresses"
HOURS = timedelta(hours=12)


@pytest.fixture(scope="module")
def password_hash() -> str:
    return accounts.hashed(PASSWORD)


@pytest.fixture
def teacher(session: Session, password_hash: str) -> Staff:
    person = class_of(session).teacher
    person.password_hash = password_hash
    session.flush()
    return person


def enter(
    session: Session,
    username: str,
    password: str = PASSWORD,
    *,
    address: str = "203.0.113.7",
    later: timedelta = timedelta(0),
) -> str | None:
    return accounts.sign_in(
        session, username, password, address=address, secret=SECRET, life=HOURS, now=NOON + later
    )


def fail(session: Session, times: int) -> None:
    """Wrong tries, written down without the work of hashing: all of one name and address."""
    whos = [accounts.who(SECRET, "name", "mallory"), accounts.who(SECRET, "from", "203.0.113.7")]
    session.add_all(SignInAttempt(who=who, at=NOON) for who in whos for _ in range(times))
    session.flush()


def test_the_right_password_opens_a_session(session: Session, teacher: Staff) -> None:
    token = enter(session, f"  {teacher.username.upper()} ")
    assert token
    who = accounts.signed_in(session, token, NOON)
    assert who
    assert (who.staff_id, who.school_id, who.full_name) == (
        teacher.id, teacher.school_id, teacher.full_name,
    )  # fmt: skip
    assert len(who.csrf) >= 32


def test_a_copy_of_the_table_opens_no_door(session: Session, teacher: Staff) -> None:
    token = enter(session, teacher.username)
    assert token
    [row] = session.scalars(select(StaffSession).where(StaffSession.staff_id == teacher.id))
    assert token.encode() not in row.token_hash
    assert accounts.signed_in(session, row.token_hash.hex(), NOON) is None


@pytest.mark.parametrize("wrong", ["", PASSWORD[:-1], PASSWORD + "x", "x" * 10_000])
def test_a_wrong_password_opens_nothing_and_is_counted(
    session: Session, teacher: Staff, wrong: str
) -> None:
    assert enter(session, teacher.username, wrong) is None
    tries = [
        accounts.who(SECRET, "name", teacher.username),
        accounts.who(SECRET, "from", "203.0.113.7"),
    ]
    assert [accounts.tries(session, who, NOON) for who in tries] == [1, 1]


def test_an_unknown_name_is_answered_as_a_known_one(session: Session) -> None:
    assert enter(session, "nobody") is None
    fail(session, TRIES_PER_NAME)
    with pytest.raises(Invalid):
        enter(session, "mallory")


def test_too_many_wrong_tries_on_a_name_close_it_for_a_while(
    session: Session, teacher: Staff
) -> None:
    for n in range(TRIES_PER_NAME):
        assert enter(session, teacher.username, "wrong", address=f"203.0.113.{n}") is None
    with pytest.raises(Invalid):
        enter(session, teacher.username)  # not even the right one
    assert enter(session, teacher.username, later=PATIENCE + timedelta(seconds=1))


def test_one_address_may_not_try_all_names(session: Session, teacher: Staff) -> None:
    fail(session, TRIES_PER_ADDRESS)
    with pytest.raises(Invalid):
        enter(session, teacher.username)
    assert enter(session, teacher.username, address="198.51.100.9")


def test_the_table_of_tries_tells_nobody_who_tried(session: Session) -> None:
    enter(session, "co.hanh", "wrong")
    kept = b"".join(session.scalars(select(SignInAttempt.who)))
    assert b"co.hanh" not in kept
    assert b"203.0.113.7" not in kept


def test_old_tries_are_forgotten(session: Session) -> None:
    fail(session, 3)
    accounts.forget_tries(session, NOON + PATIENCE + timedelta(seconds=1))
    assert session.scalars(select(SignInAttempt).where(SignInAttempt.at == NOON)).all() == []


@pytest.mark.parametrize("ending", ["sign out", "revoke all", "retire", "expire"])
def test_a_session_ends(session: Session, teacher: Staff, ending: str) -> None:
    tokens = [enter(session, teacher.username) for _ in range(2)]
    first, second = (token or "" for token in tokens)
    now = NOON
    who = accounts.signed_in(session, first, now)
    assert who
    match ending:
        case "sign out":
            accounts.sign_out(session, who.session_id, now)
        case "revoke all":
            accounts.revoke_all(session, teacher.id, now)
        case "retire":
            teacher.retired_at = NOON
            session.flush()
        case _:
            now += HOURS
    assert accounts.signed_in(session, first, now) is None
    other_lives = ending == "sign out"
    assert bool(accounts.signed_in(session, second, now)) is other_lives


def test_who_has_left_cannot_sign_in(session: Session, teacher: Staff) -> None:
    teacher.retired_at = NOON
    session.flush()
    assert enter(session, teacher.username) is None


def test_a_short_password_is_not_kept() -> None:
    with pytest.raises(Invalid):
        accounts.hashed("123456789")


def test_two_equal_passwords_have_different_hashes(password_hash: str) -> None:
    assert accounts.hashed(PASSWORD) != password_hash
    assert PASSWORD not in password_hash
