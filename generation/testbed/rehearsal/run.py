"""One rehearsal: an installation of its own, some users, one kind of trouble, and what became of it all."""

import contextlib
import random
import threading
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from generation.models import Job
from generation.services.jobs import progress
from generation.simulator.faults import NO_FAULTS
from generation.simulator.settings import SimulatorSettings
from generation.testbed.chaos import evidence, invariants
from generation.testbed.chaos.evidence import Death
from generation.testbed.chaos.injector import Injector
from generation.testbed.chaos.observer import patiently
from generation.testbed.chaos.run import is_at_rest, note_death
from generation.testbed.chaos.snapshot import Snapshot
from generation.testbed.installation.clients import ClientRequest, Clients, Observed
from generation.testbed.installation.installation import scratch_installation
from generation.testbed.installation.provider_log import Call
from generation.testbed.installation.waiting import Say
from generation.testbed.quantiles import p50_p95
from generation.testbed.rehearsal.scenarios import ALL, PROVIDER, SETTINGS, TROUBLE_AT_S, Scenario

LOOK_S = 0.5
ASKING_S = 10.0       # how long users go on asking, if the trouble does not last longer
MOST_S = 150.0        # from the first request to the end of everything
NOTES = {
    "provider_down": "The breaker's pauses (15 s, doubling) are not shortened: in production they are a smaller share.",
}


@dataclass
class RehearsalReport:
    """Seconds are of the rehearsal's clock, which runs ten times as fast as production's."""

    scenario: str
    title: str
    sentence: str
    installation: str
    users: int
    seed: int
    asked: int = 0
    accepted: int = 0
    completed: int = 0
    partial: int = 0
    failed: int = 0
    unfinished: int = 0
    reasons: dict[str, int] = field(default_factory=dict)          # why not complete, and what to do
    calls: int = 0
    parts: int = 0
    repeated_calls: int = 0
    paid_twice: dict[str, int] = field(default_factory=dict)       # by cause
    calls_flow_again_s: float | None = None
    all_ended_s: float | None = None
    took_back_s: float | None = None
    median_job_s: float | None = None
    longest_job_s: float | None = None
    users_saw: dict[str, float] = field(default_factory=dict)      # sentence: the longest that a job showed it
    note: str = ""
    violations: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:     # Any: JSON
        return asdict(self)


def rehearse(name: str, *, users: int, jobs: int, seed: int, say: Say) -> RehearsalReport:
    """The report of scenario `name`; users' own work and the real provider are far away."""
    scenario = ALL[name]
    outline, deaths = scenario.outline, list[Death]()
    provider = SimulatorSettings(seed=seed, **{**PROVIDER, **scenario.provider})
    requests = _requests(users, jobs, seed, max(ASKING_S, scenario.over_s * 0.7))
    say("building an installation of its own")
    with contextlib.ExitStack() as ends:
        installation = ends.enter_context(
            scratch_installation(provider, changes=SETTINGS, on_end=lambda end: note_death(deaths, end)))
        report = RehearsalReport(
            name, outline.title, outline.sentence, installation.words, users, seed, asked=jobs,
            note=NOTES.get(name, ""),
        )
        clients = ends.enter_context(Clients(installation.url, requests, ["student"] * users, {}))
        onlooker = _Onlooker(say, jobs)
        installation.simulator.set_faults(scenario.provider_faults)
        began = time.time()
        onlooker.start()
        ends.callback(onlooker.stop)      # also when this is cancelled: whoever looks brings a dropped file back
        clients.begin()
        Injector(installation, scenario.faults, seed).run()
        over_at = max(time.time(), began + scenario.over_s) if scenario.faults else began + scenario.over_s
        clients.join()
        ended_at = _wait(began + MOST_S)
        installation.simulator.set_faults(NO_FAULTS)
        onlooker.stop()
        clients.finish(1)
        snapshot, calls = patiently(Snapshot.read), installation.simulator.calls()
        _fill(report, scenario, snapshot, calls, clients.observed, onlooker, deaths, over_at, ended_at)
    return report


