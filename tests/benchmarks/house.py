"""How the house is built: its rooms, its longest file, its knottiest functions, and the stops of a brief.

    python tests/benchmarks/house.py [--root CHECKOUT]

Of any checkout, also of one with other rooms: what is counted is read off the syntax trees.  Only the way of a brief
is walked, in a process of its own there and with a scratch database, by one training program that is submitted and
whose plan is claimed and put into words as the worker does.

A stop is a function of the product that was handed the brief: by itself, as the kind's typed brief, or in an object
that holds either as its attribute `brief`.  `str(brief)` calls no function that could be seen; it is counted when its
text is handed on."""

import argparse
import ast
import contextlib
import json
import os
import pkgutil
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from inspect import signature
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

PACKAGES = ("accounts", "config", "generation")
MOST_COMPLEX = 10
# Not a kind's example: what a kind makes of that to learn its usual size is not the way of this brief.
BRIEF = {"goal": "strength", "weeks": 3, "days_per_week": 2, "preferences": "rowing, and nothing before breakfast"}
PASSED_ON = {"HOME", "LANG", "LC_ALL", "PATH", "TZ"}      # of the environment; the rest would make figures of its own


# --- Rooms ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Module:
    name: str
    path: Path
    lines: int
    tree: ast.Module

    @property
    def room(self) -> str:
        return ".".join(self.path.parent.parts)

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"


def modules_of(root: Path) -> dict[str, Module]:
    """Every module by its dotted name, but for packages that are only folders."""
    found = {}
    for path in sorted(path for package in PACKAGES for path in (root / package).rglob("*.py")):
        text, inside = path.read_text(encoding="utf-8"), path.relative_to(root)
        if text.strip() or path.name != "__init__.py":
            name = ".".join(inside.with_suffix("").parts).removesuffix(".__init__")
            found[name] = Module(name, inside, text.count("\n"), ast.parse(text))
    return found


def imports_of(module: Module, modules: dict[str, Module]) -> set[str]:
    """The modules of the product that `module` imports, also inside functions and for types alone."""
    found = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = module.name.split(".")
            parents = parts[: len(parts) - node.level + module.is_package] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            found |= {f"{base}.{alias.name}" if f"{base}.{alias.name}" in modules else base for alias in node.names}
    return (found & modules.keys()) - {module.name}


def print_rooms(modules: dict[str, Module]) -> None:
    sizes, lines, inside = Counter[str](), Counter[str](), Counter[str]()
    for module in modules.values():
        sizes[module.room] += 1
        lines[module.room] += module.lines
        inside[module.room] += sum(modules[name].room == module.room for name in imports_of(module, modules))
    print(f"{'room':44}{'modules':>9}{'lines':>9}{'imports among them':>21}")
    for room in sorted(sizes):
        print(f"{room:44}{sizes[room]:9,}{lines[room]:9,}{inside[room]:21,}")
    print(f"{f'all {len(sizes)} rooms':44}{sizes.total():9,}{lines.total():9,}{inside.total():21,}")
    longest = max(modules.values(), key=lambda module: module.lines)
    print(f"\nlongest file: {longest.path}, {longest.lines} lines")


def print_most_complex(root: Path) -> None:
    beside = Path(sys.executable).with_name("ruff")
    ruff = str(beside) if beside.exists() else shutil.which("ruff")
    if ruff is None:
        print("\nmost complex functions: ruff is not installed")
        return
    ran = subprocess.run(
        [ruff, "check", "--select", "C901", "--config", "lint.mccabe.max-complexity=1", "--output-format", "json",
         "--ignore-noqa", "--no-cache", *PACKAGES],
        cwd=root, capture_output=True, text=True, check=False)
    if ran.returncode not in {0, 1}:      # 1: it found some
        sys.exit(f"ruff: {ran.stderr}")
    rows = []
    for found in json.loads(ran.stdout):
        said = re.search(r"`(.+)` is too complex \((\d+) ", found["message"])
        assert said is not None, found["message"]
        place = Path(found["filename"]).relative_to(root)
        rows.append((-int(said[2]), f"{place}:{found['location']['row']} {said[1]}"))
    print(f"\nmost complex functions ({len(rows):,} have a branch)")
    for complexity, place in sorted(rows)[:MOST_COMPLEX]:
        print(f"{-complexity:5}  {place}")


# --- The way of a brief -----------------------------------------------------------------------------


@dataclass
class Stop:
    """A function that was handed the brief; `depth` counts the stops on the stack when it first was."""

    name: str
    depth: int
    ways: list[str] = field(default_factory=list)
    is_own_method: bool = True       # of what holds the brief, and never handed it otherwise
    times: int = 0


