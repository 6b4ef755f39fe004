"""Only `contactbook.db.transaction` commits, so a grep for its name shows every boundary."""

import ast
from pathlib import Path

from tests.architecture.tree import modules, nodes

HOME = Path("contactbook/db.py")


def test_nobody_calls_commit() -> None:
    calls = [
        f"{module}:{call.lineno}"
        for module in modules()
        for call in nodes(module, ast.Call)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit"
    ]
    assert calls == [], "let `with transaction(…)` end instead"


def test_there_is_one_transaction() -> None:
    homes = [
        module
        for module in modules()
        for function in nodes(module, ast.FunctionDef)
        if function.name == "transaction"
    ]
    assert homes == [HOME]
