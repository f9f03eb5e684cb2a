"""What a program must not say, in English, German, Spanish and French, in small letters without accents.

A pattern is a list of literal openings: none repeats without a bound, so a long text costs no more than its length."""

import re
from functools import lru_cache

from generation.kinds.training_program.checks.dangers import DIETS, PAIN
from generation.kinds.training_program.checks.forbidden import any_opening, forbidden

# --- TP-T02: what belongs to a clinician ---------------------------------------------------------

MEDICAL = (
    forbidden(
        r"cures?|heals?|will heal|heilt|heilen|kuriert|cura(?:ra)?|sana(?:ra)?|guerit|guerira|soigne(?:ra)?",
        "a promise to heal",
        then=r"\b[^.;\n]{0,40}?\b(?:pain|injur\w+|arthritis|diabetes|disease|depression|anxiety|hernia\w*|dis[ck]s?"
             r"|back"
             r"|knees?|shoulders?|hypertension|blood pressure|asthma|scoliosis|sciatica|condition|schmerz\w*|arthrose"
             r"|bandscheib\w*|krankheit\w*|rucken|knie|bluthochdruck|dolor\w*|artritis|artrosis|enfermedad\w*|espalda"
             r"|rodillas?|hipertension|lesion\w*|douleurs?|hernie|maladies?|genoux?|blessures?|dos)\b",
    ),
    forbidden(
        r"treats?|reverses?|eliminates?|gets? rid of|fix(?:es)?|behandelt|beseitigt|elimina|trata|elimine|traite",
        "a promise to heal",
        then=r"\b[^.;\n]{0,40}?\b(?:(?:back|knee|shoulder|neck|hip|joint)s? (?:pain|problems?|aches?)|chronic pain"
             r"|injur\w+|arthritis"
             r"|diabetes|disease|depression|anxiety|hernia\w*|herniated|hypertension|blood pressure|asthma|scoliosis"
             r"|sciatica"
             r"|(?:rucken|knie|schulter)schmerz\w*|arthrose|bandscheib\w*|krankheit\w*|bluthochdruck"
             r"|dolor(?:es)? (?:de|del)"
             r"|artritis|artrosis|enfermedad\w*|hipertension|douleurs? (?:de|du|au)|hernie|maladies?)\b",
    ),
    forbidden(
        r"no need (?:to see|for) (?:a |the |your |any )?(?:doctor|physician|physio\w*|medical|clearance)|(?:do not"
        r"|don't|needn't) need (?:to see |to ask |to consult )?(?:a |your |any )?(?:doctor|physician|physio\w*"
        r"|medical)"
        r"|(?:seeing|asking|consulting) a (?:doctor|physician|physio\w*) is (?:not |un)necessary|instead of (?:a"
        r"|your|seeing a|the) (?:doctor|physician|physio\w*)"
        r"|without (?:asking|seeing|consulting) (?:a|your) (?:doctor|physician)|(?:skip|ignore|forget) (?:the"
        r"|your) (?:doctor|physician|physio\w*)"
        r"|replaces? (?:a|your|the|any) (?:doctor|physician|physio\w*|medical advice|medication|therapy)"
        r"|kein(?:en)? arzt(?:besuch)? (?:notig|notwendig|erforderlich|mehr)|brauchst (?:du )?keinen arzt"
        r"|ohne (?:den |einen )?arzt|ersetzt (?:den|einen) arzt|statt zum arzt"
        r"|no (?:hace falta|necesitas|es necesario) (?:ir al |ver a un |consultar (?:a |al )(?:un )?)?medico"
        r"|sin consultar (?:al|a un) medico|sustituye al medico"
        r"|(?:pas besoin|inutile) (?:de |d')?(?:voir|consulter|aller)?[^.;\n]{0,12}medecin|sans (?:consulter"
        r"|voir) (?:un|de|votre|ton) medecin|remplace (?:le|un|votre) medecin",
        "advice against seeing a doctor",
    ),
    forbidden(
        r"\d{1,4}\s?(?:mg|milligrams?|milligramm|miligramos?|milligrammes?|mcg|iu)\b|ibuprofen\w*|paracetamol"
        r"|acetaminophen|aspirin\w*|naproxen|diclofenac|voltaren"
        r"|cortisone|kortison|steroids?|steroide\w*|anabolika|clenbuterol|ephedrin\w*|testosterone?|painkillers?"
        r"|pain killers?|anti-?inflammator\w+|nsaids?|schmerzmittel\w*"
        r"|schmerztablette\w*|analgesicos?|antiinflamatorios?|antidouleurs?|anti-inflammatoires?|opioids?"
        r"|beta[ -]?blockers?|diuretics?|entwasserungs\w+|diureticos?\b"
        r"|\d{1,3}\s?(?:g|grams?|gramm|gramos|grammes)\s(?:of |de |d')?(?:creatine|kreatin|creatina|caffeine|koffein"
        r"|cafeina|cafeine|bcaa|beta[ -]alanine)"
        r"|(?:take|nimm|toma|prends)\b[^.;\n]{0,30}\b(?:creatine|kreatin|creatina|caffeine|koffein|fat burners?"
        r"|pre-?workout|supplements?|pills?|tablets?|medication)\b",
        "a medicine, a dose or a supplement", may_be_taken=True,
    ),
    forbidden(
        r"you (?:have|suffer from|are suffering from)|this is (?:a |an )?(?:sign|symptom) of|your (?:pain"
        r"|symptoms?) (?:is|are|means?|indicates?|comes? from)|du hast|sie haben"
        r"|sufres de|tienes|tu as|vous avez|souffrez d",
        "a diagnosis", may_be_asked=True,
        then=r"\s(?:clearly |probably |likely |a |an |eine |un |una |une |die )*(?:tend[io]n\w+|bursitis|arthritis"
             r"|impingement|torn|herniat\w+|disc|sciatica|strain|sprain"
        r"|inflammation|fracture|meniscus|rotator|depression|deficiency|sehnenentzundung|bandscheibenvorfall"
        r"|arthrose|tendinitis|artritis|hernia|lesion|tendinite|hernie)",
    ),
    forbidden(
        r"(?:push|train|work|power|fight|run|lift|go|keep going|continue) through (?:the |any |your |sharp |some "
        r"|severe )*pain|ignor(?:e|ing) (?:the |any |your |sharp |chest |joint )*(?:pain|discomfort|dizziness"
        r"|symptoms|warning)"
        r"|no pain,? no gain|pain is (?:just )?(?:weakness|a good sign|temporary)|(?:even|also) (?:if"
        r"|when) (?:it|your \w+) hurts|despite (?:the |sharp )?pain|trotz (?:der |starker )?schmerzen (?:weiter"
        r"|trainier)"
        r"|schmerz(?:en)? (?:ignorier|ist schwache|gehort dazu)|ignorier\w* (?:die |den |alle )?(?:schmerz|warn)"
        r"|ignora (?:el |los )?(?:dolor|sintomas)|sin dolor no hay|entrena con dolor|a pesar del dolor"
        r"|ignore[zr]? (?:la |les )?(?:douleur|symptomes)|malgre la douleur|pas de douleur,? pas de",
        "advice to train on with pain", may_be_asked=True,
    ),
    *PAIN,
)

