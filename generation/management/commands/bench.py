"""Measure the product against itself, the bare SDK and other engines, in one run."""

import argparse
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from generation.management.cli import scratch_run
from generation.management.cli.base import BadInput, ProductCommand, unwinding_on_sigterm
from generation.testbed.bench import api, concurrency, engine, engine_report, fairness

WIDTH = 110      # of tables in a file or a log


class Command(ProductCommand):
    help = "Benchmarks, printed as ratios.  Works on a scratch database and leaves yours alone."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        one = what.add_parser("engine", help="wall time over the critical path, CPU, memory, and a crash")
        one.add_argument("--programs", type=int, nargs="+", default=[1, 20, 100], help="how many at once")
        one.add_argument("--workers", type=int, default=2, help="worker processes (default: 2)")
        one.add_argument("--kills", type=int, default=1, help="crashes of all workers (default: 1)")
        one.add_argument("--plan-s", type=float, default=0.5, help="the simulator's seconds for a plan")
        one.add_argument("--unit-s", type=float, default=0.8, help="the simulator's seconds for a week")
        one.add_argument(
            "--peers", action="store_true", help="other engines beside this one, installed for it if need be")
        two = what.add_parser("api", help="POST /jobs and GET /jobs/{id} under load, and an identical request again")
        two.add_argument("--rate", type=float, default=100, help="requests a second (default: 100)")
        two.add_argument("--seconds", type=float, default=10, help="of load for each kind of request (default: 10)")
        two.add_argument("--processes", type=int, default=2, help="web processes (default: 2)")
        two.add_argument("--pairs", type=int, default=8, help="requests that are made twice (default: 8)")
        three = what.add_parser("fairness", help="one program amid forty of somebody else, over the same alone")
        three.add_argument("--programs", type=int, default=40, help="of the other user (default: 40)")
        three.add_argument("--weeks", type=int, default=6, help="of every program (default: 6)")
        three.add_argument("--calls", type=int, default=8, help="that the route carries at once (default: 8)")
        three.add_argument("--unit-s", type=float, default=4.0, help="the simulator's seconds for a call (default: 4)")
        four = what.add_parser("concurrency", help="the limit that moves beside constants, at hidden limits")
        four.add_argument("--most", type=int, default=24, help="the hidden limit: calls at once (default: 24)")
        four.add_argument("--seconds", type=float, default=45, help="of work for each of ten runs (default: 45)")
        four.add_argument("--unit-s", type=float, default=1.6, help="the simulator's seconds for a call")
        four.add_argument("--workers", type=int, default=2, help="worker processes (default: 2)")
        for measurement in (one, two, three, four):
            scratch_run.add_file(measurement, "write the figures there, too")

    def handle(self, *, what: str, json: Path | None, **options: Any) -> None:     # Any: the parsed options
        scratch_run.check_file(json)
        self._console = Console(width=WIDTH) if not sys.stdout.isatty() else Console()
        measure = {
            "engine": self._engine, "api": self._api, "fairness": self._fairness, "concurrency": self._concurrency,
        }[what]
        with unwinding_on_sigterm():
            measure(options, json)

    def _tell(self, line: str) -> None:
        self._console.print(f"[dim]… {line}[/dim]")

    def _engine(self, options: dict[str, Any], file: Path | None) -> None:     # Any: the parsed options
        if min(options["programs"]) < 1 or options["workers"] < 1 or options["kills"] < 0:
            raise BadInput("--programs and --workers take numbers from 1 on, --kills from 0 on.")
        if options["plan_s"] <= 0 or options["unit_s"] <= 0:
            raise BadInput("--plan-s and --unit-s take seconds above 0.")
        report = engine.measure(
            sizes=options["programs"], workers=options["workers"], plan_s=options["plan_s"],
            unit_s=options["unit_s"], kills=options["kills"], peers=options["peers"],
            say=self._tell,
        )
        scratch_run.write(report.as_json(), file)
        engine_report.show(self._console, report)
        if options["peers"]:
            engine_report.show_comparison(self._console, report)

    def _api(self, options: dict[str, Any], file: Path | None) -> None:     # Any: the parsed options
        if min(options["rate"], options["seconds"]) <= 0 or min(options["processes"], options["pairs"]) < 1:
            raise BadInput("--rate and --seconds take numbers above 0, --processes and --pairs from 1 on.")
        report = api.measure(
            rate=options["rate"], seconds=options["seconds"], processes=options["processes"],
            pairs=options["pairs"], say=self._tell,
        )
        scratch_run.write(report.as_json(), file)
        api.show(self._console, report)

    def _fairness(self, options: dict[str, Any], file: Path | None) -> None:     # Any: the parsed options
        if min(options["programs"], options["weeks"], options["calls"]) < 1 or options["unit_s"] <= 0:
            raise BadInput("--programs, --weeks and --calls take numbers from 1 on, --unit-s seconds above 0.")
        report = fairness.measure(
            programs=options["programs"], weeks=options["weeks"], calls_at_once=options["calls"],
            unit_s=options["unit_s"], say=self._tell,
        )
        scratch_run.write(report.as_json(), file)
        fairness.show(self._console, report)
        if not report.is_fair:
            raise SystemExit(1)

    def _concurrency(self, options: dict[str, Any], file: Path | None) -> None:     # Any: the parsed options
        if min(options["most"], options["workers"]) < 1 or min(options["seconds"], options["unit_s"]) <= 0:
            raise BadInput("--most and --workers take numbers from 1 on, --seconds and --unit-s seconds above 0.")
        found = concurrency.measure(
            most=options["most"], unit_s=options["unit_s"], seconds=options["seconds"], workers=options["workers"],
            say=self._tell,
        )
        scratch_run.write(concurrency.as_json(found), file)
        for comparison in found:
            concurrency.show(self._console, comparison)
