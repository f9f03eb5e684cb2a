"""The contract of a document kind.  A kind is one folder in `generation/kinds/` with an instance
named `KIND`; the engine, the API, the admin and the simulator know it only through this class."""

import json
import random
from abc import ABC, abstractmethod
from functools import cache, cached_property
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, WithJsonSchema, create_model

from generation.core import places
from generation.core.findings import Finding
from generation.core.schema import Schema, strict_schema

JsonObject = dict[str, Any]      # Any: a JSON object as stored


class BriefModel(BaseModel):
    """The base of every brief: unknown fields are refused, values are not coerced from other types."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ReplyModel(BaseModel):
    """The base of what a model writes.  Extra keys are refused, as in the strict schema."""

    model_config = ConfigDict(extra="forbid", frozen=True)


B = TypeVar("B", bound=BriefModel)
P = TypeVar("P", bound=ReplyModel)
U = TypeVar("U", bound=ReplyModel)


def text_of(longest: int) -> StringConstraints:
    """Trimmed, of at most `longest` characters, without NUL, which PostgreSQL does not store."""
    return StringConstraints(strip_whitespace=True, max_length=longest, pattern=r"^[^\x00]*$")


def told_as(longest: int) -> WithJsonSchema:
    """The bound of `text_of(longest)` in the schema: one more.  A decoder that keeps to lengths cuts a text in its
    middle, and one that fills its bound is refused here."""
    return WithJsonSchema({"type": "string", "maxLength": longest + 1})


LONGEST_ENFORCED = 1_999      # llama.cpp takes a longer bound for none


class DocumentKind(ABC, Generic[B, P, U]):
    """A type of document: its brief, plan and units, its prompts, checks, assembly and rendering.

    Every method is pure: same arguments, same result.  Positions of units count from 1."""

    slug: ClassVar[str]                 # also the folder's name
    title: ClassVar[str]                # "Training program"
    unit_noun: ClassVar[str]            # "week"
    revision: ClassVar[int]             # raise it with every change of a prompt, schema or check
    Brief: type[B]
    Plan: type[P]
    Unit: type[U]
    folder: ClassVar[Path]              # where the prompts lie: rules.md, plan.md, unit.md, whole.md
    example: ClassVar[JsonObject]       # a brief that a real user would send

    # --- what it asks for ---------------------------------------------------------------------

    @abstractmethod
    def unit_count(self, brief: B) -> int:
        """How many units the document has; the plan must keep to it."""

    @abstractmethod
    def working_title(self, brief: B) -> str:
        """At most 120 characters: what the job is called before its plan is there."""

    @abstractmethod
    def plan_title(self, plan: P) -> str:
        """The document's own title."""

    @abstractmethod
    def unit_target(self, brief: B, plan: P, position: int) -> JsonObject:
        """What the plan wants of this unit: goes into the unit's prompt, after the shared prefix."""

    @abstractmethod
    def digest(self, plan: P, position: int, unit: U) -> str:
        """One or two lines about a finished unit, for the prompt of the next (`sequential`)."""

    # --- what it checks -----------------------------------------------------------------------

    @abstractmethod
    def check_plan(self, brief: B, plan: P) -> list[Finding]: ...

    @abstractmethod
    def check_unit(self, brief: B, plan: P, position: int, unit: U) -> list[Finding]: ...

    @abstractmethod
    def check_document(self, brief: B, document: JsonObject) -> list[Finding]:
        """Findings across units, on what `assemble` made."""

    # --- what becomes of it -------------------------------------------------------------------

    @abstractmethod
    def plan_headline(self, plan: P) -> str:
        """A few words for the log: `3 phases over 12 weeks`."""

    @abstractmethod
    def unit_headline(self, plan: P, position: int, unit: U) -> str:
        """A few words for the log: `build phase, 3 workouts`."""

    @abstractmethod
    def unit_title(self, plan: P, position: int) -> str:
        """How the unit is called in lists: `Week 3 (build)`."""

    @abstractmethod
    def assemble(self, brief: JsonObject, plan: JsonObject, units: dict[int, JsonObject]) -> JsonObject:
        """The document of stored parts.  `units` may have gaps; they are left out, never invented.

        Takes and gives plain JSON, because it runs inside a transaction."""

    @abstractmethod
    def unit_of(self, document: JsonObject, position: int) -> JsonObject | None:
        """One unit as `document` has it; None if it is missing."""

    @abstractmethod
    def markdown(self, document: JsonObject) -> str:
        """The document for people.  Every text of the model goes through `markup.escape`."""

    @abstractmethod
    def unit_markdown(self, document: JsonObject, position: int) -> str:
        """One unit for people, its title as a heading of level 2; empty if the unit is missing."""

    def place_in_words(self, pointer: str, *, node: object, position: int | None) -> str:
        """Where `pointer` leads, as readers find it: `Week 3, workout 2`.

        `node` is what it leads into: unit `position`, the plan (0), or the document (None)."""
        start = "" if position is None else f"{self.unit_noun} {position}" if position else "plan"
        words = places.in_words(node, pointer, noun=self.unit_noun, start=start, entry=self.entry_in_words)
        return words or "The whole document"

    def entry_in_words(self, list_name: str, index: int) -> str:
        """What readers call an entry of a list: `exercise 3`.  A kind that knows better overrides it."""
        return f"{places.singular(list_name)} {index + 1}"

    def check_wish(self, instruction: str, old_unit: U, new_unit: U) -> list[Finding]:
        """What of a person's wish the new version plainly did not fulfil, as far as code can tell."""
        return []

    # --- rehearsal ----------------------------------------------------------------------------

    @abstractmethod
    def simulate_plan(self, brief: B, rng: random.Random) -> JsonObject:
        """A plausible plan that passes `check_plan`: what the simulator answers."""

    @abstractmethod
    def simulate_unit(self, brief: B, plan: P, position: int, rng: random.Random) -> JsonObject:
        """A plausible unit that passes `check_unit`, different for every position and seed."""

    @property
    def defects(self) -> tuple[str, ...]:
        """Faults that `planted` knows, each named `<rule>:<what was done>`.  A kind need not have any."""
        return ()

    def planted(self, name: str, brief: B, content: JsonObject, rng: random.Random) -> JsonObject | None:
        """A copy of a plan's or unit's JSON with the defect `name`, which its schema still accepts; None if it has
        no place there."""
        return None

    def wished(self, brief: B, wish: str) -> B:
        """`brief` as the rehearsal reads it where a unit is written anew with a wish."""
        return brief

    # --- derived ------------------------------------------------------------------------------

    @cached_property
    def Whole(self) -> type[BaseModel]:
        """Plan and units in one reply, for the `single` strategy."""
        return create_model(
            f"{self.slug}_whole", __base__=ReplyModel,
            plan=(self.Plan, ...), units=(list[self.Unit], ...),     # type: ignore[name-defined]
        )

    @cached_property
    def plan_schema(self) -> Schema:
        return strict_schema(self.Plan)

    @cached_property
    def unit_schema(self) -> Schema:
        return strict_schema(self.Unit)

    @cached_property
    def whole_schema(self) -> Schema:
        return strict_schema(self.Whole)

    @cached_property
    def rules(self) -> str:
        """The system message: the same bytes for every job of this revision."""
        return self.prompt_of("rules.md")

    @cached_property
    def free_text(self) -> frozenset[str]:
        """The fields of the brief that hold people's own words: texts, and lists of texts, without a closed
        choice or a pattern.  Similar documents may differ in these.  A kind that knows better overrides it."""
        schema = self.Brief.model_json_schema()
        return frozenset(name for name, node in schema["properties"].items() if _is_free_text(node))

    def prompt_of(self, name: str) -> str:
        """The text of one prompt file, read once for a process."""
        return _read(self.folder / name)

    def brief(self, stored: JsonObject) -> B:
        return self.Brief.model_validate(stored)

    def plan(self, stored: JsonObject) -> P:
        return self.Plan.model_validate(stored)

    def unit(self, stored: JsonObject) -> U:
        return self.Unit.model_validate(stored)


def _is_free_text(node: Schema) -> bool:
    if node.get("type") == "array":
        return _is_free_text(node.get("items") or {})
    return node.get("type") == "string" and not {"enum", "const", "pattern", "format"} & node.keys()


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


def as_json(model: BaseModel) -> JsonObject:
    """`model` as it is stored."""
    stored: JsonObject = json.loads(model.model_dump_json())
    return stored
