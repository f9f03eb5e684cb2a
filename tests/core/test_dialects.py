"""What differs between servers: presets, what was learned of one, and what a refusal leads to."""

import json

import pytest

from generation.core import dialects
from generation.core.dialects import (
    BOUNDS,
    CACHE_KEY,
    JSON_OBJECT,
    JSON_SCHEMA,
    LENGTHS,
    NAMES,
    NEW_CAP,
    OLD_CAP,
    OPENAIS_OWN,
    ROLES,
    STORE,
    STREAM,
    STREAM_OPTIONS,
    STRICT,
    TITLES,
    Dialect,
    JsonForm,
    Learned,
    Streaming,
    Wire,
    WireTerms,
    dialect_at,
    wire_of,
)


@pytest.mark.parametrize(("dialect", "left_out", "cap", "streams"), [
    (Dialect.AUTOMATIC, set(), NEW_CAP, False),
    (Dialect.OPENAI, set(), NEW_CAP, False),
    (Dialect.AZURE, set(), NEW_CAP, False),
    (Dialect.GEMINI, {STORE, CACHE_KEY}, NEW_CAP, False),
    (Dialect.MISTRAL, {STORE, CACHE_KEY, NEW_CAP}, OLD_CAP, False),
    (Dialect.GROQ, {STORE, CACHE_KEY}, NEW_CAP, False),
    (Dialect.OPENROUTER, {STORE, NEW_CAP}, OLD_CAP, False),
    (Dialect.VLLM, {STORE, CACHE_KEY, NEW_CAP}, OLD_CAP, True),
    (Dialect.OLLAMA, {STORE, CACHE_KEY, NEW_CAP}, OLD_CAP, True),
    (Dialect.LLAMA_CPP, {STORE, CACHE_KEY, NEW_CAP}, OLD_CAP, True),
    (Dialect.LM_STUDIO, {STORE, CACHE_KEY, NEW_CAP}, OLD_CAP, True),
    (Dialect.OTHER, {STORE, CACHE_KEY, NEW_CAP}, OLD_CAP, False),
])
def test_preset_says_what_is_known_beforehand(dialect, left_out, cap, streams):
    wire = wire_of(dialect)
    assert (wire.left_out, wire.cap, wire.sends(STREAM), wire.form) == (left_out, cap, streams, JsonForm.SCHEMA)
    assert wire.api_key_header == (dialect is Dialect.AZURE)


def test_every_dialect_has_a_title():
    assert set(TITLES) == set(Dialect)


@pytest.mark.parametrize(("host", "port", "expected"), [
    ("api.openai.com", None, Dialect.OPENAI),
    ("eu.api.openai.com", None, Dialect.OPENAI),
    ("notapi.openai.com.example", None, Dialect.AUTOMATIC),
    ("evilapi.openai.com", None, Dialect.AUTOMATIC),
    ("mine.openai.azure.com", None, Dialect.AZURE),
    ("MINE.services.ai.azure.com", None, Dialect.AZURE),
    ("generativelanguage.googleapis.com", None, Dialect.GEMINI),
    ("api.mistral.ai", None, Dialect.MISTRAL),
    ("api.groq.com", None, Dialect.GROQ),
    ("openrouter.ai", None, Dialect.OPENROUTER),
    ("127.0.0.1", 11434, Dialect.OLLAMA),
    ("desk", 1234, Dialect.LM_STUDIO),
    ("127.0.0.1", 8000, Dialect.AUTOMATIC),
    ("", None, Dialect.AUTOMATIC),
])
def test_address_tells_the_dialect(host, port, expected):
    assert dialect_at(host, port) is expected


@pytest.mark.parametrize(("streaming", "dialect", "expected"), [
    (Streaming.AUTOMATIC, Dialect.VLLM, True), (Streaming.OFF, Dialect.VLLM, False),
    (Streaming.AUTOMATIC, Dialect.OPENAI, False), (Streaming.ON, Dialect.OPENAI, True),
])
def test_person_decides_about_streams(streaming, dialect, expected):
    wire = wire_of(dialect, streaming=streaming)
    assert (wire.sends(STREAM), wire.sends(STREAM_OPTIONS)) == (expected, expected)


def test_server_that_knows_no_streams_is_sent_none():
    wire = wire_of(Dialect.VLLM, Learned(frozenset({STREAM})))
    assert not wire.sends(STREAM)
    assert not wire.sends(STREAM_OPTIONS)
    options = wire_of(Dialect.VLLM, Learned(frozenset({STREAM_OPTIONS})))
    assert (options.sends(STREAM), options.sends(STREAM_OPTIONS)) == (True, False)


def test_lesson_and_settings_are_left_out_besides_the_preset():
    wire = wire_of(Dialect.GROQ, Learned(frozenset({STRICT})), left_out=[BOUNDS], silence_s=7)
    assert (wire.left_out, wire.silence_s) == ({STORE, CACHE_KEY, STRICT, BOUNDS}, 7)


def test_who_refused_the_old_name_of_the_cap_is_asked_with_the_new_one():
    assert wire_of(Dialect.OTHER, Learned(frozenset({OLD_CAP}))).cap == NEW_CAP
    assert wire_of(Dialect.OTHER, Learned(frozenset({OLD_CAP, NEW_CAP}))).cap == ""


