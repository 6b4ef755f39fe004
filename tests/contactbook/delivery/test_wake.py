"""What follows a commit: drains are woken when something is due, and nobody waits for Redis."""

from kombu.exceptions import OperationalError
from sqlalchemy import Engine

from contactbook.db import Sessions, sessions, transaction
from contactbook.delivery.tasks import wake_after_commit
from contactbook.ports.channel import Channel
from tests.builders import class_of
from tests.contactbook.delivery.engine import A_MINUTE, AT_ONCE, mark, tell


def woken(committed: Sessions, *, at_once: bool, broken: bool = False) -> list[str]:
    """Whom a publication wakes."""
    engine = committed.kw["bind"]
    assert isinstance(engine, Engine)
    mine = sessions(engine)
    calls: list[str] = []

    def send(channel: str) -> None:
        calls.append(channel)
        if broken:
            raise OperationalError

    wake_after_commit(mine, send)
    with transaction(mine) as session:
        world = class_of(session, "Nguyễn Gia An")
        mark(session, world)
        with session.begin_nested():  # SQLAlchemy calls a savepoint's end a commit as well
            tell(session, world, AT_ONCE if at_once else A_MINUTE)
        assert calls == []
    return calls


def test_a_publication_wakes_the_drains_once_it_is_committed(committed: Sessions) -> None:
    assert sorted(woken(committed, at_once=True)) == sorted(Channel)


def test_nobody_is_woken_for_what_can_still_be_taken_back(committed: Sessions) -> None:
    assert woken(committed, at_once=False) == []


def test_a_dead_redis_is_asked_once_and_not_for_every_channel(committed: Sessions) -> None:
    assert len(woken(committed, at_once=True, broken=True)) == 1


def test_what_is_rolled_back_wakes_nobody(committed: Sessions) -> None:
    calls: list[str] = []
    mine = sessions(committed.kw["bind"])
    wake_after_commit(mine, calls.append)
    with mine() as session:
        world = class_of(session, "Nguyễn Gia An")
        mark(session, world)
        tell(session, world)
        session.rollback()
    assert calls == []
