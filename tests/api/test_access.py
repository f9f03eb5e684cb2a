"""Who may do what, for every operation that is registered."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from ninja.security import SessionAuth

from accounts.models import Role, User
from generation.api import api
from generation.api.auth import BearerToken
from generation.models import Job, WebhookEndpoint
from generation.services.jobs import control
from generation.services.outbox import webhooks
from tests.api.calls import ASK, ROOT, Caller, of, operations, problem
from tests.support import work_off

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Row:
    """What an operation with an id answers when everything else about the request is right."""

    works: int
    state: str = "done"                   # of the job that it is tried on
    body: Any = None
    permission: str = ""                  # what staff need for a job of somebody else


JOB = "/jobs/{job_id}"
WITH_ID = {
    ("GET", JOB): Row(200),
    ("GET", f"{JOB}/events"): Row(200),
    ("GET", f"{JOB}/document"): Row(200),
    ("GET", f"{JOB}/units/{{n}}"): Row(200),
    ("POST", f"{JOB}/cancel"): Row(202, "active", permission="cancel_job"),
    ("GET", f"{JOB}/retry"): Row(200, "cancelled", permission="retry_job"),
    ("GET", f"{JOB}/units/{{n}}/regenerate"): Row(200, permission="regenerate_unit"),
    ("POST", f"{JOB}/retry"): Row(202, "cancelled", permission="retry_job"),
    ("POST", f"{JOB}/units/{{n}}/regenerate"): Row(
        202, body={"instruction": "Without jumps."}, permission="regenerate_unit"),
}
HOOK = "/webhooks/{webhook_id}"
OWN_ALONE = {       # staff, too, find only what is their own
    ("GET", HOOK): Row(200),
    ("PATCH", HOOK): Row(200, body={"description": "mine"}),
    ("DELETE", HOOK): Row(204),
    ("POST", f"{HOOK}/rotate"): Row(200),
    ("POST", f"{HOOK}/ping"): Row(202),
    ("GET", f"{HOOK}/deliveries"): Row(200),
}
WEBHOOK = {"url": "https://hooks.example.com/x"}
FOR_EVERYBODY_SIGNED_IN = {
    ("GET", "/jobs"), ("POST", "/jobs"), ("GET", "/kinds"), ("GET", "/kinds/{slug}"), ("GET", "/me"),
    ("POST", "/quotes"), ("GET", "/me/usage"), ("GET", "/webhooks"), ("POST", "/webhooks"),
}
CASES = pytest.mark.parametrize(("method", "path"), list(WITH_ID), ids=lambda value: str(value))


def address(job: Job, path: str) -> str:
    if path.startswith(HOOK):
        hook = WebhookEndpoint.objects.filter(user=job.user).first() or webhooks.create(
            user=job.user, events=["job.failed"], **WEBHOOK).endpoint
        return path.format(webhook_id=hook.public_id)
    return path.format(job_id=job.public_id, n=1, slug=job.kind)


@pytest.fixture
def job_in(job: Job) -> Any:
    def bring(state: str) -> Job:
        if state == "cancelled":
            return control.cancel(job, by=None)
        return work_off(job) if state == "done" else job

    return bring


@pytest.fixture
def root_api(db: None) -> Caller:
    return Caller(User.objects.create_superuser("root", role=Role.ADMIN))


@pytest.fixture
def viewer(db: None) -> User:
    """Staff who may look at all jobs and change none."""
    person = User.objects.create_user("vera", role=Role.TEACHER, is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_job"))
    return person


def test_every_operation_is_in_a_table():
    registered = {(method, path) for method, path, _operation in operations()}
    assert registered == set(WITH_ID) | set(OWN_ALONE) | FOR_EVERYBODY_SIGNED_IN


def test_openapi_hides_no_operation():
    described = {
        (method.upper(), path.removeprefix(ROOT))
        for path, methods in api.get_openapi_schema()["paths"].items() for method in methods
    }
    assert described == {(method, path) for method, path, _operation in operations()}


@CASES
def test_owner_may(method, path, job_in, ann_api):
    row = WITH_ID[method, path]
    assert ann_api.send(method, address(job_in(row.state), path), row.body).status_code == row.works


@CASES
def test_stranger_finds_nothing(method, path, job_in, cy_api):
    row = WITH_ID[method, path]
    problem(cy_api.send(method, address(job_in(row.state), path), row.body), 404, "not_found")


@CASES
def test_anonymous_is_asked_to_sign_in(method, path, job_in, nobody):
    row = WITH_ID[method, path]
    response = nobody.send(method, address(job_in(row.state), path), row.body)
    problem(response, 401, "unauthenticated")
    assert response["WWW-Authenticate"] == "Bearer"


@CASES
def test_staff_with_permissions_may(method, path, job_in, rita_api):
    row = WITH_ID[method, path]
    assert rita_api.send(method, address(job_in(row.state), path), row.body).status_code == row.works


@CASES
def test_staff_who_may_only_look_change_nothing(method, path, job_in, viewer):
    row = WITH_ID[method, path]
    job = job_in(row.state)
    response = Caller(viewer).send(method, address(job, path), row.body)
    if row.permission:
        problem(response, 403, "not_permitted")
        assert Job.objects.get().revision == job.revision
    else:
        assert response.status_code == row.works


@pytest.mark.parametrize(
    ("method", "path"), [case for case, row in WITH_ID.items() if row.permission], ids=lambda value: str(value)
)
def test_each_change_needs_its_own_permission(method, path, job_in, viewer):
    row = WITH_ID[method, path]
    viewer.user_permissions.add(Permission.objects.get(codename=row.permission))
    assert Caller(viewer).send(method, address(job_in(row.state), path), row.body).status_code == row.works


def test_permissions_without_staff_show_nothing(done, cy):
    cy.user_permissions.add(*Permission.objects.filter(content_type__app_label="generation"))
    problem(Caller(cy).send("GET", of(done)), 404, "not_found")


@pytest.mark.parametrize(("method", "path"), sorted(FOR_EVERYBODY_SIGNED_IN), ids=lambda value: str(value))
def test_the_rest_is_for_everybody_signed_in(method, path, job, cy_api, nobody):
    body = (WEBHOOK if path == "/webhooks" else ASK) if method == "POST" else None
    assert cy_api.send(method, address(job, path), body).status_code in {200, 201, 202}
    problem(nobody.send(method, address(job, path), body), 401, "unauthenticated")


@pytest.mark.parametrize(("method", "path"), list(OWN_ALONE), ids=lambda value: str(value))
def test_what_is_ones_own_alone_is_for_nobody_else(method, path, job, ann_api, cy_api, rita_api, nobody, root_api):
    row = OWN_ALONE[method, path]
    for stranger in (cy_api, rita_api, root_api):
        problem(stranger.send(method, address(job, path), row.body), 404, "not_found")
    problem(nobody.send(method, address(job, path), row.body), 401, "unauthenticated")
    assert ann_api.send(method, address(job, path), row.body).status_code == row.works


def test_list_holds_own_jobs_only(job, cy_api, ann_api):
    assert [item["id"] for item in ann_api.send("GET", "/jobs").json()["items"]] == [str(job.public_id)]
    assert cy_api.send("GET", "/jobs").json()["items"] == []


# --- Tokens and sessions --------------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["", "cw_wrong", "cw_\x00", "\x00", "ä", " ", "cw_" + "x" * 10_000])
def test_wrong_token_is_refused(job, secret):
    response = Client(headers={"Authorization": f"Bearer {secret}"}).get(ROOT + of(job))
    problem(response, 401, "unauthenticated")


def test_wrong_token_is_refused_beside_a_good_session(job, ann):
    client = Client(headers={"Authorization": "Bearer cw_wrong"})
    client.force_login(ann)
    problem(client.get(ROOT + of(job)), 401, "unauthenticated")


def test_revoked_token_and_inactive_user_are_refused(job, ann, ann_api):
    ann.api_tokens.update(revoked_at="2026-01-01T00:00Z")
    problem(ann_api.send("GET", "/me"), 401, "unauthenticated")
    ann.api_tokens.update(revoked_at=None)
    User.objects.filter(pk=ann.pk).update(is_active=False)
    problem(ann_api.send("GET", "/me"), 401, "unauthenticated")


def test_session_reads(job, ann):
    client = Client()
    client.force_login(ann)
    assert client.get(ROOT + of(job)).status_code == 200


@pytest.mark.parametrize("cookie", ['"aaaaaaaaaaaa\\000"', "aaaaaaaaaaaaaa", "\x7f" * 20])
def test_made_up_session_cookie_is_nobody(job, cookie):
    client = Client(headers={"Cookie": f"sessionid={cookie}"}, raise_request_exception=False)
    problem(client.get(ROOT + of(job)), 401, "unauthenticated")


def test_nothing_is_open_without_authentication():
    for method, path, operation in operations():
        bound = {type(callback) for callback in operation.auth_callbacks or api.auth}
        assert bound, f"{method} {path} asks nobody who they are"
        assert all(issubclass(kind, (BearerToken, SessionAuth)) for kind in bound)


@pytest.mark.parametrize(
    ("method", "path"), sorted({(method, path) for method, path, _op in operations() if method != "GET"})
)
def test_session_without_csrf_token_changes_nothing(method, path, job, ann):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)
    response = client.generic(method, ROOT + address(job, path), b"{}", content_type="application/json")
    problem(response, 403, "csrf_failed")
    assert Job.objects.get().revision == job.revision


def test_session_with_csrf_token_may(job, ann):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)
    client.get(f"{ROOT}/docs")      # hands out the cookie
    token = client.cookies["csrftoken"].value
    assert client.post(f"{ROOT}{of(job)}/cancel", headers={"X-CSRFToken": token}).status_code == 202


def test_me(ann_api, rita_api, ann):
    me = ann_api.send("GET", "/me").json()
    assert (me["username"], me["role"], me["is_staff"], me["permissions"]) == ("ann", "student", False, [])
    assert (me["token"]["name"], me["token"]["prefix"]) == ("tests", ann_api.secret[:11])
    assert "generation.cancel_job" in rita_api.send("GET", "/me").json()["permissions"]
    client = Client()
    client.force_login(ann)
    assert client.get(f"{ROOT}/me").json()["token"] is None
