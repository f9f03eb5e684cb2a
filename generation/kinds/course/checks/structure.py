"""CR-T01 to T04, O05, P01, A03, Q01, Q02: the shape of an outline, a lesson and the course, and what it refers to."""

import unicodedata
from collections.abc import Iterable, Iterator

from generation.core.findings import Finding, error
from generation.core.prose import wholeness as prose
from generation.kinds.course import schema
from generation.kinds.course.brief import Brief
from generation.kinds.course.checks.drafts import Draft, Texts
from generation.kinds.course.schema import Document, Item, ItemKind, Plan, Size

# --- CR-T01: counts ------------------------------------------------------------------------------


def plan_counts(brief: Brief, plan: Plan) -> Iterator[Finding]:
    yield from _exactly("/modules", plan.modules, brief.modules, "modules")
    yield from _sized("/objectives", plan.objectives, schema.COURSE_OBJECTIVES, "course objectives")
    for m, module in enumerate(plan.modules):
        at, what = f"/modules/{m}", f"lessons in module {m + 1}"
        yield from _exactly(f"{at}/lessons", module.lessons, brief.lessons_per_module, what)
        yield from _sized(f"{at}/objectives", module.objectives, schema.MODULE_OBJECTIVES, "module objectives")
    for place in plan.lessons:
        at, planned = place.pointer, place.planned
        yield from _sized(f"{at}/objectives", planned.objectives, schema.LESSON_OBJECTIVES, "lesson objectives")
        yield from _sized(f"{at}/prerequisites", planned.prerequisites, schema.PREREQUISITES, "prerequisites")
        yield from _sized(f"{at}/key_terms", planned.key_terms, schema.KEY_TERMS, "key terms")


def lesson_counts(draft: Draft) -> Iterator[Finding]:
    lesson = draft.lesson
    yield from _sized("/sections", lesson.sections, schema.SECTIONS, "sections")
    yield from _sized("/examples", lesson.examples, schema.EXAMPLES, "examples")
    yield from _sized("/activities", lesson.activities, schema.ACTIVITIES, "activities")
    yield from _sized("/quiz", lesson.quiz, schema.QUIZ, "quiz items")


def document_counts(brief: Brief, document: Document) -> Iterator[Finding]:
    yield from _exactly("/modules", document.modules, brief.modules, "modules")
    lessons = [lesson for module in document.modules for lesson in module.lessons]
    known = len(lessons) + len(document.missing)
    if known != brief.lessons:
        yield error(
            "CR-T01", "/modules", measured=known, limit=brief.lessons,
            message=f"The course has {known} lessons, missing ones included; {brief.lessons} were asked for.",
            advice="Assemble the course from the plan that was made for this brief.",
        )
    if document.missing:
        named = ", ".join(map(str, document.missing))
        yield error(
            "CR-T01", "/missing", measured=named, limit="none",
            message=f"The course is incomplete: lessons {named} are missing.",
            advice="Restart the lessons that failed.",
        )


# --- CR-T02: identity ----------------------------------------------------------------------------


def plan_titles(brief: Brief, plan: Plan) -> Iterator[Finding]:
    yield from _unique("/modules/{}/title", [module.title for module in plan.modules], "module title")
    for m, module in enumerate(plan.modules):
        titles = [lesson.title for lesson in module.lessons]
        yield from _unique(f"/modules/{m}/lessons/{{}}/title", titles, f"lesson title in module {m + 1}")


def lesson_headings(draft: Draft) -> Iterator[Finding]:
    yield from _unique(
        "/sections/{}/heading", [section.heading for section in draft.lesson.sections], "section heading"
    )


def document_order(brief: Brief, document: Document) -> Iterator[Finding]:
    modules = [module.number for module in document.modules]
    if modules != list(range(1, len(modules) + 1)):
        yield _out_of_order("/modules", modules, len(modules), "module")
    written = [lesson.number for module in document.modules for lesson in module.lessons]
    expected = len(written) + len(document.missing)
    if written != sorted(written) or sorted([*written, *document.missing]) != list(range(1, expected + 1)):
        yield _out_of_order("/modules", written, expected, "lesson")


# --- CR-T03: no holes; CR-T04: no loose ends -----------------------------------------------------


_NAMES = {"key_terms": "key term", "option": "text"}
_PROSE = frozenset({"summary", "body", "instructions"})                    # the rest may be a phrase


