"""What a language has to say for the rehearsal of a course."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

Texts = tuple[str, ...]


class Theme(NamedTuple):
    """What a module is about.  Slots: {strand} is an objective's own words, or a part of them."""

    title: str
    about: str
    scope: str               # ends a term of the module's lessons, which makes it one of its own
    objectives: Texts        # two, {strand}


class Aspect(NamedTuple):
    """What a lesson does with its theme.  Slots: {term} and {other}, its two terms; {strand}."""

    title: str
    objectives: Texts        # two
    terms: Texts             # two
    definitions: Texts       # of each, {Term}


class SimulatedQuestion(NamedTuple):
    """An item: one key or two, which are never the longest of the options."""

    stem: str                # {name} {place} {term} {strand}
    keys: tuple[Texts, ...]  # text and explanation
    others: tuple[Texts, ...]
    rationale: str


@dataclass(frozen=True, eq=False)      # one for each language
class CoursePhrases:
    """Slots: {topic} {term} {other} {Term} {Other} {strand} {name} {place}."""

    language: str
    levels: Mapping[str, str]
    titles: Texts                   # {topic}
    summary: str                    # {topic} {level} {lessons} {minutes}
    module_summary: str             # {about} {strand}
    own_objectives: Texts           # where the brief has none, {topic}
    verb: str                       # takes the place of one that nobody can observe
    before: str                     # stands before an objective without a verb
    before_question: str
    observable: frozenset[str]
    unobservable: frozenset[str]
    questions_begin: frozenset[str]
    infinitive_endings: Texts       # a first word that ends so is a verb
    strand: str                     # {objective}
    lowers: bool                    # whether an objective loses its capital inside a sentence
    weak_endings: frozenset[str]    # words that a cut must not leave at the end
    term: str                       # {term}: how it stands in a sentence
    lesson_title: str               # {aspect} {theme}
    themes: tuple[Theme, ...]
    aspects: tuple[Aspect, ...]
    headings: Texts
    short: Texts                    # sentences
    long: Texts
    joined: Texts                   # what joins two sentences, for academic prose
    steps: Texts
    examples: tuple[Texts, ...]     # title and body
    activities: tuple[Texts, ...]   # title and instructions
    summaries: Texts
    questions: tuple[SimulatedQuestion, ...]
    names: Texts
    places: Texts
    times: Texts
    contexts: Texts                 # sentences before a question
