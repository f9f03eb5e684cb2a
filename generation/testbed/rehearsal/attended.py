"""A rehearsal that the admin has started: a child does the work, and this process writes down how far it is.

The child's connection is the scratch database's, so the row of the real one needs a process of its own."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

from django.db import InterfaceError, OperationalError, connection

from generation.models import Rehearsal, RehearsalState
from generation.services import rehearsals
from generation.testbed.installation.processes import ROOT

BEAT_S = 1.0
UNWIND_S = 45.0      # until its processes and its database are gone
MARK = "… "
LAST_WORDS = 1_500   # characters


def attend(rehearsal_id: int) -> None:
    """Run the rehearsal of the row to its end: done, failed, cancelled, or out of time."""
    row = Rehearsal.objects.running().get(pk=rehearsal_id)
    with tempfile.TemporaryDirectory(prefix="coursewright-rehearsal-") as folder:
        file, errors = Path(folder) / "report.json", Path(folder) / "errors.log"
        with errors.open("wb") as log:
            child = subprocess.Popen(
                [
                    sys.executable, str(ROOT / "manage.py"), "rehearse", row.scenario, f"--users={row.users}",
                    f"--jobs={row.jobs}", f"--seed={row.seed}", f"--json={file}",
                ],
                cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"}, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=log, start_new_session=True,
            )
        try:
            why = _follow(child, row.pk)
        finally:
            _end(child)
        if file.exists():
            state, problem, report = RehearsalState.DONE, "", json.loads(file.read_text())
        else:
            said = errors.read_text("utf-8", "replace")[-LAST_WORDS:].strip()
            state, report = RehearsalState.FAILED, {}
            problem = why or f"It ended with exit code {child.returncode}. {said}"
        if why == CANCELLED:
            state, problem = RehearsalState.CANCELLED, ""
    rehearsals.end(row.pk, state, report=report, problem=problem)


CANCELLED = "cancelled"


def _follow(child: "subprocess.Popen[bytes]", rehearsal_id: int) -> str:
    """Beat with the child's last line until it ends; why it has to be ended, if it has."""
    assert child.stdout is not None, "it was made with a pipe"
    deadline, progress = time.monotonic() + rehearsals.MOST_S, "starting"
    while True:
        line = _line_within(child.stdout, BEAT_S)
        if line == "" and child.poll() is not None:
            return ""
        if line and line.startswith(MARK):
            progress = line.removeprefix(MARK).strip()
        if time.monotonic() > deadline:
            return f"It did not end within {rehearsals.MOST_S:g} s."
        try:
            if not rehearsals.beat(rehearsal_id, progress):
                return CANCELLED
        except (OperationalError, InterfaceError):      # the rehearsal goes on; the next beat tells
            connection.close()


def _line_within(stream: IO[bytes], seconds: float) -> str | None:
    """The next line; None if there is none yet, empty at the end."""
    readable, _, _ = select.select([stream], [], [], seconds)
    if not readable:
        return None
    line = stream.readline().decode("utf-8", "replace")
    if not line:
        time.sleep(0.1)
    return line


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Let it tidy up; by force if it does not."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGTERM)
        try:
            child.wait(UNWIND_S)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    if child.stdout is not None:
        child.stdout.close()
