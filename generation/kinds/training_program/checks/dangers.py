"""What hurts whoever follows it: to go on through pain, and diets that starve; in English, German, Spanish and French.

Each kind of fault is said in two orders: "keep going although it hurts", "if it hurts, keep going"."""

from generation.kinds.training_program.checks.forbidden import ForbiddenWords, forbidden

PAINFUL = "advice to train on with pain"
STARVING = "an extreme diet"

# A gap in which nothing is denied, and in which no pain is small or gone.
_GAP = (
    r"(?:(?!\b(?:not|no|never|nicht|kein|nie|pas|jamais|nunca|gone|over|mild|light|slight|fades?|eases?|stops?|less"
    r"|below|muscle|unlike|different|than|from|anders|distint|differen|leicht|weg|vorbei|leve|ligero|desaparec"
    r"|legere?|disparu|passe)|n't)[^.;\n]){0,40}?"
)
_ANY = r"[^.;\n]{0,40}?"

PAIN: tuple[ForbiddenWords, ...] = (
    forbidden(      # "Sharp pain is a normal sign of growth"
        r"(?:sharp|stabbing|shooting|severe|intense|strong|joint|chest|knee|back|shoulder) pains? (?:is|are|means?"
        r"|shows?)"
        r"|stechende\w* schmerz\w*|(?:starke|scharfe|heftige)\w* schmerz\w*|(?:gelenk|brust|knie|rucken"
        r"|schulter)schmerz\w*"
        r"|dolor(?:es)? (?:agudo|fuerte|intenso|punzante|articular)(?:es|s)?"
        r"|douleurs? (?:vive|aigue|forte|intense|articulaire)s?",
        PAINFUL, may_be_asked=True,
        then=rf"{_GAP}\b(?:(?:a |an |the |ein |eine |un |una )?(?:perfectly |completely |very |vollig |ganz "
             r"|tout a fait |muy |bastante )?(?:normale?|natural|healthy|harmless|harmlos|gesund|sain)\b"
             r"(?! (?:reason|grund|soreness|muscle|fatigue|training|burn|effort|work|week|muskel))"
             r"|(?:a )?good (?:sign|thing)|gutes zeichen|buena senal|bon signe"
             r"|(?:sign|proof|zeichen|beweis|senal|prueba|signe|preuve) (?:of|that|von|fur|dafur|de|del"
             r"|que)\b[^.;\n]{0,20}"
             r"(?:growth|grow|progress|strength|muscle|working|works|wachs\w*|fortschritt|wirkt|starke"
             r"|crec\w+|progres\w*|fuerza|funciona|croissance|force)"
             r"|part of (?:it|the (?:process|game|deal)|training|growing)|gehor\w* dazu|es parte del|fait partie d)",
    ),
    forbidden(      # "Keep going even if it hurts"
        r"keep (?:going|lifting|training|running|pressing|squatting|at it)|carry on|push (?:on|through|yourself)"
        r"|train on"
        r"|continue|finish (?:the|your|every|all) \w+|(?:do not|don't|never) (?:stop|rest|give in|quit)"
        r"|mach\w* (?:sie )?(?:einfach |trotzdem )?weiter|trainier\w* (?:sie )?(?:einfach |trotzdem )?weiter"
        r"|hor\w* (?:sie )?nicht auf|beiss\w* (?:sie )?die zahne zusammen"
        r"|sig(?:ue|a)|continu[ae]|aguant[ae]|no (?:pares?|te detengas|se detenga)"
        r"|continuez|poursui[st]\w*|serre[zr]? les dents|ne (?:vous |t')?arrete[zr]? pas",
        PAINFUL, may_be_asked=True,
        then=rf"{_GAP}\b(?:(?:through|despite) (?:the |any |all |your |sharp |some |joint )*pain\b"
             r"|even (?:if|when|though) [^.;\n]{0,25}?\b(?:hurts|is in pain|pain)\b|no matter how (?:much"
             r"|badly) it hurts"
             r"|trotz (?:der |des |starker |stechender )*schmerz\w*|auch wenn [^.;\n]{0,25}?(?:schmerzt|weh ?tut"
             r"|sticht)"
             r"|a pesar del dolor|aunque (?:te |le |les )?(?:duela|haya dolor|sient\w+ (?:un )?dolor)|con dolor"
             r"|malgre (?:la |une |les )?(?:\w+ )?douleurs?|meme si [^.;\n]{0,25}?(?:mal|douleur)\b)",
    ),
    forbidden(      # "If the knee hurts, grit your teeth"
        r"(?:if|when) (?:it|the \w+|your \w+|something|a \w+) (?:really )?(?:hurts?|stings?)\b"
        r"|(?:if|when) (?:you feel |there is )?(?:a |the |some )?(?:sharp|stabbing|joint|chest) pain"
        r"|(?:auch )?wenn (?:es|das \w+|die \w+|der \w+) (?:schmerzt|sticht|weh ?tut)"
        r"|(?:si|aunque|cuando) (?:te |le |la \w+ |el \w+ |algo )?(?:te |le )?(?:duele|duela)\b"
        r"|(?:si|quand|meme si) (?:ca|cela|le \w+|la \w+|l'\w+) (?:vous |te )?fait mal",
        PAINFUL,
        then=rf"(?:{_GAP}\b(?:keep (?:going|lifting|training|pushing)|push (?:on|harder|through)|grit your teeth"
             rf"|train on"
             r"|(?:carry|go) on (?:anyway|regardless)|ignore it|(?:mach\w*|trainier\w*) (?:sie )?(?:einfach "
             r"|trotzdem )?weiter"
             r"|zahne zusammen|sigue adelante|sigue (?:entrenando|con)|siga (?:adelante|entrenando)|aguant[ae]"
             r"|continuez (?:quand meme|malgre|de forcer)|serrez les dents|tenez bon)"
             rf"|{_ANY}\b(?:do not|don't|never) (?:stop|give in|quit)|{_ANY}\bno (?:pares|te detengas|se detenga)"
             rf"|{_ANY}\bne (?:vous |t')?arrete[zr]? pas|{_ANY}\bhor\w* (?:sie )?nicht auf)",
    ),
    forbidden(
        r"durch den schmerz (?:hindurch|gehen|trainier|arbeit)|schmerz\w* (?:einfach )?(?:wegatmen|wegtrainieren"
        r"|aushalten)"
        r"|aguanta (?:el )?dolor|atraviesa el dolor|embrace the pain|love the pain|bite through the pain",
        PAINFUL,
    ),
)

