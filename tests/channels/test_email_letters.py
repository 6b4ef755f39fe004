"""What a mail program sees of a letter: picture, unsubscribe headers, a signature that holds."""

import base64
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from channels.accounts import SmtpAccount
from channels.dkim import Signer
from channels.email.adapter import EmailAdapter
from contactbook.ports.channel import Channel, Outgoing, Picture
from tests.channels.adapter_contract import NOW, adapter_at, outgoing, settings

UNSUBSCRIBE = "https://hoamai.example/u/7Qm2xV9cTa4-b_D0"
JPEG = bytes(range(256)) * 40
PEM = rsa.generate_private_key(65_537, 2_048).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
SIGNING = {"smtp_dkim_key": PEM.decode(), "smtp_dkim_selector": "s1"}
TAGGED = {"smtp_bounce_domain": "bounce.example", "smtp_callback_secret": "a-word-of-16-signs"}
RECORD_NAME, RECORD = Signer(SecretStr(PEM.decode()), "s1", "hoasen.example").record()


def raw(message: Outgoing, **more: Any) -> bytes:  # noqa: ANN401 settings
    ours = adapter_at(Channel.EMAIL, "http://127.0.0.1:9", **more)
    assert isinstance(ours, EmailAdapter)
    return ours._letter(message)


def letter(message: Outgoing, **more: Any) -> EmailMessage:  # noqa: ANN401 settings
    read = message_from_bytes(raw(message, **more), policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


# --- The picture ---------------------------------------------------------------------------------


def test_the_picture_is_inside_and_the_html_shows_it() -> None:
    html = '<p>Bé An vẽ</p><img src="cid:picture" alt="">'
    mail = letter(outgoing(Channel.EMAIL, html=html, picture=Picture("x", "image/jpeg", JPEG)))
    assert mail.get_content_type() == "multipart/related"
    texts, picture = mail.iter_parts()
    assert texts.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in texts.iter_parts()] == ["text/plain", "text/html"]
    assert picture.get_content() == JPEG
    assert picture["Content-Disposition"].startswith("inline")
    name = picture["Content-ID"].strip("<>")
    body = mail.get_body(("html",))
    assert body is not None
    assert f'src="cid:{name}"' in body.get_content()


def test_what_is_no_picture_is_left_out() -> None:
    odd = Picture("x", "image/jpeg\nBcc: c@d.vn", JPEG)
    mail = letter(outgoing(Channel.EMAIL, picture=odd))
    assert mail.get_content_type() == "text/plain"
    assert mail["Bcc"] is None


# --- RFC 8058 ------------------------------------------------------------------------------------


def test_one_click_unsubscribe_has_both_headers_exactly() -> None:
    mail = letter(outgoing(Channel.EMAIL, unsubscribe_url=UNSUBSCRIBE))
    assert mail["List-Unsubscribe"] == f"<{UNSUBSCRIBE}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_with_a_bounce_domain_a_mail_program_may_also_write() -> None:
    mail = letter(outgoing(Channel.EMAIL, unsubscribe_url=UNSUBSCRIBE), **TAGGED)
    found = re.fullmatch(
        rf"<{re.escape(UNSUBSCRIBE)}>, <mailto:unsub\+[0-9a-f]{{32}}\.[0-9a-f]{{20}}"
        r"@bounce\.example\?subject=unsubscribe>",
        mail["List-Unsubscribe"],
    )
    assert found


@pytest.mark.parametrize("url", ["", "https://x.example/>\n", "mailto:x", "https://x.example/a b"])
def test_what_is_no_address_makes_no_header(url: str) -> None:
    mail = letter(outgoing(Channel.EMAIL, unsubscribe_url=url))
    assert mail["List-Unsubscribe"] is None
    assert mail["List-Unsubscribe-Post"] is None


# --- DKIM ----------------------------------------------------------------------------------------


