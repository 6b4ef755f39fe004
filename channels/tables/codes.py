"""Every code of every provider, read out of the tables that the adapters decide by."""

from collections.abc import Iterator
from itertools import chain

from channels import fpt, http, speedsms
from channels.email import answers as email
from channels.esms import codes as esms
from channels.esms import report as esms_report
from channels.smpp import codes as smpp
from channels.smpp import receipts as smpp_receipts
from channels.tables.lines import Line, at, failing, later, taken
from channels.telegram import answers as telegram
from channels.zalo import codes as zalo
from channels.zalo import oauth
from contactbook.ports.channel import GiveUp, Gone, Heard, Moved, OptedOut, OutcomeUnknown, TryAgain

NOWHERE = "stands in no table"
REFUSED = "test_contract::test_a_refused_connection_may_be_tried_again"
NOBODY = "test_contract::test_a_connection_nobody_takes_may_be_tried_again"
NO_ROOM = "test_http::test_whoever_finds_no_free_connection_was_never_sent"
LOST = "test_contract::test_what_left_and_was_not_answered_is_unknown"
ON_THE_WIRE = {  # by the words of the tables
    "429": "test_contract::test_a_throttled_message_waits_as_long_as_asked",
    "503": "test_contract::test_a_closed_counter_may_be_tried_again",
    "connection refused": REFUSED,
    "no connection in time": NOBODY,
    "no connection free": NO_ROOM,
    "no connection free in our pool": NO_ROOM,
}


def of_zalo(host: zalo.Host, provider: str, test: str) -> Iterator[Line]:
    taking = "test_contract::test_a_message_is_taken_and_its_connection_kept"
    yield taken(provider, "0", "Success", taking)
    rows = {str(code): row for (where, code), row in zalo.TABLE.items() if where is host}
    for code, row in {**rows, "any other": zalo.meaning(host, None)}.items():
        kind = f"{row.sort.name} · {zalo.kind_of(row.sort).__name__}"
        asked = "-999" if code == "any other" else code
        yield Line(provider, code, row.text, kind, row.sort.value, at(test), asked)


def of_consent() -> Iterator[Line]:
    for code, text in zalo.CONSENT.items():
        done = "Zalo shows it to whoever connects the account; nothing is connected"
        test = "tests/providers/test_zalo_oauth.py::test_a_wrong_consent_is_named"
        yield Line("Zalo consent", str(code), text, "not told to us", done, test, str(code))
    tests = (
        "test_an_error_body_never_overwrites_tokens",
        "test_a_lost_answer_needs_a_persons_consent_and_is_not_asked_for_again",
        "test_a_closed_counter_spends_nothing_and_the_old_token_serves_while_it_lives",
    )
    for (words, verdict, meaning), one in zip(oauth.RENEWALS, tests, strict=True):
        place = f"test_zalo_renewal_fails::{one}"
        yield failing("Zalo tokens", words, meaning, verdict, place)


def of_telegram() -> Iterator[Line]:
    test = "test_telegram_answers::test_a_refusal_is_sorted"
    for row in telegram.ROWS:
        code = f"{row.status} {row.words}"
        moved = "test_telegram_answers::test_a_chat_with_a_new_id_is_told_with_it"
        place, asked = (moved, "") if row.verdict is Moved else (test, code)
        yield failing("Telegram", code, row.meaning, row.verdict, place, asked)
    yield failing("Telegram", "any other status", NOWHERE, OutcomeUnknown, test, "420")
    for words, verdict, meaning in telegram.ON_THE_WIRE:
        yield failing("Telegram", words, meaning, verdict, ON_THE_WIRE.get(words, LOST))