def holes(texts: Texts) -> Iterator[Finding]:
    has_placeholder = prose.may_hold_placeholder(texts.low)
    for passage in texts.passages:
        pointer, named, text = passage.pointer, _NAMES.get(passage.key, passage.key), passage.text
        # `...` may be an option; CR-Q02 judges them.
        if passage.key != "option" and prose.is_blank(text):
            yield error(
                "CR-T03", pointer, measured=repr(text[:60]), limit="real text",
                message=f"The {named} is empty.",
                advice=f"Write the {named} in full.",
            )
        elif has_placeholder and (found := prose.placeholder(text, allowed=texts.allowed)) is not None:
            yield error(
                "CR-T03", pointer, measured=found, limit="real text",
                message=f"The {named} contains the placeholder “{found}”.",
                advice="Replace the placeholder by the finished text that it stands for.",
            )


def loose_ends(texts: Texts) -> Iterator[Finding]:
    for passage in texts.passages:
        if passage.key not in _PROSE or prose.is_blank(passage.text):
            continue
        reason = prose.cut_off(passage.text)
        if reason is not None:
            yield error(
                "CR-T04", passage.pointer, measured=reason, limit="a complete text",
                message=f"The {passage.key} looks cut off: {reason}.",
                advice="Write it to its end: finish the last sentence, close every code fence and bracket. "
                       "If it is long, make it shorter.",
            )


# --- CR-O05, CR-P01, CR-A03: references resolve --------------------------------------------------


def objective_ladder(brief: Brief, plan: Plan) -> Iterator[Finding]:
    course = [objective.id for objective in plan.objectives]
    seen: set[str] = set()
    for pointer, own_id in _objective_ids(plan):
        if own_id in seen:
            yield error(
                "CR-O05", pointer, measured=own_id, limit="an id of its own",
                message=f"The objective id “{own_id}” is used twice.",
                advice="Give every objective of the plan its own id: O1, O2; M1.1, M1.2; M2.1.",
            )
        seen.add(own_id)
    for m, module in enumerate(plan.modules):
        for k, objective in enumerate(module.objectives):
            at = f"/modules/{m}/objectives/{k}/supports"
            yield from _supported(at, objective.supports, course, "course objective")
    for place in plan.lessons:
        known = [objective.id for objective in place.module.objectives]
        for k, target in enumerate(place.planned.objectives):
            at = f"{place.pointer}/objectives/{k}/supports"
            yield from _supported(at, target.supports, known, f"objective of module {place.module_number}")


def prerequisites_come_earlier(brief: Brief, plan: Plan) -> Iterator[Finding]:
    for place in plan.lessons:
        for k, required in enumerate(place.planned.prerequisites):
            if not 1 <= required < place.number:
                yield error(
                    "CR-P01", f"{place.pointer}/prerequisites/{k}", measured=required,
                    limit=f"1 to {place.number - 1}" if place.number > 1 else "none",
                    message=f"Lesson {place.number} requires lesson {required}, which does not come before it.",
                    advice="Name only numbers of earlier lessons, counted from 1 through all modules; "
                           "the first lesson has none.",
                )


def items_measure_objectives(draft: Draft) -> Iterator[Finding]:
    taught = [name for lesson in draft.plan.lessons[: draft.place.number] for name in lesson.objective_ids]
    known = frozenset(taught)
    for n, item in enumerate(draft.lesson.quiz):
        if item.objective not in known:
            own = ", ".join(draft.place.objective_ids)
            yield error(
                "CR-A03", f"/quiz/{n}/objective", measured=item.objective, limit=own,
                message=f"Quiz item {n + 1} measures “{item.objective}”, which is not taught yet.",
                advice=f"Let it measure one of {own}, and name that id.",
            )


# --- CR-Q01, CR-Q02: quiz items ------------------------------------------------------------------


def key_count(draft: Draft) -> Iterator[Finding]:
    for n, item in enumerate(draft.lesson.quiz):
        keys = sum(option.is_correct for option in item.options)
        wanted = Size(1, 1) if item.kind is ItemKind.SINGLE else Size(2, len(item.options) - 1)
        if keys not in wanted:
            limit = "exactly 1" if item.kind is ItemKind.SINGLE else str(wanted)
            yield error(
                "CR-Q01", f"/quiz/{n}/options", measured=keys, limit=limit,
                message=f"Quiz item {n + 1} is “{item.kind}” and has {keys} correct options, not {limit}.",
                advice="Mark exactly one option as correct for single, at least two but not all for multiple; "
                       "change the options or the kind accordingly.",
            )


