"""Words that rules know, by language: verbs of objectives, and patterns of what a quiz or a text should not say.

English, German, Spanish and French.  A course in another language is told once which rules did not run."""

import re
from typing import Final

LANGUAGES: Final = frozenset({"en", "de", "es", "fr"})

# Bloom's levels (Anderson and Krathwohl 2001): 1 remember, 2 understand, 3 apply, 4 analyse, 5 evaluate, 6 create.
APPLY: Final = 3
_LEVELS: dict[str, tuple[str, ...]] = {
    "en": (
        "list name label state define recall recite recognise recognize identify match locate memorise memorize quote repeat tell",
        "explain summarise summarize classify illustrate describe paraphrase interpret discuss restate translate exemplify "
        "infer predict report give express outline clarify read show sort",
        "calculate carry use solve apply demonstrate execute implement operate perform prepare complete compute convert "
        "determine draw estimate fill find fit follow install measure modify adapt practise practice run schedule select "
        "choose set sketch test trace write record respond change make put keep build add mix cut bake cook plant sow fix "
        "repair isolate connect replace clean conduct configure enter format handle lead manage place present produce "
        "recite simulate speak start stop switch take teach treat turn weigh work order arrange answer ask lock tag prove "
        "verify confirm lay pour grow water prune harvest wire inspect adjust assemble disconnect document",
        "compare contrast distinguish diagnose analyse analyze differentiate examine categorise categorize deduce break "
        "relate separate organise organize investigate detect deconstruct attribute structure debug troubleshoot map question",
        "judge justify rank critique evaluate assess argue defend recommend prioritise prioritize decide appraise rate "
        "validate conclude review weigh check criticise criticize support reflect",
        "design construct plan create develop compose formulate propose invent combine revise devise draft generate "
        "integrate author compile program rewrite synthesise synthesize negotiate improve edit",
    ),
    "de": (
        "nennen aufzählen benennen bezeichnen angeben definieren wiedergeben erkennen wiedererkennen zuordnen auflisten "
        "identifizieren aufsagen abrufen",
        "erklären zusammenfassen einordnen klassifizieren veranschaulichen beschreiben erläutern umschreiben deuten "
        "interpretieren darstellen übersetzen vorhersagen schildern ableiten verdeutlichen lesen ausdrücken",
        "berechnen ausrechnen durchführen ausführen anwenden verwenden nutzen benutzen lösen einsetzen bedienen umsetzen "
        "ermitteln bestimmen zeichnen schätzen abschätzen ausfüllen messen vermessen anpassen üben auswählen wählen "
        "einstellen prüfen testen schreiben dokumentieren vorbereiten umrechnen herstellen backen kochen pflanzen säen "
        "reparieren anschließen trennen sichern freischalten austauschen reinigen einrichten installieren konfigurieren "
        "verfolgen ausarbeiten zeigen vorführen bauen zubereiten mischen schneiden ordnen sortieren reagieren handeln "
        "formatieren befolgen erheben aufnehmen eintragen vorlegen leiten bearbeiten absichern sperren kennzeichnen "
        "nachweisen feststellen befüllen bewässern ernten anlegen aussäen verlegen montieren stellen führen",
        "vergleichen unterscheiden diagnostizieren analysieren untersuchen gegenüberstellen gliedern zerlegen abgrenzen "
        "aufspüren herausarbeiten auswerten zurückführen differenzieren strukturieren eingrenzen",
        "beurteilen bewerten begründen rechtfertigen einschätzen abwägen entscheiden kritisieren empfehlen priorisieren "
        "überprüfen verteidigen argumentieren hinterfragen validieren reihen gewichten",
        "entwerfen konstruieren planen erstellen entwickeln verfassen formulieren vorschlagen kombinieren gestalten "
        "überarbeiten konzipieren komponieren zusammenstellen aufstellen verbessern programmieren aufbauen",
    ),
    "es": (
        "enumerar nombrar listar definir citar recordar reconocer identificar señalar indicar localizar emparejar etiquetar",
        "explicar resumir clasificar ilustrar describir parafrasear interpretar exponer traducir ejemplificar inferir "
        "predecir expresar leer deducir mostrar",
        "calcular realizar usar utilizar resolver aplicar demostrar ejecutar operar preparar completar convertir determinar "
        "dibujar estimar rellenar medir modificar adaptar practicar seleccionar elegir escoger probar redactar escribir "
        "registrar responder construir instalar configurar reparar conectar plantar sembrar cocinar hornear mezclar cortar "
        "ordenar emplear llevar poner trazar manejar ajustar reemplazar limpiar aislar bloquear regar cosechar podar hacer",
        "comparar contrastar distinguir diagnosticar analizar diferenciar examinar categorizar relacionar separar organizar "
        "investigar detectar descomponer estructurar",
        "juzgar justificar jerarquizar criticar evaluar valorar argumentar defender recomendar priorizar decidir revisar "
        "validar concluir sopesar comprobar verificar",
        "diseñar planificar crear desarrollar componer formular proponer inventar combinar elaborar idear generar integrar "
        "programar reescribir sintetizar mejorar planear producir",
    ),
    "fr": (
        "énumérer nommer lister définir citer rappeler reconnaître identifier indiquer repérer associer étiqueter réciter",
        "expliquer résumer classer illustrer décrire paraphraser interpréter exposer traduire exemplifier inférer prédire "
        "exprimer reformuler lire montrer déduire classifier",
        "calculer réaliser utiliser résoudre appliquer démontrer exécuter opérer préparer compléter convertir déterminer "
        "dessiner estimer remplir mesurer modifier adapter pratiquer sélectionner choisir tester rédiger écrire noter répondre "
        "construire installer configurer réparer connecter planter semer cuisiner mélanger couper ordonner employer effectuer "
        "tracer manipuler régler remplacer nettoyer isoler mettre consigner arroser récolter tailler faire mener",
        "comparer opposer distinguer diagnostiquer analyser différencier examiner catégoriser relier séparer organiser "
        "enquêter détecter décomposer structurer",
        "juger justifier hiérarchiser critiquer évaluer argumenter défendre recommander prioriser décider "
        "réviser valider conclure peser vérifier contrôler",
        "concevoir planifier créer développer composer formuler proposer inventer combiner élaborer imaginer générer intégrer "
        "programmer réécrire synthétiser améliorer produire",
    ),
}
VERBS: Final[dict[str, dict[str, int]]] = {
    language: {verb: level for level, verbs in reversed(list(enumerate(levels, 1))) for verb in verbs.split()}
    for language, levels in _LEVELS.items()
}
# What nobody can observe.
BANNED: Final[dict[str, re.Pattern[str]]] = {
    "en": re.compile(
        r"(?:understand\w*|know(?:s|ing|ledge)?|learn(?:s|ing)?|appreciate\w*|reali[sz]e\w*|comprehend\w*|grasp (?:the )?(?:concept|idea|meaning|principle)s?|internali[sz]e\w*|familiari[sz]e\w*|"
        r"(?:be|become|is|are|get) (?:\w+ )?(?:aware|familiar|acquainted|conscious)\b|get to know|"
        r"(?:gain|have|develop|acquire|get|build) (?:an?|some|the)?\s?(?:\w+ )?(?:understanding|knowledge|awareness|appreciation|grasp))\b",
        re.IGNORECASE,
    ),
    "de": re.compile(
        r"(?:verstehen|kennen|wissen|lernen|kennenlernen|kennen lernen|begreifen|verinnerlichen|erlernen|verstehe|kenne|wisse|lerne|"
        r"wertschätzen|vertraut (?:sein|machen|werden)|bewusst (?:sein|machen|werden)|(?:Verständnis|Wissen|Kenntnisse) (?:haben|erwerben|entwickeln|erlangen|besitzen|gewinnen))\b",
        re.IGNORECASE,
    ),
    "es": re.compile(
        r"(?:comprender|entender|saber|conocer|aprender|asimilar|interiorizar|familiarizarse|concienciarse|ser consciente|"
        r"(?:tener|adquirir|desarrollar) (?:una? )?(?:\w+ )?(?:comprensión|conocimientos?|conciencia))\b", re.IGNORECASE,
    ),
    "fr": re.compile(
        r"(?:comprendre|connaître|savoir|apprendre|assimiler|intérioriser|se familiariser|être (?:conscient|familier|sensibilisé)|"
        r"prendre conscience|(?:avoir|acquérir|développer) (?:une? )?(?:\w+ )?(?:compréhension|connaissances?|conscience))\b", re.IGNORECASE,
    ),
}
LEAD_IN: Final[dict[str, re.Pattern[str]]] = {
    "en": re.compile(
        r"^\W*(?:(?:by|at|after|upon) [^,:]{3,60}[,:]\s*)?(?:(?:you|learners?|students?|participants?|trainees|they|the (?:learner|student|participant|reader)s?)\s+"
        r"(?:(?:will|should|can|must|are|is|be|to|able)\s+){1,5}|(?:to|be able to|can|able to)\s+)?(?:(?!apply|supply|multiply|reply|comply|rely|imply)\w+ly\s+)?", re.IGNORECASE,
    ),
    "es": re.compile(
        r"^\W*(?:al (?:final|terminar|acabar)[^,:]{3,60}[,:]\s*)?(?:(?:el|la|los|las)\s+(?:alumn|estudiant|participant)\w+\s+)?"
        r"(?:(?:podrás?|podrá|podrán|serás?|serán|ser|sabrás?|sabrá|saber)\s+(?:capaz|capaces)?\s?(?:de\s+)?)?", re.IGNORECASE,
    ),
    "fr": re.compile(
        r"^\W*(?:(?:à la fin|à l['’]issue|au terme)[^,:]{3,60}[,:]\s*)?(?:(?:l['’]apprenante?|les apprenants|vous|tu|les participants)\s+)?"
        r"(?:(?:pourra|pourrez|pourront|sera|serez|seront|saura|saurez|être|savoir)\s+(?:capables?|en mesure)?\s?(?:de\s+|d['’])?)?", re.IGNORECASE,
    ),
}
NO_VERB: Final = re.compile(
    r"(?:the|a|an|this|these|those|what|how|why|when|where|about|introduction|overview|basics|fundamentals|concepts?|"
    r"importance|history|theory|principles|\w{3,}(?:tion|ness|ology|ism))\b", re.IGNORECASE,
)
TEACHER: Final = re.compile(
    r"^\W*(?:(?:the|this|our) (?:course|lesson|module|unit|section|teacher|instructor|trainer)|diese[rs]? (?:kurs|lektion|modul|einheit)|"
    r"(?:der|die|das) (?:kurs|lektion|modul|lehrkraft|lehrer\w*|trainer\w*)|(?:el|la|este|esta) (?:curso|lección|módulo|profesor\w*|docente)|"
    r"(?:le|la|ce|cette) (?:cours|leçon|module|enseignante?|formateur))\b", re.IGNORECASE,
)
AND: Final[dict[str, re.Pattern[str]]] = {
    "en": re.compile(r"^(?:\W*\w+ly)?\W*(?:[\w-]+),? (?:and|or|then|&) (?P<second>[\w-]+)", re.IGNORECASE),
    "de": re.compile(r"(?P<first>\w+),? (?:und|oder|sowie) (?P<second>\w+)\W*$", re.IGNORECASE),
    "es": re.compile(r"^\W*\w+ (?:y|e|o) (?P<second>\w+)", re.IGNORECASE),
    "fr": re.compile(r"^\W*\w+ (?:et|ou) (?P<second>\w+)", re.IGNORECASE),
}

