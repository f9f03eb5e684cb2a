"""Briefs from the command line: files, stdin, and `--set` with the types of the schema."""

import io
import sys
from types import SimpleNamespace

import pytest
from pydantic import BaseModel

from generation.kinds import get_kind
from generation.management.cli.base import BadInput
from generation.management.cli.brief_input import read_brief

PROGRAM = get_kind("training_program")


class Place(BaseModel):
    city: str
    floors: int = 1


class Brief(BaseModel):
    name: str
    count: int | None = None
    share: float = 0.5
    is_open: bool = False
    place: Place
    sizes: list[int] = []
    words: tuple[str, ...] = ()


KIND = SimpleNamespace(Brief=Brief)


@pytest.mark.parametrize(
    ("assignments", "brief"),
    [
        (["name=12"], {"name": "12"}),
        (["name=a=b"], {"name": "a=b"}),
        (["name="], {"name": ""}),
        (["count=12"], {"count": 12}),
        (["count=null"], {"count": None}),
        (["count=a dozen"], {"count": "a dozen"}),
        (["share=0.25"], {"share": 0.25}),
        (["is_open=true"], {"is_open": True}),
        (["is_open=yes"], {"is_open": "yes"}),
        (["sizes=1, 2,3"], {"sizes": [1, 2, 3]}),
        (["sizes=[1, 2]"], {"sizes": [1, 2]}),
        (["sizes="], {"sizes": []}),
        (["sizes=[1,"], {"sizes": "[1,"}),
        (["words=a,b", "words=c"], {"words": ["a", "b", "c"]}),
        (['words=["a, b"]', 'words=["c"]'], {"words": ["a, b", "c"]}),
        (["place.city=Oslo", "place.floors=3"], {"place": {"city": "Oslo", "floors": 3}}),
        (['place={"city": "Oslo"}', "place.floors=3"], {"place": {"city": "Oslo", "floors": 3}}),
        (["unknown=12"], {"unknown": "12"}),
    ],
)
def test_value_has_the_type_of_its_place_or_stays_as_it_was_written(assignments, brief):
    assert read_brief(KIND, None, assignments) == brief


def test_assignment_replaces_what_the_file_says(tmp_path):
    path = tmp_path / "brief.json"
    path.write_text('\ufeff{"goal": "strength", "equipment": ["barbell"], "weeks": 4}', encoding="utf-8")
    brief = read_brief(PROGRAM, str(path), ["equipment=bands,kettlebell", "weeks=6"])
    assert brief == {"goal": "strength", "equipment": ["bands", "kettlebell"], "weeks": 6}


@pytest.mark.parametrize(
    ("stdin", "assignments", "words"),
    [
        (b"{", [], "The brief on stdin is not JSON: Expecting property name enclosed in double quotes in"),
        (b"[1]", [], "The brief on stdin must be a JSON object, not a list."),
        (b"null", [], "The brief on stdin must be a JSON object, not null."),
        (b'"\xff"', [], "The brief on stdin is not UTF-8 text: invalid start byte at byte 1."),
        (b"[" * 100_000, [], "The brief on stdin is not usable JSON: "),
        (b"9" * 10_000, [], "The brief on stdin is not usable JSON: "),
        (b"{}", ["weeks"], "--set weeks: write it as name=value, for example --set weeks=8."),
        (b"{}", ["=8"], "--set =8: write it as name=value"),
        (b"{}", ["goal=x", "goal.note=y"], "--set goal.note: goal is not an object."),
    ],
)
def test_unusable_input_is_one_sentence(monkeypatch, stdin, assignments, words):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(stdin)))
    with pytest.raises(BadInput) as refusal:
        read_brief(PROGRAM, "-", assignments)
    assert str(refusal.value).startswith(words)
    assert refusal.value.returncode == 2


def test_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(BadInput, match=r"The brief .*/none cannot be read: No such file or directory\."):
        read_brief(PROGRAM, str(tmp_path / "none"), [])
