"""CR-S06 and CR-S07: what could harm a reader who believes it: cures, medicines to leave off, safeguards to skip.

Only plain statements are judged: not what a sentence denies, asks, reports, or makes depend on a doctor; nor the wrong
options of a quiz.  A course about medicine may say which medicine helps against what."""

import re
from collections.abc import Iterator

from generation.core.findings import Finding, Severity, error
from generation.core.prose.plain import sentences
from generation.core.prose.wholeness import shortened
from generation.kinds.course import vocabulary
from generation.kinds.course.checks.drafts import Draft, Passage, Texts, speaks_of

_MOST_TOLD = 3
_ABOUT_HEALTH = re.compile(
    r"\b(?:medic\w*|medizin\w*|médic\w*|nurs\w*|pfleg\w*|enfermer\w*|infirm\w*|patient\w*|pacient\w*|"
    r"pharma\w*|farmac\w*|"
    r"clinic\w*|klini\w*|clínic\w*|cliniq\w*|health\w*|gesundheit\w*|salud|santé|diseases?|krankheit\w*|enfermedad\w*|"
    r"maladies?|doctors?|ärzt\w*|arzt\w*|drugs?|diabet\w*|asthma\w*|asma|cancer|krebs|cáncer|"
    r"therap\w*|terap\w*|thérap\w*)",
    re.IGNORECASE,
)
_DISEASE = (
    r"(?:asthma|asma|asthme|diabetes|diabète|cancers?|krebs|cáncer|depressions?|depressionen|depresión|"
    r"dépressions?|arthritis|"
    r"artritis|arthrite|arthrose|artrosis|epilepsy|epilepsie|epilepsia|alzheimer\w*|parkinson\w*|dementia|"
    r"demenz|demencia|"
    r"démence|hypertension|hypertonie|hipertensión|bluthochdruck|(?:high )?blood pressure|migraines?|migräne|"
    r"migraña|autism|"
    r"autismus|autismo|autisme|hiv|aids|sida|covid(?:-19)?|insomnia|insomnio|insomnie|schlaflosigkeit|"
    r"tumou?rs?|tumores|"
    r"multiple sclerosis|heart disease)"
)
_CURES = re.compile(
    r"\b(?:cures?|heals?|gets? rid of|cura|curan|sana|sanan|guéri(?:t|ssent)|soigne(?:nt)?)\s+"
    r"(?:(?:the|your|even|el|la|los|las|tu|su|le|les|votre|ton|any|all)\s+|l['’]){0,2}" + _DISEASE + r"\b"
    r"|\b(?:heilt|heilen|kuriert|kurieren)\s+(?:[^\W\d_]+\s+){0,3}" + _DISEASE + r"\b",
    re.IGNORECASE,
)
_MEDICINE = (
    r"(?:medications?|medicines?|insulin|inhalers?|antidepressants?|antibiotics?|pills|prescriptions?|"
    r"medikamente?|tabletten|inhalator|asthmaspray|antidepressiva|antibiotika|"
    r"inhalador|insulina|medicación|medicamentos?|medicinas|antidepresivos?|antibióticos?|"
    r"inhalateur|insuline|médicaments?|antidépresseurs?|antibiotiques?)"
)
# Said to somebody: cells, too, stop using insulin, and a household has other tablets.
_STOPS = re.compile(
    r"\b(?:stop|quit|give up|leave off|do without|skip|come off|drop)\s+"
    r"(?:(?:taking|using)\s+)?(?:all\s+)?your\s+"
    r"(?:\w+\s+){0,2}" + _MEDICINE + r"\b"
    r"|\byou\s+(?:can|may|could|should)\s+(?:\w+\s+)?"
    r"(?:stop|quit|give up|leave off|do without|skip|come off|drop)\s+"
    r"(?:(?:taking|using)\s+)?(?:(?:the|all|any)\s+){0,2}(?:\w+\s+)?" + _MEDICINE + r"\b"
    r"|\b(?:Sie|du|Ihre?n?|deine?n?)\s+(?:[^\W\d_]+\s+){0,3}" + _MEDICINE
    + r"\s+(?:[^\W\d_]+\s+){0,3}(?:absetzen|weglassen|weglegen|verzichten|ab)\b"
    r"|\b(?:puedes?|pueden|podrás?|deberías?)\s+(?:dejar|suspender|abandonar)\s+(?:de\s+(?:tomar|usar)\s+)?"
    r"(?:(?:tu|tus|su|sus|el|la|los|las)\s+)?" + _MEDICINE + r"\b"
    r"|\b(?:deja|deje|dejen|suspende|suspenda|abandona|abandone)\s+(?:de\s+(?:tomar|usar)\s+)?(?:tus?|sus?)\s+"
    + _MEDICINE + r"\b"
    r"|\b(?:pouvez|peux|pourrez|devriez)\s+(?:arrêter|cesser|abandonner)\s+(?:(?:de\s+prendre|d['’]utiliser)\s+)?"
    r"(?:(?:votre|vos|ton|ta|tes|le|la|les)\s+|l['’])?" + _MEDICINE + r"\b"
    r"|\b(?:arrêtez?|cessez?|abandonnez?)\s+(?:(?:de\s+prendre|d['’]utiliser)\s+)?(?:votre|vos|ton|ta|tes)\s+"
    + _MEDICINE + r"\b", re.IGNORECASE,
)
# One of these words is in whatever the patterns find.
_MEDICINES = frozenset(
    "medication medications medicine medicines insulin inhaler inhalers antidepressant antidepressants antibiotic "
    "antibiotics pills prescription prescriptions medikament medikamente tabletten inhalator asthmaspray "
    "antidepressiva antibiotika inhalador insulina medicación medicamento medicamentos medicinas antidepresivo "
    "antidepresivos antibiótico antibióticos inhalateur insuline médicament médicaments antidépresseur "
    "antidépresseurs antibiotique antibiotiques".split()
)
_CURE_WORDS = frozenset(
    "cure cures heal heals gets get rid heilt heilen kuriert kurieren cura curan sana sanan guérit guérissent soigne "
    "soignent".split()
)
# Who says it, or on whose word; what is told as a mistake, or set under a condition.
_NOT_SAID = re.compile(
    r"\b(?:claims?|claimed|myths?|promis\w*|adverts?|advertis\w*|"
    r"rumou?rs?|allegedly|believ\w*|quacks?|false\w*|wrong\w*|mistak\w*|"
    r"danger\w*|risk\w*|should(?:n['’]t| not)|doctors?|physicians?|pharmacists?|nurses?|if|unless|whether|"
    r"nobody|nothing|"
    r"behaupt\w*|mythos|mythen|angeblich\w*|falsch\w*|"
    r"gefähr\w*|risik\w*|ärzt\w*|arzt\w*|wenn|falls|ob|niemand|nichts|nie|niemals|"
    r"afirm\w*|mitos?|promet\w*|supuest\w*|fals\w*|pelig\w*|riesg\w*|médic[oa]s?|si|nadie|nada|"
    r"prétend\w*|mythes?|promett\w*|fauss?e?s?|faux|dangereu\w*|risqu\w*|médecins?|rien|"
    r"personne|ne)\b|[?»“”\"„]|\bn['’]",
    re.IGNORECASE,
)
_DOES_WITHOUT = re.compile(r"\b(?:do without|verzichten)\b", re.IGNORECASE)
# Courses in which a safeguard that is left out can cost a life.
_ABOUT_DANGER = re.compile(
    r"\b(?:lock-?out (?:and|/) tag-?out|tag-?out|\d+ V\b|live work|electricians?|electrical (?:work|"
    r"installation)s?|chainsaws?|"
    r"forklifts?|welding|asbestos|(?:work(?:place)?|occupational) safety|gas fitters?|elektriker\w*|elektroinstall\w*|"
    r"kettensäge\w*|arbeitssicherheit|schweißen|electricistas?|seguridad (?:laboral|en el trabajo)|soldadura|"
    r"sous tension|électriciens?|sécurité au travail|soudage)\b", re.IGNORECASE,
)
_SAFEGUARD = (
    r"(?:meter|(?:voltage |dead )?tests?|testing|checks?|locks?|lockout|tags?|earthing|grounding|gloves|"
    r"goggles|helmet|hard hat|"
    r"harness|guards?|PPE|Messung|Prüfung|Messgerät|Handschuhe|Schutzbrille|Helm|Schloss|Erdung|"
    r"medidor|prueba|comprobación|guantes|gafas|casco|candado|"
    r"mesure|test|vérification|gants|lunettes|casque|cadenas|multimètre)"
)
_SKIPS = re.compile(
    r"\b(?:you (?:can|may|could)|(?:it is|it['’]s) (?:safe|fine|ok|okay) to|feel free to)\s+(?:\w+\s+)?"
    r"(?:skip|leave out|omit|do without|leave off|take off)\s+(?:(?:the|your|this|any|that)\s+)?" + _SAFEGUARD + r"\b"
    r"|\b(?:können|dürfen|kannst|darfst)\s+(?:[^\W\d_]+\s+){0,5}" + _SAFEGUARD
    + r"\s+(?:weglassen|überspringen|auslassen|sparen|verzichten)\b"
    r"|\b(?:puedes?|pueden)\s+(?:omitir|saltarte|saltarse|prescindir\s+de(?:l)?)\s+(?:(?:el|la|los|las)\s+)?"
    + _SAFEGUARD + r"\b"
    r"|\b(?:pouvez|peux|peut)\s+(?:(?:vous|te|se)\s+passer\s+d\w*|sauter|omettre|oublier)\s*['’]?\s*"
    r"(?:(?:le|la|les)\s+|l['’])?" + _SAFEGUARD + r"\b", re.IGNORECASE,
)
_SIGNS_OF_SKIPPING = (
    "skip", "leave o", "omit", "without", "take off", "weglassen", "überspringen", "auslassen", "sparen", "verzichten",
    "saltar", "prescindir", "passer", "sauter", "omettre", "oublier",
)
_NO_LIVE_WORK = re.compile(
    r"\b(?:no (?:live|energi[sz]ed) work\w*|keine? (?:arbeit\w* )?unter spannung|(?:nada|ningún trabajo|sin trabajos?) "
    r"(?:con|bajo|en) tensión|(?:pas de|aucun) travail sous tension|pas de travaux sous tension)", re.IGNORECASE,
)
_LIVE_WORK = re.compile(
    r"^(?:then |now )?(?:open|measure|touch|test|remove|connect|disconnect|replace|loosen|work)\b"
    r"[^.!?]{0,120}?\b(?:while (?:it|the \w+) "
    r"is (?:still )?(?:live|energi[sz]ed|running)|with the power on)\b"
    r"|^(?:öffnen|messen|berühren|prüfen|lösen|arbeiten)\b[^.!?]{0,120}?\bunter Spannung\b"
    r"|^(?:abre|abra|mide|mida|toca|toque|trabaja|trabaje)\b[^.!?]{0,120}?\b(?:con|bajo|en) tensión\b"
    r"|^(?:ouvrez|mesurez|touchez|travaillez)\b[^.!?]{0,120}?\bsous tension\b", re.IGNORECASE,
)