def verified(mail: bytes, record: str = RECORD) -> list[str]:
    """RFC 6376 read a second time: the headers that are signed, or InvalidSignature."""
    head, _, body = mail.partition(b"\r\n\r\n")
    fields = [tuple(line.split(b":", 1)) for line in re.split(rb"\r\n(?![ \t])", head)]
    signature = next(value for name, value in fields if name.lower() == b"dkim-signature")
    parts = [part.strip().split(b"=", 1) for part in signature.split(b";")]
    tags = {name: re.sub(rb"\s", b"", value) for name, value in parts}
    assert (tags[b"v"], tags[b"a"], tags[b"c"]) == (b"1", b"rsa-sha256", b"relaxed/simple")
    assert tags[b"s"] + b"._domainkey." + tags[b"d"] == RECORD_NAME.encode()
    while body.endswith(b"\r\n"):
        body = body[:-2]
    digest = hashes.Hash(hashes.SHA256())
    digest.update(body + b"\r\n")
    if base64.b64encode(digest.finalize()) != tags[b"bh"]:
        raise InvalidSignature("body")

    def canonical(name: bytes, value: bytes) -> bytes:
        unfolded = value.replace(b"\r\n", b"")
        return name.lower() + b":" + re.sub(rb"[ \t]+", b" ", unfolded).strip(b" \t")

    wanted = [name.lower() for name in tags[b"h"].split(b":")]
    left = list(fields)
    lines = []
    for name in wanted:  # from the bottom up, each once
        at = max(i for i, (n, _) in enumerate(left) if n.lower() == name)
        lines.append(canonical(*left.pop(at)))
    bare = re.sub(rb"(;\s*b=)[^;]*$", rb"\1", signature)
    signed = b"\r\n".join([*lines, canonical(b"DKIM-Signature", bare)])
    key = serialization.load_der_public_key(base64.b64decode(record.rpartition("p=")[2]))
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(base64.b64decode(tags[b"b"]), signed, PKCS1v15(), hashes.SHA256())
    return [name.decode() for name in wanted]


WHOLE = outgoing(
    Channel.EMAIL, html="<p>Bé An</p>", unsubscribe_url=UNSUBSCRIBE, sender_name="Trường Hoa Sen"
)


def test_a_letter_is_signed_with_all_that_must_not_change() -> None:
    signed = verified(raw(WHOLE, **SIGNING))
    assert {"from", "to", "subject", "date", "message-id"} <= set(signed)
    assert {"list-unsubscribe", "list-unsubscribe-post"} <= set(signed)


@given(
    body=st.text(st.characters(codec=None), max_size=200),
    subject=st.text(st.characters(codec=None), max_size=100),
)
def test_whatever_is_written_the_signature_holds(body: str, subject: str) -> None:
    verified(raw(outgoing(Channel.EMAIL, body, subject=subject), **SIGNING))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"To: phuhuynh", b"To: khac"),
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
        (UNSUBSCRIBE.encode(), b"https://evil.example/u/x"),
        (b"PHA+", b"PHB+"),  # base64 of "<p>": in the body
    ],
)
def test_a_letter_changed_on_its_way_is_noticed(old: bytes, new: bytes) -> None:
    mail = raw(WHOLE, **SIGNING)
    assert old in mail
    with pytest.raises(InvalidSignature):
        verified(mail.replace(old, new))


@pytest.mark.skipif(find_spec("dkim") is None, reason="dkimpy has no wheel: installed by hand")
def test_dkimpy_agrees() -> None:
    dkim = import_module("dkim")
    record = {RECORD_NAME.encode() + b".": RECORD.encode()}
    mail = raw(WHOLE, **SIGNING)
    assert dkim.verify(mail, dnsfunc=lambda name, timeout=5: record[name])  # noqa: ARG005 its call
    changed = mail.replace(b"To: phuhuynh", b"To: khac")
    assert not dkim.verify(changed, dnsfunc=lambda name, timeout=5: record[name])  # noqa: ARG005


def test_a_key_may_be_written_on_one_line() -> None:
    one_line = PEM.decode().replace("\n", "\\n")
    verified(raw(WHOLE, **(SIGNING | {"smtp_dkim_key": one_line})))


SHORT = rsa.generate_private_key(65_537, 1_024).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
OTHER = ed25519.Ed25519PrivateKey.generate().private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)


@pytest.mark.parametrize(
    "wrong",
    [
        {"dkim_key": "no key"},
        {"dkim_key": SHORT.decode()},
        {"dkim_key": OTHER.decode()},
        {"dkim_key": None},
        {"dkim_selector": ""},
        {"dkim_selector": "s1.x; d=evil"},
        {"callback_secret": "short"},
    ],
)
def test_half_a_signature_or_a_weak_key_is_refused(wrong: dict[str, Any]) -> None:
    account = {
        "url": "smtp://relay.example",
        "sender": "a@b.example",
        "dkim_key": PEM.decode(),
        "dkim_selector": "s1",
    }
    SmtpAccount(**account)
    with pytest.raises(ValidationError) as refused:
        SmtpAccount(**(account | wrong))
    assert "PRIVATE KEY" not in str(refused.value)
    named = {f"smtp_{name}": value for name, value in wrong.items()}
    if "dkim_selector" not in wrong or not wrong["dkim_selector"]:
        with pytest.raises(ValidationError):
            settings(**(SIGNING | named))


def test_without_a_key_a_letter_is_not_signed() -> None:
    assert b"DKIM-Signature" not in raw(WHOLE)
    assert letter(WHOLE)["Date"].datetime == NOW