# --- TP-T06: promises, shame, punishment, extreme diets ------------------------------------------

TONE = (
    forbidden(
        r"guarantee[sd]?|guaranteed|we promise|i promise|promised results?|results? (?:are )?certain"
        r"|100 ?% (?:success|results)|you will (?:definitely|certainly|surely)|sure to (?:lose|gain|add|win)"
        r"|will (?:lose|drop|shed|burn|gain|add|put on) (?:at least |about |up to |over )?\d+(?:[.,]\d+)? ?(?:kg"
        r"|kilos?|lbs?|pounds?|cm|inches)|lose \d+(?:[.,]\d+)? ?(?:kg|kilos?|lbs?|pounds?) (?:in|by|within)"
        r"|(?:gain|build|add|put on|lose|ganar\w*|perder\w*|gagne\w*|perd\w*|prends|baust|verlier\w*"
        r"|gewinn\w*) [^.;\n]{0,20}?\d+(?:[.,]\d+)? ?(?:kg|kilos?|lbs?|pounds?|kilogramm?\w*) (?:of|de"
        r"|an)? ?(?:muscle|fat|muskel\w*|fett|musculo|grasa|muscle|graisse|body)"
        r"|con garantia|avec garantie|mit garantie|in (?:just|only) \d+ (?:days|weeks)|miracle|overnight results"
        r"|garantiert\w*|garantieren"
        r"|versprechen (?:wir|ich)|wirst (?:du )?(?:garantiert|sicher) |verlierst du \d+"
        r"|garantiza\w*|garantizad\w+|te prometemos|perderas \d+|garanti(?:t|e|es|s)?\b|on te promet|nous promettons"
        r"|tu perdras \d+|vous perdrez \d+",
        "a promise of a result",
    ),
    forbidden(
        r"lazy|pathetic|disgusting|weakling|wimp|worthless|fat (?:ass|belly|slob|people)|flabby|shame(?:ful)?"
        r"|ashamed|embarrassing body|no excuses|quitters?|stop being (?:weak|soft|fat)|you are (?:too )?(?:fat|weak)"
        r"|your (?:fat|flab|ugly)\b|suck it up|man up|don't be (?:a )?(?:baby|weak|soft)|faul(?:pelz|heit|er sack"
        r"|e ausreden)|keine ausreden|versager|schwachling|fettsack|schamen|schame dich|hasslich"
        r"|vago|perezos[oa]s?|vergüenza|verguenza|sin excusas|debilucho|estas gord[oa]|paresseu\w+|feignant\w*"
        r"|pas d'excuses?|honte|faible(?:sse)? (?:total|morale)|gros lard\b",
        "shame", may_be_denied=True,
    ),
    forbidden(
        r"punish\w*|as a penalty|penalty (?:sets?|reps?|burpees|laps?|round)|earn your (?:food|meal|dinner|cake"
        r"|calories|carbs|rest)|burn off (?:the |that |what |your |last )?(?:cake|food|meal|dinner|dessert|weekend"
        r"|calories|you ate)"
        r"|make up for (?:it|that|the) (?:with|by)? ?(?:\d+ )?(?:extra|burpees|double)|pay for (?:it|that|the"
        r"|your) (?:with|weekend|sins|cake)|(?:extra|additional) \d* ?burpees (?:if|for|when)"
        r"|if you (?:miss|skip|fail|cheat)[^.;\n]{0,40}(?:burpees|extra sets|double|twice the)|zur strafe|als strafe"
        r"|straf(?:runde|liegest|satz|satze|burpee)\w*|bestraf\w*|abtrainieren|como castigo|de castigo|castig\w+"
        r"|en guise de punition|punition|punir",
        "punishment",
    ),
    forbidden(
        r"(?:under|below|only|at most|less than|no more than|eat) \d{3} ?(?:k?cal\w*|calories|kalorien|calorias)"
        r"|(?:fast|fasting) for (?:\d+|two|three|several) days|skipping (?:all )?(?:meals|breakfast|dinner|lunch)"
        r"|starv\w+|no carbs|zero carbs|cut out all (?:carbs|fat|food)|crash diet|detox\w*|(?:dehydrate|sweat suit"
        r"|sauna suit|water cut)\w*|(?:don't|do not|no) (?:drink|water) (?:during|before|all)|laxatives?"
        r"|(?:unter|nur|hochstens) \d{3} ?(?:kcal|kalorien)|mahlzeiten? (?:auslassen|weglassen)|hunger(?:n|kur)"
        r"|nichts essen|nulldiat|abfuhrmittel|(?:menos de|solo) \d{3} (?:kcal|calorias)|sal?tarse? (?:comidas"
        r"|el desayuno)|ayun[oa] de \d+ dias"
        r"|laxantes?|(?:moins de|seulement) \d{3} (?:kcal|calories)|saute[rz]? (?:des|les|un) repas"
        r"|jeune[rz]? pendant|laxatifs?",
        "an extreme diet",
    ),
    forbidden(
        r"eat|consume|live on|stay (?:at|under|below)|keep to|iss|ess(?:en|t)|nimm|nehmen sie|come[dn]?|coma|ingiere"
        r"|consuma"
        r"|mange[rz]?|consomme[rz]?|avale[rz]?",
        "an extreme diet",
        then=r"\b(?:(?!defici|defizit|less|fewer|more|weniger|mehr|menos|moins|plus)[^.;\n]){0,30}?"
             r"(?<![\d.,])(?:\d{3}|1[.,]?[01]\d\d) ?(?:k?cal\w*|calories|kalorien|kilokalorien"
             r"|calorias)"
             r"[^.;\n]{0,20}?\b(?:(?:a|per|each|every|the) day|daily|am tag|pro tag|taglich|al dia|por dia|diari\w+"
             r"|par jour|quotidien\w*)",
    ),
    forbidden(
        r"lose|losing|abnehmen|nimm|verlier\w*|perder|pierd\w*|adelgaz\w*|perdre|perd(?:ez|s)|maigri\w*",
        "a promise of a result",
        then=r"\b[^.;\n]{0,20}?\d+(?:[.,]\d+)? ?(?:kg|kilos?|lbs?|pounds?|libras?|livres?)\b[^.;\n]{0,8}"
             r"\b(?:in|within|by|en|innerhalb|dans)\b[^.;\n]{0,20}\b(?:weeks?|days?|wochen?|tagen?|semanas?|dias?"
             r"|semaines?|jours?)",
    ),
    *DIETS,
)

