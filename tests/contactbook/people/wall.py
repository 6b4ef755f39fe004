"""How tests run into the database's guards, as its owner or as a page of a school."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session


@contextmanager
def refused(session: Session, why: str) -> Iterator[None]:
    """The database says no, for this reason; the transaction goes on."""
    with pytest.raises(DBAPIError, match=why), session.begin_nested():
        yield


@contextmanager
def page_of(session: Session, school_id: UUID | str) -> Iterator[None]:
    """A page's transaction: it takes on the role and names its school."""
    session.execute(
        text("SELECT set_config('contactbook.school_id', :id, true)"), {"id": str(school_id)}
    )
    session.execute(text("SET LOCAL ROLE contactbook_school"))
    yield
    session.execute(text("RESET ROLE"))
