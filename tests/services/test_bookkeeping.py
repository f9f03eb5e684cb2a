"""The books: whatever is moved instead of counted is found, and named, when it is not what was counted."""

import datetime as dt
import json

import pytest
from django.core.management import call_command
from django.db.models import F

from accounts.models import Reservation, Usage, User
from generation.management.cli.base import BadInput
from generation.models import Attempt, Chunk, Errand, Incident, Job, Sum, clock
from generation.services import bookkeeping, quotas
from generation.services.jobs import submission
from generation.telemetry import counters
from tests.support import PROGRAM, claim_all, limited, work_off
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ended(ann, route):
    """A complete program, accepted under limits, and in the metrics."""
    limited(requests=5, units=50)
    job = work_off(submission.submit(user=ann, kind="training_program", brief=PROGRAM).job)
    counters.count_ended()
    return job


def nobody_waits(seconds: float) -> None:
    """Instead of the sweeper's time."""


def verified(most=10, pause=nobody_waits) -> dict[str, bookkeeping.Found]:
    """What differs, by the name of the comparison."""
    found, _at_work = bookkeeping.verify(most=most, pause=pause)
    return {one.comparison.name: one for one in found if one.count}


def sum_of_a_job(job):
    Job.objects.filter(pk=job.pk).update(output_tokens=1)


def count_of_calls(job):
    Job.objects.filter(pk=job.pk).update(calls=F("calls") - 1)


def call_that_is_gone(job):
    Attempt.objects.filter(job=job).order_by("pk")[0].delete()


def cost_of_a_part(job):
    Chunk.objects.filter(job=job, position=1).update(cost_usd_micros=10**9)


def paid_call_in_no_sum(job):
    Attempt.objects.filter(job=job, chunk__position=1).update(
        state="replied", settled_at=None, is_booked=False, started_at=job.created_at - dt.timedelta(days=1))


def part_at_work_without_a_call(job):
    Chunk.objects.filter(job=job, position=1).update(
        state="running", lease_until=job.created_at, worker="w", finished_at=None, content=None)


def claims_of_a_part(job):
    Chunk.objects.filter(job=job, position=1).update(fence=0)


def tries_of_a_part(job):
    Chunk.objects.filter(job=job, position=1).update(attempts=99)


def plan_of_a_job(job):
    Job.objects.filter(pk=job.pk).update(is_planned=False)


def parts_from_the_cache(job):
    Job.objects.filter(pk=job.pk).update(cached_parts=2, saved_usd_micros=7)


def unit_that_is_gone(job):
    Chunk.objects.filter(job=job, position=3).delete()


def units_that_are_done(job):
    Chunk.objects.filter(job=job, position=3).update(state="failed", reason="server_error", content=None)


def bill_of_a_job(job):
    Job.objects.filter(pk=job.pk).update(billed_units=9)


def cost_after_the_bill(job):
    Job.objects.filter(pk=job.pk).update(billed_usd_micros=0)


def use_of_a_reservation(job):
    Reservation.objects.update(used_usd_micros=7)


def reservation_that_is_open(job):
    Reservation.objects.update(settled_at=None, used_requests=0, used_units=0, used_usd_micros=0)


def reservation_of_nobody(job):
    Reservation.objects.create(user=job.user, reference="gone", requests=1, units=0, usd_micros=0)


def reservation_of_another(job):
    Reservation.objects.update(user=User.objects.create_user("nobody"))


def bill_of_an_errand(job):
    Errand.objects.create(job=job, verb="retry", payer=job.user, billed_units=3)


def reserved_of_a_limit(job):
    Usage.objects.filter(metric="units").update(reserved=2)


def spent_of_a_limit(job):
    Usage.objects.filter(metric="requests").update(used=0)


def parts_of_a_failure(job):
    Incident.objects.create(
        key="k", cause="server_error", opened_at=job.created_at, last_seen_at=job.created_at, chunks=3, jobs=1, users=1)


def sum_of_the_metrics(job):
    Sum.objects.filter(name="tokens", labels__endswith="|output").update(value=F("value") + 1)


def window_that_is_gone(job):
    Usage.objects.filter(metric="units", window="day").delete()


def debt_of_a_first_window(job):
    Usage.objects.filter(metric="units").update(debt=1)


def call_in_the_metrics(job):
    Sum.objects.filter(pk=Sum.objects.filter(name="calls").first().pk).update(value=F("value") - 1)


def time_of_a_call(job):
    Sum.objects.filter(pk=Sum.objects.filter(name="call_bucket").first().pk).update(value=F("value") + 1)


def end_that_is_not_in_the_metrics(job):
    Sum.objects.filter(name="jobs").update(value=F("value") - 1)


def end_that_was_none(job):
    Sum.objects.filter(name="jobs").update(value=F("value") + 1)


