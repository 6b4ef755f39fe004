"""What people read, looked up when it is shown: Vietnamese unless somebody asked otherwise."""

import gettext as _gettext
import unicodedata
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGE: ContextVar[str] = ContextVar("language", default="vi")


@cache
def catalogue(language: str) -> _gettext.NullTranslations:
    """All .po files of `language`, read as they are: no compiled file can be older than its text.

    `contactbook.po` holds the pages, `parents.po` what parents receive, `requests.po` what they ask
    for and are answered: a teacher can review it.
    """
    words = _gettext.NullTranslations()
    folder = files("contactbook") / "locale" / language / "LC_MESSAGES"
    for source in sorted(folder.iterdir(), key=lambda file: file.name) if folder.is_dir() else ():
        if source.name.endswith(".po"):
            more = compiled(source, language)
            more.add_fallback(words)
            words = more
    return words


def compiled(source: Traversable, language: str) -> _gettext.GNUTranslations:
    mo = BytesIO()
    with source.open("rb") as po:
        write_mo(mo, read_po(po, locale=language))
    mo.seek(0)
    return _gettext.GNUTranslations(mo)


def gettext(message: str) -> str:
    """`message` in the reader's language; in templates: {% trans %}…{% endtrans %}."""
    return catalogue(LANGUAGE.get()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    return catalogue(LANGUAGE.get()).ngettext(singular, plural, n)


def pgettext(context: str, message: str) -> str:
    """The same where one English word is several Vietnamese ones: the context tells which."""
    return catalogue(LANGUAGE.get()).pgettext(context, message)


def unaccented(text: str) -> str:
    """`text` in ASCII, cheap in an SMS and read by every Vietnamese; what has none is left out."""
    bare = unicodedata.normalize("NFKD", text.translate(PLAIN))
    words = ("".join(sign for sign in word if sign in READABLE) for word in bare.split())
    return " ".join(filter(None, words))


PLAIN = str.maketrans("đĐ–—‘’“”", "dD--''\"\"")
READABLE = frozenset(map(chr, range(0x20, 0x7F)))
