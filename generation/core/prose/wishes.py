"""What a person plainly wants of a new version: words gone or there, more or less of something, shorter, longer,
another language.  Said in English, German, Spanish or French.

Only what is said without condition: "no squats on Friday" forbids no squats, "shorter rests" want no shorter text.
What the words mean in a document, whether exercises or matters of a lesson, is the kind's business."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from generation.core.findings import Finding, Severity, error
from generation.core.prose.language import foreign_prose

RULE = "WISH"
LONGEST_READ = 2_000
MOST_WORDS = 4          # of what is named: more are a thought, no name


class Aim(StrEnum):
    GONE = "gone"
    THERE = "there"
    MORE = "more"
    LESS = "less"
    SHORTER = "shorter"
    LONGER = "longer"
    LANGUAGE = "language"


@dataclass(frozen=True)
class Wish:
    """`said` is what is named, in small letters; of a language, its tag; of a length, nothing."""

    aim: Aim
    said: str = ""


_SENTENCE = re.compile(r"[.;!?:\n()]+|\b(?:but|aber|sondern|pero|sino|mais)\b")
_SWAP = re.compile(
    r"\b(?:replace|swap|exchange|substitute|ersetz\w*|tausch\w*|reemplaz\w*|sustituy\w*|cambi[ae]\w*|remplac\w*)\s+"
    r"([^,]{2,60}?)\s+(?:with|by|for|durch|gegen|mit|por|par|contre)\s+([^,]{2,60})"
)
_TRIGGER = re.compile(
    r"\b(?:(?P<gone>(?:i )?(?:do not|don't|cannot|can't|can not|must not|never)"
    r"(?: (?:do|use|like|want|add|include|mention|give me|put in|show))(?: any(?: more)?)?|no more|no"
    r"|without(?: (?:any|mentioning|using))?|avoid|hate|dislike"
    r"|leave out|take out"
    r"|get rid of|remove|delete|drop|skip|exclude|instead of|rather than|kein(?:e|en|er|em|erlei)?|ohne"
    r"|nicht mehr|entfern\w*|streich\w*|vermeid\w*|hasse|statt|anstelle von|anstatt|lass\w*|sin|nada de"
    r"|quita\w*|elimina\w*|evita\w*"
    r"|en (?:vez|lugar) de|odio|sans|pas de|pas d'|supprim\w*|enl[eè]v\w*|retir\w*|[eé]vit\w*|au lieu (?:de|des|du))"
    r"|(?P<there>add|include|put in|insert|mention|bring in|füg\w*|ergänz\w*|nimm|bau(?:e|t)?|erwähn\w*|añad\w*"
    r"|agreg\w*|incluy\w*|menciona|ajout\w*|inclu(?:s|re|ez)|mentionne\w*)"
    r"|(?P<more>more|mehr|más|davantage d(?:e|')|plus d(?:e|'))"
    r"|(?P<less>less|fewer|weniger|menos|moins d(?:e|')))(?:\s+|(?<=')|$)"
)
_NEGATED = re.compile(r"(?:\b(?:no|not|never|nicht|nie|don't|doesn't|ne|any)|n')\s*(?:\w+\s+){0,2}$")
_KEPT = re.compile(r"\b(?:cannot|can't|not|never) (?:do |go |live )?without\b[^,]*")
_CLAIMS = frozenset("remove delete drop skip exclude".split())      # verbs that a word of denial turns round
_AND = re.compile(
    r"\s*[,/&]\s*(?:(?:and|or|und|oder|y|et|ou)\s+)?|\s+(?:and|or|nor|und|oder|sowie|y|e|o|u|ni|et|ou)\s+"
)
# Behind these the reason follows; behind the next, a place or a manner to which the wish is limited.
_REASON = re.compile(
    r"\b(?:because|since|due|my|weil|denn|wegen|da|porque|ya que|car|parce|puisque|please|bitte|por favor"
    r"|anymore|any more|at all|instead|stattdessen|hinzu|dazu|weg|raus|rein|i)\b.*"
)
_LIMIT = re.compile(
    r"\b(?:on|in|at|as|before|after|during|between|while|until|with|without|over|above|below|under|than|for|from|to|if"
    r"|when|every|each|only|except|per|am|an|im|auf|bei|beim|mit|vor|nach|zwischen|als|wenn|außer|nur|pro|für"
    r"|aus|zu|zum"
    r"|en|antes|después|con|como|que|si|salvo|para|por|dans|avant|après|avec|sauf|pour|nicht)\b.*"
)
_FILLERS = frozenset(
    "the a an any all some of more please such those these this that other another extra die der das den dem "
    "des ein eine "
    "einen einem einer mehr alle etwas diese dieser los las el la lo un una unos unas más de del le les une du "
    "d' l'".split()
)
_END = (
    r"(?=\s*(?:$|[,.;!?:\n)]|\b(?:please|overall|in total|and|than before|than it was|version|text|lesson|unit"
    r"|bitte|und"
    r"|insgesamt|fassung|lektion|als vorher|por favor|y|lección|texto|s'il|et|leçon|texte)\b))"
)
_SHORTER = re.compile(
    rf"\b(?:shorten it|condense it|(?:shorter|more concise|briefer|kürzer\w{{0,2}}|knapper\w{{0,2}}|kürzen"
    rf"|más corto|más corta"
    rf"|más breve|plus court|plus courte|plus bref){_END})"
)
_LONGER = re.compile(
    rf"\b(?:expand it|lengthen it|(?:longer|more detailed|more detail|more details|länger\w{{0,2}}"
    rf"|ausführlicher\w{{0,2}}"
    rf"|mehr details?|más largo|más larga|más detallad[oa]|más extens[oa]|plus long|plus longue|plus détaillée?){_END})"
)
_LANGUAGES = {
    "en": r"english|englisch\w*|inglés|anglais", "de": r"german|deutsch\w*|alemán|allemand",
    "es": r"spanish|spanisch\w*|español|castellano|espagnol", "fr": r"french|französisch\w*|francés|français",
}
_LANGUAGE = re.compile(
    r"\b(?:in|into|to|auf|ins|en|al)\s+(?:(?:plain|simple|good|einfachem|gutem)\s+)?(?:"
    + "|".join(f"(?P<{tag}>{names})" for tag, names in _LANGUAGES.items())
    + r")(?=\s*(?:$|[,.;!?:\n)]|\b(?:please|only|instead|now|and|bitte|nur|und|por favor|y|s'il|et)\b))"
)


@lru_cache(maxsize=64)
def wishes_in(instruction: str) -> tuple[Wish, ...]:
    """What `instruction` wants, each thing once, in its order."""
    found = dict[Wish, None]()
    text = instruction[:LONGEST_READ].casefold().replace("\u2019", "'")
    for sentence in _SENTENCE.split(text):
        for wish in (*_of_length(sentence), *_of_language(sentence), *_of_names(sentence)):
            found[wish] = None
    gone = {wish.said for wish in found if wish.aim is Aim.GONE}
    return tuple(wish for wish in found if wish.aim is Aim.GONE or not wish.said or wish.said not in gone)


def _of_length(sentence: str) -> Iterator[Wish]:
    for aim, pattern in ((Aim.SHORTER, _SHORTER), (Aim.LONGER, _LONGER)):
        found = pattern.search(sentence)
        if found is not None and not _NEGATED.search(sentence[max(0, found.start() - 40) : found.start()]):
            yield Wish(aim)


def _of_language(sentence: str) -> Iterator[Wish]:
    found = list(_LANGUAGE.finditer(sentence))
    if len(found) == 1 and not _NEGATED.search(sentence[max(0, found[0].start() - 40) : found[0].start()]):
        assert found[0].lastgroup is not None, "one of the languages was named"
        yield Wish(Aim.LANGUAGE, found[0].lastgroup)


def _of_names(sentence: str) -> Iterator[Wish]:
    for swap in _SWAP.finditer(sentence):
        if not _NEGATED.search(sentence[max(0, swap.start() - 40) : swap.start()]):
            yield from (Wish(Aim.GONE, name) for name in _names(swap.group(1), is_limited=False))
            yield from (Wish(Aim.THERE, name) for name in _names(swap.group(2), is_limited=False))
    sentence = _KEPT.sub(",", _SWAP.sub(",", sentence))
    triggers = list(_TRIGGER.finditer(sentence))
    ends = [*(trigger.start() for trigger in triggers[1:]), len(sentence)]
    for trigger, end in zip(triggers, ends, strict=False):
        aim = Aim(trigger.lastgroup or "")
        said = trigger.group().strip()
        turns_round = aim is not Aim.GONE or said in _CLAIMS
        if turns_round and _NEGATED.search(sentence[max(0, trigger.start() - 40) : trigger.start()]):
            continue
        rest = sentence[trigger.end() : end]
        is_taking_away = aim in {Aim.GONE, Aim.LESS}
        yield from (Wish(aim, name) for name in _names(rest, is_limited=is_taking_away))


def _names(rest: str, *, is_limited: bool) -> Iterator[str]:
    """What is named in `rest`; where `is_limited`, not what a place or a manner goes with."""
    for piece in _AND.split(rest):
        reasoned = _REASON.sub("", _without_fillers(piece))
        plain = _LIMIT.sub("", reasoned)
        if is_limited and plain != reasoned:
            return
        words = [word for word in plain.split() if word not in _FILLERS]
        if not words or len(words) > MOST_WORDS:
            return              # another clause has begun
        yield " ".join(words).strip("\"'\u201c\u201d\u201e\u00ab\u00bb ")


def _without_fillers(piece: str) -> str:
    """`piece` from its first word on that is no article: "an" is one in English, and a limit in German."""
    words = piece.replace("l'", "").replace("d'", "").split()
    first = next((at for at, word in enumerate(words) if word not in _FILLERS), len(words))
    return " ".join(words[first:])


# --- what no kind needs to know -------------------------------------------------------------------


def unfulfilled(pointer: str, *, wish: str, measured: object, message: str, advice: str) -> Finding:
    return error(
        RULE, pointer, measured=measured, limit=wish, message=message, advice=advice, severity=Severity.WARNING,
    )


def check_length(wishes: Sequence[Wish], old: Sequence[int], new: Sequence[int]) -> Iterator[Finding]:
    """`old` and `new` are the sizes of both versions, by several measures: one that moved as wished is enough."""
    pairs = list(zip(old, new, strict=True))
    measured = ", ".join(f"{before} to {after}" for before, after in pairs)
    if Wish(Aim.SHORTER) in wishes and not any(after < before for before, after in pairs):
        yield unfulfilled(
            "", wish="shorter", measured=measured, message="A shorter version was wanted; this one is not shorter.",
            advice="Leave out what matters least.",
        )
    if Wish(Aim.LONGER) in wishes and not any(after > before for before, after in pairs):
        yield unfulfilled(
            "", wish="longer", measured=measured, message="A longer version was wanted; this one is not longer.",
            advice="Say more about what matters most.",
        )


def check_language(wishes: Sequence[Wish], prose: str) -> Iterator[Finding]:
    for wish in wishes:
        found = foreign_prose(prose, wish.said) if wish.aim is Aim.LANGUAGE else None
        if found is not None:
            yield unfulfilled(
                "", wish=wish.said, measured=found.language,
                message=f"The language {wish.said} was wanted; this version is in another one ({found.language}).",
                advice=f"Write every text in the language {wish.said}.",
            )
