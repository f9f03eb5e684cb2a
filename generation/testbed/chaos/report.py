"""A run's report for people."""

from collections.abc import Mapping

from generation.testbed.chaos.run import ChaosReport

MOST = 20


def text(report: ChaosReport) -> str:
    """All of it, the verdict last."""
    lines = [
        f"\n{report.form} chaos on {report.installation}: seed {report.seed}, {report.took_s:.0f} s",
        f"  jobs       {_counts(report.jobs)}",
        f"  ended      {_counts(report.ended)}",
        *(f"             {line}" for line in report.losses[:MOST]),
        f"  struck     {_counts(report.struck)}",
        *(f"             {line}" for line in report.blows),
        f"  provider   {sum(report.calls.values())} calls, {report.rows} rows in the ledger: {_counts(report.calls)}",
        f"  paid twice {len(report.paid_twice)}: {_counts(report.paid_twice_by_cause) or 'nothing'}",
        *(
            f"             part {one.position} of {one.job}, call {one.call}, {one.output_tokens} tokens: {one.cause}"
            for one in report.paid_twice[:MOST]
        ),
        f"  recovery   {_recovery(report)}",
        f"  accepting  {_pair(report.accept_ms, 'ms')}, slowest {report.slowest_accept_ms:.0f} ms; "
        f"{report.unanswered} tries found nobody",
        f"  staff      ended {report.staff_resumed} pauses of the provider",
    ]
    lines += [
        f"  settings   {_counts(report.settings)} by two administrators in one form",
        "  at once    " + ", ".join(
            f"{route}: {calls} calls at the end, {report.lowest_limits.get(route, calls)} at the fewest"
            for route, calls in report.limits.items()),
    ]
    if report.ended_by_themselves:
        lines.append(f"  exits      {'; '.join(report.ended_by_themselves)}")
    lines.append(f"  checked    {_counts(report.checked)}")
    if report.is_sound:
        return "\n".join([*lines, "No invariant is broken."])
    shown = [f"  {one.invariant}: {one.sentence}" for one in report.violations[:MOST * 2]]
    more = len(report.violations) - len(shown)
    return "\n".join([
        *lines, f"{len(report.violations)} violations:", *shown, *([f"  and {more} more"] if more > 0 else []),
    ])


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())


def _recovery(report: ChaosReport) -> str:
    if report.recovery_s is None:
        return f"{report.deaths} workers died, none with a call in its hands"
    return (
        f"{report.deaths} workers died with {report.recovered} chunks in their hands; taken back after "
        f"{_pair(report.taken_back_s, 's')} (lease + sweep: {report.bound_s:g} s), claimed again, by a worker that "
        f"may first have had to start, after {_pair(report.recovery_s, 's')}"
    )


def _pair(values: tuple[float, float] | None, unit: str) -> str:
    if values is None:
        return "–"
    digits = 0 if unit == "ms" else 1
    return f"p50 {values[0]:.{digits}f} {unit}, p95 {values[1]:.{digits}f} {unit}"
