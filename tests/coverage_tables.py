"""What the two tables of faults and threats share: a row, and whether what it names is there."""

import ast
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

TESTS = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Row:
    """One line of a table: what goes wrong, and what shows that we stand it.

    `tests` are files under `tests/` with the names of their functions; `steps` are those of `manage.py chaos`.
    `not_here` says in one sentence why a row, or a part of it, does not apply."""

    title: str
    tests: dict[str, str] = field(default_factory=dict)
    steps: str = ""
    not_here: str = ""

    @property
    def nodes(self) -> list[str]:
        return [f"{file}::{name}" for file, names in self.tests.items() for name in names.split()]


@cache
def collected() -> frozenset[str]:
    """Every test function there is, as `folder/test_file.py::test_name`, read and not run."""
    return frozenset(
        f"{path.relative_to(TESTS).as_posix()}::{node.name}"
        for path in TESTS.rglob("test_*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


def missing(rows: dict[str, Row]) -> dict[str, list[str]]:
    """By row: the tests it names that do not exist."""
    return {
        number: lost for number, row in rows.items()
        if (lost := [node for node in row.nodes if node not in collected()])
    }


def uncovered(rows: dict[str, Row]) -> list[str]:
    """Rows that name nothing and do not say why."""
    return [
        number for number, row in rows.items()
        if not row.title or not (row.tests or row.steps or row.not_here.endswith("."))
    ]
