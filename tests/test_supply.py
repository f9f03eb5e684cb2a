"""What is installed is what was tested: everything is pinned with its hashes, and no model is named in the code."""

import json
import re
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
ASKED = {"product": [".ci/product.in"], "tests": [".ci/product.in", ".ci/tests.in"]}
LOCKED = {"product": "requirements.txt", "tests": "tests/requirements.txt"}
PEERS = ROOT / "tests" / "benchmarks" / "peers"      # other engines, which are measured and never imported


def lines_of(path: str) -> list[str]:
    """Without comments, options and line ends that are escaped."""
    text = re.sub(r"\s*\\\n\s*", " ", (ROOT / path).read_text(encoding="utf-8"))
    lines = (re.sub(r"(^|\s+)#.*", "", line).strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("-")]


def asked(what: str) -> list[Requirement]:
    """What somebody decided to use."""
    return [Requirement(line) for path in ASKED[what] for line in lines_of(path)]


def pins(what: str) -> dict[str, tuple[str, list[str]]]:
    """Version and hashes of everything that is installed here."""
    return pins_of(LOCKED[what])


def pins_of(path: str) -> dict[str, tuple[str, list[str]]]:
    found = {}
    for line in lines_of(path):
        pin, *hashes = line.split(" --hash=")
        requirement = Requirement(pin)
        if requirement.marker is None or requirement.marker.evaluate():
            version = re.fullmatch(r"==(\S+)", str(requirement.specifier))
            found[canonicalize_name(requirement.name)] = (version[1] if version else "", hashes)
    return found


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


@pytest.mark.parametrize("what", LOCKED)
def test_everything_that_is_installed_is_pinned_with_its_hashes(what):
    pinned, installed = pins(what), stands_on(asked(what))
    assert [name for name, (version, hashes) in pinned.items() if not version or not hashes] == []
    assert sorted(installed.keys() - pinned.keys()) == [], "stands on what is not pinned: run .ci/lock"
    assert {name: version for name, version in installed.items() if version != pinned[name][0]} == {}


@pytest.mark.parametrize("what", LOCKED)
def test_pins_are_those_that_were_asked_for(what):
    wanted = {canonicalize_name(one.name): str(one.specifier) for one in asked(what)}
    assert {name: f"=={version}" for name, (version, _) in pins(what).items() if name in wanted} == wanted


def test_product_and_tests_run_on_the_same_versions():
    product, tests = pins("product"), pins("tests")
    assert {name: version for name, (version, _) in product.items() if tests[name][0] != version} == {}


def test_what_other_engines_run_on_is_pinned_with_its_hashes():
    for wanted in PEERS.glob("*.in"):
        pinned = pins_of(wanted.with_suffix(".txt").relative_to(ROOT).as_posix())
        assert [name for name, (version, hashes) in pinned.items() if not version or not hashes] == []
        for line in lines_of(wanted.relative_to(ROOT).as_posix()):
            one = Requirement(line)
            assert str(one.specifier) == f"=={pinned[canonicalize_name(one.name)][0]}", "run .ci/lock"
    packages = json.loads((PEERS / "restate-server" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, package in packages.items() if name and not package.get("integrity")] == []


def test_pins_name_no_index():
    files = [*(ROOT / path for path in LOCKED.values()), *PEERS.rglob("*.txt"), *PEERS.rglob("*.json")]
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    assert re.findall(r"https?://\S+|--(?:extra-)?index-url", text) == []


def test_models_are_rows_and_never_constants():
    """A call names the model of a route; what routes there are is in the database."""
    named = re.compile(r"[\"'](gpt-|o\d-|claude-|llama-?\d|mistral-)")      # servers have such names, too
    elsewhere = {"migrations", "bench"}      # what is there at first; what is measured against the simulator
    assert [
        path.relative_to(ROOT).as_posix() for folder in ("accounts", "config", "generation")
        for path in (ROOT / folder).rglob("*.py")
        if not elsewhere & set(path.parts) and named.search(path.read_text())
    ] == []
