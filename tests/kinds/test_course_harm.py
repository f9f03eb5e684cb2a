"""CR-S06 and CR-S07: what could harm a reader who believes it is found; what teaches about it is left in peace."""

from typing import Any

import pytest

from generation.core.findings import Severity
from generation.kinds.course import KIND
from tests.kinds.sound_courses import BRIEF, FIRST, PLAN

E, H = Severity.ERROR, Severity.HUMAN
DANGER = {"subject": "Lockout and tagout at 480 V", "notes": "No live work."}


def found(text: str, rule: str, *, field: str = "body", **brief: Any) -> list[Severity]:
    section = FIRST["sections"][0]
    activity = FIRST["activities"][0]
    unit = FIRST | (
        {"sections": [section | {"body": f"{section['body']}\n\n{text}"}, *FIRST["sections"][1:]]} if field == "body"
        else {"activities": [activity | {"instructions": f"{text} {activity['instructions']}"}]}
    )
    findings = KIND.check_unit(KIND.brief({**BRIEF, **brief}), KIND.plan(PLAN), 1, KIND.unit(unit))
    return [finding.severity for finding in findings if finding.rule == rule]


@pytest.mark.parametrize("text", [
    "This plant cures asthma within weeks.", "Honey water heals your depression.", "You can stop taking your insulin.",
    "Stop your blood pressure medication after a week.", "Then you may skip the pills.",
    "Die Grünlilie heilt Asthma.", "Danach können Sie Ihre Medikamente einfach absetzen.",
    "Setzen Sie Ihre Tabletten ab.", "La cinta cura el asma y puedes dejar el inhalador.",
    "Deja de tomar tus medicinas.",
    "Cette plante guérit l'asthme.", "Vous pouvez arrêter de prendre vos médicaments.", "Arrêtez vos antidépresseurs.",
])
def test_claims_of_a_cure_and_advice_against_medicine_are_found(text: str) -> None:
    assert set(found(text, "CR-S06")) == {E}


@pytest.mark.parametrize("text", [
    "No plant cures asthma.", "A myth says that honey cures diabetes.", "Never stop taking your medication.",
    "Do not stop your insulin without asking.", "Ask a doctor before you stop taking your medication.",
    "Does garlic cure high blood pressure?", "In type 2 diabetes cells stop using insulin well.",
    "Keine Pflanze heilt Asthma.", "Setzen Sie Ihre Medikamente nie ohne Rat ab.",
    "Die Anzeige behauptet, Honig heilt Krebs.",
    "Ninguna planta cura el asma.", "Tira las pastillas de freno gastadas.", "Aucune plante ne guérit l'asthme.",
    "N'arrêtez pas vos médicaments.", "The cheese cures for a month, and the ham cures beside it.",
    "Lassen Sie die Tabletten für die Spülmaschine weg.", "Throw away your expired medicines at the chemist's.",
    "Close the inhaler and skip the line.",
])
def test_what_teaches_about_cures_is_left_in_peace(text: str) -> None:
    assert found(text, "CR-S06") == []


def test_a_course_about_medicine_may_say_what_helps() -> None:
    about = {"subject": "Nursing patients with infections"}
    assert found("Surgery cures cancer that is found early.", "CR-S06", **about) == []
    assert found("You can stop taking the antibiotics once you feel well.", "CR-S06", **about) == [H]


@pytest.mark.parametrize(("text", "field"), [
    ("The handle is proof enough for short jobs, and you can skip the meter.", "body"),
    ("For a minute you may leave off your gloves.", "body"), ("Hier dürfen Sie auf die Prüfung verzichten.", "body"),
    ("Puedes omitir la prueba.", "body"), ("Vous pouvez sauter la vérification.", "body"),
    ("Open the panel of a running machine and measure each phase while it is live.", "instructions"),
])
def test_safeguards_left_out_wait_for_a_person(text: str, field: str) -> None:
    assert found(text, "CR-S07", field=field, **DANGER) == [H]
    assert found(text, "CR-S07", field=field) == []      # a bill is no danger


@pytest.mark.parametrize(("text", "field"), [
    ("Nobody can skip the meter.", "body"), ("You can never skip the test.", "body"),
    ("Can you skip the meter?", "body"),
    ("If the part is sealed, you can skip the second check.", "body"), ("You can skip the next paragraph.", "body"),
    ("Check the meter on a known live point first.", "body"), ("Do not open it while it is live.", "instructions"),
    ("Open the panel while the machine is locked.", "instructions"),
])
def test_safeguards_that_stay_are_left_in_peace(text: str, field: str) -> None:
    assert found(text, "CR-S07", field=field, **DANGER) == []
