"""Nonsense is refused with the place of the fault, and never reaches the database."""

import json
import time

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from generation.models import Job
from tests.api.calls import ASK, ROOT, Caller, of, problem
from tests.support import PROGRAM

pytestmark = pytest.mark.django_db

LONG = "x" * 1_000_000


def program(**fields: object) -> dict[str, object]:
    return {"kind": "training_program", "brief": {**PROGRAM, **fields}}


def name_of(value: object) -> str:
    """The same in every process: a set has no order of its own."""
    return repr(sorted(value) if isinstance(value, set) else value)[:60]


@pytest.mark.parametrize(("body", "code", "pointers"), [
    ({"brief": PROGRAM}, "invalid_input", {"/kind"}),
    ({"kind": "training_program"}, "invalid_input", {"/brief"}),
    ({}, "invalid_input", {"/kind", "/brief"}),
    ({"kind": "poem", "brief": {}}, "unknown_kind", {"/kind"}),
    ({"kind": LONG, "brief": {}}, "unknown_kind", {"/kind"}),
    ({"kind": "training_program\x00", "brief": {}}, "unknown_kind", {"/kind"}),
    ({"kind": "\ud800", "brief": {}}, "unknown_kind", {"/kind"}),
    ({"kind": None, "brief": PROGRAM}, "invalid_input", {"/kind"}),
    ({"kind": 7, "brief": PROGRAM}, "invalid_input", {"/kind"}),
    ({**ASK, "strategy": "fastest"}, "invalid_input", {"/strategy"}),
    ({**ASK, "strategy": None}, "invalid_input", {"/strategy"}),
    ({**ASK, "brief": []}, "invalid_input", {"/brief"}),
    ({**ASK, "brief": None}, "invalid_input", {"/brief"}),
    ({**ASK, "brief": "strength"}, "invalid_input", {"/brief"}),
    ({**ASK, "state": "done"}, "invalid_input", {"/state"}),
    ({**ASK, "user": 1, "cost_usd_micros": 0}, "invalid_input", {"/user", "/cost_usd_micros"}),
    ({**ASK, "a/b~c": 1}, "invalid_input", {"/a~1b~0c"}),
    ([], "invalid_input", {""}),
    ("text", "invalid_input", {""}),
    (None, "invalid_input", {""}),
    ({**ASK, "brief": {}}, "invalid_brief", {"/brief/goal"}),
    (program(weeks=0), "invalid_brief", {"/brief/weeks"}),
    (program(weeks=500), "invalid_brief", {"/brief/weeks"}),
    (program(weeks=10**30), "invalid_brief", {"/brief/weeks"}),
    (program(weeks="3"), "invalid_brief", {"/brief/weeks"}),
    (program(weeks=3.5), "invalid_brief", {"/brief/weeks"}),
    (program(weeks=True), "invalid_brief", {"/brief/weeks"}),
    (program(weeks=None), "invalid_brief", {"/brief/weeks"}),
    (program(goal="gold"), "invalid_brief", {"/brief/goal"}),
    (program(goal=LONG), "invalid_brief", {"/brief/goal"}),
    (program(weeks=0, goal="gold"), "invalid_brief", {"/brief/weeks", "/brief/goal"}),
    (program(preferences=LONG), "invalid_brief", {"/brief/preferences"}),
    (program(preferences="a\x00b"), "invalid_brief", {"/brief/preferences"}),
    (program(preferences="a\u202eb"), "invalid_brief", {"/brief/preferences"}),
    (program(preferences="a\ud800b"), "invalid_brief", {"/brief/preferences"}),
    (program(preferences="a\x1bb"), "invalid_brief", {"/brief/preferences"}),
    (program(language="e\x00"), "invalid_brief", {"/brief/language"}),
    (program(language="\ud800"), "invalid_brief", {"/brief/language"}),
    (program(limitations=["fine", "a\x00b"]), "invalid_brief", {"/brief/limitations/1"}),
    (program(limitations={"a": 1}), "invalid_brief", {"/brief/limitations"}),
    (program(colour="red"), "invalid_brief", {"/brief/colour"}),
    (program(**{"\x00": 1}), "invalid_brief", {"/brief/\ufffd"}),
], ids=name_of)
def test_wrong_body_is_refused_with_its_place(ann_api, route, body, code, pointers):
    response = ann_api.send("POST", "/jobs", json.dumps(body))
    errors = problem(response, 422, code)["errors"]
    assert {error["pointer"] for error in errors} == pointers
    assert {error["in"] for error in errors} == {"body"}
    assert all(error["detail"] for error in errors)
    assert not Job.objects.exists()


def test_name_that_is_half_a_character_is_refused(ann_api, route):
    body = problem(ann_api.send("POST", "/jobs", json.dumps(program(**{"\ud800": 1}))), 422, "invalid_brief")
    assert body["errors"][0]["pointer"].startswith("/brief")


