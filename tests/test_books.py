"""The books of faults, threats and invariants say what the code and the tests' tables cite."""

import re
from pathlib import Path

import pytest

from tests.test_faults import FAULTS
from tests.test_security_rows import THREATS

TESTBED = Path(__file__).resolve().parents[1] / "generation" / "testbed"


def book(name: str) -> dict[str, list[str]]:
    """The other cells of each row, by its number."""
    lines = (TESTBED / name).read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| [A-Z]\d", line)]
    return {number: cells for number, *cells in rows}


@pytest.mark.parametrize(("name", "table"), [("FAULTS.md", FAULTS), ("THREATS.md", THREATS)])
def test_book_has_the_rows_of_the_tests_table(name, table):
    assert {number: cells[0] for number, cells in book(name).items()} == {
        number: row.title for number, row in table.items()}
    assert [number for number, cells in book(name).items() if not cells[1].endswith(".")] == []


def test_every_invariant_that_is_checked_is_in_the_book():
    code = "".join(path.read_text(encoding="utf-8") for path in (TESTBED / "chaos").glob("*.py"))
    assert set(re.findall(r'"(I\d+)"', code)) == set(book("INVARIANTS.md"))
    assert list(book("INVARIANTS.md")) == [f"I{number}" for number in range(1, 17)]
