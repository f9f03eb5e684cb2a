"""Languages of texts: what is foreign is found, and what is not is left in peace."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from generation.core.prose import language
from generation.core.prose.plain import plain

ENGLISH = "This paragraph is in English from its first to its last word, so nobody can take it for anything else."
GERMAN = "Dieser Absatz ist vom ersten bis zum letzten Wort auf Deutsch, und niemand kann ihn für etwas anderes halten."
SPANISH = "El jardín necesita agua cada día y el sol es muy importante para que las plantas crezcan bien en verano."
FRENCH = "Le jardin a besoin d'eau tous les jours et le soleil est très important pour que les plantes poussent bien."
POLISH = "To jest zwykły polski tekst, który powinien zostać rozpoznany jako obcy, ponieważ kurs jest po angielsku."
JAPANESE = "これは日本語の文章です。英語のコースなので、外国語として認識される必要があります。" * 2


@pytest.mark.parametrize(
    ("text", "asked", "found"),
    [
        (ENGLISH, "de", "en"), (ENGLISH, "zh-Hant", "en"), (ENGLISH, "pl", "en"), (GERMAN, "en", "de"),
        (SPANISH, "fr", "es"), (FRENCH, "en-GB", "fr"), (POLISH, "en", "pl"), (JAPANESE, "en", "ja"),
        ("## Heading\n\n" + ENGLISH + "\n\n```python\nfür = 'und der die das'\n```", "de-AT", "en"),
    ],
)
def test_foreign_text_is_found(text, asked, found):
    answer = language.foreign_prose(plain(text), asked)
    assert answer is not None and answer.language == found
    assert answer.confidence >= language.SURE


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (ENGLISH, "en-US"), (GERMAN, "de-CH"), (SPANISH, "es-419"), (FRENCH, "fr"), (JAPANESE, "ja"), (POLISH, "pl"),
        ("Das Meeting mit dem Product Owner startet mit einem Stand-up; das Backlog-Refinement und der Sprint Review "
         "folgen danach im Team Space.", "de"),
        ("Solanum lycopersicum, Lactuca sativa, Phaseolus vulgaris, Daucus carota, Allium cepa, Beta vulgaris", "en"),
        ("Ein Satz.\n\n```python\nfor the_item in all_the_items:\n    print('this is not the end of it')\n```", "de"),
        ("Deploy, Rollback, Blue-Green, Canary, Feature Flag, Kubernetes, Docker, Terraform, Ansible, Jenkins", "de"),
        ("Too short to tell.", "de"), ("", "de"), ("1 2 3 4 5 6 7 8 9 " * 20, "de"), ("\u202e" * 100, "en"),
        (ENGLISH, "tlh"), (ENGLISH, ""), (ENGLISH, "x-private"),
    ],
)
def test_what_is_in_the_language_or_in_doubt_is_left_in_peace(text, asked):
    assert language.foreign_prose(plain(text), asked) is None


def test_tags_are_read_as_bcp_47_has_them():
    tags = ("pt-BR", "zh-Hant", "DE", "nb-NO", "fil")
    assert [language.primary(tag) for tag in tags] == ["pt", "zh", "de", "no", "tl"]
    assert language.can_tell("zh-Hant-TW")
    assert not language.can_tell("tlh")


def test_many_threads_may_ask_at_once():
    texts = [f"{GERMAN} {number * 'x'}" for number in range(20)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: language.foreign_prose(text, "en"), texts))
    assert {answer.language for answer in found if answer} == {"de"}
    assert None not in found
