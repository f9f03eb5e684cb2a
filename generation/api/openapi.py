"""What makes the OpenAPI document true: ninja writes down only what a handler returns when all goes well."""

from functools import cache
from typing import Any

from ninja.openapi.schema import REF_TEMPLATE

from generation.api.problems import MEDIA_TYPE, ProblemOut
from generation.api.schemas import SnapshotOut
from generation.core.kind import JsonObject
from generation.core.states import JobState
from generation.kinds import all_kinds

_DESCRIPTIONS = {
    400: "The body is not JSON.",
    401: "No usable API token or session.",
    403: "A session without its CSRF token, or a permission is missing.",
    404: "There is nothing there that you may see.",
    406: "None of the accepted media types is to be had.",
    409: "The state does not allow it; `code` says which rule.",
    413: "The body is too large.",
    415: "The body is not declared as JSON.",
    422: "Some of the input is not as it must be; `errors` says what.",
    429: "Too much at once, or a limit is reached; `limit` names it.",
    500: "The server made a mistake.",
    503: "The database, or every model route, is out of service.",
}
_WAIT = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
_WITH_WAIT = {409, 429, 503}
ACCEPTED_HEADERS = {
    "Location": {"description": "The job.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds until a look is worth it.", "schema": {"type": "integer"}},
}
ABOUT: JsonObject = {
    "info": {
        "license": {"name": "MIT", "identifier": "MIT"},
        "contact": {"name": "The administrators of this installation"},
    },
    "tags": [
        {"name": "jobs", "description": "Ask for documents, watch them, stop them, ask again."},
        {"name": "documents", "description": "Read what is done, and have a unit written anew."},
        {"name": "kinds", "description": "What can be asked for."},
        {"name": "limits", "description": "What a document would cost, and what you may spend."},
        {"name": "people", "description": "Who you are here."},
        {"name": "webhooks", "description": "Where you are told of the ends of your jobs."},
    ],
}
_END: JsonObject = {"type": "object", "required": ["state"], "properties": {"state": {"enum": list(JobState)}}}
EVENT: JsonObject = {       # one event of a stream
    "type": "object", "required": ["id", "event", "data"],
    "properties": {
        "id": {"type": "string", "description": "The revision; after the last one, `<revision>.end`."},
        "event": {"enum": ["snapshot", "end"]},
        "data": {
            "type": "string", "contentMediaType": "application/json",
            "contentSchema": {"anyOf": [{"$ref": REF_TEMPLATE.format(model="Snapshot")}, _END]},
            "description": "Of a `snapshot`: a Snapshot. Of `end`: an object with the job's `state`.",
        },
    },
}
RATE_LIMIT = {
    "RateLimit-Policy": {
        "description": "Your limits: what each allows in so many seconds.", "schema": {"type": "string"},
        "required": False,
    },
    "RateLimit": {
        "description": "What is left of each, and the seconds until it resets.", "schema": {"type": "string"},
        "required": False,
    },
}
ETAG = {
    "ETag": {
        "description": "Send it as If-None-Match: 304 while nothing has changed.", "schema": {"type": "string"},
    },
}


def problem(status: int) -> JsonObject:
    """The response object of a problem."""
    response: JsonObject = {
        "description": _DESCRIPTIONS[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": REF_TEMPLATE.format(model="Problem")}}},
    }
    if status in _WITH_WAIT:
        response["headers"] = _WAIT
    return response


def adds(*statuses: int, headers: dict[int, JsonObject] | None = None) -> JsonObject:
    """`openapi_extra` of an operation: the problems of its own, and headers by status."""
    found: dict[int, JsonObject] = {status: problem(status) for status in statuses}
    for status, described in (headers or {}).items():
        found.setdefault(status, {})["headers"] = described
    return {"responses": found}


def completed(schema: JsonObject) -> JsonObject:
    """`schema` with the problems that every operation of its shape can answer, and the briefs' own schemas."""
    schemas = schema["components"]["schemas"]
    schemas["Problem"] = _inlined(ProblemOut.model_json_schema(by_alias=True))
    schemas["Snapshot"] = _inlined(SnapshotOut.model_json_schema(mode="serialization"))
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            for parameter in operation["parameters"]:
                parameter["schema"] = _of_parameter(parameter)
            for status in _statuses(path, method, operation):
                operation["responses"].setdefault(status, problem(status))
    if "JobIn" in schemas:
        schemas["JobIn"] = _job_in(schemas["JobIn"], schemas)
    return schema


def _statuses(path: str, method: str, operation: JsonObject) -> list[int]:
    found = [429, 500, 503]
    if operation.get("security"):
        found.append(401)
    if method != "get":
        found.append(403)
    if operation.get("parameters") or "requestBody" in operation:
        found.append(422)
    if "requestBody" in operation:
        found += [400, 413, 415]
    if "{" in path:
        found.append(404)
    return found


def _of_parameter(parameter: JsonObject) -> JsonObject:
    """A parameter is sent or left out, never null; and the kinds are known here, not in the handlers."""
    schema: JsonObject = dict(parameter["schema"])
    for alternative in schema.pop("anyOf", []):
        if alternative.get("type") != "null":
            schema |= alternative
    if parameter["name"] in {"kind", "slug"}:
        schema["enum"] = list(all_kinds())
    return schema


def _job_in(schema: JsonObject, schemas: JsonObject) -> JsonObject:
    """One alternative for each kind, because the kind decides what the brief must look like."""
    alternatives = []
    for slug, kind in all_kinds().items():
        name = f"{slug.title().replace('_', '')}Brief"
        schemas[name] = {**brief_schema(slug), "title": name}
        properties = {
            **schema["properties"],
            "kind": {**schema["properties"]["kind"], "const": slug},
            "brief": {"$ref": REF_TEMPLATE.format(model=name)},
        }
        alternatives.append({
            **schema, "title": kind.title, "properties": properties,
            "examples": [{"kind": slug, "brief": kind.example}],
        })
    return {"title": schema["title"], "description": schema.get("description", ""), "oneOf": alternatives}


@cache
def brief_schema(slug: str) -> JsonObject:
    """The JSON Schema of a kind's brief, without references."""
    return _inlined(all_kinds()[slug].Brief.model_json_schema())


def _inlined(schema: JsonObject) -> JsonObject:
    definitions = schema.pop("$defs", {})

    def resolved(node: Any) -> Any:     # Any: part of a schema
        if isinstance(node, list):
            return [resolved(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            rest = {key: value for key, value in node.items() if key != "$ref"}
            return resolved({**definitions[node["$ref"].rsplit("/", 1)[-1]], **rest})
        return {key: resolved(value) for key, value in node.items()}

    inlined: JsonObject = resolved(schema)
    return inlined
