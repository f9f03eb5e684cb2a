"""CR-A02 and CR-Q03 to Q09, Q14: quiz items one by one; what gives the answer away, and what contradicts it."""

import re
from collections.abc import Iterator
from statistics import median

from generation.core.findings import Finding, Severity, error
from generation.core.prose.likeness import normal
from generation.core.prose.stems import stems
from generation.core.prose.wholeness import is_blank, shortened
from generation.kinds.course import vocabulary
from generation.kinds.course.brief import Brief
from generation.kinds.course.checks.drafts import Draft, warning
from generation.kinds.course.schema import Document, Item, ItemKind

LENGTH_CUE = 1.5            # of the median option
SHORTEST_CUE = 20           # characters of a key that can stand out by its length
MOST_LONGEST = 0.4          # of the single-choice items of a course
FEWEST_ITEMS = 10
FEWEST_IN_LESSON = 4
MOST_NEGATIVE = 0.1
LONGEST_COMMON = 6          # letters of a word that can strike
MOST_TAUGHT = 4             # times that it stands in the lesson: what it is about strikes nobody
SHORTEST_NAMED = 12         # characters of an option that a rationale can be said to name
_VOWEL = re.compile(r"^\W*[aeiou]", re.IGNORECASE)
_ARTICLE = re.compile(r"\b(an?)\s*(?:[.:…_]|\.\.\.)*\s*$", re.IGNORECASE)
# They are written with a vowel and spoken with a consonant, or the other way round.
_ODD_SOUND = re.compile(r"^\W*(?:(?i:u(?:ni|se|su|ti|ro)|eu|one|once|h(?:our|onest|onou?r|eir))|[A-Z]{2,}|\d)")
_QUESTION = re.compile(r"[^.!?]+\?")
_PAIR = re.compile(r"\b(?:and|und|y|e|et|with|mit|con|avec|both|plus)\b|[,;/&+]", re.IGNORECASE)
_EMPHASISED = re.compile(r"[*_]{1,2}[^\s*_]+[*_]{1,2}")


def objectives_are_measured(draft: Draft) -> Iterator[Finding]:
    """CR-A02: each objective of the lesson has an item."""
    measured = {item.objective for item in draft.lesson.quiz}
    for own_id, objective in zip(draft.place.objective_ids, draft.place.planned.objectives, strict=True):
        if draft.lesson.quiz and own_id not in measured:
            yield error(
                "CR-A02", "/quiz", measured=f"no item for {own_id}", limit="an item for each objective",
                message=f"No quiz item measures {own_id}, “{shortened(objective.text, 80)}”.",
                advice=f"Add an item for {own_id}, or let one of the items measure it.",
            )


def no_all_of_the_above(draft: Draft) -> Iterator[Finding]:
    for n, item in enumerate(draft.lesson.quiz):
        for k, option in enumerate(item.options):
            found = vocabulary.ALL_OR_NONE.search(option.text)
            if found:
                yield error(
                    "CR-Q03", f"/quiz/{n}/options/{k}/text", measured=shortened(option.text, 60),
                    limit="an option of its own",
                    message=f"Option {k + 1} of quiz item {n + 1} only points to the others: "
                            f"“{shortened(option.text, 60)}”.",
                    advice="Replace it by an option that shows a mistake, or drop it if three others remain.",
                )


def keys_stand_out_by_length(draft: Draft) -> Iterator[Finding]:
    """CR-Q04, of one item, and of a lesson in which the longest option is always right."""
    for n, item in enumerate(draft.lesson.quiz):
        middle = median([len(option.text) for option in item.options] or [0])
        for k, option in enumerate(item.options):
            if option.is_correct and len(option.text) >= SHORTEST_CUE and len(option.text) > LENGTH_CUE * middle:
                yield warning(
                    "CR-Q04", f"/quiz/{n}/options/{k}/text", measured=f"{len(option.text)} characters",
                    limit=f"at most {LENGTH_CUE:g} times the middle option, {middle:g}",
                    message=f"The correct option of quiz item {n + 1} is much longer than the others.",
                    advice="Shorten it, or give the distractors as much detail.",
                )
    longest, singles = _longest_keys(draft.lesson.quiz)
    if singles >= FEWEST_IN_LESSON and longest == singles:
        yield warning(
            "CR-Q04", "/quiz", measured=f"{longest} of {singles}", limit=f"at most {MOST_LONGEST:.0%}",
            message="The longest option is the correct one in every single-choice item of the lesson.",
            advice="Let distractors be as long and as careful as the key.",
        )


