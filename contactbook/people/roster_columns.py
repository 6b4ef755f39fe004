"""Which column of a class list means what, told by its heading alone.

"SĐT mẹ", "Dien thoai me" and "Điện thoại của mẹ (*)" are one thing. A heading is taken apart: whose
fact it is (the child's, the mother's, …), what kind it is, and words that say nothing. A heading
that is not understood is left alone, so a new column never lands in the wrong place.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from contactbook.people.names import folded
from contactbook.people.roster_sheets import Row


class Field(StrEnum):
    """What a cell says; the facts of a guardian are named by relation and kind."""

    CODE = "code"
    NAME = "name"  # whole, or the given name beside FAMILY_NAME
    FAMILY_NAME = "family name"  # "Họ và tên đệm", kept apart
    GIVEN_NAME = "given name"  # the unheaded column beside "Họ và tên": one title over two cells
    BORN = "born"
    BORN_BOY = "born boy"  # the date stands under "Nam" or under "Nữ"
    BORN_GIRL = "born girl"
    SEX = "sex"
    BOY = "boy"  # columns to be marked with an x
    GIRL = "girl"
    MOTHER_NAME = "mother name"
    MOTHER_PHONE = "mother phone"
    MOTHER_EMAIL = "mother email"
    FATHER_NAME = "father name"
    FATHER_PHONE = "father phone"
    FATHER_EMAIL = "father email"
    GUARDIAN_NAME = "guardian name"
    GUARDIAN_PHONE = "guardian phone"
    GUARDIAN_EMAIL = "guardian email"
    PHONE = "phone"  # of the family: nobody says whose
    EMAIL = "email"
    REMARK = "remark"
    ALLERGY = "allergy"
    CLASSROOM = "classroom"


BIRTH_DATES = frozenset({Field.BORN, Field.BORN_BOY, Field.BORN_GIRL})
LONGEST = 120  # characters of a heading; what is longer is prose
RELATIONS = ("mother", "father", "guardian")
FAMILY = "family"  # "phụ huynh", "cha mẹ": one of them

# Headings without accents and filler words, as `field_of` compares them.
CHILD = {
    Field.CODE: "ma|ma so|ma dinh danh|ma so dinh danh|so dinh danh|ma dinh danh bo gd|"
    "ma dinh danh bo gddt|ma moet|ma csdl|code|student id",
    Field.NAME: "ho ten|ten|ho ten khai sinh|full name|name",
    Field.FAMILY_NAME: "ho|ho lot|ho dem|ho ten lot|ho ten dem|ho chu lot|ho chu dem",
    Field.BORN: "ngay sinh|ngay thang nam sinh|ngay thang sinh|sinh ngay|nam sinh|ntns|"
    "ngay sinh dd mm yyyy|date of birth|birthday",
    Field.BORN_BOY: "ngay sinh nam|ngay thang nam sinh nam|nam sinh nam",
    Field.BORN_GIRL: "ngay sinh nu|ngay thang nam sinh nu|nam sinh nu",
    Field.SEX: "gioi tinh|gioi|phai|nam nu|gioi tinh nam nu|phai nam nu|sex|gender",
    Field.BOY: "nam|gioi tinh nam|phai nam|nam x",
    Field.GIRL: "nu|gioi tinh nu|phai nu|nu x",
    Field.REMARK: "ghi chu|ghi chu khac|luu y|luu y khac|remark|note",
    Field.CLASSROOM: "lop|nhom|nhom lop|ten lop|ten nhom lop|lop hoc|class",
}
KINDS = {heading: field for field, known in CHILD.items() for heading in known.split("|")}
NAMES = {"", "ho ten", "ten", "full name", "name"}
NUMBERS = {"", "so", "1", "so 1"}  # "SĐT 2", "SĐT cơ quan" are left alone
ADDRESSES = {"", "dia chi", "1", "so 1"}

PHONE_WORDS = re.compile(r"\b(dien thoai|sdt|dtdd|di dong|phone|mobile|tel)\b")
SHORT_PHONE = re.compile(r"\bdt\b")  # "ĐT mẹ"; a lone "DT" is as often dân tộc
EMAIL_WORDS = re.compile(r"\b(e ?mail|gmail|thu dien tu|mail)\b")
FILLER = re.compile(
    r"\b(hoc sinh|tre em|tre|be|chau|hs|con|cua|thong tin|ly lich|ca nhan|nguoi|day du|"
    r"lien he|lien lac|neu co|bat buoc|va|vao|danh dau|zalo)\b"
)
FAMILY_WORDS = re.compile(r"\b(phu huynh|ph|gia dinh|(?:cha|bo|ba) (?:va |hoac |hay )?(?:me|ma))\b")
GUARDIAN_WORDS = re.compile(r"\b(giam ho|do dau|nguoi than|nuoi duong|ong ba|guardian)\b")
# These are read with their accents: "bà" is a grandmother and "ba" a father, "mã" a code.
GRANDPARENT = {"ông", "ong", "bà"}
MOTHER = {"mẹ", "me", "má", "mother"}
FATHER = {"cha", "bố", "bo", "ba", "tía", "father"}
RELATION_WORDS = re.compile(r"\b(me|ma|mother|cha|bo|ba|tia|father|ong|noi|ngoai|va|hoac|hay)\b")


@dataclass(frozen=True)
class Header:
    columns: Mapping[Field, int]  # index of the column that holds it
    rows: int  # 1, or 2 when groups ("Mẹ") stand above their headings ("Họ tên", "SĐT")
    again: tuple[tuple[int, str], ...] = ()  # further columns of one kind, which are not read

    @property
    def has_birth_dates(self) -> bool:
        return bool(BIRTH_DATES & self.columns.keys())


@lru_cache(maxsize=4096)
def field_of(heading: str) -> Field | None:
    """What a column with this heading holds, or None."""
    if len(heading) > LONGEST:
        return None
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", heading).lower())
    plain = folded(" ".join(words))
    if "di ung" in plain:
        return Field.ALLERGY
    if "má" not in words and (field := KINDS.get(_without(FILLER, plain))):
        return field
    relation = _relation(set(words), plain)
    rest = _without(FILLER, _without_relation(plain) if relation else plain)
    if EMAIL_WORDS.search(rest):
        return _of(relation, "email") if _without(EMAIL_WORDS, rest) in ADDRESSES else None
    if PHONE_WORDS.search(rest) or (SHORT_PHONE.search(rest) and (relation or "đt" in words)):
        left = _without(SHORT_PHONE, _without(PHONE_WORDS, rest))
        return _of(relation, "phone") if left in NUMBERS else None
    return _of(relation, "name") if relation and rest in NAMES else None


def _relation(words: set[str], plain: str) -> str | None:
    if FAMILY_WORDS.search(plain):
        return FAMILY
    if GUARDIAN_WORDS.search(plain) or words & GRANDPARENT:
        return "guardian"
    if words & MOTHER:
        return "mother"
    return "father" if words & FATHER else None


def _without_relation(plain: str) -> str:
    return _without(RELATION_WORDS, _without(GUARDIAN_WORDS, _without(FAMILY_WORDS, plain)))


def _without(words: re.Pattern[str], plain: str) -> str:
    return " ".join(words.sub(" ", plain).split())


def _of(relation: str | None, kind: str) -> Field:
    """A number or address of "the family" is nobody's yet; a name of hers is a guardian's."""
    if kind == "name" and relation == FAMILY:
        return Field.GUARDIAN_NAME
    return Field(f"{relation} {kind}") if relation in RELATIONS else Field(kind)


def header_at(rows: Sequence[Row], index: int) -> Header | None:
    """The header that begins in this row: it names the child's name and something else."""
    one = _fields(_headings(rows[index]))
    two: list[Titled] = []
    if index + 1 < len(rows) and _may_be_second(rows[index], rows[index + 1]):
        below = _headings(rows[index + 1])
        two = _fields_below(_headings(rows[index]), below)
        kinds = len(_columns(two))
        if kinds <= len(_columns(one)) or kinds < len(_columns(_fields(below))):
            two = []  # the row below is data, or a header of its own under a title
    found = _columns(two or one)
    if Field.NAME not in found or len(found) == 1:
        return None
    used = set(found.values())
    again = (
        (at, title) for at, (field, title) in enumerate(two or one) if field and at not in used
    )
    return Header(found, rows=2 if two else 1, again=tuple(again))


