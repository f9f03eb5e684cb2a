"""Breaks what the schedule says when the schedule says it, and writes down what it did."""

import contextlib
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import psycopg
from django.db import connection
from redis import Redis, RedisError

from generation import queue
from generation.models import Chunk, Pulse
from generation.testbed.chaos.faults import FAILPOINTS, ChaosFault
from generation.testbed.chaos.observer import patiently
from generation.testbed.chaos.schedule import STOPPED_S, ScheduledFault
from generation.testbed.installation.installation import ScratchInstallation
from generation.testbed.installation.redis import OwnRedis

GAP_S = 0.8              # between two faults, also of those that came late
REDIS_AWAY_S = 1.5
REDIS_FULL_S = 0.8
REDIS_FROZEN_S = 3.0
DATABASE_CLOSED_S = 2.5
LOCKED_S = 4.0
FOLDER_GONE_S = 3.0
DISK_GONE_S = 3.0
VICTIM_S = 6.0           # how long it waits for somebody who works
OVERTIME = 1.5           # of the scheduled time, if it had to wait
FORGED = (
    "no JSON at all", "{}", '{"body": 7, "headers": {}, "properties": {}}', "\x80\x04\x95pickle", "9" * 1_000_000,
    json.dumps({
        "body": "W1tdLCB7fSwgbnVsbF0=", "content-encoding": "utf-8", "content-type": "application/x-python-serialize",
        "headers": {"task": "generation.work", "id": "forged"},
        "properties": {"delivery_tag": "forged", "delivery_info": {}, "body_encoding": "base64"},
    }),
    json.dumps({
        "body": "W1tdLCB7fSwgbnVsbF0=", "content-encoding": "utf-8", "content-type": "application/json",
        "headers": {"task": "os.system", "id": "forged"},
        "properties": {"delivery_tag": "forged", "delivery_info": {}, "body_encoding": "base64"},
    }),
)


@dataclass(frozen=True)
class Injected:
    """One fault that was brought about."""

    at: float      # seconds since 1970
    fault: ChaosFault
    detail: str