def keys_are_longest_too_often(brief: Brief, document: Document) -> Iterator[Finding]:
    """CR-Q04, of the whole course."""
    items = [item for module in document.modules for lesson in module.lessons for item in lesson.quiz]
    longest, singles = _longest_keys(items)
    if singles >= FEWEST_ITEMS and longest > MOST_LONGEST * singles:
        yield warning(
            "CR-Q04", "/modules", measured=f"{longest} of {singles}", limit=f"at most {MOST_LONGEST:.0%}",
            message=f"In {longest} of {singles} single-choice items the correct option is the longest one.",
            advice="Let distractors be as long and as careful as the keys.",
        )


def _longest_keys(items: tuple[Item, ...] | list[Item]) -> tuple[int, int]:
    """In how many single-choice items the key alone is longest, and how many there are."""
    longest = singles = 0
    for item in items:
        lengths = sorted((len(option.text), option.is_correct) for option in item.options)
        if item.kind is ItemKind.SINGLE and len(lengths) > 1:
            singles += 1
            longest += lengths[-1][1] and lengths[-1][0] > lengths[-2][0]
    return longest, singles


def negative_stems(draft: Draft) -> Iterator[Finding]:
    """CR-Q06: a negation in a question stands out."""
    for n, item in enumerate(draft.lesson.quiz):
        word = negation(item.stem, draft.language)
        if word is not None and word != word.upper() and not any(
            word in emphasised for emphasised in _EMPHASISED.findall(item.stem)
        ):
            yield warning(
                "CR-Q06", f"/quiz/{n}/stem", measured=word, limit="in capitals, or asked without it",
                message=f"The question of quiz item {n + 1} is negative, and “{word}” is easily overlooked.",
                advice="Ask for what is true; if the negation is needed, write it in capitals.",
            )


def too_many_negative_stems(brief: Brief, document: Document) -> Iterator[Finding]:
    items = [item for module in document.modules for lesson in module.lessons for item in lesson.quiz]
    negative = sum(negation(item.stem, brief.language.split("-")[0].lower()) is not None for item in items)
    if len(items) >= FEWEST_ITEMS and negative > max(1, MOST_NEGATIVE * len(items)):
        yield warning(
            "CR-Q06", "/modules", measured=f"{negative} of {len(items)}", limit=f"at most {MOST_NEGATIVE:.0%}",
            message=f"{negative} of {len(items)} questions are negative.", advice="Ask for what is true.",
        )


_OF_LANGUAGE = {
    "en": re.compile(r"\b(?:not|except|never|least|(?:is|are|do|does)n['’]t)\b", re.IGNORECASE),
    "de": re.compile(r"\b(?:nicht|kein\w*|außer|niemals)\b", re.IGNORECASE),
    "es": re.compile(r"\b(?:no|excepto|salvo|nunca)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(?:pas|sauf|excepté|jamais|aucun\w*)\b", re.IGNORECASE),
}


def negation(stem: str, spoken: str) -> str | None:
    """The negation in the question that `stem` ends with; a case that is told before may say no as it likes."""
    own = _OF_LANGUAGE.get(spoken)
    if own is None or not own.search(stem):
        return None
    questions = _QUESTION.findall(stem) or [stem.rsplit(". ", 1)[-1]]
    asked = (found[0] for text in questions if (found := own.search(text)) and vocabulary.ASKS_WHICH.search(text))
    return next(asked, None)


