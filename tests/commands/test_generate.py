"""`manage.py generate`: one document, honest exit codes, and a job that outlives the command."""

import json
import os
import secrets
import signal
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command

from accounts.models import Limit, Policy, Role
from generation.kinds import get_kind
from generation.management.cli.base import BadInput
from generation.models import Job
from generation.testbed.installation.processes import Worker
from tests.commands.product import clean_environment, is_gone, product
from tests.waiting import wait_until

pytestmark = pytest.mark.processes

DONE = "SELECT 1 FROM generation_chunk WHERE state = 'done'"
SMALL = ["--set", "goal=strength", "--set", "weeks=2", "--set", "days_per_week=2"]


def test_document_from_an_empty_folder_with_the_simulator_of_its_own(fresh):
    running = fresh.start("generate", "training_program", "--set", "goal=strength", "--set", "weeks=1")
    running.wait_for("planning")
    child = running.simulator()
    assert (running.wait(), running.errors) == (0, "")
    assert "bundled simulator" in running.output and "An administrator was made: admin" in running.output
    [document] = fresh.documents()
    assert f"Document: {document}" in running.output
    assert document.read_text().count("\n## Week ") == 1
    assert is_gone(child)


def test_same_document_again_comes_from_the_cache_unless_it_shall_be_fresh(quick, simulator):
    first = quick.run("generate", "training_program", *SMALL, "--out", "-")
    again = quick.run("generate", "training_program", *SMALL, "--out", "-")
    assert (again.returncode, again.stdout) == (0, first.stdout)
    assert "it comes from the cache" in again.stderr
    assert "completed: 0 calls, $0.0000; 3 parts from the cache, saved $" in again.stderr
    assert len(simulator.calls()) == 3
    fresh = quick.run("generate", "training_program", *SMALL, "--fresh", "--out", "-")
    assert (fresh.returncode, "cache" in fresh.stderr, len(simulator.calls())) == (0, False, 6)


@pytest.mark.parametrize(("strategy", "format_", "words"), [
    ("parallel", "markdown", "\n## Week 2"), ("sequential", "html", "<h2>Week 2"),
])
def test_document_goes_to_the_named_file_whole(quick, tmp_path, strategy, format_, words):
    target = tmp_path / "new" / "program.txt"
    done = quick.run(
        "generate", "training_program", *SMALL, "--strategy", strategy, "--out", str(target), "--format", format_)
    assert (done.returncode, done.stderr) == (0, "")
    assert "100 %" in done.stdout
    assert words in target.read_text()
    assert list(target.parent.iterdir()) == [target]


def test_document_goes_to_stdout_and_everything_else_to_stderr(quick):
    done = quick.run(
        "generate", "training_program", *SMALL, "--strategy", "single", "--out", "-", "--format", "json")
    assert done.returncode == 0
    assert [week["number"] for week in json.loads(done.stdout)["weeks"]] == [1, 2]
    assert "100 %" in done.stderr and "completed" in done.stderr


def test_trouble_is_told_once(quick, simulator):
    simulator.set_faults({"script": [{"fault": "server_error", "task": "plan", "times": 1}]})
    done = quick.run("generate", "training_program", *SMALL)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("plan is tried again") == 1


def test_example_has_what_is_set(quick):
    shown = quick.run("generate", "training_program", "--example", "--set", "weeks=1", "--set", "limitations=Neck")
    assert shown.returncode == 0
    brief = json.loads(shown.stdout)
    example = get_kind("training_program").example
    assert brief == {**example, "weeks": 1, "limitations": ["Neck"]}
    refused = quick.run("generate", "training_program", "--example", "--set", "weeks")
    assert (refused.returncode, refused.stdout) == (2, "")


def test_brief_comes_from_a_file_with_fields_set_on_top(quick, tmp_path):
    path = tmp_path / "brief.json"
    path.write_text(quick.run("generate", "training_program", "--example").stdout)
    done = quick.run(
        "generate", "training_program", "--brief", str(path), "--set", "weeks=1",
        "--set", "limitations=Knee, left hip", "--set", "limitations=Neck")
    assert done.returncode == 0
    [(stored,)] = quick.rows("SELECT brief FROM generation_job")
    brief = json.loads(stored)
    assert (brief["weeks"], brief["limitations"]) == (1, ["Knee", "left hip", "Neck"])
    assert brief["equipment"] == json.loads(path.read_text())["equipment"]


