"""Users, groups and API tokens.  A token's secret is on one page, once; it is stored nowhere.

Nobody manages an account that may do more than they themselves may: with that one rule a permission
to change users, or to make tokens for them, is no way to more permissions."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as StockGroupAdmin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.db.models.fields.related import ManyToManyField
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.edge import limited_sign_in
from accounts.models import ApiToken, User, create_token
from generation.admin import erasure
from generation.admin.editing import EditableAdmin
from generation.admin.records import person
from generation.services import tokens

admin.site.unregister(Group)
admin.site.login = limited_sign_in(admin.site.login)     # type: ignore[method-assign]


def may_manage(manager: User, person: User) -> bool:
    """Whether `person` may do nothing that `manager` may not; also while `person` is inactive."""
    if manager.is_superuser:
        return True
    if person.is_superuser:
        return False
    theirs = Permission.objects.filter(Q(user=person) | Q(group__user=person))
    return set(_labels(theirs)) <= manager.get_all_permissions()


def _labels(permissions: QuerySet[Permission]) -> list[str]:
    rows = permissions.order_by().values_list("content_type__app_label", "codename")
    return [f"{app}.{codename}" for app, codename in rows]


@admin.register(User)
class UserAdmin(EditableAdmin, StockUserAdmin, ModelAdmin):     # type: ignore[misc]     # the stubs of both differ
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "role", "email", "is_staff", "is_active", "last_login")
    list_filter = ("role", "is_staff", "is_superuser", "is_active", "groups")
    search_fields = ("username", "first_name", "last_name", "email")
    search_help_text = "Name or e-mail"
    ordering = ("username",)
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_disable_select_all = True
    fieldsets = (
        (None, {"fields": ("username", "password", "role")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("What they may do", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("When", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "role", "usable_password", "password1", "password2")}),)
    filter_horizontal = ()
    change_form_outer_before_template = "admin/accounts/user/before.html"

    def get_actions(self, request: HttpRequest) -> Any:     # Any: as in Django
        """Without the deletion of many: what somebody did cost is on record, and erasing is one person at a time."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_urls(self) -> list[URLPattern]:
        erase = self.admin_site.admin_view(self.erase_view)
        return [path("<int:user_id>/erase/", erase, name="accounts_user_erase"), *super().get_urls()]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "",
        extra_context: dict[str, Any] | None = None,     # Any: as in Django
    ) -> HttpResponse:
        user = self.get_object(request, object_id) if object_id else None
        may_erase = user is not None and request.user.has_perm(erasure.PERMISSION) and _manages(request, user)
        return super().changeform_view(
            request, object_id, form_url, {"may_erase": may_erase, **(extra_context or {})})

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None     # Any: as in Django
    ) -> HttpResponse:
        user = self.get_object(request, object_id)
        counts = user is not None and (user.jobs.exists() or user.errands.exists())
        if user is None or not counts or not self.has_delete_permission(request, user):
            return super().delete_view(request, object_id, extra_context)
        messages.warning(request, erasure.INSTEAD)
        return HttpResponseRedirect(reverse("admin:accounts_user_erase", args=[user.pk]))

    def erase_view(self, request: HttpRequest, user_id: int) -> HttpResponse:
        user = User.objects.filter(pk=user_id).first()
        if user is None:
            raise Http404("There is no such user.")
        if not self.has_view_permission(request, user) or not _manages(request, user):
            raise PermissionDenied
        return erasure.erase_page(self, request, user)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        only_for_superusers = () if request.user.is_superuser else ("is_superuser",)
        return ("last_login", "date_joined", *only_for_superusers)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        is_permitted: bool = super().has_change_permission(request, obj)
        return is_permitted and (obj is None or _manages(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        is_permitted: bool = super().has_delete_permission(request, obj)
        return is_permitted and (obj is None or _manages(request, obj))

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest, **options: Any     # Any: Django's
    ) -> "forms.ModelMultipleChoiceField[Any] | None":
        if db_field.name == "groups" and not request.user.is_superuser:
            mine = request.user.get_all_permissions()
            options["queryset"] = Group.objects.filter(pk__in=[
                group.pk for group in Group.objects.all() if set(_labels(group.permissions.all())) <= mine
            ])
        options["widget"] = UnfoldAdminCheckboxSelectMultipleWidget
        return super().formfield_for_manytomany(db_field, request, **options)


def _manages(request: HttpRequest, person: Model) -> bool:
    assert isinstance(request.user, User) and isinstance(person, User), "staff are signed in"
    return may_manage(request.user, person)


@admin.register(Group)
class GroupAdmin(EditableAdmin, StockGroupAdmin, ModelAdmin):     # type: ignore[misc]     # as above
    filter_horizontal = ()

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest | None = None,
        **options: Any,     # Any: as in Django
    ) -> "forms.ModelMultipleChoiceField[Any] | None":
        options["widget"] = UnfoldAdminCheckboxSelectMultipleWidget
        options["queryset"] = Permission.objects.filter(
            content_type__app_label__in=["accounts", "auth", "generation"]
        ).select_related("content_type").order_by("content_type__app_label", "content_type__model", "codename")
        return super().formfield_for_manytomany(db_field, request, **options)


