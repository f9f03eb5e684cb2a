"""One database poller for all event streams of this process.

A listener costs no query: each round asks once for the revisions of all watched jobs, builds one
snapshot for each job that changed, and hands it to everybody who watches.  Now and then it also looks whose place
in the queue is another, although the job itself did not move, and who may still listen.  Between two rounds no
database connection is held, and while nobody listens there are no rounds."""

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import Collection, Iterator, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, InterfaceError, connection

from generation.api.auth import Entitlement, still_entitled
from generation.models import Job
from generation.services.jobs import progress

_logger = logging.getLogger(__name__)

PLACE_S = 2.0      # between two looks at the places of jobs that do not move themselves
ENTITLED_S = 1.0      # between two looks at who may still listen


@dataclass(frozen=True)
class Frame:
    """One job at one revision, ready to be sent."""

    revision: int
    is_final: bool
    state: str
    data: str        # JSON without line breaks
    place: str = ""      # what may change while the revision stays: others move, or a route closes


def frame_of(job: Job) -> Frame:
    snapshot = progress.snapshot(job)
    data = json.dumps(snapshot, cls=DjangoJSONEncoder)
    waiting, queue = snapshot["waiting"] or {}, snapshot["queue"] or {}
    place = f"{waiting.get('reason')} {waiting.get('until')} {queue.get('ahead')}"
    return Frame(job.revision, job.is_terminal, job.state, data, place)


class Listener:
    """One open stream.  It keeps the newest frame only: who reads slowly misses frames, and never lags."""

    def __init__(self, entitlement: Entitlement) -> None:
        self.entitlement = entitlement
        self._newest: asyncio.Queue[Frame | None] = asyncio.Queue(maxsize=1)

    def offer(self, frame: Frame | None) -> None:
        if self._newest.full() and self._newest.get_nowait() is None:
            frame = None      # who is to end gets nothing more
        self._newest.put_nowait(frame)

    async def next(self, timeout_s: float) -> Frame | None:
        """The newest frame; None when there will be no more.  Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):      # wait_for of Python 3.11 can swallow a client's leaving
            return await self._newest.get()


class Hub:
    """Lives in the event loop; only `_changed` and `_shut_out` run in a thread, one at a time."""

    def __init__(self) -> None:
        self._listeners: dict[int, set[Listener]] = {}      # by job
        self._known: dict[int, int] = {}                    # the oldest revision that a listener of the job has
        self._open = Counter[int]()                         # by user
        self._opening = Counter[int]()                      # by user
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="event-hub")
        self._poller: asyncio.Task[None] | None = None
        self._places: dict[int, tuple[object, ...]] = {}    # by job, as last looked at
        self._looked_at = float("-inf")
        self._asked_at = float("-inf")
        self.rounds = 0
        self.snapshots = 0

    def streams(self, user_id: int | None = None) -> int:
        """How many streams are open, in all or of one user."""
        return self._open.total() if user_id is None else self._open[user_id]

    @contextmanager
    def opening(self, user_id: int) -> Iterator[int]:
        """While a stream of somebody's is looked at: how many of theirs are open or looked at, with this one."""
        self._opening[user_id] += 1
        try:
            yield self.streams(user_id) + self._opening[user_id]
        finally:
            self._opening -= Counter([user_id])

    @property
    def is_polling(self) -> bool:
        return self._poller is not None

    @contextmanager
    def listening(self, job_id: int, entitlement: Entitlement, revision: int) -> Iterator[Listener]:
        """A listener that is offered every frame of the job that is newer than `revision`, as long as it may listen."""
        listener = Listener(entitlement)
        self._listeners.setdefault(job_id, set()).add(listener)
        self._open[entitlement.user_id] += 1
        self._known[job_id] = min(revision, self._known.get(job_id, revision))
        if self._poller is None:
            self._looked_at = self._asked_at = time.monotonic()
            self._poller = asyncio.create_task(self._poll(), name="event-hub")
        try:
            yield listener
        finally:
            self._leave(job_id, listener)

    def _leave(self, job_id: int, listener: Listener) -> None:
        group = self._listeners[job_id]
        group.discard(listener)
        self._open -= Counter([listener.entitlement.user_id])      # which keeps nobody at zero
        if not group:
            del self._listeners[job_id], self._known[job_id]
            self._places.pop(job_id, None)
        if not self._listeners and self._poller is not None:
            self._poller.cancel()
            self._poller = None

    async def _poll(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                frames = await loop.run_in_executor(self._thread, self._changed, dict(self._known))
                self.rounds += 1
                for job_id, frame in frames.items():
                    self._hand_out(job_id, frame)
                if time.monotonic() - self._asked_at >= ENTITLED_S:
                    self._asked_at = time.monotonic()
                    listening = {listener.entitlement for group in self._listeners.values() for listener in group}
                    self._send_away(await loop.run_in_executor(self._thread, self._shut_out, listening))
                await asyncio.sleep(settings.SSE_POLL_S)
        except Exception:
            # An error of ours.  Streams that are closed come back, silent ones would wait for ever.
            self._poller = None
            for group in self._listeners.values():
                for listener in group:
                    listener.offer(None)
            raise

    def _hand_out(self, job_id: int, frame: Frame | None) -> None:
        for listener in self._listeners.get(job_id, ()):
            listener.offer(frame)
        if job_id in self._known and frame is not None:
            self._known[job_id] = frame.revision

    def _send_away(self, shut_out: Set[Entitlement]) -> None:
        for group in self._listeners.values() if shut_out else ():
            for listener in group:
                if listener.entitlement in shut_out:
                    listener.offer(None)

    def _shut_out(self, listening: Collection[Entitlement]) -> set[Entitlement]:
        """Whose token, session, account or permission is gone."""
        try:
            return set(listening) - still_entitled(listening)
        except (DatabaseError, InterfaceError) as error:
            _logger.warning("the event streams could not look at who listens, and will try again: %s", error)
            return set()
        finally:
            connection.close()

    def _changed(self, known: dict[int, int]) -> dict[int, Frame | None]:
        """The jobs whose revision is not the known one, or whose place is another; None for a job that is gone."""
        try:
            now = progress.latest_revision_of(list(known))
            changed = {job_id for job_id, revision in known.items() if now.get(job_id) != revision}
            still = self._due_for_a_look(known.keys() - changed)
            frames: dict[int, Frame | None] = dict.fromkeys(changed)
            if changed or still:
                for job in Job.objects.filter(pk__in=changed | still).select_related("route"):
                    if job.pk in changed or self._has_another_place(job):
                        frames[job.pk] = frame_of(job)
                        self.snapshots += 1
            return frames
        except (DatabaseError, InterfaceError) as error:
            _logger.warning("the event streams could not look at their jobs, and will try again: %s", error)
            return {}
        finally:
            connection.close()

    def _due_for_a_look(self, job_ids: Set[int]) -> Set[int]:
        """All of `job_ids` once in `PLACE_S`, and none in between."""
        if time.monotonic() - self._looked_at < PLACE_S:
            return set()
        self._looked_at = time.monotonic()
        return job_ids

    def _has_another_place(self, job: Job) -> bool:
        """Whether `job`, which did not move itself, was moved by others since the last look."""
        if job.is_terminal:
            return False
        before, place = self._places.get(job.pk), progress.outside(job)
        self._places[job.pk] = place
        return place != before


hub = Hub()
