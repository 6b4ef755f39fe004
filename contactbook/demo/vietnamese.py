"""Names as Vietnamese families give them: shares of family names, and given names that fit."""

import random

# Family names with their share in a hundred people, roughly.
FAMILY = {
    "Nguyễn": 38, "Trần": 11, "Lê": 10, "Phạm": 7, "Huỳnh": 5, "Phan": 4, "Vũ": 3, "Võ": 3,
    "Đặng": 3, "Bùi": 2, "Đỗ": 2, "Hồ": 2, "Ngô": 2, "Dương": 2, "Lý": 1, "Đoàn": 1, "Trương": 1,
    "Đinh": 1, "Lâm": 1, "Mai": 1, "Trịnh": 1, "Cao": 1, "Châu": 1, "Tạ": 1, "Quách": 1,
}  # fmt: skip

GIRLS = [  # born in the twenties
    "Bảo An", "Gia An", "Hoài An", "Minh Anh", "Quỳnh Anh", "Ngọc Anh", "Tú Anh", "Ngọc Ánh",
    "Bảo Châu", "Minh Châu", "Ngọc Diệp", "Thùy Dương", "Linh Đan", "Hương Giang", "Ngân Hà",
    "Gia Hân", "Bảo Hân", "Ngọc Hân", "Diệu Hiền", "Khánh Huyền", "Bảo Khuê", "Minh Khuê",
    "An Khuê", "Thiên Kim", "Ngọc Lam", "Phương Linh", "Khánh Linh", "Gia Linh", "Hà Linh",
    "Khánh Ly", "Ngọc Mai", "Thanh Mai", "Hà My", "Trà My", "Kim Ngân", "Bảo Ngân", "Khánh Ngân",
    "Bảo Ngọc", "Minh Ngọc", "Như Ngọc", "Thảo Nguyên", "An Nhiên", "Tuệ Nhi", "Yến Nhi",
    "Uyên Nhi", "Bảo Nhi", "Quỳnh Như", "Tâm Như", "Mai Phương", "Hà Phương", "Nhã Phương",
    "Cát Tiên", "Thủy Tiên", "Anh Thư", "Minh Thư", "Song Thư", "Bảo Thy", "Anh Thy", "Ngọc Trâm",
    "Bảo Trâm", "Thùy Trang", "Ngọc Trinh", "Thanh Trúc", "Cát Tường", "Phương Uyên", "Nhã Uyên",
    "Khánh Vân", "Tường Vi", "Tường Vy", "Khánh Vy", "Thảo Vy", "Như Ý", "Hải Yến",
]  # fmt: skip
BOYS = [
    "Gia An", "Phúc An", "Đức Anh", "Tuấn Anh", "Hoàng Anh", "Gia Bách", "Gia Bảo", "Thái Bảo",
    "Quốc Bảo", "Hoàng Bách", "Thanh Bình", "Minh Châu", "Hải Đăng", "Minh Đăng", "Khôi Đăng",
    "Thành Đạt", "Tiến Đạt", "Minh Đức", "Trí Đức", "Hoàng Dũng", "Đức Duy", "Khánh Duy",
    "Hải Dương", "Trường Giang", "Hoàng Hải", "Minh Hiếu", "Trung Hiếu", "Gia Hiển", "Huy Hoàng",
    "Minh Hoàng", "Gia Huy", "Quang Huy", "Nhật Huy", "Gia Hưng", "Tuấn Hưng", "Phúc Hưng",
    "Minh Khang", "Gia Khang", "Bảo Khang", "An Khang", "Nam Khánh", "Quốc Khánh", "Gia Khiêm",
    "Đăng Khoa", "Anh Khoa", "Minh Khoa", "Minh Khôi", "Đăng Khôi", "Nguyên Khôi", "Tuấn Kiệt",
    "Anh Kiệt", "Bảo Lâm", "Tùng Lâm", "Hoàng Long", "Thiên Long", "Bảo Long", "Đức Mạnh",
    "Nhật Minh", "Quang Minh", "Bình Minh", "Tuấn Minh", "Hoàng Nam", "Nhật Nam", "Bảo Nam",
    "Trung Nghĩa", "Khôi Nguyên", "Bình Nguyên", "Thiện Nhân", "Minh Nhật", "Thiên Phú",
    "Gia Phúc", "Hoàng Phúc", "Minh Phước", "Minh Quân", "Hoàng Quân", "Anh Quân", "Minh Quang",
    "Nhật Quang", "Hoàng Sơn", "Thái Sơn", "Minh Tâm", "Đức Thịnh", "Phúc Thịnh", "Hữu Thắng",
    "Minh Triết", "Đức Trí", "Minh Trí", "Quốc Trung", "Anh Tuấn", "Minh Tùng", "Quốc Việt",
    "Quang Vinh", "Thế Vinh", "Long Vũ", "Thiên Vũ",
]  # fmt: skip
MOTHERS = [  # born around 1990; most carry Thị
    "Thị Mai", "Thị Lan", "Thị Hương", "Thị Thu Hà", "Thị Thanh Hà", "Thị Ngọc Bích", "Thị Hồng",
    "Thị Hồng Nhung", "Thị Kim Oanh", "Thị Kim Ngân", "Thị Thu Trang", "Thùy Trang", "Thị Huyền",
    "Thị Diễm", "Thị Mỹ Linh", "Thị Mỹ Duyên", "Thị Phương Thảo", "Thanh Thảo", "Thị Bích Ngọc",
    "Thị Như Quỳnh", "Thị Tuyết Mai", "Thị Yến", "Thị Hải Yến", "Thị Cẩm Tú", "Thị Cẩm Vân",
    "Thị Thanh Tuyền", "Thị Thủy", "Thị Thu Thủy", "Thị Loan", "Thị Nga", "Thị Hạnh",
    "Thị Ngọc Hân", "Thị Minh Tâm", "Thị Xuân", "Thị Xuân Đào", "Thị Trúc Ly", "Thị Diệu Hiền",
    "Thị Hoài Thương", "Thị Lệ Quyên", "Ngọc Trâm", "Thị Bảo Trân", "Thị Anh Đào", "Thị Kiều Oanh",
    "Thị Ánh Tuyết", "Thị Thanh Trúc", "Thị Quế Chi", "Minh Nguyệt", "Thị Lan Anh", "Thị Vân Anh",
]  # fmt: skip
FATHERS = [
    "Văn Hùng", "Văn Dũng", "Văn Tuấn", "Anh Tuấn", "Minh Tuấn", "Quốc Hùng", "Mạnh Hùng",
    "Văn Thành", "Tiến Thành", "Trung Thành", "Thanh Tùng", "Hoàng Nam", "Thành Nam", "Quốc Cường",
    "Mạnh Cường", "Hữu Phước", "Minh Đức", "Anh Đức", "Đình Khoa", "Quang Huy", "Ngọc Sơn",
    "Hồng Sơn", "Trường Sơn", "Văn Long", "Thành Long", "Công Danh", "Hữu Nghĩa", "Trọng Nghĩa",
    "Minh Hải", "Thanh Hải", "Đức Trung", "Quang Trung", "Duy Khánh", "Quốc Bảo", "Hoài Nam",
    "Thanh Phong", "Hùng Vương", "Quang Vinh", "Phúc Lộc", "Tấn Tài", "Tấn Phát", "Văn Lâm",
    "Hải Đăng", "Đăng Khôi", "Thế Anh", "Việt Hùng", "Xuân Trường", "Công Minh", "Hữu Tín",
]  # fmt: skip
GRANDMOTHERS = [
    "Thị Bé", "Thị Ba", "Thị Sáu", "Thị Lành", "Thị Nhàn", "Thị Thơm", "Thị Hiền", "Thị Đào",
    "Thị Cúc", "Thị Liễu", "Thị Tư", "Thị Gái", "Thị Bảy", "Thị Nguyệt", "Thị Phượng",
]  # fmt: skip
GRANDFATHERS = [
    "Văn Ba", "Văn Tư", "Văn Năm", "Văn Sáu", "Văn Bảy", "Văn Lợi", "Văn Phúc", "Văn Hiền",
    "Văn Đức", "Hữu Lộc", "Văn Thọ", "Văn Chín", "Đình Quý", "Văn Hòa",
]  # fmt: skip


def family_name(chance: random.Random) -> str:
    return chance.choices(list(FAMILY), list(FAMILY.values()))[0]


# Between family and given name, as in Nguyễn Hoàng Minh Khang and Trần Ngọc Bảo Châu.
MIDDLE = {
    "f": ("Ngọc", "Hoàng", "Bảo", "Trúc", "Lê", "Phạm", "Hà", "Vũ", "Kim", "Thanh"),
    "m": ("Hoàng", "Ngọc", "Phúc", "Đức", "Trần", "Lê", "Nguyên", "Thanh", "Công", "Hữu"),
}
FOUR_WORDS = 0.35  # children with such a name, or with their mother's family name in that place


def child(chance: random.Random, family: str, sex: str, mother: str) -> str:
    """A child of this family."""
    given = chance.choice(GIRLS if sex == "f" else BOYS)
    if chance.random() > FOUR_WORDS:
        return f"{family} {given}"
    middle = mother if chance.randrange(4) == 0 else chance.choice(MIDDLE[sex])
    return (
        f"{family} {given}"
        if middle in (family, given.split()[0])
        else f"{family} {middle} {given}"
    )
