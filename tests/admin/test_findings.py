"""What checks found in a document is on its page, by its gravity, and in the list of jobs."""

import pytest
from django.urls import reverse

from generation.admin.rendering import url_of
from generation.core.findings import Finding, Severity
from generation.kinds import all_kinds
from generation.models import Chunk, Job
from tests.admin.forms import words_of
from tests.support import work_off

pytestmark = pytest.mark.django_db

KIND = all_kinds()["training_program"]
LIST = "admin:generation_job_changelist"


@pytest.fixture
def faulty(job, monkeypatch):
    monkeypatch.setattr(type(KIND), "check_unit", lambda _k, _b, _p, at, _u: [
        Finding("TP-X98", Severity.WARNING, "/workouts/1", "1", "2", "The day is <i>long</i>.", "Cut it."),
        Finding("TP-X97", Severity.INFO, "", "1", "2", "Good to know.", ""),
    ] if at == 2 else [])
    monkeypatch.setattr(type(KIND), "check_document", lambda *_: [
        Finding("TP-X99", Severity.ERROR, "/weeks/0", "1", "2", "The load falls.", "Mend it.")])
    return work_off(job)


def test_job_page_has_them_gravest_first_with_a_link_to_the_unit(faulty, as_rita):
    page = as_rita.get(url_of(faulty)).content.decode()
    section = page[page.index('id="findings-heading"'):page.index('id="document-heading"')]
    said = words_of(section)
    assert said.index("Week 1: The load falls.") < said.index("The day is") < said.index("Good to know.")
    link = url_of(Chunk.objects.get(job=faulty, position=2))
    assert f'<a class="cw-link" href="{link}">Week 2, workout 2</a>' in section
    assert "&lt;i&gt;long" in section
    assert "TP-X98 at /workouts/1: measured 1, limit 2" in said


def test_list_marks_what_has_to_be_corrected_and_finds_it(faulty, as_rita):
    page = words_of(as_rita.get(reverse(LIST)).content.decode())
    assert "1 error 1 warning" in page
    assert faulty.title in words_of(as_rita.get(reverse(LIST), {"errors": "yes"}).content.decode())
    Job.objects.update(open_errors=0)
    assert faulty.title not in words_of(as_rita.get(reverse(LIST), {"errors": "yes"}).content.decode())
