"""French: a smaller set."""

from generation.kinds.training_program.phrases.shape import ProgramPhrases

FRENCH = ProgramPhrases(
    language="fr", decimal=",",
    goals={
        "strength": "la force", "hypertrophy": "la masse musculaire", "fat_loss": "la perte de graisse",
        "endurance": "l'endurance", "general_fitness": "la forme générale", "event": "une épreuve",
    },
    levels={"novice": "débutant", "intermediate": "intermédiaire", "advanced": "avancé"},
    titles=("Progrès réguliers vers {goal}", "Semaine après semaine vers {goal}"),
    summary=(
        "Ce programme développe {goal} au niveau {level}. Chaque semaine reprend les mêmes jours, pour que le "
        "progrès se voie, "
        "et le travail s'approche un peu plus de la limite de semaine en semaine et de phase en phase. Des semaines "
        "plus "
        "légères viennent avant que la fatigue ne s'accumule. Le travail principal est {lifts} ; de petits exercices "
        "complètent le reste."
    ),
    safety=(
        "Arrêtez la série si la douleur est vive, nouvelle ou croissante, et arrêtez la séance et demandez de "
        "l'aide en cas de "
        "douleur dans la poitrine, de vertige ou d'essoufflement inhabituel. Ce programme est une information générale "
        "d'entraînement et non un avis médical ; demandez à un médecin ou à un kinésithérapeute avant de commencer "
        "si vous "
        "avez une maladie, une blessure ou un doute."
    ),
    safety_limited=(
        "Un professionnel devrait examiner les limites indiquées ; les exercices sont choisis en conséquence."
    ),
    progression=(
        "Quand toutes les séries d'un exercice atteignent leurs répétitions avec l'effort prévu, ajoutez le plus "
        "petit pas que "
        "le matériel permet ; pour les exercices sans charge, ajoutez une répétition. Après une série manquée "
        "gardez la "
        "charge une semaine de plus ; après deux semaines manquées retirez un dixième et remontez. Allongez un peu "
        "chaque "
        "semaine les efforts longs. Après une semaine perdue, répétez la dernière."
    ),
    day="Jour {number}",
    focuses={
        "FULL_A": "Corps entier, squat d'abord", "FULL_B": "Corps entier, hanche d'abord",
        "FULL_C": "Corps entier, tirage d'abord", "UPPER_A": "Haut du corps, horizontal",
        "UPPER_B": "Haut du corps, vertical", "LOWER_A": "Jambes, squat d'abord", "LOWER_B": "Jambes, hanche d'abord",
        "EASY": "Travail aérobie à allure calme", "INTERVALS": "Intervalles", "LONG": "Effort long à allure calme",
        "GENTLE": "Mobilité et tronc",
    },
    phase_names={
        "lifting": (("Base", "Construction", "Intensité", "Sommet"),),
        "cardio": (("Base", "Construction", "Spécifique", "Affûtage"),),
    },
    phase_focus=(
        "Installer la technique, trouver des charges honnêtes et créer une base de travail régulier.",
        "Porter un peu plus de travail et s'approcher davantage de la limite que dans la phase précédente.",
        "Transformer le travail en performance : des séries plus lourdes avec la même technique propre.",
        "Fournir le travail le plus dur et propre du programme et garder le reste sous contrôle.",
    ),
    effort="{reps} répétitions à RIR {rir}",
    effort_percent="{reps} répétitions à RIR {rir}, {percent} % 1RM à la barre",
    effort_conditioning="RPE {easy} dans les efforts longs, RPE {hard} dans les intervalles",
    lift_guidance=(
        "Semaine 1 : {sets} x {reps} à RIR {rir}. Semaine la plus dure : {sets_late} x {reps_late} à RIR {rir_late}."
    ),
    bout_guidance=(
        "Commencez avec un effort qui permet des phrases entières et allongez un peu chaque semaine l'effort le "
        "plus long."
    ),
    support_guidance="Des séries lentes et contrôlées, loin de la fatigue, chaque jour qui les contient.",
    week_focus_start=("Trouver les charges et bien bouger", "Un départ calme avec des charges honnêtes"),
    week_focus=(
        "Les mêmes exercices, un peu plus", "Un pas de plus sur l'essentiel",
        "Du travail de qualité malgré la fatigue",
        "Près de la limite, jamais au-delà",
        "Garder la technique et ajouter un peu",
    ),
    guidance_start=("Commencez un peu plus léger qu'il ne semble nécessaire et notez chaque charge.",),
    guidance_closer=("Approchez-vous un peu plus de la limite avec les mêmes exercices.",),
    guidance_sets=("Une série de plus dans chaque séance, avec la même qualité.",),
    guidance_same=("Les mêmes objectifs : montez du plus petit pas là où chaque répétition était propre.",),
    deload_focus=("Décharge : récupérer et garder le mouvement", "Décharge : semaine légère, les mêmes jours"),
    deload_guidance=("Environ la moitié des séries, plus légères et loin de la limite, les mêmes jours.",),
    week_summaries=(
        "{focus}. Gardez le travail principal à {intensity}, et que tout le reste le serve.",
        "{focus} : {intensity}, et les petits exercices complètent le reste.",
    ),
    deload_summaries=(
        "{focus}. Environ la moitié du travail, {intensity}, pour aborder frais les prochaines semaines.",
    ),
    warm_up_general=("Marchez vite ou pédalez doucement pendant {minutes} minutes pour vous échauffer.",),
    warm_up_mobile=(
        "Balancez chaque jambe et tournez lentement les hanches, dix fois chacune.",
        "Tournez le haut du dos des deux côtés, huit fois chacun.",
    ),
    warm_up_lift=("Trois séries montantes du premier exercice ({lift}), loin de la fatigue.",),
    warm_up_bout=("Commencez l'activité principale ({lift}) très doucement et montez jusqu'à l'effort prévu.",),
    cool_down=(
        "Marchez trois minutes et étirez ce qui vous semble tendu.",
        "Notez la sensation de la dernière série et respirez lentement.",
    ),
    notes_loaded=("Notez la charge après la dernière série.", "Gardez la vitesse à chaque répétition."),
    notes_unloaded=("Bougez lentement et avec contrôle.", "Arrêtez quand la posture change."),
    notes_timed=("Terminez la série quand la posture change.", "Respirez tout le temps."),
    notes_bout=("Gardez l'effort prévu même s'il semble lent.",),
    coaching=(
        "Le sommeil décide maintenant plus que tout exercice : couchez-vous à la même heure avant {session}.",
        "Si {lift} semble plus lourd que prévu, retirez un peu et gardez propre chaque répétition.",
        "Comparez {lift} à la semaine précédente : la même charge avec plus d'aisance est aussi un progrès.",
        "Si le temps manque pour {session}, faites en entier les deux premiers exercices et laissez les derniers.",
        "Respectez les repos dans {session} : réglez une montre et commencez la série au signal.",
        "Regardez la dernière série de {lift} : si la vitesse tombe tôt, gardez la charge une semaine de plus.",
        "Commencez {session} avec un objectif écrit pour {lift} et notez à côté ce qui s'est passé.",
        "Si {session} tombe à l'eau, décalez la séance d'un jour au lieu de la serrer dans une autre.",
        "Choisissez la charge de {lift} selon la première série, et non de mémoire.",
        "Après une mauvaise nuit, commencez {session} un pas plus léger et décidez de nouveau.",
        "Faites une série d'échauffement de plus pour {lift} si vous vous sentez raide.",
        "Si une série de {lift} échoue, baissez la charge pour la suivante et finissez calmement.",
    ),
    deload_coaching=(
        "N'ajoutez pas de charge à {lift} : la décharge permet de commencer plus fort le bloc suivant.",
        "Utilisez les minutes libres de {session} pour la technique et finissez plus frais qu'au début.",
        "Si la fatigue reste après {session}, répétez cette décharge avant de continuer.",
    ),
)
