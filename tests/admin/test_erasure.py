"""Erasing a person's data from their page: asked for, confirmed, permitted."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.models import User
from generation.models import Job
from tests.admin.forms import mark_of


def erase(person):
    return reverse("admin:accounts_user_erase", args=[person.pk])


def test_page_says_what_goes_and_changes_nothing(done, ann, adam, client_of):
    text = client_of(adam).get(erase(ann)).content.decode()

    assert "cannot be brought back" in text
    assert "Jobs: brief, title" in text
    assert Job.objects.get(pk=done.pk).erased_at is None


def test_data_goes_when_the_name_is_written(done, ann, adam, client_of):
    cost = done.cost_usd_micros
    response = client_of(adam).post(erase(ann), {"confirmed": "ann"}, follow=True)

    assert "What the documents did cost is unchanged." in response.content.decode()
    job = Job.objects.get(pk=done.pk)
    assert (job.title, job.cost_usd_micros) == ("Erased document", cost)
    assert User.objects.get(pk=ann.pk).username == f"erased-{ann.pk}"


def test_account_can_be_kept(done, ann, adam, client_of):
    client_of(adam).post(erase(ann), {"confirmed": "ann", "keep_account": "yes"})
    assert User.objects.get(pk=ann.pk).username == "ann"
    assert Job.objects.get(pk=done.pk).erased_at is not None


@pytest.mark.parametrize("confirmed", ["", "bob", "yes", "Ann"])
def test_wrong_name_erases_nothing(confirmed, done, ann, adam, client_of):
    response = client_of(adam).post(erase(ann), {"confirmed": confirmed})
    assert "nothing was erased" in response.content.decode()
    assert Job.objects.get(pk=done.pk).erased_at is None


def test_erasing_needs_its_own_permission(done, ann, rita, adam, nick, client_of):
    nick.user_permissions.add(*Permission.objects.filter(codename__in=["view_user", "change_user"]))

    for person in (rita, nick):
        assert client_of(person).post(erase(ann), {"confirmed": "ann"}).status_code == 403
    assert client_of(ann).post(erase(ann), {"confirmed": "ann"}).status_code == 302      # to the sign-in page
    assert client_of(adam, enforce_csrf_checks=True).post(erase(ann), {"confirmed": "ann"}).status_code == 403
    assert Job.objects.get(pk=done.pk).erased_at is None


def test_nobody_erases_who_may_do_more(root, adam, client_of):
    assert client_of(adam).post(erase(root), {"confirmed": "root"}).status_code == 403


def test_nobody_erases_themselves(adam, client_of):
    response = client_of(adam).post(erase(adam), {"confirmed": "adam"}, follow=True)
    assert "Nobody erases themselves" in response.content.decode()


def test_deleting_who_asked_for_documents_offers_erasure_instead(done, ann, root, client_of):
    client = client_of(root)
    for response in (
        client.get(reverse("admin:accounts_user_delete", args=[ann.pk]), follow=True),
        client.post(reverse("admin:accounts_user_delete", args=[ann.pk]), {"post": "yes"}, follow=True),
    ):
        text = response.content.decode()
        assert "are not deleted, because what these did cost stays on record" in text
        assert "Write the user name to confirm" in text
    assert User.objects.filter(pk=ann.pk).exists()


def test_user_without_documents_is_simply_deleted(bob, root, client_of):
    client, address = client_of(root), reverse("admin:accounts_user_delete", args=[bob.pk])
    client.post(address, {"post": "yes", **mark_of(client, address)})
    assert not User.objects.filter(pk=bob.pk).exists()


def test_many_users_are_not_deleted_at_once(root, bob, client_of):
    text = client_of(root).get(reverse("admin:accounts_user_changelist")).content.decode()
    assert "delete_selected" not in text


def test_button_is_there_for_who_may(ann, adam, nick, client_of):
    nick.user_permissions.add(Permission.objects.get(codename="view_user"))
    address = reverse("admin:accounts_user_change", args=[ann.pk])
    assert erase(ann) in client_of(adam).get(address).content.decode()
    assert erase(ann) not in client_of(nick).get(address).content.decode()


def test_pages_of_an_erased_job_still_open(done, ann, adam, root, client_of):
    client_of(adam).post(erase(ann), {"confirmed": "ann"})
    client = client_of(root)
    part = done.chunks.get(position=2)

    for address in (
        reverse("admin:generation_job_change", args=[done.pk]), reverse("admin:generation_job_changelist"),
        reverse("admin:generation_chunk_change", args=[part.pk]),
        reverse("admin:generation_unitversion_change", args=[part.versions.get().pk]),
        reverse("admin:generation_attempt_changelist"), reverse("admin:index"),
        reverse("admin:generation_job_log_csv", args=[done.pk]),
    ):
        assert client.get(address).status_code == 200, address
    job_page = client.get(reverse("admin:generation_job_change", args=[done.pk]))
    assert "Its content was erased on" in job_page.content.decode()
