"""The document and its units: three formats, readable early, harmless to a browser."""

from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from generation.core.outcomes import CallCode, Failure
from generation.kinds import all_kinds
from generation.models import Attempt, Chunk, Job
from generation.services.jobs import control, submission
from tests.api.calls import of, problem
from tests.support import claim_all, finish, work_off

pytestmark = pytest.mark.django_db

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PAYLOADS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)", "<svg onload=alert(1)>", '"><iframe src=//evil.example>',
    "<a href='data:text/html,x'>x</a>", "</title><script>alert(1)</script>", "<style>*{display:none}</style>",
    "{{ settings.SECRET_KEY }}", "{% debug %}", "<base href=//evil.example>", "[x](  JaVaScRiPt:alert(1))",
)


# --- Formats --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("accept", "media_type"), [
    ("", "application/json"), ("*/*", "application/json"), ("application/json", "application/json"),
    ("text/markdown", "text/markdown"), ("text/html", "text/html"), (BROWSER, "text/html"),
    ("text/*", "text/markdown"), ("application/json;q=0.1, text/markdown;q=0.9", "text/markdown"),
    ("application/pdf, text/html;q=0.5", "text/html"),
    ("application/json; charset=utf-8", "application/json"), ("text/markdown;charset=UTF-8;q=0.9", "text/markdown"),
    ("Application/JSON", "application/json"), ("TEXT/HTML ; Q=0.8", "text/html"),
    ("text/markdown; charset=utf-8, */*;q=0.1", "text/markdown"), ('text/html; x="a,b;q=0"', "text/html"),
    ("application/*", "application/json"), (" , text/html , ", "text/html"), ("garbage, text/html", "text/html"),
    ("application/json;q=0, */*", "text/markdown"), ("text/*;q=0.5, text/html;q=0.7", "text/html"),
    ("text/html;q=0.5, text/markdown;q=0.5", "text/html"), ("text/html; level=1; q=abc", "text/html"),
    ("application/json;q=0.2, text/plain, text/html;q=.3", "text/html"),
])
def test_format_by_accept(done, ann_api, accept, media_type):
    headers = {"Accept": accept} if accept else {}
    response = ann_api.send("GET", of(done, "/document"), **headers)
    assert response.status_code == 200
    assert response["Content-Type"].partition(";")[0] == media_type
    assert "Accept" in response["Vary"]


@pytest.mark.parametrize(("name", "media_type", "start"), [
    ("json", "application/json", "{"), ("markdown", "text/markdown", "# "),
    ("html", "text/html", "<!DOCTYPE html>"),
])
def test_format_by_name_wins_over_accept(done, ann_api, name, media_type, start):
    response = ann_api.send("GET", of(done, f"/document?format={name}"), Accept="application/pdf")
    assert (response.status_code, response["Content-Type"].partition(";")[0]) == (200, media_type)
    assert response.content.decode().startswith(start)


@pytest.mark.parametrize("name", ["pdf", "", "JSON", "%00", "json%00"])
def test_unknown_format_is_named(done, ann_api, name):
    body = problem(ann_api.send("GET", of(done, f"/document?format={name}")), 422, "invalid_input")
    assert [(error["in"], error["pointer"]) for error in body["errors"]] == [("query", "/format")]


@pytest.mark.parametrize("accept", [
    "application/pdf", "image/*", "application/json;q=0", "garbage", "text/x\x00", "*/*;q=0", "*/html", ",", "text",
    "application/json; charset=utf-8; q=0",
])
def test_what_cannot_be_accepted_is_406(done, ann_api, accept):
    problem(ann_api.send("GET", of(done, "/document"), Accept=accept), 406, "not_acceptable")


@pytest.mark.parametrize("name", ["json", "markdown", "html"])
def test_document_that_has_not_changed_is_not_sent_again(done, ann_api, name):
    path = of(done, f"/document?format={name}")
    etag = ann_api.send("GET", path)["ETag"]
    assert ann_api.send("GET", path, If_None_Match=etag).status_code == 304
    other = of(done, f"/document?format={'html' if name == 'json' else 'json'}")
    assert ann_api.send("GET", other, If_None_Match=etag).status_code == 200


