"""What texts say: empty and scratch texts, units, medical claims, tone, numbers and names that the data do not have
(TP-T01 to T06)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from generation.core.findings import Finding, error
from generation.core.prose import language, residue, wholeness
from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.checks import wordlists
from generation.kinds.training_program.checks.forbidden import ForbiddenWords, is_sent_to_a_doctor
from generation.kinds.training_program.checks.seen import (
    KNOWN_LANGUAGES,
    base_language,
    for_a_person,
    info,
    is_asked,
    is_denied,
    plain,
    quote,
    rows,
    sentence_of,
    texts,
    texts_of_week,
    warning,
)
from generation.kinds.training_program.schema import Plan, Week
from generation.kinds.training_program.vocabulary import Level, LoadKind, Units


@dataclass(frozen=True)
class SaidTexts:
    """All texts of a plan or a week, read once: with their pointers, in plain letters, and as one text."""

    places: tuple[tuple[str, str], ...]

    @cached_property
    def plains(self) -> tuple[tuple[str, str], ...]:
        return tuple((pointer, plain(text)) for pointer, text in self.places)

    @cached_property
    def written(self) -> str:
        """Everything as it was written."""
        return "\n".join(text for _, text in self.places)

    @cached_property
    def everything(self) -> str:
        return "\n".join(["", *(text for _, text in self.plains)])

    @cached_property
    def suspicious(self) -> list[tuple[str, str]]:
        """The few texts in which something forbidden may begin."""
        return [place for place in self.plains if wordlists.may_be_forbidden(place[1])]


# --- TP-T03: empty and scratch text --------------------------------------------------------------

_OPTIONAL_TEXTS = frozenset({"note", "cool_down"})
LONGEST_PLACEHOLDER = 6
_PLACEHOLDER = re.compile(r"(?:todo|tbd|tba|n/a|none|null|string|text|x+|\W*)", re.IGNORECASE)


def _scratch(said: SaidTexts) -> Iterator[Finding]:
    for pointer, text in said.places:
        if len(text) > LONGEST_PLACEHOLDER and text[0].isalpha() and text[0] not in "xX":
            continue
        is_optional = pointer.rsplit("/", 1)[-1] in _OPTIONAL_TEXTS
        if not is_optional and _PLACEHOLDER.fullmatch(text):
            yield error(
                "TP-T03", pointer, measured=repr(quote(text)), limit="a text for the reader",
                message="The text is empty or a placeholder.",
                advice="Write the text itself.",
            )
    if any(sign in said.written for sign in wordlists.BROKEN):
        for pointer, text in said.places:
            broken = next((sign for sign in wordlists.BROKEN if sign in text), None)
            if broken is not None:
                yield error(
                    "TP-T03", pointer, measured=repr(broken), limit="letters as they are written",
                    message="Letters of the text were broken by a wrong encoding.", advice="Write the text anew.",
                )
    # Plain substrings over everything at once: a week has a hundred texts.
    for mark in (mark for mark in wordlists.SCRATCH if mark in said.everything):
        for pointer in (pointer for pointer, text in said.plains if mark in text):
            yield error(
                "TP-T03", pointer, measured=repr(mark), limit="a text for the reader",
                message=f"The text has scratch words in it: {mark!r}.",
                advice="Write the finished text, without notes to yourself or places to fill in.",
            )


def _residue(brief: Brief, said: SaidTexts) -> Iterator[Finding]:
    """TP-T03: talk of the writer, orders to a model, keys; sentences that stop in their middle."""
    own = _free_text(brief)
    everything = said.written
    for search in (residue.scratch, residue.orders):
        if search(everything, allowed=own) is None:
            continue
        for pointer, text in said.places:
            words = search(text, allowed=own)
            if words:
                yield _leak(pointer, words, "speaks of its own writing, or to a model")
    if residue.secret(everything) is not None:
        yield from (_leak(pointer, words, "holds a key") for pointer, text in said.places
                    if (words := residue.secret(text)))
    for pointer, text in said.places:
        if len(text) >= LEAST_SENTENCE and pointer.rsplit("/", 1)[-1] not in _WITHOUT_STOP and _is_prose(pointer):
            why = None if _is_finished(text) else wholeness.cut_off(text)
            if why:
                yield error(
                    "TP-T03", pointer, measured=quote(text[-60:]), limit="a finished sentence",
                    message=f"The text is cut off: {why}.", advice="End the sentence.",
                )


def _is_finished(text: str) -> bool:
    return text.endswith((".", "!", "?")) and "(" not in text


LEAST_SENTENCE = 40
_WITHOUT_STOP = frozenset({"note", "label", "focus", "name", "phase", "title", "intensity"})


def _is_prose(pointer: str) -> bool:
    return "/warm_up/" not in pointer and "/main_lifts/" not in pointer


def _leak(pointer: str, words: str, why: str) -> Finding:
    return error(
        "TP-T03", pointer, measured=repr(words), limit="a text for the reader",
        message=f"The text {why}: {words!r}.",
        advice="Write the finished text for the athlete, and nothing about how it was written.",
    )


# --- TP-S12: language ----------------------------------------------------------------------------

LONGEST_NOTES = 1_200      # characters of short notes that are read together


def _foreign(brief: Brief, said: SaidTexts) -> Iterator[Finding]:
    """Texts of 60 characters by themselves; shorter ones of a workout only together, as many small witnesses."""
    if not language.can_tell(brief.language):
        return
    short: dict[str, list[str]] = {}
    for pointer, text in said.places:
        if len(text) >= language.SHORTEST:
            found = language.foreign_prose(text, brief.language)
            if found is not None:
                yield _in_another(pointer, text, found.language, brief)
        elif len(text) > 12 and pointer.rsplit("/", 1)[-1] != "name":
            short.setdefault("/".join(pointer.split("/")[:3]), []).append(text)
    for pointer, notes in short.items():
        found = language.foreign_prose(". ".join(notes)[:LONGEST_NOTES], brief.language)
        if found is not None:
            yield _in_another(pointer, notes[0], found.language, brief)


def _in_another(pointer: str, text: str, there: str, brief: Brief) -> Finding:
    return error(
        "TP-S12", pointer, measured=there, limit=brief.language,
        message=f"The text is in '{there}', and '{brief.language}' is asked for: '{quote(text)}'.",
        advice=f"Write every text in the language '{brief.language}'.",
    )


# --- TP-T02, TP-T06: claims and tone -------------------------------------------------------------


# "Painkillers are no part of this plan", but not: are no problem.
_LEFT_OUT_BEHIND = re.compile(
    r"[^.;:\n]{0,20}?\b(?:(?:is|are|has|have) (?:no|not) (?:part|place|business|substitute|answer|solution)"
    r"|(?:does|do) not belong|gehor\w* nicht|haben? (?:hier )?nichts|no (?:forman? parte|tienen? (?:lugar|sitio)"
    r"|pertenec\w+)"
    r"|n'(?:ont|a) (?:rien|pas)|ne (?:font|fait) pas partie)\b"
)


def _forbidden(
    rule: str, lists: Iterable[ForbiddenWords], said: SaidTexts, advice: str
) -> Iterator[Finding]:
    for forbidden in lists:
        for pointer, text in said.suspicious:
            for found in forbidden.words.finditer(text):
                is_no = is_denied(text, *found.span()) or _LEFT_OUT_BEHIND.match(text, found.end())
                if forbidden.may_be_denied and is_no:
                    continue
                if forbidden.may_be_asked and is_asked(text, *found.span()):
                    continue
                if forbidden.may_be_taken and is_sent_to_a_doctor(text, *found.span()):
                    continue
                if wordlists.DIFFERENCE.search(sentence_of(text, *found.span())) and "diet" in forbidden.noun:
                    continue       # "a deficit of at most 400 kcal"
                yield error(
                    rule, pointer, measured=quote(found.group()), limit=f"without {forbidden.noun}",
                    message=f"'{quote(found.group())}' is {forbidden.noun}.", advice=advice,
                )
                break


def _medical(said: SaidTexts) -> Iterator[Finding]:
    found = list(_forbidden(
        "TP-T02", wordlists.MEDICAL, said,
        "Leave out diagnoses, medicines and promises to heal; send to a professional what needs one.",
    ))
    yield from found
    if found:
        yield for_a_person(
            "TP-T02", found[0].pointer, measured=found[0].measured, limit="a person decides",
            message="The text speaks as a clinician would; somebody has to look at it before it is used.",
            advice="Leave it out.",
        )


def _tone(said: SaidTexts) -> Iterator[Finding]:
    yield from _forbidden(
        "TP-T06", wordlists.TONE, said,
        "Write soberly: no promises, no shame, no punishment, no extreme diets.",
    )


_MANY_DIGITS = re.compile(r"\d[\d ./()-]{6}")


def _has_digits_or_at(text: str) -> bool:
    return "@" in text or _MANY_DIGITS.search(text) is not None


def _markup(brief: Brief, said: SaidTexts) -> Iterator[Finding]:
    for pointer, text in said.places:
        words = residue.contact(text, allowed=_free_text(brief)) if _has_digits_or_at(text) else None
        if words:
            yield error(
                "TP-T06", pointer, measured=words, limit="no addresses",
                message="The text names somebody's address or telephone number.", advice="Leave it out.",
            )
    if said.everything.isascii() and not any(sign in said.everything for sign in wordlists.MARKUP_SIGNS):
        return
    for pointer, text in said.places:
        found = wordlists.MARKUP.search(text.lower())
        if found:
            yield error(
                "TP-T06", pointer, measured=repr(quote(found.group().strip())), limit="plain sentences",
                message=f"The text has markup, a link or an emoji in it: {quote(found.group().strip())!r}.",
                advice="Write plain sentences without Markdown, HTML, links and emoji.",
            )


# --- TP-T01: units -------------------------------------------------------------------------------


_LENGTH = {True: re.compile(r"mile|\bmi\b"), False: re.compile(r"km|kilomet")}


def _units(brief: Brief, said: SaidTexts) -> Iterator[Finding]:
    is_metric = brief.units is Units.METRIC
    patterns = [wordlists.IMPERIAL if is_metric else wordlists.METRIC]
    if is_metric and any(sign in said.everything for sign in wordlists.IMPERIAL_SIGNS):
        patterns.append(wordlists.IMPERIAL_WORDS)
    patterns = [pattern for pattern in patterns if pattern.search(said.everything)]
    for pointer, text in said.plains if patterns else ():
        for found in (found for pattern in patterns for found in pattern.finditer(text)):
            if found.group() in plain(_free_text(brief)) or wordlists.A_RACE.match(text, found.end()):
                continue       # the athlete's own way to say it; the name of a race
            is_explained = _LENGTH[is_metric].search(found.group()) and _LENGTH[not is_metric].search(
                sentence_of(text, *found.span()))      # "5 km are a little more than three miles"
            yield (warning if is_explained else error)(
                "TP-T01", pointer, measured=found.group(), limit=brief.units,
                message=f"The text says '{found.group()}', and the units of the brief are {brief.units}.",
                advice=f"Use {'kilograms and kilometres' if is_metric else 'pounds and miles'} only.",
            )
            break


@lru_cache(maxsize=64)
def _free_text(brief: Brief) -> str:
    return " ".join((brief.goal_note, brief.preferences, *brief.limitations))


def _kinds_of_load(brief: Brief, week: Week) -> Iterator[Finding]:
    wrong = LoadKind.LB if brief.units is Units.METRIC else LoadKind.KG
    for row in rows(week):
        if row.exercise.load_kind is wrong:
            yield error(
                "TP-T01", f"{row.at}/load_kind", measured=wrong, limit=brief.units,
                message=f"'{row.exercise.name}' is loaded in {wrong}, and the units of the brief are {brief.units}.",
                advice=f"Give the load in {'kg' if wrong is LoadKind.LB else 'lb'}.",
            )


# --- TP-T05: stop rules --------------------------------------------------------------------------


def stop_rules(brief: Brief, plan: Plan) -> Iterator[Finding]:
    if base_language(brief.language) not in KNOWN_LANGUAGES:
        return
    said = plain(plan.safety)
    for pattern, noun in (
        (wordlists.STOP, "when to stop"), (wordlists.SYMPTOM, "which signs to stop for"),
        (wordlists.ADVISER, "whom to ask"),
    ):
        if not pattern.search(said):
            yield warning(
                "TP-T05", "/safety", measured=f"no word on {noun}", limit="stop rules, and whom to ask",
                message=f"The safety text does not say {noun}.",
                advice="Say when to stop a set and a session, whom to ask, and that this is no medical advice.",
            )


_DISCLAIMER = re.compile(
    r"(?:not|no|kein\w*|ersetzt keine?|no es|ne \w+ pas|pas) [^.;\n]{0,25}(?:medical advice|arztliche\w* (?:rat"
    r"|beratung)|medizinische\w* (?:rat|beratung)"
    r"|consejo medico|asesoramiento medico|conseil medical|avis medical)"
)


def _disclaimer(said: SaidTexts) -> Iterator[Finding]:
    if not any(sign in said.everything for sign in ("medic", "medizin", "arztl")):
        return
    for at, text in said.plains:
        found = _DISCLAIMER.search(text)
        if found:
            yield warning(
                "TP-T05", at, measured=quote(found.group()), limit="once, in the plan's safety text",
                message="The week repeats that this is no medical advice; the program says so once.",
                advice="Leave it out of the weeks.",
            )


# --- languages without lists ---------------------------------------------------------------------


def languages_without_lists(brief: Brief, plan: Plan) -> Iterator[Finding]:
    if base_language(brief.language) not in KNOWN_LANGUAGES:
        yield info(
            "TP-T02", "", measured=brief.language, limit=", ".join(sorted(KNOWN_LANGUAGES)),
            message=f"There are no word lists for '{brief.language}': the rules on words (T01 to T06, S11, C02 to C08, "
                    "P19, P21) looked for English, German, Spanish and French words only.",
            advice="Somebody who reads the language looks at the texts.",
        )


# --- all texts, read once ------------------------------------------------------------------------


def _words(brief: Brief, said: SaidTexts) -> Iterator[Finding]:
    told = list(_scratch(said))
    yield from told
    places = {finding.pointer for finding in told}
    yield from (finding for finding in _residue(brief, said) if finding.pointer not in places)
    yield from _foreign(brief, said)
    yield from _medical(said)
    yield from _tone(said)
    yield from _markup(brief, said)
    yield from _units(brief, said)


def words_of_plan(brief: Brief, plan: Plan) -> Iterator[Finding]:
    yield from _words(brief, SaidTexts(tuple(texts(plan))))


def words_of_week(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    said = SaidTexts(tuple(texts_of_week(week)))
    yield from _words(brief, said)
    yield from _kinds_of_load(brief, week)
    yield from _disclaimer(said)
    if brief.level is Level.NOVICE:
        yield from _techniques(said)


# --- TP-C05: techniques that a novice does not need ----------------------------------------------


def _techniques(said: SaidTexts) -> Iterator[Finding]:
    if not any(sign in said.everything for sign in wordlists.TECHNIQUE_SIGNS):
        return
    for at, text in said.plains:
        found = wordlists.TECHNIQUES.search(text)
        if found and not is_denied(text, *found.span()):
            yield warning(
                "TP-C05", at, measured=found.group(), limit="straight sets, short of failure",
                message=f"The text speaks of '{found.group()}', and the brief is a novice's.",
                advice="Write straight sets that end before failure.",
            )