class Injector:
    """`run` brings about all `faults` in their time and returns when the last has healed."""

    def __init__(self, installation: ScratchInstallation, faults: Sequence[ScheduledFault], seed: int) -> None:
        self.injected: list[Injected] = []
        self._installation = installation
        self._faults = faults
        self._rng = random.Random(seed + 1)
        self._heal: list[threading.Thread] = []
        self._ways: dict[ChaosFault, Callable[[], str]] = {
            ChaosFault.KILL_WORKER: partial(self._end_worker, signal.SIGKILL, ChaosFault.KILL_WORKER),
            ChaosFault.KILL_EVERYTHING: partial(self._end_worker, signal.SIGKILL, ChaosFault.KILL_EVERYTHING),
            ChaosFault.TERMINATE_WORKER: partial(self._end_worker, signal.SIGTERM, ChaosFault.TERMINATE_WORKER),
            ChaosFault.KILL_WEB: partial(self._signal, installation.web, signal.SIGKILL, ChaosFault.KILL_WEB),
            ChaosFault.STOP_WORKER: self._stop_worker,
            ChaosFault.SKEW_CLOCK: self._skew_clock,
            ChaosFault.REMOVE_FOLDER: self._remove_folder,
            ChaosFault.TAKE_DISK: self._take_disk,
            ChaosFault.KILL_REDIS: self._kill_redis,
            ChaosFault.FLAP_REDIS: self._flap_redis,
            ChaosFault.FREEZE_REDIS: self._freeze_redis,
            ChaosFault.FILL_REDIS: self._fill_redis,
            ChaosFault.LOSE_MESSAGES: self._lose_messages,
            ChaosFault.REPEAT_MESSAGES: self._repeat_messages,
            ChaosFault.FORGE_MESSAGES: self._forge_messages,
            ChaosFault.CUT_CONNECTIONS: self._cut_connections,
            ChaosFault.CLOSE_DATABASE: self._close_database,
            ChaosFault.LOCK_DATABASE: self._lock_database,
            **{fault: partial(self._arm, name) for fault, name in FAILPOINTS.items()},
        }

    def run(self) -> None:
        began = time.monotonic()
        last_s = self._faults[-1].at_s * OVERTIME if self._faults else 0.0
        for scheduled in self._faults:
            time.sleep(max(GAP_S, began + scheduled.at_s - time.monotonic()))
            if time.monotonic() - began < last_s:
                self._inject(scheduled.fault)
        for healing in self._heal:
            healing.join()
        connection.close()

    def _inject(self, fault: ChaosFault) -> None:
        at = time.time()
        try:
            detail = self._ways[fault]()
        except (RedisError, psycopg.Error, OSError) as error:      # it is broken already
            detail = f"not now: {type(error).__name__}"
        self.injected.append(Injected(at, fault, detail))

    # --- Processes ----------------------------------------------------------------------------

    def _worker(self) -> str:
        """One that holds calls, if there is one within `VICTIM_S`: killing those that only just start proves less."""
        deadline = time.monotonic() + VICTIM_S
        while time.monotonic() < deadline:
            busy = [name for name in self._installation.workers if patiently(partial(self._is_busy, name))]
            if busy:
                return self._rng.choice(busy)
            time.sleep(0.1)
        return self._rng.choice(self._installation.workers)

    def _is_busy(self, name: str) -> bool:
        of_it = f":{self._installation.supervisor.children[name].pid}:"
        return (
            Pulse.objects.filter(name__contains=of_it).exists()
            and Chunk.objects.filter(state="running", worker__contains=of_it).exists()
        )

    def _end_worker(self, number: signal.Signals, fault: ChaosFault) -> str:
        return self._signal(self._worker(), number, fault)

    def _signal(self, name: str, number: signal.Signals, fault: ChaosFault) -> str:
        pid = self._installation.supervisor.signal(name, number, fault.value)
        return f"{name}, pid {pid}" if pid else f"{name} was down already"

    def _stop_worker(self) -> str:
        name = self._worker()
        pid = self._installation.supervisor.signal(name, signal.SIGSTOP, ChaosFault.STOP_WORKER.value)
        if not pid:
            return f"{name} was down already"

        def go_on() -> None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

        self._later(STOPPED_S, go_on)
        return f"{name}, pid {pid}, for {STOPPED_S:g} s"

    def _skew_clock(self) -> str:
        self._arm(ChaosFault.SKEW_CLOCK.value)
        return self._end_worker(signal.SIGTERM, ChaosFault.SKEW_CLOCK)

    def _remove_folder(self) -> str:
        name = self._worker()
        folder = self._installation.local_folder(name)
        aside = folder.with_name(f"{name}-aside")
        folder.rename(aside)

        def put_back() -> None:
            with contextlib.suppress(OSError):
                folder.rmdir()      # whoever started meanwhile has made it, and keeps it once something is in it
            try:
                aside.rename(folder)
            except OSError:
                shutil.rmtree(aside)

        self._later(FOLDER_GONE_S, put_back)
        return f"of {name}, for {FOLDER_GONE_S:g} s"

    def _take_disk(self) -> str:
        name = self._worker()
        pid = self._installation.supervisor.children[name].pid
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))

        def give_back() -> None:
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, before)

        self._later(DISK_GONE_S, give_back)
        return f"of {name}, pid {pid}, for {DISK_GONE_S:g} s"

    def _arm(self, point: str) -> str:
        (self._installation.failpoints / point).touch()
        return "whoever gets there first"

    # --- The broker ---------------------------------------------------------------------------

    def _kill_redis(self) -> str:
        redis = self._redis()
        redis.kill()
        self._later(REDIS_AWAY_S, redis.start)
        return f"away for {REDIS_AWAY_S:g} s, back empty"

    def _flap_redis(self) -> str:
        redis = self._redis()
        for _ in range(4):
            redis.kill()
            redis.start()
        return "4 times"

    def _freeze_redis(self) -> str:
        redis = self._redis()
        redis.freeze()
        self._later(REDIS_FROZEN_S, redis.thaw)      # unless it was killed meanwhile
        return f"for {REDIS_FROZEN_S:g} s"

    def _fill_redis(self) -> str:
        with self._client() as client:
            client.config_set("maxmemory", 1)

        def empty() -> None:
            with contextlib.suppress(RedisError, OSError), self._client() as client:
                client.config_set("maxmemory", 0)

        self._later(REDIS_FULL_S, empty)
        return f"takes no writes for {REDIS_FULL_S:g} s"

    def _lose_messages(self) -> str:
        lost, until = 0, time.monotonic() + 1
        with self._client() as client:
            while time.monotonic() < until:
                lost += client.lpop(self._installation.queue_name) is not None
        return f"{lost} taken away"

    def _repeat_messages(self) -> str:
        queue.ring(64)
        return "64 rings for nothing in particular"

    def _forge_messages(self) -> str:
        with self._client() as client:
            client.lpush(self._installation.queue_name, *FORGED)
        return f"{len(FORGED)} of them, one of a megabyte"

    def _redis(self) -> OwnRedis:
        assert self._installation.redis is not None, "the schedule of an embedded run leaves the broker alone"
        return self._installation.redis

    def _client(self) -> Redis:
        return Redis.from_url(self._redis().url, socket_timeout=1, socket_connect_timeout=1)

    # --- The database -------------------------------------------------------------------------

    def _cut_connections(self) -> str:
        with self._beside() as beside:
            rows = beside.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                [connection.settings_dict["NAME"]],
            ).fetchall()
        return f"{len(rows)} cut"

    def _close_database(self) -> str:
        name = str(connection.settings_dict["NAME"])
        self._allow_connections(name, "false")
        self._cut_connections()
        self._later(DATABASE_CLOSED_S, lambda: self._allow_connections(name, "true"))
        return f"for {DATABASE_CLOSED_S:g} s"

    def _allow_connections(self, name: str, value: str) -> None:
        with self._beside() as beside:
            beside.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {value}'.encode())

    def _beside(self) -> "psycopg.Connection[tuple[object, ...]]":
        """A connection to the server past the scratch database, which is being closed."""
        at = connection.settings_dict
        return psycopg.connect(
            host=at["HOST"] or None, port=at["PORT"] or None, user=at["USER"] or None, password=at["PASSWORD"] or None,
            dbname=self._installation.usual_database, autocommit=True, connect_timeout=3,
        )

    def _lock_database(self) -> str:
        holder = sqlite3.connect(connection.settings_dict["NAME"], timeout=10, isolation_level=None)
        with contextlib.closing(holder):
            holder.execute("BEGIN IMMEDIATE")
            time.sleep(LOCKED_S)
            holder.execute("ROLLBACK")
        return f"for {LOCKED_S:g} s"

    def _later(self, after_s: float, act: Callable[[], object]) -> None:
        def run() -> None:
            time.sleep(after_s)
            act()

        thread = threading.Thread(target=run, name="healing", daemon=True)
        self._heal.append(thread)
        thread.start()
