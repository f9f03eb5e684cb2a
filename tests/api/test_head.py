"""HEAD is GET without the body, at every address of the API, over a real server."""

import http.client
from collections.abc import Iterator

import pytest

from generation.api.hub import hub
from generation.services.jobs import control, submission
from generation.services.outbox import webhooks
from tests.api.calls import ROOT, of, operations
from tests.api.wire import serving
from tests.support import work_off

pytestmark = pytest.mark.django_db(transaction=True)

EACH_ANSWER_HAS_ITS_OWN = {"date", "x-request-id"}
Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture
def port(transactional_db: None) -> Iterator[int]:
    with serving() as number:
        yield number


def asked(port: int, method: str, path: str, secret: str, **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    try:
        connection.request(method, path, headers={"Authorization": f"Bearer {secret}", **headers})
        response = connection.getresponse()
        told = {name.lower(): value for name, value in response.getheaders()}
        return response.status, {name: told[name] for name in told.keys() - EACH_ANSWER_HAS_ITS_OWN}, response.read()
    finally:
        connection.close()


def test_every_get_operation_answers_head(port, job, ann, ann_api):
    work_off(job)
    endpoint = webhooks.create(user=ann, url="https://hooks.example.com/x", events=["job.failed"], description="")
    lost = control.cancel(submission.submit(user=ann, kind="course", brief={"subject": "Bread"}).job, by=ann)
    names = {
        "job_id": job.public_id, "n": 1, "slug": "course", "webhook_id": endpoint.endpoint.public_id,
    }
    paths = sorted(path for method, path, _operation in operations() if method == "GET")
    assert len(paths) >= 12
    for path in paths:
        # A price of what is missing has only a job that lacks something.
        of_job = lost.public_id if path.endswith("/retry") else job.public_id
        address = ROOT + path.format(**{**names, "job_id": of_job})
        status, headers, body = asked(port, "GET", address, ann_api.secret)
        assert status == 200 and body, address
        assert asked(port, "HEAD", address, ann_api.secret) == (status, headers, b""), address


@pytest.mark.parametrize("media_type", ["application/json", "text/markdown", "text/html"])
def test_document_has_a_head_in_each_format(port, job, ann_api, media_type):
    work_off(job)
    path = ROOT + of(job, "/document")
    status, headers, body = asked(port, "GET", path, ann_api.secret, Accept=media_type)
    head = asked(port, "HEAD", path, ann_api.secret, Accept=media_type)
    assert (status, headers["content-type"].partition(";")[0]) == (200, media_type)
    assert head == (status, headers, b"")
    assert int(headers["content-length"]) == len(body)


def test_head_of_what_the_client_has_is_304(port, job, ann_api):
    path = ROOT + of(job)
    etag = asked(port, "HEAD", path, ann_api.secret)[1]["etag"]
    for method in ("GET", "HEAD"):
        status, headers, body = asked(port, method, path, ann_api.secret, **{"If-None-Match": etag})
        assert (status, headers["etag"], body) == (304, etag, b"")


@pytest.mark.parametrize(("path", "secret", "status"), [
    ("/me", "cw_nobody", 401), ("/jobs/x", "", 422), ("/kinds/poem", "", 404), ("/jobs?limit=0", "", 422),
    ("/jobs/00000000-0000-0000-0000-000000000000/events", "", 404),
    ("/jobs/00000000-0000-0000-0000-000000000000/cancel", "", 405), ("/openapi.json", "", 200), ("/docs", "", 200),
])
def test_refusal_has_a_head_too(port, ann_api, path, secret, status):
    whole = asked(port, "GET", ROOT + path, secret or ann_api.secret)
    head = asked(port, "HEAD", ROOT + path, secret or ann_api.secret)
    assert (whole[0], head[0], head[2]) == (status, status, b"")
    assert head[1].keys() == whole[1].keys()


def test_head_of_a_stream_opens_none(port, job, ann_api):
    status, headers, body = asked(port, "HEAD", ROOT + of(job, "/events"), ann_api.secret)
    assert (status, headers["content-type"], body) == (200, "text/event-stream", b"")
    assert (headers["cache-control"], "content-length" in headers) == ("no-store", False)
    assert (hub.streams(), hub.is_polling) == (0, False)
    control.cancel(job, by=None)
    last = {"Last-Event-ID": f"{type(job).objects.get().revision}.end"}
    assert asked(port, "HEAD", ROOT + of(job, "/events"), ann_api.secret, **last)[0] == 204


def test_signed_in_browser_needs_no_csrf_token_for_a_head(client, ann):
    client.force_login(ann)
    assert client.head(f"{ROOT}/me").status_code == 200
