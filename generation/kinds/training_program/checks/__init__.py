"""The TP rules: what is wrong with a plan, a week or a whole program, and how to mend it.

A rule is a generator in one of the three tables here; a new rule is a function in the module of its subject and its
place in a table.  CHECKS.md is the book of the rules."""

from collections.abc import Callable, Iterator

from generation.core.findings import Finding
from generation.core.kind import JsonObject
from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.checks import (
    across,
    against_plan,
    consistency,
    dose,
    growth,
    habits,
    intensity,
    manner,
    numbers,
    person,
    progression,
    references,
    structure,
    wording,
)
from generation.kinds.training_program.schema import Document, Plan, Week

PlanRule = Callable[[Brief, Plan], Iterator[Finding]]
UnitRule = Callable[[Brief, Plan, int, Week], Iterator[Finding]]
DocumentRule = Callable[[Brief, Document], Iterator[Finding]]

PLAN_RULES: tuple[PlanRule, ...] = (
    structure.weeks_of_plan, structure.sessions_of_plan, structure.phases_of_plan, numbers.volume_of_plan,
    against_plan.sessions_are_distinct, against_plan.lifts_of_plan_agree, against_plan.words_of_planned_weeks,
    against_plan.weeks_named_in_plan, against_plan.numbers_of_brief_in_plan,
    person.equipment_of_plan, person.limitations_of_plan, person.clearance, person.exclusions_of_plan,
    person.exclusions_in_words, person.screening, person.minors, person.blocked_days,
    progression.rule_of_progression, progression.volume_jumps_of_plan, progression.deloads_of_plan,
    progression.deload_spacing, progression.taper, progression.failure_path, progression.failure_is_no_reason_for_more,
    progression.effort_through_phases,
    progression.goal_is_trained, progression.goal_is_the_briefs,
    consistency.sides_of_plan, manner.rest_days_in_words, manner.dates_exist,
    manner.repeated_sentences_of_plan, dose.plausible_intensity,
    habits.intensity_in_domain, habits.sets_fit_minutes, habits.deloads_have_a_reason, habits.level_in_words,
    references.days_named_in_plan, references.deloads_ask_for_less, references.plan_goes_on, references.sessions_differ,
    references.labels_in_language, references.title_is_one, references.names_are_read,
    wording.words_of_plan, wording.stop_rules, wording.languages_without_lists,
)
UNIT_RULES: tuple[UnitRule, ...] = (
    structure.workouts_of_week, structure.phase_of_week, structure.deload_of_week, numbers.numbers_of_week,
    numbers.shape_of_week, numbers.known_exercises, numbers.main_work_first, numbers.no_duplicate_work,
    numbers.loads_suit_exercises, numbers.seconds_suit_exercises,
    against_plan.sessions_of_week, against_plan.exercises_suit_focus, against_plan.sets_of_week,
    intensity.effort_of_week, against_plan.words_of_week, against_plan.week_names_itself,
    person.equipment_of_week, person.limitations_of_week, person.exclusions_of_week, person.experience,
    person.balance_work,
    dose.session_time, dose.weekly_sets, dose.frequency, dose.session_volume, dose.recovery, dose.order, dose.balance,
    dose.patterns_covered, dose.plausible_effort, dose.rests, progression.plausible_loads,
    wording.words_of_week,
    consistency.notes_match_numbers, consistency.text_matches_data, consistency.numbers_of_texts,
    consistency.tools_of_texts, consistency.sides_of_week, consistency.conditions_of_somebody_else,
    manner.repeated_sentences_of_week, manner.one_address,
    references.days_named_in_week, references.phases_named_in_week, references.schemes_of_texts,
    references.deload_asks_for_less,
    habits.workouts_differ, habits.texts_keep_to_the_brief, habits.notes_suit_exercises,
)
# What a week alone can break was found when it arrived; here is what only the whole can show.
DOCUMENT_RULES: tuple[DocumentRule, ...] = (
    structure.weeks_of_document, structure.workouts_of_document, structure.phases_of_document,
    across.copied_coaching, across.guidance_is_kept, across.loads_of_guidance_are_kept,
    across.steady_exercises, across.load_jumps, growth.overload,
    across.volume_jumps, across.deloads, across.balance_of_document, across.running_spikes, across.aerobic_dose,
    growth.block_maxima,
)


def check_plan(brief: Brief, plan: Plan) -> list[Finding]:
    return [finding for rule in PLAN_RULES for finding in rule(brief, plan)]


def check_unit(brief: Brief, plan: Plan, position: int, unit: Week) -> list[Finding]:
    return [finding for rule in UNIT_RULES for finding in rule(brief, plan, position, unit)]


def check_document(brief: Brief, document: JsonObject) -> list[Finding]:
    typed = Document.model_validate(document)
    return [finding for rule in DOCUMENT_RULES for finding in rule(brief, typed)]
