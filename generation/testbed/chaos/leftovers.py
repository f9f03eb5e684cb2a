"""I11 and I12: what a run must not leave behind, in logs and in its processes.

Looked up in the installation itself, which must still run."""

import contextlib
from pathlib import Path

from django.db import connection

from generation.models import Attempt, Chunk, Job, LogEntry, Pulse, Route
from generation.testbed.chaos.invariants import Violation
from generation.testbed.installation.installation import CANARY, ScratchInstallation
from generation.testbed.installation.waiting import wait_until

PRIVATE = "Wish number"      # what people wrote: it belongs into prompts, and into no log
MOST_THREADS = 80
PULSES_S = 10.0
MOST_CONNECTIONS_EACH = 13


def secrets_told(installation: ScratchInstallation) -> list[Violation]:
    """Neither the key nor what people wrote stands in a log or an explanation."""
    places = {
        "the processes' logs": installation.supervisor.logs(),
        "the log": "\n".join(f"{message} {data}" for message, data in LogEntry.objects.values_list("message", "data")),
        "the ledger": "\n".join(Attempt.objects.values_list("message", flat=True)),
        "explanations": "\n".join([
            *Chunk.objects.values_list("reason_detail", flat=True),
            *Job.objects.values_list("reason_detail", flat=True),
            *Route.objects.values_list("breaker_detail", flat=True),
        ]),
    }
    return [
        Violation("I11", f"{what} in {place}")
        for place, text in places.items() for what, needle in (("the key", CANARY), ("what people wrote", PRIVATE))
        if needle in text
    ]


def still_held(installation: ScratchInstallation) -> list[Violation]:
    """At rest nothing is held: no lease, no transaction, no more threads and connections than there are places for."""
    found = []
    running = Chunk.objects.filter(state="running").count()
    if running:
        found.append(f"{running} chunks are leased")
    pids = {name: child.pid for name, child in installation.supervisor.children.items()}
    for name, pid in pids.items():
        threads = _threads(pid)
        if threads > MOST_THREADS:
            found.append(f"{name} has {threads} threads")
    with contextlib.suppress(TimeoutError):      # a pulse tells what was when it last beat
        wait_until("every call is let go", lambda: not _holders(pids), PULSES_S, 0.3)
    holders = _holders(pids)
    if holders:
        found.append(f"{', '.join(holders)} still hold calls")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), count(*) FILTER (WHERE state LIKE 'idle in transaction%%' AND "
                "now() - state_change > interval '2 s') FROM pg_stat_activity WHERE datname = current_database()")
            open_, idle = cursor.fetchone()
        if idle:
            found.append(f"{idle} transactions are open and do nothing")
        if open_ > MOST_CONNECTIONS_EACH * (len(pids) + 1):
            found.append(f"{open_} connections are open")
    return [Violation("I12", line) for line in found]


def _holders(pids: dict[str, int]) -> list[str]:
    """The workers that live and say that they hold calls."""
    return [
        pulse.name for pulse in Pulse.objects.all()
        if pulse.detail.get("in_flight") and any(f":{pid}:" in pulse.name for pid in pids.values())
    ]


def _threads(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("Threads:")))
