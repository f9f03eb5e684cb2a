"""Takes the README's pictures of the running product anew:  python -m tests.browser.pictures

On an installation of its own, with a provider that loses a unit and refuses some calls, so that there is something to
see.  Writes .github/pictures/*.png."""

import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect

from generation.simulator import SimulatorProcess, SimulatorSettings
from tests.browser.driven import (
    FINISH_MS,
    ROOT,
    ask_for_a_program,
    running_browser,
    running_product,
    sign_in,
    wait_for_the_document,
)

FOLDER = ROOT / ".github" / "pictures"
SIZE = {"width": 1280, "height": 800}
WEEKS = 12


def take(page: Page, name: str) -> None:
    page.wait_for_load_state("load")      # a page that watches a job is never idle
    page.screenshot(path=FOLDER / f"{name}.png", animations="disabled", caret="hide")


def job_at_work(page: Page, provider: SimulatorProcess) -> None:
    """Half of it is done, the rest goes on."""
    later = range(WEEKS // 2 + 1, WEEKS + 1)
    provider.set_faults({"script": [{"fault": "slow", "task": f"unit {week}", "seconds": 8} for week in later]})
    ask_for_a_program(page, WEEKS)
    done = page.get_by_role("region", name="Progress").locator('[data-show="percent"]')
    page.wait_for_function("(percent) => Number(percent.textContent) >= 40", arg=done.element_handle())
    page.reload()
    take(page, "job")


def document(page: Page) -> None:
    wait_for_the_document(page)
    heading = page.get_by_role("region", name="Document").get_by_role("heading").first
    expect(heading).to_be_visible(timeout=FINISH_MS)
    heading.evaluate("(heading) => window.scrollTo(0, heading.getBoundingClientRect().top + window.scrollY - 90)")
    take(page, "document")


def failures(page: Page, provider: SimulatorProcess) -> None:
    """A week that its checks refuse again and again, and one that the provider's filter takes."""
    provider.set_faults({"script": [
        {"fault": "nonsense", "task": "unit 3", "times": 99}, {"fault": "filter", "task": "unit 5", "times": 99},
    ]})
    page.get_by_role("link", name="Jobs", exact=True).first.click()
    ask_for_a_program(page, WEEKS - 4)      # another one: the first would come from the cache
    wait_for_the_document(page, "partial")
    page.get_by_role("link", name="Failures").first.click()
    rows = page.locator("#result_list tbody tr")
    while rows.count() < 2:      # the sweeper groups them within seconds
        page.reload()
    rows.filter(has_not_text="filter").get_by_role("link").first.click()
    take(page, "failures")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        SimulatorProcess(SimulatorSettings(plan_s=1.0, unit_s=3.0)) as provider,
        running_product(Path(folder), OPENAI_BASE_URL=provider.base_url) as product,
        running_browser() as browser,
    ):
        page = browser.new_context(viewport=SIZE, color_scheme="light").new_page()
        sign_in(page, product)
        job_at_work(page, provider)
        document(page)
        failures(page, provider)
    for picture in sorted(FOLDER.glob("*.png")):
        print(picture.relative_to(ROOT), f"{picture.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
