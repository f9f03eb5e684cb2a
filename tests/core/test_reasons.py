"""Every reason can be read."""

import pytest

from generation.core.reasons import EXPLANATIONS, Reason


@pytest.mark.parametrize("reason", Reason)
def test_reason_says_why_and_what_to_do(reason):
    explanation = EXPLANATIONS[reason]
    for text in (explanation.sentence, explanation.next_step):
        assert text[0].isupper() and text.endswith(".") and text == " ".join(text.split())


def test_no_two_reasons_say_the_same():
    sentences = [explanation.sentence for explanation in EXPLANATIONS.values()]
    assert len(set(sentences)) == len(sentences)


def test_codes_fit_their_column():
    assert max(map(len, Reason)) <= 30
