"""What the pages of a job and its units show."""

import json
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from generation.admin.meanings import CALL_CODE_MEANINGS
from generation.core.outcomes import CallCode
from generation.core.reasons import EXPLANATIONS, Reason
from generation.models import Attempt, Chunk, Job, Route, UnitVersion
from generation.services.jobs import control, submission
from tests.support import PROGRAM, chunk, work_off

PARTS = ("live", "notice", "failures", "review", "actions", "parts", "findings", "document", "log")


def page(client, row):
    response = client.get(reverse(f"admin:generation_{row._meta.model_name}_change", args=[row.pk]))
    assert response.status_code == 200
    return response.content.decode()


def part(text, name):
    return re.split(r'data-part="', text.split(f'data-part="{name}"', 1)[1], maxsplit=1)[0]


def test_page_carries_what_its_script_needs(job, root, client_of):
    text = page(client_of(root), job)

    assert f'data-events="/api/v1/jobs/{job.public_id}/events"' in text
    assert f'data-parts="{reverse("admin:generation_job_parts", args=[job.pk])}"' in text
    assert 'data-ended="no"' in text
    assert [name for name in PARTS if f'data-part="{name}"' not in text] == []


def test_each_live_place_stands_once_for_the_script_to_mirror(job, root, client_of):
    places = re.findall(r'data-show="(\w+)"', page(client_of(root), job))

    assert set(places) == {"state", "title", "phase", "percent", "cost", "elapsed", "input_tokens", "output_tokens"}
    assert len(places) == len(set(places))


def test_live_numbers_stand_in_one_place(done, root, client_of):
    text = page(client_of(root), done)

    assert text.count(f"{done.input_tokens:,}") == 1
    assert text.count('role="progressbar"') == 1


def test_moving_parts_are_the_same_as_on_the_page(done, root, client_of):
    client = client_of(root)
    moving = client.get(reverse("admin:generation_job_parts", args=[done.pk])).content.decode()

    def versions(text):
        return re.findall(r'data-part="(\w+)" data-version="(\w*)"', text)

    assert versions(moving) == versions(page(client, done))
    assert {name for name, _version in versions(moving)} == set(PARTS)
    assert "<html" not in moving


def test_parts_that_did_not_change_keep_their_version(done, root, client_of):
    client, address = client_of(root), reverse("admin:generation_job_parts", args=[done.pk])

    def versions():
        return dict(re.findall(r'data-part="(\w+)" data-version="(\w*)"', client.get(address).content.decode()))

    before = versions()
    control.regenerate(done, 1, instruction="", by=root)
    after = versions()

    assert after["document"] == before["document"], "the old version holds until the new one is there"
    assert {name for name in before if before[name] != after[name]} == {
        "live", "notice", "review", "actions", "parts", "findings", "log"}


@pytest.mark.parametrize("name", ["nick", "ann"])
def test_moving_parts_are_for_those_who_see_the_job(name, job, bob, request, client_of):
    job_of_bob = submission.submit(user=bob, kind="training_program", brief=PROGRAM).job
    client = client_of(request.getfixturevalue(name))

    response = client.get(reverse("admin:generation_job_parts", args=[job_of_bob.pk]))

    assert response.status_code == {"nick": 404, "ann": 302}[name]


def test_units_say_why_and_what_next(partial, root, client_of):
    table = part(page(client_of(root), partial), "parts")
    explanation = EXPLANATIONS[Reason.INVALID_CONTENT]

    assert explanation.sentence in table
    assert explanation.next_step in table
    assert table.count("<tr>") == 1 + 1 + 3
    for position in range(4):
        assert reverse("admin:generation_chunk_change", args=[chunk(partial, position).pk]) in table


def test_loss_of_the_job_is_explained_above(partial, root, client_of):
    notice = part(page(client_of(root), partial), "notice")

    assert EXPLANATIONS[Reason.UNITS_MISSING].sentence in notice
    assert EXPLANATIONS[Reason.UNITS_MISSING].next_step in notice


def test_document_is_rendered_as_it_grows(job, root, client_of):
    client = client_of(root)
    assert "There is nothing to read yet" in part(page(client, job), "document")

    work_off(job, stop_after=2)

    document = part(page(client, job), "document")
    assert "<h1>" in document
    assert document.count("<h2>Week") == 1


