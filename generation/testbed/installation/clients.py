"""The users of a scratch installation: programs that ask over HTTP, try
again when nobody answers, and forget nothing.

What they were told is a witness of its own: what was accepted must be there, and nothing else."""

import datetime as dt
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from accounts.models import Limit, Policy, User, create_token
from generation.testbed.api_client import ApiClient, ApiResponse, NoAnswer

AT_ONCE = 8
TRY_AGAIN_S = 0.3
PATIENCE_S = 90.0
REFUSALS = frozenset({"limit_reached", "budget_spent"})
RETRIED = frozenset({"failed", "partial", "cancelled"})


@dataclass(frozen=True)
class ClientRequest:
    """It is sent `copies` times at once with the same key; after `cancel_after_s` the user thinks better of it."""

    at_s: float
    person: int
    kind: str
    strategy: str
    brief: dict[str, Any]      # Any: JSON
    key: str
    copies: int = 1
    cancel_after_s: float | None = None
    is_watched: bool = False
    is_poisoned: bool = False


@dataclass
class Observed:
    """What the users were told, by the key of each request."""

    accepted: dict[str, set[str]] = field(default_factory=dict)      # ids of jobs
    refused: dict[str, str] = field(default_factory=dict)            # the sentence
    odd: list[str] = field(default_factory=list)                     # answers that nobody should get
    accept_s: list[float] = field(default_factory=list)
    unanswered: int = 0                                               # tries, not requests
    actions: Counter[str] = field(default_factory=Counter)
    revisions: dict[str, list[int]] = field(default_factory=dict)    # of watched jobs, in the order of the events
    ends: Counter[str] = field(default_factory=Counter)

    @property
    def jobs(self) -> set[str]:
        return {job for ids in self.accepted.values() for job in ids}


