"""The parents' phones: what is shown is what came, and nothing in it can act."""

import smtplib
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest

from tests.providers.conftest import Stage

USER = "2512523625412515"
NASTY = "<script>alert(1)</script>"


def zalo(stage: Stage, text: str) -> None:
    told = {"recipient": {"user_id": USER}, "message": {"text": text}}
    stage.http.post("/v3.0/oa/message/cs", json=told, headers={"access_token": "zalo-token"})


def named(stage: Stage, name: str = "Nguyễn Thị Đào", about: str = "Mẹ bé An · Lá 1") -> None:
    cards = [
        {"channel": "zalo", "address": USER, "name": name, "about": about},
        {"channel": "sms", "address": "+84901888484", "name": name, "about": about},
        {"channel": "telegram", "address": "55", "name": "Trần Văn Bình", "about": "Ba bé Châu"},
    ]
    stage.door("contacts", cards)


def page(stage: Stage, **query: str) -> str:
    answer = stage.http.get("/phones", params=query)
    assert answer.status_code == 200
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    return answer.text


def test_an_empty_page_says_what_will_come(stage: Stage) -> None:
    assert "Tin của trường sẽ hiện ở đây" in page(stage)
    assert stage.http.get("/").text == page(stage)


def test_one_row_for_a_person_with_several_addresses(stage: Stage) -> None:
    named(stage)
    assert page(stage).count("<b>Nguyễn Thị Đào</b>") == 1


@pytest.mark.parametrize("words", ["dao", "nguyen dao", "ĐÀO", "be an", "0901888", "la 1"])
def test_people_are_found_without_accents(stage: Stage, words: str) -> None:
    named(stage)
    found = page(stage, q=words)
    assert "Nguyễn Thị Đào" in found
    assert "Trần Văn Bình" not in found


def test_people_are_filtered_by_channel(stage: Stage) -> None:
    named(stage)
    found = page(stage, channel="telegram")
    assert "Trần Văn Bình" in found
    assert "Nguyễn Thị Đào" not in found


def test_a_message_is_shown_with_its_time_its_ticks_and_its_link(stage: Stage) -> None:
    named(stage)
    zalo(stage, "Bé An đã đến lớp. Xem hoamai.example/p/7Qm2xV9cTa4")
    stage.ears.heard(3)
    shown = page(stage, to=f"zalo:{USER}")
    assert "Bé An đã đến lớp." in shown
    assert '<a href="https://hoamai.example/p/7Qm2xV9cTa4"' in shown
    assert "Đã xem" in shown


def test_names_and_words_cannot_become_markup(stage: Stage) -> None:
    named(stage, name=NASTY, about=f'"{NASTY}')
    zalo(stage, f'{NASTY} https://x.example/"onmouseover="alert(1)')
    form = {"chat_id": "55", "text": '<b>x</b> <a href="https://x.example/&quot;&gt;&lt;b">y</a>'}
    stage.http.post("/bot123456:AAtoken/sendMessage", data={**form, "parse_mode": "HTML"})
    for to in (f"zalo:{USER}", "telegram:55"):
        shown = page(stage, to=to, q=NASTY[:0])
        assert NASTY not in shown
        assert 'onmouseover="alert' not in shown
    assert NASTY not in page(stage, q=NASTY)
    assert "<b>x</b>" in page(stage, to="telegram:55")


def test_fresh_parts_come_only_when_something_changed(stage: Stage) -> None:
    named(stage)
    zalo(stage, "một")
    stage.ears.heard(3)
    asked = {"to": f"zalo:{USER}", "seen": "-1"}
    first = stage.http.get("/phones/live", params=asked).json()
    again = {**asked, "seen": str(first["version"])}
    assert "một" in first["chats"]
    assert stage.http.get("/phones/live", params=again).status_code == 204
    zalo(stage, "hai")
    assert "hai" in stage.http.get("/phones/live", params=again).json()["chats"]


def test_a_mail_is_framed_where_it_can_do_nothing(stage: Stage) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@b.example", "me@example.vn", f"Bé An {NASTY}"
    mail.set_content("Bé An")
    mail.add_alternative(f"<p>Bé An</p>{NASTY}", subtype="html")
    address = urlsplit(stage.simulator.smtp_url)
    with smtplib.SMTP(address.hostname or "", address.port or 0) as smtp:
        smtp.send_message(mail)
    shown = page(stage, to="email:me@example.vn")
    assert NASTY not in shown
    assert 'sandbox="allow-same-origin' in shown
    assert "allow-scripts" not in shown
    number = stage.arrived()[0]["provider_id"]
    frame = stage.http.get(f"/phones/mail/{number}")
    assert "<p>Bé An</p>" in frame.text
    assert frame.headers["content-security-policy"].startswith("sandbox ")
    assert "default-src 'none'" in frame.headers["content-security-policy"]


def test_the_parent_answers_with_a_plain_form(stage: Stage) -> None:
    zalo(stage, "Bé An đã đến lớp.")
    form = {"channel": "zalo", "address": USER, "text": "Cảm ơn cô"}
    answer = stage.http.post("/phones/say", data=form)
    assert answer.status_code == 303
    shown = stage.http.get(answer.headers["location"]).text
    assert "Cảm ơn cô" in shown
    assert [m["text"] for m in stage.arrived()] == ["Bé An đã đến lớp."]


def test_another_site_cannot_answer_for_the_parent(stage: Stage) -> None:
    form = {"channel": "zalo", "address": USER, "text": "x"}
    foreign = stage.http.post("/phones/say", data=form, headers={"origin": "https://evil.example"})
    assert foreign.status_code == 403
    own = stage.http.post("/phones/say", data=form, headers={"origin": stage.simulator.http_url})
    assert own.status_code == 303


@pytest.mark.parametrize("path", ["/nothing", "/phones/mail/9", "/phones/../server.py"])
def test_what_is_not_there_is_404(stage: Stage, path: str) -> None:
    assert stage.http.get(path).status_code == 404


@pytest.mark.parametrize("file", ["phone.css", "phone.js", "icons.svg", "favicon.svg"])
def test_the_page_brings_its_own_files(stage: Stage, file: str) -> None:
    assert stage.http.get(f"/phones/{file}").status_code == 200
