"""`contactbook sms-preview`: what a text becomes and costs, before anybody sends it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import smsutil

from tests.channels.vietnamese import texts

TEXT = "Trường MN Hoa Mai: bé An (Lá 1) hôm nay đi học, ăn hết suất."
PLAIN = "Truong MN Hoa Mai: be An (La 1) hom nay di hoc, an het suat."
PRICES = '[{"from": "2020-01-01", "carrier": "viettel", "segment_vnd": 700}]'


def preview(
    said: bytes, *words: str, cwd: Path | None = None, **env: str
) -> subprocess.CompletedProcess[bytes]:
    settings = ("CONTACTBOOK_", "CHANNELS_")
    bare = {name: value for name, value in os.environ.items() if not name.startswith(settings)}
    return subprocess.run(
        [sys.executable, "-m", "contactbook.cli", "sms-preview", *words],
        env={**bare, "NO_COLOR": "1", "COLUMNS": "100", **env},
        input=said,
        cwd=cwd,
        capture_output=True,
        timeout=60,
        check=False,
    )


def told(said: bytes, *words: str, **env: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    done = preview(said, "--json", *words, **env)
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def test_a_line_is_told_as_it_would_leave() -> None:
    [line] = told(TEXT.encode())
    assert line == {"alphabet": "gsm", "segments": 1, "text": PLAIN, "price": 850, "refused": ""}


def test_accents_are_dearer() -> None:
    text = f"{TEXT} {TEXT}"
    [line] = told(text.encode(), "--accented")
    assert (line["alphabet"], line["segments"], line["text"]) == ("ucs2", 2, text)
    assert line["price"] == 1700
    [line] = told(text.encode(), CHANNELS_SMS_ACCENTED="true")
    assert line["segments"] == 2
    [line] = told(text.encode(), "--unaccented", CHANNELS_SMS_ACCENTED="true")
    assert line["segments"] == 1


@pytest.mark.parametrize(
    ("number", "price"),
    [("0961234567", 700), ("0162 123 4567", 700), ("+84901234567", 850), ("", 850)],
)
def test_the_price_is_the_carriers(number: str, price: int) -> None:
    [line] = told(b"an", "--to", number, CHANNELS_SMS_PRICES=PRICES)
    assert line["price"] == price


def test_every_line_has_its_answer_an_empty_one_too() -> None:
    lines = told(b"\xef\xbb\xbfmot\r\n\n  \nhai")
    assert [line["text"] for line in lines] == ["mot", "", "", "hai"]
    assert [line["segments"] for line in lines] == [1, 0, 0, 1]
    assert [line["price"] for line in lines] == [850, 0, 0, 850]
    assert told(b"") == []


def test_bytes_that_are_no_text_are_named_and_left_out() -> None:
    done = preview(b"be \xff\xfeAn\nbe Binh\n", "--json")
    assert done.returncode == 0
    lines = [json.loads(line)["text"] for line in done.stdout.splitlines()]
    assert lines == ["be An", "be Binh"]
    assert done.stderr.decode().startswith("contactbook: line 1 is not UTF-8")
    assert "Traceback" not in done.stderr.decode()


def test_what_would_be_refused_says_why() -> None:
    forms = json.dumps({"day": ["be {P1,20} nghi"]})
    long, other, good = told(b"a" * 500 + b"\nBa me oi\nbe An nghi\n", CHANNELS_SMS_TEMPLATES=forms)
    assert "4 segments" in long["refused"]
    assert "template" in other["refused"]
    assert good["refused"] == ""


def test_a_thousand_texts_are_as_a_second_library_counts_them() -> None:
    written = [text.replace("\n", " ").replace("\r", " ") for text in texts(1000, seed=7)]
    for accented in (True, False):
        lines = told("\n".join(written).encode(), *(["--accented"] if accented else []))
        assert len(lines) == len(written)
        for line in lines:
            other = smsutil.split(line["text"])
            assert line["segments"] == len(other.parts)
            assert (line["alphabet"] == "gsm") == (other.encoding == "gsm0338")


def test_without_json_it_is_a_table_for_people() -> None:
    done = preview(f"{TEXT}\n{'a' * 500}\n".encode())
    assert done.returncode == 0
    shown = done.stdout.decode()
    assert "850 đ" in shown
    assert "4.250 đ" in shown  # 5 segments in all
    assert "! 4 segments, at most 3 are allowed" in shown


@pytest.mark.parametrize("number", ["12345", "02838291111", "x"])
def test_a_number_that_is_none_is_refused(number: str) -> None:
    done = preview(b"an", "--to", number)
    assert done.returncode == 2
    assert "--to" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_bad_settings_are_a_sentence() -> None:
    done = preview(b"an", CHANNELS_SMS_PRICES='[{"from": "2020-01-01", "carrier": "x"}]')
    assert done.returncode == 2
    assert done.stderr.decode().startswith("contactbook: CHANNELS_SMS_PRICES")


def test_it_needs_no_database_and_no_directory(tmp_path: Path) -> None:
    done = preview(
        b"an", "--json", cwd=tmp_path, CONTACTBOOK_DATABASE_URL="postgresql://127.0.0.1:1/x"
    )
    assert done.returncode == 0
    assert list(tmp_path.iterdir()) == []
