"""How many calls one worker process holds at once, unless WORKER_SLOTS says it.

A call in flight is a socket and what is remembered of its question.  Measured with prompts of 20 kB that nobody
answers: 110 descriptors and 98 KiB a call for 100, 1,010 and 80 KiB for 1,000.  Its reply, judged and stored, is some
hundred more, and not all of them come at once."""

import contextlib
import os
import resource
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

MOST = 1_000                    # what one process can answer for: judging a reply takes milliseconds of CPU
FEWEST = 8                      # a machine that has no room for so few has none for the process itself
CALL_BYTES = 512 << 10
SHARE_OF_MEMORY = 0.5           # of what is free: there are other processes
OTHER_DESCRIPTORS = 200         # of the process itself: connections of database and broker, modules, logs
DESCRIPTORS_WANTED = 65_536     # an unlimited hard limit is taken that far

_MEMINFO = Path("/proc/meminfo")
_OWN_GROUPS = Path("/proc/self/cgroup")
_GROUPS = Path("/sys/fs/cgroup")
# Limit and use of a group: of version 2, and of version 1's memory controller.
_FILES = (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes"))


@cache
def slots() -> int:
    """Of this process, for as long as it lives."""
    limit = raised_descriptor_limit()
    return settings.WORKER_SLOTS or fitting(descriptors=limit, memory_bytes=free_memory_bytes())


def fitting(*, descriptors: int, memory_bytes: int | None) -> int:
    """Slots for which there is room; None: nobody says how much memory there is."""
    by_memory = MOST if memory_bytes is None else int(memory_bytes * SHARE_OF_MEMORY) // CALL_BYTES
    return max(FEWEST, min(MOST, descriptors - OTHER_DESCRIPTORS, by_memory))


def raised_descriptor_limit() -> int:
    """Descriptors that this process may open, after its soft limit was raised towards the hard one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS_WANTED if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS_WANTED)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted if soft == resource.RLIM_INFINITY else soft
    with contextlib.suppress(ValueError, OSError):      # macOS has a limit below the one that it tells
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft


def free_memory_bytes() -> int | None:
    """Of the machine, or of the container if that has less; None where neither says."""
    return min(_machine() + list(_containers()), default=None)


def _machine() -> list[int]:
    with contextlib.suppress(OSError, StopIteration, ValueError):
        lines = _MEMINFO.read_text(encoding="ascii").splitlines()
        return [int(next(line.split()[1] for line in lines if line.startswith("MemAvailable:"))) << 10]
    with contextlib.suppress(OSError, ValueError):      # no Linux: what there is, not what is free
        return [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2]
    return []


def _containers() -> Iterator[int]:
    """What is left in each group that this process is in: any of them ends it when that is nothing."""
    for folder in _groups():
        for limit_file, use_file in _FILES:
            with contextlib.suppress(OSError, ValueError):      # no such file, or "max"
                limit, use = (int((folder / name).read_text(encoding="ascii")) for name in (limit_file, use_file))
                yield max(0, limit - use)


def _groups() -> Iterator[Path]:
    try:
        lines = _OWN_GROUPS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _number, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        root = _GROUPS / "memory" if controllers else _GROUPS
        own = root / path.lstrip("/")
        yield from (folder for folder in (own, *own.parents) if folder.is_relative_to(root))
