"""Points at which a rehearsed worker dies, stalls or has a wrong clock.

`FAILPOINTS` names a folder: a file in it that is called as a point makes the next process that gets there do so,
and is taken away by it, so one file is one crash.  Only the file `poison` stays: the first unit of every brief
that says POISON kills whoever calls for it.  Without the setting, which production refuses, nothing happens here."""

import contextlib
import datetime as dt
import json
import os
import signal
import time
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.utils import timezone

POISON = "failpoint: poison"
SKEW_S = 3_600

_folder: Path | None = settings.FAILPOINTS


def reach(name: str) -> None:
    """Die here, if somebody has put the file `name` there."""
    if _folder is not None and _take(name):
        _die(name)


def taste(brief: dict[str, Any], position: int) -> None:     # Any: JSON
    """Die if this is the first unit of a poisoned brief."""
    if _folder is not None and position == 1 and POISON in json.dumps(brief) and (_folder / "poison").exists():
        _die("poison")


def stall_pulse() -> None:
    """Keep the pulse from beating until every lease of this process has run out."""
    if _folder is not None and _take("stall_pulse"):
        _say("stall_pulse")
        time.sleep(settings.LEASE_S + 2 * settings.SWEEP_S)


def skew_clock() -> None:
    """Give this process a clock that is ahead by the seconds that stand in the file, or by `SKEW_S`, as far as Python
    code reads it."""
    if _folder is None:
        return
    with contextlib.suppress(FileNotFoundError):
        ahead_s = int((_folder / "skew_clock").read_text() or SKEW_S)
        if _take("skew_clock"):
            _say("skew_clock")
            real_time, real_now = time.time, timezone.now
            time.time = lambda: real_time() + ahead_s
            timezone.now = lambda: real_now() + dt.timedelta(seconds=ahead_s)


def _take(name: str) -> bool:
    """Whether this process, and no other, found the file."""
    assert _folder is not None, "the caller has looked"
    try:
        (_folder / name).unlink()
    except FileNotFoundError:
        return False
    return True


def _die(name: str) -> NoReturn:
    _say(name)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody survives this")


def _say(name: str) -> None:
    """Past whatever took stderr's place: the process may be about to end.  Without a disk it ends unheard."""
    with contextlib.suppress(OSError):
        os.write(2, f"failpoint {name}\n".encode())
