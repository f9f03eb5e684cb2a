"""What a document must not carry: talk of the writer, keys, addresses of people, orders to the next reader's model.

Each function gives the words that it found, cut to a line, or None.  A course about such words may hold them:
`allowed` is the text of the brief, and a pattern that occurs there is what the document is about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from generation.core.prose.wholeness import shortened

_EXCERPT = 80
_LONGEST_ORDER = 130    # characters from its verb to the last sign of it: two gaps, and the words between
_REST_OF_ORDER = 60     # and from there to its end
_LETTERS = re.compile(r"\w+")

# --- the writer talks to whoever asked ------------------------------------------------------------

@dataclass(frozen=True)
class Pattern:
    """A pattern, and what is in any text that it finds: of each group of signs one, and one of `words`, if there are
    any.  Most texts have not, and are not searched."""

    words: frozenset[str]
    signs: tuple[tuple[str, ...], ...]
    pattern: re.Pattern[str]

    def search(self, text: str, low: str) -> re.Match[str] | None:
        """With two groups, the pattern ends near a sign of the last: only there is it tried, since it may have gaps."""
        if len(self.signs) == 1:
            return self.pattern.search(text)
        for sign in self.signs[-1]:
            at = low.find(sign)
            while at >= 0:
                found = self.pattern.search(text, max(0, at - _LONGEST_ORDER), at + _REST_OF_ORDER)
                if found:
                    return found
                at = low.find(sign, at + len(sign))
        return None


def _pattern(signs: str, pattern: str) -> Pattern:
    groups = tuple(tuple(group.replace("$", "").split("|")) for group in signs.split("&"))
    first = [_whole_word(sign) for sign in signs.partition("&")[0].split("|")]
    words = frozenset(word for word in first if word) if all(first) else frozenset[str]()
    return Pattern(words, groups, re.compile(pattern, re.IGNORECASE | re.MULTILINE))


def _whole_word(sign: str) -> str:
    """A word that a text with `sign` has as a whole; empty if the sign may be parts of longer ones.

    What a sign begins with, a pattern finds at the beginning of a word; what ends in a dollar sign, at its end, too."""
    parts = _LETTERS.findall(sign)
    whole = parts if sign[-1:] in {" ", "$"} else parts[:-1]
    return max(whole, key=len, default="")


_PARTS = r"(?:lesson|week|section|course|program(?:me)?|plan|draft|json|output|version|response)"
_TEILE = r"(?:Lektion|Woche|Abschnitt|Kurs|Programm|Plan|Entwurf|JSON|Version)"
# By language; English ones are looked for in every text, since models fall back to it.
_SCRATCH: dict[str, tuple[Pattern, ...]] = {
    "en": (
        _pattern("let me draft|let me write|let me think|let me start|let me re|let me check", r"\blet me (?:draft|write|think|start by (?:drafting|writing)|rewrite|revise|check the (?:schema|brief|instructions|word count))\b"),
        _pattern("let's draft|let’s draft", r"\blet['’]s draft\b"),
        _pattern("i'll |i’ll |i will |i need to |m going to ", r"\b(?:I['’]ll|I will|I['’]m going to|I need to) (?:now )?(?:draft|write|generate|rewrite|revise|produce|output) (?:the|this|a|an|your) (?:\w+ )?" + _PARTS + r"\b"),
        _pattern("as an ai|as a language|as a large|as an artificial|as a ai", r"\bas an? (?:AI|artificial intelligence|large language model|language model)(?: (?:language )?(?:model|assistant|system))?,? (?:I|we)\b"),
        _pattern("i am |i'm |i’m ", r"\bI(?: am|['’]m) (?:just |only )?(?:an? )?(?:AI|artificial intelligence|large language model|language model)\b"),
        _pattern("sure!|sure,|sure.|certainly!|certainly,|course!|course,|absolutely!|absolutely,|great!|great,", r"^\W{0,3}(?:sure|certainly|of course|absolutely|great)[!,.]\s{1,3}(?:here['’]s|here (?:is|are)|below is|I['’]ll|I (?:will|can)|let me)\b"),
        _pattern("here is|here's|here’s", r"^\W{0,4}here(?: is|['’]s) (?:the|your|a|an) (?:(?:lesson|draft)|(?:revised|updated|final|corrected|requested) " + _PARTS + r")\b(?=[^.\n:]{0,60}[:.]?$)"),
        _pattern("here is|here's|here’s", r"\bhere(?: is|['’]s) (?:the|your) (?:requested|revised|updated|rewritten|corrected) (?:lesson|section|unit|module)\b"),
        _pattern("i hope ", r"\bI hope (?:this|that) (?:helps\b|meets your)"),
        _pattern("as requested in|as specified in", r"\bas (?:requested|specified) in (?:the|your) (?:prompt|instructions|brief|schema)\b"),
        _pattern("schema requires|schema asks|schema says|schema wants", r"\b(?:the|this|my|your) (?:JSON )?schema (?:requires|asks|says|wants)\b"),
        _pattern("prompt says|prompt asks|prompt requires|prompt wants", r"\b(?:the|your) (?:system )?prompt (?:says|asks|requires|wants)\b"),
        _pattern("so_far|<brief>|<target>|>", r"\bso_far\b|<brief>|<target>|</?think>|<\|[a-z_]{2,20}\|>"),
        _pattern("assistant]|system]|# assistant|# system", r"^\W{0,3}\[(?:assistant|system)\]|^#{2,3} (?:assistant|system)\s*:?$"),
        _pattern("requested|asked for|demanded|instructed|wanted&schema|your prompt|my prompt|system prompt|user prompt", r"\b(?:requested|asked for|demanded|instructed|wanted) (?:by|in) (?:(?:the|this|my|your) (?:JSON |output |given )?schema|(?:my|your|(?:the )?(?:system|user)) prompt)\b"),
        _pattern(" words&heading|markdown|schema|json", r"\([^()\n]{0,60}\b\d{2,4} (?:to|-|–) \d{2,4} words\b[^()\n]{0,60}\b(?:headings?|markdown|schema|JSON)\b[^()\n]{0,60}\)"),
        _pattern("note to self|thinking:|word count", r"\b(?:note to self\b|thinking:|word count: \d)"),
        _pattern(" draft of", r"\b(?:first|rough|initial) draft of (?:this|the) " + _PARTS + r"\b"),
    ),
    "de": (
        _pattern("als ki|als künst|sprachmodell", r"\bals (?:KI|künstliche Intelligenz|(?:großes )?Sprachmodell)(?:-?(?:Modell|Assistent|Sprachmodell))?,? (?:kann|habe|bin|darf|möchte|werde) ich\b"),
        _pattern("ich bin", r"\bich bin (?:nur )?(?:eine? )?(?:KI|Sprachmodell)\b"),
        _pattern("hier ist", r"^\W{0,4}hier ist (?:die|der|das|Ihr|Ihre|dein|deine) (?:(?:Lektion|Entwurf)|(?:überarbeitete|fertige|gewünschte|vollständige) " + _TEILE + r")\b(?=[^.\n:]{0,60}[:.]?$)"),
        _pattern("hier ist", r"\bhier ist (?:die|Ihre|deine) (?:überarbeitete|gewünschte|angeforderte|korrigierte|aktualisierte|angepasste) (?:Lektion|Einheit)\b"),
        _pattern("gemäß |entsprechend &vorgaben|anweisungen", r"\b(?:Lektion|Abschnitt|Modul) (?:gemäß|entsprechend) (?:Ihren|deinen) (?:Vorgaben|Anweisungen)\b"),
        _pattern("ich werde |lass mich|lassen sie mich", r"\b(?:lass(?:en Sie)? mich|ich werde) (?:nun|jetzt)? ?[^.\n]{0,40}\b" + _TEILE + r" [^.\n]{0,20}\b(?:entwerfen|schreiben|erstellen|verfassen)\b"),
        _pattern("wie &schema|prompt", r"\bwie (?:vom|im|durch das) (?:JSON-)?(?:Schema|Prompt) (?:verlangt|gefordert|gewünscht|vorgegeben|angegeben)\b"),
        _pattern("ich hoffe", r"\bich hoffe,? (?:das|dies) hilft\b"),
        _pattern("gerne!|natürlich!|selbstverständlich!", r"^\W{0,3}(?:gerne|natürlich|selbstverständlich)!\s{1,3}(?:hier|ich)\b"),
    ),
    "fr": (
        _pattern("en tant qu", r"\ben tant qu(?:['’](?:IA|intelligence artificielle)\b[^.\n]{0,30}\bje\b|e modèle de langage\b)"),
        _pattern("je suis un", r"\bje suis (?:un|une) (?:IA|modèle de langage)\b"),
        _pattern("voici ", r"^\W{0,4}voici (?:la|le|votre|ta) (?:leçon|brouillon|(?:semaine|section|cours|programme|plan|version) (?:révisée?|corrigée?|complète?|demandée?))\b(?=[^.\n:]{0,60}[:.]?$)"),
        _pattern("voici ", r"\bvoici (?:la|votre|ta) (?:leçon|section|version) (?:demandée|révisée|corrigée|mise à jour|adaptée)\b"),
        _pattern("je vais ", r"\bje vais (?:maintenant )?(?:rédiger|générer) (?:la|le|cette|ce)\b"),
        _pattern("comme &schéma|prompt", r"\bcomme (?:demandé|exigé|indiqué|précisé) (?:par|dans) (?:le|ce|votre) (?:schéma JSON|prompt)\b"),
        _pattern("espère que", r"\bj['’]espère que cela (?:vous )?aide\b"),
        _pattern("bien sûr", r"^\W{0,3}bien sûr\s?!\s{1,3}(?:voici|je)\b"),
    ),
    "es": (
        _pattern("como ia|como una ia|como un modelo|como modelo|inteligencia artificial", r"\bcomo (?:una? )?(?:IA|inteligencia artificial|modelo de lenguaje)\b[^.\n]{0,20}\b(?:no )?(?:puedo|soy|tengo|debo)\b"),
        _pattern("soy un", r"\bsoy (?:un|una) (?:IA|modelo de lenguaje)\b"),
        _pattern("aquí ", r"^\W{0,4}aquí (?:tienes|está) (?:la|el|tu|su) (?:lección|borrador|(?:semana|sección|curso|programa|plan|versión) (?:revisad[oa]|corregid[oa]|complet[oa]|solicitad[oa]))\b(?=[^.\n:]{0,60}[:.]?$)"),
        _pattern("aquí ", r"\baquí (?:tienes?|está|va) (?:la|tu|su) (?:lección|sección|versión) (?:solicitada|pedida|revisada|corregida|actualizada)\b"),
        _pattern("voy a ", r"\bvoy a (?:redactar|generar) (?:la|el|esta|este)\b"),
        _pattern("como &esquema|prompt", r"\bcomo (?:se pide|pide|exige|indica|se indica) (?:en |por )?(?:el|este|tu|su) (?:esquema JSON|prompt)\b"),
        _pattern("espero que", r"\bespero que (?:esto )?(?:te|le) (?:ayude|sirva)\b"),
        _pattern("claro!|claro,|por supuesto!|por supuesto,", r"^\W{0,3}(?:claro|por supuesto)[!,]\s{1,3}aquí\b"),
    ),
}

# --- keys and people -------------------------------------------------------------------------------

_SECRET = re.compile(
    r"\bsk-[A-Za-z0-9_-]{16,}|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{20,}|\bxox[abpr]-[A-Za-z0-9-]{10,}"
    r"|\bAIza[0-9A-Za-z_-]{30,}|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----|\bcw_[A-Za-z0-9_-]{20,}|\bwhsec_[A-Za-z0-9+/=]{16,}"
    r"|\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}"
)
SHORTEST_SECRET = 15         # characters without a space
_SECRET_SIGNS = ("sk-", "AKIA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "xox", "AIza", "cw_", "whsec_", "eyJ")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?!example\.|[\w.-]{0,60}\.example\b|[\w.-]{0,60}\.(?:test|invalid)\b)[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_PHONE = re.compile(
    r"(?<![\w+])(?:\+\d{1,3}[\s./-]?(?:\(0?\d{0,4}\)[\s./-]?)?\d{1,5}(?:[\s./-]?\d{2,5}){2,4}"
    r"|\(\d{3}\)\s?\d{3}[-.\s]\d{4}|\d{3}-\d{3}-\d{4})(?![\w-])"
)
_MANY_DIGITS = re.compile(r"\d[\d /().-]{6,}\d")      # in every telephone number
_PHONE_LABEL = re.compile(
    r"\b(?:phone|tel|telephone|call(?: us)?(?: (?:at|on))?|Telefon|Tel|Handy|téléphone|teléfono|móvil|WhatsApp)\b[.: ]{1,3}(?:\+?\d[\d /()-]{6,18}\d)",
    re.IGNORECASE,
)
_FICTION = re.compile(r"\b555[-. ]?01\d\d\b")      # set aside for stories
FEWEST_DIGITS = 8

# --- orders to a model ------------------------------------------------------------------------------

_GAP = r"[^.!?\n]{0,40}?"
_ORDERS: tuple[Pattern, ...] = (
    _pattern("ignore$|disregard$|forget$|override$&instruction|prompt|guideline|directive|rules ", rf"\b(?:ignore|disregard|forget|override)\b{_GAP}\b(?:previous|prior|above|earlier|preceding|all|your|system)\b{_GAP}\b(?:instructions?|prompts?|guidelines|directives|rules (?:above|before|given))\b"),
    _pattern("ignorier|vergiss|vergessen|missacht&anweisung|instruktion|vorgaben|prompt", rf"\b(?:ignorier\w*|vergiss|vergessen Sie|missacht\w*)\b{_GAP}\b(?:vorherig\w*|bisherig\w*|obig\w*|vorig\w*|frühere\w*|alle\w*|deine\w*|ihre\w*)\b{_GAP}\b(?:Anweisung\w*|Instruktion\w*|Vorgaben|Prompts?)\b"),
    _pattern("ignore|oublie&précédent|antérieur|ci-dessus", rf"\b(?:ignore[zr]?|oublie[zr]?)\b{_GAP}\b(?:instructions?|consignes|règles|directives)\b{_GAP}\b(?:précédentes?|antérieures?|ci-dessus)\b"),
    _pattern("ignor|olvid&anteriores|previas|de arriba", rf"\b(?:ignora|ignore|ignorar|olvida|olvide)\b{_GAP}\b(?:instrucciones|reglas|indicaciones|órdenes)\b{_GAP}\b(?:anteriores|previas|de arriba)\b"),
    _pattern("system prompt|your prompt|your instructions", r"\b(?:reveal|print|output|repeat|show)\b[^.!?\n]{0,30}\b(?:system prompt|your (?:instructions|prompt))\b"),
    _pattern("you are now", r"\byou are now (?:an? |in )?(?:\w+ )?(?:AI|assistant|language model|DAN|developer mode|unrestricted)\b"),
    _pattern("du bist", r"\bdu bist (?:jetzt|nun|ab jetzt) (?:ein\w* )?(?:\w+ )?(?:KI|Assistent|Sprachmodell)\b"),
    _pattern("reading this|reads this|processing this", r"\b(?:to|for) (?:any|the) (?:AI|language model|LLM|assistant) (?:reading|that reads|processing) this\b"),
)


@dataclass(frozen=True)
class SaidWords:
    """What `scratch` and `orders` look up: all words in small letters, what an apostrophe or hyphen joins apart; and
    all that stands between spaces, once."""

    words: frozenset[str]
    parts: str


def said_in(text: str) -> SaidWords:
    """Of a text, or of what stands in it between spaces, each once."""
    low = text.casefold()
    words: set[str] = set()
    rest: list[str] = []
    for part in low.split():
        if part.isalpha():
            words.add(part)
        elif part[:-1].isalpha():      # a comma or a full stop: the commonest by far
            words.add(part[:-1])
            rest.append(part[-1])
        else:
            rest.append(part)
    words.update(_LETTERS.findall(" ".join(rest)))
    return SaidWords(frozenset(words), low)


def scratch(
    text: str, *, allowed: str = "", language: str = "", said: SaidWords | None = None,
) -> str | None:
    """Where the text speaks of its own writing: "let me draft", "as an AI, I cannot".

    In English and in `language`, without a region; in all that we know if that is not given."""
    spoken = _SCRATCH if not language else {"en", language} & _SCRATCH.keys()
    return _first([pattern for name in sorted(spoken) for pattern in _SCRATCH[name]], text, allowed, said)


def orders(text: str, *, allowed: str = "", said: SaidWords | None = None) -> str | None:
    """An order to whatever model reads the text: "ignore all previous instructions"."""
    return _first(_ORDERS, text, allowed, said)


def secret(text: str) -> str | None:
    """Something that looks like a key of somebody's account."""
    found = _SECRET.search(text) if may_hold_secret(text) else None
    return f"{found[0][:6]}…" if found else None


