"""A worker process that kills itself with SIGKILL at a chosen point: `python -m tests.processes.doomed POINT`.

`before_call`: the chunk is claimed, nothing was asked.  `before_store`: the reply is here, and not in the database.
`after_store`: the reply is stored, nothing is settled.  `never`: it lives."""

import os
import signal
import sys
import threading
from typing import Any, NoReturn

import django


def die(*_args: Any, **_kwargs: Any) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody survives this")


def main(point: str) -> None:
    django.setup()
    from generation.worker import completer, engine, failpoints
    from generation.worker.provider import provider_from_settings

    provider = provider_from_settings()
    engine = engine.Engine(provider)
    if point == "before_call":
        provider.ask = die      # type: ignore[method-assign, assignment]
    if point == "before_store":
        failpoints.reach = lambda name: die() if name == point else None
    if point == "after_store":
        completer.settling.settle = die      # type: ignore[attr-defined]
    engine.start()
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1])
