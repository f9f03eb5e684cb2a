"""Whatever happens in whatever order, the invariants hold after every step."""

import contextlib
import datetime as dt

import hypothesis
import pytest
from hypothesis import HealthCheck, strategies
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import Reservation, User
from accounts.models import Usage as Spent
from generation.core.outcomes import CallCode, Failure, Reply, TokenUsage
from generation.models import Attempt, AttemptState, CacheEntry, Chunk, Job, LogEntry, Route, UnitVersion, clock
from generation.services.chunks import leases
from generation.services.errors import Refusal
from generation.services.jobs import control, submission
from generation.services.maintenance import sweeper
from tests.invariants import assert_invariants
from tests.support import USAGE, claim_all, finish, limited, store

FAILURES = [code for code in CallCode if code not in {CallCode.OK, CallCode.INVALID, CallCode.LOST}]
JOBS = strategies.integers(0, 2)


class Life(RuleBasedStateMachine):
    """A few small jobs, two workers that may be slow or die, people who change their minds."""

    def __init__(self) -> None:
        super().__init__()
        for model in (LogEntry, Attempt, UnitVersion, Chunk, CacheEntry, Job, Reservation, Spent):
            model.objects.all().delete()
        Route.objects.update(open_until=None, probe_until=None, throttled_until=None, breaker_reason="")
        self.user = User.objects.get(username="ann")
        self.held: list = []
        self.jobs: list[Job] = []

    @initialize()
    def begin(self) -> None:
        self.accept("parallel")

    @precondition(lambda self: len(self.jobs) < 3)
    @rule(strategy=strategies.sampled_from(["parallel", "sequential", "single"]), fresh=strategies.booleans())
    def accept(self, strategy: str, fresh: bool = False) -> None:
        brief = {"goal": "strength", "weeks": 2, "days_per_week": 1}
        self.jobs.append(submission.submit(
            user=self.user, kind="training_program", brief=brief, strategy=strategy, fresh=fresh).job)

    @rule(slots=strategies.integers(1, 3), worker=strategies.sampled_from(["w1", "w2"]))
    def claim(self, slots: int, worker: str) -> None:
        Chunk.objects.filter(state="pending", ready_at__isnull=False).update(ready_at=clock.now())
        self.held += claim_all(worker, slots)

    @precondition(lambda self: self.held)
    @rule(index=strategies.integers(0, 9))
    def succeed(self, index: int) -> None:
        finish(self.held.pop(index % len(self.held)))

    @precondition(lambda self: self.held)
    @rule(index=strategies.integers(0, 9), code=strategies.sampled_from(FAILURES))
    def fail(self, index: int, code: CallCode) -> None:
        finish(self.held.pop(index % len(self.held)), Failure(code, "as scripted", usage=TokenUsage(input_tokens=7)))

    @precondition(lambda self: self.held)
    @rule(index=strategies.integers(0, 9), text=strategies.sampled_from(["", "{", "[]", '{"plan": {}, "units": []}']))
    def answer_nonsense(self, index: int, text: str) -> None:
        finish(self.held.pop(index % len(self.held)), Reply(text, USAGE))

    @precondition(lambda self: self.held)
    @rule(index=strategies.integers(0, 9))
    def die_after_the_reply_is_stored(self, index: int) -> None:
        store(self.held.pop(index % len(self.held)))

    @precondition(lambda self: self.held)
    @rule(index=strategies.integers(0, 9))
    def die_during_the_call(self, index: int) -> None:
        self.held.pop(index % len(self.held))

    @rule()
    def expire(self) -> None:
        """All leases run out; workers that still hold a claim are late from now on."""
        Chunk.objects.filter(state="running").update(lease_until=clock.now() - dt.timedelta(seconds=1))
        leases.expire()

    @rule()
    def sweep(self) -> None:
        sweeper.sweep()

    @rule(index=JOBS)
    def cancel(self, index: int) -> None:
        self._try(lambda job: control.cancel(job, by=self.user), index)

    @rule(index=JOBS)
    def retry(self, index: int) -> None:
        self._try(lambda job: control.retry(job, by=self.user), index)

    @rule(index=JOBS, position=strategies.integers(1, 2), wish=strategies.sampled_from(["", "shorter"]))
    def regenerate(self, index: int, position: int, wish: str) -> None:
        self._try(lambda job: control.regenerate(job, position, instruction=wish, by=self.user), index)

    @rule(age=strategies.sampled_from(["expired", "corrupt"]), position=strategies.integers(0, 2))
    def spoil_the_cache(self, age: str, position: int) -> None:
        spoilt = {"expires_at": clock.now()} if age == "expired" else {"content": {}}
        CacheEntry.objects.filter(position=position).update(**spoilt)

    def _try(self, act, index: int) -> None:
        with contextlib.suppress(Refusal):
            act(self.jobs[index % len(self.jobs)])

    @invariant()
    def all_is_well(self) -> None:
        assert_invariants()

    def teardown(self) -> None:
        """In the end, with a patient worker and no more trouble, every job ends."""
        for claim in self.held:
            finish(claim)
        Chunk.objects.filter(state="running").update(lease_until=clock.now() - dt.timedelta(seconds=1))
        leases.expire()
        for _ in range(40):
            Chunk.objects.filter(state="pending", ready_at__isnull=False).update(ready_at=clock.now())
            for claim in claim_all():
                finish(claim)
        assert not Job.objects.active().exists()
        assert not Attempt.objects.filter(state=AttemptState.REPLIED, chunk__state="done").exists()
        Attempt.objects.update(started_at=clock.now() - dt.timedelta(days=1))
        sweeper.sweep()
        assert not Attempt.objects.filter(state=AttemptState.ASKING).exists()
        assert not Attempt.objects.filter(cost_usd_micros__gt=0, is_booked=False).exists(), "all is summed"
        assert not Spent.objects.filter(reserved__gt=0).exists()
        assert_invariants()


@pytest.mark.parametrize("scope", ["off", "user"])
@pytest.mark.django_db(transaction=True)
def test_invariants_hold_whatever_happens(ann, route, settings, scope):
    settings.CACHE_SCOPE = scope
    limited(requests=100_000, units=100_000, usd_micros=10**12, jobs=1_000)
    run_state_machine_as_test(
        Life,
        settings=hypothesis.settings(
            max_examples=hypothesis.settings.default.max_examples // 10, stateful_step_count=25, deadline=None,
            derandomize=True, print_blob=True, suppress_health_check=list(HealthCheck),
        ),
    )
