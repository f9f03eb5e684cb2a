"""The same request again: served at once, at no cost, to those who may have it, and never wrongly."""

import datetime as dt
import json
import unicodedata
from dataclasses import replace

import pytest

from accounts.models import Reservation, Role, User
from generation.core.cache_key import form_of
from generation.core.outcomes import CallCode, Failure, Receipt, Reply
from generation.kinds import get_kind
from generation.models import Attempt, CacheEntry, Chunk, Job, LogEntry, Route, UnitVersion, clock
from generation.services.cache import cache_entries
from generation.services.errors import Refusal, RefusalCode
from generation.services.jobs import control, progress, quotes, submission
from generation.services.maintenance import sweeper
from generation.services.routing import route_health
from generation.worker.job_context import JobContexts
from tests.invariants import assert_invariants
from tests.support import PROGRAM, USAGE, chunk, claim_all, content_for, finish, limited, used, work_off

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("cached")]

STRATEGIES = ["parallel", "sequential", "single"]


def ask(user, brief=PROGRAM, **more) -> Job:
    return submission.submit(user=user, kind="training_program", brief=brief, **more).job


def contents(job: Job) -> list:
    return list(Chunk.objects.filter(job=job).order_by("position").values_list("content", flat=True))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_same_request_again_is_complete_at_once_and_free(ann, route, strategy):
    first = work_off(ask(ann, strategy=strategy))
    calls = Attempt.objects.count()
    second = ask(ann, strategy=strategy)
    second.refresh_from_db()
    assert (second.state, second.from_cache, second.cost_usd_micros, second.calls) == ("completed", True, 0, 0)
    assert second.saved_usd_micros == first.cost_usd_micros > 0
    assert contents(second) == contents(first)
    assert second.title == first.title
    assert Attempt.objects.count() == calls
    assert claim_all() == []
    assert_invariants()


def test_cached_document_says_so_where_it_is_read(ann, route):
    work_off(ask(ann))
    second = ask(ann)
    assert LogEntry.objects.filter(job=second, code="serve").count() == 4
    line = LogEntry.objects.get(job=second, chunk=chunk(second, 3), code="serve").message
    assert line.startswith("week 3 of 3 from the cache, saved $0.0")
    assert "4 parts from the cache saved" in LogEntry.objects.get(job=second, code="completed").message
    snapshot = progress.snapshot(second)
    assert (snapshot["from_cache"], snapshot["cached_parts"], snapshot["percent"]) == (True, 4, 100)


def test_hits_and_what_they_saved_are_counted(ann, route):
    first = work_off(ask(ann))
    for _ in range(2):
        ask(ann)
    assert set(CacheEntry.objects.values_list("hits", flat=True)) == {2}
    assert sum(entry.saved_usd_micros for entry in CacheEntry.objects.all()) == 2 * first.cost_usd_micros
    totals = cache_entries.totals()
    assert (totals.entries, totals.hits, totals.made) == (4, 8, 4)
    assert totals.saved_usd_micros == 2 * first.cost_usd_micros
    assert totals.hit_rate == pytest.approx(2 / 3)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_hit_costs_the_quota_nothing_but_the_request(ann, route, strategy):
    limited(requests=9, units=3, usd_micros=10**9, jobs=1)
    first = work_off(ask(ann, strategy=strategy))
    second = ask(ann, strategy=strategy)      # there are no units left
    assert used("units", ann) == (3, 0)
    assert used("usd_micros", ann) == (first.cost_usd_micros, 0)
    assert (used("requests", ann), used("jobs", ann)) == ((2, 0), (0, 0))
    assert Reservation.objects.filter(reference=str(second.public_id)).get().used_requests == 1
    assert_invariants()


def test_half_cached_document_reserves_and_asks_for_the_rest(ann, route):
    limited(requests=9, units=9, usd_micros=10**9, jobs=9)
    work_off(ask(ann))
    CacheEntry.objects.filter(position=2).delete()
    second = ask(ann)
    assert (used("units", ann), second.state, second.cached_parts) == ((3, 1), "generating", 3)
    claim, = claim_all()
    assert claim.position == 2
    finish(claim)
    second.refresh_from_db()
    assert (second.state, second.from_cache, used("units", ann)) == ("completed", False, (4, 0))
    assert_invariants()