def _may_be_second(first: Row, second: Row) -> bool:
    """Headings are words; a line of a child holds a date or a number."""
    words = [cell for cell in second.cells if cell is not None]
    return second.number == first.number + 1 and all(
        isinstance(word, str) and not any(c.isdigit() for c in word) for word in words
    )


def _headings(row: Row) -> list[str]:
    return [cell if isinstance(cell, str) else "" for cell in row.cells]


Titled = tuple[Field | None, str]  # what a column holds, and its heading


def _fields(headings: Sequence[str]) -> list[Titled]:
    return [(field_of(heading) if heading else None, heading) for heading in headings]


def _fields_below(groups: Sequence[str], headings: Sequence[str]) -> list[Titled]:
    found: list[Titled] = []
    group = ""
    for above, heading in zip(groups, headings, strict=True):
        group = above or (group if heading else "")
        title = f"{group} {heading}".strip() if above or heading else ""
        found.append((_field_below(group, heading), title))
    return found


def _columns(titled: Sequence[Titled]) -> dict[Field, int]:
    """The first column of each kind counts."""
    columns: dict[Field, int] = {}
    for index, (field, _) in enumerate(titled):
        if field:
            columns.setdefault(field, index)
    return _with_given_name(columns, [title for _, title in titled])


def _field_below(group: str, heading: str) -> Field | None:
    """With "Mẹ" over it, "SĐT" is hers; under "Phụ huynh", "SĐT mẹ" still is."""
    own = field_of(heading) if heading else None
    if own and own.startswith(RELATIONS):
        return own
    both = field_of(f"{group} {heading}") if group or heading else None
    return both or (own if group and field_of(group) in KINDS.values() else None)


def _with_given_name(columns: dict[Field, int], headings: Sequence[str]) -> dict[Field, int]:
    """One title over two cells: family and middle names in the first, given names beside it."""
    beside = columns.get(Field.NAME, len(headings)) + 1
    if beside < len(headings) and not headings[beside] and Field.FAMILY_NAME not in columns:
        columns[Field.GIVEN_NAME] = beside
    return columns
