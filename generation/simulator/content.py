"""What the simulated model writes.

For a kind of ours the kind itself writes (`simulate_plan`, `simulate_unit`), from the brief and plan in
the prompt; for any other schema `fill` does.  The seed is the whole request, so each unit, brief, job
and wish gets a text of its own, and the same request always the same."""

import copy
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from generation import kinds as every_kind
from generation.core.kind import BriefModel, JsonObject, ReplyModel
from generation.core.pricing import estimated_tokens
from generation.core.prompting import REPAIR_STAGE, Kind, Request, Stage
from generation.core.schema import Schema
from generation.simulator.asks import Ask
from generation.simulator.faults import Fault
from generation.simulator.fill import fill

PLAIN_SENTENCE = "This is a simulated answer: no model was asked."
REFUSAL = "I'm sorry, but I can't help with that request. (simulated)"
STRETCH = 5               # times as many units as asked for, in `extra_units`
NONSENSE_DRAWS = 4        # tries at plausible nonsense, and as many at words at random
KEPT_PARSED = 512
CHARACTERS_A_TOKEN = 4
STAGES = frozenset(Stage)


@dataclass(frozen=True)
class Subject:
    """What a prompt of ours is about."""

    kind: Kind
    stage: Stage
    brief: BriefModel
    plan: ReplyModel | None = None
    position: int = 0

    @property
    def unit_count(self) -> int:
        return self.kind.unit_count(self.brief)


class ContentWriter:
    """Writes answers.  Keeps what it parsed: the units of a job share their brief and plan."""

    def __init__(self, kinds: Mapping[str, Kind] | None, seed: int) -> None:
        self._kinds = every_kind.all_kinds() if kinds is None else kinds
        self._seed = seed
        self._brief: Callable[[str, str], BriefModel | None] = lru_cache(KEPT_PARSED)(self._read_brief)
        self._plan: Callable[[str, str], ReplyModel | None] = lru_cache(KEPT_PARSED)(self._read_plan)

    def rng(self, ask: Ask) -> random.Random:
        return random.Random(f"{self._seed}:{ask.digest}")

    def subject(self, ask: Ask) -> Subject | None:
        """What of ours `ask` is about; None for a schema or prompt of others."""
        slug, _, stage = ask.schema_name.rpartition("_")
        kind, brief_text = self._kinds.get(slug), ask.block("brief")
        if kind is None or stage not in {*STAGES, REPAIR_STAGE} or brief_text is None:
            return None
        brief = self._brief(slug, brief_text)
        if brief is None:
            return None
        if stage == REPAIR_STAGE:
            stage = Stage.UNIT if ask.position is not None else Stage.PLAN
        if stage != Stage.UNIT:
            return Subject(kind, Stage(stage), brief)
        plan_text = ask.block("plan")
        plan = self._plan(slug, plan_text) if plan_text is not None else None
        if plan is None or ask.position is None:
            return None
        return Subject(kind, Stage.UNIT, brief, plan, ask.position)

    def write(
        self, ask: Ask, subject: Subject | None, fault: Fault | None, rng: random.Random, *, defect: str | None = None,
    ) -> tuple[str, str]:
        """Content and finish reason of an answer, after what `fault` and the caller's own limit do to them."""
        text = self._text(ask, subject, fault, rng, defect)
        match fault:
            case Fault.TRUNCATE:
                return _cut(text, rng), "length"
            case Fault.FILTER:
                return _cut(text, rng), "content_filter"
            case Fault.INVALID_JSON:
                return _cut(text, rng), "stop"
            case Fault.EMPTY_CONTENT:
                return "", "stop"
            case _ if ask.max_tokens is not None and estimated_tokens(text) > ask.max_tokens:
                return text[: ask.max_tokens * CHARACTERS_A_TOKEN], "length"
            case Fault.FENCED:
                return f"```json\n{text}\n```\n", "stop"
            case Fault.ODD_ENDING:
                return text, "eos_token"
            case _:
                return text, "stop"

    def _text(
        self, ask: Ask, subject: Subject | None, fault: Fault | None, rng: random.Random, defect: str | None
    ) -> str:
        if ask.schema is None:
            return PLAIN_SENTENCE
        if fault is Fault.REPAIR_FAILS and (draft := _said(ask.block("draft"))):
            return draft
        if places := _places(ask):
            content = None if fault is Fault.REPAIR_FAILS or subject is None else _good(_wished(subject, ask), rng)
            return compact({place["place"]: _mended(place, content) for place in places})
        if subject is None:
            content = fill(ask.schema, rng)
        elif fault is Fault.NONSENSE:
            content = _nonsense(subject, ask.schema, rng)
        else:
            content = _good(_wished(subject, ask), rng)
        if fault is Fault.DEFECT and subject is not None:
            content = _spoilt(subject, content, defect, rng)
        if fault is Fault.EXTRA_UNITS:
            content = stretched(content, subject.unit_count if subject else 0)
        return compact(content)

    def _read_brief(self, slug: str, text: str) -> BriefModel | None:
        try:
            brief: BriefModel = self._kinds[slug].brief(json.loads(text))
        except ValueError:      # pydantic's ValidationError is one
            return None
        return brief

    def _read_plan(self, slug: str, text: str) -> ReplyModel | None:
        try:
            plan: ReplyModel = self._kinds[slug].plan(json.loads(text))
        except ValueError:
            return None
        return plan


