"""Event streams over a real server: what arrives, when they end, and what they cost."""

import asyncio
import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db.backends.signals import connection_created
from django.db.models.functions import Now
from django.test import Client

from accounts.models import ApiToken, User, revoke_token
from generation.api import events
from generation.api.auth import Entitlement
from generation.api.hub import Frame, Hub, Listener, hub
from generation.models import Job
from generation.services.jobs import control, progress, submission
from generation.services.maintenance import erasure
from tests.api.calls import ASK, ROOT, Caller, of, problem
from tests.api.wire import Stream, serving, until
from tests.support import PROGRAM, claim_all, work_off

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def port(transactional_db: None, settings: Any) -> Iterator[int]:
    settings.SSE_POLL_S = 0.02
    with serving() as number:
        yield number
    until(lambda: hub.streams() == 0 and not hub.is_polling, "the hub to be empty")


@pytest.fixture
def watch(port: int, ann_api: Caller) -> Iterator[Any]:
    opened: list[Stream] = []

    def open_stream(job: Job, last_event_id: str | None = None, secret: str = "") -> Stream:
        path = f"{ROOT}{of(job, '/events')}"
        opened.append(Stream(port, path, secret or ann_api.secret, last_event_id=last_event_id))
        return opened[-1]

    yield open_stream
    for stream in opened:
        stream.close()


# --- What arrives ---------------------------------------------------------------------------------


def test_watcher_sees_the_job_grow_and_end(job, watch):
    stream = watch(job)
    first = stream.next()
    assert (first.name, first.data["state"], first.data["percent"]) == ("snapshot", "queued", 0)
    work_off(job, stop_after=2)
    seen = [stream.next()]
    while seen[-1].data["units_done"] < 1:
        seen.append(stream.next())
    work_off(job)
    seen += stream.rest()
    end = seen.pop()
    revisions = [event.revision for event in seen]
    assert revisions == sorted(set(revisions)), "each revision at most once, in order"
    assert (seen[-1].data["state"], seen[-1].data["percent"]) == ("completed", 100)
    assert seen[-1].data == json.loads(json.dumps(progress.snapshot(Job.objects.get())))
    assert (end.name, end.id, end.data) == ("end", f"{revisions[-1]}.end", {"state": "completed"})


def test_place_in_the_queue_is_told_although_only_others_move(job, cy, watch, monkeypatch):
    monkeypatch.setattr("generation.api.hub.PLACE_S", 0.0)
    behind = submission.submit(user=cy, kind="training_program", brief=PROGRAM).job
    stream = watch(behind, secret=Caller(cy).secret)
    first = stream.next()
    claim, = claim_all(slots=1)
    moved = stream.next()
    assert claim.job_id == job.pk
    assert (first.data["queue"]["ahead"], moved.data["queue"]["ahead"]) == (1, 0)
    assert moved.revision == first.revision
    control.cancel(behind, by=None)
    assert [event.name for event in stream.rest()] == ["snapshot", "end"], "nothing is told twice"


def test_stream_is_neither_cached_nor_buffered(job, watch):
    stream = watch(job)
    assert stream.response.getheader("Content-Type") == "text/event-stream"
    assert stream.response.getheader("Cache-Control") == "no-store"
    assert stream.response.getheader("X-Accel-Buffering") == "no"
    stream.next()
    assert stream.retry == "2000"


def test_what_the_client_has_is_not_sent_again(job, watch):
    stream = watch(job, last_event_id=str(job.revision))
    control.cancel(job, by=None)
    assert [event.revision for event in stream.rest()] == [job.revision + 1] * 2


@pytest.mark.parametrize(
    "last_event_id", ["0", "1", "99999", "1.end", "99999.end", "x", "", "-1", "1e3", "9" * 500]
)
def test_what_the_client_has_not_is_sent_at_once(begun, watch, last_event_id):
    event = watch(begun, last_event_id=last_event_id).next()
    assert (event.name, event.revision) == ("snapshot", begun.revision)


