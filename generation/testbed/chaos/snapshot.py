"""All rows of a database that the invariants are about, read once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from accounts.models import Reservation, Usage
from generation.models import Alert, Attempt, Chunk, Job, LogEntry, Review, Route, UnitVersion, clock
from generation.services import bookkeeping
from generation.testbed.installation.provider_log import Place


@dataclass(frozen=True)
class Snapshot:
    jobs: Sequence[Job]
    chunks: Sequence[Chunk]
    attempts: Sequence[Attempt]
    versions: Sequence[UnitVersion]
    reservations: Sequence[Reservation]
    usage: Sequence[Usage]
    log: Sequence[LogEntry]
    alerts: Sequence[Alert]
    routes: Sequence[Route]
    reviews: Sequence[Review]
    differences: Sequence[bookkeeping.Difference]      # of what is moved instead of counted

    @classmethod
    def read(cls) -> "Snapshot":
        with clock.one_moment():
            return cls._read()

    @classmethod
    def _read(cls) -> "Snapshot":
        return cls(
            list(Job.objects.order_by("pk")),
            list(Chunk.objects.order_by("job_id", "position")),
            list(Attempt.objects.defer("reply").order_by("pk")),
            list(UnitVersion.objects.defer("content").order_by("pk")),
            list(Reservation.objects.order_by("pk")),
            list(Usage.objects.order_by("pk")),
            list(LogEntry.objects.order_by("pk")),
            list(Alert.objects.order_by("pk")),
            list(Route.objects.order_by("pk")),
            list(Review.objects.order_by("pk")),
            [one for comparison in bookkeeping.COMPARISONS for one in bookkeeping.differences(comparison)],
        )

    @cached_property
    def chunks_of(self) -> dict[int, list[Chunk]]:
        """By job."""
        return _grouped(self.chunks, "job_id")

    @cached_property
    def attempts_of(self) -> dict[int, list[Attempt]]:
        """By chunk."""
        return _grouped(self.attempts, "chunk_id")

    @cached_property
    def versions_of(self) -> dict[int, list[UnitVersion]]:
        """By chunk."""
        return _grouped(self.versions, "chunk_id")

    @cached_property
    def log_of(self) -> dict[int, list[LogEntry]]:
        """By job."""
        return _grouped((line for line in self.log if line.job_id is not None), "job_id")

    @cached_property
    def reviews_of(self) -> dict[int, list[Review]]:
        """By job."""
        return _grouped(self.reviews, "job_id")

    @cached_property
    def place_of(self) -> dict[int, Place]:
        """Of each chunk."""
        keys = {job.pk: str(job.public_id) for job in self.jobs}
        return {chunk.pk: (keys[chunk.job_id], chunk.position) for chunk in self.chunks}

    @cached_property
    def chunk_at(self) -> dict[Place, Chunk]:
        return {self.place_of[chunk.pk]: chunk for chunk in self.chunks}

    def units_of(self, job: Job) -> list[Chunk]:
        return [chunk for chunk in self.chunks_of.get(job.pk, []) if chunk.position > 0]


def _grouped(rows: Iterable[Any], key: str) -> dict[Any, list[Any]]:     # Any: rows of one model, a column of it
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found
