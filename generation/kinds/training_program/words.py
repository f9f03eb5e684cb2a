"""The words that code writes into a program: one table, in four languages.

Texts with a slot are filled with `format`; French colons have their space in them.  RIR, RPE and 1RM are called so in
all four: it is what the weeks and the people who train by them say.  The rehearsal's texts are in `phrases`."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from generation.core.prose.language import primary


@dataclass(frozen=True)
class Counted:
    """`one` for one, `many` for any other number; both have the slot {count}."""

    one: str
    many: str

    def of(self, count: int) -> str:
        return (self.one if count == 1 else self.many).format(count=count)


@dataclass(frozen=True)
class ProgramWords:
    goals: Mapping[str, str]        # by what `vocabulary` calls them; likewise the levels
    levels: Mapping[str, str]
    weeks: Counted
    workouts: Counted
    minutes: str                    # {minutes}
    missing_one: str                # {weeks}
    missing_many: str
    safety: str
    progression: str
    phases: str
    phase_head: tuple[str, str, str]
    span: str                       # {first} {last}
    main_lifts: str
    lift_head: tuple[str, str]
    overview: str
    overview_note: str
    week: str
    week_title: str                 # {number} {phase}
    deload: str
    deload_note: str
    warm_up: str
    exercise_head: tuple[str, str, str, str, str, str]
    body_weight: str
    no_rest: str
    cues: str
    cool_down: str
    coaching: str
    at: str                         # {work} {load}
    reading: str
    reading_sets: str
    reading_rir: str
    reading_rpe: str
    reading_percent: str            # {unit}
    reading_done: str
    pair: str = "{label}: {text}"
    decimal: str = ","
    percent: str = "{number} % 1RM"


ENGLISH = ProgramWords(
    goals={
        "strength": "Strength", "hypertrophy": "Hypertrophy", "fat_loss": "Fat loss", "endurance": "Endurance",
        "general_fitness": "General fitness", "event": "Event",
    },
    levels={"novice": "Novice", "intermediate": "Intermediate", "advanced": "Advanced"},
    weeks=Counted("{count} week", "{count} weeks"),
    workouts=Counted("{count} workout a week", "{count} workouts a week"),
    minutes="about {minutes} min each",
    missing_one="**Week {weeks} is missing:** this program is not complete.",
    missing_many="**Weeks {weeks} are missing:** this program is not complete.",
    safety="Safety",
    progression="Progression",
    phases="Phases",
    phase_head=("Phase", "Weeks", "Focus"),
    span="{first} to {last}",
    main_lifts="Main lifts",
    lift_head=("Lift", "Guidance"),
    overview="Overview: the main lifts week by week",
    overview_note="Sets × reps (or time) @ load.",
    week="Week",
    week_title="Week {number}: {phase}",
    deload="deload",
    deload_note="Deload: a lighter week on purpose, to recover.",
    warm_up="Warm-up",
    exercise_head=("Exercise", "Sets", "Reps or time", "Load", "Rest", "Done"),
    body_weight="Body weight",
    no_rest="none",
    cues="Cues",
    cool_down="Cool-down",
    coaching="Coaching notes",
    at="{work} at {load}",
    reading="How to read the tables",
    reading_sets="Sets are working sets, without warm-up sets. Reps of a one-sided exercise are for each side.",
    reading_rir="RIR, reps in reserve: how many more clean reps you could have done at the end of the set. "
                "At RIR 2 you stop two reps early.",
    reading_rpe="RPE, perceived effort: how hard it feels from 1 (very easy) to 10 (nothing left). "
                "At RPE 4 you can still talk in sentences.",
    reading_percent="% 1RM: share of the most that you can lift once with clean technique. "
                    "If that is 100 {unit}, 75% 1RM is 75 {unit}. Write yours here:",
    reading_done="Done: one space for each set, for the load and reps (or the time) that it really was.",
    decimal=".",
    percent="{number}% 1RM",
)

GERMAN = ProgramWords(
    goals={
        "strength": "Kraft", "hypertrophy": "Muskelaufbau", "fat_loss": "Fettabbau", "endurance": "Ausdauer",
        "general_fitness": "Allgemeine Fitness", "event": "Wettkampf oder Termin",
    },
    levels={"novice": "Einsteiger", "intermediate": "Fortgeschrittene", "advanced": "Sehr Erfahrene"},
    weeks=Counted("{count} Woche", "{count} Wochen"),
    workouts=Counted("{count} Training pro Woche", "{count} Trainings pro Woche"),
    minutes="je etwa {minutes} min",
    missing_one="**Woche {weeks} fehlt:** Dieses Programm ist nicht vollständig.",
    missing_many="**Die Wochen {weeks} fehlen:** Dieses Programm ist nicht vollständig.",
    safety="Sicherheit",
    progression="Steigerung",
    phases="Phasen",
    phase_head=("Phase", "Wochen", "Schwerpunkt"),
    span="{first} bis {last}",
    main_lifts="Hauptübungen",
    lift_head=("Übung", "Vorgabe"),
    overview="Überblick: die Hauptübungen Woche für Woche",
    overview_note="Sätze × Wiederholungen (oder Zeit) @ Last.",
    week="Woche",
    week_title="Woche {number}: {phase}",
    deload="Deload",
    deload_note="Deload: eine absichtlich leichtere Woche zur Erholung.",
    warm_up="Aufwärmen",
    exercise_head=("Übung", "Sätze", "Wdh. oder Zeit", "Last", "Pause", "Geschafft"),
    body_weight="Körpergewicht",
    no_rest="keine",
    cues="Hinweise zur Ausführung",
    cool_down="Ausklang",
    coaching="Hinweise für die Woche",
    at="{work} bei {load}",
    reading="Lesehilfe zu den Tabellen",
    reading_sets="Sätze sind Arbeitssätze, ohne Aufwärmsätze. "
                 "Wiederholungen (Wdh.) einseitiger Übungen gelten je Seite.",
    reading_rir="RIR, Wiederholungen in Reserve: wie viele saubere Wiederholungen am Ende des Satzes noch möglich "
                "wären. Bei RIR 2 endet der Satz zwei Wiederholungen früher.",
    reading_rpe="RPE, empfundene Anstrengung: von 1 (sehr leicht) bis 10 (nichts geht mehr). "
                "Bei RPE 4 kann man noch in Sätzen sprechen.",
    reading_percent="% 1RM: Anteil der größten Last, die einmal mit sauberer Technik gelingt. "
                    "Sind das 100 {unit}, so sind 75 % 1RM 75 {unit}. Hier eintragen:",
    reading_done="Geschafft: ein Feld je Satz für die tatsächliche Last und die Wiederholungen (oder die Zeit).",
)

SPANISH = ProgramWords(
    goals={
        "strength": "Fuerza", "hypertrophy": "Hipertrofia", "fat_loss": "Pérdida de grasa",
        "endurance": "Resistencia", "general_fitness": "Forma física general", "event": "Prueba o fecha señalada",
    },
    levels={"novice": "Principiante", "intermediate": "Intermedio", "advanced": "Avanzado"},
    weeks=Counted("{count} semana", "{count} semanas"),
    workouts=Counted("{count} sesión por semana", "{count} sesiones por semana"),
    minutes="unos {minutes} min cada una",
    missing_one="**Falta la semana {weeks}:** este programa no está completo.",
    missing_many="**Faltan las semanas {weeks}:** este programa no está completo.",
    safety="Seguridad",
    progression="Progresión",
    phases="Fases",
    phase_head=("Fase", "Semanas", "Objetivo"),
    span="{first} a {last}",
    main_lifts="Ejercicios principales",
    lift_head=("Ejercicio", "Pauta"),
    overview="Resumen: los ejercicios principales semana a semana",
    overview_note="Series × repeticiones (o tiempo) @ carga.",
    week="Semana",
    week_title="Semana {number}: {phase}",
    deload="descarga",
    deload_note="Descarga: una semana más ligera a propósito, para recuperar.",
    warm_up="Calentamiento",
    exercise_head=("Ejercicio", "Series", "Reps. o tiempo", "Carga", "Descanso", "Hecho"),
    body_weight="Peso corporal",
    no_rest="ninguno",
    cues="Claves de ejecución",
    cool_down="Vuelta a la calma",
    coaching="Notas para la semana",
    at="{work} con {load}",
    reading="Cómo leer las tablas",
    reading_sets="Las series son series de trabajo, sin las de calentamiento. Las repeticiones (reps.) de un ejercicio "
                 "unilateral son por lado.",
    reading_rir="RIR, repeticiones en reserva: cuántas repeticiones limpias más habrían sido posibles al final de la "
                "serie. Con RIR 2 se para dos repeticiones antes.",
    reading_rpe="RPE, esfuerzo percibido: de 1 (muy fácil) a 10 (no queda nada). "
                "Con RPE 4 aún se puede hablar con frases.",
    reading_percent="% 1RM: parte de la carga máxima que se levanta una vez con técnica limpia. "
                    "Si son 100 {unit}, el 75 % 1RM son 75 {unit}. Para anotar aquí:",
    reading_done="Hecho: un espacio por serie, para la carga y las repeticiones (o el tiempo) reales.",
)

FRENCH = ProgramWords(
    goals={
        "strength": "Force", "hypertrophy": "Prise de muscle", "fat_loss": "Perte de graisse",
        "endurance": "Endurance", "general_fitness": "Forme générale", "event": "Épreuve ou échéance",
    },
    levels={"novice": "Débutant", "intermediate": "Intermédiaire", "advanced": "Avancé"},
    weeks=Counted("{count} semaine", "{count} semaines"),
    workouts=Counted("{count} séance par semaine", "{count} séances par semaine"),
    minutes="environ {minutes} min chacune",
    missing_one="**La semaine {weeks} manque :** ce programme n'est pas complet.",
    missing_many="**Les semaines {weeks} manquent :** ce programme n'est pas complet.",
    safety="Sécurité",
    progression="Progression",
    phases="Phases",
    phase_head=("Phase", "Semaines", "Objectif"),
    span="{first} à {last}",
    main_lifts="Exercices principaux",
    lift_head=("Exercice", "Consigne"),
    overview="Vue d'ensemble : les exercices principaux, semaine par semaine",
    overview_note="Séries × répétitions (ou durée) @ charge.",
    week="Semaine",
    week_title="Semaine {number} : {phase}",
    deload="décharge",
    deload_note="Décharge : une semaine volontairement plus légère, pour récupérer.",
    warm_up="Échauffement",
    exercise_head=("Exercice", "Séries", "Rép. ou durée", "Charge", "Repos", "Fait"),
    body_weight="Poids du corps",
    no_rest="aucun",
    cues="Points clés",
    cool_down="Retour au calme",
    coaching="Conseils pour la semaine",
    at="{work} à {load}",
    reading="Comment lire les tableaux",
    reading_sets="Les séries sont des séries de travail, sans celles d'échauffement. Les répétitions (rép.) d'un "
                 "exercice unilatéral valent pour chaque côté.",
    reading_rir="RIR, répétitions en réserve : combien de répétitions propres seraient encore possibles à la fin de la "
                "série. À RIR 2, on s'arrête deux répétitions plus tôt.",
    reading_rpe="RPE, effort perçu : de 1 (très facile) à 10 (plus rien en réserve). "
                "À RPE 4, on peut encore parler par phrases.",
    reading_percent="% 1RM : part de la charge maximale soulevée une fois avec une technique propre. "
                    "Si elle est de 100 {unit}, 75 % 1RM font 75 {unit}. À noter ici :",
    reading_done="Fait : un espace par série, pour la charge et les répétitions (ou la durée) réelles.",
    pair="{label} : {text}",
)

_BY_LANGUAGE = MappingProxyType({"en": ENGLISH, "de": GERMAN, "es": SPANISH, "fr": FRENCH})


def words_of(tag: str) -> ProgramWords:
    """For a BCP 47 tag; English where there is nothing better."""
    return _BY_LANGUAGE.get(primary(tag), ENGLISH)
