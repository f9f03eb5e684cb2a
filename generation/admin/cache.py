"""The cache: what is kept, how often it was used, what that saved, and forgetting it."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import F, Max, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.models import User
from generation.admin.records import RecordAdmin, linked, person, when
from generation.admin.rendering import mark, span, state, tree
from generation.core.pricing import dollars
from generation.core.prompting import Stage
from generation.kinds import all_kinds
from generation.models import CacheEntry
from generation.services.cache import cache_entries


class PurgeForm(forms.Form):
    """Which entries shall go.  What is left empty does not matter."""

    kind = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)
    revision = forms.IntegerField(
        required=False, min_value=1, widget=UnfoldAdminIntegerFieldWidget,
        help_text="Of the kind: what was made with its prompts, schemas and checks.",
    )
    owner = forms.CharField(
        required=False, max_length=150, widget=UnfoldAdminTextInputWidget,
        help_text="The name of the user who had them made.",
    )
    newest = forms.IntegerField(      # that the page which asked has counted
        required=False, min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:     # Any: a form's arguments
        super().__init__(*args, **options)
        kept = CacheEntry.objects.order_by("kind").values_list("kind", flat=True).distinct()
        titles = {slug: kind.title for slug, kind in all_kinds().items()}
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "All"), *((slug, titles.get(slug, slug)) for slug in sorted({*titles, *kept}))]

    def clean_owner(self) -> User | None:
        name = self.cleaned_data["owner"].strip()
        if not name:
            return None
        owner = User.objects.filter(username=name).first()
        if owner is None:
            raise forms.ValidationError("There is no user of that name.")
        return owner

    @property
    def entries(self) -> QuerySet[CacheEntry]:
        """None that was made after somebody was asked: who sends a "yes" again forgets nothing else with it."""
        wanted = {name: value for name, value in self.cleaned_data.items() if name != "newest"}
        newest = self.cleaned_data["newest"]
        rows = cache_entries.selection(**wanted)
        return rows if newest is None else rows.filter(pk__lte=newest)


@admin.register(CacheEntry)
class CacheEntryAdmin(RecordAdmin):
    why = "The engine keeps what it found valid. Entries are never edited; whoever may can have them forgotten."
    list_display = (
        "part", "revision", "owner", "whose", "size", "hits", "saved", "age", "used", "expires",
    )
    list_filter = ("kind", "kind_revision", "stage", "is_simulated", "created_at")
    list_select_related = ("owner",)
    search_fields = ("owner__username", "headline", "key")
    search_help_text = "Owner, headline or key"
    ordering = ("-id",)
    sortable_by = ("size", "hits", "saved", "used", "expires")
    actions = ("purge_selected",)
    list_before_template = "generation/admin/cache.html"
    fieldsets = (
        ("What it is", {"fields": ("part", "revision", "headline", "model", "size", "key")}),
        ("Whose it is", {"fields": ("owner", "whose", "made_by")}),
        ("What it was good for", {"fields": ("hits", "cost", "saved", "created", "last_used", "expires")}),
        ("Content", {"fields": ("readable",)}),
    )
    readonly_fields = (
        "part", "revision", "size", "made_by", "cost", "saved", "created", "last_used", "expires", "readable", "key",
    )
    created = when("created_at", "Made")
    last_used = when("last_used_at", "Last used")
    made_by = linked("job", "Made by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CacheEntry]:
        rows: QuerySet[CacheEntry] = super().get_queryset(request)
        saved = F("hits") * F("cost_usd_micros")
        return rows.annotate(db_now=Now(), saved_in_all=saved).defer("content", "findings")

    # --- Columns ------------------------------------------------------------------------------

    @display(description="Part")
    def part(self, entry: CacheEntry) -> SafeString | str:
        kind = all_kinds().get(entry.kind)
        title, noun = (kind.title, kind.unit_noun) if kind else (entry.kind, "unit")
        what = {Stage.PLAN: "plan", Stage.WHOLE: "whole document"}.get(
            Stage(entry.stage), f"{noun} {entry.position}")
        text = f"{title}, {what}"
        return format_html("{} {}", text, mark("Simulated")) if entry.is_simulated else text

    @display(description="Revision", ordering="kind_revision")
    def revision(self, entry: CacheEntry) -> str:
        kind = all_kinds().get(entry.kind)
        is_current = kind is not None and kind.revision == entry.kind_revision
        return f"{entry.kind_revision}" if is_current else f"{entry.kind_revision}, not in use"

    @display(description="Size", ordering="size_bytes")
    def size(self, entry: CacheEntry) -> str:
        return filesizeformat(entry.size_bytes)

    @display(description="Cost to make", ordering="cost_usd_micros")
    def cost(self, entry: CacheEntry) -> str:
        return dollars(entry.cost_usd_micros)

    @display(description="Saved", ordering="saved_in_all")
    def saved(self, entry: CacheEntry) -> str:
        return dollars(entry.saved_usd_micros)

    @display(description="Age")
    def age(self, entry: CacheEntry) -> str:
        return span(_now(entry) - entry.created_at)

    @display(description="Last used", ordering="last_used_at")
    def used(self, entry: CacheEntry) -> str:
        return f"{span(_now(entry) - entry.last_used_at)} ago"

    @display(description="Expires", ordering="expires_at")
    def expires(self, entry: CacheEntry) -> SafeString | str:
        left = entry.expires_at - _now(entry)
        return f"in {span(left)}" if left > dt.timedelta() else state("expired")

    @display(description="Text")
    def readable(self, entry: CacheEntry) -> SafeString | str:
        return tree(entry.content)

    # --- Pages and actions --------------------------------------------------------------------

    def has_purge_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("generation.purge_cache")

    def get_urls(self) -> list[URLPattern]:
        purge = self.admin_site.admin_view(self.purge_view)
        return [path("purge/", purge, name="generation_cacheentry_purge"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None     # Any: as in Django
    ) -> HttpResponse:
        totals = cache_entries.totals()
        rate = totals.hit_rate
        return super().changelist_view(request, {
            "totals": totals, "size": filesizeformat(totals.size_bytes), "saved": dollars(totals.saved_usd_micros),
            "hit_rate": f"{rate:.0%}" if rate is not None else "–", "days": cache_entries.COUNTED.days,
            "scope": cache_entries.scope().value, "may_purge": self.has_purge_permission(request),
            **(extra_context or {}),
        })

    @admin.action(description="Forget", permissions=["purge"])
    def purge_selected(self, request: HttpRequest, chosen: QuerySet[CacheEntry]) -> HttpResponse | None:
        if "confirmed" in request.POST:
            self._purge(request, CacheEntry.objects.filter(pk__in=chosen.values("pk")))
            return None
        return self._confirm(request, list(chosen), {
            "action": "purge_selected", "index": 0, ACTION_CHECKBOX_NAME: [entry.pk for entry in chosen],
        })

    def purge_view(self, request: HttpRequest) -> HttpResponse:
        """Forget by kind, revision or owner, in two steps: how many that would be, then yes or no."""
        if not self.has_purge_permission(request):
            raise PermissionDenied
        form = PurgeForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            if "confirmed" in request.POST and form.cleaned_data["newest"] is not None:
                self._purge(request, form.entries)
                return HttpResponseRedirect(reverse("admin:generation_cacheentry_changelist"))
            newest = form.cleaned_data["newest"] = CacheEntry.objects.aggregate(newest=Max("pk", default=0))["newest"]
            return self._confirm(
                request, form.entries,
                {**{name: request.POST.get(name, "") for name in form.fields}, "newest": newest})
        return TemplateResponse(request, "generation/admin/cache_purge.html", {
            **self.admin_site.each_context(request), "title": "Forget cache entries", "form": form,
        })

    def _confirm(
        self, request: HttpRequest, entries: QuerySet[CacheEntry] | list[CacheEntry], fields: dict[str, Any],
    ) -> HttpResponse:     # Any: the form's values, once or several times
        count = len(entries) if isinstance(entries, list) else entries.count()
        hidden = [
            (name, value) for name, values in fields.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        return TemplateResponse(request, "generation/admin/cache_confirm.html", {
            **self.admin_site.each_context(request), "count": count, "hidden": hidden,
            "title": f"Forget {count} cache entr{'y' if count == 1 else 'ies'}?",
        })

    def _purge(self, request: HttpRequest, entries: QuerySet[CacheEntry]) -> None:
        gone = cache_entries.purge(entries, by=person(request))
        messages.success(request, f"{gone} cache entr{'y was' if gone == 1 else 'ies were'} forgotten.")


def _now(entry: CacheEntry) -> dt.datetime:
    now: dt.datetime = entry.db_now     # type: ignore[attr-defined]
    return now
