"""`manage.py try_api`: a document by the REST API, over HTTP, step by step."""

import argparse
import datetime as dt
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from accounts.models import User, create_token, revoke_token
from generation.core.pricing import dollars
from generation.management.cli import preflight
from generation.management.cli.base import BadInput, ProductCommand
from generation.models import clock
from generation.testbed.api_client import ApiClient, ApiResponse, NoAnswer

BASE = "/api/v1"
KIND = "training_program"
TOKEN_LIFE = dt.timedelta(hours=1)
RECONNECTS = 100


class Failed(Exception):
    """A step did not give what it should."""


class Command(ProductCommand):
    help = "Drive the REST API from request to document, and print every step."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        here = settings.PUBLIC_URL
        parser.add_argument("--url", default=here, help=f"where the product runs ({here})")
        parser.add_argument("--token", help="an API token; unless given, one is made and revoked in the end")
        parser.add_argument("--kind", default=KIND, help=f"whose example is asked for ({KIND})")

    def handle(self, *, url: str, token: str | None, kind: str, **_options: Any) -> None:     # Any: Django's
        if not url.startswith(("http://", "https://")):
            raise BadInput(f"--url {url}: it must start with http:// or https://.")
        if token is not None and not (token.isascii() and token.isprintable() and token.strip()):
            raise BadInput("--token: that cannot be a token.")
        try:
            with self._token(token) as secret:
                self._api = ApiClient(url, secret)
                self._journey(kind)
        except NoAnswer as error:
            sentence = f"{error}. Start the product with python manage.py up, or say --url."
            raise SystemExit(self._no(sentence)) from error
        except Failed as error:
            raise SystemExit(self._no(str(error))) from error

    def _no(self, sentence: str) -> int:
        self.stderr.write(sentence[0].upper() + sentence[1:])
        return 1

    @contextmanager
    def _token(self, given: str | None) -> Iterator[str]:
        """`given`, or a token of a local user that is revoked afterwards, however this ends."""
        if given is not None:
            yield given
            return
        preflight.reach_database()
        user = User.objects.filter(is_active=True).order_by("-is_superuser", "pk").first()
        if user is None:
            raise BadInput("This database has no user: run python manage.py up once, or give --token.")
        token, secret = create_token(user, "try_api", expires_at=clock.now() + TOKEN_LIFE)
        self.say(f"A token for {user.username} ({token.prefix}…), revoked in the end.")
        try:
            yield secret
        finally:
            revoke_token(token)

    # --- the journey --------------------------------------------------------------------------

    def _journey(self, slug: str) -> None:
        me = self._step("GET", f"{BASE}/me", 200).json
        self._note(f"{me.get('username')}, {me.get('role')}")
        kind = self._step("GET", f"{BASE}/kinds/{slug}", 200).json
        request = {"kind": slug, "brief": kind["example"], "fresh": True}      # to be watched while it is made
        key = {"Idempotency-Key": str(uuid.uuid4())}
        accepted = self._step("POST", f"{BASE}/jobs", 202, request, **key)
        job = accepted.json
        self._note(f"{job['title']}; Location {accepted.headers['Location']}")
        again = self._step("POST", f"{BASE}/jobs", 202, request, **key)
        if again.json["id"] != job["id"]:
            raise Failed("The same Idempotency-Key made a second job.")
        self._note("the same key: the same job")
        path = f"{BASE}/jobs/{job['id']}"
        self._watch(f"{path}/events")
        job = self._step("GET", path, 200).json
        self._note(f"{job['state']}, {job['calls']} calls, {dollars(job['cost_usd_micros'])}")
        if job["state"] != "completed":
            words = job.get("explanation") or {"sentence": "", "next_step": ""}
            raise Failed(f"The job ended {job['state']}. {words['sentence']} {words['next_step']}".strip())
        document = self._step("GET", f"{path}/document?format=markdown", 200)
        self._note(f"{len(document.body):,} bytes: {document.body.decode().partition(chr(10))[0]}")

    def _watch(self, path: str) -> None:
        """The event stream to its `end`, reconnecting as a browser would."""
        last_id, shown = "", ""
        for _ in range(RECONNECTS):
            started = time.monotonic()
            self.say(f"GET   {path}")
            for event in self._api.events(path, last_id):
                last_id = event.id
                if event.name == "end":
                    return
                line = _progress(event.data)
                if line != shown:
                    self._note(f"{time.monotonic() - started:5.1f} s  {line}")
                    shown = line
        raise Failed("The event stream never told the end.")

    def _step(
        self, method: str, path: str, wanted: int, body: Any = None, **headers: str     # Any: JSON
    ) -> ApiResponse:
        started = time.monotonic()
        answer = self._api.ask(method, path, body, **headers)
        self.say(f"{method:<5} {path}  {answer.status}  {(time.monotonic() - started) * 1000:.0f} ms")
        if answer.status != wanted:
            raise Failed(answer.problem or f"Expected {wanted} from {method} {path}, not {answer.status}.")
        return answer

    def _note(self, text: str) -> None:
        self.say(f"      {text}")


def _progress(snapshot: dict[str, Any]) -> str:     # Any: JSON
    waiting = snapshot.get("waiting")
    held = f"  waits: {waiting['sentence']}" if waiting else ""
    return f"{snapshot['percent']:>3} %  {snapshot['phase']}{held}"
