"""Texts as teachers and schools write them, of every awkward kind; the same ones at every run."""

import random
import unicodedata
from collections.abc import Iterator
from typing import Literal

FAMILY = [
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Huỳnh",
    "Hoàng",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
]
MIDDLE = [
    "Thị",
    "Văn",
    "Ngọc",
    "Minh",
    "Gia",
    "Bảo",
    "Hữu",
    "Đức",
    "Thùy",
    "Quỳnh",
    "Hoài",
    "Ánh",
    "Kim",
    "Xuân",
    "Như",
    "Đình",
]
GIVEN = [
    "An",
    "Châu",
    "Dũng",
    "Giang",
    "Hạnh",
    "Khôi",
    "Linh",
    "Mỹ",
    "Nghĩa",
    "Oanh",
    "Phượng",
    "Quý",
    "Sương",
    "Thảo",
    "Uyên",
    "Vỹ",
    "Ý",
    "Đạt",
]
SENTENCES = (
    "Hôm nay bé {name} đến lớp lúc {hour}h{minute}, ăn hết suất trưa, ngủ {number} phút.",
    "Kính gửi Quý phụ huynh: thân nhiệt của bé {name} là 36,{digit} °C.",
    "Cô nhắc gia đình mang theo mũ và bình nước cho buổi dã ngoại ngày {digit}/11.",
    "“Bé rất ngoan” – cô {given} nói…",
    "Trường nghỉ học do mưa lớn; mở lại thứ {digit}.",
    "Ba mẹ vui lòng gọi 028 3000 00{number}.",
    "Học phí: 1.{number}0.000 ₫ • tiền ăn 35.000 đ/ngày",
    "bé ngủ ½ giấc, uống 1⁄4 hộp sữa [{number} ml]",
    "Chi tiết: hoamai.example/p/7Qm2xV9c{number}?a={digit}&b=1",
    "{name} {digit}×{digit}={number} ~ {{giỏi}} \\ | ^ €{number}",
    "Be {given} hom nay di hoc, an het suat, ngu tot.",
    "Lớp Lá {digit} (cô {name})\nDặn dò:\r\n\t- mang áo ấm\u00a0!\u200b",
    "Chiều nay ai đón bé {name}, mấy giờ ạ?",
    "Cảm ơn ba mẹ rất nhiều ạ!",
)
SIGNS = [
    "😀",
    "👶🏻",
    "❤️",
    "👨‍👩‍👧",
    "🎉",
    "☀",
    "’",
    "—",
    "\u202f",
    "\ufeff",
    "中文",
    "ß",
    "Ω",
    "`",
    "è",
]
FORMS: tuple[Literal["NFC", "NFD", "NFKD"], ...] = ("NFC", "NFC", "NFC", "NFD", "NFKD")


def texts(count: int, seed: int = 530) -> Iterator[str]:
    chance = random.Random(seed)
    for _ in range(count):
        said = [_sentence(chance) for _ in range(chance.choice((1, 1, 2, 3, 5)))]
        if chance.random() < 0.3:
            said.insert(chance.randrange(len(said) + 1), chance.choice(SIGNS))
        text = chance.choice((" ", " ", "\n", "")).join(said)
        if chance.random() < 0.15:  # to the letter at the edge of a segment
            text = (text * 20)[: chance.choice((70, 71, 134, 135, 160, 161, 306, 307, 459, 460))]
        yield unicodedata.normalize(chance.choice(FORMS), text)


def _sentence(chance: random.Random) -> str:
    name = f"{chance.choice(FAMILY)} {chance.choice(MIDDLE)} {chance.choice(GIVEN)}"
    said = chance.choice(SENTENCES).format(
        name=name,
        given=chance.choice(GIVEN),
        hour=chance.randint(6, 17),
        minute=f"{chance.randrange(60):02}",
        number=chance.randint(10, 99),
        digit=chance.randint(1, 9),
    )
    return said.upper() if chance.random() < 0.05 else said
