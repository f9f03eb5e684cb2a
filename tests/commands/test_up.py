"""`manage.py up`, as somebody with an empty folder, a Ctrl-C and bad luck meets it."""

import http.cookiejar
import re
import shutil
import signal
import socket
import urllib.parse
import urllib.request

import pytest
from django.core.management import call_command

from generation.management.cli.base import BadInput
from tests.commands.product import SIMULATOR_IS_GONE_S, Product, get, is_gone, product
from tests.waiting import wait_until

pytestmark = pytest.mark.processes

PASSWORD = re.compile(r"Sign in\s+admin  ([a-z2-9]{5}(?:-[a-z2-9]{5}){3}) ")


def sentence_of(done) -> str:
    """The one line that a refusal is."""
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr, done.stderr
    return done.stderr


def test_demonstration_from_an_empty_folder_completes_and_says_where_everything_is(fresh):
    done = fresh.run("up", "--demo", "--exit", "--port", "0")
    assert (done.returncode, done.stderr) == (0, "")
    [document] = fresh.documents()
    assert document.read_text().count("\n## Week ") == 12
    assert "Simulated document" in document.read_text()
    for words in (
        "bundled simulator", "/admin/\n", "/api/v1/docs", "week 12 of 12", "100 %", " tokens", "$0.",
        str(document), "/admin/generation/job/1/", "migrations applied",
    ):
        assert words in done.stdout, words
    assert re.search(r"generating  week +\d+ of 12", done.stdout), "progress is shown while it goes on"
    assert PASSWORD.search(done.stdout)


def test_password_is_made_for_each_database_works_and_is_shown_once(tmp_path, migrated):
    passwords = []
    for name in ("one", "two"):
        shutil.copytree(migrated, tmp_path / name)
        with product(tmp_path / name) as prepared:
            running = prepared.serve()
            passwords.append(PASSWORD.search(running.output)[1])
            assert signs_in(running.address, "admin", passwords[-1])
            assert not signs_in(running.address, "admin", "admin")
            assert running.stop() == 0
    with product(tmp_path / "one") as prepared:
        running = prepared.serve()
        assert passwords[0] not in running.output
        assert "the account exists; a new password: python manage.py changepassword admin" in running.output
        assert (running.stop(signal.SIGINT), running.errors) == (0, "")
    assert len(set(passwords)) == 2


def signs_in(address: str, name: str, password: str) -> bool:
    jar = http.cookiejar.CookieJar()
    cookies = urllib.request.HTTPCookieProcessor(jar)
    opener = urllib.request.build_opener(cookies, urllib.request.ProxyHandler({}))
    with opener.open(f"{address}/admin/login/") as page:
        page.read()
    token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
    form = {"username": name, "password": password, "csrfmiddlewaretoken": token, "next": "/admin/"}
    with opener.open(f"{address}/admin/login/", urllib.parse.urlencode(form).encode()) as page:
        page.read()
        return page.url == f"{address}/admin/"


def test_static_files_and_docs_come_from_the_same_process(quick):
    running = quick.serve()
    for path in ("/static/admin/css/base.css", "/static/unfold/css/styles.css", "/api/v1/docs", "/readyz"):
        with get(running.address + path) as answer:
            assert answer.status == 200 and answer.read()
    assert running.stop() == 0


def test_sigterm_lets_the_calls_in_flight_finish_and_leaves_no_chunk_running(prepared):
    running = prepared.serve("--demo").wait_for("week +[1-9] of 12")
    child = running.simulator()
    assert running.stop() == 0
    assert "Finishing" in running.output
    assert "Traceback" not in running.errors
    assert prepared.states("chunk") == {"done"}, "its calls were in flight, so all of them were let finish"
    assert is_gone(child)


def test_second_ctrl_c_gives_the_calls_back_uncounted(quick, simulator):
    simulator.set_faults({"script": [{"fault": "hang", "times": 99}]})
    running = quick.serve("--demo", DRAIN_S="600").wait_for("planning")
    wait_until("the call is at the provider", simulator.calls, 20)
    running.process.send_signal(signal.SIGINT)
    running.wait_for("Finishing 1 call")
    assert running.stop(signal.SIGINT) == 0
    assert "1 given back" in running.output
    assert "Traceback" not in running.errors
    assert quick.rows("SELECT state, attempts FROM generation_chunk") == [("pending", 0)]


