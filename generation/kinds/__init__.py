"""The document kinds, discovered: a folder here with an instance named `KIND` is a kind.

Kinds never import each other."""

import importlib
import pkgutil
from functools import cache

from generation.core.prompting import Kind


@cache
def all_kinds() -> dict[str, Kind]:
    """Every kind by its slug, in alphabetical order."""
    found: dict[str, Kind] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        if module.ispkg:
            kind: Kind = importlib.import_module(f"{__name__}.{module.name}").KIND
            assert kind.slug == module.name, f"{module.name}: a kind's slug is its folder's name"
            found[kind.slug] = kind
    return found


def get_kind(slug: str) -> Kind:
    """The kind called `slug`; KeyError if there is none."""
    return all_kinds()[slug]


def kind_choices() -> list[tuple[str, str]]:
    """For model fields and forms: evaluated when used, so a new kind needs no migration."""
    return [(slug, kind.title) for slug, kind in all_kinds().items()]
