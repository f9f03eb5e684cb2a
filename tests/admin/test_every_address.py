"""Every address that the admin has beside Django's own, found by itself: who may not press, presses in vain."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from generation.core.remedies import Remedy

STANDARD = ("_changelist", "_add", "_change", "_delete", "_history", "_autocomplete")
OURS = ("accounts", "generation")


def own_addresses() -> Iterator[tuple[type, str, int]]:
    """Model, name and how many arguments it has, the first of them a row's, of every page that is ours."""
    for model, page in admin.site._registry.items():
        if model._meta.app_label not in OURS:
            continue
        for pattern in page.get_urls():
            name = getattr(pattern, "name", None)
            if name and not name.endswith(STANDARD) and name not in {"auth_user_password_change"}:
                yield model, name, len(pattern.pattern.converters)


ADDRESSES = list(own_addresses())


def addresses() -> Iterator[str]:
    for model, name, arguments in ADDRESSES:
        if not arguments:
            yield reverse(f"admin:{name}")
            continue
        for row in model._default_manager.order_by("pk"):
            for word in [[remedy.value] for remedy in Remedy] if arguments == 2 else [[]]:
                yield reverse(f"admin:{name}", args=[row.pk, *word])


def everything() -> dict[str, list[dict]]:
    """All rows of ours."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for label in OURS for model in apps.get_app_config(label).get_models()
    }


def test_there_are_addresses_to_look_at(rows):
    assert len(ADDRESSES) >= 5 and len(list(addresses())) >= 5


@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_permissions_gets_nowhere(rows, nick, client_of, method):
    client, before = client_of(nick), everything()
    answers = {address: getattr(client, method)(address).status_code for address in addresses()}
    assert {address: status for address, status in answers.items() if status not in {403, 404, 405}} == {}
    assert everything() == before


def test_whoever_may_only_look_changes_nothing(rows, vera, client_of):
    client, before = client_of(vera), everything()
    for address in addresses():
        client.post(address, {"instruction": "shorter", "confirmed": "yes"})
    assert everything() == before


def test_opening_changes_nothing(rows, root, client_of):
    client, before = client_of(root), everything()
    for address in addresses():
        assert client.get(address).status_code < 500, address
    assert everything() == before


def test_nothing_is_pressed_from_another_site(rows, root, client_of):
    client, before = client_of(root, enforce_csrf_checks=True), everything()
    assert {address: status for address in addresses() if (status := client.post(address).status_code) != 403} == {}
    assert everything() == before


def test_completion_of_a_field_shows_nobody_more_than_they_may_see(rows, nick, client_of):
    client = client_of(nick)
    asked = [
        {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": field}
        for model, page in admin.site._registry.items() for field in page.autocomplete_fields
    ]
    for fields in asked:
        assert client.get(reverse("admin:autocomplete"), {**fields, "term": ""}).status_code == 403, fields
    for model in admin.site._registry:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert client.get(address, {"_popup": "1", "_to_field": "id"}).status_code == 403, address
