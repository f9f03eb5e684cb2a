"""Tables as CSV that a spreadsheet opens without running any of it."""

import csv
import io
from collections.abc import Iterable, Iterator

# What starts a formula, also in full width, or hides the character that does.
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(value: str | int) -> str | int:
    """`value` as a cell: text that would act as a formula gets an apostrophe before it; numbers stay numbers."""
    if isinstance(value, str) and value.lstrip(" \u00a0\ufeff").startswith(_ACTIVE):
        return f"'{value}"
    return value


def lines(header: Iterable[str], rows: Iterable[Iterable[str | int]]) -> Iterator[str]:
    """The file, line by line: a byte order mark for spreadsheets, every text quoted."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC)
    buffer.write("\ufeff")
    writer.writerow(list(header))
    yield _taken(buffer)
    for row in rows:
        writer.writerow([harmless(value) for value in row])
        yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
