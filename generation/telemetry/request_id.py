"""Which HTTP request this code runs for, so that lines of one request can be found together."""

import re
import uuid
from contextvars import ContextVar

_USABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{7,63}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The id of the request; empty outside of one: in workers and commands."""
    return _current.get()


def begin(given: str | None) -> str:
    """The id from here on: the one that the client or a proxy gave, if it is harmless, or a new one."""
    request_id = given if given and _USABLE.fullmatch(given) else uuid.uuid4().hex
    _current.set(request_id)
    return request_id


def end() -> None:
    """Back outside of a request: what this thread does next is not a part of it."""
    _current.set("")
