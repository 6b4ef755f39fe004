"""How fast promises become rows, beside a bare COPY of the same rows into the same table."""

from datetime import datetime
from io import BytesIO
from statistics import median
from time import perf_counter
from typing import cast
from uuid import uuid4

from psycopg import Connection
from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.entitlements import SubscriptionEntitlements
from contactbook.bench import city
from contactbook.clock import now, school_day
from contactbook.db import Sessions, transaction
from contactbook.delivery import fanout
from contactbook.delivery.fanout import COLUMNS, Promise
from contactbook.ports.channel import Channel
from contactbook.updates.models import Update

EVERY = [Channel.ZALO, Channel.TELEGRAM, Channel.SMS]


def measure(sessions: Sessions, schools: int, rounds: int) -> tuple[list[float], list[float]]:
    """Rows a second of the fan-out and of COPY, round by round, one after the other."""
    ours, copies = [], []
    for _round in range(rounds):
        empty(sessions)
        rows, seconds = promised(sessions, schools)
        ours.append(rows / seconds)
        data = exported(sessions)
        empty(sessions)
        copies.append(rows / copied(sessions, data))
    return ours, copies


def empty(sessions: Sessions) -> None:
    """Every measurement begins with the same table, and with nothing left to be written."""
    with transaction(sessions) as session:
        session.execute(text("TRUNCATE delivery"))


def promised(sessions: Sessions, schools: int) -> tuple[int, float]:
    moment = now()
    with transaction(sessions) as session:
        told = city.notice(session, uuid4().hex, EVERY, moment)
        what = promise_of(told, moment)
    audience = fanout.everybody(city.some_schools(schools), school_day(moment))
    began = perf_counter()
    with transaction(sessions) as session:
        rows = fanout.promise(session, SubscriptionEntitlements(), audience, what, moment)
    return rows, perf_counter() - began


def of_a_class(sessions: Sessions, times: int) -> float:
    """Seconds to promise one class's daily update, each child's own, in a city of this size."""
    taken = []
    for _ in range(times):
        moment = now()
        with transaction(sessions) as session:
            told, children = city.daily(session, uuid4().hex, EVERY, moment)
            audience = fanout.receivers(children, told.on_date)
            what = promise_of(told, moment)
            began = perf_counter()
            fanout.promise(session, SubscriptionEntitlements(), audience, what, moment)
            taken.append(perf_counter() - began)
    return median(taken)


def promise_of(told: Update, moment: datetime) -> Promise:
    return Promise(update_id=told.id, month=told.month, urgent=False, leaves_at=moment, held=False)


WHAT = ", ".join(COLUMNS)  # the rest, keys too, is made by the table's defaults in both
OUT = f"COPY (SELECT {WHAT} FROM delivery ORDER BY id) TO STDOUT (FORMAT binary)"
IN = f"COPY delivery ({WHAT}) FROM STDIN (FORMAT binary)"


def exported(sessions: Sessions) -> bytes:
    """The same rows in the same order, in memory, as COPY takes them quickest."""
    held = BytesIO()
    with sessions() as session, driver(session).cursor().copy(OUT) as stream:
        for block in stream:
            held.write(block)
    return held.getvalue()


def copied(sessions: Sessions, data: bytes) -> float:
    began = perf_counter()
    with transaction(sessions) as session, driver(session).cursor().copy(IN) as stream:
        stream.write(data)
    return perf_counter() - began


def driver(session: Session) -> Connection:
    return cast("Connection", session.connection().connection.driver_connection)
