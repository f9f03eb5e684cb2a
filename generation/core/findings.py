"""What a check found wrong, and where."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    ERROR = "error"          # goes to repair; blocks the unit
    WARNING = "warning"      # shown to the reviewer
    INFO = "info"
    HUMAN = "human"          # a person decides


@dataclass(frozen=True)
class Finding:
    """One broken rule.  `pointer` is a JSON Pointer into the unit, plan or document that was checked."""

    rule: str
    severity: Severity
    pointer: str
    measured: str
    limit: str
    message: str
    advice: str

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    @property
    def is_human(self) -> bool:
        """A person decides about it; nothing else does away with it."""
        return self.severity is Severity.HUMAN

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes two findings the same: rule, place and measured value."""
        return self.rule, self.pointer, self.measured

    def at(self, pointer: str) -> "Finding":
        """The same about another place."""
        return replace(self, pointer=pointer)

    def as_json(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Finding":
        return cls(**{**stored, "severity": Severity(stored["severity"])})


@dataclass(frozen=True)
class Counts:
    """How many findings are open, by what has to come of them."""

    errors: int = 0
    warnings: int = 0
    humans: int = 0

    @classmethod
    def of(cls, stored: Iterable[dict[str, Any]]) -> "Counts":
        counts = Counter(finding["severity"] for finding in stored)
        return cls(counts[Severity.ERROR], counts[Severity.WARNING], counts[Severity.HUMAN])

    def as_json(self) -> dict[str, int]:
        return asdict(self)


def error(
    rule: str, pointer: str, *, measured: object, limit: object, message: str, advice: str,
    severity: Severity = Severity.ERROR,
) -> Finding:
    """A finding of severity error, unless told otherwise."""
    return Finding(rule, severity, pointer, str(measured), str(limit), message, advice)


MOST_OF_A_RULE = 5
# More than a draft is mended in: an error that is left out here would look like one that the mending has made.
MOST_ERRORS_OF_A_RULE = 13
_GRAVITY = (Severity.ERROR, Severity.HUMAN, Severity.WARNING, Severity.INFO)


def told(findings: list[Finding]) -> list[Finding]:
    """`findings` in their order, at most five of each rule, or thirteen errors, the gravest; the last of them says how
    many more there are.

    A reader stops at the third of a kind, and a model that writes again mends them all alike."""
    if len(findings) <= MOST_OF_A_RULE:
        return findings
    by_rule: dict[str, list[int]] = {}
    for place, finding in enumerate(findings):
        by_rule.setdefault(finding.rule, []).append(place)
    made: dict[int, Finding] = {}
    for places in by_rule.values():
        errors = sum(findings[place].is_error for place in places)
        most = min(max(errors, MOST_OF_A_RULE), MOST_ERRORS_OF_A_RULE)
        gravest = sorted(places, key=lambda place: _GRAVITY.index(findings[place].severity))[:most]
        made |= {place: findings[place] for place in gravest}
        if len(places) > len(gravest):
            last, more = max(gravest), len(places) - len(gravest)
            message = f"{findings[last].message} And {more} more of this rule."
            made[last] = replace(findings[last], message=message)
    return [made[place] for place in sorted(made)]


def pointer(*parts: str | int) -> str:
    """The JSON Pointer (RFC 6901) to `parts`.

    A name that somebody else made up is cut, and its control characters are replaced: it is going to be stored."""
    return "".join(f"/{_name(part)}" for part in parts)


def _name(part: str | int) -> str:
    visible = (character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in str(part)[:80])
    return "".join(visible).replace("~", "~0").replace("/", "~1")
