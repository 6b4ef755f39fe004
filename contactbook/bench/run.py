"""`contactbook bench`: ratios of one run on this machine, never a bare figure.

Two questions: is writing promises half as fast as COPY at least, and do two workers send at least
0.6 of what a loop that only posts can? Everything is thrown away afterwards.
"""

import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from celery import Celery
from rich.console import Console
from rich.table import Table

from contactbook import embedded
from contactbook.bench import city, drain, fanout
from contactbook.db import Sessions, connect, sessions, transaction
from contactbook.tables import migrate

FANOUT_AIM, ACCEPTED_AIM = 0.5, 0.6


@dataclass(frozen=True)
class Size:
    """How much is measured; the schools have 500 guardians each."""

    schools: int = 700  # 350,000 guardians
    told: int = 12  # schools whose guardians get a message: 6,000
    rounds: int = 3


@dataclass(frozen=True)
class Figures:
    fanout_rows_s: float
    copy_rows_s: float
    fanout_ratio: float
    fanout_seconds: float  # for all guardians of the size
    accepted_msg_s: float
    client_loop_msg_s: float
    accepted_ratio: float
    cpu_ms_per_msg: float  # of the workers
    database_cpu_ms_per_msg: float
    guardians: int
    messages: int


def run(*, as_json: bool, size: Size | None = None) -> int:
    """Measure, print, and say by the exit code whether both ratios reach their aims."""
    size = size or Size()
    with tempfile.TemporaryDirectory(prefix="contactbook-bench-") as place:
        figures = measured(Path(place) / "data", size)
    if as_json:
        sys.stdout.write(json.dumps(asdict(figures), indent=2) + "\n")
    else:
        Console(highlight=False).print(table(figures))
    well = figures.fanout_ratio >= FANOUT_AIM and figures.accepted_ratio >= ACCEPTED_AIM
    return 0 if well else 1


def measured(place: Path, size: Size) -> Figures:
    with embedded.postgres(place) as database_url, embedded.redis(place) as redis:
        engine = connect(database_url)
        migrate(engine)
        book = sessions(engine)
        try:
            with transaction(book) as session:
                city.fill(session, size.schools)
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")
            ours, copies = fanout.measure(book, size.schools, size.rounds)
            fanout.empty(book)
            queue = Celery("bench", broker=redis.celery_url, set_as_current=False)
            with (
                drain.stub() as provider,
                drain.workers(database_url, redis.celery_url, provider, place) as pids,
            ):
                return told(book, queue, provider, pids, place, size, (ours, copies))
        finally:
            engine.dispose()


def told(
    book: Sessions,
    queue: Celery,
    provider: str,
    pids: list[int],
    place: Path,
    size: Size,
    written: tuple[list[float], list[float]],
) -> Figures:
    postmaster = embedded.server_pid(place, "postgres")
    drain.one_round(book, queue, 1, pids, postmaster)  # wakes everything up; not counted
    rounds, loops = [], []
    for _round in range(size.rounds):
        rounds.append(drain.one_round(book, queue, size.told, pids, postmaster))
        loops.append(drain.client_loop(provider, rounds[-1].messages))
    rows, copied = (median(figures) for figures in written)
    accepted, loop = median(one.messages / one.seconds for one in rounds), median(loops)
    messages = sum(one.messages for one in rounds)
    return Figures(
        fanout_rows_s=round(rows),
        copy_rows_s=round(copied),
        fanout_ratio=round(median(a / b for a, b in zip(*written, strict=True)), 2),
        fanout_seconds=round(size.schools * city.GUARDIANS / rows, 1),
        accepted_msg_s=round(accepted),
        client_loop_msg_s=round(loop),
        accepted_ratio=round(
            median(
                one.messages / one.seconds / bare for one, bare in zip(rounds, loops, strict=True)
            ),
            2,
        ),
        cpu_ms_per_msg=round(sum(one.worker_cpu for one in rounds) / messages * 1000, 2),
        database_cpu_ms_per_msg=round(sum(one.database_cpu for one in rounds) / messages * 1000, 2),
        guardians=size.schools * city.GUARDIANS,
        messages=messages,
    )


def table(figures: Figures) -> Table:
    shown = Table(title="contactbook bench", title_justify="left")
    for words in ("what", "ours", "beside", "ratio", "aim"):
        shown.add_column(words, justify="left" if words == "what" else "right")
    shown.add_row(
        f"fan-out to {figures.guardians:,} guardians ({figures.fanout_seconds} s)",
        f"{figures.fanout_rows_s:,.0f} rows/s",
        f"COPY {figures.copy_rows_s:,.0f} rows/s",
        f"{figures.fanout_ratio:.2f}",
        f"≥ {FANOUT_AIM}",
    )
    shown.add_row(
        f"due to accepted, two workers, {figures.messages:,} messages",
        f"{figures.accepted_msg_s:,.0f} msg/s",
        f"loop that only posts {figures.client_loop_msg_s:,.0f} msg/s",
        f"{figures.accepted_ratio:.2f}",
        f"≥ {ACCEPTED_AIM}",
    )
    shown.add_row(
        "CPU per message",
        f"{figures.cpu_ms_per_msg:.2f} ms",
        f"PostgreSQL {figures.database_cpu_ms_per_msg:.2f} ms",
        "",
        "",
    )
    return shown
