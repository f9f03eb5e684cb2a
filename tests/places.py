"""A place of its own for every process that the suite runs in.  Loaded by `.pytest.ini` before Django's settings are.

The whole suite runs in four processes, because most of it waits: each has its own database (pytest-django names it),
LOCAL_DIR, and queue name, which is also the prefix of its keys in Redis.  Named files run in one process, at once."""

import compileall
import os
import sys
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[1]
PROCESSES = 4
# Their processes use what is configured; commands and browser are embedded, whatever is configured.
ON_THE_CONFIGURED_DATABASE = {"attack", "processes", "testbed"}
# Their tests share what is made once for the file: a server, the syntax trees of all there is.
TOGETHER = {"tests/attack/test_storms.py", "tests/browser/test_journey.py", "tests/test_architecture.py"}
EARLY = 0.7      # of the others are begun when the last that starts processes is
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server"}

# pytest keeps test modules as it has rewritten them, for the next run: rewriting takes each process 6 s.
sys.dont_write_bytecode = False

if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    os.environ["LOCAL_DIR"] = str(Path(os.environ.get("LOCAL_DIR") or ROOT / ".local") / "tests" / worker)
    os.environ["QUEUE_NAME"] = f"{os.environ.get('QUEUE_NAME') or 'coursewright'}-{worker}"

# Neighbours take time: a slow example says nothing about the code.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=1_000)
hypothesis.settings.load_profile("suite")


class ByFileWhereOneServes(LoadScopeScheduling):
    """Each test goes to whoever is free, but those of a file in `TOGETHER` to one process.

    xdist's own groups are written into the names of tests, which pytest no longer lets it change."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return file if file in TOGETHER else nodeid


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFileWhereOneServes:     # Any: xdist's own
    return ByFileWhereOneServes(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """What `-n auto` means here."""
    return PROCESSES if config.args_source is pytest.Config.ArgsSource.TESTPATHS else 0


def pytest_configure(config: pytest.Config) -> None:
    """Hundreds of processes are started from here; they need not compile the product each time, even where the
    environment keeps Python from writing what it compiled."""
    if not hasattr(config, "workerinput"):
        for folder in ("accounts", "config", "generation"):
            compileall.compile_dir(ROOT / folder, quiet=2)


def pytest_itemcollected(item: pytest.Item) -> None:
    if not _touches_the_database(item):
        item.add_marker(pytest.mark.once)


def _touches_the_database(item: pytest.Item) -> bool:
    """Whether it runs on the database and the broker that the environment names, itself or in processes."""
    is_among_processes = item.path.relative_to(ROOT / "tests").parts[0] in ON_THE_CONFIGURED_DATABASE
    is_marked = any(item.get_closest_marker(name) for name in ("django_db", "configured"))
    return is_among_processes or is_marked or bool(DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())))


@pytest.hookimpl(trylast=True)      # of what is left when others have sorted and left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that start processes mostly wait, so they run beside those that do not; none is begun among the last,
    because they are long."""
    waiting = [item for item in items if any(item.iter_markers("processes"))]
    busy = [item for item in items if not any(item.iter_markers("processes"))]
    between = int(EARLY * len(busy) / max(1, len(waiting)))
    spread = [(number * between, item) for number, item in enumerate(waiting)] + list(enumerate(busy))
    items[:] = [item for _place, item in sorted(spread, key=lambda placed: placed[0])]
