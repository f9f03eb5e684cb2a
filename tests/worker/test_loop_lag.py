"""What an answer waited for this process is not the provider's slowness."""

import asyncio
import time

import pytest

from generation.core.outcomes import Reply
from generation.worker.asking import Asker
from generation.worker.call_stats import CallStats
from generation.worker.loop_lag import LoopLag
from tests.support import USAGE, claim_all
from tests.waiting import wait_until
from tests.worker.test_executor import FakeProvider, Line

BUSY_S = 0.6
ANSWERED_S = 0.05


async def later(seconds: float) -> None:
    """Until a timer of the loop that is due in so many seconds."""
    due = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, due.set)
    await due.wait()


def be_busy(seconds: float) -> None:
    """In the loop's own thread, as with anything that holds the interpreter."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


class Slow:
    """Answers after a moment, in which the loop may have become busy."""

    async def ask(self, _request, **_more):
        await later(ANSWERED_S)
        return Reply("{}", USAGE)

    async def close(self):
        pass


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_busy", [False, True])
def test_pace_of_a_call_leaves_out_what_the_loop_was_busy_with(job, is_busy):
    line = Line(FakeProvider())
    claim, = claim_all()
    question, stats = line.executor.question_of(claim), CallStats()
    asker = Asker(Slow(), stats)

    async def ask() -> None:
        call = asyncio.ensure_future(asker.ask(question))
        await later(0)
        if is_busy:
            be_busy(BUSY_S)
        await call

    began = time.monotonic()
    asyncio.run(ask())
    took = time.monotonic() - began
    wait_until("the second in which it began is over", lambda: int(time.monotonic()) > int(began) + 1, 3)
    [pace] = stats.take()[claim.route_id].paces.values()
    assert pace.seconds <= took - (BUSY_S - ANSWERED_S - 0.06 if is_busy else 0)


def test_calm_loop_is_hardly_late_and_ticks_only_while_somebody_waits():
    async def calm() -> float:
        lag = LoopLag()
        lag.begin()
        await later(0.2)
        late = lag.end()
        await later(0.15)
        assert len(asyncio.get_running_loop()._scheduled) == 0
        return late

    assert asyncio.run(calm()) < BUSY_S
