"""Statements that are compiled once say and do what Django's own do, whatever values they are given."""

import datetime as dt

import pytest
from django.db.models import Count, F
from django.db.models.functions import Coalesce, Now

from accounts.compiled import Change, Given, GivenMany, IsOneOf, Presence, Selection
from generation.models import Attempt, Chunk, Job, LogEntry
from generation.models.bulk import RowsInsert
from tests.support import work_off

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
HOSTILE = ("'; DROP TABLE x; --", "%s %(name)s %%", "{1,2}", '"', "\\", "Ünïcödé 🏋")
by_title = Selection(lambda: Chunk.objects.filter(title=Given("title")).values_list("pk"))
findings_of = Selection(lambda: Chunk.objects.filter(pk=Given("pk")).values_list("findings", "ready_at"))
among = Selection(lambda: Chunk.objects.filter(IsOneOf("position", GivenMany("positions"))).order_by(
    "position").values_list("position"))
of_jobs = Selection(lambda: Chunk.objects.filter(IsOneOf("job__title", GivenMany("titles"))).order_by().values_list(
    "job__title").annotate(Count("id")))
with_job = Selection(lambda: Chunk.objects.filter(job=Given("job")).select_related("job").defer(
    "job__brief").annotate(read_at=Now()).order_by("position"))
retitle = Change(lambda: (Chunk.objects.filter(ready_at__lte=Given("now")), {
    "title": Given("title"), "fence": F("fence") + 1, "started_at": Coalesce(F("started_at"), Given("now"))}))
presence = Presence(lambda: {
    "titled": Chunk.objects.filter(title=Given("title")), "early": Chunk.objects.filter(ready_at__lt=Given("early")),
    "none": Chunk.objects.filter(position=1_000), "any": Job.objects.all()})


@pytest.fixture
def done(job) -> Job:
    return work_off(job)


@pytest.fixture
def parts(done) -> list[Chunk]:
    return list(Chunk.objects.filter(job=done).order_by("position"))


@pytest.mark.parametrize("words", HOSTILE)
def test_values_are_values_and_nothing_else(parts, words):
    Chunk.objects.filter(pk=parts[1].pk).update(title=words)
    assert by_title.all(title=words) == [(parts[1].pk,)]
    assert by_title.all(title="another") == []


def test_rows_are_what_django_makes_of_them(parts):
    Chunk.objects.filter(pk=parts[0].pk).update(findings=[{"rule": "x", "limit": None}], ready_at=NOON)
    assert findings_of.all(pk=parts[0].pk) == [([{"rule": "x", "limit": None}], NOON)]


@pytest.mark.parametrize("words", HOSTILE)
def test_querysets_that_have_a_row_are_named_in_one_statement(parts, words, django_assert_num_queries):
    Chunk.objects.filter(pk=parts[1].pk).update(title=words)
    Chunk.objects.filter(pk=parts[2].pk).update(ready_at=NOON)
    with django_assert_num_queries(3):
        assert presence.found(title=words, early=NOON + dt.timedelta(seconds=1)) == {"titled", "early", "any"}
        assert presence.found(title=words, early=NOON) == {"titled", "any"}
        assert presence.found(title="another", early=NOON) == {"any"}


@pytest.mark.parametrize("positions", [[], [1], [2, 0], list(range(1_000))])
def test_any_number_of_values_may_be_looked_for(parts, positions):
    there = {part.position for part in parts}
    assert [found for found, in among.all(positions=positions)] == sorted(there.intersection(positions))


@pytest.mark.parametrize("words", HOSTILE)
def test_texts_may_be_looked_for_among_others(parts, words):
    Job.objects.update(title=words)
    assert of_jobs.all(titles={words, "another"}) == [(words, len(parts))]


def test_instances_have_what_they_select_of_others(parts, django_assert_num_queries):
    found = with_job.all(job=parts[0].job_id)
    assert found == parts
    with django_assert_num_queries(0):
        assert {(one.job.kind, one.read_at.tzinfo is not None) for one in found} == {("training_program", True)}
    assert "brief" in found[0].job.get_deferred_fields()
    assert [one.content for one in found] == [one.content for one in parts]


def test_change_meets_what_its_queryset_has(parts):
    Chunk.objects.filter(pk=parts[2].pk).update(ready_at=NOON, started_at=None)
    assert retitle.make(now=NOON - dt.timedelta(seconds=1), title="earlier") == 0
    assert retitle.make(now=NOON, title=HOSTILE[0]) == 1
    changed = Chunk.objects.get(pk=parts[2].pk)
    assert (changed.title, changed.fence, changed.started_at) == (HOSTILE[0], parts[2].fence + 1, NOON)


def test_inserted_rows_have_the_defaults_of_the_others(done, parts):
    insert = RowsInsert(Attempt, ("job", "chunk", "fence", "route", "worker", "findings", "request_id"),
                        returning=("fence", "id"))
    ids = dict(insert([
        (done.pk, parts[0].pk, fence, done.route_id, words, [{"rule": words}], words)
        for fence, words in enumerate(HOSTILE, start=100)
    ]))
    made = {attempt.fence: attempt for attempt in Attempt.objects.filter(fence__gte=100)}
    assert ids == {fence: attempt.pk for fence, attempt in made.items()}
    assert [(made[fence].worker, made[fence].findings) for fence in sorted(made)] == [
        (words, [{"rule": words}]) for words in HOSTILE]
    one = made[100]
    assert (one.state, one.origin, one.code, one.http_status, one.is_booked) == ("asking", "provider", "", None, False)
    assert one.started_at is not None


def test_columns_of_nothing_at_all_can_be_inserted(done):
    insert = RowsInsert(LogEntry, ("job", "chunk", "by", "code", "message", "data"))
    assert len(insert([(done.pk, None, None, "x", "", {}), (None, None, None, "x", "", {"n": None})])) == 2
    assert list(LogEntry.objects.filter(code="x").order_by("pk").values_list("chunk", "by", "data")) == [
        (None, None, {}), (None, None, {"n": None})]
    assert insert([]) == []
