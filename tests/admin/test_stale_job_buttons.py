"""Two people at one job, unit or failure: the second reads what the first asked for; nothing is paid twice unseen."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import User
from generation.admin import incidents as incident_pages
from generation.admin import unit_page
from generation.admin.actions import ButtonMark
from generation.admin.rendering import url_of
from generation.core.outcomes import CallCode, Failure, Reply
from generation.models import Chunk, Election, Errand, Incident, Job, Route, UnitVersion, clock
from generation.services.jobs import control, submission
from generation.services.maintenance import sweeper
from generation.services.routing import route_health
from tests.admin.forms import at, button_at, press, question_in, said
from tests.support import PROGRAM, USAGE, chunk, claim_all, finish, work_off
from tests.threads import at_once

JOBS = reverse("admin:generation_job_changelist")


def lost(user: User) -> Job:
    job = submission.submit(user=user, kind="training_program", brief=PROGRAM).job
    return fail(job)


def fail(job: Job) -> Job:
    """The model declines to write what is asked of `job`."""
    for claim in claim_all():
        assert claim.job_id == job.pk
        finish(claim, Failure(CallCode.REFUSED, "I would rather not."))
    job.refresh_from_db()
    return job


def retried_in_vain(job: Job, by: User) -> None:
    control.retry(job, by=by)
    fail(job)


def asked_for(job: Job) -> int:
    """How often people had `job`, or a part of it, asked once more."""
    return Errand.objects.filter(job=job).count()


# --- The page of a job ------------------------------------------------------------------------


def test_what_another_has_asked_anew_is_not_cancelled_unseen(job: Job, rita: User, second: Client) -> None:
    button = button_at(second, url_of(job), at(job, "cancel"))
    control.cancel(job, by=rita)
    control.retry(job, by=rita)

    refused = second.post(at(job, "cancel"), button)

    assert "rita: cancelled, 0 of 3 done. " in said(refused)
    assert "rita: retry of" in said(refused)
    job.refresh_from_db()
    assert job.state == "queued"
    assert "The job is cancelled." in said(press(second, url_of(job), at(job, "cancel"))), "who has read it may"


def test_unit_that_another_has_written_anew_is_not_cancelled_unseen(
    partial: Job, rita: User, adam: User, second: Client
) -> None:
    control.regenerate(partial, 1, instruction="", by=adam)
    button = button_at(second, url_of(partial), at(partial, "cancel"))
    control.regenerate(partial, 3, instruction="kinder", by=rita)

    assert "rita: week 3 of 3 is written anew." in said(second.post(at(partial, "cancel"), button))
    assert chunk(partial, 3).state == "pending"


@pytest.mark.parametrize("place", ["job", "unit"])
def test_what_another_has_retried_in_vain_is_not_paid_again_unseen(
    place: str, failed: Job, rita: User, second: Client
) -> None:
    row = failed if place == "job" else chunk(failed, 0)
    button = button_at(second, url_of(row), at(row, "retry"))
    retried_in_vain(failed, rita)

    refused = second.post(at(row, "retry"), button)

    assert "rita: retry of 1 missing part." in said(refused)
    assert asked_for(failed) == 1
    assert "asked again" in said(press(second, url_of(row), at(row, "retry")))
    assert asked_for(failed) == 2


def test_what_its_owner_has_asked_through_the_api_is_a_decision_too(failed: Job, ann: User, second: Client) -> None:
    button = button_at(second, url_of(failed), at(failed, "retry"))
    retried_in_vain(failed, ann)

    assert "ann: retry of 1 missing part." in said(second.post(at(failed, "retry"), button))


def test_what_the_engine_does_meanwhile_makes_no_button_of_a_job_stale(job: Job, second: Client) -> None:
    button = button_at(second, url_of(job), at(job, "cancel"))
    work_off(job, stop_after=2)

    assert "The job is cancelled." in said(second.post(at(job, "cancel"), button))


def test_retry_that_is_sent_again_after_it_came_to_nothing_is_taken_once(failed: Job, second: Client) -> None:
    button = button_at(second, url_of(failed), at(failed, "retry"))
    second.post(at(failed, "retry"), button)
    fail(failed)

    assert "taken once" in said(second.post(at(failed, "retry"), button))
    assert asked_for(failed) == 1


# --- The page of a unit -----------------------------------------------------------------------


def test_unit_that_another_has_had_written_anew_is_not_paid_again_unseen(
    done: Job, rita: User, second: Client
) -> None:
    unit, asked = chunk(done, 1), asked_for(done)
    form = {**button_at(second, url_of(unit), at(unit, "regenerate")), "instruction": "shorter"}
    control.regenerate(done, 1, instruction="longer", by=rita)
    work_off(done)

    refused = second.post(at(unit, "regenerate"), form)

    assert "rita: week 1 of 3 is written anew." in said(refused)
    assert "“shorter”" in said(refused), "nobody types it once more"
    assert (chunk(done, 1).state, asked_for(done)) == ("done", asked + 1)
    press(second, url_of(unit), at(unit, "regenerate"), instruction="shorter")
    assert chunk(done, 1).instruction == "shorter"


def test_wish_that_is_sent_again_after_it_was_written_is_taken_once(done: Job, second: Client) -> None:
    unit = chunk(done, 1)
    form = {**button_at(second, url_of(unit), at(unit, "regenerate")), "instruction": "shorter"}
    second.post(at(unit, "regenerate"), form)
    work_off(done)

    assert "taken once" in said(second.post(at(unit, "regenerate"), form))
    assert UnitVersion.objects.filter(chunk=unit).count() == 1


def test_other_wish_on_a_page_from_before_the_first_is_refused(done: Job, second: Client) -> None:
    """As from a page that somebody went back to."""
    unit = chunk(done, 1)
    form = button_at(second, url_of(unit), at(unit, "regenerate"))
    second.post(at(unit, "regenerate"), {**form, "instruction": "shorter"})
    work_off(done)

    assert "root: week 1 of 3 is written anew." in said(
        second.post(at(unit, "regenerate"), {**form, "instruction": "longer"}))
    assert UnitVersion.objects.filter(chunk=unit).count() == 1


def test_what_is_decided_about_another_unit_makes_no_unit_stale(done: Job, rita: User, second: Client) -> None:
    unit = chunk(done, 1)
    form = button_at(second, url_of(unit), at(unit, "regenerate"))
    control.regenerate(done, 2, instruction="", by=rita)

    assert "Week 1" in said(second.post(at(unit, "regenerate"), {**form, "instruction": "shorter"}))
    assert chunk(done, 1).state == "pending"


def test_what_is_decided_about_the_whole_job_makes_its_units_stale(
    partial: Job, rita: User, second: Client
) -> None:
    unit = chunk(partial, 1)
    form = button_at(second, url_of(unit), at(unit, "regenerate"))
    control.retry(partial, by=rita)

    assert "rita: retry of 1 missing part." in said(
        second.post(at(unit, "regenerate"), {**form, "instruction": "shorter"}))
    assert chunk(partial, 1).state == "done"


def test_page_of_a_lost_unit_knows_what_was_done_about_the_others_before(
    partial: Job, rita: User, second: Client
) -> None:
    control.regenerate(partial, 1, instruction="", by=rita)
    work_off(partial, stop_after=1)
    unit = chunk(partial, 2)

    assert "asked again" in said(press(second, url_of(unit), at(unit, "retry")))


def test_page_knows_of_no_decision_that_it_does_not_show(
    done: Job, rita: User, second: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody decides while the page is read: after its row, before its mark."""
    unit, real = chunk(done, 1), unit_page.marked
    decided: list[Job] = []

    def late(row: Model) -> ButtonMark:
        if not decided:
            decided.append(control.regenerate(done, 1, instruction="", by=rita))
        return real(row)

    monkeypatch.setattr(unit_page, "marked", late)

    assert button_at(second, url_of(unit), at(unit, "regenerate")) == {}, "it is being written"


