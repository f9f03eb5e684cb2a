"""`manage.py evaluate`: what a kind's checks find of defects that are known."""

import argparse
import json as jsons
from pathlib import Path
from typing import Any

from generation.core.prompting import Kind
from generation.kinds import all_kinds, get_kind
from generation.management.cli import scratch_run
from generation.management.cli.base import BadInput, ProductCommand
from generation.testbed.evaluation import planted, report
from generation.testbed.evaluation.run import Evaluation, evaluate


class Command(ProductCommand):
    help = (
        "Run a kind's checks over documents whose defects are known: what they find, what they miss, and what they "
        "report that is none. Asks no model. Exit code 1 if a defect was missed, a near miss was reported, a check "
        "broke, or an error stands on a clean document."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("kind", nargs="?", metavar="KIND", help=f"one of: {', '.join(sorted(all_kinds()))}")
        parser.add_argument(
            "--planted", type=Path, metavar="DIR",
            help="every *.json in it and below is a document, or what differs from one")
        parser.add_argument(
            "--planted-schema", action="store_true", help="print the JSON Schema of such a file, and do nothing else")
        scratch_run.add_file(parser, "write all of it there, too, as one object")

    def handle(
        self, *, kind: str | None, planted_schema: bool, json: Path | None, **options: Any     # Any: Django's
    ) -> None:
        if planted_schema:
            self.say(jsons.dumps(planted.schema(), indent=2))
            return
        scratch_run.check_file(json)
        evaluation = _evaluated(_kind(kind), options["planted"])
        scratch_run.write(report.as_json(evaluation), json)
        self.say(report.text(evaluation))
        if not evaluation.is_good:
            raise SystemExit(1)


def _kind(slug: str | None) -> Kind:
    try:
        return get_kind(slug or "")
    except KeyError as error:
        raise BadInput(f"Name the kind, one of: {', '.join(sorted(all_kinds()))}.") from error


def _evaluated(kind: Kind, folder: Path | None) -> Evaluation:
    if folder is None:
        raise BadInput("--planted DIR: name the folder with the documents.")
    if not folder.is_dir():
        raise BadInput(f"--planted: there is no folder {folder}.")
    try:
        evaluation = evaluate(kind, planted.read_folder(folder))
    except planted.UnusableCorpus as error:
        raise BadInput(str(error)) from error
    if not evaluation.documents:
        raise BadInput(f"{folder} has no document of kind {kind.slug}.")
    return evaluation
