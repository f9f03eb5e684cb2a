"""A server and a browser for a whole file, and an account of what went wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

from tests.browser.driven import Product, running_browser, running_product


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("product")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as running:
        yield running


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