def may_hold_secret(text: str) -> bool:
    """Whether a part between spaces could be one: to look at many texts at once."""
    return "-----BEGIN" in text or any(
        sign in part for part in text.split() if len(part) >= SHORTEST_SECRET for sign in _SECRET_SIGNS
    )


def contact(text: str, *, allowed: str = "") -> str | None:
    """An e-mail address or a telephone number that the brief does not name."""
    if "@" in text:
        for found in _MAIL.finditer(text):
            if found[0].casefold() not in allowed.casefold():
                return shortened(found[0], _EXCERPT)
    for pattern in (_PHONE, _PHONE_LABEL) if _MANY_DIGITS.search(text) else ():
        for found in pattern.finditer(text):
            digits = "".join(filter(str.isdigit, found[0]))
            if len(digits) >= FEWEST_DIGITS and not _FICTION.search(found[0]) and found[0] not in allowed:
                return shortened(found[0], _EXCERPT)
    return None


def _first(patterns: Sequence[Pattern], text: str, allowed: str, said: SaidWords | None) -> str | None:
    if said is None:
        said = said_in(" ".join(set(text.split())))
    low = text.casefold()
    for known in patterns:
        if known.words and said.words.isdisjoint(known.words):
            continue
        if all(any(sign in (low if " " in sign else said.parts) for sign in group) for group in known.signs):
            found = known.search(text, low)
            if found and not known.pattern.search(allowed):
                return shortened(found[0].strip(), _EXCERPT)
    return None
