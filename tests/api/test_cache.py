"""The cache and similar documents, as machines see them."""

import pytest

from generation.models import CacheEntry, Job
from tests.api.calls import ASK, Caller, of, problem
from tests.support import PROGRAM, limited, work_off

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("cached", "route")]

NOTED = {**ASK, "brief": {**PROGRAM, "goal_note": "Back squat 120 kg by the end of spring"}}
SIMILAR = {**ASK, "brief": {**PROGRAM, "goal_note": "Back squat 125 kg by the end of summer"}}


def quote(caller: Caller, body):
    response = caller.send("POST", "/quotes", body)
    assert response.status_code == 200, response.content
    return response.json()


def test_same_request_again_is_accepted_completed_and_marked(ann_api):
    first = ann_api.ask().json()
    assert (first["from_cache"], first["cached_parts"]) == (False, 0)
    work_off(Job.objects.get())
    response = ann_api.ask()
    again = response.json()
    assert response.status_code == 202
    assert (again["state"], again["percent"], again["from_cache"], again["cached_parts"]) == ("completed", 100, True, 4)
    assert (again["cost_usd_micros"], again["calls"], again["saved_usd_micros"] > 0) == (0, 0, True)
    assert [unit["from_cache"] for unit in again["units"]] == [True] * 3
    assert ann_api.send("GET", f"/jobs/{again['id']}/units/2").json()["from_cache"]
    assert ann_api.send("GET", "/jobs").json()["items"][0]["from_cache"]
    assert ann_api.send("GET", f"/jobs/{again['id']}/document?format=json").status_code == 200


def test_hit_counts_as_a_request_and_as_nothing_else(ann_api):
    limited(requests=9, units=3, jobs=1)
    ann_api.ask()
    work_off(Job.objects.get())
    response = ann_api.ask()
    left = dict(item.split(";")[:2] for item in response["RateLimit"].split(", "))
    assert left == {'"requests-per-day"': "r=7"}, "the limits that it counts against"
    assert {row["name"]: row["left"] for row in ann_api.send("GET", "/me/usage").json()["items"]} == {
        "requests-per-day": 7, "units-per-day": 0, "running-jobs": 1}


def test_fresh_request_is_made_anew(ann_api):
    ann_api.ask()
    work_off(Job.objects.get())
    fresh = ann_api.ask({**ASK, "fresh": True}).json()
    assert (fresh["state"], fresh["is_fresh"], fresh["cached_parts"]) == ("queued", True, 0)


def test_key_with_fresh_is_another_request(ann_api):
    ann_api.ask(Idempotency_Key="k")
    problem(ann_api.ask({**ASK, "fresh": True}, Idempotency_Key="k"), 409, "idempotency_key_reused")


def test_quote_says_what_is_cached(ann_api):
    assert quote(ann_api, ASK)["cached"] == "no"
    ann_api.ask()
    work_off(Job.objects.get())
    whole = quote(ann_api, ASK)
    assert (whole["cached"], whole["usd_micros_p90"], whole["seconds_p90"]) == ("whole", 0, 0)
    assert whole["saved_usd_micros"] == Job.objects.get().cost_usd_micros
    assert quote(ann_api, {**ASK, "fresh": True})["cached"] == "no"
    CacheEntry.objects.filter(position=2).delete()
    assert quote(ann_api, ASK)["cached"] == "partly"


def test_similar_document_is_offered_and_adapted_with_its_lineage(ann_api, cy_api):
    ann_api.ask(NOTED)
    source = work_off(Job.objects.get())
    offer, = quote(ann_api, SIMILAR)["similar"]
    assert (offer["job"], offer["title"], 0 < offer["similarity"] < 1) == (str(source.public_id), source.title, True)
    assert quote(cy_api, SIMILAR)["similar"] == []
    adapted = ann_api.ask({**SIMILAR, "adapt": offer["job"]}).json()
    assert (adapted["state"], adapted["adapted_from"]) == ("queued", offer["job"])
    assert ann_api.send("GET", of(source)).json()["adapted_from"] is None


def test_document_of_a_stranger_cannot_be_adapted_nor_told_from_none(ann_api, cy_api):
    ann_api.ask(NOTED)
    source = work_off(Job.objects.get())
    answers = [
        problem(cy_api.ask({**SIMILAR, "adapt": job}), 422, "not_adaptable")
        for job in (str(source.public_id), "00000000-0000-4000-8000-000000000000")
    ]
    assert answers[0]["detail"] == answers[1]["detail"]
    assert answers[0]["errors"][0]["pointer"] == "/adapt"
    longer = {**ASK, "adapt": str(source.public_id), "brief": {**PROGRAM, "weeks": 4}}
    problem(ann_api.ask(longer), 422, "not_adaptable")
