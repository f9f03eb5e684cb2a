"""No query for each row, and none that counts a whole table."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from generation.admin.records import BoundedPaginator
from generation.models import Attempt, CacheEntry, Chunk, Incident, Job, LogEntry, Pulse, Route
from generation.services.jobs import submission
from tests.support import PROGRAM, work_off

LISTS = {
    Job: "generation_job", Chunk: "generation_chunk", Attempt: "generation_attempt",
    Incident: "generation_incident", LogEntry: "generation_logentry", Route: "generation_route",
    Pulse: "generation_pulse", CacheEntry: "generation_cacheentry",
}


def queries_of(client, address):
    client.get(address)        # what is cached once for a process or session
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured.captured_queries]


def more_jobs(user, count):
    for _ in range(count):
        work_off(submission.submit(user=user, kind="training_program", brief=PROGRAM).job)


def test_job_list_asks_as_much_for_30_rows_as_for_1(done, ann, root, client_of):
    client, address = client_of(root), reverse("admin:generation_job_changelist")
    for_one = queries_of(client, address)

    for _ in range(29):
        twin = Job.objects.get(pk=done.pk)
        twin.pk, twin.public_id = None, uuid.uuid4()
        twin.save(force_insert=True)
    for_thirty = queries_of(client, address)

    assert len(client.get(address).context["cl"].result_list) == 30
    assert len(for_thirty) == len(for_one) <= 7


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model._meta.model_name)
def test_lists_ask_as_much_for_many_rows_as_for_few(model, done, worker, ann, bob, root, client_of):
    client, address = client_of(root), reverse(f"admin:{LISTS[model]}_changelist")
    before = queries_of(client, address)

    more_jobs(ann, 1)
    more_jobs(bob, 1)
    after = queries_of(client, address)

    assert len(after) == len(before)


def test_job_page_asks_as_much_for_many_units_as_for_few(done, ann, root, client_of):
    client = client_of(root)
    longer = work_off(submission.submit(user=ann, kind="training_program", brief={**PROGRAM, "weeks": 9}).job)

    def asked(job):
        return len(queries_of(client, reverse("admin:generation_job_change", args=[job.pk])))

    assert asked(longer) == asked(done) <= 24


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model._meta.model_name)
def test_counts_are_bounded(model, done, root, client_of):
    asked = queries_of(client_of(root), reverse(f"admin:{LISTS[model]}_changelist"))

    # The cache's size is summed up, which its own bound keeps short.
    counts = [sql for sql in asked if "COUNT(" in sql.upper() and 'SUM("generation_cacheentry"' not in sql]
    assert counts
    assert all("LIMIT" in sql for sql in counts)


def test_count_stops_at_its_bound(done, monkeypatch):
    monkeypatch.setattr(BoundedPaginator, "most", 3)

    paginator = BoundedPaginator(LogEntry.objects.all(), 2)

    assert (paginator.count, paginator.is_cut) == (3, True)


def test_first_page_asks_a_fixed_number_of_queries(done, ann, root, client_of):
    client = client_of(root)
    before = queries_of(client, reverse("admin:index"))

    more_jobs(ann, 2)

    assert len(queries_of(client, reverse("admin:index"))) == len(before) <= 23