# "A deficit of at most 400 kcal a day": no diet of 400 kcal.
DIFFERENCE = re.compile(r"\b(?:defici\w*|defizit\w*|surplus|excedent\w*|uberschuss)\b")

_ANY_FORBIDDEN = any_opening((*MEDICAL, *TONE))


@lru_cache(maxsize=4_096)
def may_be_forbidden(text: str) -> bool:
    """Whether something of `MEDICAL` or `TONE` may begin in `text`.  Weeks share most of their texts."""
    return _ANY_FORBIDDEN.search(text) is not None


# --- TP-T06: markup and links --------------------------------------------------------------------

MARKUP = re.compile(
    r"https?://|\bwww\.|\b[\w-]{2,40}\.(?:(?:com|org|net|io)\b|(?:de|fr|es)/)|\*\*|__\w|(?:^|\n)\s{0,3}#{1,6} |```"
    r"|</?[a-z]{1,10}(?:\s[^<>]{0,200})?/?>|\]\(|&(?:nbsp|amp|lt|gt|quot|#\d{1,6});|(?:^|\n)\s{0,3}(?:\* |\|)"
    r"|[\U0001f300-\U0001faff\u2600-\u27bf]"
)

# Without one of these there is none; the last signs are all outside ASCII.
MARKUP_SIGNS = (
    "http", "www.", ".com", ".org", ".net", ".io", ".de", ".fr", ".es", "**", "__", "\n#", "\n ", "```", "<", "](", "&",
    "\n*", "\n|",
)

