"""What one cell of a class list says: a date, a sex, a code, addresses, an allergy."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal

from openpyxl.utils.datetime import WINDOWS_EPOCH

from contactbook.people.names import folded, tidy
from contactbook.people.roster_sheets import Cell
from contactbook.people.unfit import Unfit

Sex = Literal["m", "f"]

OLDEST = 7  # years: a preschool's child is younger than this, or the date is wrong
EARLIEST = 2000
LAST_SERIAL = 2_958_465  # 31/12/9999
LONGEST_CODE = 50
LONGEST_REMARK = 1_000
LONGEST_EMAIL = 254
LONGEST_LOCAL_PART = 64

NOTHING = {"", "-", "--", "/", ".", "0", "k", "ko", "khong", "khong co", "chua co", "n/a", "na"}
LONGEST_NOTHING = max(map(len, NOTHING))
SEXES: dict[str, Sex] = {
    "nam": "m", "trai": "m", "be trai": "m", "m": "m", "male": "m",
    "nu": "f", "gai": "f", "be gai": "f", "f": "f", "female": "f",
}  # fmt: skip
DATE = re.compile(
    r"(?:ngay )?(\d{1,2}) ?(?:[/.,\- ]|thang) ?(\d{1,2}) ?(?:[/.,\- ]|nam) ?(\d{4}|\d{2})"
)
ISO_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[t ]00:00(?::00)?)?")
CODE = re.compile(r"[\w./-]+")
EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
)
# "Không dị ứng", "chưa phát hiện dị ứng gì"; but not "không uống sữa vì dị ứng".
NO_ALLERGY = re.compile(
    r"\b(?:khong|chua)(?: (?:bi|co|he|thay|phat hien|ghi nhan|tien su))* di ung\b"
)


class UnfitValue(Unfit):
    """A cell whose fact cannot be right."""

    def __init__(self, subject: str, given: str, reason: str) -> None:
        super().__init__(given, reason)
        self.subject = subject


def text(cell: Cell) -> str:
    """The cell as one tidy line: 107001.0 is "107001", a date is as people write it."""
    match cell:
        case None | False:
            return ""
        case True:
            return "x"
        case float() if cell.is_integer():
            return str(int(cell))
        case date():
            return f"{cell:%d/%m/%Y}"
        case _:
            return tidy(str(cell))


def told(cell: Cell) -> str:
    """As `text`, but "", when the cell says that there is nothing: "không có", "-"."""
    line = text(cell)
    return "" if len(line) <= LONGEST_NOTHING and folded(line) in NOTHING else line


def birth_date(cell: Cell, *, today: date, epoch: datetime = WINDOWS_EPOCH) -> date:
    """A day on which a child of a preschool can have been born; raises `UnfitValue`."""
    written = text(cell)
    if not written:
        raise UnfitValue("Ngày sinh", "", "còn trống")
    born = _day(cell, epoch)
    if born is None:
        raise UnfitValue("Ngày sinh", written, "chưa đúng, cần ghi ngày/tháng/năm")
    shown = f"Ngày sinh {born:%d/%m/%Y}"
    if born > today:
        raise UnfitValue(shown, "", "nằm trong tương lai")
    if born.year < EARLIEST:
        raise UnfitValue(shown, "", f"trước năm {EARLIEST}")
    if _years_later(born, OLDEST) < today:
        raise UnfitValue(shown, "", f"cho thấy trẻ đã hơn {OLDEST} tuổi")
    return born


def _day(cell: Cell, epoch: datetime) -> date | None:
    match cell:
        case datetime():
            return cell.date()
        case date():
            return cell
        case bool():
            return None
        case int() | float():
            return _of_serial(cell, epoch)
        case str():
            return _of_words(folded(cell))
        case _:
            return None


def _of_serial(serial: float, epoch: datetime) -> date | None:
    """Excel's day number, as a cell shows it that lost its date format. 2023 is only a year."""
    if not 0 < serial <= LAST_SERIAL or EARLIEST - 100 < serial < EARLIEST + 200:
        return None
    try:
        return (epoch + timedelta(days=int(serial))).date()
    except OverflowError:
        return None


