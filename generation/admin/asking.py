"""Asking for a document from the admin: choose a kind, fill in its brief, and the job is accepted."""

import datetime as dt
import secrets
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin

from generation.admin.briefs import AskForm
from generation.admin.records import person
from generation.admin.rendering import link_to, span, url_of
from generation.core.fingerprint import fingerprint
from generation.core.pricing import dollars
from generation.core.prompting import Kind
from generation.kinds import all_kinds
from generation.models import Job
from generation.services.errors import Refusal
from generation.services.jobs import quotes, submission


def again_url(job: Job) -> str:
    """The form, filled in with the brief of `job`."""
    return f"{reverse('admin:generation_job_add')}?{urlencode({'kind': job.kind, 'from': job.public_id})}"


def uuid_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _model_of(request: HttpRequest) -> Job | None:
    """The job that `?from=` names, if the person may see it and its brief is still there."""
    wanted = uuid_of(request.GET.get("from", ""))
    visible = Job.objects.visible_to(person(request)).filter(erased_at__isnull=True)
    return visible.select_related("user").filter(public_id=wanted).first() if wanted else None


def ask(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Both steps; the caller has checked the permission.  With `?from=` it begins with what another job was asked."""
    kinds = all_kinds()
    model = _model_of(request)
    kind = kinds.get(model.kind if model is not None else request.GET.get("kind", ""))
    if kind is None:
        return _page(model_admin, request, "Ask for a document", kinds=list(kinds.values()))
    if request.method == "POST":
        form = AskForm(kind, data=request.POST)
        if form.is_valid() and "look" in request.POST:
            offer = _offer(request, kind, form)
            return _page(model_admin, request, f"Ask for a {kind.title.lower()}", kind=kind, form=form, offer=offer)
        if form.is_valid():
            accepted = _submit(request, kind, form)
            if accepted is not None:
                return accepted
    else:
        initial = AskForm.initial_of(kind, kind.example) if "example" in request.GET else {}
        if model is not None:
            initial = {**AskForm.initial_of(kind, model.brief), "strategy": model.strategy}
        form = AskForm(kind, initial={"token": secrets.token_urlsafe(16), **initial})
    return _page(model_admin, request, f"Ask for a {kind.title.lower()}", kind=kind, form=form, model=model,
                 model_link=link_to(model), is_of_another=model is not None and model.user != request.user)


def _submit(request: HttpRequest, kind: Kind, form: AskForm) -> HttpResponse | None:
    wanted, token = _wanted(kind, form), form.cleaned_data["token"]
    # The same form sent twice is one job; sent again with other content it is another.
    content = {name: str(value) if name == "adapt" else value for name, value in wanted.items()}
    key = f"admin-{token}-{fingerprint(content)[:32]}" if token else None
    try:
        submitted = submission.submit(user=person(request), idempotency_key=key, **wanted)
    except Refusal as refusal:
        form.take(refusal)
        return None
    job = submitted.job
    how = "It was asked for before, and is here at once." if job.from_cache else "You can watch it here."
    messages.success(request, f"Accepted: {job.title}. {how}")
    return HttpResponseRedirect(url_of(job))


def _wanted(kind: Kind, form: AskForm) -> dict[str, Any]:     # Any: what `submission.submit` and `quotes.quote` take
    chosen = form.cleaned_data
    return {
        "kind": kind.slug, "brief": form.brief(), "strategy": chosen["strategy"], "fresh": chosen["fresh"],
        "adapt": chosen["adapt"],
    }


def _offer(request: HttpRequest, kind: Kind, form: AskForm) -> dict[str, Any] | None:     # Any: a template's context
    """What it would cost and what there is already; None if it would be refused, which the form then says."""
    try:
        quote = quotes.quote(user=person(request), **_wanted(kind, form))
    except Refusal as refusal:
        form.take(refusal)
        return None
    expected = quote.estimate
    return {
        "quote": quote, "p50": dollars(expected.usd_micros_p50), "p90": dollars(expected.usd_micros_p90),
        "seconds": span(dt.timedelta(seconds=expected.seconds_p90)), "saved": dollars(quote.saved_usd_micros),
        "noun": kind.unit_noun, "chosen": str(form.cleaned_data["adapt"] or ""),
        "similar": [(one.job, url_of(one.job), f"{one.similarity:.0%}") for one in quote.similar],
        "short": [limit.standing.ceiling.words for limit in quote.limits if limit.left_after < 0],
    }


def _page(model_admin: ModelAdmin, request: HttpRequest, title: str, **more: object) -> HttpResponse:
    return TemplateResponse(request, "generation/admin/ask.html", {
        **model_admin.admin_site.each_context(request), "title": title, **more,
    })
