"""Text of users and of the model is inert on every page: it is shown, and it never acts."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import User, create_token
from generation.admin.rendering import url_of
from generation.core.findings import Finding, Severity
from generation.models import Attempt, Chunk, Job, LogEntry, Occurrence, Pulse, Route, UnitVersion
from generation.services.maintenance import sweeper
from tests.admin.forms import button_at

ROOT = Path(__file__).parents[2]
CANARY = "c4n4ry"
# What becomes of a text on a page is the same on every database; that pages open is shown on both.
pytestmark = pytest.mark.once

PAYLOADS = [
    f"<script>{CANARY}()</script>",
    f"<img src=x onerror={CANARY}()>",
    f"\"><svg onload={CANARY}()>",
    f"'><a href='javascript:{CANARY}()'>x</a>",
    f"[x](javascript:{CANARY}())",
    f"![x](https://evil.example/{CANARY}.png)",
    f"<iframe src=https://evil.example/{CANARY}></iframe>",
    f"</pre></textarea></title><script>{CANARY}()</script>",
    f"<div x-data x-init='{CANARY}()'>{{{{ {CANARY} }}}}</div>",
    f"<b hx-get=/{CANARY} hx-trigger=load>x</b>",
]
ACTIVE_TAGS = {"script", "iframe", "object", "embed", "img", "svg", "base", "form", "style", "link", "meta"}


class Page(HTMLParser):
    """Collects whatever a browser would act upon and that carries the canary."""

    def __init__(self, text):
        super().__init__()
        self.found, self.shown, self._inside = [], 0, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self._inside = tag if tag in {"script", "style"} else None
        for name, value in attributes:
            if CANARY not in (value or "") and CANARY not in name:
                continue
            is_address = name in {"href", "src", "action", "formaction", "srcdoc", "data"}
            is_foreign = is_address and re.match(r"\s*(javascript|data|vbscript):", value or "", re.IGNORECASE)
            acts = name.startswith(("on", "x-", "@", ":", "hx-", "v-")) or is_foreign or name == "style"
            if acts or (tag in ACTIVE_TAGS and is_address):
                self.found.append((tag, name, value))

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag):
        self._inside = None

    def handle_data(self, data):
        if CANARY not in data:
            return
        self.shown += 1
        if self._inside:
            self.found.append((self._inside, "text", data))


@pytest.fixture
def poisoned(done, failed, worker, ann, rita, payload):
    """The payload wherever a text of somebody else is stored."""
    finding = Finding(payload, Severity.ERROR, payload, payload, payload, payload, payload).as_json()

    def with_payload(content):
        if isinstance(content, dict):
            return {key: with_payload(value) for key, value in content.items()}
        if isinstance(content, list):
            return [with_payload(item) for item in content]
        return payload if isinstance(content, str) and " " in content else content

    type(ann).objects.filter(pk=ann.pk).update(
        username=payload[:150], first_name=payload[:150], last_name=payload[:150])
    brief = {**done.brief, "goal_note": payload, "limitations": [payload], "preferences": payload}
    Job.objects.update(title=payload, brief=brief, findings=[finding], reason_detail=payload)
    for chunk in Chunk.objects.all():
        Chunk.objects.filter(pk=chunk.pk).update(
            title=payload, headline=payload, reason_detail=payload, findings=[finding], draft=payload,
            instruction=payload, content=with_payload(chunk.content) if chunk.content else None)
    for version in UnitVersion.objects.all():
        UnitVersion.objects.filter(pk=version.pk).update(
            headline=payload, instruction=payload, findings=[finding], content=with_payload(version.content))
    Attempt.objects.update(
        message=payload, reply=payload, findings=[finding], request_id=payload[:120], model=payload[:120],
        worker=payload[:120])
    LogEntry.objects.update(
        message=payload, data={payload: [payload, {"x": payload}]}, by=rita, advice=payload, trace=payload,
        request_id=payload[:64])
    sweeper.keep_up("incidents")
    Occurrence.objects.update(message=payload)
    Route.objects.update(breaker_detail=payload, model=payload[:120])
    Pulse.objects.update(detail={payload: payload})
    create_token(ann, payload[:80])
    return payload


def addresses():
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        several = 2 if model in {Job, Chunk, Attempt} else 1      # a document and a loss look different
        rows = model._default_manager.order_by("pk")[:several]
        yield from (reverse(f"{name}_change", args=[row.pk]) for row in rows)
        yield from (reverse(f"{name}_history", args=[row.pk]) for row in rows[:1])
    for job in Job.objects.all():
        yield reverse("admin:generation_job_parts", args=[job.pk])
        yield f"{reverse('admin:generation_logentry_changelist')}?job__id__exact={job.pk}"
    yield reverse("admin:index")
    for person in User.objects.all():
        yield reverse("admin:accounts_user_erase", args=[person.pk])
    yield f"{reverse('admin:generation_job_add')}?kind=training_program"


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_stored_text_never_acts(poisoned, payload, root, client_of):
    client, shown = client_of(root), 0
    terms = [payload, CANARY]

    pages = [*addresses(), *(f"{reverse('admin:search')}?extended=1&s={CANARY}",)]
    for address in pages:
        response = client.get(address)
        page = Page(response.content.decode())
        assert response.status_code in {200, 302}, address
        assert page.found == [], address
        shown += page.shown
    for term in terms:
        found = client.get(reverse("admin:generation_job_changelist"), {"q": term})
        assert Page(found.content.decode()).found == []

    assert shown > 30, "the payloads must have been on the pages, or the test shows nothing"


@pytest.mark.parametrize("payload", PAYLOADS[:4], ids=range(4))
def test_messages_and_forms_are_inert(poisoned, payload, root, client_of, failed):
    client = client_of(root)
    retry = reverse("admin:generation_job_retry", args=[failed.pk])
    retried = client.post(retry, button_at(client, url_of(failed), retry), follow=True)
    asked = client.post(f"{reverse('admin:generation_job_add')}?kind=training_program", {
        "strategy": payload, "brief-goal": payload, "brief-weeks": payload, "brief-limitations": payload,
        "brief-language": payload, "token": payload[:60],
    })
    confirm = client.post(reverse("admin:generation_job_changelist"), {
        "action": "cancel_selected", "index": "0",
        "_selected_action": list(Job.objects.values_list("pk", flat=True))})

    for response in (retried, asked, confirm):
        assert response.status_code == 200
        assert Page(response.content.decode()).found == []


def test_only_the_rendering_module_trusts_markup():
    trusting = set()
    for folder in ("generation/admin", "accounts"):
        for path in (ROOT / folder).rglob("*.py"):
            names = {
                node.id if isinstance(node, ast.Name) else node.attr
                for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name | ast.Attribute)
            }
            if names & {"mark_safe", "SafeString"} and "mark_safe" in names:
                trusting.add(path.relative_to(ROOT).as_posix())

    assert trusting == {"generation/admin/rendering.py"}


def test_no_template_trusts_text():
    trusting = [
        path.name for path in (ROOT / "templates").rglob("*.html")
        if re.search(r"\|\s*safe\b|autoescape off|<script(?![^>]*\bsrc=)", path.read_text())
    ]

    assert trusting == []


def test_the_parser_of_this_test_sees_what_acts():
    seen = [len(Page(text).found) for text in PAYLOADS[:4]]

    assert seen == [1, 1, 1, 1]
