"""Registered templates: which one carries a kind of message, and what may stand in its gaps.

An account may say all of a template itself; what it leaves out is asked of Zalo and believed for a
while. Source: reference/zalo.md section 10.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from channels.http import named
from channels.zalo.api import Api, Said
from channels.zalo.codes import Host
from channels.zalo.windows import tag_of
from channels.zbs_templates import ZbsParameter, ZbsTemplate
from contactbook.ports.channel import GiveUp, TryAgain

ENABLED = "1"  # of the statuses of /template/all; the others cannot be sent
PAGE, MOST = 100, 1_000  # templates asked for at once, and in all


@dataclass(frozen=True, slots=True)
class Form:
    """A registered template as it is filled, priced and timed; prices in VND before tax."""

    template_id: str
    tag: str  # "1", "2" or "3"
    parameters: tuple[ZbsParameter, ...]
    price_vnd: int
    price_uid_vnd: int


class Templates:
    """Those of one account, by kind of message."""

    def __init__(self, api: Api, given: Sequence[ZbsTemplate], life: timedelta) -> None:
        self._api, self._life = api, life
        self._given = {template.kind: template for template in given}
        self._forms: dict[str, tuple[Form, datetime]] = {}
        self._listed: tuple[dict[str, str], datetime] | None = None

    @property
    def dearest_vnd(self) -> int:
        """The highest price of a message that is known so far."""
        known = [form.price_vnd for form, _ in self._forms.values()]
        return max(known + [given.price_vnd or 0 for given in self._given.values()], default=0)

    async def form(self, kind: str) -> Form:
        """The form of a kind. Raises GiveUp where none is registered, TryAgain while Zalo hides."""
        form, until = self._forms.get(kind, (None, self._api.now()))
        if form and self._api.now() < until:
            return form
        try:
            fresh = await self._look(kind)
        except TryAgain:  # what held an hour ago will mostly hold now
            if form is None:
                raise
            fresh = form
        self._forms[kind] = fresh, self._api.now() + self._life
        return fresh

    def forget(self, kind: str) -> None:
        """Zalo refused it: what we know of it may be old."""
        self._forms.pop(kind, None)
        self._listed = None

    async def _look(self, kind: str) -> Form:
        given = self._given.get(kind)
        if given and given.tag and given.price_vnd is not None and given.parameters:
            price_uid = given.price_vnd if given.price_uid_vnd is None else given.price_uid_vnd
            tag = tag_of(given.tag)
            return Form(given.template_id, tag, given.parameters, given.price_vnd, price_uid)
        template_id = given.template_id if given else (await self._names()).get(_folded(kind), "")
        if not template_id:
            raise GiveUp(f"Zalo: no template is registered for {kind!r}")
        query = {"template_id": template_id}
        said = self._good(await self._api.get(Host.ZBS, "/template/info/v2", query))
        return _form(template_id, said.data, given)

    async def _names(self) -> dict[str, str]:
        """Ids of the templates that may be sent, by their names."""
        if self._listed and self._api.now() < self._listed[1]:
            return self._listed[0]
        found: dict[str, str] = {}
        for offset in range(0, MOST, PAGE):
            query = {"offset": str(offset), "limit": str(PAGE), "status": ENABLED}
            said = self._good(await self._api.get(Host.ZBS, "/template/all", query))
            listed = _objects(said.body.get("data"))
            for one in listed:
                name = one.get("templateName")
                if isinstance(name, str) and (template_id := named(one.get("templateId"))):
                    found.setdefault(_folded(name), template_id)
            if len(listed) < PAGE:
                break
        self._listed = found, self._api.now() + self._life
        return found

    def _good(self, said: Said) -> Said:
        if said.code != 0:
            raise self._api.failure(said, left=False)
        return said


def filled(form: Form, values: Mapping[str, str]) -> dict[str, str]:
    """The gaps of `form` with what belongs into them, NFC. Raises GiveUp that names the gap."""
    return {
        gap.name: text
        for gap in form.parameters
        if (text := _fitting(gap, values.get(gap.name))) is not None
    }


def _fitting(gap: ZbsParameter, value: str | None) -> str | None:
    """What goes into one gap: never cut, for a name cut in half is another name."""
    text = unicodedata.normalize("NFC", value or "").strip()
    if not text:
        if value is None and not gap.required:
            return None
        if gap.may_be_empty or not gap.required:
            return ""
        raise GiveUp(f"Zalo: nothing for the template's parameter {gap.name!r}")
    if gap.longest is not None and len(text) > gap.longest:
        raise GiveUp(f"Zalo: parameter {gap.name!r} is {len(text)} of {gap.longest} characters")
    if len(text) < gap.shortest:
        raise GiveUp(f"Zalo: parameter {gap.name!r} is {len(text)}, at least {gap.shortest}")
    if gap.type.upper() == "NUMBER" and not (text.isascii() and text.isdigit()):
        raise GiveUp(f"Zalo: parameter {gap.name!r} holds digits only")
    return text


def _form(template_id: str, told: Mapping[str, Any], given: ZbsTemplate | None) -> Form:
    """What Zalo says of a template; what the account says of it goes first."""
    own = given or ZbsTemplate(kind="", template_id=template_id)
    listed = tuple(_parameter(one) for one in _objects(told.get("listParams")))
    price = own.price_vnd if own.price_vnd is not None else _whole(told.get("price_sdt"))
    by_uid = own.price_uid_vnd if own.price_uid_vnd is not None else _whole(told.get("price_uid"))
    return Form(
        template_id,
        tag_of(own.tag or str(told.get("templateTag") or "")),
        own.parameters or tuple(gap for gap in listed if gap.name),
        price or 0,
        by_uid or price or 0,
    )


def _parameter(told: Mapping[str, Any]) -> ZbsParameter:
    name = told.get("name")
    return ZbsParameter(
        name=name if isinstance(name, str) else "",
        type=str(told.get("type") or "STRING"),
        shortest=_whole(told.get("minLength")) or 0,
        longest=_whole(told.get("maxLength")) or None,
        required=told.get("require") is not False,
        may_be_empty=told.get("acceptNull") is True,
    )


def _whole(value: Any) -> int | None:  # noqa: ANN401 a number, or a word that is one
    try:
        return max(int(float(value)), 0)
    except (TypeError, ValueError, OverflowError):
        return None


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()