# --- Pages that are followed live -------------------------------------------------------------


@pytest.mark.parametrize(("place", "part", "button", "sentence"), [
    ("job", "actions", "cancel", "The job is cancelled."), ("unit", "regenerate", "regenerate", "is written anew."),
])
def test_page_that_was_followed_live_is_not_stale(
    place: str, part: str, button: str, sentence: str, partial: Job, rita: User, second: Client
) -> None:
    """Its script swaps a part whose version is another, also if the same buttons stand there as before."""
    row = partial if place == "job" else chunk(partial, 1)
    control.retry(partial, by=rita)
    before = version_of(second, row, part)
    assert version_of(second, row, part) == before, "nothing was decided"
    control.cancel(partial, by=rita)
    control.retry(partial, by=rita)

    assert version_of(second, row, part) != before
    assert sentence in said(press(second, at(row, "parts"), at(row, button)))


def test_failure_on_a_page_that_was_followed_live_knows_what_was_done_about_its_other_jobs(
    ann: User, route: Route, rita: User, second: Client
) -> None:
    one, other = (submission.submit(user=ann, kind="training_program", brief=PROGRAM).job for _ in range(2))
    while claims := claim_all():
        for claim in claims:
            finish(claim, Reply('{"words": "of no plan"}', USAGE))
    incident = look()
    before = version_of(second, one, "failures")
    retried_in_vain(other, rita)

    assert version_of(second, one, "failures") != before
    assert "Retry started for 2 jobs." in said(press(second, at(one, "parts"), take(incident, "retry")))


