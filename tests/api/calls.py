"""How tests speak to the API."""

from collections.abc import Iterator
from typing import Any

from django.test import Client

from accounts.models import User, create_token
from generation.api import api
from generation.models import Job
from tests.support import PROGRAM

ROOT = "/api/v1"
ASK = {"kind": "training_program", "brief": PROGRAM}


class Caller(Client):
    """Somebody with an API token; nobody without a user."""

    def __init__(self, user: User | None = None, **options: Any) -> None:
        self.secret = create_token(user, "tests")[1] if user else ""
        headers = {"Authorization": f"Bearer {self.secret}"} if user else {}
        super().__init__(headers=headers, raise_request_exception=False, **options)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """`headers` in Python's spelling: Idempotency_Key."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        body_arguments = {} if body is None else {"data": body, "content_type": "application/json"}
        return self.generic_json(method, path, headers=named, **body_arguments)

    def generic_json(self, method: str, path: str, **arguments: Any) -> Any:
        return getattr(super(), method.lower())(ROOT + path if path.startswith("/") else path, **arguments)

    def ask(self, body: Any = ASK, **headers: str) -> Any:
        return self.send("POST", "/jobs", body, **headers)


def of(job: Job, tail: str = "") -> str:
    return f"/jobs/{job.public_id}{tail}"


def operations() -> Iterator[tuple[str, str, Any]]:
    """Every registered operation, whether or not OpenAPI shows it: method, path, ninja's object."""
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield method, prefix + path, operation


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The body of a problem, after the things that hold for every one."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["code"] == code, body
    assert body["status"] == status
    assert body["type"] == f"urn:coursewright:problem:{code}"
    assert body["title"]
    assert body["detail"]
    assert body["advice"]
    return body
