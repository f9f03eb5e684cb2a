"""Conditions by the words that people use for them, in four languages without accents, and what they forbid.

Design defaults, to be confirmed by a professional.  `forbids` is an error, `doubts` a warning: a program for a
sore knee may well squat, but it does not jump."""

import re
from dataclasses import dataclass

TRAIT_WORDS = {
    "overhead": "work overhead", "axial": "a load on the spine", "flexion": "bending the spine", "jump": "jumping",
    "hinge": "lifting with a bent trunk", "impact": "impact", "knee": "bending the knee under load",
    "deep": "very deep knee flexion", "grip": "a hard grip", "supine": "lying on the back",
    "prone": "lying on the belly", "breath": "pressing with held breath", "balance": "balance",
    "twist": "turning under load", "inverted": "the head below the hips", "hang": "hanging by the hands",
    "wrist": "weight on bent wrists", "dip": "shoulders pressed far back", "impinge": "arms raised turned inwards",
    "neck": "a load on the neck", "elbow": "stress on the elbow", "ballistic": "jerks",
    "unilateral": "one leg at a time",
}


@dataclass(frozen=True)
class Contraindication:
    words: re.Pattern[str]
    forbids: frozenset[str]
    doubts: frozenset[str]
    needs_clearance: bool


def _condition(words: str, forbids: str, doubts: str = "", *, clearance: bool = False) -> Contraindication:
    return Contraindication(
        re.compile(rf"\b(?:{words})"), frozenset(forbids.split()), frozenset(doubts.split()), clearance,
    )


