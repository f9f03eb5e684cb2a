"""A program for people, as Markdown.

It reads plain JSON, not the pydantic models, so that a document of an older revision stays readable:
a field that a later revision adds is read with `get`.
Every text of the model goes through `markup.escape`; what code writes itself does not."""

from collections.abc import Iterable, Sequence

from generation.core.kind import JsonObject
from generation.core.markup import escape
from generation.core.text import counted
from generation.kinds.training_program.vocabulary import LoadKind

_EXERCISE_HEAD = ("Exercise", "Sets", "Reps or time", "Load", "Rest", "Note")


def markdown(document: JsonObject) -> str:
    blocks = [f"# {escape(document['title'])}", _facts(document)]
    if document["missing"]:
        blocks.append(_missing(document["missing"]))
    blocks += [
        escape(document["summary"]),
        f"**Safety.** {escape(document['safety'])}",
        f"**Progression.** {escape(document['progression'])}",
    ]
    blocks += ["**Phases**", _table(
        ("Phase", "Weeks", "Focus"),
        ((escape(phase["name"]), _span(phase["first_week"], phase["last_week"]), escape(phase["focus"]))
         for phase in document["phases"]),
    )]
    blocks += ["**Main lifts**", _table(
        ("Lift", "Guidance"),
        ((escape(lift["name"]), escape(lift["guidance"])) for lift in document["main_lifts"]),
    )]
    blocks += [_week(week) for week in document["weeks"]]
    return "\n\n".join(blocks) + "\n"


def unit_markdown(document: JsonObject, position: int) -> str:
    return next((_week(week) + "\n" for week in document["weeks"] if week["number"] == position), "")


def week_title(position: int, phase: str, *, is_deload: bool) -> str:
    """`Week 3: Build`, as plain text."""
    return f"Week {position}: {phase}" + (" (deload)" if is_deload else "")


def entry_in_words(list_name: str, index: int) -> str:
    """What this page calls an entry whose list is not called so; empty for others."""
    noun = {"warm_up": "warm-up step", "coaching": "coaching note"}.get(list_name)
    return f"{noun} {index + 1}" if noun else ""


def prescription(exercise: JsonObject) -> str:
    """`4 x 6 at RIR 2`, for one line."""
    load = load_text(exercise["load_kind"], exercise["load"])
    return f"{exercise['sets']} x {_amount(exercise)}" + (f" at {load}" if exercise["load"] is not None else "")


def load_text(kind: str, load: float | None) -> str:
    if load is None:
        return "Body weight"
    match kind:
        case LoadKind.RIR | LoadKind.RPE:
            return f"{kind.upper()} {load:g}"
        case LoadKind.PERCENT_1RM:
            return f"{load:g}% 1RM"
        case _:
            return f"{load:g} {escape(kind)}"


def _facts(document: JsonObject) -> str:
    weeks = len(document["weeks"]) + len(document["missing"])
    return " · ".join((
        escape(_words(document["goal"])), escape(_words(document["level"])), counted(weeks, "week"),
        f"{counted(document['days_per_week'], 'workout')} a week",
    ))


def _missing(numbers: Sequence[int]) -> str:
    listed = ", ".join(str(number) for number in numbers)
    noun, verb = ("Week", "is") if len(numbers) == 1 else ("Weeks", "are")
    return f"> **{noun} {listed} {verb} missing:** this program is not complete."


def _week(week: JsonObject) -> str:
    title = week_title(week["number"], escape(week["phase"]), is_deload=week["is_deload"])
    blocks = [f"## {title}", escape(week["summary"])]
    for workout in week["workouts"]:
        blocks += _workout(workout)
    if week["coaching"]:
        blocks += ["**Coaching notes**", _bullets(week["coaching"])]
    return "\n\n".join(blocks)


def _workout(workout: JsonObject) -> list[str]:
    title = f"{workout['label']}: {workout['focus']}"
    blocks = [f"### {escape(title)}"]
    if workout["warm_up"]:
        blocks += ["**Warm-up**", _bullets(workout["warm_up"])]
    blocks.append(_table(_EXERCISE_HEAD, (_exercise(exercise) for exercise in workout["exercises"])))
    if workout["cool_down"]:
        blocks.append(f"**Cool-down.** {escape(workout['cool_down'])}")
    return blocks


def _exercise(exercise: JsonObject) -> tuple[str, ...]:
    return (
        escape(exercise["name"]), str(exercise["sets"]), _amount(exercise),
        load_text(exercise["load_kind"], exercise["load"]), _rest(exercise["rest_s"]), escape(exercise["note"]),
    )


def _amount(exercise: JsonObject) -> str:
    if exercise["seconds"] is None:
        return str(exercise["reps"])
    return _duration(exercise["seconds"])


def _duration(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} s"
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}:{rest:02d} min" if rest else f"{minutes} min"


def _rest(seconds: int) -> str:
    return _duration(seconds) if seconds else "none"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _bullets(texts: Iterable[str]) -> str:
    return "\n".join(f"- {escape(text)}" for text in texts)


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _words(code: str) -> str:
    return code.replace("_", " ").capitalize()
