"""What `config/deploy` holds: it fits the settings, and the production profile is clean."""

import configparser
import re
import secrets
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from config.environment import Environment
from tests.commands.product import MANAGE, ROOT, Running, clean_environment, get
from tests.waiting import PATIENCE, wait_until

DEPLOY = ROOT / "config" / "deploy"
WORKER = "celery -A config worker --pool threads --concurrency 2 --without-gossip --without-mingle --without-heartbeat"
DRAIN_S = Environment.model_fields["drain_s"].default


def production(folder: Path) -> dict[str, str]:
    return clean_environment(
        APP_ENV="production", SECRET_KEY=secrets.token_urlsafe(50), ALLOWED_HOSTS="learn.example.org",
        DATABASE_URL="postgresql://user@127.0.0.1:1/none", REDIS_URL="redis://127.0.0.1:1/0",
        LOCAL_DIR=str(folder),
    )


def compose() -> dict:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]


def test_compose_has_every_part_and_a_check_for_those_that_serve():
    services = compose()
    assert services.keys() == {"migrate", "web", "worker", "postgres", "redis"}
    assert all("healthcheck" in services[name] for name in ("web", "worker", "postgres", "redis"))
    assert services["worker"]["deploy"]["replicas"] == 2
    assert " ".join(services["worker"]["command"]).startswith(WORKER)
    redis = " ".join(services["redis"]["command"])
    assert "--appendonly yes" in redis and "--maxmemory-policy noeviction" in redis
    for name in ("web", "worker"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert services[name]["environment"]["APP_ENV"] == "production"


def test_supervisors_wait_longer_than_a_worker_drains():
    assert int(compose()["worker"]["stop_grace_period"].removesuffix("s")) >= max(120, DRAIN_S + 10)
    assert int(unit("coursewright-worker@.service")["Service"]["TimeoutStopSec"]) >= max(120, DRAIN_S + 10)


@pytest.mark.parametrize("name", ["coursewright-web.service", "coursewright-worker@.service"])
def test_units_start_again_whatever_happens(name):
    service = unit(name)["Service"]
    assert service["Restart"] == "always" and service["EnvironmentFile"]
    if "worker" in name:
        assert WORKER in service["ExecStart"]


def unit(name: str) -> configparser.ConfigParser:
    found = configparser.ConfigParser(interpolation=None, strict=False)
    found.optionxform = str
    found.read(DEPLOY / name)
    return found


def test_image_runs_as_nobody_special_and_holds_no_secret():
    lines = (DEPLOY / "Containerfile").read_text().splitlines()
    assert "FROM python:3.11-slim" in lines and "USER coursewright" in lines
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".env", ".git", ".local", "tests"} <= set(ignored)


def test_every_file_says_in_its_head_what_it_is_for():
    for path in DEPLOY.iterdir():
        assert re.match(r"(#[^\n]*\n){3}", path.read_text()), path.name


@pytest.mark.processes
def test_deployment_check_is_clean(tmp_path):
    done = subprocess.run(
        [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], cwd=ROOT, env=production(tmp_path),
        capture_output=True, text=True, timeout=60 * PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout


@pytest.mark.processes
def test_collected_static_files_are_served_in_production(tmp_path):
    environment = production(tmp_path / "local")
    done = subprocess.run(
        [*MANAGE, "collectstatic", "--no-input"], cwd=ROOT, env=environment, capture_output=True, text=True,
        timeout=60 * PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    web = Running(
        [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port)], environment,
        tmp_path / "web.log")
    try:
        wait_until("the web process answers", lambda: answers(port), 20)
        for path in ("static/admin/css/base.css", "static/unfold/css/styles.css", "healthz"):
            sent = {"Host": "learn.example.org", "X-Forwarded-Proto": "https"}
            with get(f"http://127.0.0.1:{port}/{path}", **sent) as answer:
                assert answer.status == 200 and answer.read(), path
        assert web.stop() in {0, -15}
    finally:
        web.end()


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