BREAKS = [
    (window_that_is_gone, "windows"), (debt_of_a_first_window, "debts"), (call_in_the_metrics, "metrics"),
    (time_of_a_call, "metrics"), (end_that_is_not_in_the_metrics, "ends"), (end_that_was_none, "ends"),
    (sum_of_a_job, "job_sums"), (count_of_calls, "job_sums"), (call_that_is_gone, "job_sums"),
    (cost_of_a_part, "part_costs"), (paid_call_in_no_sum, "paid_calls"),
    (part_at_work_without_a_call, "running_calls"), (claims_of_a_part, "claims"), (tries_of_a_part, "tries"),
    (plan_of_a_job, "job_progress"), (parts_from_the_cache, "job_progress"), (unit_that_is_gone, "job_progress"),
    (units_that_are_done, "job_progress"), (bill_of_a_job, "job_bills"), (cost_after_the_bill, "job_bills"),
    (use_of_a_reservation, "reservations_used"), (reservation_that_is_open, "reservations_open"),
    (reservation_of_another, "payers"), (bill_of_an_errand, "errand_bills"), (bill_of_an_errand, "errands_used"),
    (reservation_of_nobody, "reservations_orphaned"), (reserved_of_a_limit, "usage"), (spent_of_a_limit, "usage"),
    (parts_of_a_failure, "failures"), (sum_of_the_metrics, "metrics"),
]


def test_books_of_ended_and_of_running_work_are_in_order(ended, ann):
    submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    claim_all()
    assert verified() == {}


@pytest.mark.parametrize(("breaks", "name"), BREAKS, ids=lambda value: getattr(value, "__name__", ""))
def test_what_was_moved_by_hand_is_named(breaks, name, ended):
    breaks(ended)
    assert name in verified()


def test_every_comparison_is_seen_to_bite():
    assert {name for _breaks, name in BREAKS} == {one.name for one in bookkeeping.COMPARISONS}


def test_difference_says_what_stands_there_and_what_was_counted(ended):
    Usage.objects.filter(metric="units").update(reserved=2)
    row = Usage.objects.get(metric="units", window="day")
    told = [str(one) for one in verified()["usage"].first]
    assert f"usage {row.pk}: reserved says 2, counted 0" in told


def test_first_differences_are_shown_and_the_rest_is_counted(ended):
    Chunk.objects.update(attempts=99)
    found = verified(most=2)["tries"]
    assert (found.count, len(found.first)) == (4, 2)
    assert [one.row for one in found.first] == sorted(Chunk.objects.values_list("pk", flat=True))[:2]


def test_all_is_compared_at_one_moment_and_nobody_waits_for_it(ended):
    """What others commit meanwhile is not seen, and they do commit."""
    [usage] = [one for one in bookkeeping.COMPARISONS if one.name == "usage"]
    with clock.one_moment():
        assert Job.objects.count() == 1
        assert at_once(lambda: Usage.objects.update(reserved=2)) == [Usage.objects.count()]
        assert list(bookkeeping.differences(usage)) == []
    assert list(bookkeeping.differences(usage)) != []


def test_what_the_sweeper_puts_right_meanwhile_is_no_difference(ended):
    bill_of = Job.objects.filter(pk=ended.pk)
    bill_of.update(cost_usd_micros=F("cost_usd_micros") + 5)
    Attempt.objects.filter(pk=Attempt.objects.first().pk).update(cost_usd_micros=F("cost_usd_micros") + 5)
    Sum.objects.filter(name="cost_usd_micros").update(value=F("value") + 5)
    assert verified(pause=lambda seconds: quotas.settle_late(ended.pk)) == {}


def test_what_waits_for_the_sweeper_anew_is_not_taken_for_what_waited_before(ended, ann):
    other = work_off(submission.submit(user=ann, kind="training_program", brief=PROGRAM).job)
    counters.count_ended()
    Job.objects.filter(pk=ended.pk).update(billed_units=9)

    def next_one(seconds: float) -> None:
        Job.objects.filter(pk=ended.pk).update(billed_units=3)
        Job.objects.filter(pk=other.pk).update(billed_units=9)

    assert "job_bills" not in verified(pause=next_one)


# --- The command ----------------------------------------------------------------------------------


def test_command_says_that_the_books_are_in_order(ended, capsys, tmp_path):
    call_command("verify_books", "--json", str(tmp_path / "books.json"))
    told = capsys.readouterr().out
    assert told.count("✓") == len(bookkeeping.COMPARISONS) and told.endswith("The books are in order.\n")
    report = json.loads((tmp_path / "books.json").read_text())
    assert report["is_in_order"] and report["at_work"]["jobs"] == 0


def test_command_ends_with_1_and_names_what_differs(ended, capsys, tmp_path):
    Usage.objects.filter(metric="units").update(used=0)
    with pytest.raises(SystemExit) as end:
        call_command("verify_books", "--most", "1", "--json", str(tmp_path / "books.json"))
    assert end.value.code == 1
    told = capsys.readouterr().out
    assert "✗ usage:" in told and "used says 0, counted 3" in told and "in usage." in told
    [usage] = [one for one in json.loads((tmp_path / "books.json").read_text())["comparisons"] if one["differences"]]
    assert (usage["name"], usage["first"][0]["says"]) == ("usage", {"used": 0})


def test_command_counts_what_is_out_when_a_backup_was_made(ended, ann, capsys):
    submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    claim_all()
    call_command("verify_books")
    assert "1 job at work; calls: 1 out, 0 answered and not yet judged, 0 lost in all; 1 reservation open" in (
        capsys.readouterr().out)


@pytest.mark.parametrize("arguments", [["--most", "0"], ["--json", "/no/such/folder/books.json"]], ids=" ".join)
def test_misuse_is_one_sentence_and_exit_code_2(arguments):
    with pytest.raises(BadInput) as refusal:
        call_command("verify_books", *arguments)
    assert refusal.value.returncode == 2
