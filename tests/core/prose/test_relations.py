"""Statements of two or three numbers: wrong ones are found, right ones and what is none are left in peace."""

import pytest

from generation.core.prose import relations


@pytest.mark.parametrize(("text", "language", "value"), [
    ("30 times 50 pence is 1,500 pence, which is 18 pounds.", "en", 15),
    ("That is 90 minutes, that is 2 hours.", "en", 1.5),
    ("Das sind 1.500 Cent, also 18 Euro.", "de", 15), ("500 g sind 5 kg.", "de", 0.5),
    ("Cela fait : 250 cm, soit 25 m.", "fr", 2.5), ("Son 1500 gramos, es decir, 15 kg.", "es", 1.5),
    ("Als Kommazahl: 15 % sind 0,015.", "de", 0.15), ("As a decimal 5% is 0.5.", "en", 0.05),
    ("Gespart sind 14 Euro von 50, also 24 %.", "de", 28), ("He answers 14 out of 50, so 24%.", "en", 28),
    ("On garde 14 sur 50, soit 24 %.", "fr", 28),
    ("Half of 60 units is 20 units.", "en", 30), ("Trois fois 12 font 38 rayons.", "fr", 36),
    ("Ein Viertel von 80 Euro sind 25 Euro.", "de", 20), ("La mitad de 60 son 20.", "es", 30),
    ("A device with 2,000 watts that runs for half an hour uses four units.", "en", 1),
])
def test_a_wrong_statement_is_found(text: str, language: str, value: float) -> None:
    [found] = relations.wrong_relations(text, language)
    assert found.value == pytest.approx(value)


@pytest.mark.parametrize(("text", "language"), [
    ("That is 1,500 pence, which is 15 pounds.", "en"), ("It is 5 m and 30 cm is 1 m less.", "en"),
    ("3 m is 50 cm longer than 2.5 m.", "en"), ("The fee is 50 cents or 2 dollars.", "en"),
    ("100 minutes is about 2 hours.", "en"), ("It took 1 hour 30 minutes, which is 1.5 hours.", "en"),
    ("Die VAT of 5 % is 0.40.", "en"), ("15 % sind 0,15.", "de"), ("5 % is 0.5 points more.", "en"),
    ("Lesson 3 of 8, so 20 %.", "en"), ("2 of 3, so 66 %.", "en"), ("2 of 3, so about 65 %.", "en"),
    ("Half of 60 patients are 20 years old.", "en"), ("One and a half of 60 is 90.", "en"), ("Half of 60 is 30.", "en"),
    ("Ein Drittel von 90 Euro sind rund 33 %, also etwa 30 Euro.", "de"), ("Three times 20 minutes is 1 hour.", "en"),
    ("Un kilómetro: 1 km son 1,000 m.", "es"), ("Of 10 kg, 5 % is 0.5.", "en"), ("Twice 12 is 2 dozen.", "en"),
    ("You lost 14 of 50, so 72 %.", "en"), ("He ate 14 of 50, also 24 %.", "en"),
    ("A typical mistake: half of 60 is 20.", "en"), ("Hätte er recht, wären 15 % sind 0,015.", "de"),
    ("A device with 2,000 watts that runs for half an hour uses one unit.", "en"), ("Dos por 1,5 son 3.", "es"),
    ("From 20 of 50, also 10 % more come.", "en"), ("5 % of 0.5 is 0.025.", "en"), ("", "en"), ("1 = 1 " * 9_000, "en"),
])
def test_a_right_statement_and_what_is_none_are_left_in_peace(text: str, language: str) -> None:
    assert relations.wrong_relations(text, language) == []