class NewTokenForm(forms.ModelForm):
    """Knows who asks: a token is as good as a sign-in."""

    manager: User      # set by the admin for each request

    def clean_user(self) -> User:
        person: User = self.cleaned_data["user"]
        if not may_manage(self.manager, person):
            raise forms.ValidationError("This person may do more than you; a token would give you that.")
        return person


@admin.register(ApiToken)
class ApiTokenAdmin(EditableAdmin):
    list_display = ("name", "user", "starts_with", "state", "expires_at", "last_used_at", "created_at")
    list_filter = ("expires_at", "last_used_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("name", "prefix", "user__username")
    search_help_text = "Name, first characters or user"
    ordering = ("-id",)
    sortable_by = ("expires_at", "last_used_at")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_disable_select_all = True
    autocomplete_fields = ("user",)
    actions = None
    change_form_outer_before_template = "admin/accounts/apitoken/before.html"
    _record = ("user", "starts_with", "state", "created_at", "last_used_at", "revoked_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        rows: QuerySet[ApiToken] = super().get_queryset(request)
        return rows.annotate(db_now=Now())

    # --- Columns ------------------------------------------------------------------------------

    @display(description="Starts with")
    def starts_with(self, token: ApiToken) -> SafeString:
        return format_html("<code>{}…</code>", token.prefix)

    @display(description="State")
    def state(self, token: ApiToken) -> SafeString:
        name = _state_of(token)
        return format_html(
            '<span class="cw-state" data-state="{}">{}</span>', "ok" if name == "usable" else name, name
        )

    # --- Permissions and fields ---------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        is_permitted: bool = super().has_change_permission(request, obj)
        return is_permitted and (obj is None or _manages(request, obj.user))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False      # revoked ones stay, so that one can tell later what a prefix was

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:     # Any: as in Django
        if obj is None:
            return ((None, {"fields": ("user", "name", "expires_at")}),)
        return (
            (None, {"fields": ("name", "expires_at")}), ("The rest never changes", {"fields": self._record}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return self._record if obj else ()

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False,
        **options: Any,     # Any: as in Django
    ) -> "type[forms.ModelForm[Any]]":
        if obj is None:
            options["form"] = type("NewTokenForm", (NewTokenForm,), {"manager": request.user})
        form: type[forms.ModelForm[Any]] = super().get_form(request, obj, change, **options)
        return form

    # --- Making one ---------------------------------------------------------------------------

    def save_model(
        self, request: HttpRequest, obj: ApiToken, form: "forms.ModelForm[Any]", change: bool
    ) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        token, secret = create_token(obj.user, obj.name, expires_at=obj.expires_at)
        obj.__dict__.update(token.__dict__)
        obj.secret = secret     # type: ignore[attr-defined]     # for response_add, in this request alone

    def response_add(
        self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The page with the secret: not a message, because messages are stored in a cookie or the session."""
        response = TemplateResponse(request, "admin/accounts/apitoken/created.html", {
            **self.admin_site.each_context(request), "title": "The new API token",
            "token": obj, "secret": obj.secret,     # type: ignore[attr-defined]
        })
        response["Cache-Control"] = "no-store"
        return response

    # --- Revoking one -------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        revoke = self.admin_site.admin_view(self.revoke_view)
        return [path("<int:token_id>/revoke/", revoke, name="accounts_apitoken_revoke"), *super().get_urls()]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "",
        extra_context: dict[str, Any] | None = None,     # Any: as in Django
    ) -> HttpResponse:
        token = self.get_object(request, object_id) if object_id else None
        may_revoke = (
            token is not None and token.revoked_at is None and self.has_change_permission(request, token)
        )
        return super().changeform_view(
            request, object_id, form_url, {
                "may_revoke": may_revoke, "show_save_and_add_another": False, "show_save_and_continue": False,
                **(extra_context or {}),
            }
        )

    def revoke_view(self, request: HttpRequest, token_id: int) -> HttpResponse:
        token = self.get_queryset(request).select_related("user").filter(pk=token_id).first()
        if token is None:
            raise Http404("There is no such token.")
        if not self.has_change_permission(request, token):
            raise PermissionDenied
        if request.method == "POST":
            revoked = tokens.revoke([token], by=person(request))
            sentence = "is revoked; nobody can use it any more." if revoked else "was revoked before."
            messages.success(request, f"The token {token} {sentence}")
            self.log_change(request, token, "Revoked.")
        return HttpResponseRedirect(reverse("admin:accounts_apitoken_change", args=[token.pk]))


def _state_of(token: ApiToken) -> str:
    if token.revoked_at is not None:
        return "revoked"
    if token.expires_at is not None and token.expires_at <= token.db_now:     # type: ignore[attr-defined]
        return "expired"
    return "usable" if token.user.is_active else "user inactive"
