"""Sums that stand in prose, computed again: "3 boxes of 12 eggs" is not read, "3 x 12 = 35" is.

Only numbers, units and operators are read, from one word that is neither to the next.  What is not wholly understood
is not judged: a variable, two units, a date, a range."""

import re
from dataclasses import dataclass

ROUGHLY = 0.05          # of the value, where the text says "about"
ROUNDING = 0.006        # of the value, else; and half of the last digit that is shown
LONGEST = 80            # characters of one side
FEWEST_NUMBERS = 3
_SIGNS = (
    "=", " is ", " equals ", " gives ", " makes ", " are ", " ist ", " sind ", " ergibt ", " ergeben ", " macht ",
    " es ", " son ", " da ", " est ", " font ", " fait ", " donne ", "≈", " uses ", ", so ",
    ", also ", ", soit ", "decir", "o sea",
)
NUMBER = r"\d{1,12}(?:[.,'’\u00a0\u202f]\d{1,12}){0,4}"
_UNIT = (
    r"(?:mm|cm|dm|km|m|mg|kg|g|t|ml|cl|dl|l|L|mL|min|h|s|kWh|Wh|kW|W|V|A|mA|Ω|ohms?|volts?|amps?|amperes?|watts?|Euro|"
    r"euros?|€|\$|£|USD|EUR|dollars?|pounds?|meters?|metres?|Meter|mètres?|metros?|kilos?|grams?|grammes?|gramos?|litres?|"
    r"liters?|Liter|litros?|minutes?|Minuten?|minutos?|hours?|Stunden?|heures?|horas?|days?|Tagen?|Tage|jours?|días?|"
    r"square (?:metres?|meters?)|m²|m2|cm²|cm2|m³|cm³|%|percent|Prozent|pour cent|por ciento)"
)
_NUMBERS = re.compile(r"\d+")
_NUMBER_AT_START = re.compile(rf"({NUMBER}).*", re.DOTALL)
_WITH_COMMA = frozenset({"de", "fr", "es", "it", "pt", "nl"})      # as decimal mark
_PERCENT = frozenset({"%", "percent", "Prozent", "pour cent", "por ciento"})
_PLUS = r"\+|plus|más"
_MINUS = r"−|–|-|minus|moins|menos"
_TIMES = r"×|·|\*|x|times|multiplied by|mal|fois|multiplié par|multiplicado por|por"
_BY = r"÷|/|:|divided by|geteilt durch|divisé par|dividido (?:por|entre)|entre"
_OPERATOR = rf"(?:{_PLUS}|{_MINUS}|{_TIMES}|{_BY})"
_VERB = (
    r"(?:=|≈|equals|is(?: about| roughly)?|gives|makes|are|ist(?: etwa| rund)?|sind|ergibt|ergeben|macht|es|son|da|est|"
    r"font|fait|donne)"
)
_NOUN = rf"(?!(?:{_OPERATOR}|{_VERB}|and|und|et|y|remainder|Rest|reste|resto)\b)[^\W\d_]{{3,15}}"
_ROUGHLY = (
    r"(?P<roughly>about |roughly |around |approximately |etwa |rund |ungefähr |environ |unos |aproximadamente |≈ ?)?"
)
_TERM = rf"[€$£]?\s?{NUMBER}(?:\s?{_UNIT}(?![\w²³])|\s{_NOUN})?"
_NOTHING_FOLLOWS = r"(?!\s?[/^=+*×÷·(\[]|[\d²³⁰¹⁴⁵⁶⁷⁸⁹]|[.,]\d|\s(?:remainder|Rest|reste|resto|r)\b)"
# No operator, bracket or letter stands before: the sum would be a part of another.
_NOTHING_BEFORE = (
    r"(?<![\w.,/^=+*×÷·(\[{−–-])(?<![\w)\]][ ][/^=+*×÷·−–-][ ])(?<![/^=+*×÷·−–-][ ])"
)
_SUM = re.compile(
    rf"{_NOTHING_BEFORE}(?P<left>{_TERM}(?:\s{{1,2}}{_OPERATOR}\s{{1,2}}{_TERM}|\s?[×·÷]\s?{_TERM}){{1,6}})"
    rf"\s{{0,2}}(?P<verb>{_VERB})\s{{0,2}}{_ROUGHLY}(?P<right>{_TERM}){_NOTHING_FOLLOWS}(?!\s(?:{_OPERATOR})\s)"
)
_SHARE = re.compile(
    rf"(?<![\w.,-])(?P<share>{NUMBER})\s?(?:%|percent|per cent|Prozent|pour cent|por ciento) (?:of|von|de) "
    rf"(?P<whole>{_TERM}) (?P<verb>{_VERB}) {_ROUGHLY}(?P<right>{_TERM}){_NOTHING_FOLLOWS}"
)
_PIECES = re.compile(
    rf"(?P<number>{NUMBER})|(?P<plus>{_PLUS})|(?P<minus>{_MINUS})|(?P<by>{_BY})|(?P<times>{_TIMES})(?![^\W\d_])"
    rf"|(?P<unit>{_UNIT})(?![\w²³])|(?P<noun>[^\W\d_]+)"
)
_UNIT_OF_NUMBER = re.compile(rf"\d\s?({_UNIT})(?![\w²³])")
_RESULTS = {
    frozenset({"V", "A"}): "W", frozenset({"A", "Ω"}): "V", frozenset({"W", "h"}): "Wh", frozenset({"kW", "h"}): "kWh",
}
_FACTORS = (7, 24, 60, 100, 1_000, 3_600)
# Where a sum may be wrong on purpose, or mean something else.
_ON_PURPOSE = re.compile(
    r"\b(?:mistake\w*|wrong\w*|incorrect\w*|error\w*|not|never|false\w*|binary|hexadecimal|modulo|mod|base|bits?|string\w*|concat\w*|"
    r"falsch\w*|Fehler\w*|nicht|binär\w*|faux|fausse|erreurs?|pas|binaire|errores|incorrect[oa]s?|binari[oa]|"
    r"someone|somebody|claims?|thinks?|guess\w*|behauptet|denkt|"
    # What would have been.
    r"(?-i:Had (?!to\b)[^\W\d]\w*) \w+|(?:would|could|might)(?:['’]ve| have)|slip(?:s|ped)?|tempting|"
    r"if (?:\w+ ){1,2}(?:had|writes?|wrote|typed?|computed?|calculated?)|"
    r"hätten?|hättest|wären?|würden?|irr(?:te|t)|Irrtum|vertan|hubier\w+|hubies\w+|habría[ns]?|equivoc\w+|escribier\w+|"
    r"aurai(?:t|s|ent)|serai(?:t|ent)|s['’](?:il|ils|elle|elles|on) avai(?:t|ent)|si \w+ avai(?:t|s|ent|ez)|tromp\w+)\b"
    r"|\bfals[oa]s?\b", re.IGNORECASE,
)
# Or the sentence behind says that it was.
_TOLD_AFTER = re.compile(
    r"\W{0,3}(?:(?:But )?(?:that|this|it|he|she|they)|(?:Aber )?(?:das|dies|er|sie)|(?:Pero )?(?:eso|esto|es|está|se)|"
    r"(?:Mais )?(?:c['’]est|cela|il|elle)) [^;]{0,40}?\b(?:wrong|mistak\w*|slip\w*|errors?|incorrect\w*|falsch|"
    r"Fehler\w*|irr\w+|vertan|falso|errónea?o?|equivoc\w+|faux|erreurs?|tromp\w+)\b"
    r"|\W{0,3}(?:Wrong|Falsch|Faux|Mal|Error)\b", re.IGNORECASE,
)
_NEIGHBOURHOOD = 200
_STOP = re.compile(r"[.!?](?=\s)|\n")
_ABOUT = re.compile(r"\b(?:about|roughly|around|etwa|rund|ungefähr|environ|unos|aproximadamente)\b", re.IGNORECASE)


