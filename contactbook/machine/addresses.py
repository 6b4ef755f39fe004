"""Where PostgreSQL and Redis are: as configured, or embedded in the data directory."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from contactbook import embedded
from contactbook.db import Sessions, connect, sessions
from contactbook.machine import lifeline
from contactbook.machine.errors import Refused
from contactbook.machine.secret import place_of
from contactbook.settings import DATABASES, Settings
from contactbook.tables import migrate

OLDEST = 180_000  # PostgreSQL 18: uuidv7()


@dataclass(frozen=True)
class Addresses:
    """What a process needs to find its servers."""

    database_url: str
    redis_url: str  # as Celery reads it; "": this command needs no queue
    data_dir: Path


@contextmanager
def standing(
    settings: Settings, data_dir: Path | None = None, *, queue: bool = True
) -> Iterator[Addresses]:
    """Have a migrated database inside the block, and Redis unless there is no `queue`.

    Raises `EmbeddedError` or `Refused`, each with a sentence. Processes that stand on one data
    directory share its servers; the last one to leave stops them.
    """
    place = (data_dir or place_of(settings)).expanduser().resolve()
    with ExitStack() as held:
        database = settings.database_url or held.enter_context(embedded.postgres(place))
        redis = settings.redis_url if queue else ""
        if queue and not redis:
            redis = held.enter_context(embedded.redis(place)).celery_url
        if not lifeline.given():  # else whoever started us has just done it
            prepared(database)
        yield Addresses(database, redis, place)


@contextmanager
def book(at: Addresses) -> Iterator[Sessions]:
    """The database for a short while: nothing stays connected after the block."""
    engine = connect(at.database_url, pool=2)
    try:
        yield sessions(engine)
    finally:
        engine.dispose()


def prepared(database_url: str) -> None:
    """Bring the tables to the newest step; raises `Refused` when this database cannot be used."""
    engine = opened(database_url)
    try:
        with engine.connect() as connection:
            version = connection.execute(text("SHOW server_version_num")).scalar_one()
        if int(version) < OLDEST:
            raise Refused(
                f"{shown(database_url)} is PostgreSQL {int(version) // 10_000}: 18 or later is "
                "needed."
            )
        migrate(engine)
    except DBAPIError as error:
        said = str(error.orig).strip().partition("\n")[0].rstrip(".")
        raise Refused(f"{shown(database_url)} cannot be used: {said}.") from error
    finally:
        engine.dispose()


def opened(database_url: str) -> Engine:
    try:
        if database_url.startswith(DATABASES):
            return connect(database_url, pool=2)
        raise ImportError(database_url.partition(":")[0])  # noqa: TRY301 no driver of ours
    except (ArgumentError, ImportError, ValueError) as error:  # a port that is no number, say
        raise Refused(
            "CONTACTBOOK_DATABASE_URL is no address of a database: it looks like "
            "postgresql+psycopg://user:password@host/name."
        ) from error


def shown(database_url: str) -> str:
    """The address without its password."""
    return make_url(database_url).render_as_string(hide_password=True)