def options_differ(draft: Draft) -> Iterator[Finding]:
    for n, item in enumerate(draft.lesson.quiz):
        at = f"/quiz/{n}/options"
        if len(item.options) not in schema.OPTIONS:
            yield error(
                "CR-Q02", at, measured=len(item.options), limit=schema.OPTIONS,
                message=f"Quiz item {n + 1} has {len(item.options)} options; it must have {schema.OPTIONS}.",
                advice="Three plausible options are enough; merge or drop the weakest, or add what is missing.",
            )
        yield from _equal_options(at, item)


def _equal_options(at: str, item: Item) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for k, option in enumerate(item.options):
        plain = _normal_option(option.text)
        if not option.text.strip():
            yield error(
                "CR-Q02", f"{at}/{k}/text", measured="''", limit="a text",
                message=f"Option {k + 1} is empty.",
                advice="Write the option, or remove it if three others remain.",
            )
        elif plain in seen:
            yield error(
                "CR-Q02", f"{at}/{k}/text", measured=prose.shortened(option.text, 60),
                limit="different options",
                message=f"Option {k + 1} says the same as option {seen[plain] + 1}.",
                advice="Replace it by an option that shows a different mistake.",
            )
        else:
            seen[plain] = k


def _normal_option(text: str) -> str:
    """As a reader sees it.  Case counts in short options: Co is no CO, and `a` is no `A` in code."""
    flat = " ".join(unicodedata.normalize("NFC", text).split()).rstrip(".。 ") or text.strip()
    return flat.casefold() if flat.count(" ") >= 2 and "`" not in flat else flat


# --- shared --------------------------------------------------------------------------------------


def _objective_ids(plan: Plan) -> Iterator[tuple[str, str]]:
    for k, objective in enumerate(plan.objectives):
        yield f"/objectives/{k}/id", objective.id
    for m, module in enumerate(plan.modules):
        for k, of_module in enumerate(module.objectives):
            yield f"/modules/{m}/objectives/{k}/id", of_module.id


def _exactly(pointer: str, entries: tuple[object, ...], wanted: int, what: str) -> Iterator[Finding]:
    if len(entries) != wanted:
        remedy = "merge or drop what is least needed" if len(entries) > wanted else "add what is missing"
        yield error(
            "CR-T01", pointer, measured=len(entries), limit=wanted,
            message=f"There are {len(entries)} {what}; {wanted} were asked for.",
            advice=f"Write exactly {wanted}: {remedy}.",
        )


def _sized(pointer: str, entries: tuple[object, ...], size: Size, what: str) -> Iterator[Finding]:
    if len(entries) not in size:
        yield error(
            "CR-T01", pointer, measured=len(entries), limit=size,
            message=f"There are {len(entries)} {what}; there must be {size}.",
            advice=f"Write {size} {what}.",
        )


def _unique(pointer: str, names: Iterable[str], what: str) -> Iterator[Finding]:
    """`pointer` has a place for the number of the one that comes second."""
    seen: set[str] = set()
    for place, name in enumerate(names):
        plain = " ".join(unicodedata.normalize("NFC", name).casefold().split()).rstrip(".:! ")
        if plain in seen:
            short = prose.shortened(name, 60)
            yield error(
                "CR-T02", pointer.format(place), measured=short, limit=f"a different {what}",
                message=f"The {what} “{short}” is used twice.",
                advice="Rename it so that it says what is particular to it.",
            )
        seen.add(plain)


def _out_of_order(pointer: str, numbers: list[int], expected: int, what: str) -> Finding:
    return error(
        "CR-T02", pointer, measured=", ".join(map(str, numbers)), limit=f"1 to {expected} in order",
        message=f"The {what} numbers are not 1 to {expected} in order, each once.",
        advice="Assemble the course from its plan again.",
    )


def _supported(pointer: str, named: str, known: list[str], what: str) -> Iterator[Finding]:
    if named not in known:
        listed = ", ".join(known) or "none"
        yield error(
            "CR-O05", pointer, measured=named, limit=listed,
            message=f"“{named}” is no {what}.",
            advice=f"Name the {what} that it serves, one of: {listed}.",
        )
