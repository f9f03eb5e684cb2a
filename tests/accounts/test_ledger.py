"""The ledger by itself: reserve, settle, release, over the edges of windows."""

import datetime as dt
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import ledger, policies, usage_rows
from accounts.ledger import Amounts
from accounts.models import Limit, LimitOverride, Override, Pause, Policy, Reservation, Usage, User
from accounts.standings import LimitExceeded
from tests.support import limited, used
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

NOON = dt.datetime(2026, 5, 31, 12, 0, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def without_limits(db):
    Policy.objects.all().delete()


def reserve(user, reference="a", now=NOON, **amounts):
    with transaction.atomic():
        return ledger.reserve(policies.terms_of(user, now), reference, Amounts(**amounts), now=now)


def settle(reference="a", now=NOON, **amounts):
    with transaction.atomic():
        return ledger.settle(reference, Amounts(**amounts), now=now)


def refused(user, now=NOON, **amounts) -> LimitExceeded:
    with pytest.raises(LimitExceeded) as exceeded:
        reserve(user, "refused", now, **amounts)
    return exceeded.value


def test_what_is_reserved_counts_until_it_is_settled(ann):
    limited(units=10)
    reserve(ann, units=6)
    assert refused(ann, units=5).standing.left == 4
    settle(units=2)
    assert used("units", ann) == (2, 0)
    reserve(ann, "b", units=8)


def test_refusal_names_the_limit_what_is_left_and_when_to_try_again(ann):
    limited(window="hour", requests=3)
    for reference in "abc":
        reserve(ann, reference, requests=1)
    exceeded = refused(ann, NOON + HOUR / 2, requests=1)
    assert exceeded.standing.ceiling.slug == "requests-per-hour"
    assert (exceeded.standing.left, exceeded.retry_at) == (0, NOON + HOUR)
    assert str(exceeded) == "Your limit is 3 requests an hour; 0 requests left, and this needs 1 request."


def test_one_refused_limit_takes_nothing_under_the_others(ann):
    limited(requests=5, units=5)
    refused(ann, requests=1, units=6)
    assert used("requests", ann) == used("units", ann) == (0, 0)
    assert not Reservation.objects.exists()


def test_everybody_together_is_limited_too(ann, bob):
    limited("", usd_micros=100)
    reserve(ann, usd_micros=60)
    assert refused(bob, usd_micros=60).standing.ceiling.slug == "total-cost-per-day"


@pytest.mark.parametrize(("window", "edge"), [
    ("hour", NOON + HOUR), ("day", NOON + DAY / 2), ("month", NOON + DAY / 2),     # 31 May: the month ends with the day
])
def test_window_resets_by_itself(ann, window, edge):
    limited(window=window, units=5)
    reserve(ann, units=5)
    settle(units=5)
    assert refused(ann, edge - dt.timedelta(microseconds=1), units=1).retry_at == edge
    reserve(ann, "b", edge, units=5)


def test_burst_is_taken_from_the_next_window(ann):
    limited(window="hour", units=10, burst=4)
    reserve(ann, units=14)
    assert refused(ann, NOON + HOUR, units=11).standing.left == 10
    assert refused(ann, NOON + 2 * HOUR, units=15).standing.debt == 0


def test_what_is_given_back_after_the_window_is_no_longer_owed(ann):
    limited(window="hour", units=10, burst=4)
    reserve(ann, "a", units=14)
    reserve(ann, "b", NOON + HOUR, units=10)
    reserve(ann, "c", NOON + 2 * HOUR, units=10)
    settle("a", NOON + 2 * HOUR, units=5)
    debts = Usage.objects.filter(metric="units").order_by("period_start").values_list("debt", flat=True)
    assert list(debts) == [0, 0, 0]
    reserve(ann, "d", NOON + 2 * HOUR, units=4)


def test_what_cost_more_than_was_reserved_is_paid_back_by_later_windows(ann):
    limited(window="hour", usd_micros=100)
    reserve(ann, usd_micros=100)
    settle(usd_micros=250)
    assert used("usd_micros", ann) == (250, 0)
    assert refused(ann, NOON, usd_micros=1).retry_at == NOON + 2 * HOUR
    assert refused(ann, NOON + HOUR, usd_micros=1).standing.left == 0
    reserve(ann, "b", NOON + 2 * HOUR, usd_micros=50)


def test_late_clock_does_not_enter_a_window_that_was_left(ann):
    limited(window="hour", units=10)
    reserve(ann, "a", NOON + HOUR, units=10)
    assert refused(ann, NOON + HOUR - dt.timedelta(milliseconds=1), units=1).retry_at == NOON + 2 * HOUR


def test_row_that_was_looked_up_and_then_left_takes_nothing(ann):
    """A request looks the current window up; before it takes from it, the next one begins."""
    limited(window="hour", units=10, burst=4)
    reserve(ann, "a", units=9)
    old = Usage.objects.get()
    reserve(ann, "b", NOON + HOUR, units=3)
    reserve(ann, "c", NOON, units=5)
    assert Reservation.objects.get(reference="c").charged != [old.pk]
    assert list(Usage.objects.order_by("period_start").values_list("reserved", "is_left")) == [(9, True), (8, False)]


def test_settled_twice_is_settled_once(ann):
    limited(units=10)
    reserve(ann, units=6)
    assert (settle(units=2), settle(units=2), settle(units=5)) == (True, False, False)
    assert used("units", ann) == (2, 0)


def test_ten_settle_at_once_and_one_does(ann):
    limited(units=10)
    reserve(ann, units=6)
    assert sorted(at_once(*[lambda: settle(units=2)] * 10)) == [False] * 9 + [True]
    assert used("units", ann) == (2, 0)


def test_crash_between_leaves_all_or_nothing(ann):
    limited(units=10)
    reserve(ann, units=6)
    with transaction.atomic():
        ledger.settle("a", Amounts(units=2), now=NOON)
        transaction.set_rollback(True)      # as when the process dies before the commit
    assert used("units", ann) == (0, 6)
    assert settle(units=2)
    assert used("units", ann) == (2, 0)


def test_release_gives_everything_back(ann):
    limited(requests=5, units=10, jobs=1)
    reserve(ann, requests=1, units=6, jobs=1)
    with transaction.atomic():
        assert ledger.release("a", now=NOON)
    assert [used(metric, ann) for metric in ("requests", "units", "jobs")] == [(0, 0)] * 3


def test_two_reservations_of_one_job_share_what_it_used(ann):
    limited(units=20)
    reserve(ann, units=6)
    reserve(ann, units=1)
    settle(units=7)
    assert sorted(Reservation.objects.values_list("used_units", flat=True)) == [1, 6]


def test_late_bill_is_added_to_the_window_it_was_reserved_in(ann):
    limited(window="hour", usd_micros=100)
    reserve(ann, usd_micros=50)
    settle(usd_micros=10)
    reserve(ann, "b", NOON + HOUR, usd_micros=20)
    with transaction.atomic():
        assert not ledger.settle_together({"a": Amounts()}, {"a": Amounts(usd_micros=95)}, now=NOON)
    rows = Usage.objects.filter(metric="usd_micros").order_by("period_start").values_list("used", "debt")
    assert list(rows) == [(105, 0), (0, 5)]


@pytest.mark.parametrize("burst", [0, 7])
def test_fifty_at_once_at_the_edge_of_a_window_take_what_there_is(ann, burst):
    """Half of them believe that the old window still lasts."""
    limited(window="hour", requests=10, burst=burst)
    reserve(ann, "old", requests=10 + burst)
    settle("old", requests=10 + burst)
    edge = NOON + HOUR
    calls = [
        lambda n=n: reserve(ann, f"r{n}", edge if n % 2 else edge - dt.timedelta(milliseconds=5), requests=1)
        for n in range(50)
    ]
    taken = [result for result in at_once(*calls) if not isinstance(result, Exception)]
    assert used("requests", ann) == (10 + burst, len(taken))
    assert len(taken) == 10


# --- Terms ----------------------------------------------------------------------------------------


def test_override_replaces_what_it_names_until_it_expires(ann, adam):
    limited(requests=2, units=10, jobs=1)
    override = Override.objects.create(
        user=ann, reason="exam week", author=adam, expires_at=NOON + DAY, max_units_per_job=99)
    LimitOverride.objects.create(override=override, metric="requests", window="day", limit=50)

    def limits(now):
        terms = policies.terms_of(ann, now)
        return {ceiling.slug: ceiling.limit for ceiling in terms.ceilings}, terms.max_units_per_job

    assert limits(NOON) == ({"requests-per-day": 50, "units-per-day": 10, "running-jobs": 1}, 99)
    assert limits(NOON + DAY) == ({"requests-per-day": 2, "units-per-day": 10, "running-jobs": 1}, None)


def test_newest_override_counts(ann, cy):
    limited(requests=2)
    for limit in (5, 7):
        override = Override.objects.create(user=ann, reason="more")
        LimitOverride.objects.create(override=override, metric="requests", window="day", limit=limit)
    assert [ceiling.limit for ceiling in policies.terms_of(ann, NOON).ceilings] == [7]
    assert [ceiling.limit for ceiling in policies.terms_of(cy, NOON).ceilings] == [2]


def test_defaults_are_made_once_and_changes_stay(ann, bob, adam):
    migration = import_module("accounts.migrations.0002_default_policies")
    migration.create(apps, None)
    Limit.objects.filter(policy__role="student").delete()
    migration.create(apps, None)
    assert Policy.objects.count() == 4
    assert not Limit.objects.filter(policy__role="student").exists()
    assert Pause.objects.count() == 1
    for person in (bob, adam):
        terms = policies.terms_of(person, NOON)
        assert {ceiling.metric for ceiling in terms.ceilings} >= {"requests", "usd_micros", "jobs"}


def test_rows_that_are_known_are_taken_from_last_and_on_postgresql_in_one_visit(ann, django_assert_num_queries):
    limited(requests=9, units=9)
    limited("", requests=9)
    reserve(ann, "first", requests=1, units=2)
    terms = policies.terms_of(ann, NOON)
    visits = 1 if connection.vendor == "postgresql" else 3      # savepoint, reservation, rows
    with transaction.atomic(), django_assert_num_queries(visits):
        standings = ledger.reserve(terms, "second", Amounts(requests=1, units=3), now=NOON)
    assert [(one.ceiling.slug, one.reserved, one.left) for one in standings] == [
        ("requests-per-day", 2, 7), ("units-per-day", 5, 4), ("total-requests-per-day", 2, 7)]
    assert (used("requests", ann), used("units", ann), used("requests", None)) == ((0, 2), (0, 5), (0, 2))


@pytest.mark.parametrize("knows", [True, False])
def test_who_comes_first_in_a_window_locks_the_rows_of_everybody_in_the_last_statement(ann, cy, knows):
    """A class that asks at the same moment waits for these rows, one after another."""
    limited(requests=9, units=9)
    limited("", requests=9)
    reserve(ann, "first", requests=1, units=2)
    if not knows:      # another process of the web
        usage_rows._known.clear()
    [of_all] = Usage.objects.filter(user=None).values_list("pk", flat=True)
    terms = policies.terms_of(cy, NOON)
    with transaction.atomic():
        with CaptureQueriesContext(connection) as asked:
            standings = ledger.reserve(terms, "second", Amounts(requests=1, units=3), now=NOON)
        *before, last = [query["sql"] for query in asked if "accounts_usage" in query["sql"]]
    assert not [sql for sql in before if "IS NULL" in sql and "FOR NO KEY UPDATE" in sql]
    assert 'UPDATE "accounts_usage"' in last
    assert [one.reserved for one in standings] == [1, 3, 2]
    assert of_all in Reservation.objects.get(reference="second").charged


def test_class_whose_first_window_begins_takes_what_everybody_has_left(db):
    """All at the same moment, and none of them has a row yet."""
    limited(requests=5)
    limited("", requests=7)
    pupils = [User.objects.create_user(f"pupil{n}") for n in range(12)]
    outcomes = at_once(*[lambda pupil=pupil: reserve(pupil, pupil.username, requests=1) for pupil in pupils])
    assert sum(isinstance(outcome, LimitExceeded) for outcome in outcomes) == 5
    assert used("requests", None) == (0, 7)
    assert sum(Usage.objects.exclude(user=None).values_list("reserved", flat=True)) == 7


def test_limit_that_was_changed_is_in_the_row_that_is_taken_from_next(ann):
    limited(requests=3)
    reserve(ann, "first", requests=1)
    Limit.objects.update(limit=5)
    [standing] = reserve(ann, "second", requests=1)
    assert (standing.left, Usage.objects.get().limit) == (3, 5)


def test_known_row_without_room_is_not_taken_from_nor_are_those_beside_it(ann, bob):
    limited(requests=9)
    limited("", requests=3)
    reserve(ann, "first", requests=1)
    limited("", requests=2)
    reserve(ann, "second", requests=1)
    assert str(refused(ann, requests=1)).startswith("The limit is 2 requests a day for everybody together; 0")
    assert (used("requests", ann), used("requests", None)) == ((0, 2), (0, 2))
    assert Reservation.objects.count() == 2


def last_of(user, reference, **amounts):
    """As an acceptance does it: written, then reserved, and nothing after that."""
    with transaction.atomic(durable=True):
        User.objects.filter(pk=user.pk).update(first_name=reference)
        ledger.reserve(policies.terms_of(user, NOON), reference, Amounts(**amounts), now=NOON, is_last=True)


def test_reservation_that_is_the_last_of_its_transaction_is_committed_with_it(ann):
    limited(requests=9)
    for reference in ("first", "known"):
        last_of(ann, reference, requests=1)
        assert User.objects.get(pk=ann.pk).first_name == reference
    assert (used("requests", ann), Reservation.objects.count()) == ((0, 2), 2)


def test_known_row_that_another_process_has_filled_refuses_and_takes_back_what_was_written(ann):
    limited(requests=3, units=9)
    last_of(ann, "first", requests=1, units=1)
    Usage.objects.filter(metric="requests").update(reserved=3)
    for _ in range(2):      # as it was known, and as it is known since
        with pytest.raises(LimitExceeded) as exceeded:
            last_of(ann, "late", requests=1, units=1)
        assert exceeded.value.standing.ceiling.slug == "requests-per-day"
    assert User.objects.get(pk=ann.pk).first_name == "first"
    assert (used("requests", ann), used("units", ann), Reservation.objects.count()) == ((0, 3), (0, 1), 1)
    Usage.objects.filter(metric="requests").update(reserved=1)
    last_of(ann, "again", requests=1, units=1)
    assert (used("requests", ann), used("units", ann)) == ((0, 2), (0, 2))


def test_last_reservation_within_another_block_is_taken_back_with_it(ann):
    limited(requests=9)
    reserve(ann, "first", requests=1)
    with transaction.atomic():
        with transaction.atomic():
            ledger.reserve(policies.terms_of(ann, NOON), "inner", Amounts(requests=1), now=NOON, is_last=True)
        transaction.set_rollback(True)
    assert (used("requests", ann), Reservation.objects.count()) == ((0, 1), 1)


@pytest.mark.parametrize("what", ["is gone", "was left"])
def test_known_row_that_is_no_longer_the_current_one_is_looked_for_anew(ann, what):
    limited(requests=2)
    reserve(ann, "first", requests=2)
    if what == "is gone":
        Usage.objects.all().delete()
    else:      # by another process, which is in the next day already
        Usage.objects.update(is_left=True)
        tomorrow = NOON.replace(hour=0) + DAY
        Usage.objects.create(user=ann, metric="requests", window="day", period_start=tomorrow, limit=2)
    reserve(ann, "second", requests=1)
    assert Reservation.objects.get(reference="second").charged == [Usage.objects.get(is_left=False).pk]
    assert Usage.objects.get(is_left=False).reserved == 1
