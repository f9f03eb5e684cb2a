"""Addresses and numbers of publications that a text names."""

import re

_SIGNS = ("://", "www.", "doi", "10.", "isbn")
_REFERENCE = re.compile(
    r"\b(?:https?|ftp)://[^\s<>\"'`)\]}]{1,500}|\bwww\.[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}(?:/[^\s<>\"'`)\]}]{0,500})?"
    r"|\b10\.\d{4,9}/[^\s<>\"'`)\]}]{1,200}"
    r"|\bISBN(?:-1[03])?[:\s]{0,3}(?:97[89][- ]?)?\d[\d -]{7,14}[\dX]\b", re.IGNORECASE,
)
# Set aside for examples (RFC 2606, RFC 6761), or on the reader's own machine.
_FREE = re.compile(
    r"^(?:https?://)?(?:[\w-]+\.)*(?:example(?:\.(?:com|org|net|edu))?|localhost|127\.0\.0\.1|[\w-]+\.(?:test|invalid|local))"
    r"(?=[:/?#]|$)", re.IGNORECASE,
)


def references(text: str) -> list[str]:
    """Every URL, DOI and ISBN in `text`, but for addresses that are set aside for examples."""
    if not may_refer(text.casefold()):
        return []
    found = (match[0].rstrip(".,;:!?*_…") for match in _REFERENCE.finditer(text))
    return [reference for reference in found if not _FREE.match(reference)]


def may_refer(low: str) -> bool:
    """Whether `low`, in small letters, has what every reference has; to look at many texts at once."""
    return any(sign in low for sign in _SIGNS)


def invented(text: str, allowed: str) -> list[str]:
    """Those of `references(text)` that `allowed`, the words of the brief, does not name."""
    known = _bare(allowed)
    return [reference for reference in references(text) if _bare(reference) not in known]


def _bare(text: str) -> str:
    return re.sub(r"https?://|www\.|[\s-]", "", text.casefold()).rstrip("/")
