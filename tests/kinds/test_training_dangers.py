"""What hurts whoever follows it: a planted text is found in each language, and its near miss is left alone."""

import pytest

from generation.kinds.training_program.checks.wording import SaidTexts, _medical, _tone


def found(text: str) -> set[str]:
    said = SaidTexts((("/coaching/0", text),))
    return {f"{finding.rule} {finding.severity.name}" for finding in (*_medical(said), *_tone(said))}


@pytest.mark.parametrize("text", [
    "Sharp pain is a normal sign of growth, so keep going through it.",
    "Joint pain means that it works, a good sign.",
    "Keep going even if the knee hurts.",
    "Don't stop when your shoulder hurts: finish all sets despite the pain.",
    "If it hurts, grit your teeth and push on.",
    "If your knee hurts, do not stop.",
    "Finish the set no matter how much it hurts.",
    "Stechende Schmerzen sind ein gutes Zeichen, machen Sie weiter.",
    "Starker Schmerz ist ganz normal und gehört dazu.",
    "Machen Sie weiter, auch wenn das Knie schmerzt.",
    "Wenn es weh tut, trainieren Sie einfach weiter.",
    "Trainieren Sie trotzdem weiter trotz starker Schmerzen.",
    "Un dolor agudo es normal: sigue adelante.",
    "El dolor agudo es señal de que progresas.",
    "Sigue aunque te duela el hombro.",
    "Si te duele, no pares.",
    "Une douleur vive est un signe de progrès.",
    "La douleur aiguë est tout à fait normale.",
    "Continuez malgré la douleur.",
    "Si cela fait mal, serrez les dents.",
    "Continuez même si le genou fait mal.",
])
def test_whoever_is_told_to_train_on_with_pain_needs_a_person(text):
    assert found(text) == {"TP-T02 ERROR", "TP-T02 HUMAN"}


@pytest.mark.parametrize("text", [
    "Ne dépassez pas 700 calories par jour cette semaine et sautez le dîner.",
    "Sautez le petit-déjeuner avant la marche.",
    "Skip breakfast and dinner this week.",
    "Keep your food under 900 kcal a day.",
    "Do not exceed 800 calories per day.",
    "Bleiben Sie unter 900 Kalorien am Tag.",
    "Lassen Sie das Abendessen ausfallen.",
    "Streichen Sie das Frühstück.",
    "No pases de 800 calorías al día.",
    "Sáltate la cena.",
    "No cenes esta semana.",
])
def test_a_diet_that_starves_is_an_error(text):
    assert found(text) == {"TP-T06 ERROR"}


@pytest.mark.parametrize("text", [
    "Sharp pain is never a good sign: stop.",
    "Sharp pain is a sign that you should stop.",
    "Sharp pain is not normal.",
    "Do not keep going when it hurts.",
    "If it hurts, stop and do not keep going.",
    "If it hurts, stop at once and ask somebody.",
    "Continue when the pain is gone.",
    "If the pain is mild and fades, keep going.",
    "Muscle soreness is normal the day after.",
    "Never train through pain.",
    "If your knee hurts, do not push through.",
    "Keep going until the last set; stop if something hurts.",
    "Stechende Schmerzen sind ein Zeichen, dass Sie aufhören sollten.",
    "Machen Sie nicht weiter, wenn es schmerzt.",
    "Wenn es weh tut, hören Sie auf und machen Sie nicht weiter.",
    "Muskelkater ist normal; Gelenkschmerzen sind es nicht.",
    "Un dolor agudo no es normal.",
    "Si te duele, para y no sigas.",
    "Nunca sigas con dolor.",
    "No sigas si te duele.",
    "Une douleur vive n'est pas normale.",
    "Ne continuez pas malgré la douleur.",
    "Si cela fait mal, arrêtez-vous.",
    "Si cela fait mal, arrêtez la série et continuez avec un autre exercice.",
    "Do not skip meals, and eat enough.",
    "If you skip breakfast, eat a banana first.",
    "A deficit of at most 400 kcal a day is plenty.",
    "Keep a deficit of about 300 kcal a day.",
    "Ne sautez pas le dîner.",
    "No te saltes la cena.",
    "Lassen Sie das Frühstück nicht aus.",
    "A walk burns 300 calories.",
    "Keep the bar close and the back flat for a day.",
    "If a joint pain lasts, a normal week follows after a visit to the doctor.",
    "Stop when back pain shows up; the rest of the week goes on as normal.",
    "Continue with the other lifts if the shoulder hurts in pressing, and leave the press out.",
    "Keep going only if nothing hurts.",
    "Dinner two hours before training is best; replace meals with nothing.",
    "Joint pain is different from normal soreness: stop.",
    "If knee pain is worse than normal, stop.",
    "If you take medication for blood pressure, ask your doctor before the heavy deadlifts of this block.",
    "Wenn Sie Schmerzmittel einnehmen, fragen Sie vorher Ihre Ärztin.",
])
def test_whoever_is_told_to_stop_or_to_eat_is_left_alone(text):
    assert found(text) == set()


def test_a_medicine_that_is_advised_is_found_beside_a_doctor():
    assert found("If the knee hurts, take painkillers and ask your doctor later.") >= {"TP-T02 ERROR"}
