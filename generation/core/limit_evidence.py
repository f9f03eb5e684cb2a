"""What speaks for a higher or lower limit on calls at once, gathered over a worker's reports since the limit moved.

How it is judged is `concurrency`'s; here it is kept, and stays as small as the sorts of calls are few."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from generation.core.call_reports import Pace, Timed

JSON = Mapping[str, Any]     # Any: JSON

PATIENCE_S = 60.0         # with replies that are neither calm nor slow, until it is put to the test
PATIENT_REPLIES = 5       # one after another: likewise, where they take longer
LONGEST_PATIENCE_S = 3_600.0

# Note [Evidence]: a limit below its ceiling ends on what replies say, and a low limit lets few replies come.  So
#   - replies are gathered until they are enough, over as many reports as it takes; where fewer calls than that may
#     be made at once, so few are enough;
#   - where no reply tells a pace at all, time without a slow one counts as calm;
#   - fewer than FEW calls are not what slows a provider: there growth waits for nothing, and its pace is learned anew;
#   - replies that stay a little slower than usual are put to the test: fewer calls for a moment.  If that helps,
#     they were too many, and the next test waits twice as long; if not, their pace is the usual one from then on.


@dataclass(frozen=True)
class Evidence:
    """What reports said since the limit moved at `moved_at_s`.  That of another move is worth nothing."""

    moved_at_s: float = 0.0
    is_needed: bool = False              # about as many calls as may be were made at once, at some time
    slowness: float | None = None        # of the replies that were judged last
    paces: Mapping[Timed, Pace] = field(default_factory=dict)     # of those that are still too few to be judged
    judged: Mapping[Timed, float] = field(default_factory=dict)   # seconds for an output token of those that were
    calls_before_test: int = 0           # while a test goes on
    slowness_before_test: float = 0.0
    judged_before_test: Mapping[Timed, float] = field(default_factory=dict)
    helpful_tests: int = 0               # one after another

    @classmethod
    def from_json(cls, stored: JSON) -> "Evidence":
        """What `as_json` gave; nothing gives no evidence."""
        paces = {Timed(sort, own): Pace(*pace) for sort, own, *pace in stored.get("paces", ())}
        judged = {
            name: {Timed(sort, own): pace for sort, own, pace in stored.get(name, ())}
            for name in ("judged", "judged_before_test")
        }
        return cls(**known_fields(cls, {**stored, "paces": paces, **judged}))

    def as_json(self) -> dict[str, Any]:     # Any: JSON
        state = {one.name: getattr(self, one.name) for one in fields(self)}
        return state | {
            "paces": [[*timed, pace.calls, pace.seconds, pace.tokens] for timed, pace in self.paces.items()],
            "judged": [[*timed, pace] for timed, pace in self.judged.items()],
            "judged_before_test": [[*timed, pace] for timed, pace in self.judged_before_test.items()],
        }

    def patience_s(self, latency_s: float) -> float:
        """How long replies may stay neither calm nor slow until a test."""
        once = max(PATIENCE_S, PATIENT_REPLIES * latency_s)
        return float(min(once * 2**min(self.helpful_tests, 16), max(once, LONGEST_PATIENCE_S)))


def known_fields(of: Any, stored: JSON) -> dict[str, Any]:     # Any: a dataclass, JSON
    """Without what only a later version knows."""
    names = {one.name for one in fields(of)}
    return {name: value for name, value in stored.items() if name in names}
