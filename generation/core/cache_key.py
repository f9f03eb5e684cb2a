"""What a part of a document is called in the cache: its name holds all that its text depends on.

Equal names mean the same question, to the same provider, for the same people.  Whatever is not in
`Sought` must not change what would be answered."""

import unicodedata
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache, cached_property
from typing import Any

from generation.core.fingerprint import fingerprint
from generation.core.kind import JsonObject
from generation.core.prompting import DATA_NOTE, Kind, Stage

NO_KNOWLEDGE = ""      # documents are written without a knowledge base; a snapshot of one would stand here


class Scope(StrEnum):
    """Who is served what somebody asked for before."""

    OFF = "off"
    USER = "user"
    ROLE = "role"
    INSTALLATION = "installation"

    def whose(self, user_id: int, role: str) -> str:
        """Equal for all who share: `user:7`, `role:teacher`, `installation`."""
        match self:
            case Scope.USER:
                return f"user:{user_id}"
            case Scope.ROLE:
                return f"role:{role}"
            case _:
                return self.value


@dataclass(frozen=True)
class Sought:
    """One part, as the cache knows it."""

    whose: str
    provider: str               # where the calls go: what the simulator wrote never serves a real service
    route: str
    model: str
    kind: str
    kind_revision: int
    stage: Stage
    form: str                   # of `form_of`
    brief: JsonObject           # of `normalised`
    position: int = 0
    plan_digest: str = ""                   # units only
    so_far: tuple[str, ...] = ()            # `sequential`: the digests of the units before
    knowledge: str = NO_KNOWLEDGE

    @cached_property
    def key(self) -> str:
        return fingerprint({field.name: getattr(self, field.name) for field in fields(self)})


def normalised(value: Any) -> Any:     # Any: JSON
    """`value` with its texts in one spelling: Unicode NFC, one blank or line break where there were several.

    Nothing that a reader could take for a difference is lost: neither case nor punctuation nor lines."""
    match value:
        case str():
            lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", value).splitlines())
            return "\n".join(line for line in lines if line)
        case list():
            return [normalised(item) for item in value]
        case dict():
            return {name: normalised(item) for name, item in value.items()}
        case _:
            return value


@cache
def form_of(kind: Kind, stage: Stage) -> str:
    """The schema and the words of the prompt, in one digest.

    The kind's revision stands for both; this also holds when somebody forgets to raise it."""
    schemas = {Stage.PLAN: kind.plan_schema, Stage.UNIT: kind.unit_schema, Stage.WHOLE: kind.whole_schema}
    return fingerprint(schemas[stage], kind.rules, DATA_NOTE, kind.prompt_of(f"{stage}.md"))


def shape_of(kind: Kind, brief: JsonObject) -> str:
    """One digest for all that must match exactly for two briefs to be similar: what is no free text."""
    exact = {name: value for name, value in brief.items() if name not in kind.free_text}
    return fingerprint(kind.slug, normalised(exact))


def free_text_of(kind: Kind, brief: JsonObject) -> str:
    """The free text of a brief as one text, in the order of its fields."""
    texts = (brief[name] for name in kind.Brief.model_fields if name in kind.free_text and name in brief)
    lines = (line for text in texts for line in (text if isinstance(text, list) else [text]))
    joined: str = normalised("\n".join(filter(None, lines)))
    return joined
