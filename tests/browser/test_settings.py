"""The settings in a real browser: what stands there is saved, what is pressed twice is done once."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driven import Product, sign_in

pytestmark = pytest.mark.browser

SAVED = re.compile("was (changed|added) successfully")
LISTS = ("generation/route", "accounts/policy", "accounts/override", "generation/alertrule", "generation/channel",
         "generation/webhookendpoint", "accounts/pause", "accounts/user", "accounts/apitoken", "auth/group")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def add_an_override_a_channel_and_an_endpoint(page: Page, product: Product) -> None:
    page.goto(f"{product.url}/admin/generation/channel/add/")
    page.get_by_label("Name").fill("ops")
    page.get_by_label("Kind").select_option("slack")
    page.get_by_label("Address").fill("https://chat.example.com/T/1")
    save(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    for address, field, text in (
        ("accounts/override", "Reason", "exam week"), ("generation/webhookendpoint", "URL", "https://hooks.example.com/"),
    ):
        page.goto(f"{product.url}/admin/{address}/add/")
        page.locator(".field-user .select2-selection, #id_user + .select2 .select2-selection").first.click()
        page.get_by_role("option", name=product.username).click()
        page.get_by_label(field).fill(text)
        save(page)
        expect(page.get_by_text(SAVED).or_(page.get_by_role("heading", name="The signing secret"))).to_be_visible()


def test_every_setting_is_opened_and_saved_as_it_is(page: Page, product: Product) -> None:
    sign_in(page, product)
    add_an_override_a_channel_and_an_endpoint(page, product)
    for address in LISTS:
        page.goto(f"{product.url}/admin/{address}/")
        links = page.locator(f'#result_list a[href^="/admin/{address}/"]').all()
        pages = {re.sub(r"[?].*", "", link.get_attribute("href") or "") for link in links}
        found = sorted(href for href in pages if href.endswith("/change/"))
        assert found or address == "accounts/apitoken", address
        for href in found:
            page.goto(f"{product.url}{href}")
            save(page)
            expect(page.get_by_text(SAVED), href).to_be_visible()


def test_price_is_typed_in_dollars(page: Page, product: Product) -> None:
    sign_in(page, product)
    page.goto(f"{product.url}/admin/generation/route/")
    page.get_by_role("link", name="gpt-4-1-mini", exact=True).click()
    expect(page.get_by_role("textbox", name="Input price*", exact=True)).to_have_value("0.40")
    page.get_by_role("textbox", name="Input price*", exact=True).fill("0,55")
    save(page)
    expect(page.get_by_text("Write a point before the fraction")).to_be_visible()
    page.get_by_role("textbox", name="Input price*", exact=True).fill("$0.55")
    save(page)

    expect(page.get_by_text(SAVED)).to_be_visible()
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="gpt-4-1-mini", exact=True))
    expect(row).to_contain_text("$0.55 / $0.10 / $1.60")


def test_save_clicked_twice_makes_one_token_and_shows_its_secret(page: Page, product: Product) -> None:
    sign_in(page, product)
    page.goto(f"{product.url}/admin/accounts/apitoken/add/")
    page.locator(".select2-selection").first.click()
    page.get_by_role("option", name=product.username).click()
    page.get_by_label("Name").fill("clicked twice")
    page.get_by_role("button", name="Save", exact=True).dblclick()

    expect(page.get_by_role("heading", name="The new API token")).to_be_visible()
    expect(page.get_by_text(re.compile("^cw_"))).to_be_visible()
    page.goto(f"{product.url}/admin/accounts/apitoken/")
    expect(page.get_by_role("row").filter(has_text="clicked twice")).to_have_count(1)
