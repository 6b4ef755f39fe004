"""Which words name which days, seen from today: "t3 tuần sau", "24-26/11", "bữa qua".

A weekday or a bare date lies behind or ahead: each reading gives both.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial

from contactbook.conversation.phrases import pattern

LONGEST = timedelta(days=62)  # a longer absence is not one for a chat
SATURDAY = 5
HALF_YEAR = timedelta(days=183)
Days = tuple[date, ...]
Reading = tuple[Days, Days]  # behind, ahead
Found = re.Match[str]
Reader = Callable[[Found, date], Reading]


def school_days(first: date, last: date) -> Days:
    """Monday to Friday of a range; backwards, empty or endless ranges give nothing."""
    if not first <= last <= first + LONGEST:
        return ()
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(day for day in every if day.weekday() < SATURDAY)


def school_days_from(first: date, count: int) -> Days:
    every = (first + timedelta(days=n) for n in range(count * 2 + 3))
    return tuple(day for day in every if day.weekday() < SATURDAY)[:count]


GROUPS = {
    "part": "(buổi? (sáng|trưa|chiều|tối) (ngày|hôm|bữa)?)|đêm",
    "next": "tuần (sau|tới|kế)|next",
    "this": "tuần (này|nay)|this",
    "last": "tuần (trước|rồi|vừa|qua)|last",
}
SHIFTS = {"next": 1, "this": 0, "last": -1}
WEEKS = {
    "tuần (sau|tới|kế)|next week": 1,
    "tuần (này|nay)|this week": 0,
    "tuần (trước|rồi|vừa rồi|vừa qua|qua)|last week": -1,
}
WEEKDAYS = {
    "monday|mon": 0, "tuesday|tue": 1, "wednesday|wed": 2, "thursday|thu": 3, "friday|fri": 4,
    "saturday": 5, "sunday": 6, "chủ nhật": 6, "t2|thứ (hai|2)": 0, "t3|thứ (ba|3)": 1,
    "t4|thứ (tư|4)": 2, "t5|thứ (năm|5)": 3, "t6|thứ (sáu|6)": 4, "t7|thứ (bảy|7)": 5,
}  # fmt: skip
# "mốt" without accents is "một", one, more often than not: only before the child or what she does.
MOT = pattern("mốt", {}) + f"(?={pattern('bé|con|cháu|nghỉ|nha|nhé|cho|em|xin|ạ', {})}|$)"
RELATIVE = {
    "@part? (hôm qua|bữa qua|yesterday|yesterdays)|@part qua|last night": -1,
    "@part? (hôm kia|bữa kia)": -2,
    "@part? (ngày mốt|bữa mốt|hôm mốt|ngày kia|mốt!)|day after tomorrow": 2,
    "@part? (ngày mai|bữa mai|hôm mai|mai|mơi|tomorrow)": 1,
    "@part? (hôm nay|bữa nay|ngày nay|nay)|today|todays|this morning|this afternoon|tonight": 0,
}
NO_DAY = (
    "mai mốt|xưa nay|lâu nay|dạo (này|nay)|hổm! (nay|rày)|(đến|tới|từ|năm|tháng) nay|hoa mai"
    "|(mấy|mây|vài|nhiều|2|3|hai|ba|bốn) (bữa|hôm|ngày) nay|lần thứ @num|nay mai"
    "|(tin|sổ|cái|vụ) nay"
    "|(thêm|xem|đổi|qua|sang|coi) (bé|con|đứa|cháu) thứ (hai|2|ba|3)|bữa (giờ|rày)"
)
PAST = "(hôm|bữa) (trước|nọ|hổm|bữa)|bữa hổm|hồi (trước|đó)|ngày trước|(tháng|kỳ|đợt) (trước|rồi)"
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

AMOUNT = pattern("viên|muỗng|gói|ống|chai|thìa|ly|suất|chén|hộp|hũ|độ|tiếng|giờ", {})
TIMES_A_DAY = pattern("lần|viên|gói|cữ|ngày|bữa|giọt|muỗng|ml", {})
NOT_AMOUNT = f"(?!{AMOUNT})"
SHORT_DATE = re.compile(rf"(\d{{1,2}})/(\d{{1,2}})(?:/(\d{{4}}|\d{{2}}))? {NOT_AMOUNT}")
LONG_DATE = re.compile(r"(\d{1,2})[-.](\d{1,2})[-.](\d{4}) ")
ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2}) ")
RANGE = re.compile(r"(\d{1,2})(?:/(\d{1,2}))?[-–](\d{1,2})/(\d{1,2}) ")
LISTED = re.compile(r"(\d{1,2}(?:,\d{1,2})+)/(\d{1,2}) ")
DAY = pattern("ngày|hôm|bữa|mùng", {})
TO = pattern("đến|tới|to|-", {})
AND = pattern("và|với|and|,", {})
IN = rf"(?:/| {pattern('tháng', {})})"
SPOKEN_RANGE = re.compile(
    rf"(\d{{1,2}})(?:/(\d{{1,2}}))? (?:{TO})(?:{DAY})?(\d{{1,2}}){IN}(\d{{1,2}}) "
)
SPOKEN_LIST = re.compile(rf"(\d{{1,2}}) (?:{AND})(?:{DAY})?(\d{{1,2}}){IN}(\d{{1,2}}) ")
OF_MONTH = re.compile(rf"(?:{DAY})?(\d{{1,2}}) {pattern('tháng', {})}(\d{{1,2}}) ")
MONTH = rf"({'|'.join(MONTHS)})(?:uary|ch|il|e|y|ust|t|tember|ober|ember)?"
ENGLISH_RANGE = re.compile(rf"(\d{{1,2}}) (?:{TO})(\d{{1,2}}) {MONTH} ")
ENGLISH = re.compile(rf"(?:{MONTH} (\d{{1,2}}) |(\d{{1,2}}) {MONTH} )")
DAY_ONLY = re.compile(
    rf"(?:{DAY})(\d{{1,2}}(?:[-–,]\d{{1,2}})*) (?!{TIMES_A_DAY})"
)  # "ngày 25", not "ngày 2 lần"

# Dates proper: "1/12" beside "thứ 3" explains it.
DATES = frozenset({ISO_DATE, SHORT_DATE, LONG_DATE, OF_MONTH, DAY_ONLY, ENGLISH})


def whole(text: str) -> re.Pattern[str]:
    return re.compile(pattern(text, GROUPS))


def _near(day: int, month: int, today: date) -> Days:
    """The day of that name which is nearest, half a year back or ahead."""
    for year in (today.year, today.year + 1, today.year - 1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if abs(found - today) <= HALF_YEAR:
            return (found,)
    return ()


def _dated(day: str, month: str, year: str | None, today: date) -> Days:
    if not year:
        return _near(int(day), int(month), today)
    try:
        return (date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day)),)  # noqa: PLR2004
    except ValueError:
        return ()


def _weekday(_: Found, today: date, *, number: int, week: int | None) -> Reading:
    monday = today - timedelta(days=today.weekday())
    if week is not None:
        return _same((monday + timedelta(days=number, weeks=week),))
    ahead = today + timedelta(days=(number - today.weekday()) % 7)
    behind = today - timedelta(days=(today.weekday() - number) % 7)
    return (behind,), (ahead,)


def _day_of_month(found: Found, today: date) -> Reading:
    """The next such day or the last one: "ngày 25", "ngày 25,26", "ngày 24-26"."""
    behind: list[date] = []
    ahead: list[date] = []
    for number in map(int, re.findall(r"\d+", found[1])):
        around = sorted(_months_with(number, today))
        ahead += [day for day in around if day >= today][:1]
        behind += [day for day in around if day <= today][-1:]
    if re.search(r"[-–]", found[1]):
        return tuple(_through(behind)), tuple(_through(ahead))
    return tuple(behind), tuple(ahead)


def _through(days: Sequence[date]) -> Days:
    return school_days(days[0], days[-1]) if len(days) > 1 else tuple(days)


def _months_with(number: int, today: date) -> Iterator[date]:
    for away in (-1, 0, 1):
        year, month = divmod(today.year * 12 + today.month - 1 + away, 12)
        try:
            yield date(year, month + 1, number)
        except ValueError:
            continue


def _date(found: Found, today: date) -> Reading:
    """Day, month and perhaps year."""
    return _same(_dated(found[1], found[2], (*found.groups(), None)[2], today))


def _iso_date(found: Found, today: date) -> Reading:
    return _same(_dated(found[3], found[2], found[1], today))


def _range(found: Found, today: date) -> Reading:
    first = _dated(found[1], found[2] or found[4], None, today)
    last = _dated(found[3], found[4], None, today)
    return _same(school_days(first[0], last[0]) if first and last else ())


def _listed(found: Found, today: date) -> Reading:
    days = (day for n in found[1].split(",") for day in _dated(n, found[2], None, today))
    return _same(tuple(days))


def _spoken_list(found: Found, today: date) -> Reading:
    days = (day for n in (found[1], found[2]) for day in _dated(n, found[3], None, today))
    return _same(tuple(days))


def _english_range(found: Found, today: date) -> Reading:
    month = str(MONTHS.index(found[3]) + 1)
    first, last = (_dated(found[n], month, None, today) for n in (1, 2))
    return _same(school_days(first[0], last[0]) if first and last else ())


def _english(found: Found, today: date) -> Reading:
    month = MONTHS.index(found[1] or found[4]) + 1
    return _same(_dated(found[2] or found[3], str(month), None, today))


def _relative(_: Found, today: date, *, away: int) -> Reading:
    return _same((today + timedelta(days=away),))


def _week(_: Found, today: date, *, shift: int) -> Reading:
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=shift)
    return _same(school_days(monday, monday + timedelta(days=4)))


def _same(days: Days) -> Reading:
    return days, days


def readers() -> Iterator[tuple[re.Pattern[str], Reader]]:
    """What to look for, and what it means; the first that matches counts."""
    yield ISO_DATE, _iso_date
    yield RANGE, _range
    yield SPOKEN_RANGE, _range
    yield ENGLISH_RANGE, _english_range
    yield LISTED, _listed
    yield SPOKEN_LIST, _spoken_list
    yield SHORT_DATE, _date
    yield LONG_DATE, _date
    yield OF_MONTH, _date
    yield ENGLISH, _english
    for names, number in WEEKDAYS.items():
        for group, shift in SHIFTS.items():
            named = f"@part? ({names}) @{group}|@{group} ({names})"
            yield whole(named), partial(_weekday, number=number, week=shift)
        yield whole(f"@part? ({names}) (tới|này)?"), partial(_weekday, number=number, week=None)
    for names, away in RELATIVE.items():
        yield whole(names), partial(_relative, away=away)
    yield re.compile(MOT), partial(_relative, away=2)
    for names, shift in WEEKS.items():
        yield whole(names), partial(_week, shift=shift)
    yield DAY_ONLY, _day_of_month
