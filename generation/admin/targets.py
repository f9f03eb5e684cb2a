"""What the pages of channels and endpoints share: how a target is doing, trying one out, and its secret.

Addresses of webhooks may hold tokens: they are shown without their path, and a secret once, on a page of its own."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from unfold.decorators import display
from yarl import URL

from accounts.models import User
from generation.admin.actions import marked, pressed
from generation.admin.editing import EditableAdmin
from generation.admin.records import FastListAdmin, OwnPage, person, when
from generation.admin.rendering import NOTHING, link_to, state, url_of
from generation.delivery import problem_with
from generation.models import Channel, ChannelKind
from generation.models.outgoing import Target
from generation.services.outbox import webhooks

NEWEST = 10


def check_url(url: str) -> None:
    """ValidationError for a URL that no delivery may go to."""
    problem = problem_with(url, webhooks.reach())
    if problem is not None:
        raise ValidationError(f"The URL {problem}.")


class TargetAdmin(OwnPage, EditableAdmin, FastListAdmin):
    """`noun` is what templates and people call the target; `trial` the button that tries it out, in addresses."""

    noun: ClassVar[str]
    trial: ClassVar[str]
    trial_sentence: ClassVar[str]
    fixed: ClassVar[str]      # a field that cannot be changed afterwards
    shown: ClassVar[tuple[str, ...]] = ("goes_to", "health", "last", "last_result", "paused")
    last = when("last_at", "Last tried")
    paused = when("paused_until", "Left alone until")

    # --- What differs -------------------------------------------------------------------------

    def try_out(self, target: Any, by: User) -> object:     # Any: one of `model`, here and below
        raise NotImplementedError

    def has_secret(self, target: Any) -> bool:
        return True

    def may_see_secret(self, request: HttpRequest, target: Any) -> bool:
        return True

    def rotated(self, target: Any, by: User, seen: int) -> str:
        """The new secret of `target`, unless somebody made one after `seen`."""
        raise NotImplementedError

    # --- Columns and fields -------------------------------------------------------------------

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return (*self.shown, *((self.fixed,) if obj else ()))

    @display(description="Goes to")
    def goes_to(self, target: Target) -> str:
        """Without what may be a secret."""
        if isinstance(target, Channel) and target.kind == ChannelKind.EMAIL:
            return target.addresses
        try:
            return f"{URL(target.url).origin()}/…"
        except ValueError:
            return NOTHING

    @display(description="State")
    def health(self, target: Target) -> SafeString:
        if not target.is_enabled:
            return state("expired", "switched off")
        if target.failures:
            return state("failed", f"{target.failures} failed in a row")
        return state("ok", "works") if target.last_at else state("waiting", "not tried yet")

    # --- Pages --------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path(f"<int:pk>/{self.trial}/", wrap(self.trial_view), name=f"{name}_{self.trial}"),
            path("<int:pk>/rotate/", wrap(self.rotate_view), name=f"{name}_rotate"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:     # Any: a template's context
        may_change = self.has_change_permission(request, row)
        newest = row.deliveries.order_by("-id").defer("payload")[:NEWEST]
        return {
            "button_mark": marked(row), self.noun: row, f"may_{self.trial}": may_change,
            "may_rotate": may_change and self.has_secret(row) and self.may_see_secret(request, row),
            "newest": [(delivery, link_to(delivery, delivery.event)) for delivery in newest],
        }

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """`save_model` left the secret of a new target on it, if it has one."""
        if obj.secret is None:
            return super().response_add(request, obj, post_url_continue)
        return self._secret_page(request, obj, obj.secret)

    def trial_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        target = self._target(request, pk)

        def act(_seen: int) -> str:
            self.try_out(target, person(request))
            return self.trial_sentence

        return pressed(
            request, target, is_permitted=self.has_change_permission(request, target), back=url_of(target), act=act)

    def rotate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        target = self._target(request, pk)
        is_permitted = self.has_change_permission(request, target) and self.may_see_secret(request, target)
        secrets: list[str] = []

        def act(seen: int) -> str:
            secrets.append(self.rotated(target, person(request), seen))
            return "It has a new secret."

        if not self.has_secret(target):
            return pressed(
                request, target, is_permitted=is_permitted, back=url_of(target), act=lambda _seen: "It has no secret.")
        return pressed(
            request, target, is_permitted=is_permitted, back=url_of(target), act=act,
            shown_once=lambda: self._secret_page(request, target, secrets[0]))

    def _target(self, request: HttpRequest, pk: int) -> Any:
        target = self.get_queryset(request).filter(pk=pk).first()
        if target is None:
            raise Http404(f"There is no such {self.noun}.")
        return target

    def _secret_page(self, request: HttpRequest, target: Target, secret: str) -> HttpResponse:
        """Not a message, because messages are stored in a cookie or the session."""
        response = TemplateResponse(request, "generation/admin/secret.html", {
            **self.admin_site.each_context(request), "title": "The signing secret", "target": target,
            "secret": secret, "back": url_of(target),
        })
        response["Cache-Control"] = "no-store"
        return response
