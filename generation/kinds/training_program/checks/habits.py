"""Faults between two places of one text or one week that look right by themselves
(TP-C04, C05, C08, P08, S05, S08, S11, T04)."""

import re
from collections.abc import Iterator

from generation.core.findings import Finding, error
from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.checks import asked
from generation.kinds.training_program.checks.dose import warm_up_s
from generation.kinds.training_program.checks.seen import (
    counted,
    effort,
    name_key,
    plain,
    quote,
    rows,
    sentence_of,
    warning,
)
from generation.kinds.training_program.schema import Plan, Week
from generation.kinds.training_program.vocabulary import LOADS, Level, LoadKind

# --- the plan ------------------------------------------------------------------------------------


def intensity_in_domain(brief: Brief, plan: Plan) -> Iterator[Finding]:
    """TP-S05: what the intensity of a week plainly says lies in the domain of its measure."""
    for index, week in enumerate(plan.weeks):
        said = effort(week.intensity)
        for kind, span in ((LoadKind.RIR, said.rir), (LoadKind.RPE, said.rpe), (LoadKind.PERCENT_1RM, said.percent)):
            if span is not None and not LOADS[kind].low <= span[0] <= span[1] <= LOADS[kind].high:
                yield error(
                    "TP-S05", f"/weeks/{index}/intensity", measured=quote(week.intensity), limit=LOADS[kind],
                    message=f"The intensity of week {week.number} is '{quote(week.intensity)}'; {kind} is "
                            f"{LOADS[kind]}.",
                    advice=f"Give {kind} as {LOADS[kind]}.",
                )


QUICK_SET_S = 110        # a set of few repetitions with a short rest
OVER = 1.25


def sets_fit_minutes(brief: Brief, plan: Plan) -> Iterator[Finding]:
    """TP-C04: even quick sets would not fit into the session."""
    budget_s = brief.minutes_per_session * 60
    for index, week in enumerate(plan.weeks):
        needed_s = week.sets_per_workout * QUICK_SET_S + warm_up_s(brief)
        if needed_s > budget_s * OVER:
            yield warning(
                "TP-C04", f"/weeks/{index}/sets_per_workout", measured=week.sets_per_workout,
                limit=f"about {max((budget_s - warm_up_s(brief)) // QUICK_SET_S, 1)}",
                message=f"{week.sets_per_workout} sets do not fit into {brief.minutes_per_session} minutes.",
                advice="Plan about one set for every three minutes that the warm-up leaves.",
            )


def deloads_have_a_reason(brief: Brief, plan: Plan) -> Iterator[Finding]:
    """TP-P08: no deload before there was any load, and not two in a row but before an event."""
    for index, week in enumerate(plan.weeks):
        is_first = index == 0 and len(plan.weeks) > 1
        is_again = 0 < index < len(plan.weeks) - 2 and plan.weeks[index - 1].is_deload
        if week.is_deload and (is_first or is_again):
            yield warning(
                "TP-P08", f"/weeks/{index}/is_deload", measured="true", limit="after full weeks",
                message=f"Week {week.number} is a deload, and {'nothing' if is_first else 'a deload'} was before it.",
                advice="Plan a deload after three to six full weeks.",
            )


_BEGINNERS = re.compile(r"\b(?:beginners?|novices?|anfanger\w*|einsteiger\w*|principiantes?|debutants?)\b")
_ADVANCED = re.compile(r"\b(?:advanced (?:athletes?|lifters?|trainees?|runners?|level)|experts?|avanzad[oa]s|avances"
                       r"|profis?)\b")


def level_in_words(brief: Brief, plan: Plan) -> Iterator[Finding]:
    pattern = {Level.NOVICE: _ADVANCED, Level.ADVANCED: _BEGINNERS}.get(brief.level)
    for at, text in (("/title", plan.title), ("/summary", plan.summary)):
        found = pattern.search(plain(text)) if pattern is not None else None
        if found:
            yield warning(
                "TP-C05", at, measured=found.group(), limit=brief.level,
                message=f"The text is for '{found.group()}', and the brief's level is {brief.level}.",
                advice="Write for the level of the brief.",
            )


# --- the week ------------------------------------------------------------------------------------


