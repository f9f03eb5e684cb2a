"""The page that adds a route to a model server of one's own, as that describes itself."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from generation.admin.records import person
from generation.admin.rendering import url_of
from generation.llm.local_server import NoLocalModel
from generation.services.routing import local_routes


class LocalModelForm(forms.Form):
    address = forms.CharField(
        max_length=300, widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "http://127.0.0.1:8080"}),
        help_text="Where the server listens, as seen from this machine; the workers must reach it, too.",
    )
    key_name = forms.CharField(
        required=False, max_length=40, widget=UnfoldAdminTextInputWidget,
        help_text="If it wants a key: SECOND stands for the one in PROVIDER_KEY_SECOND, which PROVIDER_URL_SECOND "
        "binds to this address. No key is stored here.")
    model = forms.CharField(
        required=False, max_length=120, widget=UnfoldAdminTextInputWidget,
        help_text="If it has several. Empty: the only one, or the first that is loaded.")
    is_default = forms.BooleanField(
        label="New documents get it", required=False, initial=True, widget=UnfoldBooleanWidget,
        help_text="As far as its context is long enough. Otherwise a new route gets none until its weight is changed.")


def page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """The form; sent, the route's page, or the form with the sentence why there is none."""
    if not (model_admin.has_add_permission(request) and request.user.has_perm("generation.direct_route")):
        raise PermissionDenied      # also of a look: nobody else probes the network from here
    form = LocalModelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            added = local_routes.add(
                wanted["address"], key_name=wanted["key_name"], model=wanted["model"],
                is_default=wanted["is_default"], may_change=model_admin.has_change_permission(request),
                by=person(request))
        except NoLocalModel as problem:
            form.add_error(None, str(problem))
        else:
            _tell(request, added)
            return HttpResponseRedirect(url_of(added.route))
    return TemplateResponse(request, "generation/admin/local_route.html", {
        **model_admin.admin_site.each_context(request), "title": "Add a local model", "form": form,
    })


def _tell(request: HttpRequest, added: local_routes.Added) -> None:
    word = "is made" if added.is_new else "is up to date"
    makes = f" New documents are made with it: {', '.join(added.makes)}." if added.makes else ""
    messages.success(request, f"The route {word}: {local_routes.described(added.server)}.{makes}")
    for sentence in local_routes.assumptions(added.server):
        messages.warning(request, sentence)
    for warning in added.warnings:
        messages.warning(request, f"{warning[0].upper()}{warning[1:]}.")
