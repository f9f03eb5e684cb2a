"""The people of the admin, and rows to look at.

root may everything, adam administers, rita reviews, vera may only look, nick is staff with no
permission at all; ann is no staff."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken, Override, Pause, Role, User, create_token
from generation.core.outcomes import CallCode, Failure, Reply
from generation.models import Alert, AlertRule, CacheEntry, Channel, Election, Job, Pulse, Review, WebhookEndpoint
from generation.models.election import SWEEPER
from generation.services import rehearsals
from generation.services.alerts import evaluation
from generation.services.jobs import control, submission
from generation.services.maintenance import sweeper
from generation.services.outbox import webhooks
from tests.support import PROGRAM, USAGE, chunk, claim_all, finish, limited, work_off

admin.autodiscover()      # tests are made for each page that there is, before anything is served

LOOK = (
    "job", "chunk", "attempt", "logentry", "unitversion", "route", "pulse", "incident", "cacheentry", "rehearsal",
    "alert", "alertrule", "channel", "delivery", "webhookendpoint", "review",
)


def _staff(name: str, *permissions: str) -> User:
    person = User.objects.create_user(name, password="correct-horse", role=Role.TEACHER, is_staff=True)
    person.user_permissions.set(
        Permission.objects.filter(content_type__app_label="generation", codename__in=permissions))
    return person


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", password="correct-horse", role=Role.ADMIN)


@pytest.fixture
def vera(db: None) -> User:
    return _staff("vera", *(f"view_{model}" for model in LOOK))


@pytest.fixture
def nick(db: None) -> User:
    return _staff("nick")


@pytest.fixture
def client_of() -> Callable[..., Client]:
    def signed_in(person: User, **options: bool) -> Client:
        client = Client(**options)
        client.force_login(person)
        return client

    return signed_in


@pytest.fixture
def second(root: User, client_of: Callable[..., Client]) -> Client:
    """Who has a page open while somebody else decides."""
    return client_of(root)


@pytest.fixture
def done(job: Job, rita: User) -> Job:
    """Ann's program, complete; its second week was written anew once."""
    work_off(job)
    control.regenerate(job, 2, instruction="more variety", by=rita)
    return work_off(job)


@pytest.fixture
def failed(ann: User, route: object) -> Job:
    """A program whose plan the model declined to write."""
    job = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    [claim] = [claim for claim in claim_all() if claim.job_id == job.pk]
    finish(claim, Failure(CallCode.REFUSED, "I would rather not."))
    job.refresh_from_db()
    return job


@pytest.fixture
def partial(ann: User, route: object) -> Job:
    """Week 2 of 3 was refused by the checks again and again."""
    job = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    while claims := claim_all():
        for claim in claims:
            finish(claim, Reply('{"words": "of no week"}', USAGE) if claim.position == 2 else None)
    job.refresh_from_db()
    assert job.state == "partial"
    return job


@pytest.fixture
def token(ann: User) -> ApiToken:
    return create_token(ann, "laptop")[0]


@pytest.fixture
def worker(db: None) -> Pulse:
    now = timezone.now()
    return Pulse.objects.create(
        name="host:1:ab", beat_at=now, started_at=now - dt.timedelta(minutes=3),
        detail={"in_flight": 2, "slots": 8, "is_draining": False},
    )


@pytest.fixture
def alert(db: None) -> Alert:
    """The sweeper is late; a channel is there to tell it."""
    AlertRule.objects.all().delete()
    AlertRule.objects.create(name="Sweeper late", condition="sweeper_late", threshold=60, severity="critical")
    Channel.objects.create(name="ops chat", kind="slack", url="https://chat.example.com/services/SECRET-PATH")
    at = timezone.now() - dt.timedelta(minutes=10)
    Election.objects.update_or_create(name=SWEEPER, defaults={"won_at": at})
    evaluation.evaluate()
    return Alert.objects.get()


@pytest.fixture
def endpoint(ann: User) -> WebhookEndpoint:
    return webhooks.create(user=ann, url="https://hooks.example.com/t/SECRET-PATH", events=["job.completed"]).endpoint


@pytest.fixture
def entry(done: Job) -> CacheEntry:
    """Ann's first week, kept."""
    week = chunk(done, 1)
    return CacheEntry.objects.create(
        key="k" * 64, whose=f"user:{done.user_id}", owner=done.user, job=done, kind=done.kind,
        kind_revision=done.kind_revision, stage="unit", position=1, model="m", content=week.content,
        headline=week.headline, size_bytes=2_048, cost_usd_micros=1_200, hits=3,
        expires_at=timezone.now() + dt.timedelta(days=2),
    )


@pytest.fixture
def rows(
    done: Job, failed: Job, token: ApiToken, worker: Pulse, entry: CacheEntry, alert: Alert, endpoint: WebhookEndpoint,
) -> None:
    """At least one row of every model."""
    limited(requests=9)
    Pause.objects.get_or_create(id=1)
    Review.objects.create(job=done, state="released", reason="fine", decided_at=timezone.now())
    Override.objects.create(user=done.user, reason="exam week")
    rehearsals.begin(scenario="provider_down", users=2, jobs=4, seed=1, by=None)
    submission.submit(user=done.user, kind="training_program", brief=PROGRAM)
    sweeper.keep_up("incidents")
