"""Users, groups and tokens: the secret is seen once, and managing others is no way to more permissions."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.models import Session
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.groups import ADMINISTRATORS, REVIEWERS
from accounts.models import ApiToken, User, user_of_token
from generation.admin.people import may_manage
from tests.admin.forms import mark_of, save

ADD = reverse("admin:accounts_apitoken_add")


def make(client, person, name="laptop", expires=("", "")):
    return client.post(ADD, {
        "user": person.pk, "name": name, "expires_at_0": expires[0], "expires_at_1": expires[1]})


def change_page(row):
    return reverse(f"admin:accounts_{row._meta.model_name}_change", args=[row.pk])


# --- Tokens -----------------------------------------------------------------------------------


def test_secret_is_shown_once_and_works(adam, ann, client_of):
    client = client_of(adam)
    made = make(client, ann)
    secret = made.context["secret"]

    assert made.status_code == 200
    assert "no-store" in made["Cache-Control"]
    assert made.content.decode().count(secret) == 1
    assert user_of_token(secret) == ann

    token = ApiToken.objects.get()
    later = [client.get(change_page(token)), client.get(reverse("admin:accounts_apitoken_changelist")),
             client.get(reverse("admin:index")), client.get(f"{change_page(token)[:-7]}history/")]
    for response in later:
        assert response.status_code == 200
        assert secret not in response.content.decode()
        assert secret[12:] not in response.content.decode()
    assert token.prefix in later[0].content.decode()


def test_secret_is_stored_nowhere(adam, ann, client_of):
    client = client_of(adam)
    secret = make(client, ann).context["secret"]

    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            assert secret not in repr(cursor.fetchall()), table
    assert secret not in repr([row.get_decoded() for row in Session.objects.all()])
    assert secret not in repr(client.cookies)


def test_expiry_is_kept(adam, ann, client_of):
    make(client_of(adam), ann, expires=("2031-05-04", "12:00:00"))

    assert ApiToken.objects.get().expires_at == dt.datetime(2031, 5, 4, 12, tzinfo=dt.UTC)


def test_only_name_and_expiry_can_be_changed(adam, ann, bob, token, client_of):
    before = ApiToken.objects.get(pk=token.pk)

    response = client_of(adam).post(change_page(token), {
        **mark_of(client_of(adam), change_page(token)),
        "name": "desktop", "expires_at_0": "2031-05-04", "expires_at_1": "00:00:00", "user": bob.pk,
        "prefix": "cw_hacked", "sha256": "0" * 64, "revoked_at_0": "2031-05-04", "revoked_at_1": "00:00:00",
    })

    token.refresh_from_db()
    assert response.status_code == 302
    assert (token.name, token.expires_at.year) == ("desktop", 2031)
    assert (token.user, token.prefix, token.sha256) == (ann, before.prefix, before.sha256)
    assert token.revoked_at is None


def test_revoked_token_is_refused_and_says_so(adam, ann, client_of):
    client = client_of(adam)
    secret = make(client, ann).context["secret"]
    token = ApiToken.objects.get()

    client.post(reverse("admin:accounts_apitoken_revoke", args=[token.pk]))

    assert user_of_token(secret) is None
    text = client.get(change_page(token)).content.decode()
    assert 'data-state="revoked"' in text
    assert "/revoke/" not in text


def test_revoking_twice_keeps_the_first_moment(adam, token, client_of):
    client, address = client_of(adam), reverse("admin:accounts_apitoken_revoke", args=[token.pk])
    client.post(address)
    first = ApiToken.objects.get().revoked_at

    client.post(address)

    assert ApiToken.objects.get().revoked_at == first


def test_tokens_are_never_deleted(root, token, client_of):
    response = client_of(root).post(reverse("admin:accounts_apitoken_delete", args=[token.pk]), {"post": "yes"})

    assert response.status_code == 403
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize("state", ["usable", "expired", "user inactive"])
def test_list_says_what_a_token_is_worth(state, root, ann, token, client_of):
    if state == "expired":
        ApiToken.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    if state == "user inactive":
        User.objects.filter(pk=ann.pk).update(is_active=False)

    text = client_of(root).get(reverse("admin:accounts_apitoken_changelist")).content.decode()

    assert f">{state}</span>" in text


def test_token_of_somebody_who_may_more_is_refused(adam, root, client_of):
    response = make(client_of(adam), root)

    assert response.context["adminform"].form.errors["user"] == [
        "This person may do more than you; a token would give you that."]
    assert ApiToken.objects.count() == 0


def test_token_of_somebody_who_may_more_is_not_changed_or_revoked(adam, root, client_of):
    make(client_of(root), root, "of root")
    token, client = ApiToken.objects.get(), client_of(adam)

    assert client.post(change_page(token), {"name": "x"}).status_code == 403
    assert client.post(reverse("admin:accounts_apitoken_revoke", args=[token.pk])).status_code == 403
    assert ApiToken.objects.get().revoked_at is None


# --- Users ------------------------------------------------------------------------------------


def test_administrator_gives_a_role_and_makes_a_reviewer(adam, ann, rita, client_of):
    reviewers = Group.objects.get(name=REVIEWERS)

    response = save(client_of(adam), change_page(ann), role="teacher", is_staff="on", groups=[reviewers.pk])

    ann.refresh_from_db()
    assert response.status_code == 302
    assert (ann.role, ann.is_staff, list(ann.groups.all())) == ("teacher", True, [reviewers])


def test_administrator_makes_a_user_with_a_password(adam, client_of):
    response = client_of(adam).post(reverse("admin:accounts_user_add"), {
        "username": "dora", "role": "student", "usable_password": "true",
        "password1": "correct-horse-9", "password2": "correct-horse-9"})

    assert response.status_code == 302
    assert User.objects.get(username="dora").check_password("correct-horse-9")


def test_nobody_makes_themselves_superuser(adam, client_of):
    response = save(
        client_of(adam), change_page(adam), is_superuser="on", user_permissions=[Permission.objects.first().pk])

    adam.refresh_from_db()
    assert response.status_code == 302
    assert not adam.is_superuser
    assert not adam.user_permissions.exists()


def test_nobody_gives_a_group_that_may_more(adam, ann, client_of):
    owners = Group.objects.create(name="owners")
    owners.permissions.add(Permission.objects.get(codename="delete_user"))

    response = save(client_of(adam), change_page(ann), groups=[owners.pk])

    assert "groups" in response.context["adminform"].form.errors
    assert not ann.groups.exists()


@pytest.mark.parametrize("is_active", [True, False])
def test_superuser_is_out_of_an_administrators_reach(is_active, adam, root, client_of):
    User.objects.filter(pk=root.pk).update(is_active=is_active)
    client = client_of(adam)
    password = reverse("admin:auth_user_password_change", args=[root.pk])

    assert client.post(change_page(root), {"username": "root"}).status_code == 403
    assert client.get(password).status_code == 403
    assert client.post(password, {"password1": "x" * 12, "password2": "x" * 12}).status_code == 403
    root.refresh_from_db()
    assert root.check_password("correct-horse")


@pytest.mark.parametrize(("manager", "person", "expected"), [
    ("root", "root", True), ("root", "adam", True), ("adam", "rita", True), ("adam", "ann", True),
    ("adam", "adam", True), ("adam", "root", False), ("rita", "adam", False), ("vera", "rita", False),
    ("rita", "vera", True),
])
def test_who_may_manage_whom(manager, person, expected, request):
    pair = [request.getfixturevalue(name) for name in (manager, person)]

    assert may_manage(*pair) is expected


def test_inactive_people_count_with_what_they_could_do(adam, rita):
    extra = Permission.objects.get(codename="delete_user")
    rita.user_permissions.add(extra)
    User.objects.filter(pk=rita.pk).update(is_active=False)

    assert not may_manage(adam, User.objects.get(pk=rita.pk))


def test_group_page_offers_the_products_permissions(root, adam, client_of):
    group = Group.objects.get(name=ADMINISTRATORS)

    text = client_of(root).get(reverse("admin:auth_group_change", args=[group.pk])).content.decode()

    assert "Can retry the failed units of a job" in text
    assert "session" not in text.lower().split("permissions", 1)[1][:4_000]