def test_what_was_wrong_is_not_echoed_at_length(ann_api, route):
    response = ann_api.send("POST", "/jobs", json.dumps(program(**{LONG: 1})))
    assert response.status_code == 422
    assert len(response.content) < 5_000


def test_every_field_of_a_course_is_checked_too(ann_api, route):
    body = {"kind": "course", "brief": {"subject": "a\x00b", "modules": 0, "colour": "red"}}
    problem(ann_api.ask(body), 422, "invalid_brief")


@pytest.mark.parametrize("raw", [
    b"{", b"", b"nonsense", b"\xff\xfe", b'{"kind": NaN}', b'{"kind": Infinity}', b"[" * 4_900, b'{"a":1}{}',
    b'{"kind": "\xed\xa0\x80"}', b"9" * 10_000, json.dumps(ASK).encode("utf-16"),
], ids=lambda raw: repr(raw)[:30])
def test_what_is_not_json_is_said_to_be_so(ann_api, route, raw):
    response = ann_api.post(f"{ROOT}/jobs", raw, content_type="application/json")
    if raw:
        problem(response, 400, "malformed_json")
    else:
        assert [error["pointer"] for error in problem(response, 422, "invalid_input")["errors"]] == [""]


@pytest.mark.parametrize(("raw", "pointer"), [
    ('{"kind": "course", "kind": "training_program", "brief": {}}', "/kind"),
    ('{"kind": "course", "brief": {"subject": "a", "subject": "a"}}', "/brief/subject"),
    ('{"kind": "course", "brief": {"x": [1, {"a/b": 1, "a/b": 2}]}}', "/brief/x/1/a~1b"),
    ('{"brief": {"y": 1, "y": 2}, "brief": 3}', "/brief"), ('[{"z": 1, "z": 1}]', "/0/z"),
    ('{"\\u0000": 1, "\\u0000": 2}', "/\ufffd"), ('{"": {}, "": {}}', "/"), ('{"k": 1, "\\u006b": 2}', "/k"),
])
def test_name_that_stands_twice_is_named(ann_api, route, raw, pointer):
    response = ann_api.post(f"{ROOT}/jobs", raw, content_type="application/json")
    errors = problem(response, 422, "invalid_input")["errors"]
    assert [(error["in"], error["pointer"]) for error in errors] == [("body", pointer)]
    assert not Job.objects.exists()


def test_same_name_in_two_objects_is_fine(ann_api, route):
    assert ann_api.post(
        f"{ROOT}/quotes", json.dumps(ASK)[:-1] + ', "fresh": true}', content_type="application/json").status_code == 200
    body = problem(ann_api.send("POST", "/jobs", {"kind": "course", "brief": {"kind": "x"}}), 422, "invalid_brief")
    assert "/brief/kind" in {error["pointer"] for error in body["errors"]}


def refused_cheaply(api, raw: str) -> str:
    """What is said of a body that Django would take, and that costs next to nothing."""
    assert len(raw) < settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    api.ask({})      # the first request of a process reads the pages
    before_s = time.thread_time()
    response = api.post(f"{ROOT}/jobs", raw, content_type="application/json")
    took_s = time.thread_time() - before_s
    assert took_s < 0.2
    return problem(response, 413, "body_too_large")["detail"]


@pytest.mark.parametrize("where", ["body", "brief"])
def test_unknown_names_without_end_are_refused_cheaply(ann_api, route, where):
    unknown = dict.fromkeys((f"k{n}" for n in range(120_000)), 0)
    raw = json.dumps({**ASK, **unknown} if where == "body" else program(**unknown))
    assert "1,000 names" in refused_cheaply(ann_api, raw)


@pytest.mark.parametrize("item", ["0", "[]", "{}", '"a"'])
@pytest.mark.parametrize("where", ["equipment", "x"])
def test_items_without_end_are_refused_cheaply(ann_api, route, where, item):
    """Of each a problem would be made: 900,000 of them took six seconds."""
    many = f"[{item},{','.join([item] * 450_000)}]"
    raw = json.dumps(program(**{where: "MANY"})).replace('"MANY"', many)
    assert "5,000 values" in refused_cheaply(ann_api, raw)


def test_long_text_full_of_commas_is_no_list(ann_api, route):
    response = ann_api.send("POST", "/jobs", program(goal_note="one, two, [three], " * 20_000))
    assert problem(response, 422, "invalid_brief")["errors"][0]["pointer"] == "/brief/goal_note"


@pytest.mark.parametrize("content_type", [
    "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "",
    "\x00", "application/jsonp",
])
def test_body_must_be_declared_as_json(ann_api, route, content_type):
    response = ann_api.post(f"{ROOT}/jobs", json.dumps(ASK), content_type=content_type)
    problem(response, 415, "unsupported_media_type")


