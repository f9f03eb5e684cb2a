"""A program for people, as Markdown.

It reads plain JSON, not the pydantic models, so that a document of an older revision stays readable:
a field that a later revision adds is read with `get`.
Every text of the model goes through `markup.escape`; what code writes itself is in `words` and does not.

Tables stay narrow: what is long stands below them, and the overview has a few lifts in each."""

from collections.abc import Iterable, Iterator, Sequence
from math import ceil

from generation.core.kind import JsonObject
from generation.core.markup import escape
from generation.kinds.training_program.vocabulary import LoadKind, Units
from generation.kinds.training_program.words import ENGLISH, ProgramWords, words_of

_LIFTS_SIDE_BY_SIDE = 4
_NOTHING = "–"
_SPACE_TO_WRITE = "____"
_LONGEST_HOLD_S = 300       # work without a load that takes longer is a run or a ride, and no body weight is lifted


def markdown(document: JsonObject) -> str:
    words = words_of(document.get("language", ""))
    blocks = [f"# {escape(document['title'])}", _facts(document, words)]
    if document["missing"]:
        blocks.append(_missing(document["missing"], words))
    blocks += [
        escape(document["summary"]),
        f"**{words.safety}.** {escape(document['safety'])}",
        f"**{words.progression}.** {escape(document['progression'])}",
    ]
    blocks += [f"**{words.phases}**", _table(words.phase_head, (
        (escape(phase["name"]), _span(phase["first_week"], phase["last_week"], words), escape(phase["focus"]))
        for phase in document["phases"]
    ))]
    blocks += [f"**{words.main_lifts}**", _table(
        words.lift_head, ((escape(lift["name"]), escape(lift["guidance"])) for lift in document["main_lifts"]),
    )]
    blocks += _overview(document, words)
    blocks += _reading(document["weeks"], document.get("units", Units.METRIC), words)
    blocks += [_week(week, words) for week in document["weeks"]]
    return "\n\n".join(blocks) + "\n"


def unit_markdown(document: JsonObject, position: int) -> str:
    """The week, and below it how it is read: it may be all that somebody prints."""
    week = next((week for week in document["weeks"] if week["number"] == position), None)
    if week is None:
        return ""
    words = words_of(document.get("language", ""))
    return "\n\n".join([_week(week, words), *_reading([week], document.get("units", Units.METRIC), words)]) + "\n"


def week_title(position: int, phase: str, *, is_deload: bool, words: ProgramWords = ENGLISH) -> str:
    """`Week 3: Build`, as plain text."""
    return words.week_title.format(number=position, phase=phase) + (f" ({words.deload})" if is_deload else "")


def entry_in_words(list_name: str, index: int) -> str:
    """What this page calls an entry whose list is not called so; empty for others."""
    noun = {"warm_up": "warm-up step", "coaching": "coaching note"}.get(list_name)
    return f"{noun} {index + 1}" if noun else ""


def prescription(exercise: JsonObject, words: ProgramWords = ENGLISH) -> str:
    """`4 x 6 at RIR 2`, for one line."""
    work = f"{exercise['sets']} x {_amount(exercise)}"
    if exercise["load"] is None:
        return work
    return words.at.format(work=work, load=load_text(exercise["load_kind"], exercise["load"], words))


def load_text(kind: str, load: float | None, words: ProgramWords = ENGLISH) -> str:
    if load is None:
        return words.body_weight
    number = f"{load:g}".replace(".", words.decimal)
    match kind:
        case LoadKind.RIR | LoadKind.RPE:
            return f"{kind.upper()} {number}"
        case LoadKind.PERCENT_1RM:
            return words.percent.format(number=number)
        case _:
            return f"{number} {escape(kind)}"


# --- before the weeks -----------------------------------------------------------------------------


def _facts(document: JsonObject, words: ProgramWords) -> str:
    weeks = len(document["weeks"]) + len(document["missing"])
    workouts = words.workouts.of(document["days_per_week"])
    if minutes := document.get("minutes_per_session"):
        workouts += f", {words.minutes.format(minutes=minutes)}"
    return " · ".join((
        escape(words.goals.get(document["goal"]) or _said(document["goal"])),
        escape(words.levels.get(document["level"]) or _said(document["level"])),
        words.weeks.of(weeks), workouts,
    ))


def _said(code: str) -> str:
    """A choice that a later revision no longer knows, or one that is too new for this one."""
    return code.replace("_", " ").capitalize()


def _missing(numbers: Sequence[int], words: ProgramWords) -> str:
    sentence = words.missing_one if len(numbers) == 1 else words.missing_many
    return "> " + sentence.format(weeks=", ".join(map(str, numbers)))


