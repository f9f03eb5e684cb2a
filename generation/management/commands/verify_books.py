"""`manage.py verify_books`: compare everything that is moved instead of counted with a count."""

import argparse
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from generation.core.pricing import dollars
from generation.core.text import counted
from generation.management.cli import scratch_run
from generation.management.cli.base import BadInput, ProductCommand
from generation.management.cli.diagnosis import Mark
from generation.services import bookkeeping
from generation.services.bookkeeping import AtWork, Found


class Command(ProductCommand):
    help = (
        "Compare calls, jobs, reservations and limits with each other, all as they stand at one moment, also while "
        "work goes on. Changes nothing. Exit code 1 if something differs."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--most", type=int, default=10, help="how many rows of each difference are shown; the rest is counted (10)")
        scratch_run.add_file(parser, "write what was found there, too, as one object")

    def handle(self, *, most: int, json: Path | None, **_options: Any) -> None:     # Any: Django's
        if most < 1:
            raise BadInput("--most takes a number from 1 on.")
        scratch_run.check_file(json)
        found, at_work = bookkeeping.verify(most=most, pause=self._pause)
        scratch_run.write(_as_json(found, at_work), json)
        for one in found:
            self._tell(one)
        self._tell_work(at_work)
        wrong = [one for one in found if one.count]
        if wrong:
            self.say(f"\n{counted(sum(one.count for one in wrong), 'difference')} in {', '.join(_names(wrong))}.")
            raise SystemExit(1)
        self.say("\nThe books are in order.")

    def _pause(self, seconds: float) -> None:
        self.say(f"{Mark.ASKING} what the sweeper puts right by itself is looked at again in {seconds:g} s")
        time.sleep(seconds)

    def _tell(self, one: Found) -> None:
        comparison = one.comparison
        self.say(f"{Mark.BAD if one.count else Mark.GOOD} {comparison.name}: {comparison.sentence}")
        for difference in one.first:
            self.say(f"    {difference}")
        if one.count > len(one.first):
            self.say(f"    and {one.count - len(one.first)} more")

    def _tell_work(self, at_work: AtWork) -> None:
        self.say(
            f"{counted(at_work.jobs, 'job')} at work; calls: {at_work.asking} out, {at_work.replied} answered and not "
            f"yet judged, {at_work.lost} lost in all; {counted(at_work.reservations, 'reservation')} open, "
            f"{dollars(at_work.reserved_usd_micros)}")


def _names(found: Sequence[Found]) -> list[str]:
    return [one.comparison.name for one in found]


def _as_json(found: Sequence[Found], at_work: AtWork) -> dict[str, Any]:     # Any: JSON
    return {
        "is_in_order": not any(one.count for one in found),
        "at_work": asdict(at_work),
        "comparisons": [
            {
                "name": one.comparison.name, "sentence": one.comparison.sentence, "table": one.comparison.table,
                "differences": one.count,
                "first": [
                    {"row": difference.row, "says": dict(difference.says), "counted": dict(difference.counted)}
                    for difference in one.first
                ],
            }
            for one in found
        ],
    }
