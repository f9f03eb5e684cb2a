"""When to come back, as providers say it: headers, fields and sentences."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.llm.answers import HttpAnswer, read
from generation.llm.waits import LONGEST_RETRY_AFTER_S, bounded, duration_s, in_words, retry_after_s

NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
HUGE = "9" * 20


@pytest.mark.parametrize(("text", "expected"), [
    ("Please try again in 20s.", 20), ("Please try again in 644ms.", 0.644), ("Please try again in 1.985s.", 1.985),
    ("Please try again in 1m30.5s.", 90.5), ("Please try again in 9m38.016s. Need more tokens?", 578.016),
    ("Please try again in 2h3m4s.", 7_384), ("Please try again in 7m12s.", 432),
    ("Please retry after 60 seconds.", 60), ("Please retry after 86400 seconds.", 86_400),
    ("request reached max request: 3, please try again after 1 seconds", 1),
    ("Please retry in 20.04466179s.", 20.04466179),
    ("Please wait for 2 minutes before the next call", 120), ("Try again in 60 seconds. Passed model=gpt-4o.", 60),
    ("try again in 3 hours", 10_800), ("try again in about 5 minutes", 300),
    ("try again in 1 minute and 30 seconds", 90),
    ("The quota resets in 2 days", 86_400), ("Available again in 1 h.", 3_600), ("TRY AGAIN IN 5 SECONDS", 5),
    ("Please try again later.", None), ("Please modify your prompt and retry.", None), ("", None),
    ("Limit 30000, Used 29937, Requested 385.", None), ("try again in 5 lightyears", None),
    ("Retry with fewer than 500 tokens. The job took 7 s.", None),
])
def test_wait_is_read_out_of_a_sentence(text, expected):
    assert in_words(text) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("34s", 34), ("1m30.5s", 90.5), ("7 minutes", 420), ("250 milliseconds", 0.25), ("1d", 86_400), ("9d", 86_400),
    ("0s", 0), ("34", None), ("soon", None), ("3 weeks", None), ("", None),
])
def test_duration_is_seconds(text, expected):
    assert duration_s(text) == expected


@pytest.mark.parametrize(("headers", "expected"), [
    ({"retry-after": "7"}, 7), ({"retry-after-ms": "1500"}, 1.5), ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
    ({"retry-after": "Sun, 22 Nov 2026 12:01:00 GMT"}, 60),
    ({"retry-after": "Sun, 22 Nov 2026 18:01:00 GMT", "date": "Sun, 22 Nov 2026 18:00:00 GMT"}, 60),
    ({"retry-after": "Sun, 22 Nov 2026 11:00:00 GMT"}, 0), ({"retry-after": "never"}, None), ({}, None),
    ({"retry-after": "Thu, 01 Jan 2026 00:00:00 +9999"}, None), ({"retry-after": "Thu"}, None),
    ({"retry-after": f"Thu, 01 Jan {HUGE} 00:00:00 GMT"}, None),
    ({"retry-after": f"Thu, 01 Jan 2026 00:00:00 +{HUGE}"}, None),
    ({"retry-after": f"Thu, 01 Jan 2026 {HUGE}:00:00 GMT"}, None),
    ({"retry-after": "Fri, 31 Dec 9999 23:59:59 -2359"}, 86_400),
    ({"retry-after": "Sun, 22 Nov 2026 12:01:00 GMT", "date": f"Thu, 01 Jan {HUGE} 00:00:00 GMT"}, 60),
    ({"retry-after": "Sun, 22 Nov 2026 12:01:00 GMT", "date": "Thu, 01 Jan 2026 00:00:00 +9999"}, 60),
    ({"retry-after": HUGE}, 86_400), ({"retry-after": "9" * 5_000}, 86_400), ({"retry-after": "-1"}, 0),
])
def test_wait_is_read_out_of_the_headers(headers, expected):
    assert retry_after_s(headers, NOON) == expected


@given(st.text() | st.from_regex(r"(Thu, )?\d+ Jan \d+ \d+:\d\d:\d\d [+-]?(\d+|GMT)"))
def test_no_header_is_an_error(value):
    wait_s = retry_after_s({"retry-after": value, "date": value}, NOON)
    assert wait_s is None or 0 <= wait_s <= LONGEST_RETRY_AFTER_S


@given(st.floats())
def test_no_wait_is_longer_than_a_day_or_shorter_than_none(wait_s):
    assert 0 <= bounded(wait_s) <= LONGEST_RETRY_AFTER_S


@pytest.mark.parametrize(("body", "expected"), [
    pytest.param({"error": {"message": "slow", "retry_after": 12}}, 12, id="seconds"),
    pytest.param({"error": {"message": "slow"}, "retry_after_ms": 250}, 0.25, id="milliseconds"),
    pytest.param({"error": "Model m is currently loading", "estimated_time": 20.0}, 20, id="Hugging Face"),
    pytest.param([{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": [{"retryDelay": "34.5s"}]}}], 34.5,
                 id="Google's retryDelay"),
    pytest.param({"error": {"message": "Rate limit exceeded", "code": 429, "metadata": {"headers": {
        "X-RateLimit-Reset": str(int(NOON.timestamp() + 90) * 1_000)}}}}, 90, id="milliseconds of the epoch"),
    pytest.param({"error": {"message": "Rate limit exceeded", "code": 429, "metadata": {"headers": {
        "X-RateLimit-Reset": int(NOON.timestamp() + 90)}}}}, 90, id="seconds of the epoch"),
    pytest.param({"error": {"message": "Rate limit exceeded", "code": 429, "metadata": {"headers": {
        "X-RateLimit-Reset": "1"}}}}, None, id="no time"),
    pytest.param({"error": {"message": "Please try again in 20s."}}, 20, id="words"),
])
def test_wait_is_read_out_of_the_body(body, expected):
    answer = read(HttpAnswer(429, {}, json.dumps(body).encode()), model="m", now=NOON)
    assert answer.retry_after_s == expected


def test_header_goes_before_the_words():
    body = json.dumps({"error": {"message": "Please try again in 20s."}}).encode()
    assert read(HttpAnswer(429, {"retry-after": "3"}, body), model="m", now=NOON).retry_after_s == 3
