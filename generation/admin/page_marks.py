"""What a form was made from, carried by its page: so that nobody undoes what another did meanwhile, unseen.

A mark holds what the form's fields showed, and a word that is good for one sending.  It is signed: not to keep
anybody from lying about it, who could as well type the newer values, but so that what is told as "then" is ours, and so
that a mark of another page, or garbage, is none.  Only what the form edits is in it: what the engine moves by itself
makes no page stale.  What pages do not show, such as an address that is a key, is in it as a digest."""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from django import forms
from django.core import signing
from django.db.models import Model
from django.http import QueryDict
from django.utils.crypto import salted_hmac

FIELD = "page_mark"
_SALT = "generation.admin.page_marks"
_EMPTY = "empty"

Value = str | list[str]
Table: TypeAlias = Any      # a formset of the admin: its type takes three others, and none at run time
Row = tuple[str, dict[str, Value]]      # what it is called, and its fields


@dataclass(frozen=True)
class Seen:
    """What a form shows: its fields, the rows of its tables by prefix and id, digests of what it does not show."""

    fields: dict[str, Value]
    tables: dict[str, dict[str, Row]]
    digests: dict[str, str]


@dataclass(frozen=True)
class PageMark:
    """`saved` is the newest entry of the admin's own history when the page was made; `once` names this page."""

    once: str
    seen: Seen | None      # None: a page that adds something
    saved: int


def seen_in(form: forms.BaseForm, formsets: Iterable[Table], concealed: Mapping[str, str]) -> Seen:
    """What `form` and `formsets`, bound or not, were made from; `concealed` are values that are not to be shown."""
    return Seen(
        _fields(form),
        {str(formset.prefix): {
            str(one.instance.pk): (str(one.instance), _fields(one, besides=_machinery(formset)))
            for one in formset.initial_forms if one.instance.pk is not None
        } for formset in formsets},
        {name: salted_hmac(_SALT, value).hexdigest() for name, value in concealed.items()},
    )


def written(mark: PageMark, whose: str) -> str:
    seen = None if mark.seen is None else [mark.seen.fields, mark.seen.tables, mark.seen.digests]
    return signing.dumps([mark.once, seen, mark.saved], salt=f"{_SALT}.{whose}", compress=True)


def read(text: str, whose: str) -> PageMark | None:
    """The mark in `text`, if it is one of `whose` page."""
    try:
        once, seen, saved = signing.loads(text, salt=f"{_SALT}.{whose}")
    except signing.BadSignature:
        return None
    if seen is None:
        return PageMark(once, None, saved)
    fields, tables, digests = seen
    named = {prefix: {pk: (str(row[0]), row[1]) for pk, row in rows.items()} for prefix, rows in tables.items()}
    return PageMark(once, Seen(fields, named, digests), saved)


def new_word() -> str:
    return secrets.token_urlsafe(12)


def changes(then: Seen, now: Seen, form: forms.BaseForm, rows: Mapping[str, forms.BaseForm]) -> Iterator[str]:
    """A sentence for everything that differs; `form` and, by prefix, `rows` give names to fields and choices."""
    for name in now.fields:
        if then.fields.get(name) != now.fields[name]:
            yield _changed(form, name, then.fields.get(name), now.fields[name])
    for name in now.digests:
        if then.digests.get(name) != now.digests[name]:
            yield f"{name}: it is another one now."
    for prefix, kept in now.tables.items():
        before, one = then.tables.get(prefix, {}), rows[prefix]
        for pk in [*before, *(pk for pk in kept if pk not in before)]:
            if pk not in kept:
                yield f"{before[pk][0]}: it was taken out."
            elif pk not in before:
                yield f"{kept[pk][0]}: it was added."
            else:
                for name, value in kept[pk][1].items():
                    if before[pk][1].get(name) != value:
                        yield f"{before[pk][0]}: {_changed(one, name, before[pk][1].get(name), value)}"