def of_email() -> Iterator[Line]:
    test = "test_tables::test_smtp"
    steps = {
        "greeting": "greeting",
        "log-in": "auth",
        "MAIL": "mail",
        "RCPT": "rcpt",
        "DATA": "dot",
    }
    for row in email.ROWS:
        code = f"{row.step} {row.code or '5xx'}"
        asked = f"{steps[row.step]} {row.code or 599}"
        yield failing("SMTP", code, row.meaning, row.verdict, test, asked)
    hers = "RCPT 5xx " + ", ".join(f"{one}…" for one in email.ABOUT_THE_MAILBOX)
    given_up = "test_email::test_a_mailbox_that_does_not_exist_is_given_up"
    yield failing("SMTP", hers, "the mailbox itself is no more", Gone, given_up, "b'550 5.1.1")
    yield failing("SMTP", "DATA, neither 4xx nor 5xx", NOWHERE, OutcomeUnknown, test, "dot 299")
    tests = (
        test,
        REFUSED,
        "test_email::test_a_relay_without_starttls_is_not_given_a_letter",
        "test_email::test_a_kept_connection_found_dead_is_replaced_unnoticed",
        "test_email::test_a_letter_that_left_is_never_sent_a_second_time",
    )
    for (words, verdict, meaning), one in zip(email.ON_THE_WIRE, tests, strict=True):
        yield failing("SMTP", words, meaning, verdict, one)


def of_esms() -> Iterator[Line]:
    test = "test_tables::test_esms"
    first = "test_esms::test_the_request_is_the_one_of_the_documents"
    again = "test_esms::test_a_repeat_within_a_day_counts_as_taken"
    for (code, meaning), one in zip(esms.TAKEN.items(), (first, again), strict=True):
        yield taken("eSMS", code, meaning, one)
    for code, row in esms.ANSWERS.items():
        yield failing("eSMS", code, row.meaning, row.verdict, test, code)
    known = "test_tables::test_esms_knows_an_invalid_request_without_a_code"
    yield failing("eSMS", f"{esms.INVALID} (no code)", "our form is broken", GiveUp, known)
    told = "sent again with the same RequestId, by which eSMS knows a repeat for 24 hours"
    yield Line("eSMS", "any other", NOWHERE, OutcomeUnknown.__name__, told, at(test), "999999")


def of_speedsms() -> Iterator[Line]:
    test = "test_speedsms::test_every_row_of_its_table"
    sent = "test_speedsms::test_the_request_is_the_one_of_the_documents"
    yield taken("SpeedSMS", speedsms.DONE, "accepted", sent)
    for code, row in speedsms.ANSWERS.items():
        yield failing("SpeedSMS", code, row.meaning, row.verdict, test, code)
    invalid = "test_speedsms::test_a_number_it_calls_invalid_is_given_up"
    yield failing("SpeedSMS", "00, invalidPhone", "the number is not valid", Gone, invalid)
    yield failing("SpeedSMS", "any other", NOWHERE, OutcomeUnknown, test, "999")


def of_fpt() -> Iterator[Line]:
    test = "test_fpt::test_every_row_of_its_table"
    sent = "test_fpt::test_the_requests_are_those_of_the_documents"
    yield taken("FPT", "0, or none, with a MessageId", "accepted", sent)
    for code, meaning in fpt.TAKEN.items():
        yield taken("FPT", code, meaning, test, code)
    for code, row in fpt.ANSWERS.items():
        yield failing("FPT", code, row.meaning, row.verdict, test, code)
    yield failing("FPT", "any other", NOWHERE, OutcomeUnknown, test, "9999")
    early = "test_fpt::test_without_a_token_no_message_has_left"
    yield failing("FPT", "no token", "whatever the reason: the message never left", TryAgain, early)


def of_smpp() -> Iterator[Line]:
    test = "smpp/test_adapter::test_every_refusal_is_told_in_its_class"
    sent = "smpp/test_adapter::test_a_message_arrives_and_its_receipt_names_it"
    yield taken("SMPP", f"0x{smpp.TAKEN:02X} ESME_ROK", "accepted", sent)
    for status, row in smpp.STATUSES.items():
        code = f"0x{status:02X}"
        yield failing("SMPP", f"{code} {row.name}", row.meaning, row.verdict, test, code)
    yield failing("SMPP", "any other", NOWHERE, OutcomeUnknown, test, "0xFE")
    tests = (
        "test_where_nobody_listens_a_message_may_be_tried_again",
        "test_a_message_without_an_answer_is_unknown_and_not_sent_again",
        "test_a_refused_bind_is_the_accounts_trouble",
        "test_a_long_message_of_which_one_part_is_unknown_is_unknown",
    )
    for (words, verdict, meaning), one in zip(smpp.ON_THE_WIRE, tests, strict=True):
        yield failing("SMPP", words, meaning, verdict, f"smpp/test_adapter::{one}")


