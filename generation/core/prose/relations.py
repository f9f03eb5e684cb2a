"""Statements of two or three numbers that stand in prose, computed again: 1,500 pence are 18 pounds, 15 % are 0.015,
14 of 50, so 24 %, half of 60 is 20.

As with sums, what is not wholly understood is not judged: another unit, a comparison, a part of a longer sum."""

import re
from collections.abc import Iterator

from generation.core.prose import arithmetic
from generation.core.prose.arithmetic import NUMBER, WrongSum

ROUGHLY = 0.25          # of the value, where the text says "about"
_ENDS = r"(?=\s?(?:[.;:!?)](?!\d)|,(?!\d)|\n|$))"
_IS = (
    r"(?:=|≈|is|are|equals|makes|ist|sind|ergibt|ergeben|macht|entspricht|entsprechen|es|son|equivale a|equivalen a|"
    r"est|sont|font|fait|correspond à)"
)
_ROUGHLY = (
    r"(?P<roughly>about |roughly |around |approximately |almost |nearly |over |etwa |rund |ungefähr |fast |knapp |gut |"
    r"environ |presque |unos |casi |aproximadamente |≈ ?)?"
)
# What a unit is worth in the smallest of its family.
_UNITS: dict[str, tuple[str, float]] = {
    name: (family, worth)
    for family, worth, names in (
        ("pound", 1, "pence penny"), ("pound", 100, "pounds pound"),
        ("euro", 1, "cent cents céntimos centimes"), ("euro", 100, "euro euros"),
        ("euro", 100, "dollars dollar dólares"),
        ("length", 1, "mm"), ("length", 10, "cm"), ("length", 1_000, "m meter meters metres mètres metros"),
        ("length", 1_000_000, "km"), ("mass", 1, "g grams gramm grammes gramos"),
        ("mass", 1_000, "kg kilograms kilogramm kilogrammes kilos"),
        ("volume", 1, "ml"), ("volume", 10, "cl"), ("volume", 1_000, "l litres liters liter litros"),
        ("power", 1, "w watts watt vatios"), ("power", 1_000, "kw kilowatts kilowatt kilovatios"),
        ("energy", 1, "wh"), ("energy", 1_000, "kwh"),
        ("time", 1, "seconds sekunden secondes segundos"), ("time", 60, "minutes minuten minutos min"),
        ("time", 3_600, "hours stunden heures horas"),
    )
    for name in names.split()
}
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_BEFORE = r"(?:^|[.;:(=]\s|\b(?:is|are|makes|gives|equals|ist|sind|macht|ergibt|son|es|font|fait|est)\s)"
_CONVERSION = re.compile(
    rf"{_BEFORE}(?P<left>{NUMBER})\s?(?P<from>{_UNIT})"
    rf"(?:,? (?:which|that|das|was|ce qui|lo que) {_IS}|"
    rf",? (?:that is|das heißt|also|soit|es decir|o sea),?| {_IS})\s{_ROUGHLY}"
    rf"(?P<right>{NUMBER})\s?(?P<to>{_UNIT}){_ENDS}", re.IGNORECASE | re.MULTILINE,
)
# Searched for first: what begins with a digit is found fast.
_MAY_CONVERT = re.compile(rf"\d\s?(?:{_UNIT})\b,? [^.\d]{{2,30}}\d", re.IGNORECASE)
_MAY_BE_SHARE = re.compile(r"\d(?: [^\W\d_]{1,15}| €| £)? (?:of|out of|von|de|sur) \d")
_PERCENT = r"(?:%|percent|per cent|Prozent|pour cent|por ciento)"
_AS_DECIMAL = re.compile(
    rf"(?<![\d.,] )(?<![\w.,-])(?P<share>{NUMBER})\s?{_PERCENT} {_IS}\s(?P<right>0[.,]\d{{1,6}}){_ENDS}",
    re.IGNORECASE,
)
_OF = re.compile(
    rf"(?P<word>\w+ )?(?<![\w.,/%-])(?P<part>{NUMBER})(?: (?P<unit>[^\W\d_]{{1,15}}|€|£))? (?:of|out of|von|de|sur) "
    rf"(?P<whole>{NUMBER})"
    rf"(?: (?P=unit))?,? (?:so|that is|which is|also|das sind|soit|es decir|o sea),? "
    rf"{_ROUGHLY}(?P<right>{NUMBER})\s?{_PERCENT}{_ENDS}", re.IGNORECASE,
)
# "Lesson 3 of 8", and what is counted on.
_COUNTED = frozenset(
    "lesson step page part day week question chapter unit lektion schritt seite teil tag woche frage kapitel lección "
    "paso página parte día"
    " semana pregunta leçon étape page partie jour semaine plus minus und and y et mal times".split()
)
_TIMES = {
    "half of": 1 / 2, "a third of": 1 / 3, "one third of": 1 / 3, "two thirds of": 2 / 3, "a quarter of": 1 / 4,
    "three quarters of": 3 / 4, "a tenth of": 1 / 10, "twice": 2, "double": 2, "three times": 3, "four times": 4,
    "five times": 5, "ten times": 10, "die hälfte von": 1 / 2, "ein drittel von": 1 / 3, "zwei drittel von": 2 / 3,
    "ein viertel von": 1 / 4, "drei viertel von": 3 / 4, "ein zehntel von": 1 / 10, "das doppelte von": 2, "zweimal": 2,
    "dreimal": 3, "viermal": 4, "fünfmal": 5, "la mitad de": 1 / 2, "un tercio de": 1 / 3, "dos tercios de": 2 / 3,
    "un cuarto de": 1 / 4, "el doble de": 2, "dos por": 2, "tres por": 3, "cuatro por": 4, "cinco por": 5,
    "la moitié de": 1 / 2, "le tiers de": 1 / 3, "les deux tiers de": 2 / 3, "le quart de": 1 / 4, "le double de": 2,
    "deux fois": 2, "trois fois": 3, "quatre fois": 4, "cinq fois": 5, "dix fois": 10,
}
_TIMES_OF = re.compile(
    rf"(?:^|[.;:(]\s|, )(?P<times>{'|'.join(sorted(_TIMES, key=len, reverse=True))}) "
    rf"(?P<left>{NUMBER})(?: (?P<unit>[^\W\d_]+|€|£))? {_IS} {_ROUGHLY}"
    rf"(?P<right>{NUMBER})(?: (?P<other>[^\W\d_]+|€|£))?{_ENDS}", re.IGNORECASE | re.MULTILINE,
)
_SIGNS_OF_TIMES = tuple({phrase.split()[-2] if " of" in phrase else phrase for phrase in _TIMES})
# A device of some watts that runs for some time uses some units.
_HOURS = {"half an hour": 0.5, "one hour": 1.0, "an hour": 1.0, "two hours": 2.0, "three hours": 3.0, "four hours": 4.0}
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10}
_DOZENS = frozenset("dozen dutzend douzaine douzaines docena docenas pairs paar paires pares hour hours".split())
_TOO = re.compile(r"\balso\b", re.IGNORECASE)     # in German it is "so"
_PERCENT_SIGN = re.compile(r"%|per ?cent|prozent|por ciento|pour cent")
_DECIMALS = re.compile(
    r"\b(?:factor|Kommazahl\w*|Dezimal\w*|Faktor|decimal\w*|décima\w+|facteur)\b", re.IGNORECASE,
)
_ENERGY = re.compile(
    rf"(?P<watts>{NUMBER})[ -]?(?:watts?|W)\b[^.,;\d]{{0,40}}? for (?P<time>{'|'.join(_HOURS)}) uses "
    rf"(?P<units>{'|'.join(_WORDS)}|{NUMBER}) (?:units?|kWh|kilowatt-hours?)\b", re.IGNORECASE,
)


