"""Measure the product against itself and against the bare SDK, in one run."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from generation.management.cli.base import BadInput, ProductCommand
from generation.testbed.bench import api, concurrency, engine, fairness

WIDTH = 110      # of tables in a file or a log


class Command(ProductCommand):
    help = "Benchmarks, printed as ratios.  Works on a scratch database and leaves yours alone."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        one = what.add_parser("engine", help="wall time over the critical path, CPU, memory, and a crash")
        one.add_argument("--programs", type=int, nargs="+", default=[1, 20, 100], help="how many at once")
        one.add_argument("--workers", type=int, default=2, help="worker processes (default: 2)")
        one.add_argument("--plan-s", type=float, default=0.5, help="the simulator's seconds for a plan")
        one.add_argument("--unit-s", type=float, default=0.8, help="the simulator's seconds for a week")
        one.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
        two = what.add_parser("api", help="POST /jobs and GET /jobs/{id} under load, and an identical request again")
        two.add_argument("--rate", type=float, default=100, help="requests a second (default: 100)")
        two.add_argument("--seconds", type=float, default=10, help="of load for each kind of request (default: 10)")
        two.add_argument("--processes", type=int, default=2, help="web processes (default: 2)")
        two.add_argument("--pairs", type=int, default=8, help="requests that are made twice (default: 8)")
        two.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
        three = what.add_parser("fairness", help="one program amid forty of somebody else, over the same alone")
        three.add_argument("--programs", type=int, default=40, help="of the other user (default: 40)")
        three.add_argument("--weeks", type=int, default=6, help="of every program (default: 6)")
        three.add_argument("--calls", type=int, default=8, help="that the route carries at once (default: 8)")
        three.add_argument("--unit-s", type=float, default=4.0, help="the simulator's seconds for a call (default: 4)")
        three.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
        four = what.add_parser("concurrency", help="the limit that moves beside constants, at hidden limits")
        four.add_argument("--most", type=int, default=24, help="the hidden limit: calls at once (default: 24)")
        four.add_argument("--seconds", type=float, default=45, help="of work for each of ten runs (default: 45)")
        four.add_argument("--unit-s", type=float, default=1.6, help="the simulator's seconds for a call")
        four.add_argument("--workers", type=int, default=2, help="worker processes (default: 2)")
        four.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")

    def handle(self, *_args: Any, **options: Any) -> None:     # Any: Django's signature
        if options["json"] and not options["json"].parent.is_dir():
            raise BadInput(f"--json: there is no folder {options['json'].parent}.")
        console = Console(width=WIDTH) if not sys.stdout.isatty() else Console()
        match options["what"]:
            case "engine":
                self._engine(console, options)
            case "api":
                self._api(console, options)
            case "fairness":
                self._fairness(console, options)
            case "concurrency":
                self._concurrency(console, options)

    def _api(self, console: Console, options: dict[str, Any]) -> None:     # Any: the parsed options
        if min(options["rate"], options["seconds"]) <= 0 or min(options["processes"], options["pairs"]) < 1:
            raise BadInput("--rate and --seconds take numbers above 0, --processes and --pairs from 1 on.")
        report = api.measure(
            rate=options["rate"], seconds=options["seconds"], processes=options["processes"],
            pairs=options["pairs"], say=lambda line: console.print(f"[dim]… {line}[/dim]"),
        )
        _write(report.as_json(), options["json"])
        api.show(console, report)

    def _fairness(self, console: Console, options: dict[str, Any]) -> None:     # Any: the parsed options
        if min(options["programs"], options["weeks"], options["calls"]) < 1 or options["unit_s"] <= 0:
            raise BadInput("--programs, --weeks and --calls take numbers from 1 on, --unit-s seconds above 0.")
        report = fairness.measure(
            programs=options["programs"], weeks=options["weeks"], calls_at_once=options["calls"],
            unit_s=options["unit_s"], say=lambda line: console.print(f"[dim]… {line}[/dim]"),
        )
        _write(report.as_json(), options["json"])
        fairness.show(console, report)
        if not report.is_fair:
            raise SystemExit(1)

    def _concurrency(self, console: Console, options: dict[str, Any]) -> None:     # Any: the parsed options
        if min(options["most"], options["workers"]) < 1 or min(options["seconds"], options["unit_s"]) <= 0:
            raise BadInput("--most and --workers take numbers from 1 on, --seconds and --unit-s seconds above 0.")
        found = concurrency.measure(
            most=options["most"], unit_s=options["unit_s"], seconds=options["seconds"], workers=options["workers"],
            say=lambda line: console.print(f"[dim]… {line}[/dim]"),
        )
        _write(concurrency.as_json(found), options["json"])
        for one in found:
            concurrency.show(console, one)

    def _engine(self, console: Console, options: dict[str, Any]) -> None:     # Any: the parsed options
        _check(options)
        report = engine.measure(
            sizes=options["programs"], workers=options["workers"], plan_s=options["plan_s"],
            unit_s=options["unit_s"], say=lambda line: console.print(f"[dim]… {line}[/dim]"),
        )
        _write(report.as_json(), options["json"])
        _show(console, report)


def _write(figures: dict[str, Any] | list[dict[str, Any]], path: Path | None) -> None:     # Any: JSON
    if path is not None:
        path.write_text(json.dumps(figures, indent=2) + "\n")


def _check(options: dict[str, Any]) -> None:     # Any: the parsed options
    if min(options["programs"]) < 1 or options["workers"] < 1:
        raise BadInput("--programs and --workers take numbers from 1 on.")
    if options["plan_s"] <= 0 or options["unit_s"] <= 0:
        raise BadInput("--plan-s and --unit-s take seconds above 0.")


def _show(console: Console, report: engine.EngineReport) -> None:
    limit_s = report.plan_s + report.unit_s
    table = Table(
        title=f"12-week programs over the critical path of {limit_s:g} s "
        f"({report.database}, {report.broker}, {report.workers} workers)"
    )
    for name in ("at once", "who", "median", "p95", "CPU ms/chunk", "servers ms/chunk", "peak MB"):
        table.add_column(name, justify="left" if name == "who" else "right")
    for row in report.rows:
        servers = f"{row.servers_cpu_ms_per_chunk:.1f}" if row.servers_cpu_ms_per_chunk is not None else "—"
        table.add_row(
            str(row.programs), row.who, f"{row.median_ratio:.2f}", f"{row.p95_ratio:.2f}",
            f"{row.cpu_ms_per_chunk:.1f}", servers, f"{row.peak_mb:.0f}",
        )
    console.print(table)
    bell = report.doorbell_to_call_ms
    console.print(f"doorbell to call: p50 {bell['p50']:.0f} ms, p95 {bell['p95']:.0f} ms")
    if report.crash is not None:
        crash = report.crash
        console.print(
            f"kill -9 of all workers amid {crash.programs} programs: {crash.lost_jobs} lost, "
            f"{crash.calls_after_done} calls after done, {crash.answers_paid_again} stored answers paid again, "
            f"{crash.answers_used_after_crash} stored answers used, {crash.in_flight_at_kill} calls were in flight"
        )