def test_cached_document_comes_while_the_provider_is_away(ann, route):
    work_off(ask(ann))
    route_health.note_call(route.pk, CallCode.AUTH, "bad key")
    assert Route.objects.get(pk=route.pk).open_until is not None
    assert ask(ann).state == "completed"


def test_plan_of_one_strategy_serves_another(ann, route):
    work_off(ask(ann))
    second = ask(ann, strategy="sequential")
    assert [chunk(second, position).from_cache for position in (0, 1)] == [True, True]
    assert [claim.position for claim in claim_all()] == [2], "it sees week 1, which the parallel one did not"


# --- What may not be served --------------------------------------------------------------------------


def test_strangers_share_nothing(ann, cy, route):
    """Cross-tenant: the same brief of two users is two sets of calls."""
    work_off(ask(ann))
    theirs = work_off(ask(cy))
    assert (theirs.cached_parts, theirs.calls) == (0, 4)
    assert CacheEntry.objects.count() == 8


@pytest.mark.parametrize(("scope", "cy_is_served", "bob_is_served"), [
    ("user", False, False), ("role", True, False), ("installation", True, True), ("off", False, False),
])
def test_scope_says_who_is_served(ann, bob, cy, route, settings, scope, cy_is_served, bob_is_served):
    settings.CACHE_SCOPE = scope
    work_off(ask(ann))
    assert ask(cy).from_cache is cy_is_served      # a student like ann
    assert ask(bob).from_cache is bob_is_served    # a teacher
    assert CacheEntry.objects.exists() is (scope != "off")


def test_promoted_user_is_no_longer_served_what_the_old_role_shares(ann, cy, route, settings):
    settings.CACHE_SCOPE = "role"
    work_off(ask(ann))
    User.objects.filter(pk=cy.pk).update(role=Role.TEACHER)
    assert not ask(User.objects.get(pk=cy.pk)).from_cache


@pytest.mark.parametrize("answer", [
    Failure(CallCode.REFUSED, "no"), Failure(CallCode.FILTERED, "no"), Failure(CallCode.TRUNCATED, "cut", usage=USAGE),
    Failure(CallCode.TIMEOUT, "late"), Reply("{", USAGE), Reply('{"title": "only a title"}', USAGE),
])
def test_nothing_but_valid_results_is_kept(ann, route, answer):
    ask(ann)
    claim, = claim_all()
    finish(claim, answer)
    assert not CacheEntry.objects.exists()


def test_valid_repair_is_kept(ann, route):
    ask(ann)
    claim, = claim_all()
    finish(claim, Reply("{", USAGE))
    again, = claim_all()
    finish(again)
    assert CacheEntry.objects.count() == 1
    assert work_off(Job.objects.get()).state == "completed"
    assert ask(ann).from_cache


def test_partial_document_serves_only_what_is_valid(ann, route):
    ask(ann)
    finish(*claim_all())
    first, second, third = claim_all()
    finish(first)
    for claim in (second, third):
        finish(claim, Failure(CallCode.REFUSED, "no"))
    again = ask(ann)
    assert [chunk(again, position).from_cache for position in range(4)] == [True, True, False, False]


def test_late_reply_of_a_cancelled_job_is_not_kept(ann, route):
    job = ask(ann)
    claim, = claim_all()
    control.cancel(job, by=ann)
    finish(claim)
    assert not CacheEntry.objects.exists()


def test_whole_document_with_a_bad_unit_serves_the_good_ones_and_the_mended_one(ann, route):
    ask(ann, strategy="single")
    claim, = claim_all()
    whole = content_for(claim, JobContexts().of(claim))
    whole["units"][1] = {"bad": "unit"}
    finish(claim, Reply(json.dumps(whole), USAGE))
    work_off(Job.objects.get())
    again = ask(ann, strategy="single")
    assert again.from_cache
    assert contents(again) == contents(Job.objects.order_by("pk").first())
    assert_invariants()


@pytest.mark.parametrize("change", [
    {"PROVIDER": "https://other.example/v1"},
    {"model": "gpt-9"}, {"slug": "renamed"}, {"revision": 999}, {"form": "another prompt"},
])
def test_other_provider_model_revision_or_prompt_is_a_miss(ann, route, settings, monkeypatch, change):
    work_off(ask(ann))
    if "PROVIDER" in change:
        settings.PROVIDER = change["PROVIDER"]
    elif "revision" in change:
        monkeypatch.setattr(type(get_kind("training_program")), "revision", change["revision"])
    elif "form" in change:
        monkeypatch.setattr(cache_entries, "form_of", lambda kind, stage: form_of(kind, stage) + change["form"])
    else:
        Route.objects.filter(pk=route.pk).update(**change)
    assert ask(ann).cached_parts == 0