def wrong_relations(text: str, language: str) -> list[WrongSum]:
    """The statements of `text` that do not hold; a mark for decimals may stand for thousands, too."""
    if not arithmetic.may_compute(text):
        return []
    comma = arithmetic.has_decimal_comma(language)
    wrong = [(found, value) for found, value, holds in _judged(text, comma) if not holds]
    if not wrong:
        return []
    right = {found.start() for found, _, holds in _judged(text, not comma) if holds}
    return [
        WrongSum(found[0].strip(" ,.;:("), value) for found, value in wrong
        if found.start() not in right and not arithmetic.is_meant(text, found) and (comma or not _TOO.search(found[0]))
    ]


def _judged(text: str, comma: bool) -> Iterator[tuple[re.Match[str], float, bool]]:
    for found, value, stated, allowed in _statements(text, comma):
        roughly = abs(value) * ROUGHLY if found.groupdict().get("roughly") else 0.0
        yield found, value, abs(value - stated) <= max(allowed, roughly) + 1e-9


def _statements(text: str, comma: bool) -> Iterator[tuple[re.Match[str], float, float, float]]:
    """What is stated, what it comes to, the number that is said, and how far that may be off."""
    low = text.casefold()
    yield from _conversions(text, comma)
    if _PERCENT_SIGN.search(low):
        yield from _shares(text, comma)
    if any(sign in low for sign in _SIGNS_OF_TIMES):
        for found in _TIMES_OF.finditer(text):
            left, right = arithmetic.number(found["left"], comma), arithmetic.number(found["right"], comma)
            unit, other = ((found[name] or "").casefold() for name in ("unit", "other"))
            is_measure = other in _UNITS or other in _DOZENS
            is_same = unit.rstrip("s") == other.rstrip("s") or not other or not (unit or is_measure)
            if left and right and is_same:
                value = _TIMES[found["times"].casefold()] * left[0]
                yield found, value, right[0], max(right[1], value * 0.006)
    for found in _ENERGY.finditer(text) if " uses " in low else ():
        watts, said = arithmetic.number(found["watts"], comma), found["units"].casefold()
        right = (float(_WORDS[said]), 0.0) if said in _WORDS else arithmetic.number(found["units"], comma)
        if watts and right:
            value = watts[0] * _HOURS[found["time"].casefold()] / 1_000
            yield found, value, right[0], max(right[1], value * 0.006)


