"""The reference lists every command of ours with every option."""

import argparse
import re
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

REFERENCE = (Path(__file__).resolve().parents[2] / "generation" / "REFERENCE.md").read_text(encoding="utf-8")
OURS = sorted(name for name, app in get_commands().items() if app == "generation")
DJANGOS = {
    "--help", "--version", "--verbosity", "--settings", "--pythonpath", "--traceback", "--no-color", "--force-color",
    "--skip-checks",
}
FORWARDED = {"simulator"}      # its options are those of `python -m generation.simulator`


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    return {
        option for action in parser._actions if action.help != argparse.SUPPRESS
        for option in action.option_strings if option.startswith("--")
    } - DJANGOS


def commands() -> dict[str, set[str]]:
    found = {}
    for name in OURS:
        parser = load_command_class("generation", name).create_parser("manage.py", name)
        parts = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
        for part in parts:
            found |= {f"{name} {what}": options_of(sub) for what, sub in part.choices.items()}
        if not parts:
            found[name] = set() if name in FORWARDED else options_of(parser)
    return found


@pytest.mark.parametrize("command", commands())
def test_reference_has_the_options_of_a_command(command):
    table = REFERENCE.partition("## Commands")[2].partition("## API")[0]
    told = " ".join(re.findall(rf"`{command}(?= |`)([^`]*)`", table))
    assert set(re.findall(r"--[a-z-]+", told)) == commands()[command]
