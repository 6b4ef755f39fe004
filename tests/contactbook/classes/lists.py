"""Class lists of one child or two, taken in; and what that writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from contactbook.classes.roster import merge
from contactbook.classes.roster_diff import Difference
from contactbook.db import Base
from contactbook.people.roster_lines import ClassList, GuardianLine, Roster, StudentLine
from tests.builders import TODAY
from tests.conftest import NOON

LAN = GuardianLine("Trần Thị Lan", "+84912345678", "mother", ("lan@example.com",))
AN = StudentLine("Lá 1", 6, "107001", "Nguyễn Gia An", date(2021, 5, 1), "f", (LAN,), "", "")
BINH = StudentLine("Lá 1", 7, "107002", "Nguyễn Gia Bình", date(2021, 5, 1), "m", (LAN,), "", "")


def listed(*children: StudentLine, room: str = "Lá 1") -> Roster:
    return Roster((ClassList(room, "2026-2027", children),), ())


def taken(session: Session, roster: Roster, on: date = TODAY, code: str = "HOAMAI") -> Difference:
    return merge(session, school_code=code, roster=roster, on=on, now=NOON)


def count(session: Session, table: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


@contextmanager
def written(session: Session) -> Iterator[list[str]]:
    """The statements that write, while the block runs."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            seen.append(statement)

    engine: Engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
