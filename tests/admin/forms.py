"""A form as a browser sends it: sent back as it came, or with other words in some fields."""

from collections.abc import Iterable
from typing import Any

from django.contrib.messages import get_messages
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from generation.testbed.page_forms import Forms, gathered, main_form


def at(row: Model, name: str) -> str:
    """Where a button of the page of `row` leads to."""
    return reverse(f"admin:generation_{row._meta.model_name}_{name}", args=[row.pk])


def said(response: HttpResponse) -> str:
    """What people are told above the next page."""
    return " ".join(str(message) for message in get_messages(response.wsgi_request))     # type: ignore[attr-defined]


def words_of(text: str) -> str:
    """What people read on a page: its text, and what stands in its fields; no names, no scripts."""
    return " ".join(" ".join(Forms(text).seen).split())


def form_at(client: Client, address: str) -> dict[str, list[str]]:
    """The form of the page at `address`, as a person finds it."""
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return main_form(response.content.decode())


def with_changes(form: dict[str, list[str]], changes: dict[str, Any]) -> dict[str, list[str]]:     # Any: text, numbers
    """`form` after somebody typed: a list for several values, None for a box that is not ticked."""
    typed = {name: _values(value) for name, value in changes.items()}
    return {name: values for name, values in {**form, **typed}.items() if values}


def _values(value: Any) -> list[str]:     # Any: as above
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, Iterable) and not isinstance(value, str) else [str(value)]


def save(client: Client, address: str, /, **changes: Any) -> HttpResponse:     # Any: as above
    """Open the page at `address`, type `changes`, press "Save"."""
    return client.post(address, with_changes(form_at(client, address), changes))


def mark_of(client: Client, address: str) -> dict[str, str]:
    """What the page at `address` carries to say what it was made from."""
    return {"page_mark": client.get(address).context["page_mark"]}


def errors_of(response: HttpResponse) -> list[str]:
    """Why a form was not taken; nothing for a form that was."""
    if response.status_code == 302:
        return []
    context: Any = response.context      # type: ignore[attr-defined]      # the test client's
    return [str(error) for errors in context["errors"] for error in errors]


def names(**fields: Any) -> dict[str, Any]:     # Any: as above
    """For names of fields that are no words of Python: `names(limits__0__limit=1)` is `limits-0-limit`."""
    return {name.replace("__", "-"): value for name, value in fields.items()}


def press(client: Client, page: str, address: str, /, **typed: Any) -> HttpResponse:     # Any: as above
    """Open `page` and press the button that leads to `address`; where none is offered, send what a forger would."""
    return client.post(address, with_changes(button_at(client, page, address), typed))


def confirm(client: Client, address: str, fields: dict[str, Any], /) -> HttpResponse:     # Any: as above
    """Send `fields` and say yes on the page that asks back; where nobody is asked, that is the answer."""
    response = client.post(address, fields)
    yes = question_in(response)
    return client.post(address, yes) if yes else response


def question_in(response: HttpResponse) -> dict[str, list[str]]:
    """What "yes" sends on a page that asks before something is done; nothing if `response` is none."""
    forms = (gathered(entries) for _given, entries in Forms(response.content.decode()).forms)
    return next((sent for sent in forms if "confirmed" in sent), {})


def button_at(client: Client, page: str, address: str) -> dict[str, list[str]]:
    """What the button of `page` that leads to `address` sends; nothing if there is none."""
    shown = Forms(client.get(page, follow=True).content.decode()).forms
    return next((gathered(entries) for given, entries in shown if given.get("action") == address), {})