class Way:
    """Watches one thread by `sys.setprofile`: where a brief comes along, and what is made of it anew."""

    def __init__(self, root: Path, asked: dict[str, Any], typed: Any) -> None:     # Any: JSON; a kind's Brief
        from pydantic import BaseModel

        self._houses = tuple(f"{root / package}{os.sep}" for package in PACKAGES)
        self._typed = typed
        stored = json.loads(typed.model_dump_json())
        self._briefs = [asked, stored]
        self._as_text = str(stored)
        self._on_call = {
            json.dumps.__code__: ("written as JSON", "obj"),
            BaseModel.model_dump.__code__: ("dumped by pydantic", "self"),
            BaseModel.model_dump_json.__code__: ("dumped by pydantic", "self"),
        }
        self._on_return = {
            json.loads.__code__: "read from JSON",
            BaseModel.model_validate.__func__.__code__: "validated",
            BaseModel.model_validate_json.__func__.__code__: "validated",
        }
        self._stack: list[tuple[FrameType, str]] = []      # the stops that one is in
        self.stops: dict[CodeType, Stop] = {}
        self.made_anew: list[tuple[str, str]] = []      # what, and by whom
        self.deepest: list[str] = []

    def __enter__(self) -> "Way":
        sys.setprofile(self._watch)
        return self

    def __exit__(self, *_problem: object) -> None:
        sys.setprofile(None)

    def _watch(self, frame: FrameType, event: str, value: Any) -> None:     # Any: what a function returns
        code = frame.f_code
        if event == "call":
            if code in self._on_call:
                what, name = self._on_call[code]
                if self._holds(frame.f_locals[name]):
                    self._note(what, frame)
            elif code.co_filename.startswith(self._houses):
                self._arrive(frame)
        elif event == "return":
            if self._stack and self._stack[-1][0] is frame:
                self._stack.pop()
            elif code in self._on_return and self._holds(value):
                self._note(self._on_return[code], frame)

    def _arrive(self, frame: FrameType) -> None:
        code, ways = frame.f_code, []
        for name, value in arguments_of(frame):
            if isinstance(value, str) and value == self._as_text:
                self._note("written by str()", frame)
            elif way := self._way(value):
                ways.append((way, name == "self"))
        if not ways:
            return
        name = f"{frame.f_globals['__name__']}.{code.co_qualname}"
        self._stack.append((frame, name))
        stop = self.stops.setdefault(code, Stop(name, len(self._stack)))
        stop.times += 1
        for way, is_self in ways:
            stop.is_own_method &= is_self
            if way not in stop.ways:
                stop.ways.append(way)
        if len(self._stack) > len(self.deepest):
            self.deepest = [name for _frame, name in self._stack]

    def _way(self, value: Any) -> str:     # Any: an argument
        """How `value` brings the brief along; empty if it does not."""
        if self._is_brief(value):
            return "JSON" if isinstance(value, dict) else "typed"
        inside = getattr(value, "__dict__", None)
        if isinstance(inside, dict) and self._is_brief(inside.get("brief")):
            return f"in {type(value).__name__}"
        return ""

    def _is_brief(self, value: Any) -> bool:     # Any: an argument
        if isinstance(value, dict):
            return value in self._briefs
        return type(value) is type(self._typed) and hasattr(value, "__pydantic_fields_set__") and value == self._typed

    def _holds(self, value: Any, levels: int = 3) -> bool:     # Any: JSON, or a model
        if self._is_brief(value):
            return True
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
        return levels > 0 and any(self._holds(part, levels - 1) for part in parts)

    def _note(self, what: str, frame: FrameType) -> None:
        caller, outside = frame.f_back, ""
        while caller is not None and not caller.f_code.co_filename.startswith(self._houses):
            if caller.f_globals["__name__"].startswith("django."):
                outside = ", to or from the database"
            caller = caller.f_back
        if caller is not None:      # not by this script
            self.made_anew.append(
                (what, f"{caller.f_globals['__name__']}.{caller.f_code.co_qualname}:{caller.f_lineno}{outside}"))


def arguments_of(frame: FrameType) -> Iterator[tuple[str, Any]]:     # Any: arguments
    """Name and value; of `*args` and `**kwargs` each by itself."""
    code = frame.f_code
    plain = code.co_argcount + code.co_kwonlyargcount
    for name in code.co_varnames[:plain]:
        if name in frame.f_locals:
            yield name, frame.f_locals[name]
    rest = list(code.co_varnames[plain:])
    if code.co_flags & 0x04:      # CO_VARARGS
        name = rest.pop(0)
        yield from ((name, value) for value in frame.f_locals.get(name, ()))
    if code.co_flags & 0x08:      # CO_VARKEYWORDS
        yield from frame.f_locals.get(rest.pop(0), {}).items()