def test_pasted_text_and_marks_of_direction_are_taken(quick, tmp_path):
    """Also from a file that begins with a byte order mark."""
    path = tmp_path / "brief.json"
    path.write_text(
        "\ufeff" + json.dumps({"goal": "strength", "weeks": 1, "language": "de", "goal_note": "שלום\u200f!"}),
        encoding="utf-8")
    done = quick.run(
        "generate", "training_program", "--brief", str(path),
        "--set", "preferences=\ufeffKraft\u00adtraining\u200b mit Plan", "--out", "-")
    assert done.returncode == 0, done.stderr
    [(stored,)] = quick.rows("SELECT brief FROM generation_job")
    brief = json.loads(stored)
    assert (brief["goal_note"], brief["preferences"]) == ("שלום\u200f!", "Krafttraining mit Plan")


def test_other_kind_is_as_easy(quick):
    done = quick.run(
        "generate", "course", "--brief", "-", "--set", "modules=1", "--set", "lessons_per_module=1",
        stdin='{"subject": "Reading an electricity bill"}')
    assert (done.returncode, done.stderr) == (0, "")
    assert "lesson 1 of 1" in done.stdout


@pytest.mark.django_db(transaction=True)
def test_limits_are_told_in_numbers_before_and_at_their_end(route, adam, settings, simulator, capsys):
    settings.OPENAI_BASE_URL = simulator.base_url
    policy = Policy.objects.create(role=Role.ADMIN, max_running_jobs=3)
    Limit.objects.create(policy=policy, metric="requests", window="hour", limit=1)
    Limit.objects.create(policy=policy, metric="units", window="day", limit=50)
    call_command("generate", "training_program", *SMALL, "--user", adam.username, "--out", "-")
    told = capsys.readouterr().err
    for words in ("0 requests left of 1 request an hour", "48 units left of 50 units a day",
                  "2 running jobs left of 3 running jobs"):
        assert words in told
    with pytest.raises(BadInput) as refusal:
        call_command("generate", "training_program", *SMALL, "--user", adam.username, "--out", "-")
    assert refusal.value.returncode == 2
    sentence = str(refusal.value)
    assert "Your limit is 1 request an hour; 0 requests left, and this needs 1 request." in sentence
    assert "Try again after 20" in sentence and "UTC" in sentence
    assert Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], ["no document kind “nonsense”", "course, training_program"]),
        (["training_program"], ["/brief/goal: Field required"]),
        (["training_program", *SMALL, "--strategy", "magic"], ["no strategy “magic”", "parallel, seq"]),
        (["training_program", *SMALL, "--user", "nobody"], ["no active user “nobody”"]),
    ],
)
def test_bad_input_names_every_problem_and_makes_no_job(route, settings, simulator, arguments, words):
    settings.OPENAI_BASE_URL = simulator.base_url
    with pytest.raises(BadInput) as refusal:
        call_command("generate", *arguments)
    assert refusal.value.returncode == 2
    assert [word for word in words if word not in str(refusal.value)] == []
    assert not Job.objects.exists()


def test_bad_brief_from_stdin_is_a_few_lines_and_exit_code_2(quick):
    brief = '{"goal": "strength", "weeks": 500, "nope": 1, "goal_note": "' + "x" * 1_000_000 + '"}'
    done = quick.run("generate", "training_program", "--brief", "-", stdin=brief)
    assert done.returncode == 2, done.stderr
    for words in ("/brief/weeks: ", "/brief/nope: ", "/brief/goal_note: "):
        assert words in done.stderr
    assert "Traceback" not in done.stderr and len(done.stderr) < 2_000
    assert quick.rows("SELECT count(*) FROM generation_job") == [(0,)]


def test_bad_key_is_explained_and_the_job_waits_for_a_good_one(quick):
    done = quick.run("generate", "training_program", *SMALL, OPENAI_API_KEY="sk-bad-secret-key")
    assert done.returncode == 1
    assert "The provider refused the key. Set a valid key (OPENAI_API_KEY" in done.stderr
    assert "goes on when a worker runs" in done.stderr
    assert "sk-bad-secret-key" not in done.stdout + done.stderr
    assert quick.run("generate", "training_program", *SMALL, OPENAI_API_KEY="good").returncode == 0
    assert quick.states("job") == {"completed", "planning"} or quick.states("job") == {"completed"}


def test_empty_account_is_explained_instead_of_waited_for(quick, simulator):
    simulator.set_faults({"script": [{"fault": "insufficient_quota", "times": 9}]})
    done = quick.run("generate", "training_program", *SMALL)
    assert done.returncode == 1
    assert "no credit left. Top up the account" in done.stderr


def test_unreachable_provider_fails_the_job_with_the_next_step(prepared):
    done = prepared.run(
        "generate", "training_program", *SMALL, OPENAI_BASE_URL="http://127.0.0.1:1/v1", MAX_ATTEMPTS="1")
    assert done.returncode == 1
    assert "The provider could not be reached. Check the network and OPENAI_BASE_URL" in done.stderr
    assert prepared.documents() == []


