"""One Idempotency-Key, one job, whatever happens to the answers."""

import http.client
import json

import pytest

from accounts.models import Reservation
from generation.models import Job
from tests.api.calls import ASK, ROOT, Caller, problem
from tests.api.wire import serving
from tests.support import PROGRAM, limited, used
from tests.threads import at_once

KEY = "9b2e3c9e-order-1"


@pytest.mark.django_db
def test_same_key_and_body_give_the_same_job(ann_api, route):
    first, second = (ann_api.ask(Idempotency_Key=KEY) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]
    assert first["Location"] == second["Location"]
    assert "Idempotent-Replayed" not in first
    assert second["Idempotent-Replayed"] == "true"
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_body_is_compared_by_meaning(ann_api, route):
    spelled_out = {"brief": {**dict(reversed(PROGRAM.items())), "language": "en"}, "kind": ASK["kind"]}
    first, second = (ann_api.ask(body, Idempotency_Key=KEY) for body in (ASK, spelled_out))
    assert first.json()["id"] == second.json()["id"]


@pytest.mark.django_db
@pytest.mark.parametrize("other", [
    {**ASK, "brief": {**PROGRAM, "weeks": 4}}, {**ASK, "strategy": "single"},
])
def test_same_key_and_other_body_is_a_conflict(ann_api, route, other):
    ann_api.ask(Idempotency_Key=KEY)
    problem(ann_api.ask(other, Idempotency_Key=KEY), 409, "idempotency_key_reused")
    assert Job.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("quoted", "bare"), [
    ('"8e03978e-40d5-43dd-bc93-6894a57f9324"', "8e03978e-40d5-43dd-bc93-6894a57f9324"),
    (r'"a\"b\\c"', r'a"b\c'), ('"' + "k" * 200 + '"', "k" * 200), ('"' + r"\"" * 200 + '"', None),
    ('"an order of mine"', None),
], ids=["a UUID", "escapes", "as long as can be", "all escaped", "with spaces"])
def test_quoted_string_is_the_same_key_as_the_bare_one(ann_api, route, quoted, bare):
    """As the IETF's draft writes it."""
    first, second = (ann_api.ask(Idempotency_Key=key) for key in (quoted, bare or quoted))
    assert (first.status_code, second.status_code) == (202, 202), first.content
    assert second["Idempotent-Replayed"] == "true"
    assert first.json()["id"] == second.json()["id"]
    problem(ann_api.ask({**ASK, "strategy": "single"}, Idempotency_Key=quoted), 409, "idempotency_key_reused")


@pytest.mark.django_db
@pytest.mark.parametrize("item", [
    '"u";a=1', '"u"; a="b c;\\"d"', '"u";a', '"u";a=?1;b=-2.5;c=:YWI=:;d=tok/en', "u;a=1", "u; a", '"u";*=1'])
def test_parameters_of_a_key_are_ignored(ann_api, route, item):
    first, second = (ann_api.ask(Idempotency_Key=key) for key in ('"u"', item))
    assert second.status_code == 202, second.content
    assert first.json()["id"] == second.json()["id"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("key", ["u", '"u"'])
def test_key_that_is_sent_twice_in_one_request_is_refused_over_a_real_server(ann, route, key):
    """A server joins two lines of one header with a comma."""
    caller, body = Caller(ann), json.dumps(ASK)
    with serving() as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
        connection.putrequest("POST", f"{ROOT}/jobs")
        for name, value in [
            ("Authorization", f"Bearer {caller.secret}"), ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))), ("Idempotency-Key", key), ("Idempotency-Key", key),
        ]:
            connection.putheader(name, value)
        connection.endheaders(body.encode())
        response = connection.getresponse()
        assert response.status == 422, response.read()
        connection.close()
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_quoted_key_is_one_key_over_a_real_server(ann, route):
    caller = Caller(ann)
    replayed = []
    with serving() as port:
        for key in ('"order-1"', "order-1"):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
            connection.request("POST", f"{ROOT}/jobs", json.dumps(ASK), {
                "Authorization": f"Bearer {caller.secret}", "Content-Type": "application/json", "Idempotency-Key": key,
            })
            response = connection.getresponse()
            replayed.append((response.status, response.getheader("Idempotent-Replayed")))
            connection.close()
    assert replayed == [(202, None), (202, "true")]


@pytest.mark.django_db
def test_key_belongs_to_its_user(ann_api, cy_api, route):
    assert ann_api.ask(Idempotency_Key=KEY).json()["id"] != cy_api.ask(Idempotency_Key=KEY).json()["id"]


@pytest.mark.django_db
def test_without_a_key_every_request_is_a_job(ann_api, route):
    assert ann_api.ask().json()["id"] != ann_api.ask().json()["id"]


@pytest.mark.django_db
@pytest.mark.parametrize("key", [
    "", " ", "a\x00b", "a\nb", "a\x7fb", "k" * 201, "clé", "\ud800", "a b", '"', '""', '"abc', '"a"b"', r'"a\b"',
    '"a\\', '"clé"', '"' + "k" * 201 + '"', "u,u", "u, u", '"u","u"', '"u", "u"', "u;", '"u";', '"u";;a',
    '"u";A=1', '"u" ;a', '"u";a=', '"u";a=1,"u"', '"u";a="b',
])
def test_unusable_key_is_named(ann_api, route, key):
    body = problem(ann_api.ask(Idempotency_Key=key), 422, "invalid_input")
    assert [(error["in"], error["pointer"]) for error in body["errors"]] == [("header", "/Idempotency-Key")]
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_twenty_at_the_same_instant_make_one_job(ann, route):
    callers = [Caller(ann) for _ in range(20)]
    responses = at_once(*(lambda caller=caller: caller.ask(Idempotency_Key=KEY) for caller in callers))
    assert [response.status_code for response in responses] == [202] * 20
    assert len({response.json()["id"] for response in responses}) == 1
    assert sum("Idempotent-Replayed" not in response for response in responses) == 1
    assert Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_at_the_same_instant_reserve_once(ann, route):
    limited(requests=1)
    callers = [Caller(ann) for _ in range(20)]
    responses = at_once(*(lambda caller=caller: caller.ask(Idempotency_Key=KEY) for caller in callers))
    assert {response.status_code for response in responses} == {202}
    assert Reservation.objects.count() == 1
    assert used("requests", ann) == (0, 1)
