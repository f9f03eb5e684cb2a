"""The page of tables tells what every table owes, and what it tells is there."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

GENERATION = Path(__file__).resolve().parents[2] / "generation"
COLUMNS = 7


def rows() -> dict[str, list[str]]:
    page = (GENERATION / "models" / "TABLES.md").read_text(encoding="utf-8")
    cells = (line.strip("|").split("|") for line in page.splitlines() if re.match(r"\| `(accounts|generation)\.", line))
    return {first.strip(" `"): [cell.strip() for cell in rest] for first, *rest in cells}


def models() -> list[str]:
    found = (model for label in ("accounts", "generation") for model in apps.get_app_config(label).get_models())
    return sorted(f"{model._meta.app_label}.{model.__name__}" for model in found)


def test_every_table_has_a_row_and_every_row_a_table():
    assert sorted(rows()) == models()


@pytest.mark.parametrize("table", models())
def test_row_says_everything(table):
    told = rows().get(table, [])
    assert len(told) == COLUMNS - 1 and all(told)


def test_what_is_named_exists():
    page = "\n".join(" ".join(told) for told in rows().values())
    functions = re.findall(r"`([\w/]+\.py): (\w+)`", page)
    assert len(functions) > 5
    gone = [(file, name) for file, name in functions if f"\ndef {name}(" not in (GENERATION / file).read_text()]
    assert gone == []
    assert [name for name in re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", page) if not hasattr(settings, name)] == []


def test_promises_and_figures_that_are_named_exist():
    promises = (GENERATION / "testbed" / "INVARIANTS.md").read_text(encoding="utf-8")
    metrics = (GENERATION / "REFERENCE.md").read_text(encoding="utf-8")
    for figures in (told[-1] for told in rows().values()):
        assert [name for name in re.findall(r"\bI\d+\b", figures) if f"| {name} |" not in promises] == []
        assert [name for name in re.findall(r"`(\w+)`", figures) if f"`{name}`" not in metrics] == []
