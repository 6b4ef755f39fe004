"""A message as e-mail: its text and its HTML, from the folder that bears the message's name.

Both say the same. Every letter is signed, says that the school never asks for money by message,
names the number to call back, and how to end e-mail.
"""

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from contactbook.words import LANGUAGE
from contactbook.words import gettext as _


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every letter. Without a number, or without an address, it says less."""

    school: str
    phone: str
    signature: str  # "— Lá 1, Trường Mầm non Hoa Mai"
    unsubscribe_url: str = ""

    def sentences(self) -> list[str]:
        warning = _("The school never asks for money, codes or personal data in a message.")
        return [f"{warning} {self.call_back()}"]

    def call_back(self) -> str:
        if self.phone:
            return _("If you are in doubt, please call {phone}.").format(phone=self.phone)
        return _("If you are in doubt, please ask at the school.")


@dataclass(frozen=True, slots=True)
class Letter:
    text: str
    html: str


@cache
def template(path: str) -> Template:
    letters = Environment(
        loader=PackageLoader("contactbook", "emails"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return letters.get_template(path)


def letter(name: str, frame: Frame, *, picture: bool = False, **facts: object) -> Letter:
    """The letter of `emails/<name>/`, in the reader's language.

    With `picture`, the HTML shows what the message brings as its picture.
    """
    shown = {
        **facts,
        "frame": frame,
        "picture": picture,
        "language": LANGUAGE.get(),
        "stop": _("End e-mail"),
    }
    text, html = (template(f"{name}/body.{kind}").render(shown) for kind in ("txt", "html"))
    return Letter(text.strip(), html)
