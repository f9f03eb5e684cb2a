"""What `manage.py bench engine` has found: rows, crashes, and the tables that people read."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

CHUNKS = 13      # of a program: the plan and twelve weeks
THIS_ENGINE = "this engine"
RESTATE = "Restate"
UNKNOWN = "—"


@dataclass(frozen=True)
class EngineRow:
    """One way to make `programs` programs at once.  Ratios are over the critical path, plan + one week.

    CPU is milliseconds for each chunk: of the processes that make the programs, of the servers that keep their
    state, where there are any, and of the simulated provider."""

    who: str
    programs: int
    median_ratio: float
    p95_ratio: float
    cpu_ms_per_chunk: float
    servers_cpu_ms_per_chunk: float | None
    provider_cpu_ms_per_chunk: float
    peak_mb: float                  # of all processes that make the programs
    chunks_per_s: float             # from the first request to the last end

    @property
    def cpu_ms_in_all(self) -> float:
        return self.cpu_ms_per_chunk + (self.servers_cpu_ms_per_chunk or 0.0)


@dataclass(frozen=True)
class Crash:
    """What `kill -9` of every worker in the middle of the work cost, as the provider's log has it."""

    programs: int
    lost_jobs: int
    calls_after_done: int
    delivered: int                  # answers that the provider had sent whole when the workers died
    delivered_paid_again: int
    stored_paid_again: int          # of those that the ledger held
    answers_used_after_crash: int
    in_flight_at_kill: int
    first_call_after_s: float       # from the start of the new workers to their first call


@dataclass(frozen=True)
class PeerCrash:
    """The same of another engine, as far as the provider's log tells."""

    who: str
    programs: int
    delivered: int
    delivered_paid_again: int
    first_call_after_s: float


@dataclass
class EngineReport:
    plan_s: float
    unit_s: float
    workers: int
    database: str
    broker: str
    checks_cpu_ms_per_chunk: float                  # of the kind's checks, which no other engine makes
    rows: list[EngineRow] = field(default_factory=list)
    doorbell_to_call_ms: dict[str, float] = field(default_factory=dict)
    crashes: list[Crash] = field(default_factory=list)
    reply_kept_ms_p99: float | None = None      # from a reply's last byte until it is durable; the slowest worker's
    peer_crashes: list[PeerCrash] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)      # a sentence for each other engine that could not be had

    def as_json(self) -> dict[str, Any]:     # Any: JSON
        compared = figures(self)
        return {
            **asdict(self), "comparison": [asdict(one) for one in compared], "this_engine_over_restate": over(compared),
        }


@dataclass(frozen=True)
class Figures:
    """One engine in the comparison: CPU and memory at the most programs at once, and the worst of its crashes."""

    who: str
    p95_ratios: dict[int, float]      # by the number of programs at once
    cpu_ms_per_chunk: float           # processes and servers together
    peak_mb: float
    delivered: int | None = None      # at the crash that paid most again
    delivered_paid_again: int | None = None
    recovery_s: float | None = None


def figures(report: EngineReport) -> list[Figures]:
    """Everybody who made every number of programs, in the order of the rows."""
    sizes = {row.programs for row in report.rows}
    found = []
    for who in dict.fromkeys(row.who for row in report.rows):
        rows = {row.programs: row for row in report.rows if row.who == who}
        if rows.keys() == sizes:
            most = rows[max(sizes)]
            ratios = {size: rows[size].p95_ratio for size in sorted(sizes)}
            crashes = report.crashes if who == THIS_ENGINE else [one for one in report.peer_crashes if one.who == who]
            found.append(Figures(who, ratios, most.cpu_ms_in_all, most.peak_mb, *_worst(crashes)))
    return found


def _worst(crashes: Iterable[Crash | PeerCrash]) -> tuple[int | None, int | None, float | None]:
    listed = list(crashes)
    if not listed:
        return None, None, None
    worst = max(listed, key=lambda crash: crash.delivered_paid_again)
    return worst.delivered, worst.delivered_paid_again, max(crash.first_call_after_s for crash in listed)