def of_http() -> Iterator[Line]:
    page = "test_http::test_a_web_page_is_judged_by_its_status"
    for status, row in http.SPEECHLESS.items():
        code = f"{status} without JSON"
        yield failing("HTTP", code, row.meaning, row.verdict, page, str(status))
    for words, row in http.ON_THE_WIRE.items():
        yield failing("HTTP", words, row.meaning, row.verdict, ON_THE_WIRE.get(words, LOST))


def told_by_sms() -> Iterator[Line]:
    for one in esms_report.REPORTS:
        code = f"SendStatus {one.status}" + (f", {one.count} > 0" if one.count else "")
        test = "test_esms::test_only_the_final_word_counts"
        asked = {"SendFailed": "{'SendSuccess': '0'…", "SendSuccess": "{'SendSuccess': '2'…"}
        change = asked.get(one.count, f"{{'SendStatus': '{one.status}'…")
        yield later("eSMS", code, one.meaning, one.heard, None, test, change)
    for report in speedsms.REPORTS:
        code = "status " + "–".join(dict.fromkeys((str(report.least), str(report.most))))
        test = "test_speedsms::test_a_report_becomes_a_receipt"
        least = str(report.least)
        yield later("SpeedSMS", code, report.meaning, report.heard, report.means, test, least)
    for number, state in smpp_receipts.NUMBERED.items():
        failed = Heard.FAILED if state in smpp_receipts.FAILED else None
        heard = Heard.DELIVERED if state is smpp_receipts.State.DELIVERED else failed
        test = "smpp/test_adapter::test_receipts_of_every_kind_name_their_message"
        if heard is Heard.FAILED:
            test = "smpp/test_ledger::test_a_message_has_failed_when_one_part_has_and_stays_so"
        elif heard is None:
            test = "smpp/test_ledger::test_what_is_under_way_is_no_last_word"
        asked_for = "" if heard is Heard.DELIVERED else str(state)
        meaning = smpp_receipts.MEANINGS[state]
        yield later("SMPP", f"{state} ({number})", meaning, heard, None, test, asked_for)


def told_by_mail() -> Iterator[Line]:
    test = "test_email_reports::test_a_bounce_says_what_it_means_for_the_address"
    for row in email.BOUNCES:
        code = f"report: failed, {row.status}…"
        asked = f"{row.status}…"
        yield later("E-mail", code, row.meaning, Heard.FAILED, row.means, test, asked)
    means = (
        (Heard.DELIVERED, None, "test_a_report_of_arrival_is_one"),
        (None, None, "test_a_report_that_settles_nothing_says_nothing"),
        (Heard.DELIVERED, OptedOut, "test_a_complaint_is_her_refusal"),
        (Heard.DELIVERED, OptedOut, "test_whoever_writes_to_the_unsubscribe_address_wants_no_more"),
        (None, None, "test_a_holiday_notice_says_nothing"),
    )
    for (words, meaning), (heard, kind, one) in zip(email.BY_MAIL, means, strict=True):
        yield later("E-mail", words, meaning, heard, kind, f"test_email_reports::{one}")


SECTIONS: dict[str, list[Line]] = {
    "Zalo: messages, and templates to a user id (openapi.zalo.me)": [
        *of_zalo(zalo.Host.OA, "Zalo OA", "test_zalo_tables::test_an_official_accounts_message")
    ],
    "Zalo: templates to a phone number (business.openapi.zalo.me)": [
        *of_zalo(zalo.Host.ZBS, "Zalo ZBS", "test_zalo_tables::test_a_template"),
        *of_consent(),
    ],
    "Telegram": [*of_telegram()],
    "E-mail: the relay's answer": [*of_email()],
    "SMS: eSMS": [*of_esms()],
    "SMS: SpeedSMS": [*of_speedsms()],
    "SMS: FPT": [*of_fpt()],
    "SMS: a carrier's SMPP": [*of_smpp()],
    "Whoever speaks HTTP: answers without a code": [*of_http()],
    "What is told later: receipts and bounces": list(chain(told_by_sms(), told_by_mail())),
}