def _requests(users: int, jobs: int, seed: int, within_s: float) -> list[ClientRequest]:
    rng = random.Random(seed)
    found = [
        ClientRequest(
            rng.uniform(0, within_s), number % users, "training_program", "parallel",
            {"goal": "strength", "weeks": rng.randint(2, 4), "days_per_week": 2, "preferences": f"Wish {number}."},
            f"rehearsal-{number}",
        )
        for number in range(jobs)
    ]
    return sorted(found, key=lambda request: request.at_s)


def _wait(until: float) -> float:
    """When the last job ended; `until`, in seconds since 1970, at the latest."""
    ended_at = 0.0
    while time.time() < until:
        if not ended_at and not patiently(Job.objects.active().exists):
            ended_at = time.time()
        if ended_at and patiently(is_at_rest):
            break
        time.sleep(LOOK_S)
    return ended_at or time.time()


class _Onlooker:
    """What users see while they wait, looked up as their pages do; and a line of progress."""

    def __init__(self, say: Say, jobs: int) -> None:
        self.saw: dict[str, float] = defaultdict(float)
        self._say = say
        self._jobs = jobs
        self._since: dict[tuple[int, str], float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="onlooker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        said, said_at = "", 0.0
        while not self._over.wait(LOOK_S):
            try:
                line = self._look()
            except (OperationalError, InterfaceError):
                connection.close()
                continue
            if line != said and time.monotonic() - said_at > 1:
                self._say(line)
                said, said_at = line, time.monotonic()
        connection.close()

    def _look(self) -> str:
        now, shown = time.monotonic(), Counter[str]()
        for job in Job.objects.active():
            waiting = progress.waiting(job)
            if waiting is None:
                continue
            sentence = str(waiting.as_json()["sentence"])
            shown[sentence] += 1
            since = self._since.setdefault((job.pk, sentence), now)
            self.saw[sentence] = max(self.saw[sentence], now - since)
        ended = Job.objects.exclude(pk__in=Job.objects.active().values("pk")).count()
        most = shown.most_common(1)
        waits = f"; {most[0][1]} wait: {most[0][0]}" if most else ""
        return f"{ended} of {self._jobs} documents ended{waits}"


def _fill(
    report: RehearsalReport, scenario: Scenario, snapshot: Snapshot, calls: list[Call], observed: Observed,
    onlooker: _Onlooker, deaths: list[Death], over_at: float, ended_at: float,
) -> None:
    states = Counter(job.state for job in snapshot.jobs)
    report.accepted = len(observed.jobs)
    report.completed, report.partial, report.failed = states["completed"], states["partial"], states["failed"]
    report.unfinished = sum(not job.is_terminal for job in snapshot.jobs)
    report.reasons = dict(Counter(
        f"{part.explanation.sentence} {part.explanation.next_step}"
        for part in snapshot.chunks if part.state == "failed" and part.explanation
    ).most_common())
    report.calls, report.parts = len(calls), len(snapshot.chunks)
    report.repeated_calls = max(0, len(calls) - len(snapshot.chunks))
    report.paid_twice = dict(evidence.by_cause(evidence.paid_twice(snapshot, calls, deaths)))
    took = sorted(job.worked(job.finished_at).total_seconds() for job in snapshot.jobs if job.finished_at)
    if took:
        report.median_job_s, report.longest_job_s = round(took[len(took) // 2], 1), round(took[-1], 1)
    if scenario.over_s > TROUBLE_AT_S or scenario.faults:
        report.calls_flow_again_s = _flow_again_s(calls, over_at)
        report.all_ended_s = round(max(0.0, ended_at - over_at), 1)
    back = p50_p95(evidence.taken_back_s(snapshot, deaths))
    report.took_back_s = round(back[1], 1) if back else None
    report.users_saw = {sentence: round(longest, 1) for sentence, longest in sorted(onlooker.saw.items())}
    report.violations = [f"{found.invariant}: {found.sentence}" for found in (
        *invariants.at_rest(snapshot), *invariants.by_the_provider(snapshot, calls),
        *invariants.by_the_users(snapshot, observed),
    )]


def _flow_again_s(calls: list[Call], over_at: float) -> float | None:
    """From the end of the trouble to the first good answer to a call that began after it."""
    ends = [call["ended_at"] for call in calls if call["started_at"] > over_at and call["outcome"] == "ok"]
    return round(min(ends) - over_at, 1) if ends else None
