"""The process log as others find it: JSON lines on stdout in production, plain lines on stderr elsewhere."""

import json
import subprocess
import sys

from config import celery
from tests.canaries import KEY
from tests.commands.product import ROOT, clean_environment
from tests.commands.test_deployment import production

SAY = f"""
import django, logging
django.setup()
from celery import current_app
from celery.app.log import Logging
current_app.log.setup(loglevel="ERROR")                 # as a worker does at its start
logging.getLogger("generation.journal").info("%s", "it went\\non", extra={{"line": {{
    "event": "finish", "job": "0b6c", "unit": 3, "attempt": 9, "data": {{"cost_usd_micros": 5}}, "advice": ""}}}})
try:
    raise ValueError("the key {KEY} was refused")
except ValueError:
    logging.getLogger("some.library").exception("trouble")
from uvicorn import Config
Config("config.asgi:application", log_config=None)
assert not logging.getLogger("uvicorn").handlers + logging.getLogger("uvicorn.access").handlers
logging.getLogger("generation").debug("too small")
"""


def said(environment):
    done = subprocess.run(
        [sys.executable, "-c", SAY], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
        env={**environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
    )
    return done.stdout, done.stderr


def test_production_writes_json_lines_on_stdout(tmp_path):
    out, err = said({**production(tmp_path), "OPENAI_API_KEY": KEY})

    first, second = map(json.loads, out.splitlines())
    assert {name: first[name] for name in ("severity", "event", "message", "job", "unit", "attempt", "data")} == {
        "severity": "info", "event": "finish", "message": "it went\non", "job": "0b6c", "unit": 3, "attempt": 9,
        "data": {"cost_usd_micros": 5},
    }
    assert first["at"].endswith("+00:00")
    assert (second["severity"], second["logger"], second["message"]) == ("error", "some.library", "trouble")
    assert "Traceback" in second["trace"] and "ValueError: the key [hidden] was refused" in second["trace"]
    assert KEY not in out + err


def test_embedded_writes_plain_lines_on_stderr_from_warning_on(tmp_path):
    out, err = said(clean_environment(LOCAL_DIR=str(tmp_path)))

    assert out == ""
    assert "ERROR some.library: trouble" in err and "it went" not in err
    assert KEY not in err


def test_level_is_a_setting(tmp_path):
    _out, err = said(clean_environment(LOCAL_DIR=str(tmp_path), LOG_LEVEL="info"))
    assert "INFO generation.journal: it went" in err and "(job 0b6c)" in err


def test_celery_leaves_the_logging_alone():
    assert celery.signals.setup_logging.receivers