def test_simulated_documents_are_marked_wherever_they_are(done, root, client_of):
    client = client_of(root)
    Job.objects.filter(pk=done.pk).update(is_simulated=True)

    for address in (
        reverse("admin:generation_job_changelist"), reverse("admin:generation_job_change", args=[done.pk]),
        reverse("admin:generation_chunk_change", args=[chunk(done, 1).pk]), reverse("admin:index"),
    ):
        assert '<span class="cw-mark">Simulated</span>' in client.get(address).content.decode(), address
    assert "Simulated document" in part(page(client, done), "document")


def test_real_documents_are_not_marked(done, root, client_of):
    text = page(client_of(root), done)

    assert "Simulated document" not in text
    assert '<span class="cw-mark" data-show-if="is_simulated" hidden>' in text


def test_brief_reads_as_people_write(done, root, client_of):
    text = page(client_of(root), done)

    assert "<dt>Days per week</dt><dd>2</dd>" in text
    assert "<dd>Strength</dd>" in text
    assert json.dumps(done.brief) not in text


def test_log_shows_the_newest_and_leads_to_all(done, root, client_of):
    log = part(page(client_of(root), done), "log")

    assert "week 2 of 3 is written anew" in log
    assert "by rita" in log
    assert f'{reverse("admin:generation_logentry_changelist")}?job__id__exact={done.pk}' in log


def test_waiting_job_says_for_what_and_until_when(job, root, client_of):
    until = timezone.now().replace(hour=23, minute=59, second=58)
    Route.objects.update(open_until=until, breaker_reason="out_of_credit", breaker_detail="402")

    notice = part(page(client_of(root), job), "notice")

    assert "Waiting until 23:59:58 UTC." in notice
    assert EXPLANATIONS[Reason.OUT_OF_CREDIT].sentence in notice


def test_job_that_no_worker_can_take_says_so(job, root, client_of):
    notice = part(page(client_of(root), job), "notice")

    assert "<strong>Waiting.</strong>" in notice
    assert EXPLANATIONS[Reason.NO_WORKER].next_step in notice
    assert "None" not in notice


def test_job_of_a_kind_that_is_gone_can_be_looked_at(done, root, client_of):
    Job.objects.filter(pk=done.pk).update(kind="poem")
    client = client_of(root)

    assert "does not know the kind “poem”" in page(client, done)
    assert "poem" in client.get(reverse("admin:generation_job_changelist")).content.decode()
    assert page(client, chunk(done, 1))
    assert client.get(reverse("admin:generation_job_parts", args=[done.pk])).status_code == 200


# --- Units, versions, calls -------------------------------------------------------------------


def test_unit_page_shows_text_versions_and_calls(done, root, client_of):
    text = page(client_of(root), chunk(done, 2))

    assert "<h2>Week 2" in text
    assert "Version 1, the first; replaced" in text
    assert "Written anew for rita, who wanted: <q>more variety</q>" in part(text, "text")
    assert "more variety" not in part(text, "versions"), "it is about the version that is there now"
    assert text.count("A reply came, and it was good.") == 2


def test_unit_that_is_being_rewritten_shows_its_old_text(done, root, client_of):
    control.regenerate(done, 1, instruction="kinder", by=root)

    text = page(client_of(root), chunk(done, 1))

    assert "This is the version before" in text
    assert "<h2>Week 1" in text
    assert "Wanted of the new version: <q>kinder</q>" in text


def test_plan_is_shown_as_lists(done, root, client_of):
    text = page(client_of(root), chunk(done, 0))

    assert "<dt>Phases</dt>" in text
    assert '{"' not in text


def test_old_version_can_be_read(done, root, client_of):
    text = page(client_of(root), UnitVersion.objects.get())

    assert "<h2>Week 2" in text


def test_call_shows_what_was_asked_paid_and_answered(done, root, client_of):
    attempt = Attempt.objects.filter(chunk=chunk(done, 1)).get()
    Attempt.objects.filter(pk=attempt.pk).update(reply="<b>bold</b> reply", request_id="req_1", code="invalid")

    text = page(client_of(root), attempt)

    assert attempt.request_fingerprint in text
    assert '<pre class="cw-pre" tabindex="0">&lt;b&gt;bold&lt;/b&gt; reply</pre>' in text
    assert CALL_CODE_MEANINGS[CallCode.INVALID] in text
    assert "$0.0011" in text


def test_every_end_of_a_call_has_a_meaning():
    assert set(CALL_CODE_MEANINGS) == set(CallCode)


def test_missing_rows_are_no_errors(root, client_of):
    for model in (Job, Chunk, Attempt, Route):
        address = reverse(f"admin:generation_{model._meta.model_name}_change", args=[9_999])
        assert client_of(root).get(address).status_code == 302
