#!/usr/bin/env python
"""Coursewright's command line: `python manage.py help` lists what it can do."""

import os
import sys

OURS = {"config", "generation", "accounts"}


def main() -> None:
    if sys.version_info < (3, 11):     # noqa: UP036     an older Python comes as far as this line
        refuse(f"Coursewright needs Python 3.11 or newer; this is {sys.version_info[0]}.{sys.version_info[1]}.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in OURS:
            raise
        refuse(f"{package} is not installed: run {sys.executable} -m pip install -r requirements.txt.")
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has left.  Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def refuse(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main()
