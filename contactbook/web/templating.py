"""Jinja2 as our pages use it: each package's templates under its own name, words by gettext."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined

from contactbook.words import LANGUAGE, gettext, ngettext

STATIC = files("contactbook.web") / "static"


def environment(pages: Mapping[str, str]) -> Environment:
    """`pages` maps a template prefix to the package that owns the folder: {"teacher": "…"}."""
    folders = PrefixLoader({name: PackageLoader(owner) for name, owner in pages.items()})
    made = Environment(
        loader=folders,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals["static"] = static
    return made


def static(name: str) -> str:
    """The address of a static file; it changes with the files, so browsers may keep it for ever."""
    return f"/static/{version()}/{name}"


@cache
def version() -> str:
    seen = sha256()
    for file in sorted(STATIC.iterdir(), key=lambda one: one.name):
        seen.update(file.name.encode() + file.read_bytes())
    return seen.hexdigest()[:12]


def language() -> str:
    return LANGUAGE.get()
