"""The words of the rehearsal, in four languages: sentences with slots, which simulate.py deals out.

Each is true of nearly any subject, and has a slot, so that no two lessons say the same."""

from generation.kinds.course.phrases.english import ENGLISH
from generation.kinds.course.phrases.french import FRENCH
from generation.kinds.course.phrases.german import GERMAN
from generation.kinds.course.phrases.shape import CoursePhrases
from generation.kinds.course.phrases.spanish import SPANISH

_BY_LANGUAGE = {each.language: each for each in (ENGLISH, GERMAN, SPANISH, FRENCH)}


def phrases_of(tag: str) -> CoursePhrases:
    """For a BCP 47 tag; English where there is nothing better."""
    return _BY_LANGUAGE.get(tag.partition("-")[0].lower(), ENGLISH)