def workouts_differ(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    """TP-S08: a day is not another one again, unless the plan's sessions are."""
    there: dict[tuple[str, ...], int] = {}
    for day, (workout, session) in enumerate(zip(week.workouts, plan.sessions, strict=False)):
        names = tuple(name_key(exercise.name) for exercise in workout.exercises)
        earlier = there.setdefault(names, day)
        if earlier != day and len(names) > 1 and plan.sessions[earlier].main_lifts != session.main_lifts:
            yield warning(
                "TP-S08", f"/workouts/{day}", measured=f"as workout {earlier + 1}", limit="a workout of its own",
                message=f"Workout '{workout.label}' has the exercises of '{week.workouts[earlier].label}'.",
                advice="Write the workout for the focus and the main lifts of its session.",
            )


_MINUTES = re.compile(r"\b(\d{2,3})[ -]min(?:ute)?n?s?[ -](?:workouts?|sessions?|einheit(?:en)?)\b")
_TRAINING = re.compile(r"\b(?:train|workout|session|lift|run|gym|einheit|entren|sesion|seance|entrain)\w*")
_FREE = re.compile(r"\b(?:rest|free|off|no|not|without|frei|ruhe\w*|kein\w*|descans\w*|libre|sin|repos|nicht|nie"
                   r"|never|nunca|jamais|ne|sans"
                   r"|pas)\b")
# "Move Day 3 to Sunday", "Trainieren Sie am Dienstag".
_SENT_TO = re.compile(
    r"\b(?:move|shift|postpone|reschedule|put|place|do|verschieb\w*|verleg\w*|leg\w*|mach\w*|mueve|pas[ae]|pon|haz"
    r"|haga"
    r"|deplace\w*|decale\w*|mette[sz]|faites|fais)\s[^.;\n]{0,30}?(?:(?:day|tag|dia|jour) \d|sessions?\b|workouts?\b"
    r"|training\b|einheit|sesion|seance|entrenamiento|entrainement)"
    r"[^.;\n]{0,25}?\b(?:on|to|onto|auf|am|el|al|le|au)\s+(?:(?:the|this|next|den) )?$"
    r"|(?:^|[,:]|\band|\bor|\bund|\by|\bet)\s*(?:please |bitte )?(?:train|trainieren sie|trainiere?|entren[ae]"
    r"|entraine[sz])"
    r"\s[^.;\n]{0,40}?(?:on|am|el|los|le|l'|and|und|y|et)\s+$"
)
_AWAY = re.compile(r"\b(?:from|before|after|vom|vor|nach|antes de|despues de|avant|apres)\s+(?:(?:the|dem|el|le) )?$")


def texts_keep_to_the_brief(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    """TP-S11: minutes; TP-C08: days that are kept free."""
    blocked = asked.of(brief).blocked_days
    for at, text in (("/summary", week.summary), *((f"/coaching/{n}", text) for n, text in enumerate(week.coaching))):
        said = counted(text)
        found = _MINUTES.search(said)
        if found and not 0.75 <= int(found.group(1)) / brief.minutes_per_session <= OVER:
            yield error(
                "TP-S11", at, measured=found.group(), limit=f"{brief.minutes_per_session} minutes",
                message=f"The text says '{found.group()}', and a session has {brief.minutes_per_session} minutes.",
                advice=f"Say {brief.minutes_per_session} minutes, or leave the number out.",
            )
        there = next(((day, place) for day in blocked if (place := re.search(asked.WEEKDAYS[day], said))), None)
        if there is None:
            continue
        day, place = there
        sentence = sentence_of(said, *place.span())
        before = sentence[: sentence.find(place.group())]
        if _AWAY.search(before):
            continue
        is_ordered = _SENT_TO.search(before) and not _FREE.search(sentence)
        if is_ordered or (_TRAINING.search(said) and not _FREE.search(said)):
            yield (error if is_ordered else warning)(
                "TP-C08", at, measured=day, limit=f"no training on {day}",
                message=f"The text speaks of training on {day}, which the brief keeps free.",
                advice="Speak of another day.",
            )


_LEG_CUES = re.compile(r"\b(?:knees?|heels?|toes?|knien?|fersen?|zehen|rodillas?|talon(?:es|s)?|punta de los pies"
                       r"|genoux?|orteils?)\b")
_ARM_CUES = re.compile(
    r"\b(?:elbows?|shoulders?|chest|arms?|hands?|wrists?|grip|bar|ribs?|collar\w*|ellbogen|schulter\w*|brust|arme?"
    r"|hande?|griff\w*|stange"
    r"|codos?|hombros?|pecho|brazos?|manos?|barra|coudes?|epaules?|poitrine|bras|mains?|barre|back|hips?|body|rucken"
    r"|hufte|korper)\b"
)
_UPPER = frozenset({"push", "press", "pull", "fly", "arms"})


def notes_suit_exercises(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    """TP-T04: a cue of knees and heels alone belongs to no press."""
    for row in rows(week):
        if row.entry is None or row.entry.family not in _UPPER or "wrist" in row.entry.traits:
            continue
        said = plain(row.exercise.note)
        cues = {found.rstrip("s") for found in _LEG_CUES.findall(said)}
        if len(cues) > 1 and not _ARM_CUES.search(said):
            yield warning(
                "TP-T04", f"{row.at}/note", measured=quote(row.exercise.note), limit=f"a cue for {row.exercise.name}",
                message=f"The note of '{row.exercise.name}' is about {' and '.join(sorted(cues))}.",
                advice="Write the cue for this exercise.",
            )