def nothing_heals(texts: Texts) -> Iterator[Finding]:
    """CR-S06: nothing is said to cure a disease, and no medicine is left off."""
    is_about_it = speaks_of(_ABOUT_HEALTH, texts.allowed)
    words = texts.said.words
    if not words.isdisjoint(_MEDICINES):
        for passage, said in _stated(texts, _STOPS):
            yield error(
                "CR-S06", passage.pointer, measured=said, limit="a doctor decides",
                severity=Severity.HUMAN if is_about_it else Severity.ERROR,
                message=f"The text tells readers to leave off a medicine: “{said}”.",
                advice="Leave it out; what somebody takes is decided with a doctor.",
            )
    if not is_about_it and not words.isdisjoint(_CURE_WORDS):
        for passage, said in _stated(texts, _CURES):
            yield error(
                "CR-S06", passage.pointer, measured=said, limit="no promise to heal",
                message=f"The text says that something cures a disease: “{said}”.",
                advice="Leave it out: this course is about something else, and nobody can vouch for it.",
            )


def safeguards_stay(draft: Draft) -> Iterator[Finding]:
    """CR-S07: where mistakes can cost a life, a person looks at safeguards left out and at live work against notes."""
    texts = draft.texts
    if not speaks_of(_ABOUT_DANGER, texts.allowed):
        return
    if any(sign in texts.low for sign in _SIGNS_OF_SKIPPING):
        for passage, said in _stated(texts, _SKIPS):
            yield _dangerous(passage.pointer, said, "safeguards that stay")
    if speaks_of(_NO_LIVE_WORK, texts.brief.notes):
        for passage in texts.passages:
            found = passage.key == "instructions" and next((
                sentence for sentence in sentences(passage.plain)
                if _LIVE_WORK.search(sentence) and not vocabulary.NEGATED.search(sentence)
            ), None)
            if found:
                yield _dangerous(passage.pointer, shortened(found, 80), "no live work, as the notes say")


def _dangerous(pointer: str, said: str, limit: str) -> Finding:
    return error(
        "CR-S07", pointer, measured=said, limit=limit, severity=Severity.HUMAN,
        message=f"The text seems to lead into danger: “{said}”.",
        advice="Keep every safeguard, and what the notes of the brief rule out.",
    )


def _stated(texts: Texts, pattern: re.Pattern[str]) -> Iterator[tuple[Passage, str]]:
    """Where a sentence states what `pattern` finds, the first of each text."""
    if pattern.search(texts.everything) is None:
        return
    told = 0
    for passage in texts.passages:
        if passage.key in {"option", "explanation", "stem"} or pattern.search(passage.text) is None:
            continue
        said = next((
            sentence for sentence in sentences(passage.plain)
            if pattern.search(sentence) and not _is_taken_back(sentence)
        ), None)
        if said is not None:
            yield passage, shortened(said, 80)
            told += 1
            if told == _MOST_TOLD:
                return


def _is_taken_back(sentence: str) -> bool:
    """Whether it denies or only reports; to do without something is what may be found, and no denial."""
    said = _DOES_WITHOUT.sub("", sentence)
    return vocabulary.NEGATED.search(said) is not None or _NOT_SAID.search(said) is not None