def stems_agree_with_kind(draft: Draft) -> Iterator[Finding]:
    """CR-Q01, of the words: "which two" has two keys, "all that apply" is no single choice."""
    for n, item in enumerate(draft.lesson.quiz):
        keys = sum(option.is_correct for option in item.options)
        low = item.stem.casefold()
        is_counted = any(count in low for count in vocabulary.COUNTS)
        asked = vocabulary.HOW_MANY.search(item.stem) if is_counted else None
        has_sign = any(sign in low for sign in vocabulary.MANY_SIGNS)
        if item.kind is ItemKind.SINGLE and has_sign and vocabulary.MANY.search(item.stem):
            yield _disagrees(n, "one answer", "several are asked for")
        elif asked and (count := vocabulary.COUNTS[asked["count"].casefold()]) > 1 and count != keys:
            if item.kind is ItemKind.SINGLE and any(_PAIR.search(option.text) for option in item.options):
                continue      # "Which two numbers make 12?": the things are two, the answer is one pair
            if item.stem[asked.end() : asked.end() + 1] == "-":
                continue      # a two-wire cable
            yield _disagrees(n, f"{keys} correct options", f"the question asks for {count}")


def _disagrees(n: int, measured: str, limit: str) -> Finding:
    return warning(
        "CR-Q01", f"/quiz/{n}/stem", measured=measured, limit=limit,
        message=f"Quiz item {n + 1} has {measured}, and its question says otherwise: {limit}.",
        advice="Let the question ask for as many answers as there are.",
    )


def grammar_cues(draft: Draft) -> Iterator[Finding]:
    """CR-Q07, English: a stem that ends in an article fits some options only."""
    if draft.language != "en":
        return
    for n, item in enumerate(draft.lesson.quiz):
        article = _ARTICLE.search(item.stem)
        if not article or any(_ODD_SOUND.match(option.text) for option in item.options):
            continue
        wants_vowel = article[1].casefold() == "an"
        fitting = [bool(_VOWEL.match(option.text)) == wants_vowel for option in item.options]
        if not all(fitting):
            yield warning(
                "CR-Q07", f"/quiz/{n}/stem", measured=f"“{article[1]}” fits {sum(fitting)} of {len(fitting)}",
                limit="every option",
                message=f"The question of quiz item {n + 1} ends in “{article[1]}”, which not every option can follow.",
                advice="Move the article into the options.",
            )


def clang_cues(draft: Draft) -> Iterator[Finding]:
    """CR-Q08: a striking word of the stem that the key has, and no distractor."""
    planned = draft.place.planned
    common = stems(" ".join((
        draft.brief.subject, draft.plan.title, planned.title, *planned.key_terms,
        *(objective.text for objective in planned.objectives),
    )))
    taught = draft.teaching.casefold()
    for n, item in enumerate(draft.lesson.quiz):
        if item.kind is not ItemKind.SINGLE:
            continue
        asked, of_options = draft.asked[n]
        pairs = list(zip(item.options, of_options, strict=True))
        key = set().union(*(own for option, own in pairs if option.is_correct))
        shared = (asked & key) - common
        shared = shared.difference(*(own for option, own in pairs if not option.is_correct))
        striking = sorted(
            stem for stem in shared
            if len(_word_of(item.stem, stem)) >= LONGEST_COMMON and taught.count(stem) <= MOST_TAUGHT
        )
        if striking:
            word = _word_of(item.stem, striking[0])
            yield warning(
                "CR-Q08", f"/quiz/{n}/stem", measured=word, limit="no striking word in question and key only",
                message=f"In quiz item {n + 1} question and correct option share “{word}”, and no other option does.",
                advice="Say it in other words in the key, or use the word in the distractors, too.",
            )


def _word_of(text: str, stem: str) -> str:
    return next((word for word in re.findall(r"\w+", text) if word.casefold().startswith(stem)), stem)


def feedback_differs(draft: Draft) -> Iterator[Finding]:
    """CR-Q09: each option is explained in words of its own.  That none is empty is CR-T03."""
    for n, item in enumerate(draft.lesson.quiz):
        said = [normal(option.explanation) for option in item.options]
        for k, explanation in enumerate(said):
            at = f"/quiz/{n}/options/{k}/explanation"
            if not explanation:
                continue
            if explanation in said[:k]:
                yield error(
                    "CR-Q09", at, measured=shortened(item.options[k].explanation, 60), limit="words of its own",
                    message=f"Option {k + 1} of quiz item {n + 1} is explained as option "
                            f"{said.index(explanation) + 1} is.",
                    advice="Say which mistake leads to just this option.",
                )
            elif explanation == normal(item.options[k].text):
                yield warning(
                    "CR-Q09", at, measured=shortened(item.options[k].explanation, 60), limit="a reason",
                    message=f"The explanation of option {k + 1} of quiz item {n + 1} only repeats the option.",
                    advice="Say why it is right, or which mistake it shows.",
                )
        if not is_blank(item.rationale) and normal(item.rationale) in {normal(item.stem), *said}:
            yield warning(
                "CR-Q09", f"/quiz/{n}/rationale", measured=shortened(item.rationale, 60), limit="how to find it",
                message=f"The rationale of quiz item {n + 1} repeats its question or an explanation.",
                advice="Show the way of thinking that leads to the answer.",
            )


