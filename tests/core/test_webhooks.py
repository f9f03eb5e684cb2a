"""When a failed delivery is tried again, what it is signed with, and what people read."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.core import notices, webhooks

HOUR = dt.timedelta(hours=1)


def test_eight_attempts_over_about_a_day():
    waits = [webhooks.wait_before_next(n, jitter=0) for n in range(1, webhooks.MAX_ATTEMPTS)]

    assert len(waits) + 1 == 8
    assert waits == sorted(waits)
    assert 24 * HOUR <= sum(waits, dt.timedelta()) <= 26 * HOUR
    assert webhooks.wait_before_next(webhooks.MAX_ATTEMPTS, jitter=0) is None


def test_retry_after_lengthens_a_wait_and_has_a_limit():
    assert webhooks.wait_before_next(1, jitter=0, retry_after_s=90) == dt.timedelta(seconds=90)
    assert webhooks.wait_before_next(3, jitter=0, retry_after_s=90) == dt.timedelta(minutes=30)
    assert webhooks.wait_before_next(1, jitter=0, retry_after_s=10**6) == HOUR


@given(st.integers(0, 10_000))
def test_pause_grows_with_failures_to_an_hour(failures):
    pause, next_pause = webhooks.pause_after(failures), webhooks.pause_after(failures + 1)

    assert (pause is None) == (failures < 5)
    assert pause is None or dt.timedelta(minutes=1) <= pause <= next_pause <= HOUR


def test_secrets_differ_by_installation_target_and_version():
    made = {webhooks.secret_for(key, target, version) for key in "ab" for target in "xy" for version in (1, 2)}

    assert len(made) == 8
    assert all(secret.startswith("whsec_") and len(secret) == 38 for secret in made)
    assert webhooks.secret_for("a", "x", 1) == webhooks.secret_for("a", "x", 1)


def test_body_is_the_same_in_whatever_order_the_database_keeps_it():
    assert webhooks.body_of({"b": 1, "a": {"d": 2, "c": "ä"}}) == webhooks.body_of({"a": {"c": "ä", "d": 2}, "b": 1})


DATA = {
    "severity": "critical", "rule": "Budget <spent>", "sentence": "It is\nspent & gone.", "next_step": "Look.",
    "link": "https://x.example/1", "first_seen_at": "2026-01-01T10:00:00+00:00", "note": "the condition is gone",
    "last_seen_at": "2026-01-01T11:30:00+00:00",
}


@pytest.mark.parametrize(("event", "subject"), [
    ("alert.opened", "Coursewright: Critical: Budget <spent>"),
    ("alert.continues", "Coursewright: Still critical: Budget <spent>"),
    ("alert.resolved", "Coursewright: Resolved: Budget <spent>"), ("channel.test", "Coursewright: a test message"),
    ("webhook.disabled", "Coursewright: your webhook was switched off"),
])
def test_people_read_what_it_is_and_what_to_do(event, subject):
    payload = {"type": event, "data": DATA}

    assert notices.subject_of(payload) == subject
    text = notices.text_of(payload)
    assert "spent & gone." in text
    assert ("From 2026-01-01T10:00 to 2026-01-01T11:30 UTC" in text) == (event == "alert.resolved")
    assert ("What to do: Look." in text) == (event != "alert.resolved")


def test_subject_is_one_line():
    payload = {"type": "alert.opened", "data": {**DATA, "rule": "a\r\nBcc: x@example.com"}}

    assert "\n" not in notices.subject_of(payload)
    assert "\r" not in notices.subject_of(payload)


def test_chat_message_holds_no_markup_of_what_is_quoted():
    text = notices.chat_of({"type": "alert.opened", "data": {**DATA, "sentence": "<!channel> *x* `y` &"}})["text"]

    assert "&lt;!channel&gt; ∗x∗ ʼyʼ &amp;" in text
    assert text.startswith("*Critical: Budget &lt;spent&gt;*\n")
