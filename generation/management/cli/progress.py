"""A job's progress for somebody at a terminal: a live bar, or a plain line for each change.

What is shown comes from the database, so it does not matter which process does the work."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self, TextIO

from django.db import OperationalError, connection
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text

from generation.core.pricing import dollars
from generation.core.reasons import EXPLANATIONS, NEEDS_A_PERSON, Reason
from generation.kinds import all_kinds
from generation.models import Job, LogEntry, LogLevel
from generation.services.jobs import progress
from generation.services.jobs.progress import Waiting

LOOK_S = 0.1
FRESH_S = 1.0          # what a job waits for changes without a new revision
FOLLOWED_NO_FURTHER = NEEDS_A_PERSON | {Reason.PAUSED_BY_STAFF}
# Who follows also works where nobody else does, so these only mean that a worker is about to start.
ABOUT_TO_END = frozenset({Reason.NO_WORKER, Reason.REVISION_MISSING})


@dataclass(frozen=True)
class Moment:
    """What is shown of a job at one time."""

    state: str
    noun: str
    units_done: int
    units_total: int
    percent: int
    tokens: int
    cost_usd_micros: int
    elapsed_s: float
    waiting: Waiting | None

    @property
    def place(self) -> str:
        """`week 7 of 12`; nothing while the plan is made."""
        if not self.percent:
            return ""
        digits = len(str(self.units_total))
        return f"{self.noun} {self.units_done:>{digits}} of {self.units_total}"

    @property
    def wait_line(self) -> str:
        """Why nothing moves, and until when; empty while it does."""
        if self.waiting is None:
            return ""
        if self.waiting.reason is Reason.PROVIDER_UNAVAILABLE:
            return self.waiting.line
        until = f" until {self.waiting.until_when('%H:%M:%S')}" if self.waiting.until else ""
        return f"waits{until}: {EXPLANATIONS[self.waiting.reason].sentence}"


@dataclass(frozen=True)
class Followed:
    """How following ended: the job is over, or `blocked` by what only a person can mend, or neither."""

    job: Job
    blocked: Waiting | None = None


class Display(Protocol):
    def show(self, moment: Moment) -> None: ...

    def tell(self, sentence: str) -> None:
        """A line that stays."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, type_: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...


def display_on(stream: TextIO) -> Display:
    """The display that suits `stream`."""
    return LiveBar(stream) if stream.isatty() else PlainLines(stream)


def follow(
    job: Job, display: Display, *, is_over: Callable[[], bool] = lambda: False,
    each_second: Callable[[], None] = lambda: None,
) -> Followed:
    """Show `job` until it ends, waits for a person, or `is_over`."""
    shown, shown_at, told = -1, 0.0, 0
    while True:
        try:
            revision = Job.objects.values_list("revision", flat=True).get(pk=job.pk)
            if revision != shown or time.monotonic() - shown_at > FRESH_S:
                job = Job.objects.select_related("route").get(pk=job.pk)
                shown, shown_at = revision, time.monotonic()
                moment = moment_of(job)
                told = _tell_trouble(job, display, told)
                display.show(moment)
                if job.is_terminal:
                    return Followed(job)
                if moment.waiting is not None and moment.waiting.reason in FOLLOWED_NO_FURTHER:
                    return Followed(job, moment.waiting)
                each_second()
        except OperationalError:      # the database restarts; the job does not mind
            connection.close()
        if is_over():
            return Followed(job)
        time.sleep(LOOK_S)


def moment_of(job: Job) -> Moment:
    waiting = progress.waiting(job)
    if waiting is not None and waiting.reason in ABOUT_TO_END:
        waiting = None
    return Moment(
        state=job.state, noun=all_kinds()[job.kind].unit_noun, units_done=job.unit_done,
        units_total=job.unit_total, percent=job.percent,
        tokens=job.input_tokens + job.output_tokens + progress.written_tokens(job),
        cost_usd_micros=job.cost_usd_micros, elapsed_s=progress.elapsed_s(job), waiting=waiting,
    )


def _tell_trouble(job: Job, display: Display, told: int) -> int:
    """Warnings and errors of the job's log after entry `told`; the last entry told."""
    entries = LogEntry.objects.filter(job=job, pk__gt=told).exclude(level=LogLevel.INFO).order_by("pk")
    for pk, message in entries.values_list("pk", "message"):
        display.tell(message)
        told = pk
    return told


class PlainLines:
    """For files and pipes: a line when state, units or waiting have changed."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last: tuple[object, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, type_: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stream.flush()

    def show(self, moment: Moment) -> None:
        visible = (moment.state, moment.units_done, moment.percent, moment.wait_line)
        if visible == self._last:
            return
        self._last = visible
        line = (
            f"{moment.percent:>3} %  {moment.state:<10}  {moment.place:<16}  {moment.elapsed_s:>6.1f} s  "
            f"{moment.tokens:>9,} tokens  {dollars(moment.cost_usd_micros)}"
        )
        self.tell(f"{line}  {moment.wait_line}".rstrip())

    def tell(self, sentence: str) -> None:
        print(f"  {sentence}", file=self._stream, flush=True)


class LiveBar:
    """For terminals: one line that moves."""

    def __init__(self, stream: TextIO) -> None:
        self._progress = Progress(
            TextColumn(" "), SpinnerColumn(finished_text="•"), TextColumn("{task.fields[state]}"),
            TextColumn("{task.fields[place]}", style="bold"),
            BarColumn(bar_width=24), TextColumn("{task.percentage:>3.0f} %"), _Elapsed(),
            TextColumn("{task.fields[spent]}", style="dim"),
            console=Console(file=stream, highlight=False), refresh_per_second=10,
        )
        self._task = self._progress.add_task(
            "", total=100, state="", place="", spent="", since=time.monotonic(), ended_s=None)
        self._wait_line = ""

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, type_: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, moment: Moment) -> None:
        is_over = moment.state not in {"queued", "planning", "generating"}
        self._progress.update(
            self._task, completed=moment.percent, state=f"{moment.state:<10}",
            place=f"{moment.place:<15}",
            spent=f"{moment.tokens:,} tokens  {dollars(moment.cost_usd_micros)}",
            since=time.monotonic() - moment.elapsed_s, ended_s=moment.elapsed_s if is_over else None,
        )
        if moment.wait_line and moment.wait_line != self._wait_line:
            self.tell(moment.wait_line)
        self._wait_line = moment.wait_line

    def tell(self, sentence: str) -> None:
        self._progress.console.print(f"    {sentence}", style="yellow", markup=False, soft_wrap=True)


class _Elapsed(ProgressColumn):
    """The job's own time, which goes on between two looks and stands still at the end."""

    def render(self, task: Task) -> Text:
        ended_s: float | None = task.fields["ended_s"]
        seconds = time.monotonic() - task.fields["since"] if ended_s is None else ended_s
        return Text(f"{seconds:>5.1f} s")
