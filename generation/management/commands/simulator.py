"""`manage.py simulator`: the simulator as a process of its own; its options are its own."""

import runpy
import sys

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Run the OpenAI-compatible simulator in the foreground; `simulator --help` lists its options."

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            sys.argv = [f"{argv[0]} simulator", *argv[2:]]
            runpy.run_module("generation.simulator", run_name="__main__")
        except (OSError, OverflowError) as error:      # the port: taken, forbidden, or no port at all
            print(f"The simulator cannot start: {error}.", file=sys.stderr)
            raise SystemExit(2) from error
