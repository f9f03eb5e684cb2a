"""The words that code writes into a course: one table, in four languages.

Texts with a slot are filled with `format`; French colons have their space in them.  The rehearsal's texts are in
`phrases`."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from generation.core.prose.language import primary


@dataclass(frozen=True)
class CourseWords:
    levels: Mapping[str, str]       # by what the brief calls them
    audience: str
    level: str
    missing_one: str                # {lessons}
    missing_many: str
    course_objectives: str
    about_ids: str                  # how they hang together, and what the quiz says of them
    contents: str
    contents_of_lesson: str         # {lesson} {minutes}
    module_title: str               # {number} {title}
    module_objectives: str
    lesson_title: str               # {number} {title}
    lesson_objectives: str
    builds_on: str
    lesson: str                     # {number}; where its title is not known
    titled_lesson: str              # {number} {title}; in a sentence
    key_terms: str
    examples: str
    activities: str                 # {minutes}
    minutes: str                    # {title} {minutes}
    summary: str
    quiz: str
    answers_are: str                # where they are
    question: str                   # {number}
    choose_one: str
    choose_all: str
    asked: str                      # {how} {objective} {stem}
    answer_key: str
    answer: str                     # {number} {letters}
    right: str                      # {letter}
    before_text: str = "**{label}:** {text}"
    before_list: str = "**{label}:**"


ENGLISH = CourseWords(
    levels={"beginner": "Beginner", "intermediate": "Intermediate", "advanced": "Advanced"},
    audience="For",
    level="Level",
    missing_one="**Incomplete:** Lesson {lessons} is missing from this course.",
    missing_many="**Incomplete:** Lessons {lessons} are missing from this course.",
    course_objectives="What you will be able to do",
    about_ids="Each objective of a lesson (L) serves one of its module (M), and that one of the course (O): it is "
              "named in brackets. Each quiz question names the objective that it measures.",
    contents="Contents",
    contents_of_lesson="{lesson} (activities: {minutes} min)",
    module_title="Module {number}: {title}",
    module_objectives="In this module you learn to",
    lesson_title="Lesson {number}: {title}",
    lesson_objectives="After this lesson you can",
    builds_on="Builds on",
    lesson="lesson {number}",
    titled_lesson="lesson {number} ({title})",
    key_terms="Key terms",
    examples="Examples",
    activities="Activities ({minutes} min)",
    minutes="{title} ({minutes} min)",
    summary="Summary",
    quiz="Quiz",
    answers_are="The answers are in the answer key at the end of the course.",
    question="Question {number}",
    choose_one="choose one",
    choose_all="choose all that apply",
    asked="({how}; objective {objective}): {stem}",
    answer_key="Answer key",
    answer="Question {number}: {letters}.",
    right="{letter}, correct.",
)

GERMAN = CourseWords(
    levels={"beginner": "Einstieg", "intermediate": "Mittelstufe", "advanced": "Fortgeschrittene"},
    audience="Zielgruppe",
    level="Stufe",
    missing_one="**Unvollständig:** In diesem Kurs fehlt Lektion {lessons}.",
    missing_many="**Unvollständig:** In diesem Kurs fehlen die Lektionen {lessons}.",
    course_objectives="Lernziele des Kurses",
    about_ids="Jedes Lernziel einer Lektion (L) dient einem des Moduls (M) und dieses einem des Kurses (O): Es steht "
              "in Klammern dahinter. Jede Quizfrage nennt das Lernziel, das sie prüft.",
    contents="Inhalt",
    contents_of_lesson="{lesson} (Aufgaben: {minutes} min)",
    module_title="Modul {number}: {title}",
    module_objectives="Lernziele dieses Moduls",
    lesson_title="Lektion {number}: {title}",
    lesson_objectives="Lernziele dieser Lektion",
    builds_on="Voraussetzung",
    lesson="Lektion {number}",
    titled_lesson="Lektion {number} ({title})",
    key_terms="Schlüsselbegriffe",
    examples="Beispiele",
    activities="Aufgaben ({minutes} min)",
    minutes="{title} ({minutes} min)",
    summary="Zusammenfassung",
    quiz="Quiz",
    answers_are="Die Lösungen stehen am Ende des Kurses.",
    question="Frage {number}",
    choose_one="eine Antwort ist richtig",
    choose_all="alle richtigen Antworten wählen",
    asked="({how}; Lernziel {objective}): {stem}",
    answer_key="Lösungen",
    answer="Frage {number}: {letters}.",
    right="{letter}, richtig.",
)

SPANISH = CourseWords(
    levels={"beginner": "Inicial", "intermediate": "Intermedio", "advanced": "Avanzado"},
    audience="Dirigido a",
    level="Nivel",
    missing_one="**Incompleto:** en este curso falta la lección {lessons}.",
    missing_many="**Incompleto:** en este curso faltan las lecciones {lessons}.",
    course_objectives="Objetivos del curso",
    about_ids="Cada objetivo de una lección (L) sirve a uno de su módulo (M), y este a uno del curso (O): figura entre "
              "paréntesis. Cada pregunta del cuestionario indica el objetivo que mide.",
    contents="Contenido",
    contents_of_lesson="{lesson} (actividades: {minutes} min)",
    module_title="Módulo {number}: {title}",
    module_objectives="Objetivos de este módulo",
    lesson_title="Lección {number}: {title}",
    lesson_objectives="Objetivos de esta lección",
    builds_on="Se apoya en",
    lesson="lección {number}",
    titled_lesson="lección {number} ({title})",
    key_terms="Términos clave",
    examples="Ejemplos",
    activities="Actividades ({minutes} min)",
    minutes="{title} ({minutes} min)",
    summary="Resumen",
    quiz="Cuestionario",
    answers_are="Las respuestas están en las soluciones, al final del curso.",
    question="Pregunta {number}",
    choose_one="elige una",
    choose_all="elige todas las correctas",
    asked="({how}; objetivo {objective}): {stem}",
    answer_key="Soluciones",
    answer="Pregunta {number}: {letters}.",
    right="{letter}, correcta.",
)

FRENCH = CourseWords(
    levels={"beginner": "Débutant", "intermediate": "Intermédiaire", "advanced": "Avancé"},
    audience="Public",
    level="Niveau",
    missing_one="**Incomplet :** la leçon {lessons} manque dans ce cours.",
    missing_many="**Incomplet :** les leçons {lessons} manquent dans ce cours.",
    course_objectives="Objectifs du cours",
    about_ids="Chaque objectif d'une leçon (L) sert un objectif de son module (M), et celui-ci un objectif du cours "
              "(O) : il est indiqué entre parenthèses. Chaque question du quiz indique l'objectif qu'elle mesure.",
    contents="Sommaire",
    contents_of_lesson="{lesson} (activités : {minutes} min)",
    module_title="Module {number} : {title}",
    module_objectives="Objectifs de ce module",
    lesson_title="Leçon {number} : {title}",
    lesson_objectives="Objectifs de cette leçon",
    builds_on="S'appuie sur",
    lesson="leçon {number}",
    titled_lesson="leçon {number} ({title})",
    key_terms="Termes clés",
    examples="Exemples",
    activities="Activités ({minutes} min)",
    minutes="{title} ({minutes} min)",
    summary="Résumé",
    quiz="Quiz",
    answers_are="Les réponses se trouvent dans le corrigé, à la fin du cours.",
    question="Question {number}",
    choose_one="une seule réponse",
    choose_all="toutes les bonnes réponses",
    asked="({how} ; objectif {objective}) : {stem}",
    answer_key="Corrigé",
    answer="Question {number} : {letters}.",
    right="{letter}, juste.",
    before_text="**{label} :** {text}",
    before_list="**{label} :**",
)

_BY_LANGUAGE = MappingProxyType({"en": ENGLISH, "de": GERMAN, "es": SPANISH, "fr": FRENCH})


def words_of(tag: str) -> CourseWords:
    """For a BCP 47 tag; English where there is nothing better."""
    return _BY_LANGUAGE.get(primary(tag), ENGLISH)
