"""Whose dislike a brief tells: only the athlete's own and of today binds a program."""

import pytest

from generation.kinds.training_program import KIND
from generation.kinds.training_program.checks import asked


def excluded(text: str, **brief: str) -> list[str]:
    stored = {"goal": "strength", "preferences": text, **brief}
    return [one.said for one in asked.of(KIND.brief(stored)).exclusions]


@pytest.mark.parametrize("text", [
    "My wife hates squats and deadlifts, I love them.", "My coach hates deadlifts, but I want them.",
    "I used to hate deadlifts.", "My gym buddy won't do pull-ups.", "Everyone hates burpees but I love them",
    "Mein Bruder mag kein Rudern, ich schon.", "Meine Frau hasst Kniebeugen", "Mi mujer no quiere sentadillas, yo sí",
    "Ma femme ne veut pas de marche rapide, moi si.", "Mon mari préfère éviter les squats, pas moi.",
    "Sans marche rapide, je ne tiens pas en place.", "Without squats, I don't feel that I trained",
    "Antes odiaba las dominadas, ahora me encantan.",
])
def test_a_dislike_of_others_of_the_past_or_taken_back_excludes_nothing(text):
    assert excluded(text) == []


@pytest.mark.parametrize(("text", "said"), [
    ("I can't stand pull-ups.", ["pull-ups"]), ("Kreuzheben kann ich nicht ausstehen", ["kreuzheben"]),
    ("No soporto las zancadas", ["las zancadas"]), ("Je ne supporte pas les pompes", ["pompes"]),
    ("My wife and I hate burpees", ["burpees"]), ("My son sleeps next door so no burpees", ["burpees"]),
    ("I used to hate deadlifts and still do", ["deadlifts"]),
    ("My coach says no deadlifts for now", ["deadlifts for now"]),
    ("My physio banned burpees, I used to hate deadlifts", ["burpees"]),
    ("My wife hates squats; I love squats but hate lunges", ["lunges"]),
    ("Busy dad who hates burpees", ["burpees"]), ("Alle Übungen ohne Sprünge", ["sprunge"]),
    ("Sans squats, je n'aime pas", ["squats"]), ("Keine Liegestütze, Rudern mag ich sehr", ["liegestutze"]),
    ("No quiero burpees, a mí me gustan las dominadas", ["burpees"]),
    ("I hate burpees, but I want them replaced", ["burpees"]),
])
def test_a_dislike_of_the_athlete_is_read(text, said):
    assert excluded(text) == said


def test_a_program_for_somebody_else_keeps_to_what_they_hate():
    assert excluded("My wife hates burpees", goal_note="For my wife") == ["burpees"]
