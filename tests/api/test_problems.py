"""One mapping from what goes wrong to what the caller reads."""

import logging

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from generation.api.problems import PROBLEM_MEANINGS, ProblemCode
from generation.services.errors import RefusalCode
from generation.services.jobs import control, progress
from tests.api.calls import ROOT, of, problem

pytestmark = pytest.mark.django_db


def test_every_code_has_a_meaning():
    assert set(PROBLEM_MEANINGS) == set(ProblemCode) | set(RefusalCode)


@pytest.mark.parametrize("code", sorted(ProblemCode))
def test_codes_of_the_edge_have_a_sentence_and_an_advice(code):
    assert PROBLEM_MEANINGS[code].detail
    assert PROBLEM_MEANINGS[code].advice


@pytest.mark.parametrize("url", [
    "/api", "/api/", "/api/v2/jobs", "/api/v1/nothing", "/api/v1/jobs/", "/api/v1/jobs/x/y", "/api/%00",
    "/api/v1/jobs/%2e%2e", "/api/v1/healthz",
])
def test_unknown_address_is_a_problem(client, url):
    response = client.get(url)
    if response.status_code != 401:      # `..` is taken for an id, and ids are asked about after the sign-in
        problem(response, 404, "not_found")


@pytest.mark.parametrize(("method", "path", "allowed"), [
    ("DELETE", "/jobs", {"GET", "HEAD", "POST"}), ("PUT", "/jobs/x", {"GET", "HEAD"}),
    ("GET", "/jobs/x/cancel", {"POST"}),
    ("POST", "/jobs/x/events", {"GET", "HEAD"}), ("PATCH", "/me", {"GET", "HEAD"}),
    ("OPTIONS", "/kinds", {"GET", "HEAD"}),
])
def test_wrong_method_is_a_problem(client, method, path, allowed):
    response = client.generic(method, ROOT + path)
    problem(response, 405, "method_not_allowed")
    assert set(response["Allow"].split(", ")) == allowed


@pytest.mark.parametrize("error", [OperationalError("host db.internal refused"), InterfaceError("closed")])
def test_database_that_is_away_is_503_with_a_wait(job, ann_api, monkeypatch, error, caplog):
    def fail(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(progress, "snapshot", fail)
    response = ann_api.send("GET", of(job))
    problem(response, 503, "database_unavailable")
    assert int(response["Retry-After"]) > 0
    assert b"internal" not in response.content


def test_mistake_of_ours_tells_nothing_and_is_logged(job, ann_api, monkeypatch, caplog):
    def fail(*_arguments: object, **_more: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(control, "cancel", fail)
    with caplog.at_level(logging.ERROR):
        response = ann_api.send("POST", of(job, "/cancel"))
    problem(response, 500, "internal")
    assert b"secret" not in response.content
    assert b"RuntimeError" not in response.content
    assert "the secret inside" in caplog.text


def test_answers_are_private(job, ann_api, nobody):
    for response in (ann_api.send("GET", of(job)), ann_api.send("GET", "/jobs"), nobody.send("GET", "/me")):
        assert response["Cache-Control"] == "private, no-cache"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "script-src 'self'" in response["Content-Security-Policy"]


def test_front_door_leads_to_the_docs():
    assert Client().get(f"{ROOT}/")["Location"] == f"{ROOT}/docs"
