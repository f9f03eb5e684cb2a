"""A real server in a folder of its own, and a real browser: for the tests here, and for whoever takes pictures.

Both need Debian's package `chromium`; without it they fail and say so."""

import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]
READY_S = 60.0
STOP_S = 30.0
FINISH_MS = 90_000
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


@contextmanager
def running_product(folder: Path, **settings: str) -> Iterator[Product]:
    """`manage.py up` with its state in `folder` and `settings` in its environment."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--port", "0"], cwd=ROOT, text=True,
        env={**os.environ, **EMBEDDED, "LOCAL_DIR": str(folder), **settings},
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
    raise AssertionError(f"`manage.py up` did not start within {READY_S:g} s. It said:\n{said}")


@contextmanager
def running_browser() -> Iterator[Browser]:
    assert CHROMIUM.exists(), f"{CHROMIUM} is missing: install Debian's package chromium, which is driven here."
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGUMENTS)
        yield running
        running.close()


def sign_in(page: Page, product: Product) -> None:
    page.goto(f"{product.url}/admin/")
    page.get_by_label("Username").fill(product.username)
    page.get_by_label("Password").fill(product.password)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Newest jobs")).to_be_visible()


def ask_for_a_program(page: Page, weeks: int) -> None:
    page.get_by_role("link", name="Ask for a document").first.click()
    page.get_by_role("link", name="Training program").click()
    page.get_by_label("Goal *").select_option(label="Strength")
    page.get_by_label("Weeks").fill(str(weeks))
    page.get_by_role("button", name="Ask for it").click()


def wait_for_the_document(page: Page, state: str = "completed") -> None:
    shown = page.get_by_role("region", name="Progress").locator('[data-show="state"]')
    expect(shown).to_have_text(state, timeout=FINISH_MS)