def _of_words(words: str) -> date | None:
    """Day before month, as everybody here writes; a year of two digits is of this century."""
    if found := DATE.fullmatch(words):
        day, month, year = found.groups()
    elif found := ISO_DATE.fullmatch(words):
        year, month, day = found.groups()
    else:
        return None
    try:
        return date(int(year) + (EARLIEST if len(year) == len("23") else 0), int(month), int(day))
    except ValueError:
        return None


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)


def sex(cell: Cell) -> Sex | None:
    """Blank is None; raises `UnfitValue` for anything that is neither."""
    written = told(cell)
    if not written:
        return None
    if said := SEXES.get(folded(written)):
        return said
    raise UnfitValue("Giới tính", written, "chưa rõ, cần ghi Nam hoặc Nữ")


def code(cell: Cell) -> str | None:
    """The school's own number of the child, as written."""
    written = told(cell).removeprefix("'")
    if not written:
        return None
    if len(written) > LONGEST_CODE or not CODE.fullmatch(written):
        raise UnfitValue("Mã", written, "chỉ được gồm chữ, số và dấu gạch")
    return written


def emails(cell: Cell) -> tuple[str, ...]:
    """Every address of the cell, small letters, once each."""
    written = told(cell).lower().removeprefix("mailto:")
    return (
        tuple(dict.fromkeys(map(_email, re.split(r"[\s,;]+", written.strip(" ,;")))))
        if written
        else ()
    )


def _email(address: str) -> str:
    local, _, _ = address.partition("@")
    fits = len(address) <= LONGEST_EMAIL and len(local) <= LONGEST_LOCAL_PART
    dotted = local.startswith(".") or local.endswith(".") or ".." in local
    if not fits or dotted or not EMAIL.fullmatch(address):
        raise UnfitValue("Thư điện tử", address, "chưa đúng")
    return address


def remark(cell: Cell) -> str:
    """What the school wrote, line by line."""
    lines = cell.splitlines() if isinstance(cell, str) else [text(cell)]
    written = "\n".join(filter(None, map(tidy, lines)))
    if len(written) > LONGEST_REMARK:
        raise UnfitValue("Ghi chú", written, f"dài quá {LONGEST_REMARK} chữ")
    return written


def allergy_in(remark: str) -> str:
    """The sentences that name an allergy; rather too many words than an allergen lost."""
    sentences = [tidy(part) for part in re.split(r"[;\n]|[.!](?=\s|$)", remark)]
    naming = [sentence for sentence in sentences if _names_allergy(sentence)]
    if any(folded(sentence) in ("di ung", "bi di ung") for sentence in naming):
        return tidy(remark)  # "Dị ứng. Tôm, cua.": the next sentence says to what
    return "; ".join(naming)


def _names_allergy(sentence: str) -> bool:
    plain = NO_ALLERGY.sub(" ", folded(sentence))
    return "di ung" in plain or "allerg" in plain


def allergies(column: Cell, written_remark: str) -> str:
    """From a column of its own, and from the remark."""
    return "; ".join(
        dict.fromkeys(filter(None, [*_own_column(column), allergy_in(written_remark)]))
    )


def _own_column(cell: Cell) -> Iterator[str]:
    written = told(cell)
    plain = folded(written)
    if not plain or NO_ALLERGY.fullmatch(plain) or plain == "binh thuong":
        return
    if len(written) > LONGEST_REMARK:
        raise UnfitValue("Dị ứng", written, f"dài quá {LONGEST_REMARK} chữ")
    if plain in ("x", "co"):
        yield "Dị ứng"
    else:
        yield written if "di ung" in plain else f"Dị ứng: {written}"
