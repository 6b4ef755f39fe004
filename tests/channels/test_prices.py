"""Price lists: dated, by carrier and sector; and whose number it is."""

from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from channels.prices import Carrier, Prices, PriceTable, carrier_of, known

TODAY = date(2026, 11, 24)
LISTED: TypeAdapter[Prices] = TypeAdapter(Prices)


def table(*rows: dict[str, object], sector: str = "") -> PriceTable:
    return PriceTable(LISTED.validate_python(rows), sector, otherwise=850)


# Written from the documents a second time: every current prefix.
NUMBERS = {
    "viettel": "031 032 033 034 035 036 037 038 039 086 096 097 098",
    "vinaphone": "081 082 083 084 085 088 091 094",
    "itel": "087",
    "mobifone": "030 051 070 076 077 078 079 0896 0897 0898 0899 090 093",
    "vietnamobile": "0522 0523 0528 056 058 092",
    "gmobile": "059 0993 0994 0995 0996 0997",
    "wintel": "0559",
    "": "095 0990 0991 0550 0521 0895 080 024",
}


@pytest.mark.parametrize(
    ("prefix", "carrier"),
    [(prefix, name) for name, prefixes in NUMBERS.items() for prefix in prefixes.split()],
)
def test_every_prefix_has_its_carrier(prefix: str, carrier: str) -> None:
    number = "+84" + prefix[1:].ljust(9, "0" if prefix != "0559" else "1")
    assert (carrier_of(number) or "") == carrier


def test_an_unknown_carriers_name_is_nobody() -> None:
    assert known("viettel") is Carrier.VIETTEL
    assert known("Viettel Mobile") is None
    assert known("") is None
    assert carrier_of("") is None


def test_without_a_list_the_default_holds() -> None:
    assert table().segment(Carrier.VIETTEL, TODAY) == 850


def test_a_new_price_holds_from_its_day_on() -> None:
    prices = table(
        {"from": "2026-11-25", "segment_vnd": 900},
        {"from": "2025-01-01", "segment_vnd": 700},
        {"from": "2026-01-01", "segment_vnd": 800},
    )
    assert prices.segment(None, date(2024, 12, 31)) == 850
    assert prices.segment(None, date(2025, 12, 31)) == 700
    assert prices.segment(None, TODAY) == 800
    assert prices.segment(None, date(2026, 11, 25)) == 900


def test_the_line_that_says_most_goes_first() -> None:
    rows: list[dict[str, object]] = [
        {"from": "2026-06-01", "segment_vnd": 1},
        {"from": "2026-05-01", "sector": "education", "segment_vnd": 2},
        {"from": "2026-04-01", "carrier": "viettel", "segment_vnd": 3},
        {"from": "2026-03-01", "carrier": "viettel", "sector": "education", "segment_vnd": 4},
        {"from": "2026-07-01", "carrier": "itel", "sector": "bank", "segment_vnd": 5},
    ]
    ours, others = table(*rows, sector="education"), table(*rows)
    assert ours.segment(Carrier.VIETTEL, TODAY) == 4
    assert ours.segment(Carrier.ITEL, TODAY) == 2
    assert ours.segment(None, TODAY) == 2
    assert others.segment(Carrier.VIETTEL, TODAY) == 3
    assert others.segment(Carrier.ITEL, TODAY) == 1


@pytest.mark.parametrize(
    "written",
    [
        '[{"from": "2026-01-01", "carrier": "vietel", "segment_vnd": 850}]',
        '[{"from": "tomorrow", "segment_vnd": 850}]',
        '[{"from": "2026-01-01", "segment_vnd": -1}]',
        '[{"from": "2026-01-01", "segment_vnd": 850.5}]',
        '[{"from": "2026-01-01", "segment_vnd": 850, "currency": "USD"}]',
        '[{"segment_vnd": 850}]',
        '{"from": "2026-01-01", "segment_vnd": 850}',
        "[{",
        "850",
    ],
)
def test_a_list_that_cannot_be_right_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        LISTED.validate_python(written)


def test_a_list_is_read_from_what_was_typed() -> None:
    typed = '[{"from": "2026-01-01", "carrier": "viettel", "segment_vnd": 820}]'
    [price] = LISTED.validate_python(typed)
    assert (price.since, price.carrier, price.segment_vnd) == (date(2026, 1, 1), "viettel", 820)
    assert LISTED.validate_python(" ") == ()
