"""CR-C07: what the notes of the brief rule out, what they grant alone, and the money and measures that they ask for."""

import re
from collections.abc import Iterator
from functools import lru_cache

from generation.core.findings import Finding
from generation.core.prose.plain import sentences
from generation.core.prose.wholeness import shortened
from generation.kinds.course import vocabulary
from generation.kinds.course.checks.drafts import Draft, Texts, speaks_of, warning

_MOST_FORBIDDEN = 12
_LAST_WORDS = re.compile(
    r"\s+(?:behandeln|erwähnen|verwenden|benutzen|nutzen|einsetzen|ansprechen|thematisieren|voraussetzen|bitte|please|"
    r"por favor)$", re.IGNORECASE,
)
_FIRST_WORDS = re.compile(r"^(?:(?:the|der|die|das|los|las|el|la|les|le|des|du)\s+|l['’])", re.IGNORECASE)
_NOTHING_IN_PARTICULAR = re.compile(
    r"\b(?:nobody|no one|none|nothing|all|everything|this|that|it|they|questions?|learners?|"
    r"niemand|nichts|alles|fragen|nadie|nada|todo|personne|rien|tout)\b", re.IGNORECASE,
)
# What belongs to a thing that notes rule out by the name of its kind.
_KINDS = (
    (re.compile(r"\b(?:chemi\w+|(?:productos |substancias )?químic\w+|produits chimiques|chimi\w+)\b", re.IGNORECASE),
     re.compile(
         r"\b(?:(?:insecti|pesti|herbi|fungi|acari)(?:cides?|cidas?)|(?:Insekti|Pesti|Herbi|Fungi)zide?|weed ?killers?|"
         r"bleach|Chlorbleiche|lejía|eau de javel|glyphosate?|glifosato|Glyphosat)\b", re.IGNORECASE)),
    (re.compile(r"\b(?:meat|Fleisch|carne|viande)\b", re.IGNORECASE),
     re.compile(r"\b(?:beef|pork|bacon|ham|chicken breasts?|Rindfleisch|Schweinefleisch|Speck|Schinken|jamón|tocino|"
                r"jambon|lardons?|porc)\b", re.IGNORECASE)),
    (re.compile(r"\b(?:alcohol|Alkohol|alcool)\b", re.IGNORECASE),
     re.compile(r"\b(?:wine|beer|vodka|whisky|Wein|Bier|Wodka|vino|cerveza|vin rouge|bière)\b", re.IGNORECASE)),
)
# Learners have this, "nothing else".
_GRANTS_ALONE = re.compile(
    r"\b(?:nothing else|no other (?:tools?|materials?|equipment|devices?|means)|"
    r"only (?:an?|one|their|the|paper|pen\w*)\b|"
    r"sonst nichts|nichts (?:anderes|weiter)|(?:nur|lediglich) (?:ein|eine|einen|das|die|den|Papier|Stift)\b|"
    r"nada más|sol(?:o|amente) (?:una?|papel|el|la)\b|rien d['’]autre|seulement (?:une?|le|la|du|papier)\b)",
    re.IGNORECASE,
)
# Things that learners would have to have.
_TOOLS = re.compile(
    r"\b(?:(?:multi|volt|am|ohm)?meters?|multimeters?|oscilloscopes?|microscopes?|thermometers?|telescopes?|projectors?|printers?|"
    r"laptops?|tablets?|smart ?phones?|spreadsheets?|cameras?|drills?|soldering irons?|blenders?|mixers?|ovens?|"
    r"(?:kitchen |digital )?scales|stop ?watch(?:es)?|whiteboards?|flip ?charts?|scanners?|headsets?|"
    r"Multimeter|Messgeräte?n?|Oszilloskope?|Mikroskope?|Thermometer|Drucker|Beamer|Tabellenkalkulation|Kameras?|Bohrmaschine|"
    r"Lötkolben|Küchenwaage|Stoppuhr|Flipchart|Küchenmaschine|Mixer|"
    r"multímetros?|osciloscopios?|microscopios?|termómetros?|proyector(?:es)?|impresoras?|portátil(?:es)?|cámaras?|taladros?|"
    r"cronómetros?|batidora|hoja de cálculo|pizarra|"
    r"multimètres?|oscilloscopes?|thermomètres?|projecteurs?|imprimantes?|ordinateurs?|appareils? photo|perceuses?|"
    r"chronomètres?|tableur|tableau blanc)\b", re.IGNORECASE,
)
_MONEY = {
    "pounds": re.compile(
        r"£|\bGBP\b|\bpence\b|\b(?:pounds?|Pfund|libras?|livres?) (?:sterling|and pence)\b|\bin pounds\b",
        re.IGNORECASE,
    ),
    "dollars": re.compile(r"\$\s?\d|\bUSD\b|\b(?:US[- ])?dollars?\b|\bDollar\b|\bdólares?\b", re.IGNORECASE),
    "euros": re.compile(r"€|\bEUR\b|\beuros?\b", re.IGNORECASE),
    "francs": re.compile(r"\bCHF\b|\b(?:Swiss |Schweizer )?(?:francs?|Franken|francos)\b", re.IGNORECASE),
}
_METRIC_ASKED = re.compile(r"\b(?:metric|SI units?|metrisch\w*|SI-Einheiten|métric[oa]s?|métriques?)\b", re.IGNORECASE)
_IMPERIAL_ASKED = re.compile(r"\b(?:imperial|US (?:customary )?(?:units?|measures?)|cups and ounces)\b", re.IGNORECASE)
_METRIC = re.compile(
    r"\d\s?(?:mm|cm|km|kg|m|g|ml|cl|dl|l|°C|metres?|meters?|litres?|liters?|grams?|kilograms?|Celsius)\b"
)
_IMPERIAL = re.compile(
    r"\d\s?(?:lbs?|oz|ft|in\.|°F|inch(?:es)?|feet|foot|yards?|miles?|ounces?|gallons?|pints?|quarts?|Fahrenheit|Zoll|"
    r"pulgadas?|pouces?|millas?|onces?|onzas?)(?!\w)", re.IGNORECASE,
)


