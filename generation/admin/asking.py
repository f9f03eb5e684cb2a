"""Asking for a document from the admin: choose a kind, fill in its brief, and the job is accepted."""

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

from generation.admin.briefs import AskForm
from generation.admin.records import person
from generation.admin.rendering import url_of
from generation.core.fingerprint import fingerprint
from generation.core.prompting import Kind
from generation.kinds import all_kinds
from generation.services import jobs
from generation.services.errors import Refusal


def ask(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Both steps; the caller has checked the permission."""
    kinds = all_kinds()
    kind = kinds.get(request.GET.get("kind", ""))
    if kind is None:
        return _page(model_admin, request, "Ask for a document", kinds=list(kinds.values()))
    if request.method == "POST":
        form = AskForm(kind, data=request.POST)
        if form.is_valid():
            accepted = _submit(request, kind, form)
            if accepted is not None:
                return accepted
    else:
        initial = AskForm.initial_of(kind) if "example" in request.GET else {}
        form = AskForm(kind, initial={"token": secrets.token_urlsafe(16), **initial})
    return _page(model_admin, request, f"Ask for a {kind.title.lower()}", kind=kind, form=form)


def _submit(request: HttpRequest, kind: Kind, form: AskForm) -> HttpResponse | None:
    brief, strategy, token = form.brief(), form.cleaned_data["strategy"], form.cleaned_data["token"]
    # The same form sent twice is one job; sent again with other content it is another.
    key = f"admin-{token}-{fingerprint(kind.slug, strategy, brief)[:32]}" if token else None
    try:
        submitted = jobs.submit(
            user=person(request), kind=kind.slug, brief=brief, strategy=strategy, idempotency_key=key,
        )
    except Refusal as refusal:
        form.take(refusal)
        return None
    messages.success(request, f"Accepted: {submitted.job.title}. You can watch it here.")
    return HttpResponseRedirect(url_of(submitted.job))


def _page(model_admin: ModelAdmin, request: HttpRequest, title: str, **more: object) -> HttpResponse:
    return TemplateResponse(request, "generation/admin/ask.html", {
        **model_admin.admin_site.each_context(request), "title": title, **more,
    })