def over(compared: list[Figures]) -> dict[str, float | None]:
    """Each figure of this engine over Restate's; nothing where Restate was left out.  None where there is no ratio."""
    ours, theirs = (next((one for one in compared if one.who == who), None) for who in (THIS_ENGINE, RESTATE))
    if ours is None or theirs is None:
        return {}
    return {
        **{f"p95_ratio_at_{size}": ours.p95_ratios[size] / theirs.p95_ratios[size] for size in ours.p95_ratios},
        "cpu_ms_per_chunk": _ratio(ours.cpu_ms_per_chunk, theirs.cpu_ms_per_chunk),
        "peak_mb": _ratio(ours.peak_mb, theirs.peak_mb),
        "delivered_paid_again": _ratio(ours.delivered_paid_again, theirs.delivered_paid_again),
        "recovery_s": _ratio(ours.recovery_s, theirs.recovery_s),
    }


def _ratio(ours: float | None, theirs: float | None) -> float | None:
    return ours / theirs if ours is not None and theirs else None


def show(console: Console, report: EngineReport) -> None:
    """The tables that people read."""
    limit_s = report.plan_s + report.unit_s
    table = Table(
        title=f"12-week programs over the critical path of {limit_s:g} s, CPU in ms/chunk "
        f"({report.database}, {report.broker}, {report.workers} workers)"
    )
    for name in ("at once", "who", "median", "p95", "chunks/s", "CPU", "of servers", "of provider", "MB"):
        table.add_column(name, justify="left" if name == "who" else "right")
    for row in report.rows:
        table.add_row(
            str(row.programs), row.who, f"{row.median_ratio:.2f}", f"{row.p95_ratio:.2f}",
            f"{row.chunks_per_s:.0f}", f"{row.cpu_ms_per_chunk:.1f}", _said(row.servers_cpu_ms_per_chunk, ".1f"),
            f"{row.provider_cpu_ms_per_chunk:.1f}", f"{row.peak_mb:.0f}",
        )
    console.print(table)
    checks = report.checks_cpu_ms_per_chunk
    most = max((row for row in report.rows if row.who == THIS_ENGINE), key=lambda row: row.programs)
    console.print(
        f"content checks, which only this engine makes: {checks:.1f} ms/chunk; without them, servers included, "
        f"{most.cpu_ms_in_all - checks:.1f} ms/chunk at {most.programs} programs")
    bell = report.doorbell_to_call_ms
    console.print(f"doorbell to call: p50 {bell['p50']:.0f} ms, p95 {bell['p95']:.0f} ms")
    if report.reply_kept_ms_p99 is not None:
        console.print(f"a reply's last byte to durable: p99 {report.reply_kept_ms_p99:.0f} ms")
    for crash in report.crashes:
        console.print(
            f"kill -9 of all workers amid {crash.programs} programs: {crash.lost_jobs} lost, "
            f"{crash.calls_after_done} calls after done, {crash.delivered} answers were delivered, "
            f"{crash.delivered_paid_again} of them paid again ({crash.stored_paid_again} of those that were stored), "
            f"{crash.answers_used_after_crash} stored answers used, {crash.in_flight_at_kill} calls were in flight; "
            f"first call {crash.first_call_after_s:.1f} s after the restart"
        )


def show_comparison(console: Console, report: EngineReport) -> None:
    """This engine beside the others, and who was left out."""
    compared = figures(report)
    sizes = sorted({row.programs for row in report.rows})
    table = Table(title="p95 over the critical path, CPU in ms/chunk with servers, the worst of the crashes")
    for name in ("who", *(f"p95 at {size}" for size in sizes), "CPU", "MB", "paid again", "recovery s"):
        table.add_column(name, justify="left" if name == "who" else "right")
    for one in compared:
        paid = f"{one.delivered_paid_again} of {one.delivered}" if one.delivered is not None else UNKNOWN
        table.add_row(
            one.who, *(f"{one.p95_ratios[size]:.2f}" for size in sizes), f"{one.cpu_ms_per_chunk:.1f}",
            f"{one.peak_mb:.0f}", paid, _said(one.recovery_s, ".1f"),
        )
    ratios = over(compared)
    if ratios:
        table.add_section()
        table.add_row(f"{THIS_ENGINE} / {RESTATE}", *(_said(ratio, ".2f") for ratio in ratios.values()))
    console.print(table)
    for sentence in report.left_out:
        console.print(sentence)


def _said(figure: float | None, form: str) -> str:
    return UNKNOWN if figure is None else format(figure, form)
