"""What a route learns of its server, and what may open its breaker."""

import datetime as dt
from dataclasses import replace

import pytest

from generation.core.breaker import QUOTA_COOL_DOWN
from generation.core.dialects import BOUNDS, JSON_SCHEMA, NEW_CAP, OLD_CAP, STORE, STREAM, Learned
from generation.core.outcomes import CallCode, Failure, Receipt
from generation.core.routing import SchemaSupport
from generation.models import Attempt, Chunk, Job, LogEntry, Route, clock
from generation.services.chunks.claim import Claim
from generation.services.jobs import progress, submission
from generation.services.routing import route_health
from generation.worker.route_notes import RouteNotes, said_to_all
from tests.invariants import assert_invariants
from tests.services.routing.test_routes import another, let_it_be_due, let_pauses_run_out
from tests.support import PROGRAM, chunk, claim_all, finish, work_off
from tests.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("alone")]


def refused(*names: str, **limits: int) -> Failure:
    return Failure(CallCode.FIELD_REFUSED, "it does not know that", lesson=Learned(frozenset(names), **limits))


def test_refused_field_is_left_out_by_the_next_claim_and_costs_no_attempt(job, route):
    claim, = claim_all()
    assert claim.wire.sends(STORE)
    finish(claim, refused(STORE))
    again, = claim_all()
    assert (again.attempts, again.wire.sends(STORE), again.wire.cap) == (1, False, NEW_CAP)
    assert LogEntry.objects.get(code="route_learned").message.endswith("without store")
    work_off(job)
    assert_invariants()


def test_what_is_refused_although_it_was_not_sent_ends_the_part(job, route):
    Route.objects.filter(pk=route.pk).update(learned=Learned(frozenset({STORE})).as_json())
    claim, = claim_all()
    finish(claim, refused(STORE))
    assert chunk(job, 0).reason == "bad_request"


def test_those_that_asked_before_the_route_knew_go_again_too(ann, route):
    """Both were asked with the field; the second is told when the route knows already."""
    for goal in ("strength", "endurance"):
        submission.submit(user=ann, kind="training_program", brief={**PROGRAM, "goal": goal})
    first, second = claim_all()
    finish(first, refused(STORE))
    finish(second, refused(STORE))
    assert [claim.wire.sends(STORE) for claim in claim_all()] == [False, False]
    assert LogEntry.objects.filter(code="route_learned").count() == 1


def test_many_at_once_teach_one_lesson(route, job):
    claim, = claim_all()
    found = at_once(*[
        lambda name=name: route_health.learn(route.pk, Learned(frozenset({name})), claim.terms)
        for name in (STORE, "prompt_cache_key", "strict", BOUNDS)
    ])
    assert found == [True] * 4
    assert Route.objects.get(pk=route.pk).lesson.refused == {STORE, "prompt_cache_key", "strict", BOUNDS}


def test_stated_context_is_heeded_and_a_request_that_fits_into_it_goes_again(job, route):
    claim, = claim_all()
    too_long = Failure(CallCode.TOO_LONG, "8192 at most", lesson=Learned(context_tokens=8_192))
    finish(claim, too_long)
    again, = claim_all()
    assert (again.context_tokens, again.attempts) == (8_192, 1)
    finish(again, too_long)      # and if it does not fit all the same, that is the end
    assert (chunk(job, 0).state, chunk(job, 0).reason) == ("failed", "too_long")
    assert Attempt.objects.count() == 2


def test_larger_limits_than_the_route_s_own_teach_nothing(job, route):
    claim, = claim_all()
    finish(claim, Failure(CallCode.CAP_REFUSED, "200000 at most", lesson=Learned(output_tokens=200_000)))
    assert Route.objects.get(pk=route.pk).learned == {}
    assert chunk(job, 0).reason == "bad_request"


def test_lesson_about_the_server_of_before_is_not_kept(job, route):
    claim, = claim_all()
    Route.objects.filter(pk=route.pk).update(base_url="https://other.example/v1")
    finish(claim, refused(STORE))
    assert Route.objects.get(pk=route.pk).learned == {}
    assert claim_all()[0].attempts == 1


def test_person_has_everything_asked_again(job, route, adam):
    Route.objects.filter(pk=route.pk).update(learned=Learned(frozenset({STORE})).as_json())
    route_health.forget_lesson(route, by=adam)
    assert claim_all()[0].wire.sends(STORE)


@pytest.mark.parametrize(("values", "sent", "not_sent"), [
    ({}, {STORE, NEW_CAP, BOUNDS}, {STREAM, OLD_CAP}),
    ({"dialect": "mistral"}, {OLD_CAP}, {STORE, NEW_CAP, "prompt_cache_key"}),
    ({"base_url": "http://10.0.0.7:11434/v1"}, {OLD_CAP, STREAM}, {STORE}),
    ({"base_url": "http://10.0.0.7:11434/v1", "streaming": "off"}, {OLD_CAP}, {STREAM}),
    ({"streaming": "on"}, {STREAM, NEW_CAP}, set()),
    ({"schema_support": SchemaSupport.SHAPE}, {JSON_SCHEMA}, {BOUNDS}),
    ({"schema_support": SchemaSupport.NONE}, {"json_object"}, {JSON_SCHEMA, BOUNDS}),
    ({"dialect": "other", "learned": {"refused": [OLD_CAP]}}, {NEW_CAP}, {OLD_CAP}),
])
def test_settings_decide_what_is_sent(route, values, sent, not_sent):
    Route.objects.filter(pk=route.pk).update(**values)
    wire = Route.objects.get(pk=route.pk).wire
    assert {name for name in sent | not_sent if wire.sends(name)} == sent


# --- What opens the breaker -----------------------------------------------------------------------


