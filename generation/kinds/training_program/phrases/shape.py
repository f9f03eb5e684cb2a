"""What a language has to say for the rehearsal of a program."""

from collections.abc import Mapping
from dataclasses import dataclass

Texts = tuple[str, ...]


@dataclass(frozen=True)
class ProgramPhrases:
    """Slots: `{lift}` an exercise, `{session}` a day's label, `{intensity}`, `{focus}`, and what each names."""

    language: str
    decimal: str
    goals: Mapping[str, str]
    levels: Mapping[str, str]
    titles: Texts
    summary: str                # {goal} {level} {lifts}
    safety: str
    safety_limited: str         # beside it, where the brief has limitations
    progression: str
    day: str                    # {number}
    focuses: Mapping[str, str]  # of the training days, by the name of their template
    phase_names: Mapping[str, tuple[Texts, ...]]
    phase_focus: Texts          # one for each of four phases
    effort: str                 # {reps} {rir}
    effort_percent: str         # {reps} {rir} {percent}
    effort_conditioning: str    # {easy} {hard}
    lift_guidance: str          # {sets} {reps} {rir}, and the same with _late
    bout_guidance: str
    support_guidance: str
    week_focus_start: Texts
    week_focus: Texts
    guidance_start: Texts
    guidance_closer: Texts      # the effort rises
    guidance_sets: Texts        # the sets rise
    guidance_same: Texts
    deload_focus: Texts
    deload_guidance: Texts
    week_summaries: Texts       # {focus} {intensity}
    deload_summaries: Texts
    warm_up_general: Texts      # {minutes}
    warm_up_mobile: Texts
    warm_up_lift: Texts
    warm_up_bout: Texts
    cool_down: Texts
    notes_loaded: Texts
    notes_unloaded: Texts
    notes_timed: Texts
    notes_bout: Texts
    coaching: Texts             # {lift} {session}
    deload_coaching: Texts
