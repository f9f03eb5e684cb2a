"""What a page of a job or a unit shows is of one moment, its buttons' marks included: else a button would know of a
decision that the page does not show."""

from collections.abc import Callable
from typing import Any

from generation.models import Chunk, Job

READINGS = 3      # a job that moves faster than it is read three times is shown as it is


def of_one_moment(
    row: Job | Chunk, read: Callable[[], dict[str, Any]]     # Any: a template's context
) -> dict[str, Any]:
    """What `read` finds out about `row`, one thing after the other; all of it again, if the job has moved meanwhile."""
    for _reading in range(READINGS):
        found = read()
        job = row if isinstance(row, Job) else row.job
        if not Job.objects.filter(pk=job.pk).exclude(revision=job.revision).exists():
            break
        row.refresh_from_db()
    return found