_KNEE_ACHES = (
    r"knee\w*[^.;\n]{0,25}?(?:pain|ache|aching|injur|problem|issue|sore|hurt|surgery|replace|arthr|bad|swell|swollen"
    r"|weak)"
    r"|(?:pain\w*|sore|bad|injured|weak|torn|aching|dodgy|arthritic)[^.;\n]{0,20}?knee|meniscus|acl\b|patell\w+"
    r"|runner'?s knee"
    r"|knieschmerz\w*|kniebeschwerden|knieproblem\w*|knieverletzung|kniearthrose|meniskus\w*|kreuzband\w*"
    r"|(?:schmerz\w*|beschwerden|probleme)[^.;\n]{0,25}\bknie|knie[^.;\n]{0,20}(?:schmerz|tut weh|verletz|kaputt"
    r"|op\b)"
    r"|dolor[^.;\n]{0,20}rodilla|rodilla\w*[^.;\n]{0,20}(?:duele|dolor|lesion|operad)|menisco|ligamento cruzado"
    r"|(?:mal|douleur\w*)[^.;\n]{0,20}genou\w*|genou\w*[^.;\n]{0,20}(?:mal|douleur|blesse|fragile)|menisque"
    r"|ligament croise"
)
_OVERHEAD = (
    r"(?:overhead|(?:above|over) (?:the |my )?(?:head|shoulders?)|uber[- ]?(?:den )?kopf\w*|por encima de la cabeza"
    r"|au[- ]dessus de (?:la |ma )?tete|bras (?:leves|en l'air)|brazos (?:arriba|en alto))\b"
)
_HURTS = (
    r"(?:pinch\w*|hurts?|painful|ach(?:es|ing)|stings?|pain\b(?![- ]free)|\w{0,20}schmerz\w*|sticht|zwickt|weh ?tut"
    r"|tut weh"
    r"|duele\w*|dolor\w*|pincha\w*|molesta\w*|pincent?|douleur\w*|douloureu\w*|fai(?:t|re) mal|mal a)\b"
)
# Nothing between the two may deny, or begin another matter.
_BETWEEN = (
    r"(?:(?!\b(?:no|not|never|without|fine|but|kein|nicht|ohne|aber|sin|nunca|pero|sans|pas|jamais|mais"
    r"|ok))[^.;\n]){0,30}?"
)
_OVERHEAD_HURTS = rf"{_OVERHEAD}{_BETWEEN}\b{_HURTS}|{_HURTS}{_BETWEEN}\b{_OVERHEAD}"
CONDITIONS = (
    _condition(
        r"(?:herniated|slipped|bulging|prolapsed|ruptured) (?:lumbar )?dis[ck]s?|dis[ck] (?:herniation|prolapse"
        r"|bulge|hernia)"
        r"|dis[ck] problem\w*|bandscheibe\w*|hernia (?:de )?disc\w+|hernia lumbar|hernie discale"
        r"|l[45]\s*[/-]\s*(?:l5|s1)|sciatica|ischias"
        r"|ciatica|sciatique|spondylolisthes\w+|lumbar stenosis|spinal stenosis|spinal fusion",
        "flexion axial hinge", "jump twist breath",
    ),
    _condition(
        r"(?:low(?:er)?[ -])?back (?:pain|ache|problem|injur|issue|trouble)\w*|bad (?:lower )?back|lumbago"
        r"|hexenschuss"
        r"|ruckenschmerz\w*|kreuzschmerz\w*|dolor (?:lumbar|de espalda)|lumbalgia|mal de dos|mal au dos|lombalgie"
        r"|lower back[^.;\n]{0,20}(?:hurts|pain|sore|strain)|my back hurts|painful (?:lower )?back",
        "flexion", "axial hinge twist",
    ),
    _condition(_KNEE_ACHES, "jump deep", "impact"),
    _condition(
        r"(?:shoulder )?imping\w+|rotator cuff\w*|rotatorenmanschette\w*|manguito rotador|coiffe des rotateurs"
        r"|shoulder (?:dislocat\w+|instability|labr\w+|surgery|bursitis)|dislocated shoulder|frozen shoulder"
        r"|schulterluxation|labrum"
        r"|schulter[- ]?impingement|engpass\w*|pinzamiento|conflit sous[- ]acromial|luxacion (?:de|del) hombro"
        r"|epaule luxee",
        "overhead dip impinge neck", "hang",
    ),
    _condition(
        r"shoulder[^.;\n]{0,25}?(?:pain|ache|hurt|sore|injur|problem)\w*|(?:sore|bad|painful|injured) (?:left "
        r"|right )?shoulder"
        r"|schulterschmerz\w*|schulter[^.;\n]{0,20}schmerz\w*|dolor[^.;\n]{0,15}hombro|hombro[^.;\n]{0,15}(?:dolor"
        r"|duele)"
        r"|(?:mal|douleur\w*)[^.;\n]{0,15}epaule|epaule[^.;\n]{0,15}(?:mal|douleur)\w*",
        "neck", "overhead dip impinge",
    ),
    _condition(_OVERHEAD_HURTS, "overhead", "dip impinge"),
    _condition(
        r"(?:i am |i'm |currently )?pregnan\w+|weeks? pregnant|second trimester|third trimester|trimester"
        r"|schwanger\w*"
        r"|embaraz\w+|enceinte|grossesse",
        "supine jump prone twist", "breath impact hang flexion", clearance=True,
    ),
    _condition(
        r"osteoporo\w+|osteopen\w+|osteoporose|fragile bones|low bone density",
        "flexion jump twist", "axial impact", clearance=True,
    ),
    _condition(
        r"hypertension|high blood pressure|bluthochdruck|hoher blutdruck|presion (?:arterial )?alta|tension alta"
        r"|hipertension|hypertendu\w*|tension arterielle elevee",
        "maximal inverted", "breath", clearance=True,
    ),
    _condition(
        r"heart (?:attack|disease|condition|failure|surgery|problem)\w*|cardiac "
        r"(?:arrest|event|disease|condition|surgery|failure|problem|rehab|patient|issue|history)\w*|coronary|angina"
        r"|stent\b|pacemaker"
        r"|bypass"
        r"|arrhythmia|atrial fibrillation|herzinfarkt|herzkrank\w*|herzinsuffizienz|herzfehler|herzschrittmacher"
        r"|vorhofflimmern"
        r"|infarto|cardiopat\w+|enfermedad cardiaca|marcapasos|crise cardiaque|infarctus|maladie cardiaque"
        r"|insuffisance cardiaque",
        "maximal inverted", "breath", clearance=True,
    ),
    _condition(
        r"wrist[^.;\n]{0,25}?(?:pain|ache|hurt|sore|injur|problem|fractur|broken|sprain)\w*|(?:sore|bad|painful"
        r"|injured|broken|sprained) wrists?"
        r"|carpal tunnel|handgelenk\w*|karpaltunnel\w*|tunel carpiano|muneca|poignets?\b|canal carpien",
        "inverted", "wrist",
    ),
    _condition(
        r"(?:neck|cervical)[^.;\n]{0,20}?(?:pain|ache|hurt|sore|injur|problem|disc|disk|hernia)\w*|nackenschmerz\w*"
        r"|halswirbel\w*|hws\b"
        r"|dolor (?:de |en el )?cuello|cervicalgi\w+|douleur\w* (?:a la |au |de )?(?:nuque|cou)\b",
        "inverted neck", "axial",
    ),
    _condition(
        r"(?:ankle|foot|heel|achilles|shin)\w*[^.;\n]{0,20}?(?:pain|ache|hurt|sore|injur|problem|sprain|fractur"
        r"|splint|tend)\w*"
        r"|(?:sprained|sore|bad|weak|broken|painful) (?:ankle|foot|heel)|plantar fasci\w+|shin splints"
        r"|achillessehne\w*|fersensporn"
        r"|sprunggelenk\w*|knochel|tobillo|fascitis plantar|cheville|aponevrosite|stress fracture|ermudungsbruch",
        "jump", "impact",
    ),
    _condition(
        r"hip[^.;\n]{0,20}?(?:pain|ache|hurt|sore|injur|problem|replac|impinge|arthr|labr)\w*|(?:sore|bad"
        r"|painful) hips?|huftschmerz\w*"
        r"|huftarthrose|hufte[^.;\n]{0,15}schmerz\w*|huftprothese|coxarthrose|dolor[^.;\n]{0,12}cadera"
        r"|protesis de cadera|(?:mal|douleur\w*)[^.;\n]{0,12}hanche",
        "deep jump", "impact",
    ),
    _condition(
        r"(?:tennis|golfer'?s) elbow|epicondyl\w+|tennisarm\w*|tennisellenbogen|golferarm|codo de tenista"
        r"|elbow[^.;\n]{0,15}?(?:pain|sore|hurt|injur)\w*"
        r"|ellbogenschmerz\w*|dolor[^.;\n]{0,12}codo|douleur\w*[^.;\n]{0,12}coude",
        "", "elbow grip hang",
    ),
    _condition(
        r"(?:inguinal|umbilical|abdominal|groin|hiatal) hernia|leistenbruch|nabelbruch|hernia (?:inguinal|umbilical)"
        r"|hernie (?:inguinale|ombilicale)",
        "", "breath flexion axial", clearance=True,
    ),
    _condition(r"diastasis|rektusdiastase|diastasis recti|diastase", "flexion", "supine"),
    _condition(
        r"vertigo|schwindel\w*|balance (?:problem|disorder)\w*|poor balance|gleichgewichtsstorung\w*|vertig\w+"
        r"|menier\w+",
        "inverted", "balance jump",
    ),
    _condition(r"glaucoma|glaukom|gruner star|detached retina|netzhautablosung"
               r"|glaucome", "inverted", "breath", clearance=True),
    _condition(r"(?:no|not|avoid\w*|without|nothing|nothing with) (?:any |more )?(?:high[ -])?impact|low[ -]impact"
               r"|keine stossbelastung\w*|sin impacto|sans impact", "jump", "impact"),
)

