"""Alerts in words for people: the subject and text of an e-mail, and a message for a chat."""

from collections.abc import Mapping
from typing import Any

from generation.core.webhooks import ALERT_CONTINUES, ALERT_OPENED, ALERT_RESOLVED, CHANNEL_TEST, DISABLED

Payload = Mapping[str, Any]      # Any: JSON


def subject_of(payload: Payload) -> str:
    """One line, without line breaks, which would be headers."""
    return " ".join(f"Coursewright: {_headline(payload)}".split())[:200]


def text_of(payload: Payload) -> str:
    """The whole message as plain text."""
    return "\n\n".join(filter(None, [_headline(payload), *_body(payload)])) + "\n"


def chat_of(payload: Payload) -> dict[str, str]:
    """The message as Slack and its likes take it; what we quote cannot become a link, a mention or markup."""
    headline, *rest = [_escaped(part) for part in (_headline(payload), *_body(payload)) if part]
    return {"text": "\n".join([f"*{headline}*", *rest])}


def _headline(payload: Payload) -> str:
    data = payload["data"]
    match payload["type"]:
        case str(kind) if kind == ALERT_OPENED:
            return f"{data['severity'].capitalize()}: {data['rule']}"
        case str(kind) if kind == ALERT_CONTINUES:
            return f"Still {data['severity']}: {data['rule']}"
        case str(kind) if kind == ALERT_RESOLVED:
            return f"Resolved: {data['rule']}"
        case str(kind) if kind == CHANNEL_TEST:
            return "a test message"
        case str(kind) if kind == DISABLED:
            return "your webhook was switched off"
        case other:
            raise AssertionError(f"{other} is no notice for people")


def _body(payload: Payload) -> list[str]:
    data = payload["data"]
    parts = [data["sentence"]]
    if payload["type"] == ALERT_RESOLVED:
        parts.append(f"From {data['first_seen_at'][:16]} to {data['last_seen_at'][:16]} UTC. {data['note']}".strip())
    elif data.get("next_step"):
        parts.append(f"What to do: {data['next_step']}")
    if data.get("link"):
        parts.append(data["link"])
    return parts


def _escaped(text: str) -> str:
    for plain, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("*", "∗"), ("`", "ʼ")):
        text = text.replace(plain, escaped)
    return text
