"""How long to wait before the next attempt."""

import datetime as dt


def full_jitter(attempts: int, base: dt.timedelta, cap: dt.timedelta, jitter: float) -> dt.timedelta:
    """Wait before attempt `attempts + 1`.

    `jitter` is in [0, 1) and drawn by the caller.  Full jitter, AWS Architecture Blog 2015:
    jitter * min(cap, base * 2**attempts).  Raises nothing."""
    return jitter * min(cap, base * 2 ** min(attempts, 30))
