"""What moves on a page while somebody looks: the words of a call that is streamed, a part that is written anew."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from generation.simulator import SimulatorProcess, SimulatorSettings
from tests.browser.driven import (
    FINISH_MS,
    Product,
    ask_for_a_program,
    running_product,
    sign_in,
    wait_for_the_document,
)

pytestmark = pytest.mark.browser
SURNAME = "wolfeschlegelsteinhausenbergerdorff"
LONG_TITLE = "Hypertrophy for the experienced with a full gym: 12 weeks, 5 days a week, ninety minutes each"


def changed(folder: Path, statement: str, *values: str) -> None:
    with closing(sqlite3.connect(folder / "coursewright.sqlite3", timeout=20)) as database:
        database.execute(statement, values)
        database.commit()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("streamed")


@pytest.fixture(scope="module")
def product(folder: Path) -> Iterator[Product]:
    """Its provider takes seconds for a part, and its routes stream."""
    with (
        SimulatorProcess(SimulatorSettings(plan_s=1.0, unit_s=7.0)) as provider,
        running_product(folder, OPENAI_BASE_URL=provider.base_url, CACHE_SCOPE="off") as running,
    ):
        changed(folder, "UPDATE generation_route SET streaming = 'on'")
        yield running


def test_words_of_a_streamed_call_are_counted_while_it_runs(page: Page, product: Product) -> None:
    sign_in(page, product)
    ask_for_a_program(page, weeks=2)
    phase = page.locator('[data-show="phase"]')

    expect(phase).to_contain_text(re.compile(r"generating: 0 of 2 weeks done, about [\d,]+ tokens more written"),
                                  timeout=FINISH_MS)
    expect(page.get_by_role("region", name="Plan and weeks").get_by_text(
        re.compile(r"about [\d,]+ tokens written so far")).first).to_be_visible()
    seen = int(re.sub(r"\D", "", phase.inner_text().split("about")[1]))
    page.wait_for_function(
        "([place, before]) => Number((place.textContent.split('about')[1] || '').replace(/\\D/g, '')) > before",
        arg=[phase.element_handle(), seen])
    wait_for_the_document(page)


def test_page_never_tells_of_two_moments(page: Page, product: Product) -> None:
    """At the end above all: what is complete offers no cancelling, and has no part that runs."""
    sign_in(page, product)
    ask_for_a_program(page, weeks=3)
    page.locator("[data-live]").evaluate("""(page) => {
        window.wrong = [];
        const look = () => {
            const state = page.querySelector('[data-show="state"]').textContent;
            const buttons = [...page.querySelectorAll('[data-part="actions"] > button')].map((one) => one.textContent);
            const states = page.querySelectorAll('[data-part="parts"] tbody .cw-state');
            const parts = [...states].map((one) => one.textContent);
            const isOver = state === "completed";
            if (isOver === buttons.includes("Cancel the job") || isOver !== parts.every((one) => one === "done")) {
                window.wrong.push([state, buttons, parts]);
            }
        };
        new MutationObserver(look).observe(page, { childList: true, characterData: true, subtree: true });
    }""")

    wait_for_the_document(page)

    assert page.evaluate("window.wrong") == []
    expect(page.get_by_role("button", name="Cancel the job")).to_have_count(0)


def test_part_that_is_written_anew_is_followed_on_its_page(page: Page, product: Product) -> None:
    sign_in(page, product)
    ask_for_a_program(page, weeks=2)
    wait_for_the_document(page)
    page.get_by_role("link", name=re.compile("^Week 1")).click()
    page.get_by_label("What should be different?").fill("More pulling")
    page.get_by_role("button", name="Write it anew").click()
    page.evaluate("window.isTheSamePage = true")

    head, text = page.get_by_role("region", name="State"), page.get_by_role("region", name="Text")
    expect(text.get_by_text("This is the version before")).to_be_visible()
    expect(head.get_by_text(re.compile("tokens written so far"))).to_be_visible(timeout=FINISH_MS)
    expect(text.get_by_text("who wanted: More pulling")).to_be_visible(timeout=FINISH_MS)
    expect(head.locator(".cw-state").first).to_have_text("done")
    expect(page.get_by_role("button", name="Write it anew")).to_be_visible()
    assert page.evaluate("window.isTheSamePage")


def while_another_page_writes_anew(page: Page, product: Product) -> tuple[Page, str]:
    """The page is that of week 1, and the other one, which is told with the document's address, has week 2 written."""
    sign_in(page, product)
    ask_for_a_program(page, weeks=2)
    wait_for_the_document(page)
    document = page.url
    other = page.context.new_page()
    write_anew(other, document, week=2)
    page.get_by_role("link", name=re.compile("^Week 1")).click()
    return other, document


def test_what_is_being_typed_outlives_what_another_does_meanwhile(page: Page, product: Product) -> None:
    """Also the form in which it is typed: it is away while the part is written anew for somebody else."""
    other, document = while_another_page_writes_anew(page, product)
    wish = page.get_by_label("What should be different?")
    wish.fill("More pulling")

    write_anew(other, document, week=1)
    expect(wish).to_have_count(0)
    expect(wish).to_have_value("More pulling", timeout=FINISH_MS)
    page.get_by_role("button", name="Write it anew").click()

    expect(page.get_by_text("The old version stays until the new one is there.")).to_be_visible()
    expect(page.get_by_text("Wanted of the new version: More pulling")).to_be_visible()


def test_caret_stays_where_it_is_when_the_form_around_it_is_replaced(page: Page, product: Product) -> None:
    other, document = while_another_page_writes_anew(page, product)
    wish = page.get_by_label("What should be different?")
    wish.fill("pulling")
    page.keyboard.press("Home")
    before = page.locator('[data-part="regenerate"]').get_attribute("data-version")

    other.goto(document)
    other.get_by_role("button", name="Cancel the job").click()
    other.get_by_role("dialog").get_by_role("button", name="Cancel the job").click()
    expect(page.locator('[data-part="regenerate"]')).not_to_have_attribute("data-version", before or "")
    page.keyboard.type("more ")

    expect(wish).to_have_value("more pulling")


def write_anew(page: Page, document: str, *, week: int) -> None:
    page.goto(document)
    page.get_by_role("link", name=re.compile(f"^Week {week}")).click()
    page.get_by_role("button", name="Write it anew").click()
    expect(page.get_by_text("The old version stays until the new one is there.")).to_be_visible()


def test_names_in_lists_are_not_broken(page: Page, product: Product, folder: Path) -> None:
    sign_in(page, product)
    page.set_viewport_size({"width": 1366, "height": 800})
    ask_for_a_program(page, weeks=2)
    changed(folder, "UPDATE accounts_user SET username = ?", SURNAME)
    changed(folder, "UPDATE generation_job SET title = ?", LONG_TITLE)

    page.goto(f"{product.url}/admin/generation/job/")

    name = page.get_by_role("cell", name=SURNAME).first
    lines = name.evaluate("""(cell) => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;
    }""")
    assert lines == 1
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