def _overview(document: JsonObject, words: ProgramWords) -> Iterator[str]:
    """Each week by main lift, on one page.  A lift that no week has under its name is not in it."""
    weeks = {week["number"]: _work_of(week, words) for week in document["weeks"]}
    lifts = [(_key(lift["name"]), escape(lift["name"])) for lift in document["main_lifts"]]
    shown = [(key, name) for key, name in lifts if any(key in work for work in weeks.values())]
    if not shown:
        return
    yield f"**{words.overview}**"
    deloads = {week["number"] for week in document["weeks"] if week["is_deload"]}
    yield f"{words.overview_note} {words.deload_note}" if deloads else words.overview_note
    numbered = {
        number: f"{number} ({words.deload})" if number in deloads else str(number)
        for number in sorted([*weeks, *document["missing"]])
    }
    tables = ceil(len(shown) / _LIFTS_SIDE_BY_SIDE)
    width = ceil(len(shown) / tables)       # six lifts are three and three, not four and two
    for first in range(0, len(shown), width):
        some = shown[first:first + width]
        yield _table((words.week, *(name for _lift, name in some)), (
            (week, *("; ".join(weeks.get(number, {}).get(key, [_NOTHING])) for key, _name in some))
            for number, week in numbered.items()
        ))


def _work_of(week: JsonObject, words: ProgramWords) -> dict[str, list[str]]:
    """What the week has of each exercise, by its key: each prescription once, in order."""
    work: dict[str, list[str]] = {}
    for workout in week["workouts"]:
        for exercise in workout["exercises"]:
            said, brief = work.setdefault(_key(exercise["name"]), []), _briefly(exercise, words)
            if brief not in said:
                said.append(brief)
    return work


def _briefly(exercise: JsonObject, words: ProgramWords) -> str:
    """`4 × 6 @ RIR 2`; one bout only by its length: `30 min @ RPE 4`."""
    is_bout = exercise["sets"] == 1 and exercise["seconds"] is not None
    work = _amount(exercise) if is_bout else f"{exercise['sets']} × {_amount(exercise)}"
    if exercise["load"] is None:
        return work
    return f"{work} @ {load_text(exercise['load_kind'], exercise['load'], words)}"


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _reading(weeks: Sequence[JsonObject], units: str, words: ProgramWords) -> list[str]:
    """A line for each measure that these weeks use, and a place to write the lifts' maxima where loads are shares."""
    exercises = [exercise for week in weeks for workout in week["workouts"] for exercise in workout["exercises"]]
    if not exercises:
        return []
    measures = {exercise["load_kind"] for exercise in exercises if exercise["load"] is not None}
    lines = [f"- {words.reading_sets}"]
    if LoadKind.RIR in measures:
        lines.append(f"- {words.reading_rir}")
    if LoadKind.RPE in measures:
        lines.append(f"- {words.reading_rpe}")
    if LoadKind.PERCENT_1RM in measures:
        unit = LoadKind.LB if units == Units.IMPERIAL else LoadKind.KG
        lines.append(f"- {words.reading_percent.format(unit=unit)}")
        lifts = {
            _key(exercise["name"]): exercise["name"]
            for exercise in exercises if exercise["load_kind"] == LoadKind.PERCENT_1RM
        }
        lines += [f"  - {escape(name)}: {_SPACE_TO_WRITE} {unit}" for name in lifts.values()]
    lines.append(f"- {words.reading_done}")
    return [f"**{words.reading}**", "\n".join(lines)]


# --- a week ---------------------------------------------------------------------------------------


def _week(week: JsonObject, words: ProgramWords) -> str:
    title = week_title(week["number"], escape(week["phase"]), is_deload=week["is_deload"], words=words)
    blocks = [f"## {title}", escape(week["summary"])]
    for workout in week["workouts"]:
        blocks += _workout(workout, words)
    if week["coaching"]:
        blocks += [f"**{words.coaching}**", _bullets(week["coaching"])]
    return "\n\n".join(blocks)


def _workout(workout: JsonObject, words: ProgramWords) -> Iterator[str]:
    yield f"### {escape(words.pair.format(label=workout['label'], text=workout['focus']))}"
    if workout["warm_up"]:
        yield f"**{words.warm_up}**"
        yield _bullets(workout["warm_up"])
    yield _table(words.exercise_head, (_exercise(exercise, words) for exercise in workout["exercises"]))
    cues = [
        words.pair.format(label=exercise["name"], text=exercise["note"])
        for exercise in workout["exercises"] if exercise["note"]
    ]
    if cues:
        yield f"**{words.cues}**"
        yield _bullets(cues)
    if workout["cool_down"]:
        yield f"**{words.cool_down}.** {escape(workout['cool_down'])}"


def _exercise(exercise: JsonObject, words: ProgramWords) -> tuple[str, ...]:
    is_locomotion = exercise["load"] is None and (exercise["seconds"] or 0) >= _LONGEST_HOLD_S
    return (
        escape(exercise["name"]), str(exercise["sets"]), _amount(exercise),
        _NOTHING if is_locomotion else load_text(exercise["load_kind"], exercise["load"], words),
        _duration(exercise["rest_s"]) if exercise["rest_s"] else words.no_rest,
        " ".join([_SPACE_TO_WRITE] * exercise["sets"]),
    )


def _amount(exercise: JsonObject) -> str:
    if exercise["seconds"] is not None:
        return _duration(exercise["seconds"])
    return _NOTHING if exercise["reps"] is None else str(exercise["reps"])


def _duration(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} s"
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}:{rest:02d} min" if rest else f"{minutes} min"


def _span(first: int, last: int, words: ProgramWords) -> str:
    return str(first) if first == last else words.span.format(first=first, last=last)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _bullets(texts: Iterable[str]) -> str:
    return "\n".join(f"- {escape(text)}" for text in texts)
