"""What keeps a finished document from its reader: findings that a person decides about.

Called inside the transaction that ends the job, with the job locked.  What people decide: services/jobs/reviews.py."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from accounts.compiled import GivenMany, IsOneOf, Selection
from generation.core.findings import Finding
from generation.models import Chunk, Job, Review, ReviewState

Stored = dict[str, Any]      # Any: a finding as it is stored
Held = Mapping[int, list[Stored]]

# The findings of everything that can be read, in the order of the document.
_found = Selection(
    lambda: Chunk.objects.filter(IsOneOf("job_id", GivenMany("jobs")), state="done").exclude(findings=[])
    .order_by("job_id", "position").values_list("job_id", "findings"))


def findings_of(jobs: Iterable[Job]) -> Held:
    """By job, all that stands on its parts and on its document."""
    of_document = {job.pk: job.findings for job in jobs}
    found: dict[int, list[Stored]] = {job_id: [] for job_id in of_document}
    for job_id, findings in _found.all(jobs=list(of_document)):
        found[job_id] += findings
    return {job_id: [*found[job_id], *of_document[job_id]] for job_id in of_document}


def held_among(found: Held) -> Held:
    """By job, those of severity human in `found` that nobody has released; of most jobs none."""
    human = {
        job_id: [stored for stored in findings if Finding.from_json(stored).is_human]
        for job_id, findings in found.items()
    }
    return without_released({job_id: findings for job_id, findings in human.items() if findings})


def without_released(human: Held) -> Held:
    """What is left of `human` when that is taken off which a person has released before, on the same job."""
    if not human:
        return {}
    released: dict[int, set[tuple[str, str, str]]] = {job_id: set() for job_id in human}
    decided = Review.objects.filter(job__in=human, state=ReviewState.RELEASED, decided_by__isnull=False)
    for job_id, findings in decided.values_list("job_id", "findings"):
        released[job_id].update(Finding.from_json(stored).identity for stored in findings)
    left = {
        job_id: [stored for stored in findings if Finding.from_json(stored).identity not in released[job_id]]
        for job_id, findings in human.items()
    }
    return {job_id: findings for job_id, findings in left.items() if findings}


def note(held: Held, now: dt.datetime) -> None:
    """Open a review for each job that is held; none of them has an open one."""
    Review.objects.bulk_create(
        Review(job_id=job_id, findings=findings, opened_at=now) for job_id, findings in held.items())


def withdraw(job: Job, now: dt.datetime) -> None:
    """Close the open review of `job`, whose content is about to change: what comes of it is looked at anew."""
    Review.objects.filter(job=job, state=ReviewState.OPEN).update(
        state=ReviewState.RELEASED, decided_at=now, reason="It is made anew before anybody decided.")
