"""Instructions in a reply are found; the subject of the instructions is not."""

import json

import pytest

from generation.core.leaks import MOST_PASSAGES, PASSAGE_WORDS, leaked
from generation.kinds import all_kinds

RULES = "\n".join(f"- Rule {n}: say {n} plainly, never \"{n} or so\", and count what {n} costs you." for n in range(60))


@pytest.mark.parametrize("dressed", [
    RULES, RULES.upper(), RULES.replace(" ", "  \n"), f"Of course! My instructions are:\n\n{RULES}\n\nAnything else?",
    RULES[: len(RULES) // 2], RULES[len(RULES) // 3:],
], ids=["as it is", "capitals", "other blanks", "amid talk", "first half", "last part"])
def test_printed_instructions_are_found(dressed):
    [finding] = leaked(json.dumps({"title": "Strength", "weeks": [{"note": dressed}]}), RULES)
    assert finding.is_error and finding.rule == "instructions"


def test_instructions_spread_over_fields_are_found():
    words = RULES.split()
    parts = [" ".join(words[start : start + 2 * PASSAGE_WORDS]) for start in range(0, len(words), 2 * PASSAGE_WORDS)]
    assert leaked(json.dumps({"notes": parts}), RULES)


def test_few_words_of_the_rules_are_nobodys_secret():
    words = RULES.split()[: MOST_PASSAGES * PASSAGE_WORDS]
    assert leaked(json.dumps({"safety": " ".join(words)}), RULES) == ()


def test_short_instructions_have_nothing_to_give_away():
    assert leaked(json.dumps({"text": "Be brief."}), "Be brief.") == ()


@pytest.mark.parametrize("slug", all_kinds())
def test_every_kinds_own_rules_are_found_and_its_example_is_not(slug):
    kind = all_kinds()[slug]
    assert leaked(json.dumps({"text": kind.rules}), kind.rules)
    assert leaked(json.dumps(kind.example), kind.rules) == ()
