"""Endpoints: where users want to be told of the ends of their jobs."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.models import User
from generation.admin.amounts import LineField, like
from generation.admin.records import person
from generation.admin.targets import TargetAdmin, check_url
from generation.core.webhooks import JobEvent
from generation.models import WebhookEndpoint
from generation.services.outbox import webhooks

EVENT_WORDS = {
    JobEvent.IN_REVIEW: "It waits for a person",
    JobEvent.COMPLETED: "It is complete", JobEvent.PARTIAL: "Parts of it are missing",
    JobEvent.FAILED: "It failed", JobEvent.CANCELLED: "It was cancelled",
}


class EndpointForm(forms.ModelForm):
    events = forms.MultipleChoiceField(
        choices=[(event.value, EVENT_WORDS[event]) for event in JobEvent],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        initial=[event.value for event in JobEvent])

    description = LineField(max_length=200, **like(WebhookEndpoint, "description"))

    class Meta:
        model = WebhookEndpoint
        fields = ("user", "url", "events", "description", "is_enabled")

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        check_url(url)
        return url

    def clean_user(self) -> User:
        user: User = self.cleaned_data["user"]
        if WebhookEndpoint.objects.filter(user=user).count() >= webhooks.MOST_ENDPOINTS:
            raise ValidationError(f"This user has {webhooks.MOST_ENDPOINTS} endpoints, which is the most.")
        return user


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(TargetAdmin):
    noun = "endpoint"
    trial = "ping"
    trial_sentence = "A ping is on its way. Reload this page to see what came of it."
    fixed = "user"
    shown = (*TargetAdmin.shown, "disabled_reason")
    form = EndpointForm
    list_display = ("label", "user", "goes_to", "health", "last_result", "last")
    list_filter = ("is_enabled",)
    list_select_related = ("user",)
    search_fields = ("user__username", "description")
    ordering = ("-id",)
    sortable_by = ()
    autocomplete_fields = ("user",)
    change_form_outer_before_template = "generation/admin/endpoint.html"
    fieldsets = (
        (None, {"fields": ("user", "goes_to", "events", "description", "is_enabled")}),
        ("How it goes", {"fields": ("health", "disabled_reason", "last", "last_result", "paused")}),
    )
    add_fieldsets = ((None, {"fields": ("user", "url", "events", "description")}),)

    @display(description="Endpoint")
    def label(self, endpoint: WebhookEndpoint) -> str:
        return str(endpoint)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:     # Any: as in Django
        if change:
            if form.changed_data:
                webhooks.update(
                    obj, by=person(request), events=obj.events, description=obj.description, is_enabled=obj.is_enabled)
            return
        made = webhooks.create(
            user=obj.user, url=obj.url, events=obj.events, description=obj.description, by=person(request))
        obj.__dict__.update(made.endpoint.__dict__)
        obj.secret = made.secret      # for response_add alone

    def try_out(self, target: WebhookEndpoint, by: User) -> object:
        return webhooks.ping(target, by=by)

    def may_see_secret(self, request: HttpRequest, target: WebhookEndpoint) -> bool:
        """Whoever sees the secret can sign as we do: it is shown to its owner alone."""
        return target.user == request.user

    def rotated(self, target: WebhookEndpoint, by: User, seen: int) -> str:
        return webhooks.rotate(target, by=by, seen=seen).secret
