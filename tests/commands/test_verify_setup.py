"""`manage.py verify_setup`: one line for each part, and exit code 1 when one is bad."""

import contextlib
import hashlib
import sqlite3
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from generation.core.reasons import EXPLANATIONS, Reason
from generation.management.cli import doctor
from generation.models import Route, clock
from generation.services.maintenance import sweeper
from generation.telemetry import heartbeats
from tests.model_servers import REFUSED_KEY, completing, llama_cpp, ollama, serving

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


def second(route: Route, **changes) -> Route:
    """Another route like `route`."""
    return Route.objects.create(**{
        "model": route.model, "input_usd_micros": 0, "cached_input_usd_micros": 0, "output_usd_micros": 0, **changes,
    })


def local(server, **changes) -> Route:
    return second(Route(model="tiny.gguf"), **{
        "slug": "tiny", "base_url": server.base_url, "dialect": "llama_cpp", "context_tokens": 12_288,
        "max_output_tokens": 4_000, "max_in_flight": 2, **changes,
    })


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

    def test_pools_that_want_more_connections_than_there_are_are_a_doubt(
        self, capsys, somebody_works, route, monkeypatch
    ):
        if connection.vendor != "postgresql":
            pytest.skip("SQLite has no server to be full")
        assert lines(capsys)["connections"].startswith("✓ connections: 1 worker and 2 web processes of 12 connections")
        monkeypatch.setitem(connection.settings_dict["OPTIONS"]["pool"], "max_size", 200)
        found = lines(capsys)
        assert found["connections"].startswith("! connections: ") and "each take up to 600 of " in found["connections"]
        assert "DATABASE_POOL_SIZE" in found["connections"]

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
            ("http://127.0.0.1:1/v1", "good-key-1", "✗", "cannot be reached: connection refused. Check network"),
            ("SIMULATOR", "good-key-1", "!", "is the simulator"),
            ("http://127.0.0.1:1", None, "✗", "cannot be reached"),
        ],
    )
    def test_provider_is_asked_for_its_models(self, capsys, route, settings, simulator, url, key, mark, words):
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = url.replace("SIMULATOR", simulator.base_url), key
        line = lines(capsys)["provider"]
        assert (line[0], words in line) == (mark, True), line
        assert simulator.calls() == [], "looking costs nothing"

    def test_call_is_a_plan_that_is_judged(self, capsys, route, settings, simulator):
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = simulator.base_url, "good-key-1"
        line = lines(capsys, "--call")["route gpt-4-1-mini"]
        assert line.startswith("! route gpt-4-1-mini: gpt-4.1-mini at http")
        assert "answered a plan of the course that passes its checks (" in line
        assert "it is the simulator. For real documents" in line
        [call] = simulator.calls()
        assert call["schema_name"] == "course_plan"

    def test_refused_call_is_bad_and_hides_the_key(self, capsys, route, settings, simulator):
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = simulator.base_url, "sk-bad-and-secret"
        found = lines(capsys, "--call")
        assert (found["exit"], found["route gpt-4-1-mini"][0]) == ("1", "✗")
        assert EXPLANATIONS[Reason.AUTH].next_step in found["route gpt-4-1-mini"]
        assert "sk-bad-and-secret" not in "".join(found.values())

    def test_every_route_that_has_a_key_is_called(self, capsys, route, settings, simulator):
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = simulator.base_url, "good-key-1"
        second(route, slug="no-key", key_name="MISSING")
        second(route, slug="off", is_enabled=False)
        second(route, slug="other", model="other-model")
        found = lines(capsys, "--call")
        assert {"route gpt-4-1-mini", "route other"} <= found.keys()
        assert not {"route no-key", "route off"} & found.keys()
        assert [call["model"] for call in simulator.calls()] == ["gpt-4.1-mini", "other-model"]

    def test_schema_that_a_provider_would_refuse_is_bad(self, capsys, route, monkeypatch):
        monkeypatch.setattr(doctor, "lint", lambda schema: ["# has too many properties"])
        assert lines(capsys)["kind course"].startswith("✗ kind course: plan: # has too many properties")


CHAT = "/v1/chat/completions"


