"""One line of `verify_setup`: what is looked at, how it is, and what to do where it is not well."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    GOOD = "✓"
    DOUBTFUL = "!"
    BAD = "✗"
    ASKING = "…"      # nothing yet: the next line may take its time


@dataclass(frozen=True)
class Diagnosis:
    mark: Mark
    name: str
    state: str
    advice: str = ""

    def __str__(self) -> str:
        advice = f". {self.advice}" if self.advice else ""
        return f"{self.mark} {self.name}: {self.state}{advice}"


Findings = Iterator[Diagnosis]


def good(name: str, state: str) -> Diagnosis:
    return Diagnosis(Mark.GOOD, name, state)


def doubtful(name: str, state: str, advice: str = "") -> Diagnosis:
    return Diagnosis(Mark.DOUBTFUL, name, state, advice)


def bad(name: str, state: str, advice: str) -> Diagnosis:
    return Diagnosis(Mark.BAD, name, state, advice)
