"""Break a scratch installation in every way at once, and check the books."""

import argparse
import json
import random
from pathlib import Path
from typing import Any

from django.db import connection

from generation.management.cli.base import BadInput, ProductCommand, unwinding_on_sigterm
from generation.testbed.chaos import report as words
from generation.testbed.chaos.run import run
from generation.testbed.installation.redis import OwnRedis


class Command(ProductCommand):
    help = (
        "Chaos: hundreds of jobs on a scratch installation while everything is killed, then the invariants are "
        "checked against the provider's own log. Exit code 1 if one is broken."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--short", action="store_true", help="about a minute instead of several")
        parser.add_argument("--seed", type=int, help="the same seed plans the same run (default: a new one)")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the report there, too, as one object")

    def handle(
        self, *, short: bool, seed: int | None, json: Path | None, **_options: Any     # Any: Django's
    ) -> None:
        _check(seed, json)
        drawn = random.randrange(10**6) if seed is None else seed
        self.say(f"chaos, seed {drawn}")
        with unwinding_on_sigterm():
            report = run(is_short=short, seed=drawn, say=lambda line: self.say(f"… {line}"))
        if json is not None:
            json.write_text(_as_text(report.as_json()))
        self.say(words.text(report))
        if not report.is_sound:
            raise SystemExit(1)


def _check(seed: int | None, file: Path | None) -> None:
    if seed is not None and seed < 0:
        raise BadInput("--seed takes a whole number from 0 on.")
    if file is not None and not file.parent.is_dir():
        raise BadInput(f"--json: there is no folder {file.parent}.")
    if connection.vendor == "postgresql" and not OwnRedis.is_installed():
        raise BadInput("With PostgreSQL, chaos needs a Redis that it may kill: install redis-server.")


def _as_text(report: dict[str, Any]) -> str:     # Any: JSON
    return json.dumps(report, indent=2) + "\n"
