"""Whom to tell: channels for alerts, endpoints of users, and every single delivery.

Addresses of webhooks may hold tokens: they are shown without their path, and a secret once, on a page of its own."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget
from yarl import URL

from accounts.models import User
from generation.admin.actions import posted
from generation.admin.records import FastListAdmin, RecordAdmin, person, when
from generation.admin.rendering import NOTHING, link_to, state, tree, url_of
from generation.core.webhooks import JobEvent
from generation.delivery import problem_with
from generation.models import Channel, ChannelKind, Delivery, DeliveryState, WebhookEndpoint
from generation.models.outgoing import PENDING_DELIVERY, Target
from generation.services.outbox import channels, webhooks


def masked(target: Target) -> str:
    """Where it goes, without what may be a secret."""
    if isinstance(target, Channel) and target.kind == ChannelKind.EMAIL:
        return target.addresses
    try:
        url = URL(target.url)
        return f"{url.origin()}/…"
    except ValueError:
        return NOTHING


def health(target: Target) -> SafeString:
    if not target.is_enabled:
        return state("expired", "switched off")
    if target.failures:
        return state("failed", f"{target.failures} failed in a row")
    return state("ok", "works") if target.last_at else state("waiting", "not tried yet")


def secret_page(admin_: FastListAdmin, request: HttpRequest, target: Target, secret: str) -> HttpResponse:
    """The page with the secret: not a message, because messages are stored in a cookie or the session."""
    response = TemplateResponse(request, "generation/admin/secret.html", {
        **admin_.admin_site.each_context(request), "title": "The signing secret", "target": target, "secret": secret,
        "back": url_of(target),
    })
    response["Cache-Control"] = "no-store"
    return response


class ChannelForm(forms.ModelForm):
    address = forms.CharField(
        max_length=2_000, required=False, widget=UnfoldAdminTextInputWidget,
        help_text="A webhook's or chat's https:// URL, or e-mail addresses with commas.")

    class Meta:
        model = Channel
        fields = ("name", "kind", "is_enabled")

    def clean(self) -> dict[str, Any]:     # Any: as in Django
        cleaned = super().clean() or {}
        kind = self.instance.kind or cleaned.get("kind")
        address = (cleaned.get("address") or "").strip()
        if not kind:
            return cleaned
        if not address:
            if self.instance.pk is None:
                self.add_error("address", "Say where it goes.")
            return cleaned
        try:
            self._take(kind, address)
        except ValidationError as error:
            self.add_error("address", error)
        return cleaned

    def _take(self, kind: str, address: str) -> None:
        if kind == ChannelKind.EMAIL:
            for one in address.split(","):
                validate_email(one.strip())
            self.instance.addresses = address
            return
        problem = problem_with(address, webhooks.reach())
        if problem is not None:
            raise ValidationError(f"The URL {problem}.")
        self.instance.url = address


@admin.register(Channel)
class ChannelAdmin(FastListAdmin):
    form = ChannelForm
    list_display = ("name", "kind", "goes_to", "health", "last_result", "last")
    search_fields = ("name",)
    ordering = ("name",)
    sortable_by = ("name",)
    change_form_outer_before_template = "generation/admin/channel.html"
    last = when("last_at", "Last tried")
    fieldsets = (
        (None, {"fields": ("name", "kind", "is_enabled", "goes_to", "address")}),
        ("How it goes", {"fields": ("health", "last", "last_result", "paused")}),
    )
    add_fieldsets = ((None, {"fields": ("name", "kind", "is_enabled", "address")}),)
    paused = when("paused_until", "Left alone until")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return ("goes_to", "health", "last", "last_result", "paused", *(("kind",) if obj else ()))

    @display(description="Goes to")
    def goes_to(self, channel: Channel) -> str:
        return masked(channel)

    @display(description="State")
    def health(self, channel: Channel) -> SafeString:
        return health(channel)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **more: Any     # Any: as in Django
    ) -> Any:
        form = super().get_form(request, obj, change=change, **more)
        if obj is not None:
            form.base_fields["address"].help_text = "Leave it empty to keep what it is."
        return form

    # --- Pages --------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:channel_id>/test/", wrap(self.test_view), name="generation_channel_test"),
            path("<int:channel_id>/rotate/", wrap(self.rotate_view), name="generation_channel_rotate"),
            *super().get_urls(),
        ]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "",
        extra_context: dict[str, Any] | None = None,     # Any: as in Django
    ) -> HttpResponse:
        channel = self.get_object(request, object_id) if object_id else None
        may_change = channel is not None and self.has_change_permission(request, channel)
        return super().changeform_view(request, object_id, form_url, {
            "channel": channel, "may_test": may_change,
            "may_rotate": may_change and channel is not None and channel.kind == ChannelKind.WEBHOOK,
            "newest": _newest(channel.deliveries) if channel else [], **(extra_context or {}),
        })

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:     # Any: as in Django
        obj.secret = channels.save(obj, by=person(request))     # type: ignore[attr-defined]  # for response_add alone

    def response_add(self, request: HttpRequest, obj: Channel, post_url_continue: str | None = None) -> HttpResponse:
        secret: str | None = obj.secret     # type: ignore[attr-defined]
        if secret is None:
            return super().response_add(request, obj, post_url_continue)
        return secret_page(self, request, obj, secret)

    def test_view(self, request: HttpRequest, channel_id: int) -> HttpResponse:
        channel = self._channel(request, channel_id)

        def act() -> str:
            channels.send_test(channel, by=person(request))
            return "A test message is on its way. Reload this page to see what came of it."

        return posted(
            request, is_permitted=self.has_change_permission(request, channel), back=url_of(channel), act=act)

    def rotate_view(self, request: HttpRequest, channel_id: int) -> HttpResponse:
        channel = self._channel(request, channel_id)
        if not self.has_change_permission(request, channel):
            raise PermissionDenied
        if request.method != "POST" or channel.kind != ChannelKind.WEBHOOK:
            return posted(request, is_permitted=True, back=url_of(channel), act=lambda: "It has no secret.")
        return secret_page(self, request, channel, channels.rotate(channel, by=person(request)))

    def _channel(self, request: HttpRequest, channel_id: int) -> Channel:
        channel = self.get_queryset(request).filter(pk=channel_id).first()
        if channel is None:
            raise Http404("There is no such channel.")
        return channel


class EndpointForm(forms.ModelForm):
    events = forms.MultipleChoiceField(
        choices=[(event.value, event.value) for event in JobEvent], widget=UnfoldAdminCheckboxSelectMultipleWidget,
        initial=[event.value for event in JobEvent])

    class Meta:
        model = WebhookEndpoint
        fields = ("user", "url", "events", "description", "is_enabled")

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        problem = problem_with(url, webhooks.reach())
        if problem is not None:
            raise ValidationError(f"The URL {problem}.")
        return url

    def clean_user(self) -> User:
        user: User = self.cleaned_data["user"]
        if WebhookEndpoint.objects.filter(user=user).count() >= webhooks.MOST_ENDPOINTS:
            raise ValidationError(f"This user has {webhooks.MOST_ENDPOINTS} endpoints, which is the most.")
        return user


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(FastListAdmin):
    form = EndpointForm
    list_display = ("label", "user", "goes_to", "health", "last_result", "last")
    list_filter = ("is_enabled",)
    list_select_related = ("user",)
    search_fields = ("user__username", "description")
    ordering = ("-id",)
    sortable_by = ()
    autocomplete_fields = ("user",)
    change_form_outer_before_template = "generation/admin/endpoint.html"
    last = when("last_at", "Last tried")
    paused = when("paused_until", "Left alone until")
    fieldsets = (
        (None, {"fields": ("user", "goes_to", "events", "description", "is_enabled")}),
        ("How it goes", {"fields": ("health", "disabled_reason", "last", "last_result", "paused")}),
    )
    add_fieldsets = ((None, {"fields": ("user", "url", "events", "description")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        shown = ("goes_to", "health", "disabled_reason", "last", "last_result", "paused")
        return (*shown, *(("user",) if obj else ()))

    @display(description="Endpoint")
    def label(self, endpoint: WebhookEndpoint) -> str:
        return str(endpoint)

    @display(description="Goes to")
    def goes_to(self, endpoint: WebhookEndpoint) -> str:
        return masked(endpoint)

    @display(description="State")
    def health(self, endpoint: WebhookEndpoint) -> SafeString:
        return health(endpoint)

    # --- Pages --------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:endpoint_id>/ping/", wrap(self.ping_view), name="generation_webhookendpoint_ping"),
            path("<int:endpoint_id>/rotate/", wrap(self.rotate_view), name="generation_webhookendpoint_rotate"),
            *super().get_urls(),
        ]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "",
        extra_context: dict[str, Any] | None = None,     # Any: as in Django
    ) -> HttpResponse:
        endpoint = self.get_object(request, object_id) if object_id else None
        may_change = endpoint is not None and self.has_change_permission(request, endpoint)
        return super().changeform_view(request, object_id, form_url, {
            "endpoint": endpoint, "may_ping": may_change,
            "may_rotate": may_change and endpoint is not None and endpoint.user == request.user,
            "newest": _newest(endpoint.deliveries) if endpoint else [], **(extra_context or {}),
        })

    def save_model(
        self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool     # Any: as in Django
    ) -> None:
        if change:
            webhooks.update(
                obj, by=person(request), events=obj.events, description=obj.description, is_enabled=obj.is_enabled)
            return
        shown = webhooks.create(
            user=obj.user, url=obj.url, events=obj.events, description=obj.description, by=person(request))
        obj.__dict__.update(shown.endpoint.__dict__)
        obj.secret = shown.secret     # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: WebhookEndpoint, post_url_continue: str | None = None
    ) -> HttpResponse:
        return secret_page(self, request, obj, obj.secret)     # type: ignore[attr-defined]

    def ping_view(self, request: HttpRequest, endpoint_id: int) -> HttpResponse:
        endpoint = self._endpoint(request, endpoint_id)

        def act() -> str:
            webhooks.ping(endpoint, by=person(request))
            return "A ping is on its way. Reload this page to see what came of it."

        return posted(
            request, is_permitted=self.has_change_permission(request, endpoint), back=url_of(endpoint), act=act)

    def rotate_view(self, request: HttpRequest, endpoint_id: int) -> HttpResponse:
        """Whoever sees the secret can sign as we do: it is shown to its owner alone."""
        endpoint = self._endpoint(request, endpoint_id)
        if not self.has_change_permission(request, endpoint) or endpoint.user != request.user:
            raise PermissionDenied
        if request.method != "POST":
            return posted(request, is_permitted=True, back=url_of(endpoint), act=str)
        return secret_page(self, request, endpoint, webhooks.rotate(endpoint, by=person(request)).secret)

    def _endpoint(self, request: HttpRequest, endpoint_id: int) -> WebhookEndpoint:
        endpoint = self.get_queryset(request).filter(pk=endpoint_id).first()
        if endpoint is None:
            raise Http404("There is no such endpoint.")
        return endpoint


def _newest(deliveries: Any) -> list[tuple[Delivery, str]]:     # Any: a related manager
    return [(row, url_of(row)) for row in deliveries.order_by("-id").defer("payload")[:10]]


@admin.register(Delivery)
class DeliveryAdmin(RecordAdmin):
    why = "Couriers write these rows. A delivery that failed or was dropped can be sent again from the start."
    list_display = ("event", "state_label", "target", "created", "attempts", "next", "last_status", "last_error")
    list_filter = ("state", "event", "channel")
    list_select_related = ("channel", "endpoint", "endpoint__user")
    search_fields = ("event", "last_error", "channel__name", "endpoint__user__username")
    ordering = ("-id",)
    sortable_by = ()
    change_form_outer_before_template = "generation/admin/delivery.html"
    created = when("created_at", "Written")
    next = when("next_at", "Next try")
    last = when("last_at", "Last try")
    finished = when("finished_at", "Ended")
    fieldsets = (
        (None, {"fields": ("event", "state_label", "target", "job_link", "alert_link")}),
        ("How it went", {"fields": ("attempts", "created", "next", "last", "last_status", "last_error", "took",
                                    "finished")}),
        ("What is sent", {"fields": ("message",)}),
    )
    readonly_fields = (
        "state_label", "target", "job_link", "alert_link", "created", "next", "last", "finished", "took", "message")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        rows: QuerySet[Delivery] = super().get_queryset(request)
        return rows.defer("payload")

    @display(description="State")
    def state_label(self, row: Delivery) -> SafeString:
        return state(f"delivery-{row.state}", row.get_state_display())

    @display(description="To")
    def target(self, row: Delivery) -> SafeString | str:
        if row.endpoint is not None:
            return link_to(row.endpoint, f"{row.endpoint.user}: {row.endpoint}")
        return link_to(row.channel)

    @display(description="Job")
    def job_link(self, row: Delivery) -> SafeString | str:
        return link_to(row.job)

    @display(description="Alert")
    def alert_link(self, row: Delivery) -> SafeString | str:
        return link_to(row.alert)

    @display(description="Took")
    def took(self, row: Delivery) -> str:
        return NOTHING if row.took_ms is None else f"{row.took_ms} ms"

    @display(description="Message")
    def message(self, row: Delivery) -> SafeString | str:
        return tree(row.payload)

    def get_urls(self) -> list[URLPattern]:
        again = self.admin_site.admin_view(self.again_view)
        return [path("<int:delivery_id>/again/", again, name="generation_delivery_again"), *super().get_urls()]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "",
        extra_context: dict[str, Any] | None = None,     # Any: as in Django
    ) -> HttpResponse:
        row = self.get_object(request, object_id) if object_id else None
        is_over = row is not None and row.state not in {*PENDING_DELIVERY, DeliveryState.DELIVERED}
        return super().changeform_view(request, object_id, form_url, {
            "may_send_again": is_over and request.user.has_perm("generation.change_channel"), **(extra_context or {}),
        })

    def again_view(self, request: HttpRequest, delivery_id: int) -> HttpResponse:
        row = self.get_queryset(request).filter(pk=delivery_id).first()
        if row is None or not self.has_view_permission(request, row):
            raise Http404("There is no such delivery.")

        def act() -> str:
            webhooks.send_again(row, by=person(request))
            return "It is sent again. Reload this page to see what came of it."

        return posted(
            request, is_permitted=request.user.has_perm("generation.change_channel"), back=url_of(row), act=act)