@pytest.mark.django_db(transaction=True)
class TestLocalModels:
    """Without a provider of the installation's own."""

    @pytest.fixture(autouse=True)
    def nothing_else(self, route, settings) -> None:
        settings.OPENAI_API_KEY = settings.OPENAI_BASE_URL = None
        Route.objects.all().delete()

    def test_good_one_needs_no_other_provider(self, capsys):
        with serving({**llama_cpp(), CHAT: completing()}, name="llama.cpp") as server:
            local(server, deadline_s=30)
            found = lines(capsys, "--call")
        assert found["route tiny"].startswith(f"✓ route tiny: tiny.gguf at {server.base_url} answered a plan of the ")
        assert "(1,234 tokens, 0 s)" in found["route tiny"]
        assert found["server of tiny"] == (
            "✓ server of tiny: llama.cpp, a context of 12,288 tokens for each of 2 calls at once")
        assert "provider" not in found
        [sent] = [body for _method, path, _headers, body in server.asked if path == CHAT]
        assert sent["max_tokens"] == 4_000
        assert sent["response_format"]["json_schema"]["name"] == "course_plan"

    def test_without_call_nothing_is_asked_for(self, capsys):
        with serving(llama_cpp(), name="llama.cpp") as server:
            local(server)
            found = lines(capsys)
        assert CHAT not in server.paths and found["server of tiny"][0] == "✓"

    def test_routes_without_any_provider_are_named(self, capsys):
        with serving(llama_cpp(), name="llama.cpp") as server:
            local(server)
            second(Route(), slug="gpt", model="gpt")
            found = lines(capsys)
        assert found["provider"].startswith("! provider: none is set for gpt. Disable them in the admin")

    def test_answer_that_fails_its_checks_is_a_doubt_with_the_first_finding(self, capsys):
        with serving({**llama_cpp(), CHAT: completing('{"title": 7}')}, name="llama.cpp") as server:
            local(server)
            found = lines(capsys, "--call")
        assert found["route tiny"].startswith("! ") and "title: Input should be a valid string" in found["route tiny"]
        assert "use a stronger model" in found["route tiny"]

    def test_field_that_is_refused_is_left_out_and_the_route_stays_as_it_is(self, capsys):
        with serving({**llama_cpp(), CHAT: completing(refuses="store")}, name="llama.cpp") as server:
            made = local(server, dialect="openai")
            line = lines(capsys, "--call")["route tiny"]
        assert line.startswith("✓ ")
        assert "; its server does not take store, which the route learns at a worker's first call" in line
        made.refresh_from_db()
        assert made.learned == {} and server.paths.count(CHAT) == 2

    def test_no_more_than_five_calls_are_made_of_lessons(self, capsys):
        fields = iter(("store", "prompt_cache_key", "max_completion_tokens", "strict", "stream", "max_tokens", "n"))

        def refuse(_sent):
            message = f"Unrecognized request argument supplied: {next(fields)}"
            return 400, {"error": {"message": message, "type": "invalid_request_error"}}

        with serving({**llama_cpp(), CHAT: refuse}, name="llama.cpp") as server:
            local(server, dialect="openai")
            found = lines(capsys, "--call")
        assert (found["exit"], found["route tiny"][0]) == ("1", "✗")
        assert 2 <= server.paths.count(CHAT) <= 5

    def test_failure_has_its_meaning_the_servers_words_and_advice(self, capsys):
        answer = (404, {"error": {"message": "model 'tiny.gguf' not found", "type": "not_found_error"}})
        with serving({**llama_cpp(), CHAT: lambda _sent: answer}, name="llama.cpp") as server:
            local(server)
            line = lines(capsys, "--call")["route tiny"]
        explanation = EXPLANATIONS[Reason.UNKNOWN_MODEL]
        assert line.startswith("✗ ") and explanation.sentence.rstrip(".") in line
        assert "model 'tiny.gguf' not found" in line and line.endswith(explanation.next_step)

    def test_route_that_promises_more_than_the_server_has_is_a_doubt(self, capsys):
        with serving(llama_cpp(context=2_048), name="llama.cpp") as server:
            local(server, context_tokens=128_000, max_in_flight=500)
            call_lines = all_lines(capsys)
        assert any(
            "the route says 128,000 tokens and the server has 2,048. Change the route's context length" in line
            for line in call_lines)
        assert any("up to 500 calls are sent at once and the server takes 2" in line for line in call_lines)

    def test_context_that_ollama_has_before_it_is_told_is_a_doubt(self, capsys):
        with serving(ollama("a:1b")) as server:
            local(server, dialect="ollama", model="a:1b", context_tokens=128_000)
            assert any("its usual context is 4,096" in line for line in all_lines(capsys))

    def test_route_that_no_kind_fits_is_a_doubt(self, capsys):
        with serving(llama_cpp(context=2_048), name="llama.cpp") as server:
            local(server, context_tokens=2_048, max_output_tokens=1_024)
            told = all_lines(capsys, "--call")
        assert any("is not chosen for courses: the context of 2,048 tokens is too short" in line for line in told)
        assert any("does not fit into 2,048 tokens" in line for line in told) and CHAT not in server.paths

    def test_server_that_is_away_or_wants_a_key_is_bad(self, capsys):
        second(Route(), slug="away", model="m", base_url="http://127.0.0.1:1/v1", dialect="ollama")
        with serving({"/v1/models": REFUSED_KEY}, name="llama.cpp") as server:
            local(server)
            found = lines(capsys)
        assert found["server of away"].startswith("✗ ") and "connection refused" in found["server of away"]
        assert found["server of tiny"].startswith("✗ ") and "wants a key" in found["server of tiny"]