FLAGS = re.compile(
    r"\b(?:chest (?:pain|tight\w*)|heart (?:attack|disease|condition|failure|surgery)|cardiac (?:arrest|event"
    r"|disease|condition"
    r"|surgery|failure|problem|rehab|patient|issue|history)\w*|angina|stents?"
    r"|pacemaker|(?:had|after|suffered|since|mini|my|the|of|from) (?:a |my |the )?stroke(?! (?:rate|length|count"
    r"|technique|work))"
    r"|pregnan\w+|recent(?:ly)? (?:had )?(?:surgery|operat\w+)|(?:surgery|operated|operation) (?:\w+ ){0,4}(?:ago"
    r"|last|recent\w*)"
    r"|(?:days?|weeks?|months?) (?:after|since|post) (?:\w+ )?(?:surgery|operation)|post[- ]?op\w*|post[- ]?partum"
    r"|gave birth|faint(?:s|ed|ing)?|black(?:ed)? ?outs?|syncope|dizz\w+"
    r"|chemo\w*|cancer|seizures?|epilep\w+|eating disorder|anorexi\w+|bulimi\w+|blood thinners?|osteoporo\w+"
    r"|(?:type [12] )?diabet\w+|insulin|kidney (?:disease|failure)|dialysis|shortness of breath|short of breath"
    r"|uncontrolled \w+"
    r"|brustschmerz\w*|schmerzen in der brust|engegefuhl\w*|herzinfarkt|herz(?:krank|schritt|insuff|rhythmus"
    r"|fehler)\w*|schlaganfall"
    r"|schwanger\w*|frisch operiert|(?:nach|seit) (?:der |einer |meiner )?operation|op vor|ohnmacht\w*|schwindel\w*"
    r"|krebs\w*|epilepsie"
    r"|essstorung\w*|magersucht|blutverdunner|atemnot|zuckerkrank\w*"
    r"|dolor (?:en el|de) pecho|infarto|embaraz\w+|recien operad[oa]|operad[oa] hace|cirugia (?:reciente|hace)"
    r"|desmay\w+|mareos?|derrame cerebral"
    r"|trastorno alimentari\w+|anticoagulantes?|falta de aire"
    r"|douleurs? (?:a la|dans la|thoracique\w*)(?: poitrine)?|infarctus|crise cardiaque|enceinte|grossesse"
    r"|opere\w* (?:il y a|recemment)"
    r"|operation recente|evanoui\w*|malaises?|vertiges|\bavc\b|trouble alimentaire|anticoagulants?|essoufflement)\b"
)