def test_document_takes_a_few_queries(done, ann_api):
    ann_api.send("GET", of(done, "/document"))
    with CaptureQueriesContext(connection) as queries:
        ann_api.send("GET", of(done, "/document"))
    assert len(queries) <= 5, [query["sql"] for query in queries]


# --- Readable early -------------------------------------------------------------------------------


def test_before_there_is_a_plan_there_is_nothing_to_read(job, ann_api):
    response = ann_api.send("GET", of(job, "/document"))
    problem(response, 409, "not_ready")
    assert int(response["Retry-After"]) > 0


def test_unfinished_document_names_its_gaps(begun, ann_api):
    document = ann_api.send("GET", of(begun, "/document")).json()
    assert (document["state"], [week["number"] for week in document["weeks"]]) == ("generating", [1])
    assert document["missing"] == [2, 3]
    markdown = ann_api.send("GET", of(begun, "/document?format=markdown")).content.decode()
    assert "Weeks 2, 3 are missing" in markdown
    page = ann_api.send("GET", of(begun, "/document?format=html")).content.decode()
    assert "Weeks 2, 3 are missing" in page
    assert "1 of 3 parts are done" in page


@pytest.mark.django_db(transaction=True)
def test_partial_document_says_why_each_gap_is_one_in_every_format(job, ann_api):
    finish(*claim_all())
    for claim in claim_all():
        finish(claim, Failure(CallCode.REFUSED, "no <b>way</b>") if claim.position == 2 else None)
    job.refresh_from_db()
    assert job.state == "partial"
    gap, = ann_api.send("GET", of(job, "/document")).json()["gaps"]
    assert (gap["unit"], gap["reason"], gap["detail"]) == (2, "refused", "no <b>way</b>")
    for name in ("markdown", "html"):
        text = ann_api.send("GET", of(job, f"/document?format={name}")).content.decode()
        assert "What is missing, and why" in text
        assert "The model declined to write this. Change the wording of the brief." in text
    control.retry(job, by=None)
    work_off(job)
    assert ann_api.send("GET", of(job, "/document")).json()["gaps"] == []
    assert Attempt.objects.filter(job=job).count() == 5, "only what failed was asked again"


def test_cancelled_job_keeps_what_is_done(begun, ann_api):
    control.cancel(begun, by=None)
    assert ann_api.send("GET", of(begun, "/document")).json()["missing"] == [2, 3]


@pytest.mark.parametrize("name", ["markdown", "html"])
def test_simulated_document_says_so(done, ann_api, name):
    Job.objects.update(is_simulated=True)
    assert "Simulated document" in ann_api.send("GET", of(done, f"/document?format={name}")).content.decode()
    assert ann_api.send("GET", of(done, "/document?format=json")).json()["is_simulated"] is True
    unit = ann_api.send("GET", of(done, "/units/1")).json()
    assert unit["is_simulated"] is True
    assert "Simulated document" in unit["markdown"]


def test_real_document_says_that_nobody_has_reviewed_it(done, ann_api):
    for name in ("markdown", "html"):
        text = ann_api.send("GET", of(done, f"/document?format={name}")).content.decode()
        assert "imulated" not in text
        assert "A language model wrote this. No person has reviewed it." in text


# --- Units ----------------------------------------------------------------------------------------


def test_unit_is_readable_while_others_run(begun, ann_api):
    unit = ann_api.send("GET", of(begun, "/units/1")).json()
    assert (unit["position"], unit["state"], unit["versions"]) == (1, "done", [])
    assert unit["content"] == ann_api.send("GET", of(begun, "/document?format=json")).json()["weeks"][0]
    assert unit["markdown"].startswith("## Week 1")


