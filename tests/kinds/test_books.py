"""The book of a kind's checks and the code cite the same rules."""

import re
from pathlib import Path

import pytest

from generation.kinds import all_kinds

RULE = re.compile(r"\b[A-Z]{2}-[A-Z]\d\d\b")
FOLDERS = {slug: Path(kind.folder) for slug, kind in all_kinds().items()}


def book_of(slug: str) -> str:
    return (FOLDERS[slug] / "CHECKS.md").read_text(encoding="utf-8")


def rows(book: str) -> list[str]:
    return re.findall(rf"^\| ({RULE.pattern}) \|", book, re.MULTILINE)


@pytest.mark.parametrize("slug", FOLDERS)
def test_book_and_code_cite_the_same_rules(slug):
    # A planted defect may break what no rule of the book forbids yet.
    files = [path for path in FOLDERS[slug].rglob("*.py") if path.name != "defects.py"]
    code = {rule for path in files for rule in RULE.findall(path.read_text(encoding="utf-8"))}
    assert sorted(rows(book_of(slug))) == sorted(code) != []


@pytest.mark.parametrize("slug", FOLDERS)
def test_every_rule_of_a_finding_is_one_that_is_checked(slug):
    """A rule under the second heading is none that a finding may name."""
    checked = book_of(slug).split("\n## ")[0]
    modules = [path for path in FOLDERS[slug].rglob("*.py") if "checks" in (path.stem, path.parent.name)]
    found = {rule for path in modules for rule in re.findall(rf'"({RULE.pattern})"', path.read_text(encoding="utf-8"))}
    assert found == set(rows(checked))