def all_lines(capsys, *arguments: str) -> list[str]:
    with contextlib.suppress(SystemExit):
        call_command("verify_setup", *arguments)
    return capsys.readouterr().out.splitlines()


@pytest.mark.processes
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"DATABASE_URL": "postgresql://nobody:secret-word@127.0.0.1:1/none"},
         "✗ database: The database none at 127.0.0.1:1"),
        ({}, "is not there yet. Run python manage.py up, or migrate."),
    ],
)
def test_database_that_is_away_or_empty_is_a_line_and_no_traceback(fresh, changes, words):
    done = fresh.run("verify_setup", timeout_s=20, **changes)
    assert (done.returncode, done.stderr) == (1, "")
    assert words in done.stdout and "secret-word" not in done.stdout


def tree(folder: Path) -> dict[str, tuple[int | str, ...]]:
    """Every file and folder below `folder`: its rights, when a file was written, and what it holds.

    When a folder was written is SQLite's business: it keeps two files there while a connection is open."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_mode,
            *((path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest()) if path.is_file() else ()))
        for path in [folder, *folder.rglob("*")]
    }


@pytest.mark.processes
class TestNothingIsChanged:
    def test_where_nothing_is_yet_nothing_is_made(self, fresh):
        before = tree(fresh.folder.parent)
        for _ in range(2):
            done = fresh.run("verify_setup", timeout_s=20)
            assert (done.returncode, done.stderr) == (1, "")
        assert f"! folder: {fresh.folder} is missing" in done.stdout
        assert "✗ database: " in done.stdout and "is not there yet. Run python manage.py up, or migrate." in done.stdout
        assert tree(fresh.folder.parent) == before

    @pytest.mark.parametrize("arguments", [(), ("--call",)])
    def test_installation_is_as_it_was_on_disk_and_in_its_database(self, quick, arguments):
        before, rows = tree(quick.folder), dump(quick)
        for _ in range(2):
            done = quick.run("verify_setup", *arguments, OPENAI_API_KEY="good-key-1")
            assert done.returncode == 0, done.stdout + done.stderr
        assert tree(quick.folder) == before
        assert dump(quick) == rows


    def test_journal_of_a_database_is_told_and_left(self, fresh):
        assert fresh.run("migrate", timeout_s=60).returncode == 0
        path = fresh.folder / "coursewright.sqlite3"
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA journal_mode=DELETE")
        before = tree(fresh.folder)
        done = fresh.run("verify_setup", timeout_s=20)
        assert ", DELETE, IMMEDIATE, " in done.stdout and "the next start turns it on" in done.stdout
        assert tree(fresh.folder) == before

    def test_secret_key_that_is_gone_is_not_called_good(self, fresh):
        assert fresh.run("migrate", timeout_s=60).returncode == 0
        (fresh.folder / "secret_key").unlink()
        done = fresh.run("verify_setup", timeout_s=20)
        assert f"! secret key: {fresh.folder / 'secret_key'} is missing. The next start makes another" in done.stdout
        assert not (fresh.folder / "secret_key").exists()


def dump(product) -> list[str]:
    with contextlib.closing(sqlite3.connect(f"file:{product.folder}/coursewright.sqlite3?mode=ro", uri=True)) as read:
        return list(read.iterdump())


def test_folder_that_cannot_be_is_bad(capsys, db, settings, tmp_path):
    (tmp_path / "file").write_text("no folder")
    settings.LOCAL_DIR = tmp_path / "file" / "local"
    assert lines(capsys)["folder"].startswith(f"✗ folder: LOCAL_DIR {settings.LOCAL_DIR} cannot be made: ")


def test_folder_behind_a_link_that_leads_nowhere_is_bad(capsys, db, settings, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "no" / "mount")
    settings.LOCAL_DIR = tmp_path / "link"
    assert lines(capsys)["folder"].startswith(
        f"✗ folder: LOCAL_DIR {settings.LOCAL_DIR} cannot be made: {settings.LOCAL_DIR} is a link to ")


def test_folder_where_no_file_can_be_is_bad(capsys, db, settings):
    settings.LOCAL_DIR = Path("/proc/nope")
    assert lines(capsys)["folder"].startswith("✗ folder: LOCAL_DIR /proc/nope cannot be ")
