"""Calls begin a few at a time, in between what arrives, and none begins while replies wait to be stored.

Were all that was claimed begun at once, the replies would come at once, too, and wait for each other where a crash
takes them: what we have no time to take in is not asked for.  So they begin about as fast as they can be taken in,
which costs nothing: the last one is judged no later than if all had come together."""

from collections import deque
from collections.abc import Callable

from generation.worker.call_loop import CallLoop
from generation.worker.question import Question
from generation.worker.reply_backlog import ReplyBacklog

PACE_S = 0.004           # what a reply costs a process: to be read, stored, judged and settled
TOGETHER = 4             # in one turn of the loop
AT_ONCE = 16             # after a pause: the units of one document


class CallStarter:
    """`put` from any thread what is to be asked; `begin` is called for each on the event loop."""

    def __init__(self, calls: CallLoop, backlog: ReplyBacklog, begin: Callable[[Question], None]) -> None:
        self._calls = calls
        self._backlog = backlog
        self._begin = begin
        self._waiting = deque[Question]()
        self._is_due = False      # here and below: the event loop's own
        self._next_at = 0.0
        backlog.on_clear = self._go_on

    def put(self, question: Question) -> None:
        self._waiting.append(question)
        self._calls.soon(self._begin_some)

    def _go_on(self) -> None:
        if self._waiting:
            self._calls.soon(self._begin_some)

    def _begin_some(self) -> None:
        if not self._is_due:
            self._begin_few()

    def _begin_few(self) -> None:
        self._is_due = False
        if not self._waiting or self._backlog.behind:
            return
        now = self._calls.time()
        self._next_at = max(self._next_at, now - AT_ONCE * PACE_S)
        for _ in range(TOGETHER):
            if not self._waiting or self._next_at > now:
                break
            self._next_at += PACE_S
            self._begin(self._waiting.popleft())
        self._is_due = True
        self._calls.at(max(now, self._next_at + (TOGETHER - 1) * PACE_S), self._begin_few)
