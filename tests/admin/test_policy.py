"""The admin's theme may use eval; no other page may."""

import pytest
from django.test import Client
from django.urls import reverse

STRICT = {
    "default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'",
    "form-action 'self'",
}


def policy(response):
    return {part.strip() for part in response["Content-Security-Policy"].split(";")}


@pytest.mark.parametrize("name", ["admin:login", "admin:index", "admin:generation_job_changelist"])
def test_admin_allows_what_the_theme_needs_and_no_more(name, root, client_of):
    client = Client() if name == "admin:login" else client_of(root)

    found = policy(client.get(reverse(name)))

    assert found >= STRICT
    assert "script-src 'self' 'unsafe-eval'" in found
    assert "style-src 'self' 'unsafe-inline'" in found


@pytest.mark.parametrize("address", ["/healthz", "/api/v1/kinds", "/nowhere"])
@pytest.mark.django_db
def test_other_pages_are_strict(address):
    found = policy(Client().get(address))

    assert found >= STRICT
    assert "script-src 'self'" in found
    assert not [part for part in found if "unsafe" in part]
