"""What is installed is what was tested: every distribution is pinned, and no model is named in the code."""

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PRODUCT, TESTS = ROOT / "requirements.txt", ROOT / "tests" / "requirements.txt"


def pins(path: Path) -> list[Requirement]:
    lines = (line.split("#")[0].strip() for line in path.read_text().splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-r ")]


def stands_on(roots: list[Requirement]) -> dict[str, str]:
    """Every distribution that `roots` need here, with its version."""
    found: dict[str, str] = {}
    seen, waiting = set(), [(root.name, frozenset(root.extras)) for root in roots]
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        one = distribution(name)
        found[canonicalize_name(name)] = one.version
        for line in one.requires or []:
            needed = Requirement(line)
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras or {""}):
                waiting.append((needed.name, frozenset(needed.extras)))
    return found


@pytest.mark.parametrize("files", [[PRODUCT], [PRODUCT, TESTS]], ids=["product", "tests"])
def test_everything_that_is_installed_is_pinned(files):
    pinned = [pin for path in files for pin in pins(path)]
    exact = {canonicalize_name(pin.name): re.fullmatch(r"==(\S+)", str(pin.specifier)) for pin in pinned}
    assert [name for name, pin in exact.items() if pin is None] == []
    versions = {name: pin[1] for name, pin in exact.items() if pin is not None}
    installed = stands_on(pinned)
    assert sorted(installed.keys() - versions.keys()) == [], "stands on what is not pinned"
    assert {name: version for name, version in installed.items() if version != versions[name]} == {}


def test_nothing_is_pinned_twice():
    names = [canonicalize_name(pin.name) for path in (PRODUCT, TESTS) for pin in pins(path)]
    assert [name for name in set(names) if names.count(name) > 1] == []


def test_models_are_rows_and_never_constants():
    """A call names the model of a route; what routes there are is in the database."""
    named = re.compile(r"[\"'](gpt-|o\d-|claude|llama|mistral)")
    elsewhere = {"migrations", "bench"}      # what is there at first; what is measured against the simulator
    assert [
        path.relative_to(ROOT).as_posix() for folder in ("accounts", "config", "generation")
        for path in (ROOT / folder).rglob("*.py")
        if not elsewhere & set(path.parts) and named.search(path.read_text())
    ] == []
