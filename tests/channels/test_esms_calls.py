"""What eSMS is asked, and what its answers mean; the simulator gives them by the documents."""

from collections.abc import Coroutine
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from channels.accounts import EsmsAccount, Surroundings
from channels.adapters import build
from channels.esms.adapter import EsmsAdapter
from contactbook.ports.account import AccountState, Answers
from contactbook.ports.channel import (
    AccountUnusable,
    Channel,
    Heard,
    OutcomeUnknown,
    Receipt,
    SendFailed,
)
from tests.channels.adapter_contract import NOW, run, settings
from tests.channels.wire import Provider, Request, http_provider, reply

STATUS = {
    "CodeResponse": "100",
    "SMSID": "d533",
    "SendFailed": 0,
    "SendStatus": 5,
    "SendSuccess": 1,
    "TotalPrice": 850.0000,
    "TotalReceiver": 1,
    "TotalSent": 1,
}
RECEIVER = {"IsSent": True, "NetworkName": "Vina", "Phone": "0901888484", "SentResult": True}


def asked(says: dict[str, object], question: Any) -> tuple[Any, Provider]:  # noqa: ANN401
    """One question to an eSMS that answers each call as told."""

    def answer(request: Request) -> bytes:
        call = urlsplit(request.line.split()[1]).path.strip("/").split("/")[0]
        return reply(200, says[call])

    async def story() -> tuple[Any, Provider]:
        async with http_provider(answer) as there:
            account = EsmsAccount(api_key="k/1", secret_key="s", brandname="MAMNON")
            around = Surroundings(lambda: NOW)
            ours = build("esms", account, settings(esms_url=there.url), around)
            assert isinstance(ours, EsmsAdapter)
            assert isinstance(ours, Answers)
            try:
                return await question(ours), there
            except SendFailed as failed:
                return failed, there
            finally:
                await ours.close()

    result: tuple[Any, Provider] = run(story())
    return result


def become(says: dict[str, object]) -> Receipt | SendFailed | None:
    def ask(ours: EsmsAdapter) -> Coroutine[Any, Any, Receipt | None]:
        return ours.ask("d533")

    came, there = asked(says, ask)
    method, path, _ = there.seen[0].line.split()
    assert (method, urlsplit(path).path) == ("GET", "/GetSendStatus")
    assert dict(parse_qsl(urlsplit(path).query)) == {
        "RefId": "d533",
        "ApiKey": "k/1",
        "SecretKey": "s",
    }
    result: Receipt | SendFailed | None = came
    return result


def test_what_arrived_is_known_with_its_price_and_carrier() -> None:
    per_number = {"CodeResult": "100", "ReceiverList": [RECEIVER]}
    assert become({"GetSendStatus": STATUS, "GetSmsReceiverStatus_get": per_number}) == Receipt(
        Channel.SMS, Heard.DELIVERED, provider_id="d533", cost_vnd=850, carrier="vinaphone"
    )


def test_the_carrier_is_not_worth_losing_the_word_for() -> None:
    failed = STATUS | {"SendFailed": 1, "SendSuccess": 0, "TotalPrice": 0}
    says: list[object] = [{"CodeResult": "105"}, [], {"CodeResult": "100", "ReceiverList": "?"}]
    for per_number in says:
        came = become({"GetSendStatus": failed, "GetSmsReceiverStatus_get": per_number})
        assert isinstance(came, Receipt)
        assert (came.heard, came.cost_vnd, came.carrier) == (Heard.FAILED, 0, "")


@pytest.mark.parametrize("status", [1, 2, 7])
def test_what_is_under_way_has_no_receipt_yet(status: int) -> None:
    assert become({"GetSendStatus": STATUS | {"SendStatus": status}}) is None


def test_what_is_not_found_yet_is_no_failure() -> None:
    assert become({"GetSendStatus": {"CodeResponse": "105", "SMSID": "d533"}}) is None


@pytest.mark.parametrize("key", ["CodeResponse", "CodeResult"])
def test_a_refusal_is_understood_under_either_name(key: str) -> None:
    assert type(become({"GetSendStatus": {key: "101", "SMSID": "d533"}})) is AccountUnusable
    assert type(become({"GetSendStatus": {key: "77"}})) is OutcomeUnknown
    assert type(become({"GetSendStatus": {}})) is OutcomeUnknown


ACCOUNT: dict[str, object] = {
    "GetBalance_json": {"Balance": 36693, "CodeResponse": "100", "UserID": 9999},
    "GetListBrandname": {
        "CodeResponse": "100",
        "ListBrandName": [{"Brandname": "MAMNON", "Type": 2}, {"Brandname": "ADS", "Type": 1}],
    },
    "GetTemplate": {
        "CodeResult": "100",
        "ErrorMessage": "success",
        "BrandnameTemplates": [
            {"NetworkID": network, "TempContent": "{P1,20} la ma", "TempId": 458 + network}
            for network in (1, 2)
        ],
    },
}


def state(**change: object) -> Any:  # noqa: ANN401
    came, _ = asked(ACCOUNT | change, lambda ours: ours.account_state())
    return came


def test_the_state_of_an_account() -> None:
    assert state() == AccountState(36693, ("MAMNON",), ("{P1,20} la ma",))


def test_what_cannot_be_learned_is_left_empty() -> None:
    refused = {"CodeResult": "101"}
    assert state(GetListBrandname=refused, GetTemplate=refused) == AccountState(36693)


def test_wrong_keys_are_said_by_the_balance() -> None:
    refused = {"Balance": 0, "CodeResponse": "101", "ErrorMessage": "Authorize Failed"}
    assert type(state(GetBalance_json=refused)) is AccountUnusable


def test_keys_that_stand_in_an_address_are_written_safely() -> None:
    _, there = asked(ACCOUNT, lambda ours: ours.account_state())
    assert there.seen[1].line.split()[1] == "/GetListBrandname/k%2F1/s"


def test_esmss_own_price_is_of_the_text_as_it_would_be_sent() -> None:
    said = {"CodeResult": "100", "ErrorMessage": "success", "TotalPrice": 850, "TotalReceiver": 1}
    came, there = asked(
        {"SummaryMultipleMessage_V4_get": said}, lambda ours: ours.price("+84901888484", "Bé đi")
    )
    assert came == 850
    query = dict(parse_qsl(urlsplit(there.seen[0].line.split()[1]).query))
    assert query == {
        "ApiKey": "k/1",
        "SecretKey": "s",
        "Phone": "0901888484",
        "Content": "Be di",
        "SmsType": "2",
        "BrandName": "MAMNON",
    }
