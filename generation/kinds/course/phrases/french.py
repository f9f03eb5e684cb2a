"""French: a smaller set.  Terms stand in quotation marks, so that they need no article."""

from generation.kinds.course.phrases.french_cases import ACTIVITIES, CONTEXTS, EXAMPLES, NAMES, PLACES, QUESTIONS, TIMES
from generation.kinds.course.phrases.shape import Aspect, CoursePhrases, Theme

FRENCH = CoursePhrases(
    language="fr",
    levels={"beginner": "débutant", "intermediate": "intermédiaire", "advanced": "avancé"},
    titles=("{topic} : un cours pratique", "{topic} : de l'idée à la pratique"),
    summary=(
        "Un cours sur « {topic} » de niveau {level}, en {lessons} leçons d'environ {minutes} minutes. Chaque leçon "
        "explique une étape, la montre dans un exemple et se termine par une tâche et un court quiz, pour que "
        "chacun voie ce qu'il sait déjà faire et ce qui demande encore de la pratique."
    ),
    module_summary="Ce module porte sur {about}. Ses cas tournent autour de « {strand} ».",
    own_objectives=(
        "Expliquer avec des mots simples les idées principales de « {topic} »",
        "Appliquer les méthodes de base de « {topic} » à un cas nouveau",
        "Diagnostiquer par leurs signes les erreurs fréquentes dans « {topic} »",
        "Justifier par des critères une décision sur « {topic} »",
    ),
    verb="Expliquer",
    before="Appliquer à un cas personnel : ",
    before_question="Expliquer ",
    observable=frozenset(),
    unobservable=frozenset("apprendre apprécier comprendre connaître savoir".split()),
    questions_begin=frozenset("comment la le les où pourquoi quand quel quelle qui quoi un une".split()),
    infinitive_endings=("er", "ir", "re"),
    strand="{objective}",
    lowers=True,
    weak_endings=frozenset(
        "au aux avec dans de des du en et la le les leur leurs ou par pour que qui sur un une à".split()
    ),
    term="« {term} »",
    lesson_title="{aspect} : {theme}",
    themes=(
        Theme(
            "Fondations",
            "les idées sur lesquelles tout repose",
            "dans les bases",
            ("Illustrer par un cas simple « {strand} »", "Expliquer avec des mots simples « {strand} »"),
        ),
        Theme(
            "Méthodes de base",
            "les quelques méthodes qui règlent presque tout",
            "dans les méthodes de base",
            (
                "Appliquer une méthode de base à un cas de « {strand} »",
                "Comparer deux méthodes pour un cas de « {strand} »",
            ),
        ),
        Theme(
            "Outils et matériel",
            "ce qu'on utilise, quand et pourquoi",
            "dans le choix des moyens",
            (
                "Sélectionner les moyens pour un cas de « {strand} »",
                "Justifier le choix du matériel pour « {strand} »",
            ),
        ),
        Theme(
            "Planifier le travail",
            "le passage d'un but à des étapes datées",
            "dans la planification",
            ("Élaborer un plan daté pour « {strand} »", "Estimer l'effort d'un cas de « {strand} »"),
        ),
        Theme(
            "Pratique guidée",
            "des cas complets avec de moins en moins d'aide",
            "dans la pratique guidée",
            ("Démontrer avec peu d'aide « {strand} »", "Résoudre un cas complet de « {strand} »"),
        ),
        Theme(
            "Lire les résultats",
            "la différence entre un résultat et le hasard",
            "dans la lecture des résultats",
            ("Interpréter les résultats d'un cas de « {strand} »", "Évaluer les preuves d'un cas de « {strand} »"),
        ),
        Theme(
            "Erreurs fréquentes",
            "ce qui tourne mal et comment on le voit",
            "dans les erreurs fréquentes",
            ("Diagnostiquer un cas fautif de « {strand} »", "Classer les erreurs d'un cas de « {strand} »"),
        ),
        Theme(
            "Travailler avec d'autres",
            "le travail et les décisions partagés",
            "dans le travail d'équipe",
            (
                "Justifier devant l'équipe une décision sur « {strand} »",
                "Résumer pour une autre personne « {strand} »",
            ),
        ),
        Theme(
            "Qualité et relecture",
            "les critères, les listes et les retours",
            "dans la relecture",
            ("Évaluer un cas terminé de « {strand} »", "Réviser avec une liste un cas de « {strand} »"),
        ),
        Theme(
            "S'adapter au contexte",
            "ce qui change avec les conditions",
            "dans des conditions nouvelles",
            (
                "Modifier pour des conditions nouvelles un plan de « {strand} »",
                "Prédire l'effet d'un changement sur « {strand} »",
            ),
        ),
        Theme(
            "Projets personnels",
            "un projet de la question au rapport",
            "dans le projet personnel",
            ("Concevoir un petit projet sur « {strand} »", "Organiser un rapport sur « {strand} »"),
        ),
        Theme(
            "La suite",
            "la manière de continuer ensuite",
            "dans la pratique à venir",
            ("Planifier la suite de la pratique de « {strand} »", "Ordonner les questions ouvertes sur « {strand} »"),
        ),
    ),
    aspects=(
        Aspect(
            "Premier regard",
            ("Décrire par un exemple personnel {term}", "Résoudre avec {other} un premier cas de « {strand} »"),
            ("point de départ", "cadre de référence"),
            (
                "On appelle {term} l'endroit d'où tous les choix se voient encore.",
                "On appelle {other} ce à quoi on compare un résultat.",
            ),
        ),
        Aspect(
            "Idées clés",
            ("Distinguer {term} de {other}", "Illustrer par {term} un cas de « {strand} »"),
            ("idée directrice", "contre-exemple"),
            (
                "On appelle {term} la pensée qui explique la plupart des décisions.",
                "On appelle {other} un cas où cette pensée échoue.",
            ),
        ),
        Aspect(
            "Pas à pas",
            ("Expliquer pourquoi {term} vient avant {other}", "Exécuter avec {other} un cas de « {strand} »"),
            ("ordre de travail", "point de contrôle"),
            (
                "On appelle {term} la suite où chaque étape trouve ce qu'il lui faut.",
                "On appelle {other} le moment où le travail est comparé au plan.",
            ),
        ),
        Aspect(
            "Un cas résolu",
            ("Analyser {term} à la lumière de {other}", "Prédire par {other} la fin d'un cas de « {strand} »"),
            ("cas modèle", "point de décision"),
            (
                "On appelle {term} un cas suivi de la première question au résultat.",
                "On appelle {other} l'endroit où le cas aurait pu tourner autrement.",
            ),
        ),
        Aspect(
            "Bien choisir",
            ("Comparer deux options selon {term}", "Justifier par {other} un choix sur « {strand} »"),
            ("critère de choix", "compromis"),
            (
                "On appelle {term} la propriété pour laquelle une option est préférée.",
                "On appelle {other} ce que l'on cède contre ce que l'on gagne.",
            ),
        ),
        Aspect(
            "En conditions réelles",
            ("Adapter un plan à {term}", "Estimer avec {other} un cas de « {strand} »"),
            ("contrainte", "marge de sécurité"),
            (
                "On appelle {term} une limite que le travail doit accepter.",
                "On appelle {other} la réserve qui rend une surprise sans danger.",
            ),
        ),
        Aspect(
            "Vérifier les résultats",
            ("Vérifier un résultat avec {term}", "Classer par {other} un résultat de « {strand} »"),
            ("plage attendue", "seconde mesure"),
            (
                "On appelle {term} ce qu'un résultat peut être sans poser de question.",
                "On appelle {other} un regard indépendant sur la même chose.",
            ),
        ),
        Aspect(
            "Trouver les défauts",
            ("Diagnostiquer un défaut par {term}", "Classer par {other} les défauts d'un cas de « {strand} »"),
            ("symptôme", "cause probable"),
            (
                "On appelle {term} ce qui se voit, s'entend ou se mesure d'un défaut.",
                "On appelle {other} l'explication la moins coûteuse à vérifier.",
            ),
        ),
        Aspect(
            "Améliorer un brouillon",
            ("Réviser un brouillon selon {term}", "Mesurer par {other} une amélioration de « {strand} »"),
            ("valeur initiale", "rétroaction"),
            (
                "On appelle {term} l'état avant tout changement.",
                "On appelle {other} la manière dont un résultat change l'essai suivant.",
            ),
        ),
        Aspect(
            "Tout ensemble",
            ("Combiner {term} et {other} dans un cas", "Concevoir avec {term} une tâche de « {strand} »"),
            ("tâche complète", "autocontrôle"),
            (
                "On appelle {term} un travail qui demande toutes les parties à la fois.",
                "On appelle {other} une question à laquelle on répond sans professeur.",
            ),
        ),
    ),
    headings=(
        "Ce que veut dire {term}",
        "De {term} à {other}",
        "Comment {other} aide",
        "{term} dans la pratique",
        "Quand {other} manque",
        "Décider avec {other}",
    ),
    short=(
        "Commencez par {term}.",
        "Écrivez ce que voit {name}.",
        "Regardez maintenant {other}.",
        "Est-ce que {term} convient à ce cas ?",
        "Si oui, passez à {other}.",
        "Sinon, demandez à {name} pourquoi.",
        "Gardez {term} court et clair.",
        "{Name} l'essaie d'abord {place}.",
        "Dites {term} avec vos mots.",
        "Vérifiez ensuite avec {other}.",
        "Beaucoup oublient {other}, alors mettez-le sur la liste.",
        "{Name} note {term} chaque fois.",
    ),
    long=(
        "Sur le thème « {topic} », la plupart des décisions deviennent plus faciles quand {term} est clair.",
        "Un essai petit et complet de « {strand} » apprend plus qu'un long essai inachevé.",
        "Ceux qui débutent avec « {topic} » sautent souvent {other} et le paient plus tard.",
        "Regardez une chose à la fois ; si {term} et {other} changent ensemble, on ne sait pas ce qui a compté.",
        "La différence entre {term} et {other} est petite sur le papier et grande dans la pratique.",
        "Demandez ce qui devrait être vrai de {term} pour que le choix contraire soit meilleur.",
        "De bonnes notes sur {other} disent le jour, les conditions et la raison de chaque choix.",
        "Prenez {other} comme épreuve : si elle contredit le résultat, cherchez la raison avant de continuer.",
        "{Name} le fait {place} depuis des années et ne saute aucune étape de « {strand} ».",
        "Une règle simple sur {term} sert bien tant que vous savez où elle cesse d'être vraie.",
        "Comparez au moins deux chemins vers {other}, même si le premier semble bon.",
        "Gardez simple la première version de {term}, pour voir ce que fait chaque ajout.",
        "Dites à voix haute comment {term} mène à {other} ; une lacune s'entend mieux qu'elle ne se voit.",
        "Les nombres de « {strand} » disent peu seuls, alors notez l'habituel avant de juger l'inhabituel.",
    ),
    joined=(" ; dans la pratique, ", " ; pour cette raison, ", " ; par comparaison, "),
    steps=(
        "Notez ce que l'on sait de {term} et interrogez {name} sur « {strand} ».",
        "Marquez le point {place} où {other} décide.",
        "Essayez la plus petite version de {term}.",
        "Comparez {other} à ce qu'attendait {name}.",
    ),
    examples=EXAMPLES,
    activities=ACTIVITIES,
    summaries=(
        "D'abord vient {term}, et {other} est l'épreuve qui le garde honnête. Travaillez par petites étapes "
        "complètes et comparez le résultat à ce que vous attendiez.",
        "Vous avez vu comment {term} et {other} vont ensemble. Changez une chose à la fois et laissez des notes "
        "qu'une autre personne peut suivre.",
    ),
    questions=QUESTIONS,
    names=NAMES,
    places=PLACES,
    times=TIMES,
    contexts=CONTEXTS,
)
