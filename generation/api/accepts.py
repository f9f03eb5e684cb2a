"""What a client accepts: the Accept header, read as RFC 9110 means it and as clients write it.

Parameters other than `q` do not matter here: each of our types comes in one form, and `charset=utf-8` asks for it."""

import re
from collections.abc import Iterator, Sequence

# A part of a header's list: commas within quotation marks part nothing.
_PART = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+', re.DOTALL)
_PARAMETER = re.compile(r'(?:[^;"]|"(?:[^"\\]|\\.)*"?)+', re.DOTALL)
_RANGE = re.compile(r"(?:\*/\*|[!#$%&'+.^_`|~0-9a-z-]+/(?:\*|[!#$%&'+.^_`|~0-9a-z-]+))")
_QUALITY = re.compile(r"0(?:\.\d*)?|1(?:\.0*)?|\.\d+")


def preferred(header: str, offered: Sequence[str]) -> str | None:
    """Of `offered`, types in lower case and ours before theirs, the one that the client likes best; None: none.

    The most specific range decides about a type (so `text/html;q=0, */*` is anything but HTML).  Among equals the
    one that is named more exactly wins, then the one named earlier, then our own order.  No header: anything."""
    if not header.strip():
        return offered[0]
    ranges = list(_ranges(header))
    best: tuple[float, int, int] | None = None
    found = None
    for media_type in offered:
        rank = _rank(media_type, ranges)
        if rank is not None and rank[0] > 0 and (best is None or rank > best):
            best, found = rank, media_type
    return found


def _ranges(header: str) -> Iterator[tuple[str, float]]:
    """The media ranges of `header` with their quality; what is none is passed over."""
    for part in _PART.findall(header):
        media_range, *parameters = [piece.strip().lower() for piece in _PARAMETER.findall(part)]
        if _RANGE.fullmatch(media_range):
            yield media_range, _quality(parameters)


def _quality(parameters: Sequence[str]) -> float:
    """The value of `q`; 1 if there is none, or none that can be read."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            value = value.strip().strip('"')
            return float(value) if _QUALITY.fullmatch(value) else 1.0
    return 1.0


def _rank(media_type: str, ranges: Sequence[tuple[str, float]]) -> tuple[float, int, int] | None:
    """Quality, exactness and earliness of the most specific range that holds `media_type`; None: none does."""
    whole = media_type.partition("/")[0] + "/*"
    for exactness, media_range in ((2, media_type), (1, whole), (0, "*/*")):
        said = [(quality, -place) for place, (name, quality) in enumerate(ranges) if name == media_range]
        if said:
            quality, earliness = max(said)
            return quality, exactness, earliness
    return None
