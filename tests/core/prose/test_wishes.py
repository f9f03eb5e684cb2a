"""What a person's words want of a new version, and what they only seem to want."""

import time

import pytest

from generation.core.prose.wishes import Aim, Wish, wishes_in

GONE, THERE, MORE, LESS = Aim.GONE, Aim.THERE, Aim.MORE, Aim.LESS


@pytest.mark.parametrize(("said", "wanted"), [
    ("No burpees, please.", [(GONE, "burpees")]), ("without deadlifts", [(GONE, "deadlifts")]),
    ("no squats, lunges or burpees because my knee hurts", [(GONE, "squats"), (GONE, "lunges"), (GONE, "burpees")]),
    ("no e-bikes and trains", [(GONE, "e-bikes"), (GONE, "trains")]),
    ("I can't do deadlifts", [(GONE, "deadlifts")]), ("Don't add burpees", [(GONE, "burpees")]),
    ("Replace the overhead press with rows, my shoulder hurts", [(GONE, "overhead press"), (THERE, "rows")]),
    ("Keep the squats, but no deadlifts", [(GONE, "deadlifts")]), ("add rowing on day 2", [(THERE, "rowing")]),
    ("more rowing, less running", [(MORE, "rowing"), (LESS, "running")]),
    ("Make it shorter and add pull-ups", [(Aim.SHORTER, ""), (THERE, "pull-ups")]),
    ("Include an example about cash flow", [(THERE, "example about cash flow")]),
    ("a bit longer please", [(Aim.LONGER, "")]), ("Write it in English.", [(Aim.LANGUAGE, "en")]),
    ("Translate this into Spanish", [(Aim.LANGUAGE, "es")]),
    ("ohne Kniebeugen", [(GONE, "kniebeugen")]), ("keine Kniebeugen mehr", [(GONE, "kniebeugen")]),
    ("Lass die Kniebeugen weg", [(GONE, "kniebeugen")]), ("mehr Rudern", [(MORE, "rudern")]),
    ("Ersetze Kniebeugen durch Beinpresse", [(GONE, "kniebeugen"), (THERE, "beinpresse")]),
    ("Füge Rudern hinzu", [(THERE, "rudern")]), ("weniger Laufen", [(LESS, "laufen")]),
    ("bitte kürzer", [(Aim.SHORTER, "")]), ("ausführlicher", [(Aim.LONGER, "")]),
    ("auf Deutsch bitte", [(Aim.LANGUAGE, "de")]),
    ("sin sentadillas", [(GONE, "sentadillas")]), ("más remo", [(MORE, "remo")]),
    ("sans pompes", [(GONE, "pompes")]), ("plus de tractions", [(MORE, "tractions")]),
    ("plus court", [(Aim.SHORTER, "")]),
])
def test_plain_wish_is_read(said, wanted):
    assert wishes_in(said) == tuple(Wish(aim, name) for aim, name in wanted)


@pytest.mark.parametrize("said", [
    "", "Better.", "shorter rests", "a shorter warm-up", "kürzere Pausen", "längere Pausen",
    "no longer than 40 minutes",
    "don't make it shorter", "I can't do without squats",
    "no squats on Friday", "keine Kniebeugen am Freitag", "no squats with a barbell",
    "no more than five exercises", "no rest between burpees", "don't remove the squats",
    "no squats deeper than parallel",
    "Streiche die Kniebeugen nicht", "Entferne nicht die Kniebeugen", "not in English", "the course is for German cars",
    "in German cars", "Do not change the exercises", "remove the section on pruning", "\u202e\x00 \ud800",
])
def test_near_miss_is_none(said):
    assert wishes_in(said) == ()


@pytest.mark.parametrize("said", [
    "x" * 60_000, "no " * 20_000, "add a an " * 7_000, "replace " * 8_000, "a " * 30_000 + "shorter", "'" * 60_000,
    "replace x " + "y " * 30_000, "not " * 15_000 + "in english",
])
def test_long_words_are_read_in_no_time(said):
    wishes_in.cache_clear()
    begun = time.perf_counter()
    wishes_in(said)
    assert time.perf_counter() - begun < 0.05