def _conversions(text: str, comma: bool) -> Iterator[tuple[re.Match[str], float, float, float]]:
    for found in _CONVERSION.finditer(text) if _MAY_CONVERT.search(text) else ():
        (family, worth), (other, target) = (_UNITS[found[name].casefold()] for name in ("from", "to"))
        left, right = arithmetic.number(found["left"], comma), arithmetic.number(found["right"], comma)
        if family == other and worth != target and left and right:
            value = left[0] * worth / target
            yield found, value, right[0], max(right[1], value * 0.006)


def _shares(text: str, comma: bool) -> Iterator[tuple[re.Match[str], float, float, float]]:
    for found in _AS_DECIMAL.finditer(text) if _DECIMALS.search(text) else ():
        left, right = arithmetic.number(found["share"], comma), arithmetic.number(found["right"], comma)
        # Only a mark that slipped is certain.
        if left and right and left[0] > 0 and any(
            abs(right[0] * by * 100 / left[0] - 1) < 1e-6 for by in (10, 100, 0.1)
        ):
            yield found, left[0] / 100, right[0], 0.0
    for found in _OF.finditer(text) if _MAY_BE_SHARE.search(text) else ():
        part, whole = arithmetic.number(found["part"], comma), arithmetic.number(found["whole"], comma)
        right = arithmetic.number(found["right"], comma)
        is_counted = (found["word"] or "").strip().casefold() in _COUNTED
        if part and whole and right and 0 < part[0] <= whole[0] and not is_counted:
            value = 100 * part[0] / whole[0]
            allowed = max(1.0 if right[0].is_integer() else 0.1, right[1])
            if abs(100 - value - right[0]) > allowed:      # the rest may be meant
                yield found, value, right[0], allowed
