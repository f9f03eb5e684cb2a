"""The OpenAPI document is complete and true."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from generation.api import api
from generation.core.kind import JsonObject
from generation.kinds import all_kinds
from tests.api.calls import ASK, ROOT

NEVER_FROM_OUTSIDE = {
    "state", "owner", "user", "user_id", "requested_by", "cost", "cost_usd_micros", "quota", "revision",
    "percent", "is_staff", "is_superuser", "is_simulated", "role", "route", "calls",
}


@pytest.fixture(scope="module")
def document() -> JsonObject:
    return json.loads(json.dumps(api.get_openapi_schema()))


def described(document: JsonObject) -> Iterator[tuple[str, str, JsonObject]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def nodes(node: Any) -> Iterator[JsonObject]:
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(child)


@pytest.mark.django_db
def test_document_is_served(client, document):
    assert client.get(f"{ROOT}/openapi.json").json() == document


def test_every_reference_leads_somewhere(document):
    for node in nodes(document):
        if "$ref" in node:
            assert node["$ref"].removeprefix("#/components/schemas/") in document["components"]["schemas"], node


def test_no_component_is_left_over(document):
    used = {node["$ref"] for node in nodes(document) if "$ref" in node}
    assert {f"#/components/schemas/{name}" for name in document["components"]["schemas"]} == used
    schemes = {name for _m, _p, operation in described(document) for each in operation["security"] for name in each}
    assert set(document["components"]["securitySchemes"]) == schemes


def test_document_says_where_it_holds_and_under_what_licence(document):
    assert [server["url"] for server in document["servers"]] == ["/"]
    assert all(path.startswith(f"{ROOT}/") for path in document["paths"])
    assert document["info"]["license"]["identifier"] == "MIT"
    assert (settings.BASE_DIR / ".github" / "LICENSE").read_text().startswith("MIT License")


def test_tags_are_declared_once_and_all_of_them_are_used(document):
    declared = [tag["name"] for tag in document["tags"]]
    used = {tag for _method, _path, operation in described(document) for tag in operation["tags"]}
    assert (len(set(declared)), set(declared)) == (len(declared), used)
    assert all(tag["description"] for tag in document["tags"])
    assert all(len(operation["tags"]) == 1 for _method, _path, operation in described(document))


def test_every_path_names_its_parameters_and_every_response_says_something(document):
    for method, path, operation in described(document):
        named = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path)), path
        assert all(one["required"] for one in operation["parameters"] if one["in"] == "path")
        keys = [(one["in"], one["name"]) for one in operation["parameters"]]
        assert len(keys) == len(set(keys)), path
        assert operation["summary"] and re.fullmatch(r"[a-z_]+", operation["operationId"])
        assert all(response["description"] for response in operation["responses"].values()), (method, path)
        assert any(str(status).startswith("2") for status in operation["responses"])


def test_every_operation_has_a_name_a_sentence_and_its_problems(document):
    names = []
    for method, path, operation in described(document):
        names.append(operation["operationId"])
        assert operation["description"], path
        assert operation["security"] == [{"BearerToken": []}, {"BrowserSession": []}]
        expected = {"401", "500", "503"}
        expected |= {"404"} if "{" in path else set()
        expected |= {"403"} if method != "get" else set()
        expected |= {"400", "413", "415", "422"} if "requestBody" in operation else set()
        assert expected <= set(operation["responses"]), path
    assert len(names) == len(set(names))


def test_every_problem_is_described_as_problem_json(document):
    for _method, path, operation in described(document):
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], (path, status)


def test_accepted_requests_name_their_headers(document):
    operations = [operation for _method, _path, operation in described(document)]
    accepted = [one["responses"]["202"] for one in operations if "202" in one["responses"]]
    accepted = [one for one in accepted if "headers" in one]      # a ping makes no job to look at
    assert len(accepted) == 4
    assert all({"Location", "Retry-After"} <= set(response["headers"]) for response in accepted)


def test_stream_is_described_as_one(document):
    ok = document["paths"][f"{ROOT}/jobs/{{job_id}}/events"]["get"]["responses"]["200"]
    assert list(ok["content"]) == ["text/event-stream"]
    assert "Snapshot" in document["components"]["schemas"]


def test_document_is_described_in_its_three_formats(document):
    ok = document["paths"][f"{ROOT}/jobs/{{job_id}}/document"]["get"]["responses"]["200"]
    assert set(ok["content"]) == {"application/json", "text/markdown", "text/html"}


def inputs(document: JsonObject) -> Iterator[JsonObject]:
    """The schemas of every body, with what they refer to."""
    operations = [operation for _method, _path, operation in described(document)]
    waiting = [one["requestBody"] for one in operations if "requestBody" in one]
    while waiting:
        for node in nodes(waiting.pop()):
            yield node
            if "$ref" in node:
                waiting.append(document["components"]["schemas"][node["$ref"].rsplit("/", 1)[-1]])


def test_no_input_takes_what_only_the_server_decides(document):
    names = {name for node in inputs(document) for name in node.get("properties", {})}
    assert {"kind", "brief", "instruction", "weeks"} <= names
    assert not names & NEVER_FROM_OUTSIDE


def test_every_input_refuses_unknown_fields(document):
    objects = [node for node in inputs(document) if node.get("type") == "object" and "properties" in node]
    assert objects
    assert all(node["additionalProperties"] is False for node in objects)


def test_every_kind_has_its_own_alternative_with_an_example(document):
    alternatives = document["components"]["schemas"]["JobIn"]["oneOf"]
    assert [alternative["properties"]["kind"]["const"] for alternative in alternatives] == list(all_kinds())
    assert [alternative["examples"][0]["brief"] for alternative in alternatives] == [
        kind.example for kind in all_kinds().values()]


@pytest.mark.django_db
@pytest.mark.parametrize("slug", list(all_kinds()))
def test_example_of_a_kind_is_accepted(ann_api, route, slug):
    kind = ann_api.send("GET", f"/kinds/{slug}").json()
    assert kind["brief_schema"]["additionalProperties"] is False
    assert ann_api.ask({**ASK, "kind": slug, "brief": kind["example"]}).status_code == 202


@pytest.mark.django_db
def test_kinds_are_listed_with_their_links(ann_api):
    kinds = ann_api.send("GET", "/kinds").json()["items"]
    assert [kind["slug"] for kind in kinds] == list(all_kinds())
    for kind in kinds:
        detail = ann_api.get(kind["link"]).json()
        assert {name: detail[name] for name in kind} == kind