def test_lesson_is_what_the_document_has(ann, ann_api, route):
    """Its options in the order of the document, its findings where they point in that."""
    job = work_off(submission.submit(user=ann, kind="course", brief=all_kinds()["course"].example).job)
    written = Chunk.objects.get(job=job, position=2)
    options = written.content["quiz"][0]["options"]
    found = [finding(f"/quiz/0/options/{k}/text") for k in range(len(options))]
    Chunk.objects.filter(pk=written.pk).update(findings=[*found, finding("/gone/7"), finding("")])
    units = [ann_api.send("GET", of(job, f"/units/{n}")).json() for n in range(1, job.unit_total + 1)]
    document = ann_api.send("GET", of(job, "/document?format=json")).json()
    lessons = [lesson for module in document["modules"] for lesson in module["lessons"]]
    assert [unit["content"] for unit in units] == lessons
    for option, moved in zip(options, units[1]["findings"], strict=False):
        place = int(moved["pointer"].split("/")[4])
        assert lessons[1]["quiz"][0]["options"][place] == option
    assert [moved["pointer"] for moved in units[1]["findings"][-2:]] == ["/gone/7", ""]
    assert any(
        part.content["quiz"] != lessons[part.position - 1]["quiz"] for part in Chunk.objects.filter(job=job).units()
    ), "there was something to put in order"


def finding(pointer: str) -> dict[str, str]:
    return {
        "rule": "X", "severity": "warning", "pointer": pointer, "measured": "1", "limit": "2", "message": "m",
        "advice": "a",
    }


def test_unit_that_is_not_done_says_so(begun, ann_api):
    response = ann_api.send("GET", of(begun, "/units/2"))
    problem(response, 409, "unit_not_done")
    assert int(response["Retry-After"]) > 0


def test_unit_before_the_plan_says_so(job, ann_api):
    problem(ann_api.send("GET", of(job, "/units/1")), 409, "unit_not_done")


def test_lost_unit_says_why_and_what_to_do(begun, ann_api):
    control.cancel(begun, by=None)
    body = problem(ann_api.send("GET", of(begun, "/units/2")), 409, "unit_not_done")
    assert "cancelled" in body["detail"]
    assert "Retry" in body["advice"]


@pytest.mark.parametrize("n", ["0", "4", "-1", "40000", "1" * 30])
def test_unit_that_the_job_does_not_have_is_not_found(done, ann_api, n):
    problem(ann_api.send("GET", of(done, f"/units/{n}")), 404, "no_such_unit")


@pytest.mark.parametrize("n", ["x", "1.5", "%00", "1" * 5_000])
def test_unit_that_is_no_number_is_named(done, ann_api, n):
    body = problem(ann_api.send("GET", of(done, f"/units/{n}")), 422, "invalid_input")
    assert [(error["in"], error["pointer"]) for error in body["errors"]] == [("path", "/n")]


def test_rewritten_unit_is_new_and_its_old_version_listed(done, ann_api):
    old = ann_api.send("GET", of(done, "/units/2")).json()
    ann_api.send("POST", of(done, "/units/2/regenerate"), {"instruction": "Shorter."})
    during = ann_api.send("GET", of(done, "/units/2")).json()
    assert (during["content"], during["state"]) == (old["content"], "pending")
    work_off(done)
    after = ann_api.send("GET", of(done, "/units/2")).json()
    assert [version["number"] for version in after["versions"]] == [1]
    assert after["versions"][0]["headline"] == old["headline"]


# --- Harmless to a browser ------------------------------------------------------------------------


class Inspector(HTMLParser):
    """Every tag, attribute and link of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markup_from_the_model_is_inert(done, ann_api, payload):
    plan = Chunk.objects.get(job=done, position=0)
    week = Chunk.objects.get(job=done, position=1)
    plan.content |= {"title": payload, "summary": payload, "safety": payload}
    week.content |= {"summary": payload, "phase": payload}
    plan.save()
    week.save()
    Job.objects.update(title=payload)
    response = ann_api.send("GET", of(done, "/document?format=html"))
    page = response.content.decode()
    seen = Inspector(page)
    assert not {"script", "img", "svg", "iframe", "style", "base", "object", "form"} & set(seen.tags)
    assert not [name for name, _value in seen.attributes if name.startswith("on") or name == "style"]
    links = [value for name, value in seen.attributes if name in {"href", "src"}]
    assert all(link.startswith(("/static/", "https://", "mailto:")) for link in links), links
    assert "SECRET_KEY" in page or "SECRET_KEY" not in payload, "templates are not rendered twice"
    assert "unsafe" not in response["Content-Security-Policy"]


def test_page_has_no_inline_style_or_script(done, ann_api):
    page = Inspector(ann_api.send("GET", of(done, "/document?format=html")).content.decode())
    assert "script" not in page.tags
    assert "style" not in page.tags
    assert "style" not in {name for name, _value in page.attributes}
