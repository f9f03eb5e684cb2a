"""Channels: where alerts go."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.models import User
from generation.admin.records import person
from generation.admin.targets import TargetAdmin, check_url
from generation.models import Channel, ChannelKind
from generation.services.outbox import channels


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
        check_url(address)
        self.instance.url = address


@admin.register(Channel)
class ChannelAdmin(TargetAdmin):
    noun = "channel"
    trial = "test"
    trial_sentence = "A test message is on its way. Reload this page to see what came of it."
    fixed = "kind"
    form = ChannelForm
    list_display = ("name", "kind", "goes_to", "health", "last_result", "last")
    search_fields = ("name",)
    ordering = ("name",)
    sortable_by = ("name",)
    change_form_outer_before_template = "generation/admin/channel.html"
    fieldsets = (
        (None, {"fields": ("name", "kind", "is_enabled", "goes_to", "address")}),
        ("How it goes", {"fields": ("health", "last", "last_result", "paused")}),
    )
    add_fieldsets = ((None, {"fields": ("name", "kind", "is_enabled", "address")}),)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **more: Any     # Any: as in Django
    ) -> Any:
        form = super().get_form(request, obj, change=change, **more)
        if obj is not None:
            form.base_fields["address"].help_text = "Leave it empty to keep what it is."
        return form

    def concealed(self, row: Channel) -> Mapping[str, str]:
        return {"Address": row.url or row.addresses}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:     # Any: as in Django
        if change and not form.changed_data:
            return      # what was not changed has mended nothing: its failures in a row still count
        obj.secret = channels.save(obj, by=person(request))      # for response_add alone

    def try_out(self, target: Channel, by: User) -> object:
        return channels.send_test(target, by=by)

    def has_secret(self, target: Channel) -> bool:
        return target.kind == ChannelKind.WEBHOOK

    def rotated(self, target: Channel, by: User, seen: int) -> str:
        return channels.rotate(target, by=by, seen=seen)