def test_partial_document_is_written_and_is_no_success(quick, simulator):
    simulator.set_faults({"script": [{"fault": "refuse", "task": "unit 2", "times": 9}]})
    done = quick.run("generate", "training_program", *SMALL)
    assert done.returncode == 1
    assert "Some parts could not be made. Retry the job" in done.stderr
    assert "week 2 of 2 failed: The model declined" in done.stdout
    [document] = quick.documents()
    assert "## Week 1" in document.read_text()


def test_ctrl_c_says_that_the_job_continues_and_it_does(quick, simulator):
    late, never = {"fault": "slow", "task": "unit 1", "seconds": 2}, {"fault": "hang", "task": "unit 2"}
    simulator.set_faults([late, never])
    running = quick.start("generate", "training_program", *SMALL, DRAIN_S="600").wait_for("generating")
    wait_until("both weeks are at the provider", lambda: len(simulator.calls()) == 3, 20)
    running.process.send_signal(signal.SIGINT)
    wait_until("the first week is kept", lambda: len(quick.rows(DONE)) == 2, 20)
    assert running.stop(signal.SIGINT) == 130
    [(job,)] = quick.rows("SELECT public_id FROM generation_job")
    states = [state for (state,) in quick.rows("SELECT state FROM generation_chunk ORDER BY position")]
    assert states == ["done", "done", "pending"], "what came within the grace is kept, the rest given back"
    assert "continues when a worker runs" in running.output and job in running.output.replace("-", "")
    assert "Traceback" not in running.errors
    serving = quick.serve()
    wait_until("the job is completed", lambda: quick.states("job") == {"completed"}, 20)
    assert serving.stop() == 0


def test_live_worker_elsewhere_does_the_work_and_its_death_is_made_up_for(quick, simulator):
    simulator.set_faults({"script": [{"fault": "hang", "task": "unit 2", "times": 1}]})
    serving = quick.serve()
    running = quick.start("generate", "training_program", *SMALL).wait_for("week 1 of 2")
    [(worker,)] = quick.rows("SELECT DISTINCT worker FROM generation_chunk WHERE state = 'running'")
    assert worker.split(":")[1] == str(serving.process.pid), "the server works, we watch"
    serving.process.kill()
    serving.wait()
    assert running.wait() == 0


@pytest.mark.configured
def test_missing_migrations_elsewhere_than_on_this_machine_are_one_sentence(fresh):
    if "postgresql" not in settings.DATABASES["default"]["ENGINE"]:
        pytest.skip("needs PostgreSQL: on SQLite they are applied")
    name, url = _new_database()
    try:
        done = fresh.run("generate", "training_program", *SMALL, DATABASE_URL=url)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert "run python manage.py migrate" in done.stderr
    finally:
        _drop(name)


@pytest.mark.configured
def test_watches_celery_workers_on_postgresql_and_redis(tmp_path, simulator):
    redis = os.environ.get("REDIS_URL")
    if redis is None or "postgresql" not in settings.DATABASES["default"]["ENGINE"]:
        pytest.skip("needs DATABASE_URL and REDIS_URL")
    name, url = _new_database()
    ours = {
        "DATABASE_URL": url, "REDIS_URL": redis, "QUEUE_NAME": name, "OPENAI_BASE_URL": simulator.base_url,
        "PULSE_S": "0.2",
    }
    try:
        with product(tmp_path / "local", **ours) as here:
            assert here.run("migrate", "-v0").returncode == 0
            root = here.run("createsuperuser", "--no-input", "--username", "root", "--email", "")
            assert root.returncode == 0
            alone = here.run("generate", "training_program", *SMALL)
            assert (alone.returncode, alone.stderr) == (0, ""), "no worker yet, so it works by itself"
            worker = Worker(clean_environment(**ours, LOCAL_DIR=str(here.folder)))
            try:
                wait_until("the worker lives", lambda: "✓ worker" in here.run("verify_setup").stdout, 30)
                watched = here.run("generate", "training_program", "--fresh", *SMALL)
                assert (watched.returncode, watched.stderr) == (0, "")
            finally:
                assert worker.stop() == 0
            with psycopg.connect(url) as connection:
                rows = connection.execute("SELECT DISTINCT job_id, worker FROM generation_attempt").fetchall()
            by_job = {job: worker_name.split(":")[1] for job, worker_name in rows}
            assert by_job[max(by_job)] == str(worker.pid) != by_job[min(by_job)]
    finally:
        _drop(name)


def _new_database() -> tuple[str, str]:
    """A database of its own beside the one of the tests, and its URL."""
    name = f"cw_commands_{secrets.token_hex(4)}"
    with psycopg.connect(_server("postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return name, _server(name)


def _drop(name: str) -> None:
    with psycopg.connect(_server("postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _server(database: str) -> str:
    url = urlsplit(os.environ["DATABASE_URL"])
    return url._replace(scheme="postgresql", path=f"/{database}").geturl()