class Clients:
    """`begin` sends the requests at their time; `join` waits until each has its answer."""

    def __init__(
        self, url: str, requests: Sequence[ClientRequest], roles: Sequence[str], limits: Mapping[str, int]
    ) -> None:
        self.observed = Observed()
        self._requests = requests
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._pool = ThreadPoolExecutor(max(AT_ONCE, len(roles)), "clients")      # nobody waits for another's answer
        self._watchers: list[threading.Thread] = []
        self._clients = [ApiClient(f"{url}/api/v1", secret) for secret in _make_users(roles, limits)]
        self._thread = threading.Thread(target=self._send_all, name="requests", daemon=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, type_: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Nobody asks for anything any more, whatever has no answer yet."""
        self._over.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def begin(self) -> None:
        self._thread.start()

    def join(self) -> None:
        self._thread.join()
        self._pool.shutdown(wait=True)

    def finish(self, timeout_s: float) -> None:
        """Wait for the watchers, whose jobs have ended; then stop waiting."""
        deadline = time.monotonic() + timeout_s
        for watcher in self._watchers:
            watcher.join(max(0.0, deadline - time.monotonic()))
        self._over.set()

    def retry_what_was_lost(self) -> None:
        """Everybody asks again for what did not come about."""
        for key, ids in self.observed.accepted.items():
            client = self._client_of(key)
            for job in ids:
                answer = self._insist(client, "GET", f"/jobs/{job}")
                if answer is not None and answer.json.get("state") in RETRIED and key != "poison":
                    self._act("retry", self._insist(client, "POST", f"/jobs/{job}/retry"))

    # --- One request --------------------------------------------------------------------------

    def _send_all(self) -> None:
        began = time.monotonic()
        for request in self._requests:
            if self._over.wait(max(0.0, began + request.at_s - time.monotonic())):
                return
            for copy in range(request.copies):
                self._pool.submit(self._guarded, request, is_first=copy == 0)

    def _guarded(self, request: ClientRequest, *, is_first: bool) -> None:
        try:
            self._send(request, is_first=is_first)
        except Exception as error:      # a mistake of the witness must not pass for silence
            with self._lock:
                self.observed.odd.append(f"{request.key}: {type(error).__name__}: {error}")

    def _send(self, request: ClientRequest, *, is_first: bool) -> None:
        client = self._clients[request.person]
        body = {"kind": request.kind, "strategy": request.strategy, "brief": request.brief}
        answer = self._insist(client, "POST", "/jobs", body, key=request.key)
        code = str(answer.json.get("code", "")) if answer is not None else ""
        with self._lock:
            if answer is None:
                self.observed.odd.append(f"{request.key}: no answer within {PATIENCE_S:g} s")
            elif answer.status == 202:
                self.observed.accepted.setdefault(request.key, set()).add(answer.json["id"])
                self.observed.actions["same_key"] += not is_first
            elif code in REFUSALS:
                self.observed.refused[request.key] = answer.problem
            else:
                self.observed.odd.append(f"{request.key}: {answer.status} {answer.problem}")
        if answer is not None and answer.status == 202 and is_first:
            self._follow_up(client, request, answer.json["id"])

    def _follow_up(self, client: ApiClient, request: ClientRequest, job: str) -> None:
        if request.is_watched:
            watcher = threading.Thread(target=self._watch, args=(client, job), name="watcher", daemon=True)
            self._watchers.append(watcher)
            watcher.start()
        if request.cancel_after_s is not None:
            self._over.wait(request.cancel_after_s)
            self._act("cancel", self._insist(client, "POST", f"/jobs/{job}/cancel"))

    def _act(self, verb: str, answer: ApiResponse | None) -> None:
        """Note what became of a button: done, or too late, or over the limit."""
        with self._lock:
            code = str(answer.json.get("code", "")) if answer is not None else ""
            if answer is not None and answer.status == 202:
                self.observed.actions[verb] += 1
            elif answer is not None and (answer.status == 409 or code in REFUSALS):
                self.observed.actions[f"{verb}_refused"] += 1
            else:
                status = answer.status if answer else "no answer"
                self.observed.odd.append(f"{verb}: {status} {answer and answer.problem}")

    def _insist(
        self, client: ApiClient, method: str, path: str, body: Any = None, *, key: str = ""     # Any: JSON
    ) -> ApiResponse | None:
        """The first answer that is one; None if there was none for `PATIENCE_S`."""
        deadline = time.monotonic() + PATIENCE_S
        headers = {"Idempotency-Key": key} if key else {}
        while time.monotonic() < deadline and not self._over.is_set():
            began = time.monotonic()
            try:
                answer = client.ask(method, path, body, **headers)
            except NoAnswer:
                answer = None
            code = str(answer.json.get("code", "")) if answer is not None else ""
            if answer is not None and (answer.status < 500 or code in REFUSALS) and code != "throttled":
                with self._lock:
                    self.observed.accept_s += [time.monotonic() - began] if key else []
                return answer
            with self._lock:
                self.observed.unanswered += 1
            self._over.wait(TRY_AGAIN_S)
        return None

    def _watch(self, client: ApiClient, job: str) -> None:
        """Follow the event stream to its end, coming back with the last event's id whenever it breaks."""
        last, revisions = "", self.observed.revisions.setdefault(job, [])
        while not self._over.is_set():
            try:
                for event in client.events(f"/jobs/{job}/events", last):
                    last = event.id
                    if event.name == "snapshot":
                        revisions.append(int(event.id))
                    if event.name == "end":
                        self.observed.ends[job] += 1
                        return
            except NoAnswer:
                pass
            self._over.wait(TRY_AGAIN_S)

    def _client_of(self, key: str) -> ApiClient:
        person = next(request.person for request in self._requests if request.key == key)
        return self._clients[person]


def _make_users(roles: Sequence[str], limits: Mapping[str, int]) -> list[str]:
    """A user with a token for each of `roles`, and the requests a day of the roles that have `limits`; the secrets
    of the tokens."""
    Policy.objects.all().delete()
    for role, most in limits.items():
        policy = Policy.objects.create(role=role, max_running_jobs=1_000)
        Limit.objects.create(policy=policy, metric="requests", window="day", limit=most)
        Limit.objects.create(policy=policy, metric="units", window="day", limit=most * 6)
    of_all = Policy.objects.create(role="")
    Limit.objects.create(policy=of_all, metric="usd_micros", window="month", limit=10**12)
    Limit.objects.create(policy=of_all, metric="requests", window="month", limit=10**6)
    secrets = []
    for number, role in enumerate(roles):
        user = User(username=f"person{number}", role=role)
        user.set_unusable_password()
        user.save()
        secrets.append(create_token(user, "scratch", expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(days=1))[1])
    return secrets
