"""What can be told about a text without understanding it: is it blank, a placeholder, cut off?

The checks behind cost a call when they are wrong, so each one speaks only when it is sure: texts come
in every language, and a list, a table, code or a quotation may end without a full stop."""

import re
import unicodedata
from collections.abc import Sequence

_FENCE = re.compile(r"^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}(?=[^`]*$)|~{3,})")
_INLINE_CODE = re.compile(r"(?<!`)`+[^`\n]+`+")
_CODE_MARK = "``"       # stands where code was, so that what surrounds it keeps its shape

# Deliberately narrow: a course may teach to-do apps, the word "insert", or typesetting itself.
_PLACEHOLDERS: tuple[re.Pattern[str], ...] = (
    re.compile(r"\blorem\s+ipsum\b", re.IGNORECASE),
    re.compile(r"[\[<{]\s*(?:TODO|TBD|FIXME)\b(?![^\]\n]*\]\()"),
    re.compile(r"(?:^|:)[ \t\-*]*(?:TODO|TBD|FIXME)[ \t]*(?:[:.…–-]|$)", re.MULTILINE),
    re.compile(r"[\[<{]\s*(?:[Ii]nsert\s+[^\W\d_A-Z]|INSERT\s+[A-Z]|[Pp]laceholder\b)(?![^\]\n]*\]\()"),
    re.compile(r"\[\s*to be (?:added|completed|decided|defined|filled|written)\b", re.IGNORECASE),
    # The same in German, French and Spanish, between brackets that are no link.
    re.compile(
        r"\[\s*(?:(?:noch |hier |zu ){1,3}(?:ergänzen|einfügen|ausfüllen|einsetzen|vervollständigen)"
        r"|(?:Name|Vorname|Ort|Betrag|Firma)n? (?:hier )?(?:einfügen|einsetzen|eintragen|ergänzen)\b"
        r"|(?:nom|prénom|ville|montant) à (?:insérer|compléter|ajouter)\b"
        r"|(?:insertar?|añadir) (?:nombre|ciudad|importe)\b"
        r"|(?:Beispiel|Inhalt|Platzhalter)\b[^\]\n]{0,40}\b(?:einfügen|ergänzen|folgt)|Platzhalter\b"
        r"|à (?:compléter|rédiger|remplir|insérer|définir|ajouter|venir)|insérez?r?\s+(?:ici|une?|le|la)\b"
        r"|(?:exemple|texte) à (?:insérer|compléter|venir)"
        r"|(?:a|por) (?:completar|rellenar|redactar|definir|añadir|insertar)|insertar?\s+(?:aquí|una?|el|la)\b"
        r"|pendiente de\b)"
        r"[^\]\n]{0,200}\](?!\()", re.IGNORECASE),
    # Of whom the course is for, so no form that learners fill in.
    re.compile(
        r"\[(?:(?:learner|trainee)(?:['’]s)? name|Name (?:der|des) Lernenden"
        r"|nom de l['’]apprenant\w*|nombre del aprendiz)\](?!\()",
        re.IGNORECASE),
    re.compile(r"\b(?:content|text|example|explanation|lesson|section|summary|description) goes here\b", re.IGNORECASE),
    re.compile(r"\A\W*(?:n/a|xxx+|sample text|placeholder text)\W*\Z", re.IGNORECASE),
)

# One of these is in every placeholder; looking for them first keeps the check at microseconds.
_SIGNS = (
    "ipsum", "todo", "tbd", "fixme", "insert", "placeholder", "[to be ", "[ to be ", "goes here", "n/a", "xxx",
    "sample text",
)
_SIGNS_IN_BRACKETS = (
    "ergänzen", "einfügen", "ausfüllen", "einsetzen", "vervollständigen", "platzhalter", "folgt", "[à ", "[ à ",
    "insére", "insérer", "à compléter", "à venir", "completar", "rellenar", "redactar", "definir", "añadir", "inserta",
    "pendiente", "à insérer", "à ajouter", "learner", "trainee",
    "lernenden]", "apprenant", "aprendiz", "[insertar", "[añadir", "eintragen",
)

_OPENERS = "([{（［｛【「『"
_OPENER = re.compile(r"[(\[{（［｛【「『](?=\S)")
_CLOSER = re.compile(r"[)\]}）］｝】」』]")
# Brackets that are no brackets: escaped, quoted alone, or the mouth of a sad face.
_LONE_BRACKET = re.compile(r"\\[()\[\]{}]|(?<=[\"'“‘«„])[()\[\]{}](?=[\"'”’»“])|[:;]-?[(\[]")

_LIST_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,9}[.)])\s")
_HEADING = re.compile(r"^#{1,6}\s")
_CONTINUES = frozenset(",:;&、，；：،؛፣፥၊")
# Some keyboards have no other full stop: Greek asks with ";", Armenian ends with ":".
_STOPS_OF_SCRIPT = {";": "GREEK", ":": "ARMENIAN"}
_SCRIPTS_WITHOUT_STOPS = ("THAI", "LAO")