def test_finished_job_is_told_once_and_the_stream_ends(done, watch):
    assert [event.name for event in watch(done).rest()] == ["snapshot", "end"]
    assert [event.name for event in watch(done, last_event_id=str(done.revision)).rest()] == ["end"]


def test_client_that_has_seen_the_end_is_told_to_stay_away(done, watch):
    assert watch(done, last_event_id=f"{done.revision}.end").status == 204


def test_job_that_goes_on_after_its_end_is_streamed_again(begun, watch):
    control.cancel(begun, by=None)
    last = watch(begun).rest()[-1]
    control.retry(begun, by=None)
    event = watch(begun, last_event_id=last.id).next()
    assert (event.name, event.data["state"]) == ("snapshot", "generating")


def test_silence_is_filled_with_heartbeats(job, watch, settings):
    settings.SSE_HEARTBEAT_S = 0.03
    stream = watch(job)
    stream.next()
    assert [stream.comment(), stream.comment()] == [": heartbeat", ": heartbeat"]


@pytest.mark.parametrize("has_seen", [False, True])
def test_every_block_is_an_event_with_data(job, watch, settings, has_seen):
    """Clients there are that hand over a block of `retry:` or of a comment as an empty event."""
    settings.SSE_HEARTBEAT_S = 0.03
    stream = watch(job, last_event_id=str(job.revision) if has_seen else None)
    lines = [stream.response.readline() for _ in range(2 if has_seen else 8)]
    assert b": heartbeat\n" in lines
    control.cancel(job, by=None)
    lines += iter(stream.response.readline, b"")
    text = b"".join(line for line in lines if not line.startswith(b":")).decode()
    blocks = text.removesuffix("\n\n").split("\n\n")
    assert len(blocks) == (2 if has_seen else 3)
    assert all("\ndata: " in block and "\nevent: " in block for block in blocks), blocks
    assert [block.startswith("retry: 2000\nid: ") for block in blocks] == [True] + [False] * (len(blocks) - 1)


def test_stream_ends_after_its_lifetime_and_can_be_resumed(job, watch, settings):
    settings.SSE_LIFETIME_S = 0.1
    assert [event.name for event in watch(job).rest()] == ["snapshot"]
    assert watch(job, last_event_id="1").rest() == []


def test_job_that_is_deleted_ends_the_stream(job, watch):
    stream = watch(job)
    stream.next()
    Job.objects.all().delete()
    assert stream.next() is None


# --- Who may still listen -------------------------------------------------------------------------


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generation.api.hub.ENTITLED_S", 0.0)


LOSSES = {
    "token revoked": lambda user: revoke_token(ApiToken.objects.get(user=user)),
    "token expired": lambda user: ApiToken.objects.filter(user=user).update(expires_at=Now()),
    "token deleted": lambda user: ApiToken.objects.filter(user=user).delete(),
    "account closed": lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
}
STAFF_LOSSES = {
    **LOSSES,
    "group taken": lambda user: user.groups.clear(),
    "no longer staff": lambda user: User.objects.filter(pk=user.pk).update(is_staff=False),
}


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("loss", LOSSES)
def test_stream_ends_with_the_right_to_it(job, ann, cy, watch, loss):
    theirs, stream = watch(submission.submit(user=cy, **ASK).job, secret=Caller(cy).secret), watch(job)
    assert [stream.next().name, theirs.next().name] == ["snapshot", "snapshot"]
    LOSSES[loss](ann)
    assert stream.next() is None
    assert watch(job).status == 401
    assert hub.streams() == 1, "nobody else's ends"


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("loss", STAFF_LOSSES)
def test_stream_of_somebody_elses_job_ends_with_the_permission(job, rita, rita_api, watch, loss):
    stream, own = watch(job, secret=rita_api.secret), watch(job)
    assert [stream.next().name, own.next().name] == ["snapshot", "snapshot"]
    STAFF_LOSSES[loss](rita)
    assert stream.next() is None
    assert hub.streams() == 1, "its owner goes on"