# --- quiz ----------------------------------------------------------------------------------------

ALL_OR_NONE: Final = re.compile(
    r"^\W*(?:(?:all|none|any|both|neither) (?:of )?(?:the )?(?:above|these|them|answers?|options?|others?|preceding)\b(?! \w+ (?:are|is|have))"
    r"|(?:all|none|any|both|neither|every\w*|nothing|each)\b[^.!?]{0,40}\b(?:(?:named|listed|mentioned|stated|given|said) (?:above|here|before)|(?:of|the)\b[^.!?]{0,30}\babove)\W*$"
    r"|both (?:of the above|[a-e] and [a-e])\b|all (?:answers|options) are (?:correct|true|right)"
    r"|(?:alle|keine|beide)[rs]? (?:der )?(?:oben\w*|genannten|obigen|vorherigen|antworten|optionen|aussagen)\b|nichts davon|alles davon|keines? davon|alle davon"
    r"|(?:alles?|nichts|keine?[sr]?|beides?)\b[^.!?]{0,40}\b(?:(?:oben|zuvor|hier) )?(?:genannte|erwähnte|aufgeführte|aufgezählte)[nrs]?\W*$"
    r"|(?:todo|nada) (?:de )?lo (?:anterior|dicho|mencionado)\b|tout ce qui précède|rien de ce qui précède|rien de tout cela"
    r"|(?:tod[oa]s|ningun[oa]) (?:(?:de )?(?:las|los) )?(?:anteriores|opciones|respuestas|citad[oa]s)\b|ningun[oa] de (?:ell[oa]s|las anteriores)"
    r"|(?:toutes?|tous|aucune?) (?:de )?(?:ces |les |des )?(?:réponses|options|propositions)\b|aucune de ces|(?:toutes|aucune) (?:les|des) (?:précédentes|propositions))",
    re.IGNORECASE,
)
ASKS_WHICH: Final = re.compile(
    r"\b(?:which|what|who|select|choose|pick|welche\w*|was|wer|wähle\w*|cuál\w*|qué|quién|selecciona|elige|quel\w*|lequel|laquelle|lesquel\w*|qu['’]est-ce|choisis\w*)\b",
    re.IGNORECASE,
)
MANY_SIGNS: Final = (" all ", " every ", "alle ", "mehrere", "todas", "varias", "toutes", "plusieurs")
MANY: Final = re.compile(
    r"\b(?:select|choose|mark|tick|check|pick) (?:all|every)\b|\ball that apply\b|\balle (?:zutreffenden|richtigen)\b|\btodas las (?:correctas|que)\b|"
    r"\btoutes les (?:bonnes|réponses|affirmations)\b|\b(?:mehrere|varias|plusieurs) (?:antworten|respuestas|réponses)\b", re.IGNORECASE,
)
HOW_MANY: Final = re.compile(
    r"\b(?:which|select|choose|pick|mark|name|welche|wähle\w*|nennen? sie|cuáles|elige|selecciona|quelles?|quels|choisis\w*)(?: the| die| las| los| les)? "
    r"(?P<count>one|two|three|four|zwei|drei|vier|dos|tres|cuatro|deux|trois|quatre|2|3|4)\b", re.IGNORECASE,
)
COUNTS: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "zwei": 2, "drei": 3, "vier": 4, "dos": 2, "tres": 3, "cuatro": 4,
    "deux": 2, "trois": 3, "quatre": 4, "2": 2, "3": 3, "4": 4,
}
SAYS_RIGHT: Final = re.compile(
    r"^\W*(?:yes|correct|right|true|exactly|well done|(?:this|that) is (?:the )?(?:correct|right|true)(?: answer| option| choice| one)?|"
    r"(?:the )?(?:correct|right) (?:answer|option|choice)|"
    r"ja|richtig|korrekt|stimmt|genau|das (?:ist|stimmt) (?:richtig|korrekt)|(?:die )?richtige antwort|"
    r"sí|correcto|correcta|exacto|cierto|verdadero|(?:esta|esa) es (?:la )?(?:respuesta )?correcta|respuesta correcta|"
    r"oui|exact|juste|correct|vrai|c['’]est (?:la bonne réponse|juste|correct|exact)|bonne réponse)\s*(?:[.!;:]|,(?!\s*(?:but|aber|pero|mais)\b)|—|–|$)",
    re.IGNORECASE,
)
SAYS_WRONG: Final = re.compile(
    r"^\W*(?:no|incorrect|wrong|false|not (?:correct|right|true|quite)|(?:this|that|it) is (?:not (?:the )?(?:correct|right|true)|incorrect|wrong|false)(?: answer| option| choice)?|"
    r"nein|falsch|nicht (?:richtig|korrekt|ganz)|das ist (?:falsch|nicht richtig|nicht korrekt)|stimmt nicht|"
    r"incorrecto|incorrecta|falso|no es (?:correcto|correcta|cierto)|(?:esta|esa) (?:respuesta |opción )?es incorrecta|"
    r"non|faux|inexact|pas (?:tout à fait|exact|correct)|c['’]est (?:faux|inexact|incorrect)|mauvaise réponse)\s*(?:[.!;:,]|—|–|$|(?:and|und|et|y) (?:not|nicht|pas|no)\b|because\b|since\b|weil\b|parce\b|porque\b)",
    re.IGNORECASE,
)
NAMES_LETTER_SIGNS: Final = ("option", "answer", "choice", "antwort", "opci", "respuesta", "réponse", "choix", "(a)", "(b)", "(c)", "(d)", "(e)")
NAMES_LETTER: Final = re.compile(
    r"\b(?:options?|answers?|choices?|Antwort(?:en)?|Option(?:en)?|opci(?:ón|ones)|respuestas?|réponses?|choix)\s+\(?[A-E]\)?(?![\w'’])"
    r"|\b(?:options?|choices?|Antwort|opción|choix)\s+[1-5](?![\w.,:%-])"
    r"|\b(?:the )?(?:first|second|third|fourth|fifth|last) (?:option|answer|choice)\b|\b(?:erste|zweite|dritte|vierte|letzte)[nrs]? (?:Antwort|Option)\b"
    r"|\b(?:primera|segunda|tercera|cuarta|última) (?:opción|respuesta)\b|\b(?:première|deuxième|troisième|quatrième|dernière) (?:option|réponse)\b"
    r"|(?<![\w(])\([A-E]\)(?!\w)",
)
ANSWER_IS_SIGNS: Final = ("answer is", "antwort", "lösung", "respuesta", "réponse")
ANSWER_IS: Final = re.compile(
    r"\b(?:(?:correct |right )?answer is|richtige? (?:Antwort|Lösung) (?:ist|lautet)|Antwort (?:ist|lautet)|respuesta (?:correcta )?es|"
    r"(?:bonne )?réponse (?:correcte )?est)\W{0,4}(?P<rest>[^\n]{2,200})", re.IGNORECASE,
)

