"""Documents whose defects are known: their form, and how they are read.

A document stands in a file of its own, whole, or as a few changes to a whole one, so that a reader of the file sees
nothing but what is wrong.  Every pointer leads into the whole file: `/plan/weeks/2/focus`, `/units/0/summary`; the
first unit is `/units/0`."""

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from generation.core import bounded_json
from generation.core import json_pointers as pointers
from generation.core.findings import Severity
from generation.core.kind import JsonObject
from generation.core.text import counted

MOST_BYTES = 4 * 1024 * 1024      # sixty lessons, each as long as a reply can be, are half of it
MOST_FILES = 5_000
MOST_PROBLEMS_SAID = 3


class UnusableCorpus(ValueError):
    """A folder or a file of it that cannot be evaluated, with its name, in a sentence."""


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Place = Annotated[str, Field(pattern=r"^/(plan|units)(/[^\x00]*)?$", max_length=400)]
Anywhere = Annotated[str, Field(pattern=r"^/(brief|plan|units)(/[^\x00]*)?$", max_length=400)]
Remark = Annotated[str, Field(max_length=2_000)]


class Defect(_Form):
    """What was planted, and where a finding that names it may point."""

    rule: str | None = Field(
        max_length=20, description="The rule that should find it; null if the rule book has no such rule.")
    kind: str = Field(
        pattern=r"^[a-z][a-z0-9_]{1,39}$", description="The kind of defect, in a few words: copied_week, wrong_key.")
    where: Place | tuple[Place, ...] = Field(
        description="The place, or several of which any is right. A finding at it, in it or above it finds the defect.")
    severity: Severity = Field(description="How serious it is: what the rule should say.")
    note: Remark = Field(default="", description="What is wrong, for people.")

    @property
    def places(self) -> tuple[str, ...]:
        return (self.where,) if isinstance(self.where, str) else self.where


class NearMiss(_Form):
    """What looks like a defect and is none: no finding of `rule` may stand at `where` or in it."""

    rule: str = Field(max_length=20)
    where: Place
    note: Remark = Field(default="", description="Why it is right, for people.")


class SetTo(_Form):
    """A value instead of another one; the end of a list is `/-`."""

    pointer: Anywhere
    value: object


class Reworded(_Form):
    """In every text at or below `pointer` `by` instead of `replace`, which must occur."""

    pointer: Anywhere
    replace: str = Field(min_length=1)
    by: str


class CopiedFrom(_Form):
    pointer: Anywhere
    copy_of: Anywhere


class SwappedWith(_Form):
    pointer: Anywhere
    swap_with: Anywhere


class Removed(_Form):
    pointer: Anywhere
    remove: Literal[True]


class _Told(_Form):
    planted: tuple[Defect, ...] = Field(description="Empty in a document that is as it should be.")
    near_miss: tuple[NearMiss, ...] = ()
    note: Remark = ""


class PlantedDocument(_Told):
    """A document in one file."""

    kind: str
    brief: JsonObject
    plan: JsonObject
    units: tuple[JsonObject | None, ...] = Field(description="In order, from the first; null is a missing unit.")


class PlantedPatch(_Told):
    """A document in another file, and what is different here; changes are made in order."""

    base: str = Field(description="The other file, which is whole, as a path from the folder of this one.")
    changes: tuple[SetTo | Reworded | CopiedFrom | SwappedWith | Removed, ...] = Field(min_length=1, max_length=200)


_FORMS: TypeAdapter[PlantedDocument | PlantedPatch] = TypeAdapter(PlantedDocument | PlantedPatch)


@dataclass(frozen=True)
class Case:
    """A document to evaluate.  `base` is the one that it differs from, None if it stands for itself."""

    name: str
    document: PlantedDocument
    base: PlantedDocument | None = None

    @property
    def is_clean(self) -> bool:
        return not self.document.planted


def schema() -> JsonObject:
    """The JSON Schema of a file."""
    return _FORMS.json_schema()


def read_folder(folder: Path) -> list[Case]:
    """Every document in `folder` and below, by name; raises UnusableCorpus."""
    try:
        files = sorted(path for path in folder.rglob("*.json") if path.is_file())
    except OSError as error:
        raise UnusableCorpus(f"{folder} cannot be read: {error.strerror}.") from error
    if len(files) > MOST_FILES:
        raise UnusableCorpus(f"{folder} has {len(files):,} files; {MOST_FILES:,} at most are read.")
    forms = {path.resolve(): _read(path, path.relative_to(folder).as_posix()) for path in files}
    return [_case(path, path.relative_to(folder).as_posix(), forms) for path in files]


def _read(path: Path, name: str) -> PlantedDocument | PlantedPatch:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise UnusableCorpus(f"{name} has {size:,} bytes; {MOST_BYTES:,} at most are read.")
        found = bounded_json.loads(path.read_bytes())
        is_patch = isinstance(found, dict) and "base" in found
        return PlantedPatch.model_validate(found) if is_patch else PlantedDocument.model_validate(found)
    except OSError as error:
        raise UnusableCorpus(f"{name} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        said = [
            f"{'/'.join(map(str, problem['loc'])) or 'the file'}: {problem['msg']}"
            for problem in error.errors(include_url=False, include_input=False)[:MOST_PROBLEMS_SAID]
        ]
        raise UnusableCorpus(
            f"{name} is no planted document, in {counted(error.error_count(), 'place')}: {'; '.join(said)}."
        ) from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, UnusableCorpus):
            raise
        raise UnusableCorpus(f"{name} is not usable JSON: {error}.") from error


def _case(path: Path, name: str, forms: dict[Path, PlantedDocument | PlantedPatch]) -> Case:
    form = forms[path.resolve()]
    if isinstance(form, PlantedDocument):
        return Case(name, form)
    try:
        base = forms.get((path.parent / form.base).resolve())
    except (OSError, ValueError):      # a path that no system takes
        base = None
    if not isinstance(base, PlantedDocument):
        raise UnusableCorpus(f"{name}: its base {form.base} is no whole document of this folder.")
    changed = {name: copy.deepcopy(getattr(base, name)) for name in ("brief", "plan")}
    changed["units"] = [copy.deepcopy(unit) for unit in base.units]
    try:
        for change in form.changes:
            _make(changed, change)
        return Case(name, PlantedDocument.model_validate({
            "kind": base.kind, **changed, "planted": form.planted, "near_miss": form.near_miss, "note": form.note,
        }), base)
    except pointers.NoSuchPlace as error:
        raise UnusableCorpus(f"{name}: {error.args[0]} in {form.base}.") from error
    except ValidationError as error:
        raise UnusableCorpus(f"{name}: its changes leave no document.") from error


def _make(document: JsonObject, change: SetTo | Reworded | CopiedFrom | SwappedWith | Removed) -> None:
    match change:
        case SetTo():
            pointers.put(document, change.pointer, copy.deepcopy(change.value))
        case CopiedFrom():
            value = copy.deepcopy(pointers.value_at(document, change.copy_of))
            pointers.put(document, change.pointer, value)
        case SwappedWith():
            pointers.swap(document, change.pointer, change.swap_with)
        case Removed():
            pointers.take_out(document, change.pointer)
        case Reworded():
            node = pointers.value_at(document, change.pointer)
            new, count = pointers.reword(node, change.replace, change.by)
            if not count:
                raise pointers.NoSuchPlace(f"“{change.replace}” at {change.pointer}")
            pointers.put(document, change.pointer, new)
