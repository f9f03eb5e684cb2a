"""The cache's pages: what is kept and what it saved, forgetting it, and the price before asking."""

import pytest
from django.urls import reverse

from generation.kinds import get_kind
from generation.models import CacheEntry, Job, LogEntry
from generation.services.jobs import submission
from tests.admin.forms import confirm, question_in
from tests.support import PROGRAM, work_off

pytestmark = pytest.mark.django_db(transaction=True)

LIST = reverse("admin:generation_cacheentry_changelist")
PURGE = reverse("admin:generation_cacheentry_purge")
ASK = f"{reverse('admin:generation_job_add')}?kind=training_program"
FORM = {
    "strategy": "parallel", "brief-goal": "strength", "brief-level": "novice", "brief-weeks": "3",
    "brief-days_per_week": "2", "brief-minutes_per_session": "60", "brief-equipment": ["full_gym"],
    "brief-units": "metric", "brief-language": "en", "brief-preferences": PROGRAM["preferences"],
}


@pytest.fixture
def kept(cached, ann, bob, route):
    """Ann's and Bob's programs in the cache, Ann's used once."""
    for user in (ann, bob):
        work_off(submission.submit(user=user, kind="training_program", brief=PROGRAM).job)
    return submission.submit(user=ann, kind="training_program", brief=PROGRAM).job


def text(client, address, **data):
    response = client.post(address, data, follow=True) if data else client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_list_shows_what_is_kept_and_what_it_saved(kept, adam, client_of):
    page = text(client_of(adam), LIST)
    for words in ("Training program, week 3", "Training program, plan", "user:", "Hits in 30 days", "33%", "in 13 d"):
        assert words in page, words
    assert f"${kept.saved_usd_micros / 1e6:.4f}" in page


def test_served_job_says_so_on_its_page(kept, adam, client_of):
    page = text(client_of(adam), reverse("admin:generation_job_change", args=[kept.pk]))
    assert "4 of 4 parts, saved $" in page
    assert page.count('data-state="cached">from the cache') == 4
    assert "From the cache" in text(client_of(adam), reverse("admin:generation_job_changelist"))


def test_selected_entries_are_forgotten_after_a_question(kept, adam, client_of):
    client = client_of(adam)
    chosen = list(CacheEntry.objects.values_list("pk", flat=True)[:2])
    request = {"action": "purge_selected", "index": 0, "_selected_action": chosen}
    page = text(client, LIST, **request)
    assert ("Forget 2 cache entries?" in page, CacheEntry.objects.count()) == (True, 8)
    assert "2 cache entries were forgotten" in text(client, LIST, **request, confirmed="yes")
    assert CacheEntry.objects.count() == 6
    assert LogEntry.objects.get(code="cache_purge").by == adam


@pytest.mark.parametrize(("wanted", "left"), [
    ({"owner": "ann"}, 4), ({"kind": "training_program"}, 0), ({"revision": "77"}, 8),
    ({"revision": str(get_kind("training_program").revision)}, 0),
    ({"kind": "course"}, 8), ({"owner": "bob", "kind": "training_program"}, 4), ({"kind": ""}, 0),
])
def test_entries_of_a_kind_revision_or_owner_are_forgotten_after_a_question(kept, adam, client_of, wanted, left):
    client = client_of(adam)
    assert f"Forget {8 - left} cache entries?" in text(client, PURGE, **wanted)
    assert CacheEntry.objects.count() == 8
    confirm(client, PURGE, wanted)
    assert CacheEntry.objects.count() == left


def test_what_is_kept_after_the_question_stays_also_if_yes_is_sent_again(kept, adam, client_of):
    client, entry = client_of(adam), CacheEntry.objects.latest("pk")
    yes = question_in(client.post(PURGE, {"kind": ""}))
    client.post(PURGE, yes)
    entry.pk = entry.pk + 1
    entry.save(force_insert=True)

    assert "0 cache entries were forgotten" in text(client, PURGE, **yes)
    assert CacheEntry.objects.get() == entry


def test_yes_to_no_question_is_asked_first(kept, adam, client_of):
    assert "Forget 8 cache entries?" in text(client_of(adam), PURGE, kind="", confirmed="yes")
    assert CacheEntry.objects.count() == 8


def test_unknown_owner_is_told(kept, adam, client_of):
    assert "There is no user of that name." in text(client_of(adam), PURGE, owner="nobody", confirmed="yes")
    assert CacheEntry.objects.count() == 8


@pytest.mark.parametrize("name", ["rita", "vera", "nick"])
def test_only_whoever_may_purges(kept, name, request, client_of):
    client = client_of(request.getfixturevalue(name))
    assert client.get(PURGE).status_code == client.post(PURGE, {"confirmed": "yes"}).status_code == 403
    chosen = list(CacheEntry.objects.values_list("pk", flat=True))
    client.post(LIST, {"action": "purge_selected", "_selected_action": chosen, "confirmed": "yes"})
    assert CacheEntry.objects.count() == 8


def test_price_is_shown_before_asking(cached, rita, route, client_of):
    client = client_of(rita)
    page = text(client, ASK, **FORM, look="yes")
    assert "What it would cost" in page
    assert "Similar documents exist" not in page
    assert not Job.objects.exists()
    work_off(submission.submit(user=rita, kind="training_program", brief=PROGRAM).job)
    page = text(client, ASK, **FORM, look="yes")
    assert "costs nothing" in page
    assert "is here at once" in text(client, ASK, **FORM)
    assert Job.objects.first().from_cache
    text(client, ASK, **FORM, fresh="on")
    assert (Job.objects.first().is_fresh, Job.objects.first().cached_parts) == (True, 0)


def test_similar_document_is_offered_and_adapted(cached, rita, route, client_of):
    client = client_of(rita)
    note = {"brief-goal_note": "Back squat 120 kg by the end of spring"}
    text(client, ASK, **FORM, **note)
    source = work_off(Job.objects.get())
    other = {**FORM, "brief-goal_note": "Back squat 125 kg by the end of summer"}
    page = text(client, ASK, **other, look="yes")
    assert "Similar documents exist" in page
    assert f'value="{source.public_id}"' in page
    page = text(client, ASK, **other, adapt=str(source.public_id))
    assert "Adapted from <a" in page
    assert Job.objects.first().adapted_from == source
    assert "Adapted to <a" in text(client, reverse("admin:generation_job_change", args=[source.pk]))


def test_document_that_cannot_be_adapted_is_refused_in_words(cached, ann, rita, route, client_of):
    course = submission.submit(user=rita, kind="course", brief={"subject": "Bread"}).job
    page = text(client_of(rita), ASK, **FORM, adapt=str(course.public_id))
    assert "Only a completed training program can be adapted." in page
    assert Job.objects.count() == 1