def test_what_the_simulator_wrote_never_serves_a_real_service(ann, route, settings):
    settings.PROVIDER = "simulator"
    ask(ann)
    claim, = claim_all()
    finish(claim, replace(
        Reply(json.dumps(content_for(claim, JobContexts().of(claim))), USAGE), receipt=Receipt(is_simulated=True)))
    again = ask(ann)
    again.refresh_from_db()
    assert (again.cached_parts, again.is_simulated) == (1, True), "served to a rehearsal, and says what it is"
    settings.PROVIDER = "https://api.openai.com/v1"
    assert ask(ann).cached_parts == 0


def test_brief_in_another_spelling_is_the_same_and_in_other_words_is_not(ann, route):
    note = "Café marathon\nin spring"
    work_off(ask(ann, {**PROGRAM, "goal_note": unicodedata.normalize("NFC", note)}))
    assert ask(ann, {**PROGRAM, "goal_note": unicodedata.normalize("NFD", "Café   marathon\n\nin spring")}).from_cache
    for other in ("café marathon\nin spring", "Café marathon in spring", "Café marathon\nin spring!"):
        assert ask(ann, {**PROGRAM, "goal_note": other}).cached_parts == 0


def test_expired_entry_is_a_miss(ann, route):
    work_off(ask(ann))
    CacheEntry.objects.update(expires_at=clock.now())
    assert ask(ann).cached_parts == 0


@pytest.mark.parametrize("content", [
    {"no": "plan"}, [], "text", 7, {"plan": {}}, {"title": "x", "weeks": None},
])
@pytest.mark.parametrize("strategy", ["parallel", "single"])
def test_row_that_cannot_be_read_is_a_miss_and_is_gone(ann, route, content, strategy):
    """Corrupt, or of a schema that has changed: not an error."""
    work_off(ask(ann, strategy=strategy))
    CacheEntry.objects.filter(position=0).update(content=content)
    job = ask(ann, strategy=strategy)
    assert (job.cached_parts, job.state) == (0, "queued")
    assert not CacheEntry.objects.filter(position=0).exists()
    assert LogEntry.objects.get(code="cache_drop").job is None
    assert work_off(job).state == "completed"
    assert ask(ann, strategy=strategy).from_cache
    assert_invariants()


def test_row_with_unreadable_findings_is_a_miss(ann, route):
    work_off(ask(ann))
    CacheEntry.objects.filter(position=2).update(findings=[{"rule": "x"}])
    assert ask(ann).cached_parts == 3


def test_what_a_fallback_made_serves_those_who_wait_and_soon_nobody(ann, route):
    ask(ann)
    waiting = ask(ann)
    fallback = Route.objects.create(
        slug="fallback", model="m", priority=99, input_usd_micros=1, cached_input_usd_micros=1, output_usd_micros=1)
    claim, = claim_all()
    finish(replace(claim, route_id=fallback.pk))
    claim_all()
    assert chunk(waiting, 0).from_cache
    assert CacheEntry.objects.get().expires_at < clock.now() + dt.timedelta(minutes=2)


# --- Fresh, anew, retried ---------------------------------------------------------------------------


def test_fresh_request_is_made_anew_and_kept_for_the_next(ann, route):
    first = work_off(ask(ann))
    fresh = work_off(ask(ann, fresh=True))
    assert (fresh.cached_parts, fresh.calls) == (0, 4)
    assert contents(fresh) != contents(first)
    assert contents(ask(ann)) == contents(fresh)
    assert CacheEntry.objects.count() == 1 + 2 * 3, "the plan is replaced; its units belong to it"


def test_fresh_request_with_the_same_key_is_another_request(ann, route):
    ask(ann, idempotency_key="k")
    with pytest.raises(Refusal) as refusal:
        ask(ann, idempotency_key="k", fresh=True)
    assert refusal.value.code is RefusalCode.KEY_REUSED
    assert ask(ann, idempotency_key="k") == Job.objects.get()


