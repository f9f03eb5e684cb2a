"""What all forms of the admin share: a stale one is refused and says what changed, and one that is sent twice is taken
once.  What is carried by the page is `page_marks`'."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from generation.admin import once, page_marks
from generation.admin.page_marks import PageMark, Seen
from generation.admin.records import Page
from generation.admin.rendering import url_of
from generation.services import sent_forms

NO_MARK = "The page did not say what it was made from. Look it over, and save again."
STALE = "Nothing was saved. What you typed stands below: save again to put it in place of what is there now."
NOT_DELETED = "Nothing was deleted. Look at what is there now, and delete it if you still want to."


@dataclass
class _Sending:
    """A form on its way in: what its page was made from, what is there now, and what came of it."""

    mark: PageMark | None
    is_looking: bool = False      # formsets are made to look at what is there, not to read what was sent
    now: Seen | None = None
    problems: list[str] = field(default_factory=list)
    saved: Model | None = None


class _GuardedForm(forms.ModelForm):
    """Refuses what is stale, and keeps to the microsecond the times that nobody touched: browsers send seconds."""

    problems: ClassVar[Sequence[str]] = ()

    def _post_clean(self) -> None:
        for name, value in self.initial.items():
            if isinstance(value, dt.datetime | dt.time) and name in self.cleaned_data and name not in self.changed_data:
                self.cleaned_data[name] = value
        super()._post_clean()     # type: ignore[misc]     # Django's own seam, which its stubs leave out
        for problem in self.problems:
            self.add_error(None, problem)


class EditableAdmin(Page):
    """Rows that people change with a form."""

    delete_confirmation_template: Any = "generation/admin/delete.html"      # Any: Django's stubs differ
    delete_selected_confirmation_template: Any = "generation/admin/delete_selected.html"      # Any: as above
    actions: Any = ("delete_selected",)      # Any: as above; in place of Django's, which has its name

    def concealed(self, row: Any) -> Mapping[str, str]:     # Any: one of `model`
        """What the form can change and does not show, by what it is called."""
        return {}

    # --- The form -----------------------------------------------------------------------------

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "",
        extra_context: dict[str, Any] | None = None,     # Any: as in Django
    ) -> HttpResponse:
        if request.method != "POST":
            saved = self._newest_entry(object_id)      # before the page is read: later ones are then told of
            response = super().changeform_view(request, object_id, form_url, extra_context)
            return self._marked(request, response, object_id, saved)
        with transaction.atomic():
            sending = self._begun(request, object_id, request.POST.get(page_marks.FIELD, ""))
            key = once.key_of(request) if sending.mark is not None else None
            before = sent_forms.spend(key) if key else None
            if before is not None:
                return once.as_before(request, before)
            row = self._locked(request, object_id)
            if row is not None and self.has_change_permission(request, row):
                self._compare(request, sending, row, STALE)
            saved = self._newest_entry(object_id)
            response = super().changeform_view(request, object_id, form_url, extra_context)
            if key and sending.saved is None:
                sent_forms.give_back(key)
            elif key:
                assert sending.saved is not None
                leads = response.get("Location", "")
                sent_forms.note(
                    key, led_to=leads if 0 < len(leads) <= once.LONGEST_ADDRESS else url_of(sending.saved),
                    was_shown_once=getattr(sending.saved, "secret", None) is not None)      # for response_add alone
        return self._marked(request, response, object_id, saved)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **more: Any     # Any: as in Django
    ) -> Any:
        form = super().get_form(request, obj, change=change, **more)
        sending = _of(request)
        return type(form)(form.__name__, (_GuardedForm, form), {"problems": sending.problems if sending else ()})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:     # Any: as in Django
        """What an address fills in, as far as its field can take that: the rest is left out."""
        asked = super().get_changeform_initial_data(request)
        form = self.get_form(request, None, change=False, fields=flatten_fieldsets(self.get_fieldsets(request)))
        return {
            name: value for name, value in asked.items()
            if name in form.base_fields and _can_take(form.base_fields[name], value)
        }

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Any, inline: Any, prefix: str     # Any: as in Django
    ) -> dict[str, Any]:
        options: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        sending = _of(request)
        if sending is None:
            return options
        if sending.is_looking:
            return {name: value for name, value in options.items() if name not in {"data", "files", "save_as_new"}}
        if sending.problems and sending.mark and sending.mark.seen and sending.now and prefix in sending.now.tables:
            then, now = sending.mark.seen.tables.get(prefix, {}), sending.now.tables[prefix]
            if then.keys() != now.keys():
                key = page_marks.key_name(inline.model)
                options["data"] = page_marks.on_what_is_there(request.POST, prefix, key, then, now)
        return options

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:     # Any: as in Django
        return self._noted(request, obj, super().log_addition(request, obj, message))

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:     # Any: as in Django
        return self._noted(request, obj, super().log_change(request, obj, message))

    # --- Deletion -----------------------------------------------------------------------------

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None     # Any: as in Django
    ) -> HttpResponse:
        if request.method != "POST":
            saved = self._newest_entry(object_id)
            row = self.get_object(request, unquote(object_id))
            marked = {} if row is None else self._mark(object_id, self._look(request, row), saved)
            return super().delete_view(request, object_id, {**marked, **(extra_context or {})})
        with transaction.atomic():
            sending = self._begun(request, object_id, request.POST.get(page_marks.FIELD, ""))
            row = self._locked(request, object_id)
            if row is not None and self.has_delete_permission(request, row):
                self._compare(request, sending, row, NOT_DELETED)
            if not sending.problems:
                return super().delete_view(request, object_id, extra_context)
        for problem in sending.problems:
            messages.warning(request, problem)
        return HttpResponseRedirect(request.get_full_path())

    @admin.action(permissions=["delete"], description="Delete selected %(verbose_name_plural)s")
    def delete_selected(self, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse | None:     # Any: of `model`
        """As the page that deletes one: of each row the confirmation carries what it was when it was shown."""
        if not request.POST.get("post"):
            rows = list(chosen)
            marks = [self._mark_for_deletion(request, row) for row in rows]
            response = delete_selected(self, request, chosen)
            assert isinstance(response, TemplateResponse) and response.context_data is not None
            response.context_data |= {"marked_rows": list(zip(rows, marks, strict=True)), "mark_name": page_marks.FIELD}
            return response
        sent = dict(zip(
            request.POST.getlist(ACTION_CHECKBOX_NAME), request.POST.getlist(page_marks.FIELD), strict=False))
        with transaction.atomic():
            told = [
                " ".join([f"{row}:", *problems]) for row in chosen.order_by("pk")
                if (problems := self._problems_of_deletion(request, row, sent.get(str(row.pk), "")))
            ]
            if not told:
                return delete_selected(self, request, chosen)
        for one in told:
            messages.warning(request, one)
        return None

    # --- parts --------------------------------------------------------------------------------

    def _begun(self, request: HttpRequest, object_id: str | None, mark: str) -> _Sending:
        sending = _Sending(page_marks.read(mark, self._whose(object_id)))
        request.sending = sending     # type: ignore[attr-defined]     # for the seams of Django's that know the request alone
        return sending

    def _mark_for_deletion(self, request: HttpRequest, row: Any) -> str:     # Any: one of `model`, here and below
        key = str(row.pk)
        saved = self._newest_entry(key)
        request.sending = _Sending(None, is_looking=True)     # type: ignore[attr-defined]     # as in _begun
        return self._mark(key, self._look(request, row), saved)["page_mark"]

    def _problems_of_deletion(self, request: HttpRequest, row: Any, mark: str) -> list[str]:
        sending = self._begun(request, str(row.pk), mark)
        locked = self._locked(request, str(row.pk))
        if locked is not None:
            self._compare(request, sending, locked, NOT_DELETED)
        return sending.problems

    def _locked(self, request: HttpRequest, object_id: str | None) -> Any:     # Any: one of `model`, or None
        """The object as it is once nobody else can change it before this transaction ends.  Its key may be pointed
        at meanwhile: that somebody's request is accepted does not wait for it."""
        row = self.get_object(request, unquote(object_id)) if object_id is not None else None
        if row is None or not self.model._base_manager.select_for_update(no_key=True).filter(pk=row.pk).first():
            return None
        return self.get_object(request, str(row.pk))

    def _compare(self, request: HttpRequest, sending: _Sending, row: Any, outcome: str) -> None:     # Any: as above
        sending.is_looking = True
        form, tables = self._unbound(request, row)
        sending.now = page_marks.seen_in(form, tables, self.concealed(row))
        patterns = {formset.prefix: formset.empty_form for formset in tables}
        sending.is_looking = False
        if sending.mark is None or sending.mark.seen is None:
            sending.problems.append(NO_MARK)
        elif sending.mark.seen != sending.now:
            told = page_marks.changes(sending.mark.seen, sending.now, form, patterns)
            sending.problems += [self._who(row, sending.mark.saved), *told, outcome]

    def _look(self, request: HttpRequest, row: Any) -> Seen:     # Any: as above
        form, tables = self._unbound(request, row)
        return page_marks.seen_in(form, tables, self.concealed(row))

    def _unbound(self, request: HttpRequest, row: Any) -> tuple[Any, list[Any]]:     # Any: forms of `model`
        """The form of `row` and the tables in it that who asks may change."""
        fields = flatten_fieldsets(self.get_fieldsets(request, row))
        form = self.get_form(request, row, change=True, fields=fields)(instance=row)
        formsets, inlines = self._create_formsets(request, row, change=True)
        return form, [
            formset for formset, inline in zip(formsets, inlines, strict=True)
            if inline.has_change_permission(request, row)
        ]

    def _marked(
        self, request: HttpRequest, response: HttpResponse, object_id: str | None, saved: int
    ) -> HttpResponse:
        """`response` with the mark of what its form was made from, if it is a page with a form."""
        context = response.context_data if isinstance(response, TemplateResponse) else None
        if context is None or "adminform" not in context:
            return response
        sending = _of(request)
        if object_id is None:
            seen = None
        elif not self.has_change_permission(request, context["original"]):
            return response
        elif sending is not None:
            seen = sending.now      # the form in the page has been written to
        else:
            tables = [one.formset for one in context["inline_admin_formsets"] if one.has_change_permission]
            seen = page_marks.seen_in(context["adminform"].form, tables, self.concealed(context["original"]))
        context.update(self._mark(object_id, seen, saved))
        return response

    def _mark(self, object_id: str | None, seen: Seen | None, saved: int) -> dict[str, str]:
        mark = PageMark(page_marks.new_word(), seen, saved)
        return {"mark_name": page_marks.FIELD, "page_mark": page_marks.written(mark, self._whose(object_id))}

    def _whose(self, object_id: str | None) -> str:
        return f"{self.opts.label_lower}/{object_id or 'add'}"

    def _entries(self, object_id: str) -> Any:     # Any: a queryset
        return LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(self.model), object_id=object_id)

    def _newest_entry(self, object_id: str | None) -> int:
        if object_id is None:
            return 0
        return self._entries(unquote(object_id)).order_by("-pk").values_list("pk", flat=True).first() or 0

    def _who(self, row: Any, saved: int) -> str:     # Any: one of `model`
        """Who has changed it since, as far as the admin's own history knows: services and commands write none."""
        entries = self._entries(str(row.pk)).filter(pk__gt=saved, action_flag=CHANGE).exclude(
            change_message__in=["", "[]"]).select_related("user").order_by("pk")
        names = dict.fromkeys(f"{entry.user} at {entry.action_time:%H:%M} UTC" for entry in entries)
        return f"This was changed while you had it open, by {', '.join(names) or 'the product or another page'}."

    def _noted(self, request: HttpRequest, row: Model, entry: LogEntry) -> LogEntry:
        sending = _of(request)
        if sending is not None:
            sending.saved = row
        return entry


def _can_take(field: forms.Field, value: Any) -> bool:     # Any: text, or texts
    try:
        field.clean(value)
    except (ValidationError, ValueError, TypeError, OverflowError):      # fields expect what their widgets send
        return False
    return True


def _of(request: HttpRequest) -> _Sending | None:
    return getattr(request, "sending", None)