def on_what_is_there(
    typed: QueryDict, prefix: str, key: str, then: Mapping[str, Row], now: Mapping[str, Row]
) -> QueryDict:
    """The rows of one table as they were `typed`, on the rows that there are now: what was added meanwhile is among
    them, what was taken out is gone, or a new row if somebody has typed in it."""
    sent = _rows(typed, prefix)
    known = {row[key][0]: row for row in sent if row.get(key, [""])[0]}
    kept = [known.get(pk) or _as_typed(row, pk, key) for pk, row in now.items()]
    anew = [row for row in sent if not row.get(key, [""])[0]]
    for pk, row in known.items():
        if pk not in now and "DELETE" not in row and (pk not in then or _is_typed_in(row, then[pk])):
            anew.append({**row, key: [""]})
    rebased = typed.copy()
    for name in list(rebased):
        if _place(name, prefix) is not None:
            del rebased[name]
    for number, row in enumerate([*kept, *anew]):
        for name, values in row.items():
            rebased.setlist(f"{prefix}-{number}-{name}", values)
    rebased[f"{prefix}-TOTAL_FORMS"], rebased[f"{prefix}-INITIAL_FORMS"] = str(len(kept) + len(anew)), str(len(kept))
    return rebased


# --- parts ----------------------------------------------------------------------------------------


def _fields(form: forms.BaseForm, besides: Iterable[str] = ()) -> dict[str, Value]:
    """What the fields show that a browser sends back."""
    return {
        name: _plain(field.prepare_value(form[name].initial))
        for name, field in form.fields.items() if not field.disabled and name not in besides
    }


def _machinery(formset: Table) -> set[str]:
    return {key_name(formset.model), formset.fk.name, "DELETE"}


def key_name(model: type[Model]) -> str:
    key = model._meta.pk
    assert key is not None, "every table has one"
    return key.name


def _plain(value: Any) -> Value:     # Any: what a field holds
    if value is None or value is False:
        return ""
    if isinstance(value, list | tuple):
        return sorted(map(str, value))
    return str(value)


def _changed(form: forms.BaseForm, name: str, then: Value | None, now: Value) -> str:
    field = form.fields[name]
    label = field.label or name.replace("_", " ").capitalize()
    return f"{label}: {_words(field, then)} when you opened the page, {_words(field, now)} now."


def _words(field: forms.Field, value: Value | None) -> str:
    """A value as the form's own choices name it."""
    values = [value] if isinstance(value, str) else value or []
    if isinstance(field, forms.BooleanField):
        return "yes" if value else "no"
    if isinstance(field, forms.ModelChoiceField):
        assert field.queryset is not None, "made by the admin"
        found: Iterable[Model] = field.queryset.model._base_manager.filter(pk__in=[one for one in values if one])
        names = [str(row) for row in found]
    elif isinstance(field, forms.ChoiceField):
        choices = cast(Iterable[tuple[Any, Any]], field.choices)      # Any: values and labels; groups are not used
        labels = {str(value): str(label) for value, label in choices}
        names = [labels.get(one, one) for one in values]
    else:
        names = list(values)
    return ", ".join(f"“{one}”" for one in names if one) or _EMPTY


def _place(name: str, prefix: str) -> tuple[int, str] | None:
    """Row and field of `limits-2-burst`; None for a field of something else, and for the row that is the pattern."""
    found = re.fullmatch(rf"{re.escape(prefix)}-([0-9]{{1,6}})-(\w+)", name)
    return (int(found[1]), found[2]) if found else None


def _rows(typed: QueryDict, prefix: str) -> list[dict[str, list[str]]]:
    rows: dict[int, dict[str, list[str]]] = {}
    for name in typed:
        place = _place(name, prefix)
        if place is not None:
            rows.setdefault(place[0], {})[place[1]] = typed.getlist(name)
    return [rows[number] for number in sorted(rows)]


def _as_typed(row: Row, pk: str, key: str) -> dict[str, list[str]]:
    return {key: [pk], **{name: [value] if isinstance(value, str) else value for name, value in row[1].items()}}


def _is_typed_in(sent: dict[str, list[str]], row: Row) -> bool:
    before = _as_typed(row, "", "")
    return any(sent[name] != values for name, values in before.items() if name in sent)
