"""Rehearse an outage on an installation that is built for it and thrown away."""

import argparse
from typing import Any

from django.db import connection

from generation.management.cli import scratch_run
from generation.management.cli.base import BadInput, ProductCommand, unwinding_on_sigterm
from generation.services.rehearsals import MOST_JOBS, MOST_USERS, SCENARIOS
from generation.testbed.rehearsal import report as words
from generation.testbed.rehearsal.attended import MARK, attend
from generation.testbed.rehearsal.run import rehearse
from generation.testbed.rehearsal.scenarios import ALL, SCALE


class Command(ProductCommand):
    help = (
        "Rehearse an outage: simulated users against the simulator, on a scratch installation. Exit code 1 if an "
        "invariant is broken."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("scenario", nargs="?", help="its name; --list shows them")
        parser.add_argument("--users", type=int, default=10, help=f"how many ask, 1 to {MOST_USERS} (10)")
        parser.add_argument("--jobs", type=int, default=20, help=f"documents in all, 1 to {MOST_JOBS} (20)")
        scratch_run.add_options(parser, seed="the same seed asks for the same (default: a new one)")
        parser.add_argument("--list", action="store_true", help="show the scenarios and end")
        parser.add_argument("--row", type=int, help=argparse.SUPPRESS)      # the admin's: tell that row of it

    def handle(self, *_args: Any, **options: Any) -> None:     # Any: Django's signature
        if options["list"]:
            for name, outline in SCENARIOS.items():
                self.say(f"{name:<18} {outline.sentence}")
            return
        with unwinding_on_sigterm():
            if options["row"] is not None:
                attend(options["row"])
                return
            _check(options)
            seed = scratch_run.drawn(options["seed"])
            self.say(f"{SCENARIOS[options['scenario']].title}, seed {seed}; time runs {SCALE} times as fast")
            report = rehearse(
                options["scenario"], users=options["users"], jobs=options["jobs"], seed=seed,
                say=lambda line: self.say(f"{MARK}{line}"),
            )
        scratch_run.write(report.as_json(), options["json"])
        self.say(words.text(report))
        if report.violations:
            raise SystemExit(1)


def _check(options: dict[str, Any]) -> None:     # Any: the parsed options
    name = options["scenario"]
    if name not in ALL:
        raise BadInput(f"Name a scenario: {', '.join(ALL)}.")
    if not 1 <= options["users"] <= MOST_USERS or not 1 <= options["jobs"] <= MOST_JOBS:
        raise BadInput(f"--users takes 1 to {MOST_USERS}, --jobs 1 to {MOST_JOBS}.")
    scratch_run.check(options["seed"], options["json"], needs="a rehearsal needs a Redis of its own")
    if ALL[name].needs_redis and connection.vendor != "postgresql":
        raise BadInput(f"{name} needs PostgreSQL and Redis; here doorbells ring inside the process.")
