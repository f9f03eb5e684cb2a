"""The shape of the house: imports only point down, and what is dangerous stays where it is looked at.

Read off the syntax trees, so an import inside a function counts like any other."""

import ast
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
KIND_ROOMS = sorted(f"generation.kinds.{path.parent.name}" for path in ROOT.glob("generation/kinds/*/__init__.py"))

# From the roof down.  A room may import the floors below it, and nothing of its own floor but itself.
FLOORS = [
    ["config"],
    ["generation.tasks", "generation.admin", "generation.api", "generation.management", "generation.apps"],
    ["generation.checks"],      # what Django calls at start-up
    ["generation.testbed"],
    ["generation.worker"],
    ["generation.services.maintenance"],
    ["generation.services.jobs"],
    ["generation.services.chunks"],
    [
        "generation.services.alerts", "generation.services.bookkeeping", "generation.services.cache",
        "generation.services.incidents", "generation.services.quotas", "generation.services.rehearsals",
        "generation.services.tokens", "generation.services.usage",
    ],
    ["generation.services.outbox", "generation.services.routing"],
    [
        "generation.services.decisions", "generation.services.elections", "generation.services.job_spec",
        "generation.services.sent_forms",
    ],
    ["generation.services.errors"],
    ["generation.queue", "generation.telemetry"],
    ["generation.models", "generation.llm", "generation.simulator", "generation.delivery"],
    ["generation.kinds"],
    KIND_ROOMS,
    ["generation.core", "accounts"],
]
FLOOR_OF = {room: height for height, rooms in enumerate(reversed(FLOORS)) for room in rooms}
SAME_ROOM = {
    "generation.migrations": "generation.models",
    "generation.services": "generation.services.errors",      # the package's own words
}

MANY_LINES = 400
LONG: dict[str, str] = {      # by path, each with its reason
    "generation/services/bookkeeping.py": "a table of statements: half of it is SQL, read beside what it compares",
}

# Pure, and usable without a database.
WITHOUT_DJANGO = (
    "generation.core", "generation.kinds", "generation.llm", "generation.simulator", "generation.delivery",
)
FRAMEWORKS = {"django", "ninja", "celery", "kombu", "accounts"}
NAMED_BY_DJANGO = {"Meta", "Command"}
# No clock, no network, no randomness.
IMPURE = {
    "time", "random", "secrets", "uuid", "socket", "ssl", "http", "urllib", "asyncio", "threading", "subprocess", "os",
    "aiohttp", "httpx", "requests", "openai",
}
EXCEPTIONS = {
    ("generation.core.kind", "random"): "names the type of the generator that callers pass; draws nothing",
}

# For staff; for everybody else.
MAY_MARK_SAFE = {"generation.admin.rendering", "generation.services.jobs.documents"}
MAY_PRINT = ("config/", "generation/management/", "generation/testbed/", "generation/simulator/")
TESTS_THAT_MAY_SLEEP = {
    "tests/api/wire.py": "the API tests' helper that polls, with a deadline",
    "tests/simulator/test_simulator_server.py": "plays a writer that takes its time",
    "tests/real_model/run.py": "waits for a server to load its model, with a deadline; run by hand",
    "tests/benchmarks/scale.py": "claimers rest between two claims, as workers do; run by hand",
    "tests/simulator/test_simulator_process.py": "polls for the end of a process, with a deadline",
}


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the product, by its dotted name."""
    found = {}
    for package in ("accounts", "config", "generation"):
        for path in (ROOT / package).rglob("*.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


@cache
def imports(name: str) -> frozenset[str]:
    """What the module `name` imports, as dotted names; a submodule under its own name."""
    found = set()
    is_package = (ROOT / name.replace(".", "/") / "__init__.py").exists()
    for node in ast.walk(modules()[name]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = name.split(".")[: len(name.split(".")) - node.level + is_package] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            found |= {f"{base}.{alias.name}" if f"{base}.{alias.name}" in modules() else base for alias in node.names}
    return frozenset(found)


def room_of(name: str) -> str | None:
    """The room of the longest name that `name` begins with; None outside the house."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        prefix = ".".join(parts[:length])
        if prefix in FLOOR_OF or prefix in SAME_ROOM:
            return SAME_ROOM.get(prefix, prefix)
    return None


