"""Webhook endpoints through the API: made, tried, watched, rotated, removed."""

import json

import pytest
from standardwebhooks.webhooks import Webhook

from generation.delivery import Reach, Sender
from generation.models import Delivery, Job, WebhookEndpoint
from generation.models.clock import now
from generation.services.outbox import deliveries
from generation.worker.notifier import Notifier
from tests.api.calls import ROOT, Caller, problem
from tests.support import work_off

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/coursewright"


def make(caller, **body):
    response = caller.send("POST", "/webhooks", {"url": URL, **body})
    assert response.status_code == 201, response.content
    return response.json()


def test_secret_is_in_the_first_answer_and_in_no_other(ann_api):
    response = ann_api.send("POST", "/webhooks", {"url": URL})
    made = response.json()

    assert made["secret"].startswith("whsec_")
    assert response["Cache-Control"] == "no-store"
    assert response["Location"] == made["link"] == f"{ROOT}/webhooks/{made['id']}"
    for path in ("/webhooks", f"/webhooks/{made['id']}", f"/webhooks/{made['id']}/deliveries"):
        assert "secret" not in ann_api.send("GET", path).content.decode()
    assert made["events"] == ["job.in_review", "job.completed", "job.partial", "job.failed", "job.cancelled"]


def test_rotated_secret_is_another(ann_api):
    made = make(ann_api)
    rotated = ann_api.send("POST", f"/webhooks/{made['id']}/rotate").json()

    assert rotated["id"] == made["id"]
    assert rotated["secret"] != made["secret"]


@pytest.mark.parametrize("url", [
    "http://hooks.example.com/", "https://127.0.0.1/", "https://169.254.169.254/latest/", "https://[::1]/", "file:///x",
    "https://user:pw@hooks.example.com/", "https://hooks.example.com:22/", "https://2130706433/", "no url", "",
])
def test_url_that_is_not_called_is_refused_with_a_pointer(url, ann_api):
    made = make(ann_api)
    for method, path in (("POST", "/webhooks"), ("PATCH", f"/webhooks/{made['id']}")):
        body = problem(ann_api.send(method, path, {"url": url}), 422, "invalid_url" if url else "invalid_input")
        assert body["errors"][0]["pointer"] == "/url"
    assert WebhookEndpoint.objects.count() == 1


@pytest.mark.parametrize("body", [
    {}, {"url": URL, "events": []}, {"url": URL, "events": ["job.exploded"]}, {"url": URL, "user": 1},
    {"url": URL, "secret": "whsec_mine"}, {"url": URL, "failures": 0}, {"url": URL, "description": "x" * 201},
    {"url": URL, "description": "a\u202eb"}, {"url": 5},
])
def test_input_is_strict(body, ann_api):
    response = ann_api.send("POST", "/webhooks", body)

    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("description", ["two\nlines", "two\r\nlines", "two \n\n lines\n", "two\u2028lines"])
def test_description_is_kept_as_one_line(description, ann_api):
    made = make(ann_api, description=description)
    changed = ann_api.send("PATCH", f"/webhooks/{make(ann_api)['id']}", {"description": description}).json()

    assert made["description"] == changed["description"] == "two lines"


def test_eleventh_endpoint_is_refused(ann_api):
    for _ in range(10):
        make(ann_api)

    problem(ann_api.send("POST", "/webhooks", {"url": URL}), 409, "too_many_webhooks")


def test_change_leaves_what_is_left_out(ann_api):
    made = make(ann_api, description="first", events=["job.failed"])
    changed = ann_api.send("PATCH", f"/webhooks/{made['id']}", {"events": ["job.failed", "job.completed"]}).json()

    assert (changed["description"], changed["url"]) == ("first", URL)
    assert changed["events"] == ["job.completed", "job.failed"]


def test_switching_on_forgets_failures(ann_api):
    made = make(ann_api)
    deliveries.disable(WebhookEndpoint.objects.get(), "The last 8 deliveries failed.", now())
    path = f"/webhooks/{made['id']}"
    found = ann_api.send("GET", path).json()
    assert (found["is_active"], found["disabled_reason"]) == (False, "The last 8 deliveries failed.")
    problem(ann_api.send("POST", f"{path}/ping"), 409, "target_disabled")

    found = ann_api.send("PATCH", path, {"is_active": True}).json()
    assert (found["is_active"], found["disabled_reason"], found["failures"]) == (True, None, 0)


def test_removed_endpoint_is_gone_with_its_deliveries(ann_api):
    made = make(ann_api)
    ann_api.send("POST", f"/webhooks/{made['id']}/ping")

    assert ann_api.send("DELETE", f"/webhooks/{made['id']}").status_code == 204
    problem(ann_api.send("GET", f"/webhooks/{made['id']}"), 404, "not_found")
    assert not Delivery.objects.exists()


def test_list_holds_own_endpoints_only(ann_api, cy_api, rita_api):
    made = make(ann_api)

    assert [one["id"] for one in ann_api.send("GET", "/webhooks").json()["items"]] == [made["id"]]
    for other in (cy_api, rita_api):
        assert other.send("GET", "/webhooks").json()["items"] == []


def test_from_endpoint_to_verified_event(ann_api, receiver, settings, job):
    """Made, pinged, told of a job's end, and the deliveries say so."""
    settings.WEBHOOK_LOOPBACK = True
    made = make(ann_api, url=receiver.url)
    assert ann_api.send("POST", f"/webhooks/{made['id']}/ping").json()["state"] == "waiting"
    work_off(job)
    Notifier(Sender(Reach(allows_loopback=True))).run_until_idle(10)

    events = [Webhook(made["secret"]).verify(body, headers) for headers, body in receiver.got]
    assert sorted(event["type"] for event in events) == ["job.completed", "webhook.ping"]
    items = ann_api.send("GET", f"/webhooks/{made['id']}/deliveries").json()["items"]
    assert [(item["state"], item["status"], item["attempts"]) for item in items] == [("delivered", 200, 1)] * 2
    assert {item["id"] for item in items} == {headers["webhook-id"] for headers, _body in receiver.got}
    [told] = [event["data"] for event in events if event["type"] == "job.completed"]
    for link in told["links"].values():
        assert Caller(job.user).get(link.partition("://")[2].partition("/")[2].join(["/", ""])).status_code == 200
    assert set(told) == {
        "job", "kind", "state", "revision", "percent", "units_done", "units_total", "reason", "findings",
        "links"}
    assert json.dumps(told).count(Job.objects.get().title) == 0


def test_failed_delivery_says_why_and_when_it_is_tried_again(ann_api, receiver, settings):
    settings.WEBHOOK_LOOPBACK = True
    receiver.status, receiver.body = 500, b"SECRET-OF-THE-INSIDE"
    made = make(ann_api, url=receiver.url)
    ann_api.send("POST", f"/webhooks/{made['id']}/ping")
    Notifier(Sender(Reach(allows_loopback=True))).run_until_idle(10)

    response = ann_api.send("GET", f"/webhooks/{made['id']}/deliveries")
    [item] = response.json()["items"]
    assert (item["state"], item["status"], item["error"]) == ("waiting", 500, "It answered with 500.")
    assert item["next_at"] > item["last_at"]
    assert "SECRET" not in response.content.decode()


@pytest.mark.parametrize("limit", ["0", "101", "x"])
def test_odd_limits_are_refused(limit, ann_api):
    made = make(ann_api)

    problem(ann_api.send("GET", f"/webhooks/{made['id']}/deliveries?limit={limit}"), 422, "invalid_input")