@pytest.mark.parametrize("code", [
    CallCode.TIMEOUT, CallCode.UNUSABLE, CallCode.BLOCKED, CallCode.NO_ACCESS, CallCode.UNKNOWN_MODEL,
    CallCode.WRONG_ADDRESS, CallCode.FILTERED, CallCode.REFUSED, CallCode.BAD_REQUEST, CallCode.TOO_LONG,
])
def test_what_is_no_outage_closes_no_route(job, route, code):
    claim, = claim_all()
    notes = RouteNotes()
    for _ in range(30):
        assert not notes.failed(claim, Failure(code, "so it is"))
    assert Route.objects.get(pk=route.pk).open_until is None


def test_time_out_of_the_one_trial_call_is_a_failed_trial(job, route):
    for _ in range(5):
        route_health.note_call(route.pk, CallCode.SERVER_ERROR, "503")
    let_pauses_run_out()
    let_it_be_due()
    claim, = claim_all()
    assert claim.is_probe
    assert RouteNotes().failed(claim, Failure(CallCode.TIMEOUT, "no reply"))
    route.refresh_from_db()
    assert (route.open_until > clock.now(), route.probe_until) == (True, None)


def test_words_about_one_brief_are_not_shown_to_those_who_wait(ann, bob, job, route):
    claim, = claim_all()
    notes = RouteNotes()
    for _ in range(5):
        notes.failed(claim, Failure(
            CallCode.SERVER_ERROR, "The provider answered 500: cannot write about ann's secret", receipt=receipt(500)))
    bobs = submission.submit(user=bob, kind="training_program", brief=PROGRAM).job
    waiting = progress.waiting(bobs)
    assert waiting is not None
    assert (waiting.reason, waiting.detail) == ("provider_unavailable", "The provider answered 500.")
    assert "secret" not in " ".join(LogEntry.objects.values_list("message", flat=True))


def receipt(status: int) -> Receipt:
    return Receipt(http_status=status)


def ended(claim: Claim, failure: Failure) -> None:
    """As the engine ends a call: the route is told, too."""
    RouteNotes().failed(claim, failure)
    finish(claim, failure)


@pytest.mark.parametrize(("failure", "shown"), [
    (Failure(CallCode.AUTH, "The provider answered 401: Unauthorized: my secret"), "The provider answered 401."),
    (Failure(CallCode.OUT_OF_CREDIT, "The provider answered 402: my secret"), "The provider answered 402."),
])
def test_not_even_words_about_the_key_are_for_everybody(failure, shown):
    status = int(shown.split()[-1].rstrip("."))
    assert said_to_all(replace(failure, receipt=receipt(status))) == shown


def test_what_was_never_answered_is_told_in_our_own_words():
    assert said_to_all(Failure(CallCode.AUTH, "PROVIDER_KEY_X is not set")) == "PROVIDER_KEY_X is not set"


@pytest.mark.parametrize(("code", "goes_there"), [(CallCode.CONNECTION, False), (CallCode.SERVER_ERROR, True)])
def test_model_at_the_same_address_is_no_way_out_when_the_address_is_what_fails(job, route, code, goes_there):
    beside = another("beside", base_url=route.base_url, key_name=route.key_name)
    Route.objects.filter(pk=route.pk).update(fallback=beside)
    for _ in range(5):
        route_health.note_call(route.pk, code, "down")
    assert [claim.route_id == beside.pk for claim in claim_all()] == [True] * goes_there


# --- A quota of a day -----------------------------------------------------------------------------


def test_spent_day_pauses_the_route_for_as_long_as_it_was_said(job, route):
    claim, = claim_all()
    ended(claim, Failure(CallCode.QUOTA_SPENT, "100 of 100 requests today", retry_after_s=7_200))
    route.refresh_from_db()
    assert dt.timedelta(minutes=119) < route.open_until - clock.now() <= dt.timedelta(hours=2)
    waiting = progress.waiting(Job.objects.get(pk=job.pk))
    assert (waiting.reason, waiting.until) == ("quota_spent", route.open_until)
    assert route.concurrency_limit is None      # it says nothing about how many at once


def test_spent_day_is_asked_ever_less_often_and_ends_at_last(job, route):
    waits = []
    for _ in range(5):
        let_pauses_run_out()
        let_it_be_due()
        claim, = claim_all()
        ended(claim, Failure(CallCode.QUOTA_SPENT, "come back tomorrow"))
        waits.append(Route.objects.get(pk=route.pk).open_until - clock.now())
    hours = [round(wait / dt.timedelta(hours=1)) for wait in waits]
    assert hours == [1, 2, 4, 8, 16]
    assert min(waits) <= QUOTA_COOL_DOWN
    assert (chunk(job, 0).state, chunk(job, 0).reason) == ("failed", "quota_spent")
    assert Chunk.objects.filter(job=job).count() == Attempt.objects.values("chunk").distinct().count()


def test_fallback_takes_over_when_the_day_is_spent(job, route):
    Route.objects.filter(pk=route.pk).update(fallback=another("spare"))
    claim, = claim_all()
    ended(claim, Failure(CallCode.QUOTA_SPENT, "come back tomorrow"))
    let_it_be_due()
    assert claim_all()[0].model == "spare"


def test_server_that_states_less_each_time_is_asked_no_more_than_attempts_there_are(job, route, settings):
    for stated in range(90_000, 40_000, -1_000):
        claims = claim_all()
        if not claims:
            break
        finish(claims[0], Failure(CallCode.TOO_LONG, "less", lesson=Learned(context_tokens=stated)))
    assert Attempt.objects.count() == settings.MAX_ATTEMPTS
    assert (chunk(job, 0).state, chunk(job, 0).reason) == ("failed", "too_long")