def version_of(client: Client, row: Job | Chunk, part: str) -> str:
    text = client.get(at(row, "parts")).content.decode()
    return text.split(f'data-part="{part}" data-version="', 1)[1].split('"', 1)[0]


# --- Several jobs -----------------------------------------------------------------------------


def question(client: Client, action: str, *jobs: Job) -> dict[str, list[str]]:
    """What "yes" sends, on the page that asks before `action` is done to `jobs`."""
    return question_in(client.post(JOBS, {"action": action, ACTION_CHECKBOX_NAME: [job.pk for job in jobs]}))


def test_job_that_another_has_retried_in_vain_is_left_out_and_the_others_are_done(
    ann: User, route: Route, rita: User, second: Client
) -> None:
    one, other = lost(ann), lost(ann)
    yes = question(second, "retry_selected", one, other)
    retried_in_vain(one, rita)

    answer = said(second.post(JOBS, yes))

    assert "Retry started for 1 job." in answer
    assert f"Not possible for 1: {one.title}: Nothing was done" in answer and "rita: retry of 1 missing part." in answer
    assert (asked_for(one), asked_for(other)) == (1, 1)


def test_job_that_another_has_asked_anew_is_not_cancelled_with_the_others(
    ann: User, route: Route, rita: User, second: Client
) -> None:
    one, other = (submission.submit(user=ann, kind="training_program", brief=PROGRAM).job for _ in range(2))
    yes = question(second, "cancel_selected", one, other)
    control.cancel(one, by=rita)
    control.retry(one, by=rita)

    assert "Cancelled 1 job." in said(second.post(JOBS, yes))
    assert [Job.objects.get(pk=job.pk).state for job in (one, other)] == ["queued", "cancelled"]


def test_yes_that_is_sent_again_is_taken_once_and_leads_to_the_same_list(
    failed: Job, done: Job, second: Client
) -> None:
    address = f"{JOBS}?state__exact=failed"
    yes = question(second, "retry_selected", failed)
    second.post(address, yes)
    fail(failed)

    again = second.post(address, yes)

    assert "taken once" in said(again)
    assert (again["Location"], asked_for(failed)) == (address, 1)


@pytest.mark.parametrize("mark", ["", "garbage", "of another job"])
def test_yes_that_does_not_say_what_its_page_was_made_from_does_nothing(
    mark: str, failed: Job, done: Job, second: Client
) -> None:
    yes = question(second, "retry_selected", failed)
    if mark == "of another job":
        [mark] = question(second, "retry_selected", done)["page_mark"]

    assert "did not say what it was made from" in said(second.post(JOBS, {**yes, "page_mark": mark}))
    assert asked_for(failed) == 0


# --- Failures ---------------------------------------------------------------------------------


