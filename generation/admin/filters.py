"""Filters for lists of a million rows: each becomes one lookup in an index, and none counts or compares all."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import TextFilter

from accounts.models import User
from generation.admin.rendering import words
from generation.models import Job, LogEntry, clock

RECENT_ROWS = 5_000
SPANS = {
    "hour": ("The last hour", dt.timedelta(hours=1)),
    "day": ("The last 24 hours", dt.timedelta(days=1)),
    "week": ("The last 7 days", dt.timedelta(days=7)),
    "month": ("The last 30 days", dt.timedelta(days=30)),
}

Lines = QuerySet[LogEntry]


class CodeFilter(admin.SimpleListFilter):
    """The codes that the newest rows have: a DISTINCT over a million rows would take seconds."""

    title = "what happened"
    parameter_name = "code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:     # Any: a ModelAdmin
        newest = LogEntry.objects.aggregate(newest=Max("pk"))["newest"] or 0
        recent = LogEntry.objects.filter(pk__gt=newest - RECENT_ROWS).order_by()
        codes = set(recent.values_list("code", flat=True).distinct())
        wanted = self.value()
        return [(code, words(code)) for code in sorted(codes | ({wanted} if wanted else set()))]

    def queryset(self, request: HttpRequest, queryset: Lines) -> Lines:
        return queryset.filter(code=self.value()) if self.value() else queryset

    def has_output(self) -> bool:
        return True


class TimeFilter(admin.SimpleListFilter):
    """Rows since a moment, as rows from an id on: ids grow with time, and the list is sorted by them.

    Lines that were written in the same instant by several processes may be on the wrong side of the border."""

    title = "time"
    parameter_name = "since"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:     # Any: a ModelAdmin
        return [(name, text) for name, (text, _length) in SPANS.items()]

    def queryset(self, request: HttpRequest, queryset: Lines) -> Lines:
        value = self.value()
        if value not in SPANS:
            return queryset
        first = _first_since(clock.now() - SPANS[value][1])
        return queryset.none() if first is None else queryset.filter(pk__gte=first)


class DayFilter(TextFilter):
    title = "day (2026-01-31)"
    parameter_name = "day"

    def queryset(self, request: HttpRequest, queryset: Lines) -> Lines:
        if not self.value():
            return queryset
        try:
            begin = dt.datetime.combine(dt.date.fromisoformat(self.value().strip()), dt.time(), dt.UTC)
            first, after = _first_since(begin), _first_since(begin + dt.timedelta(days=1))
        except (ValueError, OverflowError):
            return queryset.none()
        if first is None:
            return queryset.none()
        found = queryset.filter(pk__gte=first)
        return found if after is None else found.filter(pk__lt=after)


def _first_since(moment: dt.datetime) -> int | None:
    """The id of the first line since `moment`."""
    return LogEntry.objects.filter(at__gte=moment).order_by("at", "id").values_list("pk", flat=True).first()


class JobFilter(TextFilter):
    title = "job's id"
    parameter_name = "job_id"

    def queryset(self, request: HttpRequest, queryset: Lines) -> Lines:
        if not self.value():
            return queryset
        try:
            wanted = UUID(self.value().strip())
        except ValueError:
            return queryset.none()
        job = Job.objects.filter(public_id=wanted).values_list("pk", flat=True).first()
        return queryset.filter(job=job) if job else queryset.none()


class PersonFilter(TextFilter):
    """By user name.  Two of them: whose job it is, and who did it."""

    field: str

    def queryset(self, request: HttpRequest, queryset: Lines) -> Lines:
        if not self.value():
            return queryset
        person = User.objects.filter(username=self.value().strip()).values_list("pk", flat=True).first()
        return queryset.filter(**{self.field: person}) if person else queryset.none()


class OwnerFilter(PersonFilter):
    title = "whose job (user name)"
    parameter_name, field = "of", "user"


class AuthorFilter(PersonFilter):
    title = "who did it (user name)"
    parameter_name, field = "who", "by"
