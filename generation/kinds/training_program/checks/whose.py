"""Whose sentence it is and of which time: the athlete's own and of today, somebody else's, denied, healed, over.

A brief tells of wives, coaches and years ago; only what the athlete says of today binds a program."""

import re

from generation.kinds.training_program.checks.seen import sentence_of

_ABSENT = re.compile(
    r"\b(?:no|not|without|never had|free of|kein\w*|ohne|nie|sin|ningun\w*|nunca|sans|pas de|aucun\w*|jamais"
    r"|no history of|no known)\s+(?:(?:any|more|longer|history of|known|mehr|a|an|de)\s+){0,2}$"
)


# "Prevent knee injuries": not there, and not to come.
_PREVENTED = re.compile(
    r"\b(?:prevent\w*|avoid(?:ing)?|protect\w*(?: from| against)?|risk of|fear of|afraid of|vorbeug\w*|vermeid\w*"
    r"|prevenir"
    r"|evitar|prevention d\w*|eviter)\s+(?:[a-z]+\s+){0,2}$"
)
_PREVENTED_BEHIND = re.compile(r"\w*[^.;\n]{0,20}?\b(?:vorbeug\w*|vermeid\w*|verhinder\w*|prevention)\b")
_OTHERS = re.compile(
    r"\b(?:(?:my|his|her|our) (?:grand)?(?:mother|father|mom|mum|dad|parents?|son|daughter|kids?|child\w*|wife"
    r"|husband"
    r"|partner|sister|brother|uncle|aunt|boss|patients|clients)|(?:grand)?(?:mother|father)|family history"
    r"|in (?:the|my) family|ward|work with|meine?r? (?:gross)?(?:mutter|vater|sohn|tochter|frau|mann|kinder?"
    r"|schwester"
    r"|bruder)|mi (?:abuel[oa]|madre|padre|hij[oa]|mujer|marido)"
    r"|m[ao]n? (?:grand-)?(?:mere|pere|fils|fille|femme|mari))\b"
)
_FOR_THEM = re.compile(r"\b(?:(?:for|fur|para|pour) (?:my|his|her|our|meine?n?|mi|m[ao]n?|a|him|them)|she|he|ella"
                       r"|elle|il)\b")
_HEALED = re.compile(
    r"\b(?:(?:fully |completely |long )?(?:cleared|healed|recovered|resolved)|(?:is|are|all|now) gone|gone (?:since"
    r"|now)"
    r"|symptom[- ]free"
    r"|pain[- ]free|(?:aus|ver)geheilt|beschwerdefrei|schmerzfrei|curad[oa]|recuperad[oa]|sin (?:molestias|dolor)"
    r"|gueri\w*"
    r"|sans (?:douleur|gene))\b"
)
_NOT_YET = re.compile(r"\b(?:not|never|n't|until|till|if|once|when|yet|nicht|noch|bis|sobald|wenn|no|hasta|pas"
                      r"|jusqu\w*)\b")
_YEARS_AGO = re.compile(r"\b(?:\d{1,2}|two|three|four|five|six|seven|eight|ten|twelve|twenty|many|several|zwei|drei"
                        r"|vier|funf"
                        r"|zehn|vielen|dos|tres|cinco|diez|muchos|deux|trois|cinq|dix) (?:years|jahren|anos|ans)\b")
_OPERATED = re.compile(r"surgery|operat|operad|opere|cirugia|\bop\b")


def is_absent(text: str, start: int, end: int) -> bool:
    """Whether what stands at the place is denied or prevented."""
    before = text[max(0, start - 40) : start]
    return bool(_ABSENT.search(before) or _PREVENTED.search(before) or _PREVENTED_BEHIND.match(text, end))


def is_others(text: str, start: int, end: int) -> bool:
    """Whether a sentence tells of somebody for whom the program is not."""
    return _OTHERS.search(sentence_of(text, start, end)) is not None and _FOR_THEM.search(text) is None


def is_history(text: str, start: int, end: int) -> bool:
    sentence = sentence_of(text, start, end)
    return any(not _NOT_YET.search(sentence[: found.start()]) for found in _HEALED.finditer(sentence))


def is_old_surgery(text: str, start: int, end: int) -> bool:
    sentence = sentence_of(text, start, end)
    is_past = _YEARS_AGO.search(sentence) is not None or is_history(text, start, end)
    return is_past and _OPERATED.search(text[start:end]) is not None


# --- dislikes ------------------------------------------------------------------------------------

_PERSON = (
    r"(?:wife|husband|partner|girlfriend|boyfriend|friends?|buddy|buddies|mates?|brothers?|sisters?|mother|father"
    r"|mum|mom"
    r"|dad|sons?|daughters?|kids?|child(?:ren)?|colleagues?|cousins?|uncle|aunt|roommate|(?:ehe)?frau|mann"
    r"|freund(?:in|e|innen)?|kumpel|bruder|schwester|mutter|vater|sohn|tochter|kinder|kolleg\w+|trainingspartner\w*"
    r"|mujer|marido|espos[oa]|novi[oa]|amig[oa]s?|herman[oa]s?|madre|padre|hij[oa]s?|companer\w+|femme|mari|copine?"
    r"|amie?s?|frere|soeur|mere|pere|fils|fille|enfants?|collegues?)\b"
)
_MINE = r"(?:my|our|meine?[rnm]?|unsere?|mis?|nuestr[oa]s?|m[ao]n?|mes|notre|nos)"
_PEOPLE = re.compile(
    rf"\b(?:{_MINE} (?:[a-z-]{{2,12}} )?{_PERSON}|everyone\b|everybody\b|(?:most|many) people\b|tout le monde\b"
    r"|todo el mundo\b|jeder\b)"
)
# They forbid for good reasons, too: theirs is only what they like.
_TEACHERS = re.compile(r"\b(?:coach|trainer(?:in)?|instructor|teacher|lehrer(?:in)?|entrenador(?:a)?"
                       r"|entraineu\w+)\b")