def is_blank(text: str) -> bool:
    """No letter, digit or symbol in it: nothing, white space or punctuation."""
    if text[:1].isalnum():
        return False
    return all(unicodedata.category(character)[0] in "ZPC" for character in text)


def placeholder(text: str, *, allowed: str = "") -> str | None:
    """The first placeholder in the prose of `text` (code may keep its TODOs).

    A pattern that also occurs in `allowed`, the words of the brief, is what the course is about."""
    if not may_hold_placeholder(text.casefold()):
        return None
    prose = without_code(text)[0]
    for pattern in _PLACEHOLDERS:
        found = pattern.search(prose)
        if found and not pattern.search(allowed):
            return shortened(found[0].strip(), 60)
    return None


def may_hold_placeholder(low: str) -> bool:
    """Whether `low`, in small letters, has a word that every placeholder has; to look at many texts at once."""
    return any(sign in low for sign in _SIGNS) or ("[" in low and any(sign in low for sign in _SIGNS_IN_BRACKETS))


def without_code(text: str) -> tuple[str, bool]:
    """`text` with a mark in place of code, and whether its last fence was left open."""
    if "`" not in text and "~~~" not in text:
        return text, False
    kept: list[str] = []
    fence = ""
    for line in text.split("\n"):
        marker = _FENCE.match(line)
        if fence:
            if marker and marker[1].startswith(fence) and line.strip(" \t>").strip(fence[0]) == "":
                fence = ""
        elif marker:
            fence = marker[1]
            kept += [_CODE_MARK, ""]
        else:
            kept.append(line)
    return _INLINE_CODE.sub(_CODE_MARK, "\n".join(kept)), bool(fence)


def cut_off(text: str) -> str | None:
    """Why `text` looks cut off, as half a sentence; None if it looks complete."""
    prose, is_open = without_code(text)
    if is_open:
        return "a code fence is opened and never closed"
    opened = _unclosed_bracket(prose)
    if opened is not None:
        return f"the bracket in “{opened}” is never closed"
    lines = prose.rstrip().split("\n")
    last = lines[-1].strip()
    if _HEADING.match(last):
        return f"nothing follows its last heading “{shortened(last, 60)}”"
    if _ends_in_structure(lines) or _is_finished(last):
        return None
    return f"its last sentence stops at “{_tail(last)}”"


def shortened(text: str, length: int) -> str:
    """`text` on one line, cut at `length` characters with an ellipsis."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"


def _unclosed_bracket(prose: str) -> str | None:
    """The words from the last bracket that stays open; None if as many close as open.

    Kinds are not told apart and a closing bracket too many is fine: [0, 1) and ]0, 1[ and 1) are."""
    if not any(opener in prose for opener in _OPENERS):
        return None
    plain = _LONE_BRACKET.sub("", prose)
    openers = [found.start() for found in _OPENER.finditer(plain)]
    closers = [found.start() for found in _CLOSER.finditer(plain)]
    if len(openers) <= len(closers):
        return None
    waiting: list[int] = []
    for place, is_opener in sorted([(at, True) for at in openers] + [(at, False) for at in closers]):
        if is_opener:
            waiting.append(place)
        elif waiting:
            waiting.pop()
    return shortened(plain[waiting[-1]:], 40)


def _ends_in_structure(lines: Sequence[str]) -> bool:
    """The last block is a list, a table, code, a rule or a quotation's source: no full stop wanted."""
    last = lines[-1]
    if last.startswith(("    ", "\t")) or "|" in (last.strip()[:1], last.strip()[-1:]):
        return True
    if not last.strip(" \t>*-_=") or last.strip(" \t>").startswith(("—", "–", "-- ")):
        return True
    block = len(lines)
    while block > 0 and lines[block - 1].strip():
        block -= 1
    return any(_LIST_ITEM.match(line) for line in lines[block:]) or last.startswith("  ")


def _is_finished(line: str) -> bool:
    """Ends with anything but a letter, a digit, an opening bracket or a sign that goes on."""
    ending = line.rstrip("*_~ \t\ufe0f\u200d¹²³⁰⁴⁵⁶⁷⁸⁹")
    if not ending:
        return True
    last = ending[-1]
    if last in _STOPS_OF_SCRIPT and _in_script(ending[:-1].rstrip()[-1:], _STOPS_OF_SCRIPT[last]):
        return True
    if last in _CONTINUES:
        return False
    category = unicodedata.category(last)
    if category[0] in "LN" or category in {"Mn", "Mc"}:
        return any(_in_script(last, script) for script in _SCRIPTS_WITHOUT_STOPS)
    return category not in {"Pd", "Ps"}


def _in_script(character: str, script: str) -> bool:
    return unicodedata.name(character, "").startswith(script) if character else False


def _tail(line: str) -> str:
    flat = " ".join(line.split())
    return flat if len(flat) <= 40 else "…" + flat[-39:]
