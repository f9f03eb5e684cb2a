"""Two administrators with the same settings form open, all the time: neither may undo the other unseen.

Each changes one field of the same alert rule, which calls nobody.  Whoever saves on a page that the other has made
stale must be refused; then what each saved last is what stands there, on every page and in the database."""

import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable

from django.contrib.auth.models import Group
from django.db import connection
from django.urls import reverse

from accounts.groups import ADMINISTRATORS, grant_permissions
from accounts.models import Role, User
from generation.core.alerting import Condition
from generation.models import AlertRule
from generation.testbed.admin_client import AdminClient, PageAnswer
from generation.testbed.api_client import NoAnswer
from generation.testbed.page_forms import main_form

FIELDS = ("threshold", "resolve_after")      # of each administrator, one
HIGHEST = 100                                # that `resolve_after` takes
THINKS_S = 0.6                               # at most, with the form open
RESTS_S = 0.3
TRY_AGAIN_S = 0.3
REFUSED = "Nothing was saved."               # in admin/editing.py: STALE


class Administrators:
    """From `begin` to `finish`.  `done` counts saves and refusals, `undone` tells of what was lost unseen, `odd` of
    answers that nobody should get."""

    def __init__(self, url: str, seed: int) -> None:
        self.done: Counter[str] = Counter()
        self.undone: list[str] = []
        self.odd: list[str] = []
        self._url = url
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._password = secrets.token_hex(16)
        self._rule = AlertRule.objects.create(
            name="Changed by two at once", condition=Condition.STUCK_JOB.value, threshold=1, resolve_after=1,
            is_enabled=False)
        self._path = reverse("admin:generation_alertrule_change", args=[self._rule.pk])
        self._saved: dict[str, float | None] = {}      # None: whether it was taken is not known
        grant_permissions()
        people = [self._person(number) for number in range(len(FIELDS))]
        self._threads = [
            threading.Thread(
                target=self._guarded, args=(person, field, random.Random(f"{seed} {field}")), name="administrator",
                daemon=True)
            for person, field in zip(people, FIELDS, strict=True)
        ]

    def begin(self) -> None:
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Let each end what it is at, then look what stands there.  Finishing twice does no harm."""
        if self._over.is_set():
            return
        self._over.set()
        for thread in self._threads:
            thread.join()

    def lost(self) -> list[str]:
        """What was undone unseen, also what is not in the database although it was saved."""
        self._rule.refresh_from_db()
        return self.undone + [
            f"{field} is {getattr(self._rule, field):g} in the database; {saved:g} was saved"
            for field, saved in self._saved.items() if saved is not None and getattr(self._rule, field) != saved
        ]

    def _person(self, number: int) -> str:
        person = User.objects.create_user(
            f"administrator{number}", password=self._password, role=Role.ADMIN, is_staff=True)
        person.groups.add(Group.objects.get(name=ADMINISTRATORS))
        return str(person.username)

    def _guarded(self, person: str, field: str, rng: random.Random) -> None:
        try:
            self._work(person, field, rng)
        except Exception as error:      # a mistake of the witness must not pass for silence
            self._note_odd(f"{person}: {type(error).__name__}: {error}")
        finally:
            connection.close()

    def _work(self, person: str, field: str, rng: random.Random) -> None:
        client, number = AdminClient(self._url), 1
        answer = self._insist(lambda: client.sign_in(person, self._password))
        if answer is not None and (answer.status != 302 or answer.wants_sign_in):
            self._note_odd(f"{person} could not sign in: {answer.status}")
            return
        while not self._over.wait(rng.uniform(0, RESTS_S)):
            page = self._insist(lambda: client.get(self._path))
            if page is None:
                return
            if page.status != 200:
                self._note_odd(f"{person} opened the form: {page.status} {page.leads}")
                return
            form = main_form(page.text)
            self._compare(field, float(form[field][0]))
            number += 1
            value = number % HIGHEST + 1
            self._over.wait(rng.uniform(0, THINKS_S))
            self._save(client, person, field, {**form, field: [str(value)]}, value)

    def _compare(self, field: str, shown: float) -> None:
        saved = self._saved.get(field)
        if saved is not None and shown != saved:
            with self._lock:
                self.undone.append(f"the form shows {shown:g} as {field}; {saved:g} was saved before it was opened")
            self._saved[field] = shown

    def _save(self, client: AdminClient, person: str, field: str, form: dict[str, list[str]], value: int) -> None:
        """Press the button, and again while nobody answers: a form is taken once."""
        answer = self._insist(lambda: client.post(self._path, form), is_patient=True)
        if answer is None:
            self._saved[field] = None
        elif answer.status == 302 and not answer.wants_sign_in:
            self._saved[field] = value
            self._count("saved")
        elif answer.status == 200 and REFUSED in answer.text:
            self._count("refused_as_stale")
        else:
            self._note_odd(f"{person} saved {field}: {answer.status} {answer.leads}")

    def _insist(self, ask: Callable[[], PageAnswer], *, is_patient: bool = False) -> PageAnswer | None:
        """The first answer that is one; None if the run ended before, `is_patient`: a while after that."""
        ended_at = None
        while ended_at is None or (is_patient and time.monotonic() < ended_at + 30):
            try:
                answer = ask()
            except NoAnswer:
                pass
            else:
                if answer.status < 500:
                    return answer
            if self._over.wait(TRY_AGAIN_S):
                ended_at = ended_at or time.monotonic()
                time.sleep(TRY_AGAIN_S)
        return None

    def _count(self, what: str) -> None:
        with self._lock:
            self.done[what] += 1

    def _note_odd(self, line: str) -> None:
        with self._lock:
            self.odd.append(line)