_LIKING = re.compile(r"(?:hates?|dislikes?|detests?|loathes?|mag|hasst|odia|detesta|n'aime|deteste)\b"
                     r"|(?:does not|doesn'?t) (?:like|enjoy|love)\b|not a fan")
# The athlete's own words again, or the reason for them: "my son sleeps, so no jumps".
_OWN = re.compile(
    r"\b(?:i|i'm|me|we|us|so|ich|mir|mich|wir|also|deshalb|daher|yo|nosotros|por eso|je|j'\w+|nous|donc|because"
    r"|since|while|when|due|wegen|weil|wenn|da|quand|parce|cuando|porque)\b"
)
_WITH_THEM = re.compile(r"\b(?:because|since|while|when|due|as|for|with|wegen|weil|wenn|quand|cuando|porque|comme"
                        r"|avec"
                        r"|mit|con|fur|para|pour)\b")
_CLAUSE = re.compile(r"[.;:!?\n,()]")
_PAST = re.compile(r"\b(?:used to|i once|formerly|in the past|as a (?:kid|child|teenager)|fruher|damals|antes(?! de)"
                   r"|de joven|avant,? j|autrefois|jadis)\b")
_STILL = re.compile(r"\b(?:still|always|even more|(?:immer )?noch|weiterhin|todavia|sigo|aun|toujours|encore)\b")
_BUT_I_DO = re.compile(
    r"\bi (?:really |actually |do |now |just |personally )*(?:love|like|want|enjoy|need|miss) (?:them|it)\b"
    r"(?! (?:out|gone|replaced|removed|left|off|to go|when|if|skipped))"
    r"|\bbut (?:not me|i (?:do|am))(?=\s*(?:[.,;!\n]|$))"
    r"|, (?:aber )?(?:ich|mir) (?:aber |dagegen |jedoch |hingegen )?(?:schon|sehr|nicht)(?=\s*(?:[.,;!\n]|$))"
    r"|\b(?:im gegenteil|al contrario|au contraire)\b"
    r"|\b(?:(?:a mi|yo) (?:si|no)|a mi me (?:gusta|encanta)n?|moi,? (?:si|oui|non|j'adore(?: ca)?)|pas moi)"
    r"(?=\s*(?:[.,;!\n]|$))"
)
# "Without squats, I am lost."
_LACK = re.compile(
    r"(?:without|ohne|sin|sans)\s[^.;:!?\n,]{2,40},\s*(?:i (?:can'?t|cannot|don'?t|do not|won'?t|am not|would|feel"
    r"|get"
    r"|lose)|training is|it is (?:no|not)|fehlt|geht|bin ich|no (?:puedo|soy|hay|es|me)|me (?:falta|aburro)"
    r"|(?:je|il|ce) (?:ne\b|n'|me manque|m'ennuie|perds)|rien ne|(?:c'est|ca) (?:n|pas))"
)
_LIKES = re.compile(r"(?:i (?:don'?t|do not) |je n(?:e |')|no me )(?:like|enjoy|want|need|aime|veux|gust)")
_FOR_SOMEBODY = re.compile(
    rf"\b(?:for|fur|para|pour) (?:{_MINE}|his|her|a) (?:\d\d[- ]year[- ]old )?{_PERSON}"
    r"|\b(?:for (?:her|him|them)|fur (?:sie|ihn)|pour (?:elle|lui)|para (?:ella|el))\b(?! \w)"
)


def is_no_dislike(text: str, start: int, end: int, whole: str) -> bool:
    """Whether what is said of a dislike at the place is somebody else's, over, or taken back in the same sentence.

    `whole` is all that the brief says: a program for a wife keeps to what she hates."""
    begins = max((found.end() for found in _CLAUSE.finditer(text, max(0, start - 200), start)), default=0)
    before, behind = text[max(begins, start - 200) : start], text[start : start + 160]
    sentence = sentence_of(text, start, end)
    lack = _LACK.match(behind)
    if lack is not None and not _LIKES.search(behind[: lack.end() + 12]):
        return True
    if _BUT_I_DO.search(sentence, max(0, sentence.find(text[start:end]))):
        return True
    if _PAST.search(before) and not _STILL.search(sentence):
        return True
    people = [*_PEOPLE.finditer(before), *(_TEACHERS.finditer(before) if _LIKING.match(behind) else ())]
    return (
        bool(people) and not _OWN.search(before, max(found.end() for found in people))
        and not _WITH_THEM.search(before) and not _FOR_SOMEBODY.search(whole)
    )
