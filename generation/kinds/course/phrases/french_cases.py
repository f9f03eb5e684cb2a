"""French: the cases of examples, activities and questions."""

from generation.kinds.course.phrases.shape import SimulatedQuestion

EXAMPLES = (
    (
        "{Name} et le premier essai",
        "{Name} a un après-midi {place} et un cas simple de « {strand} ». Le plan commence par {term}, et une note "
        "dit ce qui est attendu. Puis {other} prend deux fois plus de temps. {Name} raccourcit la tâche au lieu de "
        "se presser et termine avec un résultat que l'on peut expliquer.",
    ),
    (
        "{Name} compare deux chemins",
        "{Name} et un collègue traitent le même cas {place}. L'un commence par {other} et a besoin de trois "
        "corrections ; l'autre commence par {term} et a besoin d'une seule. Les deux résultats sont utilisables, "
        "mais seul le second peut être répété à partir des notes.",
    ),
    (
        "Ce que {name} a trouvé",
        "{Name} suit les étapes {place}, et le résultat est loin de ce qui était attendu. De retour à {term}, "
        "l'explication la plus simple est vérifiée d'abord : {other} avait été lu dans d'autres conditions. Une "
        "lecture répétée règle la question, et la note le dit.",
    ),
    (
        "{Name} décide",
        "Il y a deux offres {place}, et {name} doit choisir. Les deux promettent la même chose. {Name} écrit "
        "{term} en haut d'une page et dessous ce que chaque offre dit de {other}. L'une ne dit rien. C'est une "
        "raison de demander, et la réponse décide.",
    ),
)
ACTIVITIES = (
    (
        "L'expliquer à quelqu'un",
        "Expliquez {term} à quelqu'un sans notes. L'autre personne le répète en une phrase. C'est réussi quand "
        "cette phrase ne demande aucune correction.",
    ),
    (
        "Trier vos cas",
        "Triez six de vos cas selon que {term} ou {other} décide. Donnez une raison pour chacun et vérifiez qu'une "
        "autre personne les trie de la même façon.",
    ),
    (
        "Un petit changement",
        "Changez une chose dans un cas de « {strand} », prédisez l'effet sur {other} et essayez. C'est réussi si "
        "vous pouvez dire pourquoi la prévision et le résultat s'accordent ou non.",
    ),
)
QUESTIONS = (
    SimulatedQuestion(
        "{Name} commence {place} un cas nouveau de « {strand} ». Que faut-il éclaircir sur {term} avant de passer à "
        "{other} ?",
        (("Ce que doit être la fin", "Avec la prévision écrite, une surprise se remarque."),),
        (
            (
                "La forme dans laquelle les résultats seront montrés",
                "On peut montrer quand il y a quelque chose à voir.",
            ),
            ("La manière la plus rapide d'arriver au bout", "La vitesse aide quand la direction est claire."),
            ("La personne à blâmer en cas d'échec", "Cela cherche un coupable avant tout événement."),
        ),
        "Demandez ce qui permet de remarquer une surprise : on ne compare qu'à ce que l'on attendait.",
    ),
    SimulatedQuestion(
        "Un résultat de {term} est {place} loin de ce que {name} attendait. Quelle est la suite la plus "
        "raisonnable ?",
        (("Vérifier l'explication simple", "Elle coûte le moins et c'est souvent la cause."),),
        (
            ("Répéter le même essai jusqu'à ce qu'il plaise", "Répéter sans rien changer cache la cause."),
            ("Changer plusieurs choses à la fois pour gagner du temps", "Alors personne ne sait ce qui a agi."),
            ("L'accepter et corriger les notes précédentes", "Des notes qui suivent le résultat perdent leur but."),
        ),
        "Comparez ce que coûte chaque suite et ce qu'elle peut exclure ; l'épreuve la moins chère va d'abord.",
    ),
    SimulatedQuestion(
        "Deux méthodes donnent à {name} des valeurs différentes de {other} {place}. Comment continuer ?",
        (("Comparer leurs conditions", "Des conditions différentes expliquent presque tous les écarts."),),
        (
            ("Prendre la valeur trouvée en premier", "L'ordre d'arrivée ne dit rien de la qualité."),
            (
                "Utiliser la moyenne des deux et poursuivre",
                "La moyenne d'une valeur juste et d'une fausse est fausse.",
            ),
            ("Écarter la méthode qui demande plus de temps", "L'effort et la vérité sont deux questions."),
        ),
        "Pensez à ce qui rendrait les deux valeurs honnêtes : elles répondent peut-être à deux questions.",
    ),
    SimulatedQuestion(
        "{Name} veut gagner du temps {place} avec « {strand} ». Quel conseil protège {term} ?",
        (("Retirer l'accessoire, garder l'épreuve", "Un travail court avec épreuve est complet."),),
        (
            ("Sauter l'épreuve tant que le temps manque", "Ce qu'on gagne aujourd'hui se paie plus tard."),
            (
                "Travailler à toutes les parties à la fois dès le début",
                "Des parties inachevées ne se comparent à rien.",
            ),
            ("Demander la réponse avant d'essayer quoi que ce soit", "Sans essai il n'y a rien à comparer."),
        ),
        "Cherchez le conseil qui réduit le travail et laisse sa preuve en place.",
    ),
    SimulatedQuestion(
        "{Name} a terminé {place} un plan de « {strand} » fondé sur {term}. Quelle vérification vaut la peine "
        "avant de commencer ?",
        (("Si un problème se voit tôt", "Un signe précoce laisse le temps de changer."),),
        (
            (
                "Si tout le monde aime la forme dans laquelle il est écrit",
                "Un texte agréable peut cacher un mauvais plan.",
            ),
            ("S'il est aussi long que le plan précédent", "La longueur ne dit rien de ce qui manque."),
            ("Si la dernière étape était déjà payée", "L'argent dépensé ne rend pas une étape utile."),
        ),
        "Un plan se juge à ce qu'il permet de remarquer à temps.",
    ),
    SimulatedQuestion(
        "{Name} relit {place} un cas en pensant à {term}. Choisissez toutes les phrases qui parlent d'un bon "
        "travail.",
        (
            ("Chaque choix a sa raison à côté", "Les raisons laissent suivre et vérifier."),
            ("Une chose a été changée à la fois", "Ainsi chaque effet a une cause nommée."),
        ),
        (
            ("Le résultat était juste ce que tous espéraient", "Le hasard aussi comble les espoirs."),
            ("Toutes les notes ont été écrites à la fin", "La mémoire s'ajuste au résultat."),
        ),
        "Cherchez ce que pourrait vérifier quelqu'un qui était absent.",
    ),
)
NAMES = (
    "Mira",
    "Thomas",
    "Ayla",
    "Jonas",
    "Priya",
    "Diego",
    "Hana",
    "Samuel",
    "Inès",
    "Kofi",
    "Léna",
    "Mathieu",
    "Nour",
    "Oscar",
    "Paule",
    "Rafi",
    "Sophie",
)
PLACES = (
    "dans un petit atelier",
    "à la maison de quartier",
    "dans un bureau rempli",
    "dans un cours pour adultes",
    "dans une agence",
    "dans un jardin",
    "dans une cuisine partagée",
    "à la bibliothèque",
    "dans une camionnette",
    "dans une école de village",
    "dans une équipe nouvelle",
    "dans une gare",
    "dans une foire",
)
TIMES = (
    "un lundi",
    "un mardi soir",
    "au printemps",
    "à midi",
    "en automne",
    "tard un vendredi",
    "en hiver",
    "avant le repas",
    "après une longue pause",
    "en toute hâte",
    "un dimanche",
)
CONTEXTS = (
    "Le temps manque aujourd'hui.",
    "Le budget vient d'être réduit.",
    "Deux nouveaux aides sont arrivés.",
    "Le dernier essai s'est mal passé.",
    "Un visiteur regarde.",
    "Les outils habituels sont prêtés.",
    "Les notes de l'an dernier sont perdues.",
    "Tout le monde est de bonne humeur.",
    "La date a été avancée.",
    "Un fournisseur a changé le matériel.",
    "Le temps est meilleur que prévu.",
    "La moitié du groupe est malade.",
    "La cliente veut un rapport court.",
)
