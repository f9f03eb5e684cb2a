"""Whatever somebody sends as a brief is refused by the name of its field, or can be stored on every database."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.core.text import forbidden_character
from generation.kinds import all_kinds
from generation.services.errors import Refusal, RefusalCode
from generation.services.job_spec import JobSpec

# All of Unicode, and more often than by chance what hides, reorders or breaks something.
ODD = st.sampled_from(
    "\x00\x07\x1b\x7f\x85\u00ad\u200b\u202e\u2066\ufeff\ud800\udfff\U000e0041\U0010fffd\r\n\t<>&\"'\\"
)
TEXT = st.text(ODD | st.characters(exclude_categories=()), max_size=40)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=6,
)


def texts(value: Any) -> list[str]:     # Any: JSON
    if isinstance(value, dict):
        return [text for part in value.values() for text in texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in texts(part)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("slug", all_kinds())
@settings(max_examples=150)
@given(data=st.data())
def test_any_brief_is_understood_or_refused_by_name(slug, data):
    kind = all_kinds()[slug]
    fields = data.draw(st.lists(st.sampled_from(list(kind.Brief.model_fields)), min_size=1, max_size=4, unique=True))
    changes = {name: data.draw(TEXT | ANYTHING, label=name) for name in fields}
    answer = asked_or_refused(slug, {**kind.example, **changes})
    if isinstance(answer, Refusal):
        assert answer.code is RefusalCode.INVALID_BRIEF
        named = [pointer.split("/")[2] if pointer.count("/") > 1 else "" for pointer, _ in answer.problems]
        assert named and set(named) <= {*fields, ""}, "only what was changed is at fault"
        assert len(str(answer).encode()) < 10_000
        return
    json.dumps(answer.brief, ensure_ascii=False, allow_nan=False).encode()
    assert [text for text in texts(answer.brief) if forbidden_character(text)] == []
    answer.title.encode()


def asked_or_refused(slug: str, brief: Any) -> JobSpec | Refusal:     # Any: whatever somebody sends
    try:
        return JobSpec.understood(slug, brief, "parallel")
    except Refusal as refusal:
        return refusal
