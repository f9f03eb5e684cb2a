"""A real server in a folder of its own, and a real browser that keeps account of what went wrong.

These tests need Debian's package `chromium`; without it they fail and say so."""

import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]
READY_S = 60.0
STOP_S = 30.0
# An empty value also wins over a developer's .env file.
EMBEDDED = {
    "APP_ENV": "embedded", "SECRET_KEY": "", "DATABASE_URL": "", "REDIS_URL": "", "OPENAI_API_KEY": "",
    "OPENAI_BASE_URL": "", "DRAIN_S": "5", "PYTHONUNBUFFERED": "1",
}


@dataclass(frozen=True)
class Product:
    """`manage.py up`, and what it printed to sign in with."""

    url: str
    username: str
    password: str


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("product")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--port", "0"], cwd=ROOT, text=True,
        env={**os.environ, **EMBEDDED, "LOCAL_DIR": str(folder)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    lines: queue.Queue[str] = queue.Queue()
    reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
    reader.start()
    try:
        yield _started(lines)
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join()
        assert process.stdout is not None
        process.stdout.close()


def _read(process: "subprocess.Popen[str]", lines: "queue.Queue[str]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)


def _started(lines: "queue.Queue[str]") -> Product:
    """What `up` says when it serves; its last words if it does not come so far."""
    said, url, until = "", "", time.monotonic() + READY_S
    while time.monotonic() < until:
        try:
            line = lines.get(timeout=1)
        except queue.Empty:
            continue
        said += line
        if found := re.search(r"Admin\s+(http\S+)/admin/", line):
            url = found[1]
        if found := re.search(r"Sign in\s+(\S+)\s+(\S+)\s+\(shown only now", line):
            return Product(url, found[1], found[2])
    pytest.fail(f"`manage.py up` did not start within {READY_S:g} s. It said:\n{said}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing: install Debian's package chromium, which the browser tests drive.")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGUMENTS)
        yield running
        running.close()


@dataclass
class Trouble:
    """What a user would not see and a developer should: errors, refused content, failed requests."""

    found: list[str] = field(default_factory=list)

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.found.append(f"{message.type}: {message.text} at {message.location.get('url')}")

    def on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.found.append(f"{response.status}: {response.url}")


@pytest.fixture
def trouble() -> Iterator[Trouble]:
    """Collected while the test runs; anything in it fails the test."""
    collected = Trouble()
    yield collected
    assert collected.found == []


def watched(context: BrowserContext, trouble: Trouble) -> Page:
    """A page whose errors and policy violations land in `trouble`."""
    page = context.new_page()
    page.on("console", trouble.on_console)
    page.on("pageerror", lambda error: trouble.found.append(f"uncaught: {error}"))
    page.on("response", trouble.on_response)
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', (event) => console.error("
        "`policy: ${event.violatedDirective} ${event.blockedURI}`))"
    )
    return page


@pytest.fixture
def page(browser: Browser, trouble: Trouble) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield watched(context, trouble)
    context.close()