def test_interrupted_demonstration_that_should_have_ended_by_itself_is_no_success(prepared):
    running = prepared.serve("--demo", "--exit").wait_for("planning")
    assert running.stop() == 1


def test_killed_it_takes_its_simulator_along_and_the_next_start_finishes_the_job_at_once(prepared):
    running = prepared.serve("--demo", LEASE_S="600").wait_for("week +[1-9] of 12")
    child = running.simulator()
    running.process.kill()
    running.wait()
    wait_until("the simulator has ended", lambda: is_gone(child), SIMULATOR_IS_GONE_S)
    assert "running" in prepared.states("chunk")
    again = prepared.serve()
    # Long before its lease of 600 s ends, because the dead one lived on this machine.
    wait_until("the job is completed", lambda: prepared.states("job") == {"completed"}, 20)
    assert again.stop() == 0


def test_open_event_stream_does_not_keep_it_alive(quick, simulator):
    simulator.set_faults({"script": [{"fault": "hang", "times": 99}]})
    running = quick.serve("--demo").wait_for("planning")
    wait_until("the call is at the provider", simulator.calls, 20)
    secret = quick.run("create_token", "admin", "--name", "stream").stdout.strip()
    [(job,)] = quick.rows("SELECT public_id FROM generation_job")
    with get(f"{running.address}/api/v1/jobs/{job}/events", Authorization=f"Bearer {secret}") as stream:
        assert stream.readline()
        running.process.send_signal(signal.SIGTERM)
        running.wait_for("Finishing")
        assert running.stop() == 0
    assert "Traceback" not in running.errors


def test_job_that_waits_for_a_person_is_explained_and_is_no_success(quick):
    done = quick.run("up", "--demo", "--exit", "--port", "0", OPENAI_API_KEY="sk-bad-key-of-a-test")
    assert done.returncode == 1
    assert "The provider refused the key. Set a valid key (OPENAI_API_KEY" in done.stdout
    assert "sk-bad-key-of-a-test" not in done.stdout + done.stderr


def test_new_key_is_tried_at_the_next_start_not_after_the_pause(quick):
    assert quick.run("up", "--demo", "--exit", "--port", "0", OPENAI_API_KEY="sk-bad-key").returncode == 1
    running = quick.serve(OPENAI_API_KEY="good")
    wait_until("the job is completed", lambda: quick.states("job") == {"completed"}, 10)
    assert running.stop() == 0


def test_taken_port_is_one_sentence_before_anything_is_made(fresh):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert f"Port {port} of 127.0.0.1 is taken" in sentence_of(fresh.run("up", "--port", str(port)))
    assert not (fresh.folder / "coursewright.sqlite3").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--exit"], "--demo"),
        (["--port", "70000"], "0 to 65535"),
        (["--host", "no.such.host.invalid"], "no such address"),
    ],
)
def test_bad_option_is_one_sentence(arguments, words):
    with pytest.raises(BadInput, match=words):
        call_command("up", *arguments)


@pytest.mark.parametrize(
    ("arguments", "changes", "words"),
    [
        ([], {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "cannot be opened: connection failed"),
        ([], {"DATABASE_URL": "sqlite:////proc/none/x.sqlite3"}, "cannot be opened: unable to open database"),
        ([], {"APP_ENV": "production", "SECRET_KEY": "k" * 60, "ALLOWED_HOSTS": "x.org", "REDIS_URL": "redis://x",
              "DATABASE_URL": "sqlite:///x"}, "config/deploy"),
    ],
)
def test_bad_input_is_one_sentence(fresh: Product, arguments, changes, words):
    assert words in sentence_of(fresh.run("up", "--port", "0", *arguments, **changes))


def test_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with product(tmp_path / "file" / "local") as stuck:
        assert str(stuck.folder) in sentence_of(stuck.run("up", "--port", "0"))


def test_unreachable_broker_is_said_and_work_goes_on(quick):
    done = quick.run("up", "--demo", "--exit", "--port", "0", REDIS_URL="redis://127.0.0.1:1/0")
    assert done.returncode == 0
    assert "cannot be reached; work goes on without it" in done.stdout