def write(request: Request, *, seed: int = 0, fault: Fault | None = None, defect: str | None = None) -> str:
    """The content that a simulator would answer `request` with, without asking one."""
    messages = tuple((message["role"], message["content"]) for message in request.messages)
    ask = Ask("simulator", messages, schema_name=request.schema_name, schema=request.schema)
    writer = _writer(seed)
    return writer.write(ask, writer.subject(ask), fault, writer.rng(ask), defect=defect)[0]


@cache
def _writer(seed: int) -> ContentWriter:
    return ContentWriter(None, seed)


def compact(value: Any) -> str:     # Any: whatever json can write
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _cut(text: str, rng: random.Random) -> str:
    """The beginning of `text`, as of an answer that ended too early: between two and eight tenths."""
    return text[: max(1, int(len(text) * rng.uniform(0.2, 0.8)))]


def stretched(content: Any, unit_count: int) -> Any:     # Any: JSON
    """`content` with `STRETCH` times as many units.

    The units are the list of objects with `unit_count` entries, or the longest one.  What counts
    them is counted on."""
    content = copy.deepcopy(content)
    lists = sorted(_lists(content), key=lambda found: (len(found) == unit_count, len(found)))
    if lists:
        units = lists[-1]
        first = [dict(unit) for unit in units]
        for index in range(len(first), len(first) * STRETCH):
            source = index % len(first)
            units.append({
                name: index + 1 if type(value) is int and value == source + 1 else copy.deepcopy(value)
                for name, value in first[source].items()
            })
    return content


def _lists(content: Any) -> Iterator[list[dict[str, Any]]]:
    children: list[Any] = []
    if isinstance(content, dict):
        children = list(content.values())
    elif isinstance(content, list):
        children = content
        if content and all(isinstance(item, dict) for item in content):
            yield content
    for child in children:
        yield from _lists(child)


def _good(subject: Subject, rng: random.Random) -> JsonObject:
    kind, brief = subject.kind, subject.brief
    if subject.stage is Stage.UNIT:
        return kind.simulate_unit(brief, subject.plan, subject.position, rng)
    plan = kind.simulate_plan(brief, rng)
    if subject.stage is Stage.PLAN:
        return plan
    typed = kind.plan(plan)
    units = [kind.simulate_unit(brief, typed, position, rng) for position in range(1, subject.unit_count + 1)]
    return {"plan": plan, "units": units}


