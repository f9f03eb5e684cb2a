"""The docs page works in a real browser under our Content-Security-Policy, and asks no other host."""


import pytest
from playwright.sync_api import sync_playwright

from tests.api.calls import ROOT
from tests.api.wire import serving
from tests.browser.driven import ARGUMENTS, CHROMIUM


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_docs_page_shows_every_operation_and_complains_about_nothing(tmp_path, settings):
    settings.SERVESTATIC_USE_FINDERS = True      # its scripts are ours
    complaints: list[str] = []
    hosts: set[str] = set()
    with serving() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(
            str(tmp_path), executable_path=CHROMIUM, headless=True, args=ARGUMENTS,
        )
        page = browser.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        answer = page.goto(f"http://127.0.0.1:{port}{ROOT}/docs")
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        page.wait_for_selector("#operations-jobs-submit_job")
        page.click("#operations-jobs-submit_job .opblock-summary-control")
        page.wait_for_selector("#operations-jobs-submit_job .opblock-body")
        operations = page.locator(".opblock").count()
        browser.close()
    assert (complaints, hosts) == ([], {f"127.0.0.1:{port}"})
    assert operations == 24
