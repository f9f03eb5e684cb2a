"""What the pages of all records share: they are read only and say why, and their lists stay fast."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.views import ChangeList

from accounts.models import User
from generation.admin.rendering import link_to, moment
from generation.models import Job


class BoundedPaginator(Paginator):
    """Counts no further than `most`: whoever needs more than 10,000 rows needs a filter."""

    most = 10_000
    template_name = "generation/admin/pagination.html"

    @cached_property
    def count(self) -> int:
        assert isinstance(self.object_list, QuerySet), "a change list's rows"
        return self.object_list.order_by()[: self.most].count()

    @property
    def is_cut(self) -> bool:
        return self.count >= self.most


class BoundedChangeList(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count      # else the theme offers to "show all" of all


def list_title(model: type[Model]) -> str:
    """What a model's rows are called, wherever people read it: in the sidebar, above their list, in its title."""
    return str(capfirst(model._meta.verbose_name_plural))


def person(request: HttpRequest) -> User:
    """Who is signed in; the admin lets nobody else come here."""
    assert isinstance(request.user, User)
    return request.user


def when(field: str, description: str) -> Callable[[ModelAdmin, Model], SafeString | str]:
    """A column or read-only field that shows the datetime `field` to the second."""

    @display(description=description, ordering=field)
    def column(self: ModelAdmin, row: Model) -> SafeString | str:
        return moment(getattr(row, field))

    return column


def linked(path: str, description: str) -> Callable[[ModelAdmin, Model], SafeString | str]:
    """A column or read-only field that leads to the page of the row at `path`, as `chunk.job`, if there is one."""
    related = attrgetter(path)

    @display(description=description)
    def column(self: ModelAdmin, row: Model) -> SafeString | str:
        return link_to(related(row))

    return column


class Page(ModelAdmin):
    """What the pages of all rows share: every class that is registered is one."""

    counted_as: ClassVar[tuple[str, str] | None] = None      # one row of the list, and several; else the model's names

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None     # Any: as in Django
    ) -> HttpResponse:
        titled = {"title": list_title(self.model), **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, titled)
        return response

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:     # Any: the rows
        """A selection that no page of ours sends selects nothing: Django compares it with the keys as it came."""
        if all(_is_key(self.opts.pk, text) for text in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            response: HttpResponse | None = super().response_action(request, queryset)
            return response
        messages.warning(request, "The selection could not be read; nothing was done. Select the rows again.")
        return None


def _is_key(field: "Field[Any, Any]", text: str) -> bool:     # Any: Django's own
    """Whether a row may have the primary key `text`: it is one, and small enough for a column."""
    try:
        field.run_validators(field.to_python(text))
    except (ValidationError, ValueError):
        return False
    return True


class FastListAdmin(Page):
    """A list that never counts its whole table."""

    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER       # a COUNT for every choice of every filter
    paginator = BoundedPaginator
    list_disable_select_all = True
    empty_value_display = "–"

    most_searched: ClassVar[int] = 50_000      # rows that a search compares: no index knows what a text contains

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str     # Any: whose list it is
    ) -> tuple[QuerySet[Any], bool]:
        """What is named exactly by `search_term`; else the newest rows of `queryset` that contain it."""
        term = search_term.strip()
        if term:
            exact = self.found_exactly(queryset, term)
            if exact is not None and exact.exists():
                return exact, False
            newest = queryset.order_by("-pk").values_list("pk", flat=True)
            border = next(iter(newest[self.most_searched : self.most_searched + 1]), None)
            queryset = queryset if border is None else queryset.filter(pk__gt=border)
        return super().get_search_results(request, queryset, search_term)

    def found_exactly(self, rows: QuerySet[Any], term: str) -> QuerySet[Any] | None:     # Any: whose list it is
        """The rows that an index finds under `term`; None if there is no such index."""
        return None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:     # Any: as in Django
        return BoundedChangeList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None     # Any: as in Django
    ) -> HttpResponse:
        if any("\x00" in value for values in request.GET.lists() for value in values[1]):
            return HttpResponseRedirect(request.path)       # PostgreSQL cannot even be asked for a NUL
        return super().changelist_view(request, extra_context)


class OwnPage(Page):
    """Rows whose page shows more than a form: `page_context` is what its template asks for."""

    def page_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:     # Any: whose page; a context
        """Of a row that is there and may be seen."""
        raise NotImplementedError

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "",
        extra_context: dict[str, Any] | None = None,     # Any: as in Django
    ) -> HttpResponse:
        row = self.get_object(request, object_id) if object_id else None      # None: Django says what is not there
        page = self.page_context(request, row) if row is not None and self.has_view_permission(request, row) else {}
        return super().changeform_view(request, object_id, form_url, {**page, **(extra_context or {})})


class RecordAdmin(FastListAdmin):
    """Rows that only services write.  `why` stands on each of their pages."""

    why: ClassVar[str]
    change_form_outer_before_template = "generation/admin/record.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "",
        extra_context: dict[str, Any] | None = None,     # Any: as in Django
    ) -> HttpResponse:
        return super().changeform_view(
            request, object_id, form_url, {"why": self.why, "show_history": False, **(extra_context or {})}
        )


class PartOfJobAdmin(RecordAdmin):
    """Records that belong to a job: `?job__id__exact=` shows those of one, and says so."""

    list_before_template = "generation/admin/of_job.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None     # Any: as in Django
    ) -> HttpResponse:
        wanted = request.GET.get("job__id__exact", "")
        visible = Job.objects.visible_to(person(request))
        job = visible.filter(pk=wanted).first() if wanted.isdecimal() else None
        return super().changelist_view(request, {**(extra_context or {}), "of_job": job, "of_job_link": link_to(job)})
