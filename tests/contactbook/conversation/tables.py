"""The tables of phrasings, and texts made of them: without accents, with one slip."""

import csv
import random
import re
from datetime import date
from functools import cache
from importlib.resources import files

from contactbook.conversation.spelling import bare, lexicon

TUESDAY = date(2026, 11, 24)  # "today" of every row
LETTERS = re.compile(r"[^\W\d_]{5,}")


def rows(name: str) -> list[dict[str, str]]:
    text = files("contactbook.conversation").joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


PHRASINGS = rows("phrasings.csv")
NEAR_MISSES = rows("near_misses.csv")


def with_slips(text: str) -> list[str]:
    """`text` with one slip each: a letter of a longer word lost, doubled, or swapped.

    A slip that makes another word is another text, and is left out; so is one in a name.
    """
    chance = random.Random(text)
    slips: list[str] = []
    for found in LETTERS.finditer(text):
        word = found[0]
        if word != word.lower() or bare(word) not in lexicon().letters:
            continue
        at = chance.randrange(1, len(word) - 1)
        tries = (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
        slips += [
            text[: found.start()] + slip + text[found.end() :]
            for slip in tries
            if slip != word and not _a_word(slip)
        ]
    return slips


@cache
def _a_word(text: str) -> bool:
    return bare(text) in lexicon().letters or text in lexicon().short
