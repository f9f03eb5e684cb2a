"""Texts for the rehearsal, in four languages.  The simulator draws from them; nothing else does."""

from generation.kinds.training_program.phrases.english import ENGLISH
from generation.kinds.training_program.phrases.french import FRENCH
from generation.kinds.training_program.phrases.german import GERMAN
from generation.kinds.training_program.phrases.shape import ProgramPhrases
from generation.kinds.training_program.phrases.spanish import SPANISH

_BY_LANGUAGE = {each.language: each for each in (ENGLISH, GERMAN, SPANISH, FRENCH)}


def phrases_of(tag: str) -> ProgramPhrases:
    """For a BCP 47 tag; English where there is nothing better."""
    return _BY_LANGUAGE.get(tag.partition("-")[0].lower(), ENGLISH)
