"""`manage.py try_api`: from a request to a document, as somebody else's program would."""

import socket

import pytest
from django.core.management import call_command

from generation.management.cli.base import BadInput
from generation.simulator import SimulatorProcess

pytestmark = pytest.mark.processes


def test_journey_prints_every_step_and_revokes_its_token(quick):
    serving = quick.serve()
    done = quick.run("try_api", "--url", serving.address)
    assert (done.returncode, done.stderr) == (0, "")
    for words in ("GET   /api/v1/me  200", "POST  /api/v1/jobs  202", "the same key: the same job", "/events",
                  "100 %  completed", "/document?format=markdown  200", "bytes: # "):
        assert words in done.stdout, words
    assert quick.rows("SELECT count(*) FROM accounts_apitoken WHERE revoked_at IS NULL") == [(0,)]
    assert quick.rows("SELECT count(*) FROM generation_job") == [(1,)]
    assert serving.stop() == 0


def test_wrong_token_is_explained(quick):
    serving = quick.serve()
    done = quick.run("try_api", "--url", serving.address, "--token", "cw_wrong")
    assert done.returncode == 1
    assert "/api/v1/me  401" in done.stdout and "token" in done.stderr and "Traceback" not in done.stderr
    assert serving.stop() == 0


def test_unsuccessful_job_is_explained(quick, simulator: SimulatorProcess):
    simulator.set_faults({"script": [{"fault": "refuse", "times": 99}]})
    serving = quick.serve()
    done = quick.run("try_api", "--url", serving.address)
    assert done.returncode == 1
    assert "The job ended failed. The model declined to write this. Change the wording" in done.stderr
    assert quick.rows("SELECT count(*) FROM accounts_apitoken WHERE revoked_at IS NULL") == [(0,)]
    assert serving.stop() == 0


def test_nobody_there_is_one_sentence(fresh):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    done = fresh.run("try_api", "--url", f"http://127.0.0.1:{port}", "--token", "cw_x")
    assert done.returncode == 1
    assert done.stderr.startswith("Nothing usable answers at http://127.0.0.1:")
    assert "manage.py up" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--url", "ftp://x"], "must start with http"),
        (["--token", "a\nb"], "cannot be a token"),
    ],
)
def test_bad_option_is_one_sentence(arguments, words):
    with pytest.raises(BadInput, match=words):
        call_command("try_api", *arguments)


def test_database_without_tables_is_one_sentence(fresh):
    done = fresh.run("try_api")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "no such table" in done.stderr
