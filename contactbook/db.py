"""The one database, the one base of every table, and the one place that commits."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    DateTime,
    Engine,
    Enum,
    ForeignKeyConstraint,
    MetaData,
    Text,
    Uuid,
    create_engine,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        UUID: Uuid(),
        datetime: DateTime(timezone=True),
        str: Text(),
        StrEnum: Enum(  # as words with a CHECK: a new word is no ALTER TYPE
            StrEnum,
            native_enum=False,
            create_constraint=True,
            length=20,
            values_callable=lambda words: [word.value for word in words],
        ),
    }


class Keyed:
    """A UUIDv7 key, made by the database: sorted by birth, so that indexes grow at one end."""

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuidv7()"))


def of_one_school(column: str, table: str) -> ForeignKeyConstraint:
    """`column` names a row of `table` in this row's own school; one of another is refused."""
    return ForeignKeyConstraint([column, "school_id"], [f"{table}.id", f"{table}.school_id"])


Sessions = sessionmaker[Session]


def connect(url: str, *, pool: int = 10, echo: bool = False) -> Engine:
    """An engine whose connections speak UTC and do not wait for a lock for ever."""
    return create_engine(
        url,
        pool_size=pool,
        max_overflow=pool,
        pool_pre_ping=True,  # a restart of PostgreSQL costs no query its life
        echo=echo,
        hide_parameters=True,  # a name or a text must not reach a log with an error
        connect_args={
            "options": "-c timezone=UTC -c lock_timeout=30s"
            " -c idle_in_transaction_session_timeout=60s",
            "application_name": "contactbook",
        },
    )


def sessions(engine: Engine) -> Sessions:
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def transaction(of: Sessions) -> Iterator[Session]:
    """Commit when the block ends well, roll back when it does not. Nothing else commits."""
    with of.begin() as session:
        yield session
