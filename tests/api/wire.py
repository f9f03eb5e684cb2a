"""A real server in a thread of this process, and a client that reads event streams from it."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

PATIENCE_S = 15.0


@contextmanager
def serving() -> Iterator[int]:
    """The port of a uvicorn server; it is stopped, and its streams closed, at the end."""
    from config import asgi

    asgi._handler.load_middleware(is_async=False)      # with the settings of this test, not of the process's first
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    server = uvicorn.Server(
        uvicorn.Config(
            asgi.application, log_level="error", lifespan="off", timeout_graceful_shutdown=1, proxy_headers=False)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="uvicorn")
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
        listening.close()
        assert not thread.is_alive()


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait for `holds`; the pause only spares the processor, nothing depends on its length."""
    give_up_at = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < give_up_at, f"waited in vain for: {what}"
        time.sleep(0.005)


@dataclass(frozen=True)
class Event:
    name: str
    id: str
    data: Any

    @property
    def revision(self) -> int:
        return int(self.id.partition(".")[0])


class Stream:
    """One open event stream."""

    def __init__(
        self, port: int, path: str, secret: str, *, last_event_id: str | None = None, cookie: str = ""
    ) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        headers = {"Cookie": cookie} if cookie else {"Authorization": f"Bearer {secret}"}
        headers["Accept"] = "text/event-stream"
        if last_event_id is not None:
            headers["Last-Event-ID"] = last_event_id
        self._connection.request("GET", path, headers=headers)
        self.response = self._connection.getresponse()
        self.status = self.response.status
        self.comments: list[str] = []
        self.retry = ""

    def next(self) -> Event | None:
        """The next event; None when the server has closed the stream."""
        fields: dict[str, str] = {}
        while line := self.response.readline():
            text = line.decode().rstrip("\n")
            if text.startswith(":"):
                self.comments.append(text)
                return self.next() if not fields else None
            name, _, value = text.partition(": ")
            if name:
                fields[name] = value
                continue
            self.retry = fields.pop("retry", self.retry)
            if "event" in fields:
                return Event(fields["event"], fields["id"], json.loads(fields["data"]))
        return None

    def rest(self) -> list[Event]:
        """Every event until the server closes the stream."""
        events = []
        while event := self.next():
            events.append(event)
        return events

    def comment(self) -> str:
        """The next comment, passing over nothing else."""
        line = ""
        while not line.startswith(":"):
            line = self.response.readline().decode()
            assert line, "the stream has ended"
        return line.strip()

    def close(self) -> None:
        """As a client does that goes away in the middle."""
        self.response.close()
        self._connection.close()
