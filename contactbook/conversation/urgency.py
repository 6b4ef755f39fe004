"""Words at which the office is rung, and those about who picks a child up. Pure.

A needless ring costs a minute; the other mistake costs more. What is written with marks is compared
with marks: "khăn" is no "khẩn", "đơn" no "đón".
"""

import re
import unicodedata
from collections.abc import Iterable

from contactbook.conversation.spelling import bare

URGENT = (
    "khẩn cấp", "khẩn", "cấp cứu", "gấp lắm", "rất gấp", "việc gấp", "gấp gấp", "tai nạn",
    "đi lạc", "mất tích", "co giật", "khó thở", "ngất", "bất tỉnh", "hóc dị vật", "bị hóc",
    "ngộ độc", "bị bỏng", "bị phỏng", "chảy máu", "gãy tay", "gãy chân", "bắt cóc",
    "không thấy bé đâu", "bạo hành", "urgent", "emergency", "ambulance", "missing", "kidnapped",
    "unconscious", "seizure", "choking",
)  # fmt: skip
ONLY_WITH_MARKS = frozenset({"khẩn", "ngất"})  # "khan" is khăn as well
WORD = re.compile(r"[^\W_]+")
PICK_UP = ("đón", "rước", "đưa đón", "pick up", "picks up", "pick him", "pick her", "picked up",
           "pickup", "collect")  # fmt: skip


def is_urgent(text: str) -> bool:
    return says(text, URGENT)


def is_pick_up(text: str) -> bool:
    return says(text, PICK_UP)


def says(text: str, phrases: Iterable[str]) -> bool:
    """Whether one of `phrases` stands in `text`, which may have been typed without marks."""
    written = spaced(unicodedata.normalize("NFC", text).casefold())
    typed_plain = spaced(bare(text)) == written
    return any(
        spaced(phrase) in written
        or (typed_plain and phrase not in ONLY_WITH_MARKS and spaced(bare(phrase)) in written)
        for phrase in phrases
    )


def spaced(text: str) -> str:
    return " " + " ".join(WORD.findall(text)) + " "
