"""The values that a class list is read into."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Relation = Literal["mother", "father", "guardian"]


@dataclass(frozen=True)
class GuardianLine:
    name: str
    phone: str  # E.164
    relation: Relation
    emails: tuple[str, ...]


@dataclass(frozen=True)
class StudentLine:
    sheet: str
    row: int
    code: str | None
    name: str
    born_on: date
    sex: Literal["m", "f"] | None
    guardians: tuple[GuardianLine, ...]
    remark: str
    allergy: str  # the part of the remark, or the column, that names one; "" if none


@dataclass(frozen=True)
class Rejected:
    sheet: str
    row: int
    reason: str  # a Vietnamese sentence for the person who keeps the list


@dataclass(frozen=True)
class ClassList:
    name: str
    school_year: str | None  # "2026-2027"
    students: tuple[StudentLine, ...]


@dataclass(frozen=True)
class Roster:
    classes: tuple[ClassList, ...]
    rejected: tuple[Rejected, ...]  # lines set aside whole, to be mended
    left_out: tuple[Rejected, ...] = ()  # lines taken, but without the fact that is named
