"""The parts that an engine is made of, each without the others' threads."""

import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.utils import timezone

from generation.core.call_reports import CallReport
from generation.core.outcomes import CallCode, Failure
from generation.models import Chunk, Pulse, Route
from generation.services.jobs import control
from generation.services.maintenance import sweeper
from generation.services.routing import route_health
from generation.telemetry import heartbeats
from generation.worker import database
from generation.worker.call_loop import CallLoop
from generation.worker.call_stats import CallStats
from generation.worker.claim_loop import ClaimLoop, WorkerProfile
from generation.worker.heartbeat import Heartbeat, Upkeep
from generation.worker.holdings import Holdings
from generation.worker.reply_backlog import ReplyBacklog
from generation.worker.reply_store import ReplyStore
from generation.worker.spool import Spool, spool_folder
from generation.worker.transactions import TransactionThreads
from tests.support import REVISIONS, claim_all
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

PROFILE = WorkerProfile("w1", 2, REVISIONS)


class Inline:
    """The event loop and the transaction threads, without a thread; `later` keeps what it is given."""

    def __init__(self, *, later: bool = False):
        self.given = []
        self._is_later = later

    def soon(self, function, *arguments):
        function(*arguments)

    def submit(self, function, *arguments):
        self.given.append(function.__name__)
        if not self._is_later:
            function(*arguments)
        return True


class Begun:
    """An executor that begins nothing and remembers what it was to begin."""

    def __init__(self):
        self.begun, self.given_back = [], []
        self.begin, self.give_back = self.begun.append, self.given_back.append


class Call:
    """A call that somebody listens to."""

    is_cancelled = False

    def cancel(self):
        self.is_cancelled = True


@pytest.fixture
def holdings() -> Holdings:
    return Holdings(Inline())


@pytest.fixture
def claim(job):
    claimed, = claim_all("w1")
    return claimed


# --- What is held ---------------------------------------------------------------------------------


def test_claim_is_held_until_it_is_let_go(holdings, claim):
    holdings.hold((claim,))
    assert holdings.of(claim).claim is claim
    assert (len(holdings), list(holdings.now())) == (1, [claim.chunk_id])
    holdings.let_go(claim)
    assert (len(holdings), holdings.of(claim)) == (0, None)


def test_earlier_claim_of_a_chunk_neither_is_ours_nor_takes_the_later_one_along(holdings, claim):
    later = replace(claim, fence=claim.fence + 1)
    holdings.hold((claim,))
    first, first.call = holdings.of(claim), Call()
    holdings.hold((later,))
    assert first.call.is_cancelled
    assert holdings.of(claim) is None
    holdings.let_go(claim)
    assert holdings.of(later) is not None


def test_lost_claim_is_nobody_s_call_any_more_and_is_held_until_that_has_ended(holdings, claim):
    holdings.hold((claim,))
    holding, holding.call = holdings.of(claim), Call()
    holdings.renewed(holdings.now(), {claim.chunk_id}, time.monotonic())
    assert (holding.is_lost, holding.call.is_cancelled) == (True, True)
    assert (holdings.of(claim), len(holdings)) == (None, 1)


def test_renewal_counts_from_before_it_was_asked_for(holdings, claim, settings):
    holdings.hold((claim,))
    holding, began = holdings.of(claim), time.monotonic() - settings.LEASE_S - 1
    assert not holding.may_have_run_out
    holdings.renewed(holdings.now(), set(), began)
    assert holding.may_have_run_out
    assert not holdings.can_be_kept


def test_wait_tells_what_is_left(holdings, claim):
    assert holdings.wait_until_none(0) == []
    holdings.hold((claim,))
    assert [holding.claim for holding in holdings.wait_until_none(0.01)] == [claim]


# --- Claiming -------------------------------------------------------------------------------------


def test_many_wakes_become_one_claim(holdings):
    threads = Inline(later=True)
    claims = ClaimLoop(PROFILE, holdings, Begun(), threads)
    for _ in range(5):
        claims.wake()
    assert threads.given == ["_claim_more"]


def test_claimed_chunks_are_held_and_begun(job, holdings):
    executor = Begun()
    ClaimLoop(PROFILE, holdings, executor, Inline()).wake()
    assert [claim.job_id for claim in executor.begun] == [job.pk]
    assert len(holdings) == 1


def test_stopped_loop_claims_nothing(job, holdings):
    claims = ClaimLoop(PROFILE, holdings, Begun(), threads := Inline())
    claims.stop()
    claims.wake()
    assert (threads.given, Chunk.objects.filter(state="running").count()) == ([], 0)


