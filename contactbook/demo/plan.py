"""The city as a person would describe it: offices, schools, classes, sign-ins. Values only."""

from dataclasses import dataclass

from contactbook.classes.models import AgeGroup
from contactbook.people.staff import Duty

DEPARTMENT = ("SGDDT-HCM", "Sở Giáo dục và Đào tạo Thành phố Hồ Chí Minh")
PASSWORD = "hoa-mai-2026"  # noqa: S105 printed beside the sign-ins: a demo has no secrets


@dataclass(frozen=True)
class Room:
    name: str
    age_group: AgeGroup
    youngest: int  # months on the first of September
    children: int


@dataclass(frozen=True)
class SchoolPlan:
    code: str
    name: str
    short: str
    sms_name: str
    phone: str
    office: str  # code
    word: str  # ends the user names of its staff
    rooms: tuple[Room, ...]


@dataclass(frozen=True)
class SignIn:
    """One line of the table that the demo prints."""

    username: str
    name: str
    duty: Duty
    where: str


OFFICES = {  # the wards as they are since 1 July 2025
    "UBND-P-SAIGON": "Phòng Văn hóa – Xã hội, UBND phường Sài Gòn",
    "UBND-P-THUDUC": "Phòng Văn hóa – Xã hội, UBND phường Thủ Đức",
}

TODDLERS, THREE, FOUR, FIVE = AgeGroup.NT3, AgeGroup.MG34, AgeGroup.MG45, AgeGroup.MG56
SCHOOLS = (
    SchoolPlan(
        "MN-HOAMAI", "Trường Mầm non Hoa Mai", "Hoa Mai", "Truong MN Hoa Mai", "028 3000 0101",
        "UBND-P-SAIGON", "hoamai",
        (
            Room("Nhà trẻ 1", AgeGroup.NT2, 13, 20), Room("Nhà trẻ 2", TODDLERS, 25, 25),
            Room("Mầm 1", THREE, 36, 28), Room("Mầm 2", THREE, 36, 28),
            Room("Chồi 1", FOUR, 48, 32), Room("Chồi 2", FOUR, 48, 31),
            Room("Lá 1", FIVE, 60, 35), Room("Lá 2", FIVE, 60, 35),
        ),
    ),
    SchoolPlan(
        "MN-BANMAI", "Trường Mầm non Ban Mai", "Ban Mai", "Truong MN Ban Mai", "028 3000 0202",
        "UBND-P-SAIGON", "banmai",
        (
            Room("Nhóm bột", AgeGroup.NT1, 6, 12), Room("Nhà trẻ 1", AgeGroup.NT2, 13, 20),
            Room("Nhà trẻ 2", TODDLERS, 25, 25), Room("Mầm 1", THREE, 36, 29),
            Room("Mầm 2", THREE, 36, 28), Room("Chồi 1", FOUR, 48, 33),
            Room("Lá 1", FIVE, 60, 36), Room("Lá 2", FIVE, 60, 35),
        ),
    ),
    SchoolPlan(
        "MN-HOASEN", "Trường Mầm non Hoa Sen", "Hoa Sen", "Truong MN Hoa Sen", "028 3000 0303",
        "UBND-P-THUDUC", "hoasen",
        (
            Room("Nhà trẻ 1", TODDLERS, 25, 25), Room("Mầm 1", THREE, 36, 29),
            Room("Mầm 2", THREE, 36, 29), Room("Chồi 1", FOUR, 48, 33),
            Room("Chồi 2", FOUR, 48, 32), Room("Chồi 3", FOUR, 48, 30),
            Room("Lá 1", FIVE, 60, 35), Room("Lá 2", FIVE, 60, 35),
        ),
    ),
)  # fmt: skip