# What one looks at first and then does something to: two verbs of one act.
CHECKING: Final = frozenset(
    "check inspect find locate identify spot detect prüfen überprüfen suchen finden erkennen revisar comprobar encontrar "
    "localizar identificar detectar vérifier trouver localiser repérer identifier détecter".split()
)

AFTER_CHECKING: Final = frozenset(
    "fix repair correct judge assess beheben reparieren beurteilen bewerten reparar corregir valorar réparer corriger "
    "évaluer".split()
)

# --- prose ---------------------------------------------------------------------------------------

# Each with the words of which one is in whatever it finds: most texts have none, and are not searched.  Of the
# language of the course, or English ones.
CLICK_HERE_WORDS: Final = {
    "en": frozenset({"click", "tap"}), "de": frozenset({"klick", "klicke", "klicken", "klickt"}),
    "es": frozenset({"clic"}), "fr": frozenset({"cliquez", "clique"}),
}
CLICK_HERE: Final = re.compile(
    r"\b(?:click|tap) (?:here|this link|on this link)\b|\bklick\w* (?:Sie )?(?:hier|auf diesen Link)\b|\bha(?:z|ga|ced) clic aquí\b|\bcliquez (?:ici|sur ce lien)\b|\bclique ici\b", re.IGNORECASE,
)
SEE_PICTURE_WORDS: Final = {
    "en": frozenset(
        "picture figure image diagram photo screenshot illustration pictures figures images diagrams photos screenshots "
        "illustrations video".split()
    ),
    "de": frozenset("abbildung bild foto grafik skizze zeichnung diagramm schaubild".split()),
    "es": frozenset("figura imagen foto dibujo gráfico diagrama ilustración esquema fotografía".split()),
    "fr": frozenset("figure image photo illustration dessin schéma graphique diagramme croquis".split()),
}
_PICTURES_EN = "(?:picture|figure|image|diagram|photo|screenshot|illustration|drawing|video)s?"
_PICTURES_DE = "(?:Abbildung|Bild|Foto|Grafik|Skizze|Zeichnung|Diagramm|Schaubild)"
_PICTURES_ES = "(?:figura|imagen|foto|dibujo|gráfico|diagrama|ilustración|esquema|fotografía)"
_PICTURES_FR = "(?:figure|image|photo|illustration|dessin|schéma|graphique|diagramme|croquis)"
SEE_PICTURE: Final = re.compile(
    rf"\b(?:(?:see|look at|as shown in|shown in|refer to) (?:the )?{_PICTURES_EN}(?: (?:above|below|on|\d)|\b(?=[.,:)]))"
    rf"|in the {_PICTURES_EN} (?:above|below|on the)|as the {_PICTURES_EN} (?:above |below )?shows?\b"
    rf"|the {_PICTURES_EN} (?:above|below|on the (?:right|left))\b"
    rf"|(?:siehe|wie in der|wie auf der|wie im|wie auf dem) (?:die |der |das )?{_PICTURES_DE}\b"
    rf"|(?:auf|in|im|das|die|der) (?:dem |der )?{_PICTURES_DE} (?:oben|unten|rechts|links|nebenan)\b"
    rf"|(?:véase|ver|mira|como (?:ves|se ve|muestra|puedes ver)(?: en)?) (?:la |el )?{_PICTURES_ES}\b"
    rf"|(?:el|la|del) {_PICTURES_ES} (?:de la (?:derecha|izquierda)|de (?:arriba|abajo)|siguiente|anterior|adjunt[oa])\b"
    rf"|(?:voir|regardez|comme (?:le |la )?(?:montre|on le voit sur|sur)) (?:la |le |l['’])?{_PICTURES_FR}\b"
    rf"|(?:la |le |l['’]|du ){_PICTURES_FR} (?:ci-dessous|ci-dessus|ci-contre|de (?:droite|gauche)|à (?:droite|gauche))\b)",
    re.IGNORECASE,
)
BY_COLOUR_WORDS: Final = {
    "en": frozenset("red green blue yellow orange purple grey gray black white pink right left".split()),
    "de": frozenset(
        "rote grüne blaue gelbe graue roten grünen blauen gelben grauen rot grün blau gelb rechts links rechten "
        "linken".split()
    ),
    "es": frozenset("rojo verde azul amarillo derecha izquierda".split()),
    "fr": frozenset("rouge vert bleu jaune droite gauche".split()),
}
BY_COLOUR: Final = re.compile(
    r"\bthe (?:red|green|blue|yellow|orange|purple|grey|gray|black|white|pink) (?:one|ones|part|text|box|row|line|area|words?|column|cells?|entries|items?)\b(?! (?:of the|wire))"
    r"|\b(?:marked|shown|highlighted|printed|written) in (?:red|green|blue|yellow|orange|purple|grey|gray|pink)\b"
    r"|\b(?:on|to) the (?:right|left)(?:-hand side)? (?:of (?:the|this) (?:page|screen|lesson|text|table)|(?:you (?:can )?see|is shown|shows))"
    r"|\b(?:as (?:shown|seen) )?in the (?:right|left)(?:-hand)? column\b"
    r"|\b(?:die|der|das|den) (?:rote|grüne|blaue|gelbe|graue)n? (?:Markierung|Text|Kasten|Zeile|Spalte|Feld|Teil)\b|\b(?:rot|grün|blau|gelb) (?:markiert|hervorgehoben|gedruckt|unterlegt)\b"
    r"|\b(?:rechts|links) (?:sehen Sie|siehst du|ist zu sehen)|\bin der (?:rechten|linken) Spalte\b"
    r"|\b(?:marcado|resaltado|escrito|señalado)s? en (?:rojo|verde|azul|amarillo)\b|\ba la (?:derecha|izquierda) (?:se ve|puedes ver|aparece)|\bcolumna (?:derecha|izquierda)\b"
    r"|\b(?:marqué|surligné|écrit|indiqué)e?s? en (?:rouge|vert|bleu|jaune)\b|\bà (?:droite|gauche) (?:vous voyez|on voit|figure)|\bcolonne de (?:droite|gauche)\b",
    re.IGNORECASE,
)
FORBIDS: Final = re.compile(
    r"(?:^|[.;,:!\n(]\s*|\b(?:and|und|y|et)\s+)(?:please\s+|bitte\s+)?(?:there (?:is|are) )?(?:we have |they have |learners have )?"
    r"(?:no|without|avoid|exclude|leave out|do not (?:use|mention|include|cover|discuss|treat)|don['’]t (?:use|mention|include|cover|discuss)|never (?:use|mention)|"
    r"keine?[nrsm]?|ohne|vermeide\w*|verzichte\w* auf|nicht behandeln:?|"
    r"sin|evita\w*|no (?:usar|uses|use|mencionar|incluir|menciones|incluyas)|nada de|excluir|"
    r"sans|éviter|évitez|pas de|pas d['’]|ne pas (?:utiliser|mentionner|inclure|parler de)|exclure)\s+"
    r"(?P<what>[^.;:!?\n,()]{3,80})", re.IGNORECASE,
)
IS_FORBIDDEN: Final = re.compile(
    r"(?:^|[.;:!?\n]\s*)(?P<what>[^.;:!?\n,()]{3,60}?)\s+(?:(?:is|are|must be|stays?|ist|sind|bleib(?:t|en)|está|están|quedan?|est|sont)\s+)?"
    r"(?:excluded|left out|out of scope|not (?:allowed|covered|wanted|permitted)|forbidden|banned|off limits|"
    r"ausgeschlossen|verboten|nicht (?:erlaubt|gewünscht|erwünscht|behandeln|erwähnen|verwenden)|tabu|weglassen|"
    r"(?:excluid|prohibid|descartad)[oa]s?|no (?:permitid|incluid)[oa]s?|"
    r"exclue?s?|interdite?s?|proscrite?s?|bannie?s?|hors (?:sujet|programme))(?=\s*(?:[.;!\n]|$))", re.IGNORECASE,
)
NEGATED: Final = re.compile(
    r"\b(?:no|not|never|without|avoid\w*|instead of|rather than|don['’]t|cannot|can['’]t|free of|exclud\w*|ban(?:ned|s)?|forbid\w*|nicht|kein\w*|ohne|statt|anstatt|vermeid\w*|verzicht\w*|"
    r"sin|nunca|evita\w*|en lugar de|en vez de|ning[uú]n\w*|sans|pas|jamais|évit\w*|au lieu de|aucun\w*|le(?:aves?|ft) (?:out|aside)|does without|ausgeschlossen|verboten|"
    r"außen vor|deja\w* (?:de lado|fuera)|excluid\w*|prohib\w*|laiss\w* de côté|exclu[es]*|interdi\w*)\b", re.IGNORECASE,
)
LANGUAGE_NAMES: Final = re.compile(
    r"\b(?:english|german|french|spanish|italian|portuguese|latin|russian|chinese|mandarin|japanese|arabic|dutch|polish|turkish|greek|hebrew|"
    r"korean|swedish|englisch\w*|deutsch\w*|französisch\w*|spanisch\w*|italienisch\w*|latein\w*|inglés|inglesa|alemán|alemana|francés|español|"
    r"anglais\w*|allemand\w*|français\w*|espagnol\w*|translat\w*|übersetz\w*|traduc\w*|traduct\w*|bilingual|zweisprachig)\b", re.IGNORECASE,
)