# --- TP-T03: the writer's own words --------------------------------------------------------------

SCRATCH = (
    "lorem ipsum", "as an ai ", "as an ai,", "language model", "let me draft", "let me think",
    "let me start by", "[insert", "[your ", "[name]", "[todo", "[tbd", "[placeholder", "<insert",
    "<placeholder", "{{", "fixme", "here is your", "here's your",
    "i hope this helps",
    "let me know if", "system prompt", "json", "the schema", "sets_per_workout", "load_kind",
    "percent_1rm", "is_deload", "rest_s", "main_lifts", "days_per_week", "minutes_per_session", "the brief says",
    "als ki ",
    "sprachmodell", "modelo de lenguaje", "modele de langage", "as requested, ",
    "[einfugen", "[insertar", "[inserer", "xxx",
    "placeholder", "platzhalter", "ignore previous", "ignore all previous", "previous instructions",
)

# UTF-8 that was read as Latin-1, and what stands where nothing could be read.
BROKEN = (
    "\u00c3\u00a9", "\u00c3\u00a8", "\u00c3\u00a4", "\u00c3\u00b6", "\u00c3\u00bc", "\u00c3\u0178",
    "\u00c3\u00b1", "\u00c3\u00a1", "\u00c3\u00b3",
    "\u00c3\u00ad", "\u00c3\u00aa", "\u00c3\u00a0", "\u00c3\u00a7", "\u00e2\u20ac", "\u00c2\u00b0",
    "\u00c2\u00a0", "\ufffd",
)