def test_what_was_claimed_when_the_loop_was_stopped_is_given_back(job, holdings, monkeypatch):
    executor = Begun()
    claims = ClaimLoop(PROFILE, holdings, executor, Inline())
    monkeypatch.setattr(holdings, "hold", lambda _claims: claims.stop())
    claims.wake()
    assert (len(executor.begun), len(executor.given_back)) == (0, 1)


def test_free_slot_is_news_only_for_a_loop_that_was_full(claim, holdings):
    claims = ClaimLoop(replace(PROFILE, slots=1), holdings, Begun(), threads := Inline())
    claims.wake_if_it_was_full()
    assert threads.given == []
    holdings.hold((claim,))
    claims.wake()
    holdings.let_go(claim)
    claims.wake_if_it_was_full()
    assert threads.given == ["_claim_more"] * 2


# --- The heartbeat --------------------------------------------------------------------------------


@pytest.fixture
def heartbeat(holdings):
    claims = ClaimLoop(PROFILE, holdings, Begun(), Inline())
    replies = ReplyStore(Spool(spool_folder(), "w1"), ReplyBacklog(), print, print)
    upkeep = Upkeep("w1", Inline(), claims.wake)
    return Heartbeat(PROFILE, holdings, claims, CallStats(), upkeep, replies)


def test_cancelled_chunk_is_found_when_leases_are_renewed(job, claim, holdings, heartbeat):
    holdings.hold((claim,))
    assert heartbeat.renew_leases() == 1
    assert holdings.of(claim) is not None
    control.cancel(job, by=None)
    assert heartbeat.renew_leases() == 1
    assert holdings.of(claim) is None


STEPS = ("renew_leases", "say_alive", "report_calls", "_look_for_work")


@pytest.mark.parametrize("broken", STEPS)
def test_step_of_the_pulse_that_raises_stops_no_other_and_is_logged_once(heartbeat, monkeypatch, caplog, broken):
    done = []
    monkeypatch.setattr(heartbeat._upkeep, "sweep_in_turn", lambda: done.append("sweep"))
    for name in STEPS:
        def step(name=name):
            if name == broken:
                raise OSError("out of order")
            done.append(name)

        step.__qualname__ = name
        monkeypatch.setattr(heartbeat, name, step)
    for _ in range(100):
        heartbeat._beat()
    assert {name: done.count(name) for name in (*STEPS, "sweep")} == {
        **dict.fromkeys(STEPS, 100), "sweep": 100, broken: 0}
    [line] = [record for record in caplog.records if record.name == "generation.worker.database"]
    assert line.getMessage() == f"{broken} of an engine thread met an error"


def test_error_that_goes_on_is_logged_again_with_how_often_it_came(caplog, monkeypatch):
    now = [1_000.0]
    monkeypatch.setattr(database.time, "monotonic", lambda: now[0])
    steps = database.Steps()

    def fail(error):
        raise error

    for _ in range(150):
        steps.take(fail, DatabaseError("away"))
        now[0] += 1
    steps.take(fail, KeyError("another"))
    assert [record.getMessage().rpartition("<locals>.")[2] for record in caplog.records] == [
        "fail: database trouble, trying again soon: away",
        "fail: database trouble, trying again soon (59 times more since it was last told): away",
        "fail: database trouble, trying again soon (59 times more since it was last told): away",
        "fail of an engine thread met an error",
    ]


def test_step_of_the_sweep_that_raises_stops_no_other(route, monkeypatch):
    def fail():
        raise KeyError("out of order")

    Pulse.objects.create(name="old", beat_at=timezone.now() - timedelta(days=2), started_at=timezone.now(), detail={})
    Route.objects.update(open_until=timezone.now() - timedelta(minutes=1), breaker_reason="provider_unavailable")
    monkeypatch.setattr(route_health, "rest_idle", fail)
    sweeper.sweep()
    assert not Pulse.objects.exists()


def test_folder_that_is_gone_keeps_nobody_from_beating(db, settings, tmp_path):
    settings.LOCAL_DIR = tmp_path / "gone"
    heartbeats.beat("host:1:a", in_flight=0, slots=8, revisions={}, is_draining=False)
    assert Pulse.objects.get().detail["folder_problem"] == "No such file or directory"


def test_report_that_cannot_be_told_does_not_stop_the_others(heartbeat, monkeypatch):
    told: list[tuple[int, CallReport]] = []

    def report(route_id, seen, *, worker):
        if route_id == 1:
            raise KeyError("a route that is gone")
        told.append((route_id, seen.failed, worker))
        return 0.0

    monkeypatch.setattr(route_health, "report", report)
    for route_id in (1, 2):
        began = heartbeat._call_stats.begin(route_id, "course/unit")
        heartbeat._call_stats.end(route_id, "course/unit", began, Failure(CallCode.SERVER_ERROR, "down"))
    heartbeat.report_calls()
    assert told == [(2, 1, "w1")]