_CALORIES = r"(?<![\d.,])(?:\d{3}|1[., ]?[01]\d\d) ?(?:k?cal\w*|calories|kalorien|kilokalorien|calorias)"
_A_DAY = (
    r"[^.;\n]{0,20}?\b(?:(?:a|per|each|every|the|this) (?:day|week)|daily|am tag|pro tag|taglich|al dia|por dia"
    r"|diari\w+"
    r"|par jour|quotidien\w*)"
)
_MEAL = r"(?:breakfast|lunch|dinner|supper|meals?)\b"
_MAHL = r"(?:fruhstuck|mittagessen|abendessen|abendbrot|mahlzeit(?:en)?)\b"
_REPAS = r"(?:repas|diner|dejeuner|petit[- ]dejeuner|souper)\b"
_COMIDA = r"(?:comidas?|cena|desayuno|almuerzo)\b"

DIETS: tuple[ForbiddenWords, ...] = (
    forbidden(
        r"limit|cap|keep|(?:do not|don't|never) (?:exceed|go over|eat more than)|no more than|not more than|at most"
        r"|(?:cut|drop|reduce|lower) (?:your |the )?(?:calories|intake|food|diet|energy)? ?(?:down )?to|maximum"
        r"|hochstens|maximal|nicht mehr als|nicht uber|uberschreit\w*|bleib\w*|beschrank\w*|begrenz\w*|reduzier\w*"
        r"|no (?:pases?|superes?|sobrepases?|comas?|coma)|limit[ae]\w*|como (?:mucho|maximo)|maximo|no mas de|baja a"
        r"|ne (?:de)?passe[rz]? pas|limite[rz]?|reste[rz]?|pas plus de|au (?:plus|maximum)|tene[rz] vous",
        STARVING, may_be_denied=False,
        then=rf"\b[^.;\n]{{0,30}}?{_CALORIES}{_A_DAY}",
    ),
    forbidden(
        rf"(?<!if you )(?<!when you )skip (?:all |your |the |a |every |one )?{_MEAL}|(?:leave out|drop|cut out"
        rf"|go without"
        rf"|do without|do not eat|don't eat) (?:all |your |the |any )?{_MEAL}"
        r"|go to bed hungry|(?:train|stay) hungry|eat nothing|(?:eat )?only (?:one|a single) meal"
        rf"|(?:lass\w*|streich\w*|uberspring\w*) (?:sie )?(?:das |die |den |ihr |dein |eine? |alle )?{_MAHL}"
        r"(?![^.;\n]{0,12}\bnicht\b)"
        rf"|{_MAHL} (?:aus(?:fallen ?)?lassen|ausfallen|weglassen|streichen|uberspringen)|verzicht\w* (?:sie )?auf "
        rf"(?:das |ihr |dein |die )?{_MAHL}|(?<!si )(?:te |se )?salt(?:ate|ese|a|e|es|ar|arse|arte)? (?:las |la "
        rf"|el |una |todas "
        rf"las )?{_COMIDA}|(?:suprim[ae]|elimin[ae]|quita) (?:las |la |el )?{_COMIDA}|no (?:cenes|cene|desayunes"
        rf"|desayune)\b"
        rf"|saute[rz]? (?:des|les|un|le|la|votre|ton|tous les|chaque) {_REPAS}|supprime[rz]? (?:le|les|votre|ton"
        rf"|un) {_REPAS}"
        rf"|ne mange[rz]? (?:rien|pas (?:le|au|de) {_REPAS})",
        STARVING,
    ),
)