@dataclass(frozen=True)
class WrongSum:
    """A sum as it is written, and what it comes to."""

    written: str
    value: float


def wrong_sums(text: str, language: str) -> list[WrongSum]:
    """The sums of `text` that do not come out; decimal marks as in `language`."""
    if not may_compute(text) or len(_NUMBERS.findall(text)) < FEWEST_NUMBERS:
        return []
    comma = has_decimal_comma(language)
    made: list[WrongSum] = []
    for found in _SUM.finditer(text):
        value = _value(found["left"], comma)
        stated = _stated(found["right"], comma)
        if value is None or stated is None or not _differ(found, value, stated):
            continue
        if not _is_another_unit(found, value, stated[0]) and not _is_range(found) and not is_meant(text, found):
            made.append(WrongSum(found[0].strip(), value))
    for found in _SHARE.finditer(text):
        share, whole, stated = (_stated(found[name], comma) for name in ("share", "whole", "right"))
        if share is None or whole is None or stated is None:
            continue
        value = share[0] * whole[0] / 100
        if not _differ(found, value, stated) or _is_another_unit(found, value, stated[0]) or is_meant(text, found):
            continue
        made.append(WrongSum(found[0].strip(), value))
    return made


def may_compute(text: str) -> bool:
    """Whether `text` has a digit and something that says equals."""
    return any(digit in text for digit in "123456789") and any(sign in text for sign in _SIGNS)


