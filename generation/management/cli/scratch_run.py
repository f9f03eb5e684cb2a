"""What commands share that work on a scratch installation: a seed, a report as a file, and a Redis of their own."""

import argparse
import json
import random
from pathlib import Path
from typing import Any

from django.db import connection

from generation.management.cli.base import BadInput
from generation.testbed.installation.redis import OwnRedis


def add_options(parser: argparse.ArgumentParser, *, seed: str) -> None:
    """`--seed`, explained by `seed`, and `--json`."""
    parser.add_argument("--seed", type=int, help=seed)
    add_file(parser, "write the report there, too, as one object")


def add_file(parser: argparse.ArgumentParser, words: str) -> None:
    parser.add_argument("--json", type=Path, metavar="FILE", help=words)


def check(seed: int | None, file: Path | None, *, needs: str) -> None:
    """BadInput for options that cannot be, and where a Redis is missing that `needs` says what for."""
    if seed is not None and seed < 0:
        raise BadInput("--seed takes a whole number from 0 on.")
    check_file(file)
    if connection.vendor == "postgresql" and not OwnRedis.is_installed():
        raise BadInput(f"With PostgreSQL, {needs}: install redis-server.")


def check_file(file: Path | None) -> None:
    if file is not None and not file.parent.is_dir():
        raise BadInput(f"--json: there is no folder {file.parent}.")


def drawn(seed: int | None) -> int:
    return random.randrange(10**6) if seed is None else seed


def write(report: Any, file: Path | None) -> None:     # Any: JSON
    if file is not None:
        file.write_text(json.dumps(report, indent=2) + "\n")
