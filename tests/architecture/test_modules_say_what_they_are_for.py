"""A file says what it is for, does it, and stops (docs: CONTRIBUTING.md)."""

import ast
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, modules, nodes, syntax

MOST_LINES = 300
# Longer on purpose: the file, or the folder, and why.
LONGER = {
    "contactbook/migrations/versions": "a migration reads straight down and is never edited again",
}
# A package file that is more than words: which, and why.
SPEAKING = {
    "contactbook/embedded/__init__.py": "its whole surface: nobody outside needs to look within",
}
EMPTY_WORDS = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}
EMPTY_ENDINGS = ("Manager", "Helper", "Util", "Utils")


@pytest.mark.parametrize("module", modules(), ids=str)
def test_a_module_opens_with_a_line_that_says_what_it_is_for(module: Path) -> None:
    said = ast.get_docstring(syntax(module))
    assert said, f"{module} does not say what it is for"
    assert len(said.splitlines()[0]) > len("What it is."), f"{module} says next to nothing"


@pytest.mark.parametrize("module", modules(), ids=str)
def test_a_module_fits_in_a_few_screens(module: Path) -> None:
    lines = len((ROOT / module).read_text(encoding="utf-8").splitlines())
    excused = any(str(module).startswith(place) for place in LONGER)
    assert lines <= MOST_LINES or excused, f"{module} has {lines} lines: it is two things"


def test_no_excuse_outlives_its_file() -> None:
    assert [place for place in [*LONGER, *SPEAKING] if not (ROOT / place).exists()] == []


@pytest.mark.parametrize("module", modules(), ids=str)
def test_names_say_something(module: Path) -> None:
    empty = {part for part in module.with_suffix("").parts if part in EMPTY_WORDS}
    empty |= {
        node.name for node in nodes(module, ast.ClassDef) if node.name.endswith(EMPTY_ENDINGS)
    }
    assert not empty, f"{module}: {', '.join(sorted(empty))} names no thing of a school's"


PACKAGE_FILES = [module for module in modules() if module.name == "__init__.py"]


@pytest.mark.parametrize("module", PACKAGE_FILES, ids=str)
def test_a_package_file_holds_words_and_no_code(module: Path) -> None:
    """Import contracts look at what is inside the packages: an import here would pass unseen."""
    silent = len(syntax(module).body) == 1
    assert silent != (str(module) in SPEAKING), f"{module}: code belongs into a module of its own"
