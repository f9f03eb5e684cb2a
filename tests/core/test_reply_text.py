"""The object in what a model wrote: whatever stands around it comes off, and nothing is ever made up."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.core.reply_text import object_in, repeats

PLAIN = '{"title": "Week 1", "steps": [1, 2.5, null, {"a": "b"}]}'
OBJECT = json.loads(PLAIN)


def found(text, keys=()):
    """The object as a value."""
    whole = object_in(text, keys)
    return None if whole is None else json.loads(whole)


@pytest.mark.parametrize("text", [
    pytest.param(PLAIN, id="plain"),
    pytest.param(f"\n\n  {PLAIN}\n", id="blank lines"),
    pytest.param(f"\ufeff{PLAIN}", id="byte order mark"),
    pytest.param(f"```json\n{PLAIN}\n```", id="fence"),
    pytest.param(f"```\r\n{PLAIN}\r\n```", id="fence with CR LF and no language"),
    pytest.param(f"~~~json5\n{PLAIN}\n~~~", id="another fence"),
    pytest.param(f"```json\n{PLAIN}", id="fence left open"),
    pytest.param(f"Here it is:\n\n```json\n{PLAIN}\n```\n\nEnjoy!", id="prose around a fence"),
    pytest.param(f"Here it is: {PLAIN} I hope that it helps.", id="prose without a fence"),
    pytest.param(f"{PLAIN}\n</s>", id="stop token"),
    pytest.param(f"{PLAIN}<|im_end|>\n<|endoftext|>", id="two stop tokens"),
    pytest.param(f"<think>I need {{braces}}</think>\n{PLAIN}", id="thoughts with braces"),
    pytest.param(f"<THINKING>hm</THINKING>{PLAIN}", id="thoughts in capitals"),
    pytest.param(f"hm, what about {{this}}?\n</think>\n\n{PLAIN}", id="thoughts whose opening was swallowed"),
    pytest.param(f"<think>\n\n</think>\n\n```json\n{PLAIN}\n```", id="empty thoughts and a fence"),
    pytest.param(f"[THINK]hm[/THINK]{PLAIN}", id="Magistral's thoughts"),
    pytest.param(f"<|START_THINKING|>hm<|END_THINKING|>{PLAIN}", id="Command's thoughts"),
    pytest.param(f"<unused94>hm<unused95>{PLAIN}", id="MedGemma's thoughts"),
    pytest.param(f"◁think▷hm◁/think▷{PLAIN}", id="Kimi's thoughts"),
    pytest.param(
        f"<|channel|>analysis<|message|>{{no}}<|end|><|start|>assistant<|channel|>final<|message|>{PLAIN}<|return|>",
        id="harmony"),
    pytest.param(f"analysisWe need JSON.assistantfinal{PLAIN}", id="harmony without its marks"),
    pytest.param(json.dumps(PLAIN), id="encoded twice"),
    pytest.param(f"```json\n{json.dumps(PLAIN)}\n```", id="encoded twice in a fence"),
    pytest.param(f"[{PLAIN}]", id="array of one"),
    pytest.param(f"```\n[{PLAIN}]\n```", id="array of one in a fence"),
    pytest.param(f"{PLAIN}\n{PLAIN}", id="said twice"),
])
def test_object_comes_out_of_what_stands_around_it(text):
    assert found(text) == OBJECT


@pytest.mark.parametrize("text", [
    pytest.param("", id="nothing"),
    pytest.param("I cannot do that.", id="prose"),
    pytest.param("[]", id="empty array"),
    pytest.param("7", id="number"),
    pytest.param(f"[{PLAIN}, {PLAIN}]", id="array of two"),
    pytest.param('["a"]', id="array of a text"),
    pytest.param(PLAIN[:-1], id="last brace missing"),
    pytest.param(f"```json\n{PLAIN[:-1]}\n```", id="last brace missing in a fence"),
    pytest.param(json.dumps(PLAIN)[:-4], id="encoded twice and cut"),
    pytest.param('{"title": "Week 1", "steps": [{"a": "b"}', id="cut behind an inner object"),
    pytest.param('{"title": {"a": 1}, "steps": [1, 2', id="cut behind a first inner object"),
    pytest.param('[{"a": 1}, {"a": 2}', id="array cut behind an object"),
    pytest.param('```json\n{"title": "x", "inner": {"a": 1}\n```', id="inner object in a cut fence"),
    pytest.param('{"facts": ["a", "b",], "x": 1,', id="trailing commas, left open"),
    pytest.param("{" * 20_000, id="deep"),
    pytest.param("[" * 20_000, id="deep arrays"),
    pytest.param("x" * 20_001 + PLAIN, id="behind a book"),
])
def test_what_is_not_one_whole_object_stays_what_it_is(text):
    assert object_in(text) is None


@pytest.mark.parametrize("cut", range(1, len(PLAIN)))
def test_no_beginning_of_an_object_is_taken_for_one(cut):
    """Nor is an object within it: half a document is no document."""
    for text in (PLAIN[:cut], f"```json\n{PLAIN[:cut]}", f"<think>hm</think>{PLAIN[:cut]}"):
        assert object_in(text) is None


@pytest.mark.parametrize(("text", "expected"), [
    (f'{{"response": {PLAIN}}}', OBJECT),
    (f'{{"json_object": {PLAIN}}}', OBJECT),
    (f'```json\n{{"output": {PLAIN}}}\n```', OBJECT),
    (f'{{"title": {PLAIN}}}', {"title": OBJECT}),                                      # a key that was asked for
    (f'{{"a": {PLAIN}, "b": 1}}', {"a": OBJECT, "b": 1}),                              # not alone
    ('{"a": {"title": 1}}', {"a": {"title": 1}}),                                      # not all keys
    (f'{{"a": {{"b": {PLAIN}}}}}', {"a": {"b": OBJECT}}),                              # once, not twice
])
def test_one_key_of_the_model_s_own_is_unwrapped_where_just_what_was_asked_for_is_below(text, expected):
    assert found(text, {"title", "steps"}) == expected


def test_without_keys_nothing_is_unwrapped():
    assert found(f'{{"response": {PLAIN}}}') == {"response": OBJECT}


def test_object_is_given_as_it_was_written():
    spaced = '{ "n" : 1.0 ,\n "u" : "\\u00e9" }'
    assert object_in(f"```json\n{spaced}\n```") == spaced


# --- any object in any wrapping -------------------------------------------------------------------

WRAPPINGS = [
    "{}", "  {}\n\n", "\ufeff{}", "```json\n{}\n```", "```\r\n{}\r\n```\r\n", "~~~\n{}\n~~~",
    "Here it is:\n```json\n{}\n```\nDone.", "Certainly.\n{}\nDone.", "{}</s>", "{}<|im_end|>", "<think>hm</think>\n{}",
    "hm\n</think>\n{}", "[THINK]hm[/THINK]{}", "<|channel|>final<|message|>{}<|return|>", "[{}]",
]
# Of what a document may speak, and what must not be taken for what stands around it.
TELLING = ["```", "</think>", "<think>hm</think>", "\n```\n", "<|im_end|>", "{", "}", "[", '"', "\\", "[/THINK]"]
texts = st.text(max_size=8) | st.sampled_from(TELLING)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=8)


objects = st.dictionaries(texts, values, max_size=4)


@given(objects, st.sampled_from(WRAPPINGS), st.sampled_from([None, 1]), st.booleans())
def test_any_object_comes_back_out_of_any_wrapping(value, wrapping, indent, is_ascii):
    written = json.dumps(value, indent=indent, ensure_ascii=is_ascii)
    assert found(wrapping.replace("{}", written, 1)) == value


@given(objects)
def test_any_object_comes_back_out_of_a_text_that_holds_it(value):
    assert found(json.dumps(json.dumps(value))) == value


@given(st.text())
def test_any_text_gives_an_object_or_nothing(text):
    assert isinstance(found(text), dict | None)


# --- a model that is caught in a loop -------------------------------------------------------------

@pytest.mark.parametrize(("text", "expected"), [
    pytest.param("ha" * 2_000, True, id="short period"),
    pytest.param("a" * 4_000, True, id="one character"),
    pytest.param("once " + "the same sentence again. " * 200, True, id="sentence"),
    pytest.param('{"a": [' + '{"title": "Rest", "note": ""}, ' * 200, True, id="objects"),
    pytest.param("ha" * 1_999, False, id="not yet for long enough"),
    pytest.param("ha" * 2_000 + "!", False, id="it came out of it"),
    pytest.param("".join(f"step {n}. " for n in range(1_000)), False, id="counting"),
    pytest.param(("x" * 200 + "".join(chr(97 + n % 26) for n in range(150))) * 20, False, id="period of a paragraph"),
    pytest.param("", False, id="nothing"),
])
def test_loop_is_seen(text, expected):
    assert repeats(text) is expected