@pytest.mark.parametrize("instruction", ["", "more rowing"])
def test_regenerated_unit_never_comes_from_the_cache(ann, route, instruction):
    limited(units=9, usd_micros=10**9)
    work_off(ask(ann))
    job = ask(ann)
    before = chunk(job, 2).content
    control.regenerate(job, 2, instruction=instruction, by=ann)
    claim, = claim_all()
    finish(claim)
    anew = chunk(job, 2)
    assert (anew.state, anew.from_cache, anew.content == before) == ("done", False, False)
    job.refresh_from_db()
    assert (job.cached_parts, job.from_cache, used("units", ann)) == (3, False, (4, 0))
    assert UnitVersion.objects.get(chunk=anew).from_cache
    later = chunk(ask(ann), 2).content
    assert later == (before if instruction else anew.content), "what came of a wish is nobody else's"
    assert_invariants()


def test_cached_unit_that_could_not_be_replaced_is_a_cached_unit_again(ann, route):
    limited(units=9)
    work_off(ask(ann))
    job = ask(ann)
    control.regenerate(job, 2, instruction="", by=ann)
    finish(*claim_all(), Failure(CallCode.REFUSED, "no"))
    job.refresh_from_db()
    assert (chunk(job, 2).from_cache, job.cached_parts, used("units", ann)) == (True, 4, (3, 0))
    assert_invariants()


def test_retry_takes_what_another_request_has_made_meanwhile(ann, route):
    job = ask(ann)
    finish(*claim_all(), Failure(CallCode.REFUSED, "no"))
    work_off(ask(ann))
    control.retry(job, by=ann)
    job.refresh_from_db()
    assert (job.state, job.from_cache) == ("completed", True)
    assert claim_all() == []
    assert_invariants()


def test_sequential_unit_whose_past_changed_under_way_is_not_kept(ann, route):
    ask(ann, strategy="sequential")
    job = Job.objects.get()
    finish(*claim_all())
    finish(*claim_all())
    second, = claim_all()
    control.regenerate(job, 1, instruction="other", by=ann)
    finish(second)
    assert not CacheEntry.objects.filter(position=2).exists()
    work_off(job)
    assert_invariants()


# --- Bounds and erasure -----------------------------------------------------------------------------


def test_sweeper_prunes_what_expired_and_what_was_used_least(ann, route, settings):
    work_off(ask(ann))
    plan, first, second, third = CacheEntry.objects.order_by("position")
    now = clock.now()
    for entry, minutes in ((plan, 1), (first, 30), (second, 20), (third, 10)):
        CacheEntry.objects.filter(pk=entry.pk).update(last_used_at=now - dt.timedelta(minutes=minutes))
    CacheEntry.objects.filter(pk=third.pk).update(expires_at=now)
    assert cache_entries.prune() == 1
    settings.CACHE_MAX_BYTES = plan.size_bytes + second.size_bytes
    assert cache_entries.prune() == 1
    assert set(CacheEntry.objects.all()) == {plan, second}
    settings.CACHE_MAX_ENTRIES = 1
    sweeper.upkeep()
    assert CacheEntry.objects.get() == plan


def test_erasing_an_owner_leaves_nothing_of_theirs(ann, bob, route):
    note = {**PROGRAM, "goal_note": "my canary knee"}
    work_off(ask(ann, note))
    work_off(ask(bob, note))
    assert cache_entries.erase_owner(ann.pk) == 4
    assert set(CacheEntry.objects.values_list("owner", flat=True)) == {bob.pk}
    assert not Job.objects.filter(user=ann, brief_text__contains="canary").exists()
    assert cache_entries.erase_owner(ann.pk) == 0
    assert ask(ann, note).cached_parts == 0


def test_quote_of_what_is_cached_costs_nothing(ann, route):
    limited(requests=9, units=9, usd_micros=10**9)

    def quote():
        return quotes.quote(user=ann, kind="training_program", brief=PROGRAM, strategy="parallel")

    new = quote()
    assert (new.cached, new.estimate.usd_micros_p50 > 0) == ("no", True)
    work_off(ask(ann))
    whole = quote()
    assert (whole.cached, whole.estimate.usd_micros_p90, whole.estimate.seconds_p90) == ("whole", 0, 0.0)
    assert {limit.standing.ceiling.metric: limit.left_after for limit in whole.limits}["units"] == 6
    CacheEntry.objects.filter(position=3).delete()
    partly = quote()
    assert partly.cached == "partly"
    assert 0 < partly.estimate.usd_micros_p50 < new.estimate.usd_micros_p50
    assert not CacheEntry.objects.filter(hits__gt=0).exists()
