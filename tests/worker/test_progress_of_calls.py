"""How far a streamed call is, shown while it runs."""

import pytest

from generation.core.outcomes import CallCode, Failure
from generation.models import Chunk, Job, clock
from generation.services.chunks import leases
from generation.services.jobs import progress
from tests.support import chunk, claim_all, finish, work_off

pytestmark = pytest.mark.django_db(transaction=True)


def test_tokens_of_a_call_that_runs_are_seen_and_raise_the_revision(job):
    claim, = claim_all()
    before = Job.objects.get(pk=job.pk).revision
    leases.show_written({claim.chunk_id: (claim.fence, 1_234)})
    job.refresh_from_db()
    seen = progress.snapshot(job)
    assert (seen["written_tokens"], seen["phase"]) == (1_234, "planning, about 1,234 tokens more written")
    assert job.revision == before + 1


def test_late_word_of_a_lost_call_is_not_shown(job):
    claim, = claim_all()
    leases.show_written({claim.chunk_id: (claim.fence - 1, 99)})
    assert chunk(job, 0).written_tokens == 0


def test_next_call_begins_at_nothing_and_an_ended_one_shows_nothing(job):
    claim, = claim_all()
    leases.show_written({claim.chunk_id: (claim.fence, 500)})
    finish(claim, Failure(CallCode.SERVER_ERROR, "500"))
    assert progress.snapshot(Job.objects.get(pk=job.pk))["written_tokens"] == 0
    Chunk.objects.filter(state="pending", ready_at__isnull=False).update(ready_at=clock.now())
    work_off(job)
    assert set(Chunk.objects.filter(job=job).values_list("written_tokens", flat=True)) == {0}
