"""How many calls a worker holds follows what the machine, or its container, has."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from generation.worker import slots
from generation.worker.slots import MOST, fitting, free_memory_bytes
from tests.commands.product import ROOT, clean_environment

GIB = 1 << 30


@pytest.mark.parametrize(("descriptors", "memory", "expected"), [
    (20_000, 16 * GIB, MOST),          # a server
    (1_024, 16 * GIB, 824),            # a hard limit that nobody has raised
    (20_000, GIB // 2, 512),           # a small container
    (20_000, 10 << 20, 10), (20_000, 0, slots.FEWEST), (100, 16 * GIB, slots.FEWEST),
    (20_000, None, MOST),              # nobody says
])
def test_slots_follow_descriptors_and_memory_and_end_at_a_thousand(descriptors, memory, expected):
    assert fitting(descriptors=descriptors, memory_bytes=memory) == expected


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A machine with 8 GiB free; returns a function that puts this process into a group."""
    (tmp_path / "meminfo").write_text(f"MemTotal: 1 kB\nMemAvailable: {8 * GIB >> 10} kB\n")
    (tmp_path / "cgroup").write_text("")
    monkeypatch.setattr(slots, "_MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(slots, "_OWN_GROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(slots, "_GROUPS", tmp_path / "groups")

    def group(line: str, files: dict[str, str]) -> None:
        with (tmp_path / "cgroup").open("a") as listed:
            listed.write(line + "\n")
        for name, text in files.items():
            path = tmp_path / "groups" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n")

    return group


def test_machine_says_what_is_free(machine):
    assert free_memory_bytes() == 8 * GIB


@pytest.mark.parametrize(("line", "files"), [
    ("0::/pod/web", {"pod/web/memory.max": "max", "pod/web/memory.current": "7",
                     "pod/memory.max": str(3 * GIB), "pod/memory.current": str(GIB)}),
    ("0::/", {"memory.max": str(3 * GIB), "memory.current": str(GIB)}),
    ("4:memory:/pod", {"memory/pod/memory.limit_in_bytes": str(3 * GIB),
                       "memory/pod/memory.usage_in_bytes": str(GIB)}),
], ids=["a group above", "as containers see it", "version 1"])
def test_container_with_less_than_its_machine_counts(machine, line, files):
    machine("3:cpuset:/", {})
    machine(line, files)
    assert free_memory_bytes() == 2 * GIB


def test_container_without_a_limit_has_what_its_machine_has(machine):
    machine("0::/pod", {"pod/memory.max": "max", "pod/memory.current": "7"})
    assert free_memory_bytes() == 8 * GIB


def slots_in_a_process(soft: int, hard: int, **changes: str) -> tuple[int, int]:
    """Slots, and the soft limit that is in force afterwards, of a process that begins with these."""
    code = (
        "import resource, django; django.setup()\n"
        "from generation.worker.slots import slots\n"
        "print(slots(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])")
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True,
        env={**clean_environment(), "DJANGO_SETTINGS_MODULE": "config.settings", **changes}, cwd=ROOT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard)),
    )
    found, limit = done.stdout.split()
    return int(found), int(limit)


def test_soft_limit_is_raised_to_the_hard_one_at_the_start():
    assert slots_in_a_process(256, 700) == (500, 700)


def test_setting_wins():
    assert slots_in_a_process(256, 700, WORKER_SLOTS="1500") == (1500, 700)
