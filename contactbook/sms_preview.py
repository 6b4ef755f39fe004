"""`contactbook sms-preview`: how texts would leave by SMS, and what they would cost."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from contactbook.people.phone import NotAMobile, mobile

if TYPE_CHECKING:
    from channels.settings import ChannelSettings
    from channels.sms import Sms

REFUSED = 2  # exit code: nothing was begun
BOM = "\ufeff"  # what some editors put before the first line


def sms_preview(
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object for each line.")
    ] = False,
    accented: Annotated[
        bool | None,
        typer.Option("--accented/--unaccented", help="Else as CHANNELS_SMS_ACCENTED says."),
    ] = None,
    to: Annotated[
        str, typer.Option(metavar="NUMBER", help="Whose carrier's price; else the general one.")
    ] = "",
) -> None:
    """How texts (standard input, one a line) would leave by SMS, and their price; sends nothing."""
    from channels.accounts import SmsAccount
    from channels.sms import Sms
    from contactbook.clock import now

    number = _number(to)
    account = SmsAccount(brandname="PREVIEW", accented=accented)
    lines = previewed(sys.stdin.buffer, Sms(account, _settings(), now), number)
    if as_json:
        for line in lines:
            typer.echo(json.dumps(line.told, ensure_ascii=False))
    else:
        show(lines)


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    alphabet: str
    segments: int
    price: int  # VND
    refused: str  # why it would not leave at all

    @property
    def told(self) -> dict[str, str | int]:
        return {
            "alphabet": self.alphabet,
            "segments": self.segments,
            "text": self.text,
            "price": self.price,
            "refused": self.refused,
        }


def previewed(written: Iterable[bytes], sms: "Sms", to: str) -> Iterator[Line]:
    """One for each line that was written, an empty one too: line by line they can be compared."""
    for place, raw in enumerate(written, 1):
        try:
            text = raw.decode()
        except UnicodeDecodeError as why:
            typer.echo(f"contactbook: line {place} is not UTF-8 ({why.reason}).", err=True)
            text = raw.decode(errors="ignore")
        text = text.removeprefix(BOM).rstrip("\r\n")
        quote = sms.quote(text, to)
        yield Line(quote.text, quote.alphabet, quote.segments, quote.cost_vnd, sms.refused(quote))


def show(lines: Iterable[Line]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("Text", "Alphabet", highlight=False)
    table.add_column("Segments", justify="right")
    table.add_column("Price", justify="right")
    segments = price = 0
    for line in lines:
        shown = Text(line.text)
        if line.refused:
            shown.append(f"\n! {line.refused}", "red")
        table.add_row(shown, line.alphabet.upper(), str(line.segments), money(line.price))
        segments, price = segments + line.segments, price + line.price
    table.add_section()
    table.add_row("", "", str(segments), money(price))
    Console().print(table)


def money(vnd: int) -> str:
    """850 as 850 đ, 1700 as 1.700 đ."""
    return f"{vnd:,} đ".replace(",", ".")


def _number(written: str) -> str:
    try:
        return mobile(written) if written else ""
    except NotAMobile as why:
        raise typer.BadParameter(str(why), param_hint="--to") from None


def _settings() -> "ChannelSettings":
    from contactbook.machine.errors import Refused
    from contactbook.machine.processes import channel_settings

    try:
        return channel_settings()
    except Refused as why:
        typer.echo(f"contactbook: {why}", err=True)
        raise typer.Exit(REFUSED) from None
