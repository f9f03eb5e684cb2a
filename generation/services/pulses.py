"""Signs of life of worker processes."""

import os
import socket
from collections.abc import Mapping

from generation.core.states import ChunkState
from generation.models import Chunk, Pulse
from generation.services import clock
from generation.services.leases import release_dead


def beat(name: str, *, in_flight: int, slots: int, revisions: Mapping[str, int], is_draining: bool) -> None:
    """Say that `name` lives; one UPDATE, or the first INSERT."""
    now = clock.now()
    detail = {"in_flight": in_flight, "slots": slots, "revisions": dict(revisions), "is_draining": is_draining}
    if not Pulse.objects.filter(name=name).update(beat_at=now, detail=detail):
        Pulse.objects.get_or_create(name=name, defaults={"beat_at": now, "started_at": now, "detail": detail})


def forget(name: str) -> None:
    """`name` ended in an orderly way."""
    Pulse.objects.filter(name=name).delete()


def take_over_from_the_dead(me: str) -> None:
    """At start: chunks of processes of this machine that no longer exist run again at once, not after
    their lease.  Names are `host:pid:random`; a namesake with our own pid is an earlier life of ours."""
    host = socket.gethostname()
    workers = (
        Chunk.objects.filter(state=ChunkState.RUNNING.value, worker__startswith=f"{host}:")
        .order_by().values_list("worker", flat=True).distinct()
    )
    for worker in list(workers):
        pid = int(worker.split(":")[1])
        if worker != me and (pid == os.getpid() or not _is_alive(pid)):
            release_dead(worker)
            forget(worker)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