def test_heartbeat_should_live_from_its_start_to_its_end(heartbeat):
    assert not heartbeat.should_live
    heartbeat.start()
    assert heartbeat.should_live
    assert heartbeat.is_alive
    heartbeat.stop()
    assert not heartbeat.should_live
    assert not heartbeat.is_alive


def test_upkeep_follows_a_sweep_and_is_done_once_at_a_time(db, monkeypatch):
    done = []
    upkeep = Upkeep("w1", Inline(), lambda: None)

    def keep_up(now, _patience):
        done.append("upkeep")
        upkeep._keep_up(now)      # as if the next were due before this one has ended

    monkeypatch.setattr(sweeper, "upkeep", keep_up)
    upkeep.sweep_in_turn()
    assert done == ["upkeep"]
    upkeep.sweep_in_turn()
    assert done == ["upkeep"], "it is not our turn again yet"


def test_sign_of_life_that_would_say_the_same_waits_and_news_do_not(heartbeat, monkeypatch, settings):
    settings.PULSE_S, now, told = 1, [1_000.0], []
    monkeypatch.setattr("generation.worker.heartbeat.time.monotonic", lambda: now[0])
    monkeypatch.setattr(heartbeats, "beat", lambda _name, *, in_flight, **_more: told.append((now[0], in_flight)))
    held = 0
    monkeypatch.setattr(Holdings, "__len__", lambda _self: held)
    for _ in range(8):
        heartbeat.say_alive()
        now[0] += 1
    held = 1
    heartbeat.say_alive()
    assert told == [(1_000, 0), (1_003, 0), (1_006, 0), (1_008, 1)]


def test_sign_of_life_that_could_not_be_given_is_given_with_the_next_beat(heartbeat, monkeypatch):
    tries = []

    def fail(*_arguments, **_keywords):
        tries.append("beat")
        raise DatabaseError("away")

    monkeypatch.setattr(heartbeats, "beat", fail)
    for _ in range(3):
        with pytest.raises(DatabaseError):
            heartbeat.say_alive()
    assert len(tries) == 3


# --- Threads --------------------------------------------------------------------------------------


@pytest.mark.parametrize("busy_s", [0, 6])
def test_threads_that_are_given_up_begin_nothing_and_give_their_connections_back(busy_s):
    """Else each engine that is replaced would take places of the process's pool along, also of one that is busy for
    longer than the others wait for it."""
    threads, used, begun = TransactionThreads(), [], []
    together, goes_on = threading.Barrier(settings.WORKER_DB_THREADS + 1), threading.Event()

    def use(seconds):
        connection.ensure_connection()
        used.append(connections["default"])
        together.wait(20)
        threading.Event().wait(seconds)
        goes_on.wait(20)

    for number in range(settings.WORKER_DB_THREADS):
        threads.submit(use, busy_s if number == 0 else 0)
    together.wait(20)
    threads.submit(begun.append, "late")
    threads.abandon()
    goes_on.set()
    wait_until("every connection is closed", lambda: all(one.connection is None for one in used), 20)
    assert (len(used), begun) == (settings.WORKER_DB_THREADS, [])


def test_transactions_that_were_submitted_end_and_nothing_starts_any_more():
    threads, done = TransactionThreads(), []
    assert threads.submit(done.append, 1)
    threads.stop()
    assert not threads.submit(done.append, 2)
    assert done == [1]


def test_transaction_that_fails_leaves_its_thread_alive(settings):
    settings.WORKER_DB_THREADS = 1
    threads, done = TransactionThreads(), []
    threads.submit(int, "not a number")
    threads.submit(done.append, 1)
    threads.stop()
    assert done == [1]


def test_last_call_of_the_loop_is_waited_for():
    calls, done = CallLoop(), []
    calls.start()
    calls.soon(done.append, "first")

    async def last() -> None:
        done.append("last")

    calls.end(last)
    assert (done, calls.is_alive, calls.is_closed) == (["first", "last"], False, True)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_loop_whose_thread_has_died_is_closed():
    def die() -> None:
        raise SystemExit      # ends a thread without a word

    calls = CallLoop()
    calls.start()
    calls.soon(die)
    wait_until("it is dead", lambda: not calls.is_alive, 5)

    async def last() -> None:
        raise AssertionError("nobody is left to run it")

    calls.end(last)
    assert calls.is_closed
