"""I8 and I16: how jobs end, and what people are told of it."""

from collections.abc import Iterator
from itertools import pairwise

from generation.core.reasons import Reason
from generation.core.states import Event, JobState
from generation.models import ReviewState
from generation.testbed.chaos.snapshot import Snapshot
from generation.testbed.installation.clients import Observed


def odd_streams(observed: Observed) -> Iterator[str]:
    for job, revisions in observed.revisions.items():
        # The same revision comes again when its place in the queue has moved.
        if any(later < earlier for earlier, later in pairwise(revisions)):
            yield f"the events of job {job} did not go forward: {revisions}"
        if observed.ends[job] != 1:
            yield f"the stream of job {job} told of {observed.ends[job]} ends"


def every_end_is_told_once(snapshot: Snapshot) -> Iterator[str]:
    """Until it is begun anew."""
    told = {JobState.COMPLETED.value, JobState.PARTIAL.value, JobState.FAILED.value, "review_rejected"}
    halted = JobState.IN_REVIEW.value      # what follows is a person's decision, and told by itself
    for job in snapshot.jobs:
        has_ended, is_halted, lines = False, False, snapshot.log_of.get(job.pk, [])
        for line in lines:
            if line.code in told and has_ended:
                yield f"job {job.pk} told of its end twice (line {line.pk}: {line.message})"
            # A cancelled new version ends with the old one, and says both.
            has_ended = has_ended or line.code in told or line.code == Event.CANCEL
            is_halted = line.code == halted or (is_halted and line.code not in told)
            has_ended = has_ended and line.code not in {Event.RESTART.value, Event.REGENERATE.value}
        if lines and job.is_terminal and not (has_ended or is_halted):
            yield f"job {job.pk} is {job.state} and never told so"


def reviews_are_open_while_jobs_wait(snapshot: Snapshot) -> Iterator[str]:
    for job in snapshot.jobs:
        states = [review.state for review in snapshot.reviews_of.get(job.pk, [])]
        is_waiting = job.state == JobState.IN_REVIEW
        if states.count(ReviewState.OPEN) != is_waiting:
            yield f"job {job.pk} is {job.state}, and its reviews are {', '.join(states) or 'none'}"
        if job.reason == Reason.REVIEW_REJECTED and ReviewState.REJECTED not in states:
            yield f"job {job.pk} is rejected, and nobody did that"
