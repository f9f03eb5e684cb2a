"""The simulator as a process: ready line, signals, and the end of its parent."""

import asyncio
import os
import resource
import signal

from generation.simulator.server import running
from generation.simulator.settings import SimulatorSettings

READY = "simulator ready at "


def serve(settings: SimulatorSettings, *, until_closed: int | None = None) -> None:
    """Run until SIGTERM or SIGINT, or until the file descriptor `until_closed` is at its end."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))      # a connection is a file
    asyncio.run(_serve(settings, until_closed))


async def _serve(settings: SimulatorSettings, until_closed: int | None) -> None:
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    if until_closed is not None:
        _watch(loop, until_closed, over)
    async with running(settings) as started:
        print(f"{READY}{started.url}", flush=True)
        await over.wait()


def _watch(loop: asyncio.AbstractEventLoop, descriptor: int, over: asyncio.Event) -> None:
    """Set `over` when the other end of the pipe is gone, for whatever reason."""

    def look() -> None:
        if not os.read(descriptor, 4096):
            loop.remove_reader(descriptor)
            over.set()

    loop.add_reader(descriptor, look)
