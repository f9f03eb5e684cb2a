"""Count calls and jobs that are over, each once, into sums that only grow.

Not at the end of each call: every call would lock the same few rows.  The sweeper counts them in batches a few seconds
later, in the transaction that marks them as counted, so a row is counted once whoever sweeps, and pruning takes
nothing away.  A call that was given up as lost and then answered counts as both: it was seen to end twice."""

from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import F, QuerySet

from generation.core.outcomes import CallCode
from generation.core.prompting import REPAIR_STAGE
from generation.models import Attempt, AttemptState, Job, Origin, Sum
from generation.models.job import TERMINAL

BATCH = 500
BATCHES = 10                  # in one sweep: an installation that is behind catches up without holding up the others
CLOSED = [AttemptState.SETTLED.value, AttemptState.LOST.value]
SEPARATOR = "|"               # in no slug and no code

# Seconds; a week of 6,000 tokens takes about 70.
BUCKETS_S = (0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0)
UNTIMED = {CallCode.LOST.value, CallCode.ABANDONED.value, CallCode.INTERNAL.value}      # nobody answered

Totals = Counter[tuple[str, str]]


def labelled(*values: str) -> str:
    return SEPARATOR.join(values)


def count_ended() -> int:
    """Count what has ended and was not counted; how many rows."""
    counted = 0
    for count in (_count_calls, _count_jobs):
        for _ in range(BATCHES):
            rows = count()
            counted += rows
            if rows < BATCH:
                break
    return counted


def uncounted_calls() -> QuerySet[Attempt]:
    return Attempt.objects.filter(is_counted=False, state__in=CLOSED)


def uncounted_jobs() -> QuerySet[Job]:
    return Job.objects.filter(is_counted=False, state__in=TERMINAL)


def totals() -> dict[str, dict[str, int]]:
    """Every sum, by name and labels."""
    found: dict[str, dict[str, int]] = {}
    for name, labels, value in Sum.objects.order_by("name", "labels").values_list("name", "labels", "value"):
        found.setdefault(name, {})[labels] = value
    return found


def _count_calls() -> int:
    with transaction.atomic(durable=True):
        rows = list(
            uncounted_calls().select_for_update(skip_locked=True, of=("self",), no_key=True).order_by("id")[:BATCH]
            .values_list(
                "pk", "route__slug", "code", "is_repair", "chunk__stage", "origin", "input_tokens",
                "cached_input_tokens", "output_tokens", "cost_usd_micros", "started_at", "replied_at", "settled_at",
            )
        )
        sums: Totals = Counter()
        for (
            _pk, route, code, is_repair, of, origin, given, cached, written, cost, started, replied, settled,
        ) in rows:
            sums["calls", labelled(route, code, REPAIR_STAGE if is_repair else of, origin)] += 1
            if origin != Origin.PROVIDER:
                continue      # what it cost stands on the call that asked
            sums["tokens", labelled(route, "input")] += given
            sums["tokens", labelled(route, "cached_input")] += cached
            sums["tokens", labelled(route, "output")] += written
            sums["cost_usd_micros", labelled(route)] += cost
            if code not in UNTIMED:
                ended = replied or settled
                assert ended is not None, "what is closed has ended"
                took_s = max(0.0, (ended - started).total_seconds())
                sums["call_ms", labelled(route)] += round(took_s * 1_000)
                sums["call_bucket", labelled(route, _bucket(took_s))] += 1
        _add(sums)
        Attempt.objects.filter(pk__in=[row[0] for row in rows]).update(is_counted=True)
    return len(rows)


def _bucket(took_s: float) -> str:
    return next((f"{edge:g}" for edge in BUCKETS_S if took_s <= edge), "+Inf")


def _count_jobs() -> int:
    with transaction.atomic(durable=True):
        rows = list(
            uncounted_jobs().select_for_update(skip_locked=True, no_key=True).order_by("id")[:BATCH]
            .values_list("pk", "kind", "state", "billed_units", "counted_units")
        )
        sums: Totals = Counter()
        for _pk, kind, state, made, known in rows:
            sums["jobs", labelled(kind, state)] += 1
            sums["units", labelled(kind)] += max(0, made - known)
        _add(sums)
        Job.objects.filter(pk__in=[row[0] for row in rows]).update(is_counted=True, counted_units=F("billed_units"))
    return len(rows)


def _add(sums: Mapping[tuple[str, str], int]) -> None:
    """In one order, so that two sweepers never wait for each other."""
    keys = sorted(key for key, amount in sums.items() if amount)
    _make(keys)
    for name, labels in keys:
        Sum.objects.filter(name=name, labels=labels).update(value=F("value") + sums[name, labels])


def _make(keys: Iterable[tuple[str, str]]) -> None:
    known = set(Sum.objects.values_list("name", "labels"))
    missing = [Sum(name=name, labels=labels[:200]) for name, labels in keys if (name, labels) not in known]
    Sum.objects.bulk_create(missing, ignore_conflicts=True)