def explanations_agree_with_keys(draft: Draft) -> Iterator[Finding]:
    """CR-Q14: no key is called wrong, no distractor right, none by its letter."""
    for n, item in enumerate(draft.lesson.quiz):
        for k, option in enumerate(item.options):
            at = f"/quiz/{n}/options/{k}/explanation"
            verdict = (vocabulary.SAYS_WRONG if option.is_correct else vocabulary.SAYS_RIGHT).match(option.explanation)
            # In a question of right or wrong the option says so itself.
            if verdict is None or normal(verdict[0]).partition(" ")[0] in normal(option.text).split():
                continue
            mark, call = ("correct", "wrong") if option.is_correct else ("wrong", "right")
            yield error(
                "CR-Q14", at, measured=verdict[0].strip(), limit="agrees with the key",
                message=f"Option {k + 1} of quiz item {n + 1} is marked as {mark}, its explanation calls it {call}.",
                advice="Check which option is correct, then mend the mark or the explanation.",
            )
        yield from _names_an_option(n, item)
        yield from _names_a_distractor(n, item)


def _names_an_option(n: int, item: Item) -> Iterator[Finding]:
    """Options are put into another order afterwards.  A letter that the stem itself introduces is a name."""
    if _named_letter(item.stem):
        return
    texts = [(f"/quiz/{n}/rationale", item.rationale)]
    for k, option in enumerate(item.options):
        at = f"/quiz/{n}/options/{k}"
        texts += [(f"{at}/text", option.text), (f"{at}/explanation", option.explanation)]
    for pointer, text in texts:
        found = _named_letter(text)
        if found:
            is_sign = found[0].startswith("(")
            yield error(
                "CR-Q14", pointer, measured=found[0], limit="options by what they say",
                severity=Severity.WARNING if is_sign else Severity.ERROR,
                message=f"Quiz item {n + 1} names an option by its place, “{found[0]}”, and options are reordered.",
                advice="Name the option by what it says.",
            )


def _named_letter(text: str) -> re.Match[str] | None:
    low = text.casefold()
    has_sign = any(sign in low for sign in vocabulary.NAMES_LETTER_SIGNS)
    return vocabulary.NAMES_LETTER.search(text) if has_sign else None


def _names_a_distractor(n: int, item: Item) -> Iterator[Finding]:
    low = item.rationale.casefold()
    has_sign = any(sign in low for sign in vocabulary.ANSWER_IS_SIGNS)
    answer = vocabulary.ANSWER_IS.search(item.rationale) if has_sign else None
    keys = [normal(option.text) for option in item.options if option.is_correct]
    said = normal(item.rationale)
    for k, option in enumerate(item.options):
        text = normal(option.text)
        if option.is_correct or not text or any(text in key for key in keys):
            continue
        is_given = answer is not None and normal(answer["rest"]).startswith(f"{text}") and not any(
            normal(answer["rest"]).startswith(key) for key in keys if key
        )
        if is_given:
            yield error(
                "CR-Q14", f"/quiz/{n}/rationale", measured=shortened(option.text, 60), limit="the key",
                message=f"The rationale of quiz item {n + 1} gives option {k + 1} as the answer, marked as wrong.",
                advice="Check which option is correct, then mend the mark or the rationale.",
            )
        elif len(text) >= SHORTEST_NAMED and text in said and not any(key in said for key in keys if key):
            yield warning(
                "CR-Q14", f"/quiz/{n}/rationale", measured=shortened(option.text, 60), limit="the key",
                message=f"The rationale of quiz item {n + 1} names a wrong option and not the correct one.",
                advice="Let the rationale lead to the correct option.",
            )
