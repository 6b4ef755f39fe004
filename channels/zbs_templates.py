"""Zalo's registered templates (ZBS), as a school says which it has, and when they may leave."""

import re
from datetime import time
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter

HOURS = re.compile(r"(\w+)=(\d\d:\d\d)-(\d\d:\d\d)")


class Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ZbsParameter(Value):
    """A gap in a template; lengths in characters of NFC text."""

    name: str
    type: str = "STRING"  # as Zalo names it; a NUMBER holds digits only
    shortest: int = 0
    longest: int | None = None
    required: bool = True
    may_be_empty: bool = False


class ZbsTemplate(Value):
    """A template that Zalo has approved, for one kind of message of ours.

    What is left out here is asked of Zalo: its parameters, its tag, its prices in VND before tax.
    """

    kind: str
    template_id: str
    tag: str = ""
    price_vnd: int | None = None  # by phone number
    price_uid_vnd: int | None = None  # by user id
    parameters: tuple[ZbsParameter, ...] = ()


class TagHours(NamedTuple):
    """When templates of one tag may leave, in Vietnam's time: `closes` itself is too late."""

    tag: str
    opens: time
    closes: time


def _hours(written: Any) -> Any:  # noqa: ANN401 pydantic hands over whatever was written
    """Of "2=07:00-22:00,3=07:00-22:00"."""
    if not isinstance(written, str):
        return written
    lines = [HOURS.fullmatch(line.strip()) for line in written.split(",") if line.strip()]
    if None in lines:
        raise ValueError("must be tag=HH:MM-HH:MM, with commas between")
    return tuple(line.groups() for line in lines if line)


def _templates(written: Any) -> Any:  # noqa: ANN401 the same
    """Of a JSON list, as an environment variable holds it."""
    if not isinstance(written, str):
        return written
    return TypeAdapter(tuple[ZbsTemplate, ...]).validate_json(written)


Hours = Annotated[tuple[TagHours, ...], BeforeValidator(_hours)]
ZbsTemplates = Annotated[tuple[ZbsTemplate, ...], BeforeValidator(_templates)]
