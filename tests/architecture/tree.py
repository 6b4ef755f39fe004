"""The source tree as these tests read it: files, their syntax, and the names in pyproject.toml."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).parents[2]
PACKAGES = ("contactbook", "channels", "billing", "portal_bridge", "admin")

Node = TypeVar("Node", bound=ast.AST)


def modules() -> list[Path]:
    """Every Python file of the five packages, as a path from the root."""
    found = [
        path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py")
    ]
    assert len(found) >= len(PACKAGES), "the walk found no source"
    return sorted(found)


@cache
def syntax(module: Path) -> ast.Module:
    return ast.parse((ROOT / module).read_text(encoding="utf-8"), filename=str(module))


def nodes(module: Path, kind: type[Node]) -> Iterator[Node]:
    return (node for node in ast.walk(syntax(module)) if isinstance(node, kind))


@cache
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
