"""Signs of life of worker processes."""

import datetime as dt
import shutil
from collections.abc import Mapping

from django.conf import settings

from generation.models import Pulse, clock

SILENT_AFTER_S = 10.0


def beat(
    name: str, *, in_flight: int, slots: int, revisions: Mapping[str, int], is_draining: bool,
    kept_after_s: float | None = None,
) -> None:
    """Say that `name` lives; one UPDATE, or the first INSERT.  `kept_after_s`: from a reply's last byte until it is
    stored, the 99th percentile of its newest replies."""
    detail = {
        "in_flight": in_flight, "slots": slots, "revisions": dict(revisions), "is_draining": is_draining,
        "kept_after_s": kept_after_s, **_disk(),
    }
    if not Pulse.objects.filter(name=name).update(beat_at=clock.in_statement(), detail=detail):
        now = clock.now()
        Pulse.objects.get_or_create(name=name, defaults={"beat_at": now, "started_at": now, "detail": detail})


def _disk() -> dict[str, int | str]:
    """What is left below LOCAL_DIR, or why that cannot be told: a folder that is gone keeps nobody from living."""
    try:
        return {"disk_free_mb": shutil.disk_usage(settings.LOCAL_DIR).free // 1_000_000}
    except OSError as error:
        return {"folder_problem": error.strerror or type(error).__name__}


def living(now: dt.datetime) -> list[Pulse]:
    """The workers that have beaten lately and take work."""
    return [pulse for pulse in beating(now) if not pulse.detail.get("is_draining")]


def beating(now: dt.datetime) -> list[Pulse]:
    """Likewise, with those that only end what they have."""
    return list(Pulse.objects.filter(beat_at__gte=now - dt.timedelta(seconds=silent_after_s())))


def silent_after_s() -> float:
    """Who has not beaten for so long is believed to be dead."""
    return max(SILENT_AFTER_S, 3 * settings.PULSE_S)


def repeated_after_s() -> float:
    """A worker whose row would say the same again leaves it for so long: three may be late before it seems dead."""
    return silent_after_s() / 4


def forget(name: str) -> None:
    """`name` ended in an orderly way."""
    Pulse.objects.filter(name=name).delete()