# --- TP-T01: units -------------------------------------------------------------------------------

# They begin with a digit, which a search finds fast.
IMPERIAL = re.compile(
    r"\d(?:[\d.,]{0,6}\d)?[ -]?(?:lbs?|pounds?|libras?|livres?|pfund|miles?|mi|meilen?|millas?|inch(?:es)?|feet|ft"
    r"|foot|yards?|yd"
    r"|zoll|pulgadas?|pouces?|pies)\b(?! (?:arch|up|on))"
)
METRIC = re.compile(
    r"\d(?:[\d.,]{0,6}\d)?[ -]?(?:kgs?|kilos?|kilograms?|kilogramm|kilogramos?|kilogrammes?|km|kilomet(?:er|re)s?"
    r"|kilometern?"
    r"|kilometros?|cm|centimet(?:er|re)s?|zentimeter|centimetros?)\b"
)
# "A 5 km race", "10-km-Lauf"
A_RACE = re.compile(r"[ -](?:race|fun run|event|park ?run|time trial|lauf|volkslauf|wettkampf|rennen|carrera"
                    r"|course)\b")
IMPERIAL_WORDS = re.compile(r"\b(?:half|one|two|five|ten)[ -](?:a )?(?:pounds?|miles?|lbs?|inch(?:es)?)\b")
IMPERIAL_SIGNS = ("pound", "mile", "lbs", "inch")

# --- TP-T05: stop rules and disclaimer -----------------------------------------------------------

STOP = re.compile(r"stop|end the|abbrech|brech|brich|beend|stopp|aufhor|hor(?:e|en)? auf|deten|para\b|parar|interrump"
                  r"|suspend|arret|cesse|interromp")
SYMPTOM = re.compile(r"pain|dizz|chest|faint|breath|schmerz|schwind|brust|atem|ohnm|dolor|mareo|pecho|aire|douleur"
                     r"|vertige|poitrine|essouffl|souffle")
ADVISER = re.compile(
    r"doctor|physician|physio|professional|medical|clinician|health|arzt|arzt|physio|medizin|fach(?:leute|person"
    r"|kraft)|medic|profesional|sanitari|fisio|medecin|kine|professionnel|sante"
)

# --- TP-C05: techniques --------------------------------------------------------------------------

TECHNIQUE_SIGNS = (
    "drop", "myo", "pause", "forced", "cluster", "failure", "amrap", "versagen", "reduktion", "fallo", "descendent",
    "echec", "degressiv",
)
TECHNIQUES = re.compile(
    r"\b(?:drop[ -]?sets?|myo[ -]?reps?|rest[ -]pause|forced reps?|cluster sets?|negatives to failure|to failure"
    r"|amrap"
    r"|until failure|muskelversagen|reduktionssatz\w*|al fallo|hasta el fallo|series descendentes|jusqu'a l'echec"
    r"|a l'echec|series degressives)\b"
)
