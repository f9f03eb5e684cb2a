"""Points at which a rehearsed worker dies, stalls or has a wrong clock: `FAILPOINTS=before_call=0.01,poison=1`.

Without the setting, which production refuses, `reach` and `stall` do nothing.  Chaos sets it in the environment
of workers on a scratch database, so that a crash between two statements is a matter of a seed and not of luck."""

import datetime as dt
import json
import os
import random
import signal
import time
from typing import Any, NoReturn

from django.conf import settings
from django.utils import timezone

POISON = "failpoint: poison"      # in a brief: its units kill whoever calls for them
NAMES = frozenset({"before_call", "before_store", "after_store", "after_settle", "poison", "stall_pulse", "skew_s"})


def parse(text: str) -> dict[str, float]:
    """Names and their shares in [0, 1] (`skew_s`: seconds).  ValueError for anything else."""
    found: dict[str, float] = {}
    for part in filter(None, text.split(",")):
        name, _, share = part.partition("=")
        if name not in NAMES:
            raise ValueError(f"{name!r} is no fail point; there are {', '.join(sorted(NAMES))}")
        found[name] = float(share)
    return found


_active = parse(settings.FAILPOINTS)


def reach(name: str) -> None:
    """Die here, with the share that the setting gives `name`."""
    if _active and random.random() < _active.get(name, 0.0):
        _die(name)


def taste(brief: dict[str, Any], position: int) -> None:     # Any: JSON
    """Die if this is the first unit of a poisoned brief."""
    if "poison" in _active and position == 1 and POISON in json.dumps(brief):
        _die("poison")


def stall() -> None:
    """Keep the pulse from beating until every lease of this process has run out."""
    if _active and random.random() < _active.get("stall_pulse", 0.0):
        _say("stall_pulse")
        time.sleep(settings.LEASE_S + 2 * settings.SWEEP_S)


def skew() -> None:
    """Give this process a clock that is `skew_s` wrong, as far as Python code reads it."""
    seconds = _active.get("skew_s")
    if seconds:
        real_time, real_now = time.time, timezone.now
        time.time = lambda: real_time() + seconds
        timezone.now = lambda: real_now() + dt.timedelta(seconds=seconds)


def _die(name: str) -> NoReturn:
    _say(name)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody survives this")


def _say(name: str) -> None:
    """Past whatever took stderr's place: the process may be about to end."""
    os.write(2, f"failpoint {name}\n".encode())
