"""Texts that a school has registered for its brandname, with gaps: "be {P1,20} nghi hoc". Pure.

A text that is of no registered form is refused by the provider (eSMS 146, FPT 2518), so it is
refused here first. Source: reference/sms.md section 1, GetTemplate: {P2,50} is a gap of at most 50.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from channels.prices import listed

GAP = re.compile(r"\{P\d{1,2},(\d{1,3})\}")


@dataclass(frozen=True, slots=True)
class Template:
    words: tuple[str, ...]  # before, between and after the gaps
    gaps: tuple[int, ...]  # the longest value of each

    def match(self, text: str) -> tuple[str, ...] | None:
        """What stands in the gaps of `text`, or nothing when it is not of this form.

        Reads all ways at once: in a long text, trying them one after the other would not end.
        """
        ends = [{len(self.words[0])} if text.startswith(self.words[0]) else set[int]()]
        for longest, following in zip(self.gaps, self.words[1:], strict=True):
            starts = {start + more for start in ends[-1] for more in range(longest + 1)}
            fitting = {start for start in starts if text.startswith(following, start)}
            ends.append({start + len(following) for start in fitting if start <= len(text)})
        if len(text) not in ends[-1]:
            return None
        return self._values(text, ends)

    def _values(self, text: str, ends: list[set[int]]) -> tuple[str, ...]:
        """One way, found from its end: `ends[i]` is where the words after gap i may end."""
        values, end = list[str](), len(text)
        for place in range(len(self.gaps) - 1, -1, -1):
            stop = end - len(self.words[place + 1])
            end = max(e for e in ends[place] if stop - self.gaps[place] <= e <= stop)
            values.insert(0, text[end:stop])
        return tuple(values)


@lru_cache(maxsize=4096)
def template(text: str) -> Template:
    """`text` as the provider lists it, read."""
    parts = GAP.split(text)
    return Template(tuple(parts[::2]), tuple(int(longest) for longest in parts[1::2]))


def _readable(forms: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    for kind, texts in forms.items():
        for text in texts:
            if not GAP.sub("", text).strip():
                raise ValueError(f"a template of {kind!r} has no words of its own")
            if re.search(r"\{P\d*,?\d*\}?", GAP.sub("", text)):
                raise ValueError(f"a template of {kind!r} has a gap that is not like {{P1,20}}")
    return forms


def _each_a_list(value: object) -> object:
    """One text may stand for a list of one; an empty field for no templates."""
    told = listed(value) or {}
    if not isinstance(told, dict):
        return told
    return {kind: (texts,) if isinstance(texts, str) else texts for kind, texts in told.items()}


Templates = Annotated[
    Mapping[str, tuple[str, ...]], BeforeValidator(_each_a_list), AfterValidator(_readable)
]


def registered(templates: Mapping[str, tuple[str, ...]], kind: str, text: str) -> bool:
    """Whether `text` is of a form registered for `kind`; a text of no kind may be of any."""
    forms = templates.get(kind, ()) if kind else [t for texts in templates.values() for t in texts]
    return any(template(form).match(text) is not None for form in forms)
