"""`contactbook chat`: what the conversation makes of a parent's words, in a terminal."""

import json
import sys
from datetime import date, datetime
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
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Else today in Vietnam.")
    ] = None,
) -> None:
    """What the conversation makes of parents' words; needs no database."""
    if not intent:
        raise typer.BadParameter("is what it can do so far", param_hint="--intent")
    day = today.date() if today else school_day(now())
    tell_intents(sys.stdin.buffer, sys.stdout.buffer, today=day)


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
