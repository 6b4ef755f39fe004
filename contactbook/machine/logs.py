"""What processes log: JSON for machines, readable lines on a terminal, and nobody's data.

Everything goes the same way: structlog's own events, Celery's, uvicorn's. No telephone number, no
secret of a callback's address and no parameter of a query passes; texts are never logged at all.
"""

import logging
import os
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any
from urllib.parse import unquote

import structlog
from celery.signals import setup_logging
from structlog.typing import Processor, WrappedLogger

PROCESS = "CONTACTBOOK_PROCESS"  # which child of a supervisor this is; stands in every line
GAP = r"[ .()\u00a0\u2010-\u2015-]{0,2}"  # how people part the digits of a number
NUMBER = re.compile(
    r"(?P<key>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"  # a key has such digits, too: it stays
    rf"|(?<![^\W_])\(?(?:\+?84|0084|0)(?:{GAP}0)?"
    rf"(?:{GAP}[35789]|{GAP}1{GAP}[2689])(?:{GAP}\d){{8}}(?!\d)",  # with 1: as before 2018
    re.IGNORECASE,
)
DEEPEST = 5  # lists and dicts in each other that are gone through; below, they are text
PARAMETERS = re.compile(r"\[parameters: .*?\]$", re.MULTILINE | re.DOTALL)
BOT = re.compile(r"/bot\d+:[\w-]+")  # Telegram's address holds its token
HOOK = re.compile(r"(/hooks/[a-z]+)/[^\s\"']*")
REQUEST_PARTS = 5  # client, method, path, version, status: uvicorn's access line
QUIET = (  # a line per request or wake-up says nothing that the database does not know better
    "httpx", "httpcore", "asyncio", "kombu", "alembic", "celery.app.trace", "celery.beat",
    "celery.worker.strategy", "celery.worker.request",
)  # fmt: skip

Event = MutableMapping[str, Any]


def configure(level: int = logging.INFO) -> None:
    """Let this process log to standard error; the last call wins."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        named,
        structlog.processors.format_exc_info,
        masked,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer()],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):  # it may have its own ideas
        logging.getLogger(name).handlers[:] = []
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").filters[:] = [_shorten]
    setup_logging.connect(_already, weak=False, dispatch_uid="contactbook.logs")


def _already(**_: object) -> None:
    """Celery configures logging only where nobody listens to this signal."""


def _renderer() -> Processor:
    if sys.stderr.isatty():
        return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)


def named(_: WrappedLogger, __: str, event: Event) -> Event:
    if process := os.environ.get(PROCESS):
        event["process"] = process
    return event


def masked(_: WrappedLogger, __: str, event: Event) -> Event:
    """Whatever looks like a number, a token or a query's parameters is replaced."""
    for name, value in event.items():
        if not name.startswith("_"):  # structlog's own
            event[name] = hidden(value)
    return event


def hidden(value: object, deep: int = 0) -> object:
    """`value` as it may be logged; what holds nothing to hide stays what it is."""
    if value is None or isinstance(value, bool | float):
        return value
    if deep < DEEPEST:
        if isinstance(value, Mapping):
            return {mask(str(key)): hidden(item, deep + 1) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [hidden(item, deep + 1) for item in value]
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return value if (safe := mask(text)) == text and deep < DEEPEST else safe


def mask(text: str) -> str:
    text = PARAMETERS.sub("[parameters hidden]", text)
    text = HOOK.sub(r"\1/…", BOT.sub("/bot…", text))
    return NUMBER.sub(lambda found: found["key"] or "☎…", text)


def _shorten(record: logging.LogRecord) -> bool:
    """An access line without its query; below /hooks/ without what follows the channel."""
    if isinstance(record.args, tuple) and len(record.args) == REQUEST_PARTS:
        client, method, path, version, status = record.args
        plain = unquote(str(path).partition("?")[0])
        record.args = client, method, mask(plain), version, status
    return True