@pytest.mark.parametrize(("left_out", "form"), [
    (set(), JsonForm.SCHEMA), ({STRICT}, JsonForm.SCHEMA), ({BOUNDS}, JsonForm.SCHEMA),
    ({JSON_SCHEMA}, JsonForm.OBJECT), ({JSON_OBJECT}, JsonForm.SCHEMA), ({JSON_SCHEMA, JSON_OBJECT}, JsonForm.PROMPT),
])
def test_json_is_asked_for_in_the_strongest_form_that_is_known(left_out, form):
    assert Wire(frozenset(left_out)).form is form


@pytest.mark.parametrize(("left_out", "sent"), [
    (set(), {STRICT, BOUNDS, LENGTHS}), ({LENGTHS}, {STRICT, BOUNDS}), ({BOUNDS}, {STRICT}),
    ({STRICT}, {BOUNDS, LENGTHS}), ({JSON_SCHEMA}, set()),
])
def test_without_a_schema_nothing_of_a_schema_is_said(left_out, sent):
    wire = Wire(frozenset(left_out))
    assert {name for name in (STRICT, BOUNDS, LENGTHS) if wire.sends(name)} == sent


# --- what a refusal leads to ----------------------------------------------------------------------


@pytest.mark.parametrize(("left_out", "refused", "news"), [
    ((), {STORE}, {STORE}),
    ((), {STORE, CACHE_KEY}, {STORE, CACHE_KEY}),
    ((), {"temperature", "tools"}, set()),                    # never said by us
    ({STORE}, {STORE}, set()),                                # was not said
    ((), {OLD_CAP}, set()),                                   # the new name was said
    ((), {JSON_OBJECT}, set()),                               # a schema was said
    ({JSON_SCHEMA}, {JSON_OBJECT}, {JSON_OBJECT}),
    ((), {STREAM_OPTIONS}, set()),                            # no stream was asked for
    ((), {ROLES}, {ROLES}),
    ({STORE}, {BOUNDS}, {BOUNDS}),                            # not a matter of who made the field up
])
def test_news_are_what_was_said_and_refused(left_out, refused, news):
    assert Wire(frozenset(left_out)).news_in(refused) == news


@pytest.mark.parametrize(("before", "refused"), [
    ({STORE}, CACHE_KEY), ({CACHE_KEY}, STORE), ({STORE}, STRICT), ({STORE}, NEW_CAP), ({NEW_CAP}, STORE),
])
def test_second_refusal_leaves_out_all_of_openais_own(before, refused):
    after = Wire(frozenset(before)).without(Wire(frozenset(before)).news_in({refused}))
    assert not any(after.sends(name) for name in OPENAIS_OWN)
    assert after.cap, "something ends a reply"


def test_any_order_of_refusals_comes_to_an_end():
    """A server that refuses whatever it is sent, one name at a time, is asked no more often than there are names."""
    for first in sorted(NAMES):
        wire, asked = wire_of(Dialect.AUTOMATIC, streaming=Streaming.ON), 0
        order = sorted(NAMES, key=lambda name, first=first: (name != first, name))
        while news := next((found for name in order if (found := wire.news_in({name}))), None):
            wire, asked = wire.without(news), asked + 1
        assert asked <= len(NAMES)
        assert not any(wire.sends(name) for name in NAMES)


# --- what was learned -----------------------------------------------------------------------------


@pytest.mark.parametrize("learned", [
    Learned(), Learned(frozenset({STORE})), Learned(frozenset(NAMES), 8_192, 4_096), Learned(context_tokens=2_048),
    Learned(output_tokens=512),
])
def test_lesson_is_kept_as_json_and_comes_back(learned):
    stored = json.loads(json.dumps(learned.as_json()))
    assert Learned.from_json(stored) == learned
    assert bool(learned) == bool(stored)


@pytest.mark.parametrize("stored", [
    {}, {"refused": None}, {"refused": "store"}, {"context_tokens": "many"}, {"refused": ["temperature"]}, {"more": 1},
])
def test_what_is_no_lesson_is_read_as_none(stored):
    assert Learned.from_json(stored) == Learned()


def test_two_lessons_are_one_and_the_smaller_limit_holds():
    both = Learned(frozenset({STORE}), 8_192, None).adding(Learned(frozenset({STRICT, "temperature"}), 4_096, 2_000))
    assert both == Learned(frozenset({STORE, STRICT}), 4_096, 2_000)
    assert both.adding(Learned(context_tokens=9_000)) == both


def test_lesson_is_a_line_for_people():
    assert str(Learned(frozenset({STRICT, STORE}), 8_192, 4_000)) == (
        "without store, strict; a context of 8,192 tokens; at most 4,000 output tokens")
    assert str(Learned()) == ""


@pytest.mark.parametrize(("lesson", "news"), [
    (Learned(frozenset({STORE})), Learned(frozenset({STORE}))),
    (Learned(frozenset({STREAM})), Learned()),
    (Learned(context_tokens=8_192), Learned(context_tokens=8_192)),
    (Learned(context_tokens=128_000), Learned()),
    (Learned(context_tokens=256_000), Learned()),
    (Learned(output_tokens=4_096), Learned(output_tokens=4_096)),
    (Learned(output_tokens=16_000), Learned()),
])
def test_lesson_is_news_only_if_the_next_request_is_another(lesson, news):
    terms = WireTerms("https://a.example/v1", "m", wire_of(Dialect.OPENAI), 128_000, 16_000)
    assert terms.news_in(lesson) == news


def test_every_name_of_a_field_is_one_that_can_be_learned():
    names = {value for name, value in vars(dialects).items() if name.isupper() and isinstance(value, str)}
    assert names == NAMES
