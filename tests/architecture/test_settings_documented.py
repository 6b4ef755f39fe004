"""What an operator may set stands in .env.example, with a word on its use; nothing else does."""

import re

import pytest

from tests.architecture.settings_of import PREFIXES, classes, variables
from tests.architecture.tree import ROOT

# `#NAME=…` is a setting left at its default; prose begins with "# ".
LINE = re.compile(r"^#?(?P<name>[A-Z][A-Z0-9_]*)=")


def documented() -> dict[str, str]:
    """Variable → the comment that stands before it."""
    found, comment = {}, ""
    for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines():
        if match := LINE.match(line):
            assert match["name"] not in found, f"{match['name']} stands there twice"
            found[match["name"]], comment = comment, ""
        elif line.startswith("# "):
            comment += line.removeprefix("#")
        else:
            comment = ""
    return found


def test_every_setting_is_documented() -> None:
    assert sorted(variables() - documented().keys()) == []


def test_every_documented_setting_exists() -> None:
    assert sorted(documented().keys() - variables()) == []


def test_every_documented_setting_says_what_it_does() -> None:
    assert [name for name, comment in documented().items() if len(comment) < len(" Its use.")] == []


@pytest.mark.parametrize("package", PREFIXES)
def test_a_packages_settings_carry_its_prefix_and_do_not_change(package: str) -> None:
    for kind in classes(package):
        assert kind.model_config.get("env_prefix") == PREFIXES[package]
        assert kind.model_config.get("frozen"), f"{kind.__name__} can be changed while we run"


def test_the_settings_were_found() -> None:
    assert classes("contactbook")
    assert all(prefix in "".join(variables()) for prefix in ("CONTACTBOOK_", "CHANNELS_"))
