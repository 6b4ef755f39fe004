"""Segments and prices of 10,000 Vietnamese texts, beside a library that nobody here wrote."""

import random
import unicodedata

import pytest
import smsutil

from channels.accounts import EsmsAccount, Surroundings
from channels.adapters import build
from channels.sms_text import unaccented
from contactbook.ports.channel import Quote
from tests.channels.adapter_contract import NOW, settings
from tests.channels.vietnamese import texts

COUNT = 10_000
# The price list as a school would have it, and what a segment costs by it today: said twice.
LIST = [
    {"from": "2020-01-01", "carrier": "viettel", "segment_vnd": 700},
    {"from": "2026-01-01", "carrier": "viettel", "segment_vnd": 820},
    {"from": "2026-01-01", "carrier": "vinaphone", "segment_vnd": 790},
    {"from": "2026-01-01", "carrier": "itel", "segment_vnd": 900},
    {"from": "2027-01-01", "carrier": "mobifone", "segment_vnd": 5},
]
TODAY = {"096": 820, "031": 820, "088": 790, "087": 900, "093": 850, "058": 850, "0559": 850}


def quoted(*, accented: bool) -> list[tuple[str, str, Quote]]:
    account = EsmsAccount(
        api_key="a", secret_key="b", brandname="MAMNON", prices=LIST, accented=accented
    )
    ours = build("esms", account, settings(), Surroundings(lambda: NOW))
    chance, found = random.Random(1), []
    for text in texts(COUNT):
        prefix = chance.choice(list(TODAY))
        number = prefix[1:] + "".join(chance.choices("0123456789", k=10 - len(prefix)))
        found.append((prefix, text, ours.quote(text, f"+84{number}")))
    return found


@pytest.mark.parametrize("accented", [True, False])
def test_segments_and_prices_equal_a_second_librarys(accented: bool) -> None:
    seen = set()
    for prefix, text, quote in quoted(accented=accented):
        composed = unicodedata.normalize("NFC", text)
        if accented:
            assert quote.text == composed
        other = smsutil.split(quote.text)
        name = "gsm" if other.encoding == "gsm0338" else "ucs2"
        assert (quote.alphabet, quote.segments) == (name, len(other.parts)), repr(text)
        assert quote.cost_vnd == len(other.parts) * TODAY[prefix]
        seen.add((name, quote.segments))
    # The texts are of every kind, or they would prove nothing.
    wanted = {(name, parts) for name in ("gsm", "ucs2")[: 1 + accented] for parts in (1, 2, 3)}
    assert wanted <= seen


def test_no_question_mark_is_ever_put_into_a_text() -> None:
    asked = 0
    for text in texts(COUNT):
        plain = unaccented(text)
        assert plain.isascii()
        assert plain.count("?") == unicodedata.normalize("NFKD", text).count("?"), repr(text)
        assert smsutil.split(plain).encoding == "gsm0338"
        asked += "?" in plain
    assert asked  # some had one of their own
