"""Other engines beside this one: what is said when one cannot be had, and what the tables say of those that can."""

import io
import json
import os
import stat

import pytest
from django.core.management import CommandError, call_command
from rich.console import Console

from generation.simulator.process import SimulatorProcess
from generation.testbed.bench.engine_report import (
    Crash,
    EngineReport,
    EngineRow,
    PeerCrash,
    show,
    show_comparison,
)
from generation.testbed.bench.peers.environments import PeerMissing, restate_server
from generation.testbed.bench.peers.measuring import peers_ready
from generation.testbed.bench.programs import BRIEF
from generation.testbed.bench.recorded import RecordedProgram


@pytest.fixture(autouse=True)
def no_index(monkeypatch, settings, tmp_path):
    """A machine that has no npm, and whose pip finds nothing; `LOCAL_DIR` is empty."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "bin"))
    settings.LOCAL_DIR = tmp_path


def npm(tmp_path, *lines):
    """An npm that runs the shell's `lines`; `$folder` is where it shall install."""
    file = tmp_path / "bin" / "npm"
    file.write_text("\n".join(["#!/bin/sh", "PATH=/usr/bin:/bin", 'for folder in "$@"; do :; done', *lines]) + "\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


def report(*, restate: bool = True) -> EngineReport:
    made = EngineReport(0.5, 0.8, 2, "postgresql", "redis", checks_cpu_ms_per_chunk=0.5)
    made.doorbell_to_call_ms = {"p50": 30, "p95": 60}
    made.rows = [
        EngineRow("this engine", 1, 1.1, 1.1, 9.0, 3.0, 0.8, 300, 11),
        EngineRow("loop", 1, 9.0, 9.0, 4.0, None, 0.8, 90, 2),
        EngineRow("this engine", 20, 1.4, 1.5, 6.0, 2.0, 0.8, 310, 140),
    ]
    made.crashes = [
        Crash(20, 0, 0, 140, 1, 0, 9, 30, 3.5), Crash(20, 0, 0, 130, 2, 0, 8, 40, 3.0),
    ]
    if restate:
        made.rows += [
            EngineRow("Restate", 1, 1.0, 1.0, 3.0, 3.0, 0.9, 410, 12),
            EngineRow("Restate", 20, 1.4, 1.2, 3.0, 1.0, 0.9, 400, 170),
        ]
        made.peer_crashes = [PeerCrash("Restate", 20, 150, 4, 2.0)]
    else:
        made.left_out = ["Restate is left out: it was not there."]
    return made


def printed(shown, of: EngineReport) -> list[str]:
    """The lines, each with single blanks and without the lines of a table."""
    paper = io.StringIO()
    shown(Console(width=110, file=paper), of)
    return [" ".join(line.replace("│", " ").split()) for line in paper.getvalue().splitlines()]


def test_table_has_everybody_who_made_every_size_and_this_engine_over_restate():
    lines = printed(show_comparison, report())
    assert "this engine 1.10 1.50 8.0 310 2 of 130 3.5" in lines
    assert "Restate 1.00 1.20 4.0 400 4 of 150 2.0" in lines
    assert "this engine / Restate 1.10 1.25 2.00 0.78 0.50 1.75" in lines
    assert not any(line.startswith("loop") for line in lines)


def test_report_as_json_has_the_same_figures():
    found = json.loads(json.dumps(report().as_json()))
    assert [one["who"] for one in found["comparison"]] == ["this engine", "Restate"]
    assert found["this_engine_over_restate"] == pytest.approx({
        "p95_ratio_at_1": 1.1, "p95_ratio_at_20": 1.25, "cpu_ms_per_chunk": 2.0, "peak_mb": 0.775,
        "delivered_paid_again": 0.5, "recovery_s": 1.75,
    })


def test_without_restate_the_table_has_its_sentence_instead_of_ratios():
    lines = printed(show_comparison, report(restate=False))
    assert "Restate is left out: it was not there." in lines
    assert not any(line.startswith("this engine /") for line in lines)


def test_no_ratio_is_made_where_restate_paid_nothing_again_or_nobody_was_killed():
    unharmed = report()
    unharmed.peer_crashes = [PeerCrash("Restate", 20, 150, 0, 2.0)]
    assert "this engine / Restate 1.10 1.25 2.00 0.78 — 1.75" in printed(show_comparison, unharmed)
    unharmed.crashes, unharmed.peer_crashes = [], []
    assert "this engine / Restate 1.10 1.25 2.00 0.78 — —" in printed(show_comparison, unharmed)


def test_cpu_of_the_checks_and_of_the_provider_stand_beside_that_of_the_engine():
    lines = printed(show, report())
    assert "20 this engine 1.40 1.50 140 6.0 2.0 0.8 310" in lines
    assert any("content checks" in line and "0.5 ms/chunk" in line and "7.5 ms/chunk at 20" in line for line in lines)


def test_who_cannot_be_had_is_left_out_with_a_sentence():
    said = []
    empty = EngineReport(0.5, 0.8, 2, "sqlite3", "memory://", 0.5)
    with SimulatorProcess() as simulator, peers_ready(
        empty, RecordedProgram(BRIEF), database_url="sqlite:///none", simulator=simulator, say=said.append
    ) as ready:
        assert ready == []
    assert said == ["Restate is made ready", "LangGraph is made ready"]
    assert empty.left_out == [
        "Restate is left out: its server comes with npm, which is not installed.",
        "LangGraph is left out: its checkpoints need PostgreSQL, and DATABASE_URL names another.",
    ]


def test_without_an_index_the_sentence_has_the_installers_last_word(tmp_path):
    npm(tmp_path, "echo 'no route to anywhere' >&2", "exit 1")
    empty = EngineReport(0.5, 0.8, 2, "postgresql", "redis", 0.5)
    with SimulatorProcess() as simulator, peers_ready(
        empty, RecordedProgram(BRIEF), database_url="postgresql://none", simulator=simulator, say=lambda line: None
    ) as ready:
        assert ready == []
    restate, langgraph = empty.left_out
    assert restate == "Restate is left out: it could not be installed (no route to anywhere)."
    assert langgraph.startswith("LangGraph is left out: it could not be installed (")


def test_a_server_that_is_not_built_for_this_machine_is_said_to_be_so(tmp_path):
    npm(tmp_path, 'mkdir -p "$folder/node_modules"')
    with pytest.raises(PeerMissing, match="not built for this kind of machine"):
        restate_server()


def test_what_was_installed_once_is_found_again(tmp_path):
    server = "node_modules/@restatedev/restate-server-here/bin"
    npm(tmp_path, f'mkdir -p "$folder/{server}"', f'touch "$folder/{server}/restate-server"')
    first = restate_server()
    npm(tmp_path, "exit 1")
    assert restate_server() == first
    assert first.is_relative_to(tmp_path), "below LOCAL_DIR"


def test_recorded_program_asks_as_the_engine_does_and_its_checks_cost_something():
    program = RecordedProgram(BRIEF)
    calls = program.calls()
    assert len(calls["weeks"]) == 12
    assert "Task: unit 3 of 12" in calls["weeks"][2]["messages"][-1]["content"]
    assert calls["plan"]["response_format"]["json_schema"]["strict"] is True
    assert program.checks_cpu_ms() > 0


@pytest.mark.parametrize("options", [{"programs": [0]}, {"workers": 0}, {"unit_s": -1.0}])
def test_impossible_options_are_bad_input(options):
    with pytest.raises(CommandError) as refused:
        call_command("bench", "engine", "--peers", **options)
    assert refused.value.returncode == 2
