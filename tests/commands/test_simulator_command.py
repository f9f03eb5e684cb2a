"""`manage.py simulator`: its options are the simulator's own."""

import json
import re
import signal
import socket

import pytest

from tests.commands.product import get

pytestmark = pytest.mark.processes


def test_serves_with_its_options_until_it_is_told_to_stop(fresh):
    running = fresh.start("simulator", "--rpm", "7", "--plan-s", "0").wait_for("simulator ready at ")
    url = re.search(r"ready at (http://\S+)/v1", running.output)[1]
    with get(f"{url}/healthz") as answer:
        assert json.load(answer)["ok"] is True
    assert (running.stop(signal.SIGINT), running.errors) == (0, "")


def test_help_lists_its_options(fresh):
    done = fresh.run("simulator", "--help")
    assert done.returncode == 0 and "--max-in-flight" in done.stdout


def test_bad_options_are_refused_without_a_traceback(fresh):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = str(other.getsockname()[1])
        for arguments in ("--speed 0", f"--port {taken}", "--port 99999"):
            done = fresh.run("simulator", *arguments.split())
            assert done.returncode == 2, arguments
            assert "Traceback" not in done.stderr
