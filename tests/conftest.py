"""One embedded PostgreSQL and Redis for the whole run; a fresh database for whoever commits."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from contactbook import embedded
from contactbook.db import Sessions, connect, sessions
from contactbook.tables import migrate

# A busy machine is no finding: an example may take as long as it takes.
settings.register_profile(
    "patient", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")
# No test needs its data after a power cut; the product's own default is durable.
HASTE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)  # a Tuesday, 12:00 in Vietnam: families are awake


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def server_url(data_dir: Path) -> Iterator[str]:
    with embedded.postgres(data_dir, tuning=HASTE) as url:
        yield url


@pytest.fixture(scope="session")
def redis_address(data_dir: Path) -> Iterator[embedded.RedisAddress]:
    with embedded.redis(data_dir) as address:
        yield address


@pytest.fixture(scope="session")
def blank(server_url: str) -> str:
    """The name of a migrated database that nobody enters: committed ones are copied from it."""
    create(server_url, "blank")
    engine = connect(address(server_url, "blank"))
    migrate(engine)
    engine.dispose()
    return "blank"


@pytest.fixture(scope="session")
def template(server_url: str) -> Iterator[Engine]:
    """The migrated database that rolled-back tests share."""
    engine = connect(server_url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def session(template: Engine) -> Iterator[Session]:
    """A session whose work is rolled back."""
    with template.connect() as connection:
        transaction = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        transaction.rollback()


@pytest.fixture
def database_url(server_url: str, blank: str) -> Iterator[str]:
    """A database of its own, for tests that commit, kill or use several processes."""
    name = f"test_{uuid4().hex[:12]}"
    create(server_url, name, f"TEMPLATE {blank} STRATEGY FILE_COPY")
    yield address(server_url, name)
    boss(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def create(server_url: str, name: str, how: str = "") -> None:
    boss(server_url, f"CREATE DATABASE {name} OWNER contactbook {how}")


def boss(server_url: str, statement: str) -> None:
    """What only the owner of the server may do."""
    url = make_url(server_url).set(username="postgres", database="postgres")
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(statement))
    server.dispose()


def address(server_url: str, name: str) -> str:
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def committed(database_url: str) -> Iterator[Sessions]:
    """Sessions that truly commit, in a database of their own."""
    engine = connect(database_url)
    yield sessions(engine)
    engine.dispose()
