"""The simulator as a child process: it starts, can be told what to do, and never outlives its parent."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from generation.simulator import SimulatorProcess, SimulatorSettings

ROOT = Path(__file__).resolve().parents[2]
PARENT = """
import sys, time
from generation.simulator import SimulatorProcess
simulator = SimulatorProcess()
simulator.start()
print(simulator.pid, flush=True)
time.sleep(60)
"""


def is_alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_process_answers_takes_faults_and_ends(tmp_path):
    with SimulatorProcess(SimulatorSettings(call_log=tmp_path / "calls.jsonl")) as simulator:
        pid = simulator.pid
        with urllib.request.urlopen(simulator.base_url + "/models", timeout=5) as response:
            assert response.status == 200
        simulator.set_faults([{"fault": "hang"}])
        with pytest.raises(ValueError, match="explode"):
            simulator.set_faults([{"fault": "explode"}])
        assert simulator.calls() == []
        assert is_alive(pid)
    assert not is_alive(pid)
    simulator.stop()      # twice does no harm


def test_process_dies_with_its_parent():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with parent:
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        until = time.monotonic() + 5
        while is_alive(pid) and time.monotonic() < until:
            time.sleep(0.02)
    assert not is_alive(pid)


def test_start_that_fails_says_why():
    with SimulatorProcess() as first:
        port = int(first.base_url.rpartition(":")[2].removesuffix("/v1"))
        second = SimulatorProcess(SimulatorSettings(port=port))
        with pytest.raises(RuntimeError, match="did not start"):
            second.start()


def test_wrong_options_end_with_a_sentence():
    command = [sys.executable, "-m", "generation.simulator", "--speed", "0"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "speed must be above 0" in ended.stderr
