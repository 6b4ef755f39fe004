"""A teacher's browser, as far as the check needs one: forms are filled in as they stand."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpx

VOID = {"checkbox", "radio"}


class Unexpected(Exception):
    """A page is not what a teacher would need; the sentence says which and why."""


@dataclass
class Form:
    """A form of a page: where it goes, and what it would send if nobody touched it."""

    action: str
    method: str
    name: str
    fields: list[tuple[str, str]] = field(default_factory=list)

    def has(self, name: str) -> bool:
        return any(known == name for known, _ in self.fields)

    def filled(self, **typed: str) -> dict[str, list[str]]:
        sent: dict[str, list[str]] = {}
        for name, value in self.fields:
            if name not in typed:
                sent.setdefault(name, []).append(value)
        return sent | {name: [value] for name, value in typed.items()}


class Forms(HTMLParser):
    """Collects the forms of a page; a field may stand elsewhere and name its form."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._elsewhere: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(told.get("action", ""), told.get("method", "get"), told.get("id", ""))
            self.forms.append(self._open)
        elif tag == "input" and told.get("name") and "disabled" not in told:
            kind = told.get("type", "text")
            if kind in VOID and "checked" not in told:
                return
            value = told.get("value", "on" if kind in VOID else "")
            if "form" in told:
                self._elsewhere.append((told["form"], told["name"], value))
            elif self._open is not None:
                self._open.fields.append((told["name"], value))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None

    def found(self) -> list[Form]:
        for owner, name, value in self._elsewhere:
            for form in self.forms:
                if form.name == owner:
                    form.fields.append((name, value))
        return self.forms


def forms(page: str) -> list[Form]:
    parser = Forms()
    parser.feed(page)
    return parser.found()


class Browser:
    """One person's cookies and pages."""

    def __init__(self, base: str) -> None:
        self.client = httpx.Client(base_url=base, follow_redirects=True, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.close()

    def page(self, path: str) -> str:
        return self._read(self.client.get(path))

    def form(self, path: str, action: str) -> Form:
        """The form on page `path` that goes to `action`."""
        for form in forms(self.page(path)):
            if form.action == action:
                return form
        raise Unexpected(f"{path} has no form that goes to {action}")

    def send(self, form: Form, **typed: str) -> str:
        """Send a form as it stands, but for what was typed; the page it leads to."""
        return self._read(self.client.post(form.action, data=form.filled(**typed)))

    def _read(self, answer: httpx.Response) -> str:
        if answer.status_code != HTTPStatus.OK:
            where = answer.request.url.path
            raise Unexpected(f"{answer.request.method} {where} answered {answer.status_code}")
        return answer.text
