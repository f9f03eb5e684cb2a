"""Pages of jobs by cursor: the cursor is the last job of the page before, so new jobs shift nothing."""

from uuid import UUID

from generation.api.problems import Problem, ProblemCode, input_error
from generation.api.schemas import JobItem, JobPage
from generation.models import Job
from generation.models.job import JobQuerySet

DEFAULT, MOST = 20, 100


def page(found: JobQuerySet, *, visible: JobQuerySet, cursor: UUID | None, limit: int) -> JobPage:
    """At most `limit` of `found`, newest first, after `cursor`, which must be one of `visible`."""
    if cursor is not None:
        found = found.filter(pk__lt=_position(visible, cursor))
    jobs: list[Job] = list(found.select_related("user").order_by("-pk")[: limit + 1])
    items = [JobItem.of(job) for job in jobs[:limit]]
    return JobPage(items=items, next_cursor=items[-1].id if len(jobs) > limit else None)


def _position(visible: JobQuerySet, cursor: UUID) -> int:
    position = visible.filter(public_id=cursor).values_list("pk", flat=True).first()
    if position is None:
        raise Problem(
            ProblemCode.INVALID_INPUT, "The cursor leads nowhere.", "Begin again without a cursor.",
            [input_error("/cursor", "is not the next_cursor of an earlier page", within="query")],
        )
    return position