def test_charset_beside_the_content_type_is_fine(ann_api, route):
    response = ann_api.post(f"{ROOT}/jobs", json.dumps(ASK), content_type="application/json; charset=utf-8")
    assert response.status_code == 202


def test_signed_in_browser_cannot_send_a_form(ann, route):
    from django.test import Client

    client = Client(raise_request_exception=False)
    client.force_login(ann)
    problem(client.post(f"{ROOT}/jobs", {"kind": "training_program"}), 415, "unsupported_media_type")


def test_body_over_the_limit_is_refused(ann_api, route):
    body = {**ASK, "padding": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE}
    problem(ann_api.ask(body), 413, "body_too_large")


@pytest.mark.parametrize(("note", "kept"), [
    ("\u05e9\u05dc\u05d5\u05dd\u200f!", "\u05e9\u05dc\u05d5\u05dd\u200f!"),
    ("\ufeffKraft\u00adtraining\u200b mit Plan", "Krafttraining mit Plan"),
    ("👩\u200d👩\u200d👧, می\u200cخواهم", "👩\u200d👩\u200d👧, می\u200cخواهم"),
], ids=["a mark of direction", "pasted", "joiners"])
def test_pasted_text_is_taken_without_what_came_along_unseen(ann_api, route, note, kept):
    brief = {"goal": "strength", "weeks": 1, "language": "he", "goal_note": note}
    response = ann_api.ask({"kind": "training_program", "brief": brief})
    assert response.status_code == 202, response.content
    assert response.json()["brief"]["goal_note"] == Job.objects.get().brief["goal_note"] == kept


def test_pasted_instruction_and_description_are_taken_too(done, ann_api):
    pasted, kept = "\ufeffkürz\u00ader\u200b, שלום\u200f!", "kürzer, שלום\u200f!"
    assert ann_api.send("POST", of(done, "/units/1/regenerate"), {"instruction": pasted}).status_code == 202
    assert done.chunks.get(position=1).instruction == kept
    made = ann_api.send("POST", "/webhooks", {"url": "https://hooks.example.com/x", "description": pasted}).json()
    assert made["description"] == kept
    changed = ann_api.send("PATCH", f"/webhooks/{made['id']}", {"description": f"{pasted} 2"}).json()
    assert changed["description"] == f"{kept} 2"


def test_text_is_counted_as_it_is_kept(done, ann_api):
    unseen = "\ufeff \u200b"
    instruction = unseen + "x" * 2_000
    assert ann_api.send("POST", of(done, "/units/1/regenerate"), {"instruction": instruction}).status_code == 202
    assert done.chunks.get(position=1).instruction == "x" * 2_000
    body = {"url": "https://hooks.example.com/x", "description": unseen + "x" * 200}
    assert ann_api.send("POST", "/webhooks", body).json()["description"] == "x" * 200


@pytest.mark.parametrize("instruction", ["a\x00b", "a\u202eb", "\ud800", LONG, 7, None, ["x"]])
def test_bad_instruction_is_named(done, ann_api, instruction):
    response = ann_api.send("POST", of(done, "/units/1/regenerate"), json.dumps({"instruction": instruction}))
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == ["/instruction"]


@pytest.mark.parametrize("path", [
    "/jobs/x", "/jobs/%00", "/jobs/1", "/jobs/%ff", "/jobs/00000000-0000-0000-0000-00000000000g",
    "/jobs/x/events", "/jobs/%00/document", "/jobs/x/units/1", "/jobs/'--",
])
def test_id_that_is_none_is_named(ann_api, path):
    body = problem(ann_api.send("GET", path), 422, "invalid_input")
    assert [(error["in"], error["pointer"]) for error in body["errors"]] == [("path", "/job_id")]


@pytest.mark.parametrize("path", ["/kinds/%00", "/kinds/poem", "/kinds/%ff", "/kinds/" + "x" * 5_000])
def test_kind_that_is_none_is_not_found(ann_api, path):
    problem(ann_api.send("GET", path), 404, "not_found")


@pytest.mark.parametrize("name", ["Last-Event-ID", "Accept", "If-None-Match", "Idempotency-Key", "X-Anything"])
def test_nul_in_a_header_reaches_no_query(done, ann, name):
    caller = Caller(ann)
    with CaptureQueriesContext(connection) as queries:
        for tail in ("", "/events", "/document?format=json"):
            assert caller.get(f"{ROOT}{of(done, tail)}", headers={name: "a\x00b"}).status_code == 200
    assert not any("\x00" in query["sql"] for query in queries)


@pytest.mark.parametrize(("path", "status"), [("/admin/", 302), ("/api/v1/me", 401)])
def test_cookie_with_a_nul_counts_as_none(db: None, path: str, status: int) -> None:
    client = Client()
    client.cookies["sessionid"] = "a\0b"
    assert client.get(path).status_code == status
