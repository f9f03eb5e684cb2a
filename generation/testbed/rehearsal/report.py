"""A rehearsal's report for people."""

from generation.testbed.rehearsal.run import RehearsalReport
from generation.testbed.rehearsal.scenarios import SCALE


def text(report: RehearsalReport) -> str:
    """All of it, what matters most first."""
    lines = [
        f"\n{report.title}: {report.sentence}",
        f"  on          {report.installation}, seed {report.seed}; time runs {SCALE} times as fast as in production",
        f"  documents   {report.asked} asked by {report.users} users: {report.completed} complete, {report.partial} "
        f"partial, {report.failed} failed, {report.unfinished} not ended",
        *(f"              {count} parts: {why}" for why, count in report.reasons.items()),
        f"  calls       {report.calls} for {report.parts} parts, {report.repeated_calls} repeated",
        *(f"              {count} answers paid for twice: {cause}" for cause, count in report.paid_twice.items()),
        f"  time        a document took {_s(report.median_job_s)} (median), at most {_s(report.longest_job_s)}",
    ]
    if report.all_ended_s is not None:
        lines.append(
            f"  recovery    after the trouble: calls flowed after {_s(report.calls_flow_again_s)}, everything had "
            f"ended after {_s(report.all_ended_s)}")
    if report.took_back_s is not None:
        lines.append(f"              a dead worker's parts were taken back after {_s(report.took_back_s)} (p95)")
    lines += [f"  users saw   {sentence} (for {longest:g} s)" for sentence, longest in report.users_saw.items()]
    if report.note:
        lines.append(f"  note        {report.note}")
    if not report.violations:
        return "\n".join([*lines, "No invariant is broken."])
    return "\n".join([*lines, f"{len(report.violations)} violations:", *(f"  {line}" for line in report.violations)])


def _s(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:g} s"