def first_of(*addresses: str) -> Any:     # Any: a function or a class, of whichever checkout this is
    """What stands at the first of `addresses`, `module:name`, that there is."""
    *others, last = addresses
    for address in others:
        with contextlib.suppress(ModuleNotFoundError, AttributeError):
            return pkgutil.resolve_name(address)
    return pkgutil.resolve_name(last)


def submit_and_word(root: Path) -> Way:
    """Submit one training program, claim its plan and make the request of it, watched."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    from accounts.models import Role, User
    from generation.kinds import all_kinds, get_kind

    # The second address is of checkouts in which services are one room, and the worker is the engine.
    submit = first_of("generation.services.jobs.submission:submit", "generation.services.jobs:submit")
    claim = first_of("generation.services.chunks.claiming:claim", "generation.services.claiming:claim")
    contexts = first_of("generation.worker.job_context:JobContexts", "generation.engine.contexts:Contexts")()
    digests_before = first_of(
        "generation.worker.job_context:digests_before", "generation.engine.contexts:digests_before")
    request_for = first_of("generation.worker.judging:request_for", "generation.engine.judging:request_for")
    user = User.objects.create_user("ann", password=None, role=Role.STUDENT)
    revisions = {slug: kind.revision for slug, kind in all_kinds().items()}
    asked = dict(BRIEF)
    with Way(root, asked, get_kind("training_program").brief(asked)) as way:
        submit(user=user, kind="training_program", brief=asked)
        plan, = claim(worker="w1", slots=1, revisions=revisions).claims
        context = contexts.of(plan)
        # Where it finds out for itself what came before, it is not told.
        told = [digests_before(plan, context)] if "so_far" in signature(request_for).parameters else []
        request = request_for(plan, context, *told)
    assert BRIEF["preferences"] in request.messages[1]["content"], "the brief did not arrive in the prompt"
    return way


def print_way(root: Path) -> None:
    way = submit_and_word(root)
    stops = list(way.stops.values())
    own = sum(stop.is_own_method for stop in stops)
    inside = sum(stop.name.startswith("generation.kinds.") for stop in stops)
    print(f"\nstops of a brief from submit to the prompt: {len(stops)}")
    print(f"  {len(stops) - own} functions that were handed it, {inside} of them inside its kind")
    print(f"  {own} methods of an object that holds it")
    print(f"  {sum(stop.times for stop in stops)} handings over in all, {len(way.deepest)} deep at most")
    print(f"  {len(way.made_anew)} times validated, read or written anew")
    print("\nin order; indented by the stops around each")
    for number, stop in enumerate(stops, 1):
        times = f" ×{stop.times}" if stop.times > 1 else ""
        method = ", its method" if stop.is_own_method else ""
        print(f"{number:4} {'  ' * (stop.depth - 1)}{stop.name.removeprefix('generation.')}{times}"
              f"  ({', '.join(stop.ways)}{method})")
    print("\nat the deepest: " + " → ".join(name.rpartition(".")[2] for name in way.deepest))
    print("\nmade anew, in order")
    for what, by in way.made_anew:
        print(f"  {what:20} {by.removeprefix('generation.')}")


def walk_in_its_own_process(root: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        environment = {name: value for name, value in os.environ.items() if name in PASSED_ON}
        environment |= {
            "DJANGO_SETTINGS_MODULE": "config.settings", "LOCAL_DIR": scratch, "PYTHONDONTWRITEBYTECODE": "1",
            "DATABASE_URL": f"sqlite:///{scratch}/house.sqlite3", "PYTHONPATH": str(root),
        }
        command = [sys.executable, str(Path(__file__).resolve()), "--root", str(root), "--way"]
        ran = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode:
        sys.exit(f"{root}: the way of a brief could not be walked.\n{ran.stderr}")
    print(ran.stdout, end="")


def main() -> None:
    parser = argparse.ArgumentParser(description="How a checkout is built.")
    here = Path(__file__).resolve().parents[2]
    parser.add_argument("--root", type=Path, default=here, metavar="CHECKOUT", help="another one than this script's")
    parser.add_argument("--way", action="store_true", help=argparse.SUPPRESS)      # in the process that walks it
    options = parser.parse_args()
    root = options.root.resolve()
    if options.way:
        print_way(root)
        return
    if not all((root / package).is_dir() for package in PACKAGES):
        parser.error(f"{root} is no checkout: it lacks {', '.join(PACKAGES)}")
    for show in (partial(print_rooms, modules_of(root)), partial(print_most_complex, root),
                 partial(walk_in_its_own_process, root)):
        show()


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:      # whoever read has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
