"""`contactbook chat`: the conversation in a terminal, or what it makes of a parent's words."""

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from contactbook.clock import now, school_day
from contactbook.conversation.understand import Understood, understand


def chat(
    *,
    intent: Annotated[
        bool,
        typer.Option("--intent", help="Read texts, one a line; print what each means as JSON."),
    ] = False,
    today: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="With --intent; else today.")
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            "--data-dir",
            envvar="CONTACTBOOK_DATA_DIR",
            help="Whose parents: the demo's, for example.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write to the book as one of its parents; with --intent only what it makes of texts."""
    if intent:
        day = today.date() if today else school_day(now())
        tell_intents(sys.stdin.buffer, sys.stdout.buffer, today=day)
        return
    if today:
        raise typer.BadParameter("goes with --intent only", param_hint="--today")
    from contactbook.machine.terminal import run  # noqa: PLC0415 the database is for this one only

    if why := run(data_dir, input, typer.echo):
        typer.echo(f"contactbook: {why}", err=True)
        raise typer.Exit(2)


def tell_intents(texts: BinaryIO, answers: BinaryIO, *, today: date) -> None:
    """One JSON line for each line of `texts`, an empty one included; what is no UTF-8 is a "�"."""
    for line in texts:
        text = line.decode("utf-8", errors="replace").rstrip("\r\n")
        found = json.dumps(told(understand(text, today=today)), ensure_ascii=False)
        answers.write(f"{found}\n".encode())
        answers.flush()


def told(found: Understood) -> dict[str, object]:
    """`intent` and `confident` always, and the slots that were found."""
    slots = {
        "dates": [day.isoformat() for day in found.dates],
        "child": found.child,
        "children": list(found.children) if len(found.children) > 1 else [],
        "drug": found.drug,
        "dose": found.dose,
        "times": list(found.times),
        "reason": found.reason,
    }
    known = {name: value for name, value in slots.items() if value}
    return {"intent": found.intent.value, **known, "confident": found.confident}