def has_decimal_comma(language: str) -> bool:
    return language in _WITH_COMMA


def right_results(text: str, language: str) -> list[str]:
    """The results, as they are written, of the sums of `text` that come out."""
    if not may_compute(text):
        return []
    comma = has_decimal_comma(language)
    made = []
    for found in _SUM.finditer(text):
        value, stated = _value(found["left"], comma), _stated(found["right"], comma)
        if value is not None and stated is not None and not _differ(found, value, stated):
            made.append(_NUMBER_AT_START.sub(r"\1", found["right"].strip(" €$£")))
    return made


def _differ(found: re.Match[str], value: float, stated: tuple[float, float]) -> bool:
    said = found.string[max(0, found.start() - 16) : found.end()]
    roughly = found["roughly"] or "≈" in found[0] or _ABOUT.search(said)
    allowed = max(abs(value) * (ROUGHLY if roughly else ROUNDING), stated[1])
    return abs(value - stated[0]) > allowed + 1e-9


def is_meant(text: str, found: re.Match[str]) -> bool:
    """Its own sentence, or the one before it, says so; or the one behind begins with it."""
    before = _STOP.split(text[max(0, found.start() - _NEIGHBOURHOOD) : found.start()])
    after = _STOP.split(text[found.end() : found.end() + _NEIGHBOURHOOD], maxsplit=2)
    if _ON_PURPOSE.search(" ".join((*before[-2:], after[0]))):
        return True
    return len(after) > 1 and _TOLD_AFTER.match(after[1]) is not None


def _is_range(found: re.Match[str]) -> bool:
    """A dash between two years or pages is no minus unless an equals sign says so."""
    return re.search(r"\d\s?[–-]\s?\d", found["left"]) is not None and found["verb"] not in {"=", "≈"}


def _is_another_unit(found: re.Match[str], value: float, stated: float) -> bool:
    """Whether the result is in a unit that the parts are not in, or may be: minutes to hours, grams to kilograms."""
    parts, result = _units(found["left" if "left" in found.groupdict() else "whole"]), _units(found["right"])
    if _RESULTS.get(frozenset(parts)) in result:
        return False
    if parts and result and not result <= parts | {f"{unit}²" for unit in parts} | {f"{unit}2" for unit in parts}:
        return True
    if not parts and not result:
        return False
    ratio = abs(value / stated) if stated else 0.0
    return any(abs(ratio * factor - 1) < 0.02 or abs(ratio / factor - 1) < 0.02 for factor in _FACTORS)


def _units(side: str) -> set[str]:
    return {found[1] for found in _UNIT_OF_NUMBER.finditer(side)}


def _stated(term: str, comma: bool) -> tuple[float, float] | None:
    """The number in `term`, and half of its last digit."""
    found = re.search(NUMBER, term)
    return number(found[0], comma) if found else None


def number(written: str, comma: bool) -> tuple[float, float] | None:
    """None if a mark could part thousands as well as decimals, or does neither."""
    flat = re.sub(r"['’\u00a0\u202f]", "", written)
    decimal, thousand = (",", ".") if comma else (".", ",")
    if thousand in flat and not re.fullmatch(rf"\d{{1,3}}(?:\{thousand}\d{{3}})+(?:\{decimal}\d+)?", flat):
        return None
    if flat.count(decimal) > 1:
        return None
    plain = flat.replace(thousand, "").replace(decimal, ".")
    digits = len(plain.partition(".")[2])
    return float(plain), 0.5 * 10.0 ** -digits if digits else (0.5 if len(plain) > 1 else 0.0)


def _value(left: str, comma: bool) -> float | None:
    """What `left` comes to, products first; None where units or things are mixed, or for a division by nothing."""
    if len(left) > LONGEST:
        return None
    total, product, sign, operator = 0.0, None, 1.0, ""
    units: set[str] = set()
    nouns: set[str] = set()
    is_sum = False
    for piece in _PIECES.finditer(left):
        kind = piece.lastgroup
        if kind == "noun":
            nouns.add(piece[0].casefold().rstrip("s"))
            continue
        if kind == "unit":
            units.add(piece[0])
        elif kind != "number":
            operator = kind or ""
        else:
            read = number(piece[0], comma)
            if read is None:
                return None
            factor = read[0]
            if product is None:
                product = factor
            elif operator == "times":
                product *= factor
            elif operator == "by":
                if factor == 0:
                    return None
                product /= factor
            else:
                is_sum = True
                total += sign * product
                product, sign = factor, -1.0 if operator == "minus" else 1.0
            operator = ""
    if is_sum and len(nouns) > 1:
        return None
    if product is None or (len(units) > 1 and frozenset(units) not in _RESULTS) or units & _PERCENT:
        return None
    return total + sign * product
