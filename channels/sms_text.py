"""What a text costs by SMS, and how Vietnamese reads without its accents. Pure.

Sources: 3GPP TS 23.038 (alphabets), 23.040 (concatenation); reference/sms.md section 5.
"""

import re
import unicodedata
from enum import StrEnum
from itertools import pairwise

# 3GPP TS 23.038 table 6.2.1, in its order: the place of a letter is its code. 0x1B is the escape.
TABLE = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Table 6.2.1.1: what follows the escape.
EXTENSION = dict(zip("\f^{}\\[~]|€", b"\x0a\x14\x28\x29\x2f\x3c\x3d\x3e\x40\x65", strict=True))
BASIC = frozenset(TABLE) - {"\x1b"}  # the escape is not a character
EXTENDED = frozenset(EXTENSION)
GSM = BASIC | EXTENDED


class Alphabet(StrEnum):
    GSM = "gsm"
    UCS2 = "ucs2"


ALONE = {Alphabet.GSM: 160, Alphabet.UCS2: 70}  # septets, UTF-16 units
CHAINED = {Alphabet.GSM: 153, Alphabet.UCS2: 67}  # the header of a part takes the rest


def nfc(text: str) -> str:
    """Composed: in NFD one Vietnamese letter would be paid for two or three times."""
    return unicodedata.normalize("NFC", text)


def alphabet(text: str) -> Alphabet:
    """One letter outside GSM 03.38 moves the whole text to the shorter, dearer alphabet.

    Of the 134 accented Vietnamese letters only à è é ì ò ù É are inside.
    """
    return Alphabet.GSM if GSM.issuperset(nfc(text)) else Alphabet.UCS2


def segments(text: str) -> int:
    """Paid segments of `text` (NFC): 160 septets alone or 153 in a chain; else 70/67 UTF-16 units.

    One "đ" moves the whole text to the shorter, dearer alphabet. An escaped character or a
    surrogate pair is never split over two parts. Source: 3GPP TS 23.038, 23.040.
    """
    return len(split(text))


def split(text: str) -> list[str]:
    """`text` (NFC) as the parts that are sent and paid for; the empty text is one empty part."""
    text = nfc(text)
    which = alphabet(text)
    sizes = _sizes(text, which)
    if sum(sizes) <= ALONE[which]:
        return [text]
    cuts, used, room = [0], 0, CHAINED[which]
    for place, size in enumerate(sizes):
        if used + size > room:
            cuts.append(place)
            used = 0
        used += size
    return [text[start:end] for start, end in pairwise([*cuts, len(text)])]


def _sizes(text: str, which: Alphabet) -> list[int]:
    if which is Alphabet.GSM:
        return [2 if letter in EXTENDED else 1 for letter in text]
    return [2 if letter > "\uffff" else 1 for letter in text]


# What a phone would show as "?": written as people write it on a keyboard.
PLAIN = str.maketrans(
    {
        "đ": "d",
        "Đ": "D",
        "ð": "d",  # eth, which some keyboards give for đ
        "Ð": "D",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "«": '"',
        "»": '"',
        "\u2018": "'",
        "\u2019": "'",
        "\u201a": "'",
        "\u2032": "'",
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2015": "-",
        "\u2212": "-",
        "\u2026": "...",
        "•": "-",
        "·": "-",
        "×": "x",
        "÷": "/",
        "°": " do ",
        "₫": "d",
        "€": "EUR",
        "→": "->",
        "½": "1/2",
        "¼": "1/4",
        "¾": "3/4",
        "\u2044": "/",
        "`": "'",
        "\t": " ",
    }
)
DEGREES = re.compile(r"(?<=\d)\s*°\s*C\b")  # 36,8 °C
STRANGE_BETWEEN_WORDS = re.compile(r"(?<=[0-9A-Za-z])[^\x20-\x7e\n]+(?=[0-9A-Za-z])")
STRANGE = re.compile(r"[^\x20-\x7e\n]+")
SPACES = re.compile(r" *\n *| {2,}")
UNHEARD = ("Mn", "Me", "Cf", "Cc")  # accents, joiners, control characters


def unaccented(text: str) -> str:
    """`text` in ASCII, as Vietnamese people write it without accents: readable, never with "?".

    What has no such form (emoji, control characters, other scripts) is left out.
    Never for a name that is used to tell people apart.
    """
    lines = DEGREES.sub(" do C", nfc(text)).replace("\r\n", "\n").replace("\r", "\n")
    apart = unicodedata.normalize("NFKD", lines.translate(PLAIN)).translate(PLAIN)
    heard = "".join(_space(letter) for letter in apart if letter == "\n" or not _unheard(letter))
    plain = STRANGE.sub("", STRANGE_BETWEEN_WORDS.sub(" ", heard))
    return SPACES.sub(lambda run: "\n" if "\n" in run[0] else " ", plain).strip()


def _unheard(letter: str) -> bool:
    return unicodedata.category(letter) in UNHEARD


def _space(letter: str) -> str:
    return " " if letter.isspace() and letter != "\n" else letter
