"""What a segment of an SMS costs: by day, by carrier and by sector, never a constant. Pure.

Sources: reference/sms.md sections 6 (prefixes) and 8 (prices differ by carrier, sector and year).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Carrier(StrEnum):
    VIETTEL = "viettel"
    VINAPHONE = "vinaphone"
    MOBIFONE = "mobifone"
    VIETNAMOBILE = "vietnamobile"
    GMOBILE = "gmobile"
    ITEL = "itel"
    WINTEL = "wintel"  # formerly Reddi


PREFIXES: dict[Carrier, str] = {
    Carrier.VIETTEL: "31 32 33 34 35 36 37 38 39 86 96 97 98",
    Carrier.VINAPHONE: "81 82 83 84 85 88 91 94",
    Carrier.MOBIFONE: "30 51 70 76 77 78 79 896 897 898 899 90 93",
    Carrier.VIETNAMOBILE: "522 523 528 56 58 92",
    Carrier.GMOBILE: "59 993 994 995 996 997",
    Carrier.ITEL: "87",
    Carrier.WINTEL: "559",
}
BY_PREFIX = {prefix: carrier for carrier, listed in PREFIXES.items() for prefix in listed.split()}


def carrier_of(number: str) -> Carrier | None:
    """Whose number it was given out as (E.164): a guess, for people take their numbers along."""
    digits = number.removeprefix("+84")
    return BY_PREFIX.get(digits[:3]) or BY_PREFIX.get(digits[:2])


def known(name: str) -> Carrier | None:
    """The carrier of that name, as receipts gave it."""
    return Carrier(name) if name in set(Carrier) else None


class Price(BaseModel):
    """One line of a price list; a line without carrier or sector stands for all of them."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    since: date = Field(alias="from")
    carrier: Carrier | None = None
    sector: str = Field("", max_length=40)  # such as "education", for which carriers give discounts
    segment_vnd: int = Field(ge=0, le=100_000)


def listed(value: Any) -> Any:  # noqa: ANN401 pydantic hands over whatever was written
    """JSON text as it is typed in a form or an environment variable; anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value.strip() else ()
    except ValueError:
        raise ValueError("is not JSON") from None


Prices = Annotated[tuple[Price, ...], BeforeValidator(listed)]


@dataclass(frozen=True, slots=True)
class PriceTable:
    """An account's price list, and what holds where it says nothing."""

    rows: Sequence[Price] = ()
    sector: str = ""
    otherwise: int = 850  # VND a segment

    def segment(self, carrier: Carrier | None, on: date) -> int:
        """VND of one segment on day `on`, Vietnam's.

        The line that names the carrier goes before one that does not, then the one that names the
        sector, then the newest of those that hold already.
        """
        fitting = [
            row
            for row in self.rows
            if row.since <= on
            and row.carrier in (None, carrier)
            and row.sector in ("", self.sector)
        ]
        if not fitting:
            return self.otherwise
        best = max(fitting, key=lambda row: (row.carrier is not None, row.sector != "", row.since))
        return best.segment_vnd
