"""Break a scratch installation in every way at once, and check what became of it."""

import argparse
from pathlib import Path
from typing import Any

from generation.management.cli import scratch_run
from generation.management.cli.base import ProductCommand, unwinding_on_sigterm
from generation.testbed.chaos import report as words
from generation.testbed.chaos.run import run


class Command(ProductCommand):
    help = (
        "Chaos: hundreds of jobs on a scratch installation while everything is killed, then the invariants are "
        "checked against the provider's own log. Exit code 1 if one is broken."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--short", action="store_true", help="about half a minute instead of several")
        scratch_run.add_options(parser, seed="the same seed plans the same run (default: a new one)")

    def handle(
        self, *, short: bool, seed: int | None, json: Path | None, **_options: Any     # Any: Django's
    ) -> None:
        scratch_run.check(seed, json, needs="chaos needs a Redis that it may kill")
        drawn = scratch_run.drawn(seed)
        self.say(f"chaos, seed {drawn}")
        with unwinding_on_sigterm():
            report = run(is_short=short, seed=drawn, say=lambda line: self.say(f"… {line}"))
        scratch_run.write(report.as_json(), json)
        self.say(words.text(report))
        if not report.is_sound:
            raise SystemExit(1)