def look() -> Incident:
    Election.objects.update(won_at=clock.now() - dt.timedelta(hours=1))
    sweeper.keep_up("incidents")
    return Incident.objects.get()


def take(incident: Incident, remedy: str) -> str:
    return reverse("admin:generation_incident_take", args=[incident.pk, remedy])


@pytest.mark.parametrize("are_many", [False, True])
def test_remedy_leaves_out_what_another_has_retried_in_vain(
    are_many: bool, ann: User, route: Route, rita: User, second: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = lost(ann), lost(ann)
    incident = look()
    monkeypatch.setattr(incident_pages, "ASK_BEFORE", 1 if are_many else 2)
    sent = button_at(second, url_of(incident), take(incident, "retry"))
    if are_many:
        sent = question_in(second.post(take(incident, "retry"), sent))
    retried_in_vain(one, rita)

    answer = said(second.post(take(incident, "retry"), sent))

    assert "Retry started for 1 job." in answer and "rita: retry of 1 missing part." in answer
    assert (asked_for(one), asked_for(other)) == (1, 1)


@pytest.mark.parametrize("are_many", [False, True])
def test_remedy_that_is_sent_again_after_it_came_to_nothing_is_taken_once(
    are_many: bool, failed: Job, second: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = look()
    monkeypatch.setattr(incident_pages, "ASK_BEFORE", 0 if are_many else 1)
    sent = button_at(second, url_of(incident), take(incident, "retry"))
    if are_many:
        sent = question_in(second.post(take(incident, "retry"), sent))
    second.post(take(incident, "retry"), sent)
    fail(failed)

    assert "taken once" in said(second.post(take(incident, "retry"), sent))
    assert asked_for(failed) == 1


def test_remedy_of_which_nothing_is_left_says_only_why(failed: Job, rita: User, second: Client) -> None:
    incident = look()
    button = button_at(second, url_of(incident), take(incident, "retry"))
    retried_in_vain(failed, rita)

    answer = said(second.post(take(incident, "retry"), button))

    assert answer.startswith(f"Not possible for 1: {failed.title}: Nothing was done")


def test_remedy_does_not_cancel_what_another_has_asked_anew(
    ann: User, route: Route, rita: User, second: Client
) -> None:
    route_health.note_call(route.pk, CallCode.AUTH, "Incorrect API key.")
    job = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    incident = look()
    button = button_at(second, url_of(incident), take(incident, "cancel"))
    control.cancel(job, by=rita)
    control.retry(job, by=rita)

    assert "rita: retry of" in said(second.post(take(incident, "cancel"), button))
    job.refresh_from_db()
    assert job.state == "queued"


def test_confirmed_remedy_touches_no_job_that_was_not_asked_about(
    ann: User, route: Route, second: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = lost(ann)
    incident = look()
    monkeypatch.setattr(incident_pages, "ASK_BEFORE", 0)
    yes = question_in(second.post(take(incident, "retry")))
    other = lost(ann)
    look()

    assert "Retry started for 1 job." in said(second.post(take(incident, "retry"), yes))
    assert (asked_for(one), asked_for(other)) == (1, 0)


# --- Five at once -----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["retry", "regenerate", "list", "failure"])
def test_what_is_pressed_five_times_at_once_is_paid_once(
    what: str, root: User, ann: User, route: Route, client_of: Callable[..., Client]
) -> None:
    clients, job = [client_of(root) for _ in range(5)], lost(ann)
    client = clients[0]
    address, sent = at(job, "retry"), button_at(client, url_of(job), at(job, "retry"))
    if what == "regenerate":
        control.retry(job, by=None)
        work_off(job)
        unit = chunk(job, 1)
        address, sent = at(unit, "regenerate"), button_at(client, url_of(unit), at(unit, "regenerate"))
    elif what == "list":
        address, sent = JOBS, question(client, "retry_selected", job)
    elif what == "failure":
        address = take(look(), "retry")
        sent = button_at(client, url_of(Incident.objects.get()), address)
    before = asked_for(job)

    answers = at_once(*(lambda client=client: client.post(address, sent) for client in clients))

    assert sum("taken once" in said(answer) for answer in answers) == 4
    assert asked_for(job) == before + 1
