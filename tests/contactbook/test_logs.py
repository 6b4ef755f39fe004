"""What is logged: lines for machines, and nobody's number, however it is written."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from contactbook.machine import logs


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("0912345678 khong nhan duoc", "☎… khong nhan duoc"),
        ("to +84912345678.", "to ☎…."),
        ("GET /hooks/sms/esms/secret-word?x=1", "GET /hooks/sms/…"),
        ("POST /bot530:demo-token/sendMessage", "POST /bot…/sendMessage"),
        ("fault\n[SQL: INSERT]\n[parameters: {'name': 'Nguyễn Gia An'}]", "hidden]"),
        ("delivery 0192f0c0-0912-7345-8678-0912345678ab", "0192f0c0-0912-7345-8678-0912345678ab"),
        ("2026-11-24T09:12:34.567890Z", "2026-11-24T09:12:34.567890Z"),
        ("0912e0c0-0912-0345-8678-091234567800", "0912e0c0-0912-0345-8678-091234567800"),
        ("tel:0901234567", "tel:☎…"),
        ("Phone:0901234567;", "Phone:☎…;"),
        ("phone_0901234567", "phone_☎…"),
        ("to 0901-234-567", "to ☎…"),
        ("to (090)1234567", "to ☎…"),
        ("to +84 (0)90 123 4567", "to ☎…"),
        ("to 0084901234567", "to ☎…"),
        ("to 0121.519.4349", "to ☎…"),
        ("to 090\u2013123\u00a04567", "to ☎…"),
        ("call the school: 028 3000 0000", "call the school: 028 3000 0000"),
        ("2026-03-05 07:30:00+07:00", "2026-03-05 07:30:00+07:00"),
        ("10.0.3.5:35789 took 0.3512", "10.0.3.5:35789 took 0.3512"),
    ],
)
def test_a_log_tells_nobodys_number_and_no_secret(said: str, kept: str) -> None:
    assert logs.mask(said).endswith(kept)


@pytest.fixture
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.mark.usefixtures("logging_as_before")
def test_all_that_is_logged_is_json_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    structlog.get_logger().info("told", phone="0912345678")
    args = ("1.2.3.4:5", "GET", "/hooks/sms/esms/secret?phonenumber=0912345678", "1.1", 204)
    logging.getLogger("uvicorn.access").setLevel(logging.INFO)  # whoever ran a server before
    logging.getLogger("uvicorn.access").info('%s - "%s %s HTTP/%s" %d', *args)
    told, access = map(json.loads, capsys.readouterr().err.splitlines())
    assert told["phone"] == "☎…"
    assert access["event"] == '1.2.3.4:5 - "GET /hooks/sms/… HTTP/1.1" 204'


@pytest.mark.usefixtures("logging_as_before")
def test_what_is_inside_other_values_is_hidden_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    number = "0912345678"
    deep: object = number
    for _ in range(9):
        deep = [deep]
    values = {
        "listed": [number, {"phone": number, number: 1}], "pair": (1, number), "deep": deep,
        "raw": number.encode(), "why": ValueError(number), "some": {number}, "plain": 84912345678,
    }  # fmt: skip
    structlog.get_logger().info("told", fine=["a", 1, None, True], **values)
    logging.getLogger("elsewhere").warning("to %s", [number])
    said = capsys.readouterr().err
    assert "912345678" not in said
    assert json.loads(said.splitlines()[0])["fine"] == ["a", 1, None, True]
    assert json.loads(said.splitlines()[0])["listed"] == ["☎…", {"phone": "☎…", "☎…": 1}]
