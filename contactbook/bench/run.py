"""`contactbook bench`: ratios of one run on this machine, never a bare figure.

Two questions: is writing promises half as fast as COPY at least, and do two workers send at least
0.6 of what a loop that only posts can? Everything is thrown away afterwards.
"""

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from uuid import uuid4

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from contactbook.bench import city, drain, fanout
from contactbook.bench.drain import Round
from contactbook.db import connect, sessions, transaction
from contactbook.machine.addresses import Addresses, standing
from contactbook.settings import Settings

FANOUT_AIM, ACCEPTED_AIM = 0.5, 0.6


@dataclass(frozen=True)
class Size:
    """How much is measured; the schools have 500 guardians each."""

    schools: int = 700  # 350,000 guardians
    writings: int = 3  # times that all of them are promised a message
    told: int = 16  # schools whose guardians are sent one: 8,000
    sendings: int = 3


@dataclass(frozen=True)
class Figures:
    """Medians of the rounds; a ratio is the median of the ratios within each round."""

    guardians: int
    fanout_seconds: float  # to all of them
    fanout_rows_s: int
    copy_rows_s: int
    fanout_ratio: float
    class_fanout_ms: float  # of one class of 35, in a city of this size
    messages: int  # a round
    accepted_msg_s: int
    client_loop_msg_s: int
    accepted_ratio: float
    cpu_ms_per_msg: float  # of the workers
    database_cpu_ms_per_msg: float


def run(*, as_json: bool, size: Size | None = None) -> int:
    """Measure, print, and say by the exit code whether both ratios reach their aims."""
    with tempfile.TemporaryDirectory(prefix="contactbook-bench-") as place:
        known = Settings(
            secret_key=SecretStr(uuid4().hex),
            database_url="",  # never somebody's own
            redis_url="",
            data_dir=Path(place) / "data",
        )
        with standing(known) as at:
            figures = measured(at, size or Size())
    if as_json:
        sys.stdout.write(json.dumps(asdict(figures), indent=2) + "\n")
    else:
        Console(highlight=False).print(table(figures))
    well = figures.fanout_ratio >= FANOUT_AIM and figures.accepted_ratio >= ACCEPTED_AIM
    return 0 if well else 1


def measured(at: Addresses, size: Size) -> Figures:
    engine = connect(at.database_url)
    try:
        book = sessions(engine)
        with transaction(book) as session:
            city.fill(session, size.schools)
        settle(engine)
        written = fanout.measure(book, size.schools, size.writings)
        in_class = fanout.of_a_class(book, times=20)
        fanout.empty(book)
        with drain.line(book, at) as line:
            line.send(1)  # wakes everything up; not counted
            rounds, loops = [], []
            for _ in range(size.sendings):
                rounds.append(line.send(size.told))
                loops.append(line.post_only(rounds[-1].messages))
    finally:
        engine.dispose()
    return figures_of(size, *written, in_class, rounds, loops)


def settle(engine: Engine) -> None:
    """What autovacuum would have done by the evening."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def figures_of(
    size: Size,
    ours: Sequence[float],
    copies: Sequence[float],
    in_class: float,
    rounds: Sequence[Round],
    loops: Sequence[float],
) -> Figures:
    guardians, messages = size.schools * city.GUARDIANS, rounds[0].messages
    rates = [one.rate for one in rounds]
    return Figures(
        guardians=guardians,
        fanout_seconds=round(guardians / median(ours), 1),
        fanout_rows_s=round(median(ours)),
        copy_rows_s=round(median(copies)),
        fanout_ratio=round(ratio(ours, copies), 2),
        class_fanout_ms=round(in_class * 1000, 1),
        messages=messages,
        accepted_msg_s=round(median(rates)),
        client_loop_msg_s=round(median(loops)),
        accepted_ratio=round(ratio(rates, loops), 2),
        cpu_ms_per_msg=round(median(one.worker_cpu for one in rounds) / messages * 1000, 2),
        database_cpu_ms_per_msg=round(
            median(one.database_cpu for one in rounds) / messages * 1000, 2
        ),
    )


def ratio(ours: Sequence[float], beside: Sequence[float]) -> float:
    """Round by round: both halves of a round find the machine in the same mood."""
    return median(a / b for a, b in zip(ours, beside, strict=True))


def table(figures: Figures) -> Table:
    shown = Table(title="contactbook bench", title_justify="left")
    for words in ("", "ours", "beside it", "ratio", "aim", "verdict"):
        shown.add_column(words, justify="right" if words else "left")
    shown.add_row(
        f"promised to {figures.guardians:,} guardians",
        f"{figures.fanout_rows_s:,} rows/s\nin {figures.fanout_seconds} s",
        f"{figures.copy_rows_s:,} rows/s\nCOPY",
        *verdict(figures.fanout_ratio, FANOUT_AIM),
    )
    shown.add_row("… to one class of 35", f"{figures.class_fanout_ms} ms")
    shown.add_row(
        f"due to accepted, {figures.messages:,} SMS",
        f"{figures.accepted_msg_s:,} msg/s\ntwo workers",
        f"{figures.client_loop_msg_s:,} msg/s\na loop that only posts",
        *verdict(figures.accepted_ratio, ACCEPTED_AIM),
    )
    shown.add_row(
        "CPU per message",
        f"{figures.cpu_ms_per_msg} ms\nworkers",
        f"{figures.database_cpu_ms_per_msg} ms\nPostgreSQL",
    )
    return shown


def verdict(reached: float, aim: float) -> tuple[str, str, str]:
    return f"{reached:.2f}", f"≥ {aim}", "reached" if reached >= aim else "missed"