def notes_are_kept(texts: Texts) -> Iterator[Finding]:
    """CR-C07: what the notes of the brief rule out is not used."""
    for forbidden in _forbidden(texts.brief.notes):
        # Its words as they stand, but for their endings: "live work" is not every live part.
        parts = {word[: max(4, len(word) - 2)] for word in forbidden.casefold().split()}
        members = next((names for kind, names in _KINDS if kind.search(forbidden)), None)
        if not all(part in texts.low for part in parts):
            if members is not None:
                yield from _members_of(forbidden, members, texts)
            continue
        for passage in texts.passages:
            if passage.key in {"option", "explanation"}:      # distractors are mistakes
                continue
            low = passage.text.casefold()
            if not all(part in low for part in parts):
                continue
            said = next((
                sentence for sentence in sentences(passage.plain)
                if all(part in sentence.casefold() for part in parts) and not vocabulary.NEGATED.search(sentence)
            ), None)
            if said is not None:
                yield warning(
                    "CR-C07", passage.pointer, measured=shortened(said, 80), limit=f"no {shortened(forbidden, 60)}",
                    message=f"The notes of the brief rule out “{shortened(forbidden, 60)}”, and the text speaks of it.",
                    advice="Teach it without, as the brief asks.",
                )
                break


def _members_of(forbidden: str, members: re.Pattern[str], texts: Texts) -> Iterator[Finding]:
    for passage in texts.passages:
        if passage.key in {"option", "explanation"} or members.search(passage.text) is None:
            continue
        said = next((
            sentence for sentence in sentences(passage.plain)
            if members.search(sentence) and not vocabulary.NEGATED.search(sentence)
        ), None)
        if said is not None:
            yield warning(
                "CR-C07", passage.pointer, measured=shortened(said, 80), limit=f"no {shortened(forbidden, 60)}",
                message=f"The notes of the brief rule out “{shortened(forbidden, 60)}”, and the text uses one.",
                advice="Teach it without, as the brief asks.",
            )
            return


@lru_cache(maxsize=64)
def _forbidden(notes: str) -> tuple[str, ...]:
    found = []
    behind = (
        named for named in vocabulary.IS_FORBIDDEN.finditer(notes) if not _NOTHING_IN_PARTICULAR.search(named["what"])
    )
    for match in (*vocabulary.FORBIDS.finditer(notes), *behind):
        for part in re.split(r"\s+(?:or|and|oder|und|ni|o|y|ou|et)\s+", match["what"]):
            words = _FIRST_WORDS.sub("", _LAST_WORDS.sub("", part.strip())).split()
            if words and len(words) <= 6 and len(part.strip()) >= 3:
                found.append(" ".join(words[:4]))
    return tuple(found[:_MOST_FORBIDDEN])


def means_are_at_hand(draft: Draft) -> Iterator[Finding]:
    """CR-C07, of activities: where the notes grant some things and no others, no others are needed."""
    if not speaks_of(_GRANTS_ALONE, draft.brief.notes):
        return
    allowed = draft.texts.allowed.casefold()
    for n, activity in enumerate(draft.lesson.activities):
        for found in _TOOLS.finditer(activity.instructions):
            if found[0].casefold().rstrip("s") not in allowed:
                yield warning(
                    "CR-C07", f"/activities/{n}/instructions", measured=found[0], limit="what the notes grant",
                    message=f"The activity needs “{found[0]}”; the notes of the brief grant other things only.",
                    advice="Let learners do it with what the brief gives them.",
                )
                break


def money_and_measures_are_those_asked_for(draft: Draft) -> Iterator[Finding]:
    """CR-C07: the notes ask for pounds, and no price is in dollars; for metric units, and nothing is in miles."""
    for asked, pattern, own in _wanted(draft.brief.notes, draft.texts.allowed):
        for passage in draft.texts.passages:
            if passage.key in {"option", "explanation"}:
                continue
            found = pattern.search(passage.plain)
            # Both side by side are a conversion.
            if found and not own.search(passage.plain, max(0, found.start() - 40), found.end() + 40):
                yield warning(
                    "CR-C07", passage.pointer, measured=found[0], limit=asked,
                    message=f"The notes of the brief ask for {asked}, and the text says “{found[0]}”.",
                    advice=f"Use {asked}, as the brief asks.",
                )
                break


@lru_cache(maxsize=64)
def _wanted(notes: str, allowed: str) -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    """What is asked for, the pattern of what is not, and that of what is; nothing where the brief names both."""
    made: list[tuple[str, re.Pattern[str], re.Pattern[str]]] = []
    named = [name for name, pattern in _MONEY.items() if pattern.search(allowed)]
    if len(named) == 1 and _MONEY[named[0]].search(notes):
        made += [(named[0], pattern, _MONEY[named[0]]) for name, pattern in _MONEY.items() if name != named[0]]
    is_metric, is_imperial = bool(_METRIC_ASKED.search(notes)), bool(_IMPERIAL_ASKED.search(notes))
    if is_metric and not is_imperial and not _IMPERIAL.search(allowed):
        made.append(("metric units", _IMPERIAL, _METRIC))
    if is_imperial and not is_metric and not _METRIC.search(allowed):
        made.append(("imperial units", _METRIC, _IMPERIAL))
    return tuple(made)
