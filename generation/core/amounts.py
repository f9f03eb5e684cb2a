"""Money and time as people type them, exactly: whole micro-dollars and seconds, never a float.

A point parts the fraction, and nothing parts thousands: a comma means one thing here and another there, and guessing
wrong is wrong by a factor of a thousand.  Every ValueError is a sentence for whoever typed it."""

import re
from decimal import Decimal

MICROS = 1_000_000
_DIGITS = 6          # after the point: a millionth of a dollar is the least that is stored
_DOLLARS = re.compile(r"\$?\s*([0-9]{1,15})(?:\.([0-9]*))?|\$?\s*\.([0-9]+)")
_PART = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*([a-z]+)[\s,]*")
_WHOLE = re.compile(r"[0-9]{1,19}")
_UNITS = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1), **dict.fromkeys(("min", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hour", "hours"), 3_600), **dict.fromkeys(("d", "day", "days"), 86_400),
}
_SHOWN = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def usd_micros_of(text: str) -> int:
    """`0.40`, `$1`, `.5`."""
    typed = text.strip()
    if "," in typed:
        raise ValueError("Write a point before the fraction and nothing between thousands, as in 1250.50.")
    found = _DOLLARS.fullmatch(typed)
    if found is None:
        raise ValueError("Give dollars, such as 0.40 or 25.")
    whole, fraction = found[1] or "0", found[2] or found[3] or ""
    if len(fraction.rstrip("0")) > _DIGITS:
        raise ValueError(
            f"At most {_DIGITS} digits after the point can be stored: a millionth of a dollar is the least.")
    return int(whole) * MICROS + int(fraction[:_DIGITS].ljust(_DIGITS, "0"))


def typed_dollars(usd_micros: int) -> str:
    """What `usd_micros_of` makes the same of: `0.40`, `0.000001`; two digits at least."""
    whole, fraction = divmod(usd_micros, MICROS)
    return f"{whole}.{f'{fraction:06d}'.rstrip('0').ljust(2, '0')}"


def whole_of(text: str) -> int:
    """A count: `200`."""
    typed = text.strip()
    if not _WHOLE.fullmatch(typed):
        raise ValueError("Give a whole number, such as 200, without anything between thousands.")
    return int(typed)


def seconds_of(text: str) -> int:
    """`90 s`, `5 min`, `1 h 30 min`, `1.5 hours`, `2 d`."""
    typed = text.strip().lower()
    total, at = Decimal(0), 0
    while found := _PART.match(typed, at):
        size = _UNITS.get(found[2])
        if size is None:
            break
        total, at = total + Decimal(found[1]) * size, found.end()
    if not at or at != len(typed):
        raise ValueError("Give a time with its unit, such as 90 s, 5 min, 1 h 30 min or 2 d.")
    if total != total.to_integral_value():
        raise ValueError("Less than a second cannot be stored.")
    return int(total)


def typed_duration(seconds: int) -> str:
    """What `seconds_of` makes the same of: `1 h 1 min 1 s`."""
    parts = []
    for size, unit in _SHOWN:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or "0 s"
