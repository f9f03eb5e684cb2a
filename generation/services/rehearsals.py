"""Rehearsals as rows: asked for by staff, run by a process of their own on a scratch installation, one at a time.

Nothing here touches the work of users: the process builds a database, workers and a provider of its own, and
only its progress and its report come back."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from generation.models import Rehearsal, RehearsalState, clock
from generation.services.errors import Refusal, RefusalCode
from generation.telemetry import journal

if TYPE_CHECKING:
    from accounts.models import User

SILENT_AFTER = dt.timedelta(seconds=30)      # its process beats every second
MOST_S = 240.0                               # then it is ended, whatever it does
MOST_USERS = 200
MOST_JOBS = 200


@dataclass(frozen=True)
class Outline:
    """What a scenario is called, and what happens in it; times as production would see them."""

    title: str
    sentence: str


SCENARIOS = {
    "rate_limit_storm": Outline(
        "Rate limit storm",
        "The provider answers every call with 429 for two minutes, and asks for a wait of ten seconds."),
    "provider_down": Outline("Provider down", "The provider answers nothing but 503 for five minutes."),
    "slow_provider": Outline("Slow provider", "Every call takes a minute longer, for three minutes."),
    "truncation": Outline("Truncation", "Almost every third reply ends at the length limit."),
    "refusals": Outline("Refusals", "The model declines to write every tenth part."),
    "nonsense_content": Outline(
        "Nonsense content", "Every fifth reply breaks the document's rules, and every tenth is no JSON."),
    "worker_killed": Outline("Worker killed", "A worker is killed amid its calls, twice."),
    "redis_lost": Outline("Redis lost", "Redis is killed and comes back empty, twice.  Needs PostgreSQL and Redis."),
}


def begin(*, scenario: str, users: int, jobs: int, seed: int, by: "User | None") -> Rehearsal:
    """Note that a rehearsal starts.  Raises Refusal while another runs, and for what cannot be rehearsed."""
    if scenario not in SCENARIOS:
        raise Refusal(
            RefusalCode.INVALID_REHEARSAL, f"There is no scenario “{scenario[:60]}”.",
            f"Use one of: {', '.join(SCENARIOS)}.",
        )
    if not (1 <= users <= MOST_USERS and 1 <= jobs <= MOST_JOBS):
        raise Refusal(
            RefusalCode.INVALID_REHEARSAL, f"{users} users with {jobs} documents cannot be rehearsed.",
            f"Use 1 to {MOST_USERS} users and 1 to {MOST_JOBS} documents.",
        )
    _bury_the_silent()
    try:
        with transaction.atomic(durable=True):
            row = Rehearsal.objects.create(
                scenario=scenario, users=users, jobs=jobs, seed=seed, by=by, progress="starting")
            journal.write(None, "rehearse", f"rehearsal of “{SCENARIOS[scenario].title}” started", by=by)
    except IntegrityError as error:
        raise Refusal(
            RefusalCode.REHEARSAL_RUNS, "A rehearsal is running already.", "Wait until it ends, or cancel it.",
        ) from error
    return row


def beat(rehearsal_id: int, progress: str) -> bool:
    """Its process lives, and is at `progress`; False if it shall stop."""
    now = clock.now()
    with transaction.atomic(durable=True):
        Rehearsal.objects.running().filter(pk=rehearsal_id).update(beat_at=now, progress=progress[:300])
    return Rehearsal.objects.running().filter(pk=rehearsal_id, is_cancel_wanted=False).exists()


def cancel(rehearsal: Rehearsal, *, by: "User | None") -> bool:
    """Ask its process to stop; False if it has ended."""
    with transaction.atomic(durable=True):
        asked = Rehearsal.objects.running().filter(pk=rehearsal.pk).update(is_cancel_wanted=True)
        if asked:
            journal.write(None, "rehearse", f"rehearsal of “{rehearsal.title}” is cancelled", by=by)
    return bool(asked)


def end(rehearsal_id: int, state: RehearsalState, *, report: dict[str, Any], problem: str = "") -> bool:     # Any: JSON
    """Close it; False if it was closed before."""
    with transaction.atomic(durable=True):
        ended = Rehearsal.objects.running().filter(pk=rehearsal_id).update(
            state=state, ended_at=Now(), report=report, problem=problem[:2_000], progress="")
    return bool(ended)


def is_silent(rehearsal: Rehearsal) -> bool:
    """Its process has not beaten for so long that it must be gone."""
    return rehearsal.beat_at < clock.now() - SILENT_AFTER


def before(rehearsal: Rehearsal) -> Rehearsal | None:
    """The last finished run of the same scenario before this one, to compare with."""
    return Rehearsal.objects.filter(
        scenario=rehearsal.scenario, pk__lt=rehearsal.pk, state=RehearsalState.DONE
    ).order_by("-pk").first()


def _bury_the_silent() -> None:
    """A rehearsal whose process died must not keep others from starting."""
    silent = Rehearsal.objects.running().filter(beat_at__lt=clock.now() - SILENT_AFTER)
    for pk in list(silent.values_list("pk", flat=True)):
        end(pk, RehearsalState.FAILED, report={}, problem="Its process ended without a word.")
