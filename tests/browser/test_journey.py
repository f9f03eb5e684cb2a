"""One journey in a real browser: sign in, ask for a program, watch it finish, read it."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.driven import FINISH_MS, Product, ask_for_a_program, sign_in, wait_for_the_document

pytestmark = pytest.mark.browser


def test_ask_watch_and_read(page: Page, product: Product) -> None:
    sign_in(page, product)
    expect(page.get_by_text("Simulated provider")).to_be_visible()
    ask_for_a_program(page, weeks=4)

    # Whatever the bar says from now on is noted in this very document: a reload would forget it.
    live = page.get_by_role("region", name="Progress")
    live.locator('[data-show="percent"]').evaluate("""(percent) => {
        window.seen = [percent.textContent];
        new MutationObserver(() => window.seen.push(percent.textContent))
            .observe(percent, { childList: true, characterData: true, subtree: true });
    }""")
    expect(live.locator('[data-show="state"]')).to_have_text("completed", timeout=FINISH_MS)
    seen = [int(percent) for percent in page.evaluate("window.seen")]

    assert seen == sorted(seen)
    assert seen[-1] == 100
    assert len(set(seen)) >= 4, f"the bar moved in steps: {seen}"
    assert page.get_by_role("progressbar").first.get_attribute("aria-valuenow") == "100"

    document = page.get_by_role("region", name="Document")
    expect(document.get_by_role("heading", name=re.compile("^Week 4"))).to_be_visible(timeout=10_000)
    expect(document.get_by_text("Simulated document")).to_be_visible()
    expect(page.get_by_role("region", name="Log").get_by_text("completed: 4 of 4 done")).to_be_visible()

    page.get_by_role("link", name=re.compile("^Week 2")).click()
    text = page.get_by_role("region", name="Text")
    expect(text.get_by_role("heading", name=re.compile("^Week 2"))).to_be_visible()

    page.get_by_role("link", name="Jobs", exact=True).first.click()
    expect(page.get_by_role("row").filter(has_text="4 of 4")).to_be_visible()


def test_unit_is_written_anew(page: Page, product: Product) -> None:
    sign_in(page, product)
    ask_for_a_program(page, weeks=5)
    wait_for_the_document(page)
    page.get_by_role("link", name=re.compile("^Week 1")).click()
    page.get_by_label("What should be different?").fill("More pulling\nand fewer jumps")
    page.get_by_role("button", name="Write it anew").click()

    expect(page.get_by_text("The old version stays until the new one is there.")).to_be_visible()
    expect(page.get_by_text("Wanted of the new version: More pulling")).to_be_visible()


def test_job_is_cancelled_after_a_question_and_retried(page: Page, product: Product) -> None:
    sign_in(page, product)
    ask_for_a_program(page, weeks=24)
    question = page.get_by_role("dialog", name="Cancel the job?")

    page.get_by_role("button", name="Cancel the job").click()
    question.get_by_role("button", name="No, leave it").click()
    expect(question).to_be_hidden()
    page.get_by_role("button", name="Cancel the job").click()
    question.get_by_role("button", name="Cancel the job").click()

    expect(page.get_by_text("The job is cancelled. What was done stays readable.")).to_be_visible()
    page.get_by_role("button", name="Retry what failed").click()
    page.get_by_role("dialog").get_by_role("button", name="Retry").click()
    expect(page.get_by_text("What is missing is asked again.")).to_be_visible()


def test_drawers_open_with_the_keyboard(page: Page, product: Product) -> None:
    sign_in(page, product)
    page.goto(f"{product.url}/admin/generation/job/")

    page.get_by_role("button", name="Filters").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="By state")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="By state")).to_be_hidden()


def test_pages_can_be_read_without_script(page: Page, browser: Browser, product: Product) -> None:
    sign_in(page, product)
    ask_for_a_program(page, weeks=3)
    wait_for_the_document(page)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()

    sign_in(page, product)
    page.get_by_role("region", name="Newest jobs").get_by_role("link").first.click()

    document = page.get_by_role("region", name="Document")
    expect(document.get_by_role("heading", name=re.compile("^Week 3"))).to_be_visible()
    context.close()


def test_page_is_polled_where_there_is_no_event_stream(browser: Browser, product: Product) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route("**/events", lambda route: route.fulfill(status=503, body=""))
    sign_in(page, product)
    ask_for_a_program(page, weeks=2)

    live = page.get_by_role("region", name="Progress")
    expect(live.locator('[data-show="state"]')).to_have_text("completed", timeout=FINISH_MS)

    document = page.get_by_role("region", name="Document")
    expect(document.get_by_role("heading", name=re.compile("^Week 2"))).to_be_visible()
    context.close()
