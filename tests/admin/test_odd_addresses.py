"""Addresses that no link of the admin leads to: refused or passed over, never an error of the server's."""

from collections.abc import Iterable, Iterator

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import User
from generation.admin.editing import EditableAdmin
from generation.testbed.page_forms import main_form

FINE = {200, 302, 400, 404}
HUGE = "9" * 20
PAGES = ("abc", HUGE, "0", "-1", "2", "1.5", "", "%C2%B2", "1" * 5_000, "%00", "%FF", "nan")
FIELD = "app_label=accounts&model_name=override&field_name=user"


def lists() -> Iterator[str]:
    for model in admin.site._registry:
        yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.fixture
def failing(root: User, rows: object):
    """Of addresses, those that answer as they should not."""
    client = Client(raise_request_exception=False)
    client.force_login(root)

    def found(addresses: Iterable[str], *fine: int) -> dict[str, int]:
        return {one: status for one in addresses if (status := client.get(one).status_code) not in FINE.union(fine)}

    return found


def test_odd_address_is_no_error(failing):
    assert failing([
        "/admin/accounts/user/?role__exact=%00", f"/admin/autocomplete/?term=%00&{FIELD}",
        "/admin/autocomplete/?term=a&app_label=%00&model_name=override&field_name=user",
        f"/admin/autocomplete/?term=a&page=abc&{FIELD}", f"/admin/autocomplete/?term=a&page={HUGE}&{FIELD}",
        "/admin/generation/pulse/%00/", "/admin/%00", "/admin/%00/", "/admin/login/?next=%00", "/admin/r/%00/%00/",
        "/admin/?%00=1", "/admin/search/?s=%00", "/admin/search/?%00=a&s=a",
        *(f"/admin/generation/pulse/%00/{page}/" for page in ("change", "history", "delete")),
        *(f"/admin/search/?s=a{extended}&page={page}" for extended in ("", "&extended=1") for page in PAGES),
    ]) == {}


@pytest.mark.parametrize(("address", "status"), [
    ("/admin/accounts/user/?role__exact=%00", 400), ("/admin/search/?s=a&page=abc", 404),
    ("/admin/search/?s=a&page=1", 200), ("/admin/accounts/user/?date_joined__year=0", 400),
    ("/admin/generation/job/?created_at__year=2026", 200), ("/api/v1/jobs/%00", 401),
])
def test_odd_address_is_refused_and_others_are_not(client, root, address, status):
    if address.startswith("/admin/"):
        client.force_login(root)
    assert client.get(address).status_code == status


def test_no_list_fails_on_what_is_asked_of_it(failing):
    """Its filters, its search and its pages, with what fits no column."""
    asked = [
        *(f"{name}={value}" for name in ("q", "p", "id__exact", "created_at__gte") for value in ("abc", HUGE)),
        *(f"created_at__year={year}" for year in ("0", "-1", "10000", HUGE, "-" + HUGE, "x")), "q=%ED%A0%80", "o=x",
        "created_at__year__in=2026,0", "created_at__iso_year=0", "started_at__year__gte=0", "%00=1", "pk__in=1,2,x",
        "_to_field=%00", "state__exact=%00", "q=%00", "job__id__exact=" + HUGE,
    ]
    assert failing(f"{address}?{one}" for address in lists() for one in asked) == {}


def test_no_row_fails_for_its_key(failing):
    """403: rows that nobody deletes."""
    assert failing((
        f"{address}{key}/{page}" for address in lists() for key in ("%00", HUGE, "_00", "%ED%A0%80")
        for page in ("", "change/", "history/", "delete/")), 403) == {}


VALUES = (
    "abc", "1,abc", "NaN", "%C2%B2", "[]", "{}", "null", "%E2%80%AE", "-1", "0", "1.5", "", HUGE, "2026-13-45",
    "2026-01-02", "2026-01-02T03:04:05Z", "1e999", "%ED%A0%80", "1" * 5_000, "0.40", "true")


@pytest.mark.parametrize("model", [one for one, its in admin.site._registry.items() if isinstance(its, EditableAdmin)])
def test_no_form_fails_on_what_its_address_fills_in(model, failing):
    """403: rows that nobody adds."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
    names = [field.name for field in model._meta.get_fields()] + ["limits", "kind", "limit"]
    assert failing((f"{address}?{'&'.join(f'{name}={value}' for name in names)}" for value in VALUES), 403) == {}


def test_address_fills_in_what_its_field_can_take(client, root, ann):
    client.force_login(root)

    def filled(query: str) -> dict[str, list[str]]:
        return main_form(client.get(f"{reverse('admin:accounts_override_add')}?{query}").content.decode())

    assert (filled(f"user={ann.pk}&reason=exams")["user"], filled("user=abc&reason=exams")["reason"]) == (
        [str(ann.pk)], ["exams"])
