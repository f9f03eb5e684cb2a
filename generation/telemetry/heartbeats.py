"""Signs of life of worker processes."""

import datetime as dt
import shutil
from collections.abc import Mapping

from django.conf import settings

from generation.models import Pulse, clock

SILENT_AFTER_S = 10.0


def beat(name: str, *, in_flight: int, slots: int, revisions: Mapping[str, int], is_draining: bool) -> None:
    """Say that `name` lives; one UPDATE, or the first INSERT."""
    now = clock.now()
    detail = {
        "in_flight": in_flight, "slots": slots, "revisions": dict(revisions), "is_draining": is_draining,
        "disk_free_mb": shutil.disk_usage(settings.LOCAL_DIR).free // 1_000_000,
    }
    if not Pulse.objects.filter(name=name).update(beat_at=now, detail=detail):
        Pulse.objects.get_or_create(name=name, defaults={"beat_at": now, "started_at": now, "detail": detail})


def living(now: dt.datetime) -> list[Pulse]:
    """The workers that have beaten lately and take work."""
    patience = dt.timedelta(seconds=max(SILENT_AFTER_S, 3 * settings.PULSE_S))
    rows = Pulse.objects.filter(beat_at__gte=now - patience)
    return [pulse for pulse in rows if not pulse.detail.get("is_draining")]


def forget(name: str) -> None:
    """`name` ended in an orderly way."""
    Pulse.objects.filter(name=name).delete()
