"""`manage.py verify_setup`: one line for each part, and exit code 1 when one is bad."""

import pytest
from django.core.management import call_command

from generation.core.reasons import Reason
from generation.management.cli import doctor
from generation.models import Route, clock
from generation.services.maintenance import sweeper
from generation.telemetry import heartbeats

MARKS = ("✓ ", "! ", "✗ ")


def lines(capsys, *arguments: str) -> dict[str, str]:
    """The lines of a run by their names, each with its mark; the exit code as `exit`."""
    try:
        call_command("verify_setup", *arguments)
        code = 0
    except SystemExit as exit_:
        code = exit_.code
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith(MARKS)]
    return {line[2:].partition(": ")[0]: line for line in told} | {"exit": str(code)}


@pytest.fixture
def somebody_works(db: None) -> None:
    heartbeats.beat("host:1:a", in_flight=3, slots=8, revisions={}, is_draining=False)
    sweeper.take_turn("host:1:a")


@pytest.mark.django_db(transaction=True)
class TestLines:
    def test_good_installation_has_a_good_line_for_everything_but_the_provider(
        self, capsys, somebody_works, route, settings
    ):
        settings.OPENAI_API_KEY = settings.OPENAI_BASE_URL = None
        found = lines(capsys)
        assert {
            "folder", "disk", "secret key", "hosts", "database", "migrations", "broker", "worker", "sweeper",
            "provider", "django", "kind training_program", "kind course",
        } <= found.keys()
        assert found.pop("exit") == "0"
        doubtful = {name: line for name, line in found.items() if not line.startswith("✓")}
        assert doubtful.keys() == {"provider"}, doubtful
        assert "Set OPENAI_API_KEY or OPENAI_BASE_URL" in found["provider"]

    def test_nobody_working_is_a_doubt_when_embedded_and_bad_in_production(self, capsys, route, settings):
        assert lines(capsys)["worker"].startswith("! worker: no worker runs. Start one: python manage.py up")
        settings.IS_PRODUCTION = True
        found = lines(capsys)
        assert (found["exit"], found["worker"][0], found["sweeper"][0]) == ("1", "✗", "✗")

    def test_dead_broker_is_bad_and_found_quickly(self, capsys, route, settings):
        settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
        found = lines(capsys)
        assert (found["exit"], found["broker"][0]) == ("1", "✗")

    def test_weak_secrets_are_named_and_not_shown(self, capsys, route, settings):
        settings.SECRET_KEY = "django-insecure-short"
        settings.ALLOWED_HOSTS = ["*"]
        settings.IS_PRODUCTION = True
        found = lines(capsys)
        assert (found["secret key"][0], found["hosts"][0]) == ("✗", "✗")
        assert "django-insecure-short" not in "".join(found.values())

    def test_missing_route_is_bad(self, capsys, settings, db):
        settings.OPENAI_BASE_URL = "http://127.0.0.1:1/v1"
        Route.objects.update(is_enabled=False)
        assert lines(capsys)["route"].startswith("✗ route: no model route is enabled")

    def test_paused_route_says_why(self, capsys, route, settings, simulator):
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = simulator.base_url, "key"
        Route.objects.filter(pk=route.pk).update(open_until=clock.now(), breaker_reason=Reason.AUTH.value)
        assert "is paused: auth" in lines(capsys)["route"]

    @pytest.mark.parametrize(
        ("url", "key", "mark", "words"),
        [
            ("http://127.0.0.1:1/v1", "good-key-1", "✗", "cannot be reached: [Errno 111]"),
            ("SIMULATOR", "good-key-1", "!", "is the simulator"),
            ("http://127.0.0.1:1", None, "✗", "cannot be reached"),
        ],
    )
    def test_provider_is_asked_for_its_models(self, capsys, route, settings, simulator, url, key, mark, words):
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = url.replace("SIMULATOR", simulator.base_url), key
        line = lines(capsys)["provider"]
        assert (line[0], words in line) == (mark, True), line
        assert simulator.calls() == [], "looking costs nothing"

    def test_call_is_one_small_structured_call(self, capsys, route, settings, simulator):
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = simulator.base_url, "good-key-1"
        assert lines(capsys, "--call")["provider"].startswith("! provider: gpt-4.1-mini at http")
        [call] = simulator.calls()
        assert (call["schema_name"], call["output_tokens"] < 300) == ("verify_setup", True)

    def test_refused_call_is_bad_and_hides_the_key(self, capsys, route, settings, simulator):
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = simulator.base_url, "sk-bad-and-secret"
        found = lines(capsys, "--call")
        assert (found["exit"], found["provider"][0]) == ("1", "✗")
        assert "sk-bad-and-secret" not in found["provider"]

    def test_schema_that_a_provider_would_refuse_is_bad(self, capsys, route, monkeypatch):
        monkeypatch.setattr(doctor, "lint", lambda schema: ["# has too many properties"])
        assert lines(capsys)["kind course"].startswith("✗ kind course: plan: # has too many properties")


@pytest.mark.processes
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"DATABASE_URL": "postgresql://nobody:secret-word@127.0.0.1:1/none"},
         "✗ database: The database none at 127.0.0.1:1"),
        ({}, "migrations: "),
    ],
)
def test_database_that_is_away_or_empty_is_a_line_and_no_traceback(fresh, changes, words):
    done = fresh.run("verify_setup", timeout_s=20, **changes)
    assert (done.returncode, done.stderr) == (1, "")
    assert words in done.stdout and "secret-word" not in done.stdout