def _said(block: str | None) -> str | None:
    """The text in a block that holds one."""
    try:
        text = json.loads(block) if block else None
    except ValueError:
        return None
    return text if isinstance(text, str) else None


def _places(ask: Ask) -> list[JsonObject]:
    """What a repair asks for: the places of a draft, with what is there now."""
    if not ask.schema_name.endswith(f"_{REPAIR_STAGE}"):
        return []
    try:
        listed = json.loads(ask.block("findings") or "")
    except ValueError:
        return []
    return [place for place in listed if isinstance(place, dict) and {"place", "at", "now"} <= place.keys()]


def _mended(place: JsonObject, content: Any) -> Any:     # Any: JSON
    """The value that stands in the same place of `content`, or next to it in its list; without one, what was there."""
    for token in place["at"].split("/")[1:]:
        if isinstance(content, list) and content and token.isdecimal():
            content = content[min(int(token), len(content) - 1)]
        elif isinstance(content, dict) and token in content:
            content = content[token]
        else:
            return place["now"]
    return content


def _wished(subject: Subject, ask: Ask) -> Subject:
    """`subject` with a brief that knows the reviewer's wish, if there is one."""
    wish = _said(ask.block("instruction"))
    return replace(subject, brief=subject.kind.wished(subject.brief, wish)) if wish else subject


def _spoilt(subject: Subject, content: JsonObject, name: str | None, rng: random.Random) -> JsonObject:
    """`content` with one defect: the one called `name`, or any that has a place there."""
    kind = subject.kind
    names = [name] if name else rng.sample(kind.defects, len(kind.defects))
    for each in names:
        if subject.stage is not Stage.WHOLE:
            changed = kind.planted(each, subject.brief, content, rng)
            if changed is not None:
                return changed
            continue
        plan = kind.planted(each, subject.brief, content["plan"], rng)
        if plan is not None:
            return {**content, "plan": plan}
        place = rng.randrange(len(content["units"]))
        unit = kind.planted(each, subject.brief, content["units"][place], rng)
        if unit is not None:
            units = [unit if n == place else other for n, other in enumerate(content["units"])]
            return {**content, "units": units}
    return content


def _nonsense(subject: Subject, schema: Schema, rng: random.Random) -> Any:
    """Content that the schema accepts and the kind's checks do not.

    Plausible nonsense if there is some, else words at random, else another unit's content."""
    good = _good(subject, rng)
    for draw in range(2 * NONSENSE_DRAWS):
        content = _spoiled(schema, good, rng) if draw < NONSENSE_DRAWS else fill(schema, rng)
        if _breaks_checks(subject, content):
            return content
    if subject.stage is Stage.UNIT:
        other = subject.position % subject.unit_count + 1
        return subject.kind.simulate_unit(subject.brief, subject.plan, other, rng)
    return fill(schema, rng)


def _spoiled(schema: Schema, value: Any, rng: random.Random) -> Any:
    """`value` with its texts kept, its numbers and choices drawn anew, and its items all like the first."""
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        return {name: _spoiled(properties.get(name, {}), child, rng) for name, child in value.items()}
    if isinstance(value, list):
        return [_spoiled(schema.get("items", {}), value[0], rng)] * len(value) if value else value
    is_closed = "enum" in schema or schema.get("type") in ("integer", "number", "boolean")
    return fill(schema, rng) if is_closed else value


def _breaks_checks(subject: Subject, content: Any) -> bool:
    kind = subject.kind
    try:
        match subject.stage:
            case Stage.PLAN:
                found = kind.check_plan(subject.brief, kind.plan(content))
            case Stage.UNIT:
                found = kind.check_unit(subject.brief, subject.plan, subject.position, kind.unit(content))
            case Stage.WHOLE:
                found = kind.check_plan(subject.brief, kind.plan(content["plan"]))
    except ValueError:      # breaks a validator beyond the schema, which is another fault
        return False
    return any(finding.is_error for finding in found)