def _change_password(user: User) -> None:
    user.set_password("another long word")
    user.save()


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("lose", [
    lambda browser, _user: browser.logout(),
    lambda _browser, user: _change_password(user),
    lambda browser, _user: browser.session_expires(),
    lambda _browser, user: LOSSES["account closed"](user),
], ids=["signed out", "password changed", "session run out", "account closed"])
def test_stream_of_a_browser_ends_with_its_session(port, job, ann, lose):
    class Browser(Client):
        def session_expires(self) -> None:
            session = self.session
            session.set_expiry(-1)
            session.save()

    browser = Browser()
    browser.force_login(ann)
    cookie = f"sessionid={browser.cookies['sessionid'].value}"
    stream = Stream(port, f"{ROOT}{of(job, '/events')}", "", cookie=cookie)
    assert stream.next().name == "snapshot"
    lose(browser, ann)
    assert stream.next() is None
    stream.close()


@pytest.mark.usefixtures("soon")
def test_stream_goes_on_while_nothing_is_lost(job, ann, watch):
    stream = watch(job)
    stream.next()
    rounds = hub.rounds
    until(lambda: hub.rounds >= rounds + 5, "five looks at who listens")
    control.cancel(job, by=None)
    assert [event.name for event in stream.rest()] == ["snapshot", "end"]


def test_erasure_of_a_person_ends_their_streams(job, ann, watch):
    stream = watch(job)
    assert stream.next().data["title"] != erasure.TITLE
    erasure.erase_user(ann, by=None)
    stream.rest()
    assert Job.objects.get().erased_at is not None
    assert watch(job).status == 401


@pytest.mark.usefixtures("soon")
def test_looking_who_may_listen_costs_the_same_for_one_and_for_fifty(job, ann, rita, rita_api, watch, monkeypatch):
    monkeypatch.setattr(events, "STREAMS_PER_USER", 100)
    monkeypatch.setattr("generation.api.hub.PLACE_S", 3_600)
    for _ in range(25):
        watch(job), watch(job, secret=rita_api.secret)
    until(lambda: hub.streams() == 50, "fifty streams")
    with statements_of_the_hub() as counted:
        rounds = hub.rounds
        until(lambda: hub.rounds >= rounds + 5, "five rounds")
        per_round = counted["all"] / (hub.rounds - rounds)
    assert per_round <= 5, "one for the revisions, one for people, one for tokens, one for the permission"
    assert hub.streams() == 50


# --- What it costs --------------------------------------------------------------------------------


@contextmanager
def statements_of_the_hub() -> Iterator[Counter[str]]:
    """Counts what the poller's thread sends to the database."""
    counted: Counter[str] = Counter()

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        counted["all"] += 1
        return execute(sql, *rest)

    def attach(connection: Any, **_signal: Any) -> None:
        if threading.current_thread().name.startswith("event-hub") and count not in connection.execute_wrappers:
            connection.execute_wrappers.append(count)

    connection_created.connect(attach)
    try:
        yield counted
    finally:
        connection_created.disconnect(attach)


def test_fifty_listeners_cost_no_more_queries_than_one(ann, route, watch, monkeypatch):
    """And they hold no connection: the pool has fewer than fifty."""
    monkeypatch.setattr(events, "STREAMS_PER_USER", 100)
    for seldom in ("PLACE_S", "ENTITLED_S"):      # on a slow machine five rounds take longer than that
        monkeypatch.setattr(f"generation.api.hub.{seldom}", 3_600)
    spent: dict[int, tuple[int, int]] = {}
    for listeners in (1, 50):
        job = submission.submit(user=ann, **ASK).job
        streams = [watch(job) for _ in range(listeners)]
        until(lambda listeners=listeners: hub.streams() == listeners, f"{listeners} streams")
        assert [stream.next().revision for stream in streams] == [1] * listeners
        with statements_of_the_hub() as counted:
            rounds, snapshots = hub.rounds, hub.snapshots
            until(lambda rounds=rounds: hub.rounds >= rounds + 5, "five rounds")
            quiet, quiet_rounds = counted["all"], hub.rounds - rounds
            control.cancel(job, by=None)
            for stream in streams:
                assert [event.name for event in stream.rest()] == ["snapshot", "end"]
            until(lambda: not hub.is_polling, "the poller to stop")
            rounds = hub.rounds - rounds
        assert abs(quiet - quiet_rounds) <= 1, "one query for each round"
        spent[listeners] = (hub.snapshots - snapshots, counted["all"] - rounds)
    assert spent[1][0] == spent[50][0] == 1, "one snapshot for each change, whoever listens"
    assert abs(spent[1][1] - spent[50][1]) <= 1, "and what it takes, give or take the round in which counting begins"


