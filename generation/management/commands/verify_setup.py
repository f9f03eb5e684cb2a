"""`manage.py verify_setup`: whether this installation can do its work, one line for each part."""

import argparse
from typing import Any

from generation.management.cli.base import ProductCommand
from generation.management.cli.diagnosis import Mark
from generation.management.cli.doctor import checkup


class Command(ProductCommand):
    help = "Check database, broker, worker, provider, schemas and secrets; exit code 1 if one is bad."
    requires_system_checks: list[str] = []      # it runs them itself, and goes on after a bad one

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--call", action="store_true", help="also ask each route for a short plan and judge it, which is billed")

    def handle(self, *, call: bool, **_options: Any) -> None:     # Any: Django's
        bad = 0
        for finding in checkup(makes_call=call):
            bad += finding.mark is Mark.BAD
            self.say(str(finding))
        if bad:
            self.say(f"\n{bad} to mend.")
            raise SystemExit(1)
