"""The providers as a form asks for them, read from the account models."""

from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo

from channels.adapters import PROVIDERS
from contactbook.ports.account import Asked, Offer, WrongKeys

SHARED = {"zbs"}  # uses the keys of Zalo's account
YES = "yes"


class Providers:
    def offers(self) -> Sequence[Offer]:
        return [
            Offer(name, one.channel, fields(one.account.model_fields))
            for name, one in PROVIDERS.items()
            if name not in SHARED
        ]

    def checked(self, provider: str, typed: Mapping[str, str]) -> Mapping[str, Any]:
        """Raises `WrongKeys` with every fault; what was typed is in none of them."""
        model = PROVIDERS[provider].account
        shape = fields(model.model_fields)
        kinds = {one.name: one.kind for one in shape}
        on = {one.name for one in shape if one.kind == "switch" and one.usual}
        keys = {
            name: meant(kinds[name], value)
            for name, value in typed.items()
            if name in kinds and (value or name in on)  # left empty is off, where on is usual
        }
        try:
            model(**keys)
        except ValidationError as wrong:
            raise WrongKeys(
                {
                    str(fault["loc"][0]) if fault["loc"] else "": (fault["type"], fault["msg"])
                    for fault in wrong.errors(include_input=False, include_url=False)
                }
            ) from None
        return keys


def fields(model: Mapping[str, FieldInfo]) -> tuple[Asked, ...]:
    return tuple(asked(name, info) for name, info in model.items())


def asked(name: str, info: FieldInfo) -> Asked:
    told = plain(info.annotation)
    usual = info.default if isinstance(info.default, str | int) else ""
    if told is bool:
        return Asked(name, "switch", usual=YES if usual else "")
    if get_origin(told) is Literal:
        choices = tuple(str(one) for one in get_args(told))
        return Asked(name, "choice", info.is_required(), choices, str(usual))
    return Asked(name, KINDS.get(told, kind_of(told)), info.is_required(), usual=str(usual))


KINDS: dict[Any, Any] = {str: "text", int: "number", SecretStr: "secret"}


def kind_of(told: object) -> Any:  # noqa: ANN401 one of the words of `Asked.kind`
    return "secrets" if SecretStr in get_args(told) else "json"


def plain(annotation: Any) -> Any:  # noqa: ANN401 whatever a model's author wrote
    """Without None, and without what Annotated adds."""
    if get_origin(annotation) in (Union, UnionType):
        annotation = next(one for one in get_args(annotation) if one is not type(None))
    return get_args(annotation)[0] if hasattr(annotation, "__metadata__") else annotation


def meant(kind: str, value: str) -> Any:  # noqa: ANN401 as the model takes it
    if kind == "switch":
        return value == YES
    if kind == "secrets":
        return value.split()
    return int(value) if kind == "choice" and value.isdigit() else value
