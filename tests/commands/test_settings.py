"""Settings from the environment: each documented, and a broken one is one sentence."""

import re
import subprocess

import pytest
from pydantic_core import PydanticUndefined

from config import environment
from config.environment import BASE_DIR, Environment
from tests.commands.product import MANAGE, ROOT, clean_environment
from tests.waiting import PATIENCE

EXAMPLE = ROOT / ".env.example"
ONLY_FOR_COMPOSE = {"POSTGRES_PASSWORD"}
EXAMPLES = {"PROVIDER_KEY_SECOND", "PROVIDER_URL_SECOND"}      # of names that people make up


def documented() -> dict[str, str]:
    """The variables of `.env.example` with the defaults that it names."""
    return dict(re.findall(r"^#?([A-Z][A-Z_]*)=(.*)$", EXAMPLE.read_text(), re.MULTILINE))


def as_text(default: object) -> str:
    assert default is not PydanticUndefined, "every setting has a default"
    match default:
        case None | []:
            return ""
        case bool():
            return str(default).lower()
        case _:
            return str(default).removeprefix(f"{BASE_DIR}/")


def test_every_variable_is_documented_with_its_default():
    defaults = {name.upper(): as_text(field.default) for name, field in Environment.model_fields.items()}
    found = documented()
    assert {name: found[name] for name in found if name not in ONLY_FOR_COMPOSE | EXAMPLES} == defaults


def test_every_variable_has_a_word_of_explanation_above_it():
    for block in EXAMPLE.read_text().split("\n\n"):
        names = re.findall(r"^#[A-Z_]+=", block, re.MULTILINE)
        assert not names or block.startswith("# "), block


def test_example_as_it_stands_changes_nothing(monkeypatch):
    for name in Environment.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    untouched = Environment(_env_file=None)
    for name, value in documented().items():
        monkeypatch.setenv(name, value)
    stated = Environment(_env_file=None)
    assert stated.model_dump(exclude={"local_dir"}) == untouched.model_dump(exclude={"local_dir"})


PRODUCTION = {
    "APP_ENV": "production", "SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "a.example", "DATABASE_URL": "postgresql://h/n",
    "REDIS_URL": "redis://h/0",
}


@pytest.mark.parametrize(("url", "port", "tls", "ssl"), [
    ("smtp://mail.example", 25, False, False), ("smtp+starttls://ann:p%40ss@mail.example", 587, True, False),
    ("smtps://ann:p%40ss@mail.example:2465", 2465, False, True),
])
def test_mail_server_is_one_url(url, port, tls, ssl):
    found = environment.mail_settings(url)

    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.example", port)
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (tls, ssl)
    assert found["EMAIL_HOST_PASSWORD"] == ("p@ss" if "ann" in url else "")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"APP_ENV": "staging"}, "APP_ENV: Input should be 'embedded' or 'production'"),
        ({"APP_ENV": "production"}, "needs SECRET_KEY, ALLOWED_HOSTS, DATABASE_URL, REDIS_URL"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL must start with postgresql:// or sqlite://"),
        ({"REDIS_URL": "localhost:6379"}, "REDIS_URL must start with redis://"),
        ({"LLM_DEADLINE_S": "soon"}, "LLM_DEADLINE_S: Input should be a valid number"),
        ({"LEASE_S": "1", "PULSE_S": "1"}, "LEASE_S must be at least three times PULSE_S"),
        ({"WORKER_SLOTS": "0"}, "WORKER_SLOTS: Input should be greater than or equal to 1"),
        ({"DEBUG": "perhaps"}, "DEBUG: Input should be a valid boolean"),
        ({"PUBLIC_URL": "example.org"}, "PUBLIC_URL: must start with http:// or https://"),
        ({"EMAIL_URL": "https://mail.example"}, "EMAIL_URL must start with smtp:// or smtp+starttls:// or smtps://"),
        ({"EMAIL_URL": "smtp://"}, "EMAIL_URL names no host"),
        ({"EMAIL_FROM": "a@b.example\nBcc: c@d.example"}, "EMAIL_FROM: String should match pattern"),
        ({**PRODUCTION, "WEBHOOK_LOOPBACK": "true"}, "WEBHOOK_LOOPBACK must be off in production"),
    ],
)
def test_broken_setting_is_one_sentence(monkeypatch, capsys, changes, words):
    for name in Environment.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as stop:
        environment.read()
    assert stop.value.code == 2
    assert words in one_sentence(capsys.readouterr().err)


@pytest.mark.processes
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"WORKER_SLOTS": "none"}, "WORKER_SLOTS: Input should be a valid integer"),
        ({"LOCAL_DIR": "/proc/none/local"}, "LOCAL_DIR /proc/none/local cannot be written"),
    ],
)
def test_broken_setting_stops_start_up(tmp_path, changes, words):
    done = subprocess.run(
        [*MANAGE, "up", "--port", "0"], cwd=ROOT,
        env=clean_environment(**{"LOCAL_DIR": str(tmp_path), **changes}),
        capture_output=True, text=True, timeout=60 * PATIENCE, check=False)
    assert done.returncode == 2
    assert words in one_sentence(done.stderr)


def one_sentence(told: str) -> str:
    assert told.startswith("Coursewright cannot start: ") and told.endswith(".\n") and told.count("\n") == 1, told
    return told
