"""Storms that people and programs make, over HTTP against a whole installation in processes of its own."""

import asyncio
import statistics
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import pytest
from django.conf import settings

from accounts.models import Reservation, create_token
from generation.api.events import STREAMS_PER_USER
from generation.models import Attempt, AttemptState, Job
from generation.services.maintenance import erasure
from generation.testbed.api_client import ApiResponse
from tests.attack.disks import without_a_disk
from tests.services.maintenance.test_erasure import places_with
from tests.support import PROGRAM, limited
from tests.waiting import PATIENCE, wait_until

pytestmark = [pytest.mark.configured]

ASK = {"kind": "training_program", "brief": PROGRAM}
SEED = 11
STREAMS, AT_ONCE = 2_000, 40
FULL_S = 8.0                # longer than a heartbeat, a sweep and a wait for a connection
MORE_THAN_BEFORE = 5.0      # neighbours on this machine take more than that at times, streams must not
PLAIN_S = 0.1               # what a request may take anyway, on a machine that does other things,
WITHOUT_S = 1.0             # and a POST beside its wait for Redis


def state_of(job_id: str) -> str:
    return str(Job.objects.get(public_id=job_id).state)


def test_two_hundred_posts_with_one_key_make_one_job(attacked, person):
    user, api = person("stormy")
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(
            lambda _n: api.ask("POST", "/jobs", ASK, **{"Idempotency-Key": "the-same"}), range(200)))
    assert Counter(answer.status for answer in answers) == {202: 200}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert sum(answer.headers["Idempotent-Replayed"] is None for answer in answers) == 1
    assert (Job.objects.filter(user=user).count(), Reservation.objects.filter(user=user).count()) == (1, 1)


def test_forty_at_once_where_two_may_run_are_two(attacked, person):
    limited(jobs=2)
    attacked.simulator.set_faults({"rates": {"hang": 1}, "seed": SEED})      # so that none of them ends meanwhile
    user, api = person("hasty")
    with ThreadPoolExecutor(40) as threads:
        answers = list(threads.map(lambda _n: api.ask("POST", "/jobs", ASK), range(40)))
    assert Counter(answer.status for answer in answers) == {202: 2, 429: 38}
    assert {answer.json["limit"] for answer in answers if answer.status == 429} == {"running-jobs"}
    assert Job.objects.filter(user=user).count() == 2


def test_erasure_during_eight_jobs_leaves_no_row_with_their_words(attacked, person):
    word = "Quicksilverfish"
    attacked.simulator.set_faults({"rates": {"slow": 1}, "script": [
        {"fault": "slow", "times": 1_000, "seconds": 2}], "seed": SEED})
    user, api = person(word)
    for number in range(8):
        brief = {**PROGRAM, "preferences": f"{word} likes rowing, wish {number}."}
        assert api.ask("POST", "/jobs", {**ASK, "brief": brief}).status == 202
    asking = Attempt.objects.filter(job__user=user, state=AttemptState.ASKING)
    wait_until("all eight are at the provider", lambda: asking.count() == 8, 30)
    assert places_with(word)

    erasure.erase_user(user, by=None)

    assert set(Job.objects.filter(user=user).values_list("state", flat=True)) == {"cancelled"}
    wait_until("the last call is closed", lambda: not asking.exists(), 30)
    wait_until("no row has the word", lambda: places_with(word) == set(), 30)
    assert api.ask("GET", "/me").status == 401


def test_disk_that_is_full_for_a_while_gives_clean_refusals_and_recovers(attacked, person):
    user, api = person("patient")
    before = api.ask("POST", "/jobs", ASK)
    assert before.status == 202
    wait_until("it is made", lambda: state_of(before.json["id"]) == "completed", 40)
    with without_a_disk(attacked):
        until, refused = time.monotonic() + FULL_S, list[ApiResponse]()

        def is_long_enough() -> bool:
            refused.append(api.ask("POST", "/jobs", ASK))
            return time.monotonic() > until

        wait_until("it was full for long enough", is_long_enough, 2 * FULL_S, every_s=0.5)
        assert {(answer.status, answer.json["code"]) for answer in refused} == {(503, "database_unavailable")}
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
        assert api.ask("GET", f"/jobs/{before.json['id']}").json["state"] == "completed", "what is there can be read"
        assert Job.objects.filter(user=user).count() == 1
    after = api.ask("POST", "/jobs", ASK)
    assert after.status == 202
    wait_until("the next is made", lambda: state_of(after.json["id"]) == "completed", 40)


def test_hundreds_of_streams_of_one_user_leave_a_neighbour_served_as_before(attacked, person):
    attacked.simulator.set_faults({"rates": {"hang": 1}, "seed": SEED})
    user, greedy = person("greedy")
    secret = create_token(user, "streams")[1]
    _quiet, neighbour = person("quiet")
    job = greedy.ask("POST", "/jobs", ASK).json["id"]
    mine = neighbour.ask("POST", "/jobs", ASK).json["id"]

    def median_s() -> float:
        took = []
        for _ in range(25):
            began = time.monotonic()
            assert neighbour.ask("GET", f"/jobs/{mine}").status == 200
            took.append(time.monotonic() - began)
        return statistics.median(took)

    async def storm() -> tuple[Counter[str], float]:
        became, held, some = Counter[str](), list[aiohttp.ClientResponse](), asyncio.Semaphore(AT_ONCE)
        headers = {"Authorization": f"Bearer {secret}", "Accept": "text/event-stream"}
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

            async def listen() -> None:
                async with some:
                    response = await session.get(f"{attacked.url}/api/v1/jobs/{job}/events")
                    said = await response.content.readline()
                if response.status == 200 and said:
                    held.append(response)
                # One of many that are opened at the same instant ends before its first event instead.
                became["refused" if response.status == 429 or not said else str(response.status)] += 1

            amid = asyncio.create_task(asyncio.to_thread(median_s))
            await asyncio.gather(*(listen() for _ in range(STREAMS)))
            amid_s = await amid
            for response in held:
                response.close()
            return became, amid_s

    before_s = median_s()
    became, amid_s = asyncio.run(storm())
    assert became == {"200": STREAMS_PER_USER, "refused": STREAMS - STREAMS_PER_USER}
    assert amid_s < MORE_THAN_BEFORE * max(before_s, PLAIN_S)


def test_frozen_redis_costs_a_post_no_more_than_its_bound(attacked, person):
    """One look at the counters of the HTTP edge; the doorbell is rung by a thread of its own."""
    if attacked.redis is None:
        pytest.skip("SQLite's form has no Redis")
    options = settings.CACHES["default"]["OPTIONS"]
    bound_s = options["socket_timeout"]
    assert (bound_s, options["socket_connect_timeout"]) == (0.8, 0.8), "and the rest of a POST is 0.3 s at most"
    user, api = person("frozen")
    attacked.redis.freeze()
    try:
        took_s = []
        for _ in range(4):
            began = time.monotonic()
            answer = api.ask("POST", "/jobs", ASK)
            took_s.append(time.monotonic() - began)
            assert answer.status == 202
    finally:
        attacked.redis.thaw()
    assert max(took_s) < bound_s + WITHOUT_S * PATIENCE
    assert Job.objects.filter(user=user).count() == 4
    wait_until("they are made", lambda: {state_of(str(one)) for one in Job.objects.filter(user=user).values_list(
        "public_id", flat=True)} == {"completed"}, 40)
