"""Letters to parents: the same facts twice, signed, and hard to imitate."""

import re
from html import unescape

from contactbook.letters import Frame, letter

URL = "https://hoamai.example/u/7Qm2xV9cTa4"
FRAME = Frame("Trường Mầm non Hoa Mai", "028 3000 0000", "— Lá 1, Trường Mầm non Hoa Mai", URL)
LINES = ["Hôm nay bé đến lớp lúc 7h20.", "Cô Hạnh: Bé tự xếp dép & nói <cảm ơn>."]


def words(html: str) -> str:
    body = re.sub(r"<[^>]+>", " ", html.partition("<h1")[2])
    return " ".join(unescape(body).split())


def test_text_and_html_say_the_same() -> None:
    made = letter("update", FRAME, head="Bé An – Lá 1", lines=LINES)
    plain = " ".join(made.text.replace(f": {URL}", "").split())
    assert words(made.html).endswith(plain)
    assert f'href="{URL}"' in made.html
    assert "nói &lt;cảm ơn&gt;" in made.html
    assert "nói <cảm ơn>" in made.text


def test_a_letter_is_signed_and_says_what_the_school_never_asks() -> None:
    made = letter("update", FRAME, head="Bé An – Lá 1", lines=LINES)
    assert "— Lá 1, Trường Mầm non Hoa Mai" in made.text
    assert "Nhà trường không bao giờ hỏi tiền" in made.text
    assert "028 3000 0000" in made.text


def test_without_a_number_or_an_address_it_says_less() -> None:
    bare = Frame("Trường Mầm non Hoa Mai", "", "— Lá 1")
    made = letter("update", bare, head="Bé An", lines=LINES)
    assert "hỏi trực tiếp nhà trường" in made.text
    assert "Ngừng nhận" not in made.text + made.html


def test_a_picture_is_shown_only_where_there_is_one() -> None:
    with_it = letter("update", FRAME, picture=True, head="Bé An", lines=LINES)
    without = letter("update", FRAME, head="Bé An", lines=LINES)
    assert 'src="cid:picture"' in with_it.html
    assert "<img" not in without.html
