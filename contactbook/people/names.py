"""Vietnamese names: cleaned, called, put in order and found again. Text in, NFC text out."""

import re
import unicodedata
from itertools import pairwise

from contactbook.people.unfit import Unfit

LONGEST = 100
MARKS_OF_NAMES = " '’.-()"  # H'Hen Niê, Ê-đê, T. An, An (Bin)
LETTERS = re.compile(r"[^\W\d_]+")
IN_BRACKETS = re.compile(r"\([^)]*\)?")

# Combining mark → place of the tone: ngang 0, huyền, hỏi, ngã, sắc, nặng (dictionary order).
TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
# "~" is the last printable character: "ă" as "a~" comes after "az", "â" as "a~~" after "ăz".
LETTER_AFTER = {"ă": "a~", "â": "a~~", "đ": "d~", "ê": "e~", "ô": "o~", "ơ": "o~~", "ư": "u~"}


class UnfitName(Unfit):
    """Not the name of a person as a class list should hold it."""

    subject = "Họ tên"


def tidy(text: str) -> str:
    """One line of NFC text: spaces collapsed, control and invisible characters gone."""
    line = " ".join(text.split())
    if not line.isprintable():
        line = "".join(c for c in line if not unicodedata.category(c).startswith("C"))
    return " ".join(unicodedata.normalize("NFC", line).split())


def clean_name(text: str) -> str:
    """A name as it is written on paper: "LÊ  NGỌC PHÚC" and "lê ngọc phúc" are Lê Ngọc Phúc."""
    name = tidy(text)
    if name.isupper() or name.islower():
        name = LETTERS.sub(lambda word: word[0].capitalize(), name)
    return unicodedata.normalize("NFC", name)


def person_name(text: str) -> str:
    """`clean_name`, if it is one that a person can have; raises `UnfitName`."""
    name = clean_name(text)
    if not name:
        raise UnfitName("", "còn trống")
    if len(name) > LONGEST:
        raise UnfitName(name, f"dài quá {LONGEST} chữ")
    if any(unicodedata.category(c).startswith("N") for c in name):
        raise UnfitName(name, "có chữ số")
    if not all(_belongs(c) for c in name) or not LETTERS.search(name) or _piled(name):
        raise UnfitName(name, "có ký hiệu không dùng trong tên")
    return name


def given_name(full: str) -> str:
    """The last word, by which a Vietnamese person is called and listed: "An"."""
    words = IN_BRACKETS.sub(" ", clean_name(full)).split()
    return words[-1] if words else ""


def familiar(full: str) -> str:
    """What a message calls the child after "bé": the last word alone, "An" of "Lê Gia An"."""
    return given_name(full)


def folded(text: str) -> str:
    """For matching and search: small letters without accents, đ as d, single spaces."""
    bare = "".join(c for c in unicodedata.normalize("NFD", tidy(text)) if not _is_mark(c))
    plain = unicodedata.normalize("NFD", bare.casefold()).replace("đ", "d")
    return tidy("".join(c for c in plain if not _is_mark(c)))


def sort_key(full: str) -> str:
    """Vietnamese order when compared byte by byte: given name, then family and middle names.

    As in a dictionary each syllable counts by its letters (a ă â b … d đ …), then by its tone,
    before the next one is looked at: every "Hà" stands before every "Hạ".
    """
    words = IN_BRACKETS.sub(" ", clean_name(full)).lower().replace("-", " ").split()
    return " ".join(filter(None, map(_syllable_key, words[-1:] + words[:-1])))


def _syllable_key(syllable: str) -> str:
    """Letters as ASCII in Vietnamese order, then the tone: "nguyễn" is "nguye~n3"."""
    decomposed = unicodedata.normalize("NFD", syllable)
    tone = next((TONES[c] for c in decomposed if c in TONES), "0")
    toneless = unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in TONES))
    letters = "".join(map(_letter_key, toneless))
    return letters + tone if letters else ""


def _letter_key(letter: str) -> str:
    if letter in LETTER_AFTER:
        return LETTER_AFTER[letter]
    return unicodedata.normalize("NFD", letter)[0] if letter.isalpha() else ""


def _is_mark(c: str) -> bool:
    return unicodedata.category(c) == "Mn"


def _belongs(c: str) -> bool:
    return unicodedata.category(c)[0] in "LM" or c in MARKS_OF_NAMES


def _piled(name: str) -> bool:
    """Marks on marks, as no language piles them once composed."""
    return any(unicodedata.combining(a) and unicodedata.combining(b) for a, b in pairwise(name))