def test_five_hundred_listeners_leave_nothing_behind(ann, route, settings, monkeypatch):
    """Half of them leave amid the stream, the others are told the end."""
    monkeypatch.setattr("generation.api.hub.ENTITLED_S", 3_600)      # they came by no door
    settings.SSE_POLL_S = 0.02
    watched = [submission.submit(user=ann, **ASK).job for _ in range(5)]
    threads = threading.active_count()

    async def listen(job: Job, user_id: int) -> str:
        entitled = Entitlement(user_id, is_own=True)
        parts = [part async for part in events._stream(job.pk, entitled, frame(job.revision), None)]
        return parts[-1]

    async def scenario() -> list[str]:
        listening = [asyncio.create_task(listen(watched[n % 5], n // events.STREAMS_PER_USER)) for n in range(500)]
        while hub.streams() < 500:
            await asyncio.sleep(0.01)
        for task in listening[::2]:
            task.cancel()
        await asyncio.wait(listening[::2])
        assert hub.streams() == 250
        for job in watched:
            await sync_to_async(control.cancel)(job, by=None)
        return await asyncio.gather(*listening[1::2])

    last = asyncio.run(asyncio.wait_for(scenario(), 60))
    assert len(last) == 250
    assert all("event: end" in part for part in last)
    assert (hub.streams(), hub.is_polling) == (0, False)
    assert threading.active_count() <= threads + 2, "the poller's thread, and the one that cancelled"


def test_many_jobs_are_asked_about_in_one_query(ann, route, watch, monkeypatch):
    for seldom in ("PLACE_S", "ENTITLED_S"):      # on a slow machine five rounds take longer than that
        monkeypatch.setattr(f"generation.api.hub.{seldom}", 3_600)
    streams = [watch(submission.submit(user=ann, **ASK).job) for _ in range(8)]
    for stream in streams:
        stream.next()
    with statements_of_the_hub() as counted:
        rounds = hub.rounds
        until(lambda: hub.rounds >= rounds + 5, "five rounds")
        assert abs(counted["all"] - (hub.rounds - rounds)) <= 1


def test_client_that_leaves_frees_its_place_and_the_poller_stops(job, watch):
    stream = watch(job)
    stream.next()
    assert (hub.streams(), hub.is_polling) == (1, True)
    stream.close()
    until(lambda: hub.streams() == 0 and not hub.is_polling, "the listener to be gone")


def test_one_user_holds_a_limited_number_of_streams(job, watch, rita_api, monkeypatch):
    monkeypatch.setattr(events, "STREAMS_PER_USER", 2)
    held = [watch(job), watch(job)]
    for stream in held:
        stream.next()
    refused = watch(job)
    assert (refused.status, refused.response.getheader("Retry-After")) == (429, "10")
    assert json.loads(refused.response.read())["code"] == "too_many_streams"
    assert watch(job, secret=rita_api.secret).status == 200, "another user has their own"
    held[0].close()
    until(lambda: watch(job).status == 200, "a place")


def test_stream_too_many_is_refused_before_anything_is_looked_at(job, watch, monkeypatch):
    """Who opens thousands otherwise takes the database from everybody else."""
    monkeypatch.setattr(events, "STREAMS_PER_USER", 1)
    looked = list[object]()
    look = events._look

    def noted(request, job_id):
        looked.append(job_id)
        return look(request, job_id)

    monkeypatch.setattr(events, "_look", noted)
    held = watch(job)
    held.next()
    assert [watch(job).status for _ in range(3)] == [429] * 3
    assert looked == [job.public_id]


def test_database_that_is_away_for_a_moment_ends_no_stream(job, watch, monkeypatch):
    from django.db import OperationalError

    failures = iter([OperationalError("gone")] * 3)
    ask = progress.latest_revision_of

    def shaky(job_ids: list[int]) -> dict[int, int]:
        for failure in failures:
            raise failure
        return ask(job_ids)

    stream = watch(job)
    stream.next()
    monkeypatch.setattr(progress, "latest_revision_of", shaky)
    rounds = hub.rounds
    until(lambda: hub.rounds >= rounds + 4, "four rounds")
    control.cancel(job, by=None)
    assert [event.name for event in stream.rest()] == ["snapshot", "end"]


def test_mistake_in_the_poller_closes_the_streams(job, watch, monkeypatch):
    stream = watch(job)
    stream.next()

    def broken(_job_ids: list[int]) -> dict[int, int]:
        raise RuntimeError("a mistake of ours")

    with monkeypatch.context() as patched:
        patched.setattr(progress, "latest_revision_of", broken)
        assert stream.next() is None
    assert watch(job).next().name == "snapshot", "and the next listener starts it again"
    control.cancel(job, by=None)


# --- The hub by itself ----------------------------------------------------------------------------


def frame(revision: int) -> Frame:
    return Frame(revision, is_final=False, state="generating", data="{}")


def test_slow_listener_gets_the_newest_and_no_backlog():
    async def scenario() -> list[int]:
        listener = Listener(Entitlement(1, is_own=True))
        for revision in (2, 3, 4):
            listener.offer(frame(revision))
        newest = await listener.next(1)
        with pytest.raises(TimeoutError):
            await listener.next(0.01)
        return [newest.revision]

    assert asyncio.run(scenario()) == [4]


def test_frame_that_is_older_than_what_was_sent_is_dropped(job, monkeypatch):
    """The poller may have looked before the listener did."""
    offered = [frame(4), frame(5), frame(6)]
    monkeypatch.setattr(Hub, "_changed", lambda _hub, _known: {job.pk: offered.pop(0) if offered else None})
    monkeypatch.setattr(settings, "SSE_POLL_S", 0.001)

    async def scenario() -> list[str]:
        parts = [part async for part in events._stream(job.pk, Entitlement(1, is_own=True), frame(5), None)]
        return [line for part in parts for line in part.split("\n") if line.startswith("id: ")]

    assert asyncio.run(scenario()) == ["id: 5", "id: 6"]


# --- Other servers --------------------------------------------------------------------------------


def test_wsgi_server_gives_one_look_and_the_client_polls(done, ann_api):
    text = ann_api.send("GET", of(done, "/events")).content.decode()
    assert text.startswith("retry: 2000\nid: ")
    assert text.count("event: ") == 2
    revision = str(done.revision)
    assert ann_api.send("GET", of(done, "/events"), Last_Event_ID=revision).content.startswith(b"retry: 2000\nid: ")


def test_wsgi_server_tells_nothing_where_nothing_is_new(job, ann_api):
    response = ann_api.send("GET", of(job, "/events"), Last_Event_ID=str(job.revision))
    assert (response.status_code, response.content) == (200, b"")


def test_body_in_chunks_is_limited_too(port, ann_api, route):
    """No Content-Length, so Django's own limit does not see it."""
    body = json.dumps({**ASK, "padding": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE}).encode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    connection.request(
        "POST", f"{ROOT}/jobs", iter([body]), encode_chunked=True,
        headers={
            "Authorization": f"Bearer {ann_api.secret}", "Content-Type": "application/json",
            "Transfer-Encoding": "chunked",
        },
    )
    response = connection.getresponse()
    assert (response.status, json.loads(response.read())["code"]) == (413, "body_too_large")
    connection.close()


def test_stranger_cannot_listen(port, job, cy_api):
    stream = Stream(port, f"{ROOT}{of(job, '/events')}", cy_api.secret)
    assert stream.status == 404
    problem(cy_api.send("GET", of(job, "/events")), 404, "not_found")
    stream.close()
