"""What must be true of an outline, a lesson and the assembled course.

A rule is a function that yields findings; a new one is written in the module of its subject and added to its tuple
here.  CHECKS.md is the book of the rules.  Messages are for people, advice is for the model that writes again.
Pointers lead into the value that was checked: the plan, the lesson or the document."""

from collections.abc import Callable, Iterator

from generation.core.findings import Finding, told
from generation.core.kind import JsonObject
from generation.kinds.course.brief import Brief
from generation.kinds.course.checks import (
    coverage,
    harm,
    notes,
    objectives,
    promises,
    quiz,
    repetition,
    safety,
    structure,
    teaching,
    wording,
)
from generation.kinds.course.checks.drafts import Draft, Texts, passages_of_plan
from generation.kinds.course.schema import Document, Lesson, Plan

PlanRule = Callable[[Brief, Plan], Iterator[Finding]]
TextRule = Callable[[Texts], Iterator[Finding]]          # of an outline and of a lesson alike
UnitRule = Callable[[Draft], Iterator[Finding]]
DocumentRule = Callable[[Brief, Document], Iterator[Finding]]

PLAN_RULES: tuple[PlanRule, ...] = (
    structure.plan_counts, structure.plan_titles, structure.objective_ladder, structure.prerequisites_come_earlier,
    objectives.objective_verbs, objectives.objective_form, objectives.objective_numbers, objectives.level_mix,
    objectives.course_objectives_are_served, objectives.module_objectives_are_served, objectives.titles_fit_the_course,
    teaching.terms_of_plan, promises.titles_carry_no_numbers, promises.summary_agrees_with_the_brief,
    coverage.rules_that_did_not_run,
)
TEXT_RULES: tuple[TextRule, ...] = (
    structure.holes, structure.loose_ends, teaching.texts_in_language, teaching.lessons_exist,
    wording.not_garbled, wording.phrases_are_whole, safety.safe_markup, safety.no_leaks, safety.no_orders,
    safety.links_are_known, notes.notes_are_kept, safety.seen_by_everybody,
    harm.nothing_heals,
)
UNIT_RULES: tuple[UnitRule, ...] = (
    structure.lesson_counts, structure.lesson_headings, structure.items_measure_objectives,
    structure.key_count, structure.options_differ,
    teaching.section_lengths, teaching.lesson_time, teaching.reading_level, teaching.long_sentences,
    teaching.own_terms_are_used, teaching.terms_of_later_lessons, teaching.looks_back_at_earlier_lessons,
    teaching.nearest_to_its_own_target,
    quiz.objectives_are_measured, quiz.no_all_of_the_above, quiz.keys_stand_out_by_length, quiz.negative_stems,
    quiz.stems_agree_with_kind, quiz.grammar_cues, quiz.clang_cues, quiz.feedback_differs,
    quiz.explanations_agree_with_keys,
    repetition.paragraphs_differ, repetition.items_copy_nothing, repetition.items_are_independent,
    repetition.items_differ,
    safety.code_parses, safety.sums_come_out, safety.headings_of_bodies, promises.announced_counts,
    wording.sentences_are_said_once, wording.one_form_of_address,
    notes.means_are_at_hand, notes.money_and_measures_are_those_asked_for, safety.answers_are_the_keys,
    teaching.quiz_of_its_own_lesson, harm.safeguards_stay,
)
DOCUMENT_RULES: tuple[DocumentRule, ...] = (
    structure.document_counts, structure.document_order, teaching.course_time, quiz.keys_are_longest_too_often,
    quiz.too_many_negative_stems, repetition.paragraphs_differ_across_lessons, repetition.items_differ_across_lessons,
    safety.language_of_document, wording.one_form_of_address_in_the_course,
)


def check_plan(brief: Brief, plan: Plan) -> list[Finding]:
    texts = Texts(brief, tuple(passages_of_plan(plan)))
    return told([
        *(finding for rule in PLAN_RULES for finding in rule(brief, plan)),
        *(finding for rule in TEXT_RULES for finding in rule(texts)),
    ])


def check_unit(brief: Brief, plan: Plan, position: int, unit: Lesson) -> list[Finding]:
    draft = Draft(brief, plan, plan.lesson(position), unit)
    return told([
        *(finding for rule in UNIT_RULES for finding in rule(draft)),
        *(finding for rule in TEXT_RULES for finding in rule(draft.texts)),
    ])


def check_document(brief: Brief, document: JsonObject) -> list[Finding]:
    typed = Document.model_validate(document)
    return told([finding for rule in DOCUMENT_RULES for finding in rule(brief, typed)])