def files(*patterns: str) -> Iterator[tuple[str, str]]:
    """Path and text of the product's files."""
    for package in ("accounts", "config", "generation", "templates"):
        for pattern in patterns:
            for path in sorted((ROOT / package).rglob(pattern)):
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def calls(tree: ast.Module) -> Iterator[str]:
    """What is called, as it is written: `print`, `time.sleep`."""
    return (ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_every_module_has_a_room():
    assert [name for name in modules() if room_of(name) is None and name != "generation"] == []


@pytest.mark.parametrize("room", FLOOR_OF)
def test_imports_only_point_down(room):
    wrong = [
        f"{name} imports {target}"
        for name in modules() if room_of(name) == room
        for target in sorted(imports(name))
        if (other := room_of(target)) is not None and other != room and FLOOR_OF[other] >= FLOOR_OF[room]
    ]
    assert wrong == []


def test_no_modules_import_each_other_in_a_circle():
    """Also within a room, and also for types alone."""
    waiting = {name: {other for other in imports(name) if other in modules() and other != name} for name in modules()}
    while free := [name for name, others in waiting.items() if not others & waiting.keys()]:
        for name in free:
            del waiting[name]
    assert waiting == {}


def test_a_kind_is_known_through_its_contract_only():
    """So a third kind is one new folder and no other edit."""
    wrong = [
        f"{name} imports {target}"
        for name in modules() for target in imports(name)
        if room_of(target) in KIND_ROOMS and room_of(name) != room_of(target)
    ]
    assert wrong == []


@pytest.mark.parametrize("kind", KIND_ROOMS)
def test_no_two_public_classes_have_one_name(kind):
    """One name, one thing.  Only kinds may call theirs alike, because nobody ever imports from two of them."""
    other_kinds = set(KIND_ROOMS) - {kind}
    counts = Counter(
        node.name for name, tree in modules().items()
        if room_of(name) not in other_kinds and ".migrations." not in name
        for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert {name for name, count in counts.items() if count > 1} == NAMED_BY_DJANGO


@pytest.mark.parametrize("room", WITHOUT_DJANGO)
def test_pure_rooms_know_no_framework(room):
    wrong = [
        f"{name} imports {target}"
        for name in modules() if f"{name}.".startswith(f"{room}.")
        for target in imports(name) if target.split(".")[0] in FRAMEWORKS
    ]
    assert wrong == []


def test_core_has_no_clock_no_network_and_no_randomness():
    core = [name for name in modules() if room_of(name) == "generation.core"]
    impure = {
        (name, target) for name in core for target in imports(name) if target.split(".")[0] in IMPURE
    }
    assert impure == set(EXCEPTIONS)
    clocks = [
        f"{name} calls {call}" for name in core for call in calls(modules()[name])
        if re.search(r"\.(now|utcnow|today)$", call)
    ]
    assert clocks == []


CALLER = re.compile(r"(?<![\w.])([a-z_]+)\.([a-z_]\w*)(?![\w.])")


def test_comments_at_indexes_name_callers_that_exist():
    """An index without a caller is dead weight; `admin: …` and `api: …` name a page, everything else a function."""
    functions = {
        (name.rpartition(".")[2], node.name) for name, tree in modules().items() for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    wrong = []
    for path, text in files("models/*.py"):
        for line in re.findall(r"^ *(?:models\.)?Index\(.*$", text, re.MULTILINE):
            _index, _hash, callers = line.partition("#")
            said = [part.strip() for part in re.split(r",|(?=\b(?:admin|api):)", callers) if part.strip()]
            pages = [place for place, part in enumerate(said) if part.startswith(("admin:", "api:"))]
            named = said[: pages[0]] if pages else said
            if not said:
                wrong.append(f"{path}: {line.strip()}")
            wrong += [
                f"{path}: {part}" for part in named
                if not (found := CALLER.fullmatch(part)) or found.groups() not in functions
            ]
    assert wrong == []


def test_long_modules_have_a_reason():
    long = {
        path for path, text in files("*.py") if text.count("\n") > MANY_LINES and "/migrations/" not in path
    }
    assert long == LONG.keys()


def anchors(page: str) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


PAGES = sorted(
    path.relative_to(ROOT).as_posix() for folder in ("", ".github", "generation", "tests")
    for path in (ROOT / folder).glob("**/*.md" if folder else "*.md")
)


@pytest.mark.parametrize("page", PAGES)
def test_links_of_a_page_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    lost = []
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        path, _hash, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            lost.append(link)
    assert lost == []


def test_top_level_is_what_the_design_says():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    top = {line.split("/")[0] for line in listed.stdout.splitlines() if (ROOT / line).exists()}
    assert sorted(name for name in top if not name.startswith(".")) == sorted(
        "manage.py config generation accounts templates tests requirements.txt README.md".split()
    )


def test_other_engines_are_measured_and_never_imported():
    engines = {"restate", "langgraph", "hypercorn"}
    assert [name for name in modules() if engines & {target.split(".")[0] for target in imports(name)}] == []


def test_only_sanitised_text_is_declared_safe():
    """In Python the sanitiser's result and nothing else, in two places; in templates nothing."""
    trusted = [
        (name, ast.unparse(node)) for name, tree in modules().items() for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and re.search(r"\b(mark_safe|SafeString|SafeText|html_safe)$", ast.unparse(node.func))
    ]
    assert {name for name, _ in trusted} <= MAY_MARK_SAFE
    assert [text for _, text in trusted if not re.match(r"\w+\(to_html\(", text)] == []
    pattern = re.compile(r"__html__|\|\s*safe(seq)?\b|autoescape\s+off")
    assert [path for path, text in files("*.py", "*.html", "*.txt") if pattern.search(text)] == []


def test_only_commands_print():
    wrong = [
        name for name, tree in modules().items()
        if not f"{name.replace('.', '/')}/".startswith(MAY_PRINT) and "print" in calls(tree)
    ]
    assert wrong == []


def test_tests_wait_for_something_and_do_not_sleep():
    """A fixed sleep is slow or flaky, mostly both: a test that polls has a deadline."""
    asleep = {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("*.py")
        if {"time.sleep", "sleep"} & set(calls(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert sorted(asleep - TESTS_THAT_MAY_SLEEP.keys()) == []
