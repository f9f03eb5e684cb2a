"""Values as markup for the admin's pages.

Everything goes through `format_html`.  `document_html` is the one place that trusts markup, because
`core.markup` has sanitised it; no other module of the admin may call `mark_safe`."""

import datetime as dt
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from generation.admin import sight
from generation.core.markup import to_html

NOTHING = "–"


def document_html(markdown: str) -> SafeString:
    """Markdown as sanitised HTML."""
    return mark_safe(to_html(markdown))  # noqa: S308  nh3 has removed whatever could act


def words(name: str) -> str:
    """`minutes_per_session` as people write it: `Minutes per session`."""
    return name.replace("_", " ").strip().capitalize()


def state(value: str, text: str = "") -> SafeString:
    """A coloured label; the style sheet knows the colour of each state."""
    return format_html('<span class="cw-state" data-state="{}">{}</span>', value, text or words(value))


def mark(text: str) -> SafeString:
    """A small label that must not be overlooked, as `Simulated`."""
    return format_html('<span class="cw-mark">{}</span>', text)


def bar(percent: int, text: str) -> SafeString:
    """A progress bar with its words beside it."""
    return format_html(
        '<span class="cw-progress"><span class="cw-bar" role="progressbar" aria-label="Progress"'
        ' aria-valuemin="0" aria-valuemax="100" aria-valuenow="{0}"><span style="width: {0}%"></span></span>'
        '<span class="cw-progress-text">{1}</span></span>',
        percent, text,
    )


def url_of(row: Model) -> str:
    """The admin page of `row`."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def link_to(row: Model | None, text: str = "") -> SafeString | str:
    """A link to the page of `row` for those who may open it, its text for others."""
    if row is None:
        return NOTHING
    if not sight.may_open(row):
        return text or str(row)
    return format_html('<a class="cw-link" href="{}">{}</a>', url_of(row), text or str(row))


def tree(value: Any) -> SafeString | str:     # Any: JSON
    """JSON as nested lists that people can read."""
    if value in (None, "", [], {}):
        return NOTHING
    match value:
        case bool():
            return "Yes" if value else "No"
        case dict():
            rows = format_html_join(
                "", "<dt>{}</dt><dd>{}</dd>", ((words(str(name)), tree(item)) for name, item in value.items())
            )
            return format_html('<dl class="cw-tree">{}</dl>', rows)
        case list():
            items = format_html_join("", "<li>{}</li>", ((tree(item),) for item in value))
            return format_html('<ul class="cw-tree">{}</ul>', items)
        case _:
            return str(value)


def verbatim(text: str) -> SafeString | str:
    """Text as it came, in a box that scrolls and can be reached with the keyboard."""
    return format_html('<pre class="cw-pre" tabindex="0">{}</pre>', text) if text else NOTHING


def moment(at: dt.datetime | None) -> SafeString | str:
    """To the second, in UTC."""
    return format_html('<span class="cw-moment">{}</span>', f"{at:%Y-%m-%d %H:%M:%S}") if at else NOTHING


def span(duration: dt.timedelta) -> str:
    """`4 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`: two units at most, never below zero."""
    seconds = max(0, int(duration.total_seconds()))
    for size, unit, smaller, small_unit in (
        (86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s"),
    ):
        if seconds >= size:
            rest = seconds % size // smaller
            return f"{seconds // size} {unit}" + (f" {rest} {small_unit}" if rest else "")
    return f"{seconds} s"
