"""Fields for what people count in dollars, hours and lists, and the database in integers and JSON; and for lines."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Field, Model
from unfold.widgets import UnfoldAdminTextInputWidget

from generation.core.amounts import seconds_of, typed_dollars, typed_duration, usd_micros_of, whole_of
from generation.core.text import one_line

STORABLE = 2**31 - 1          # of a PositiveIntegerField
MOST_OF_A_LIMIT = 10**15      # a billion dollars, or so many requests: sums of such stay far from a bigint's end


class LineField(forms.CharField):
    """Text as services keep it in one line, and counted so."""

    widget = UnfoldAdminTextInputWidget

    def to_python(self, value: Any) -> str:     # Any: what the form carries
        return one_line(super().to_python(value) or "")


class TypedField(forms.CharField):
    """Text in the page, a number in the row.  Not a number input, which each browser reads in its own language."""

    def __init__(self, **options: Any) -> None:     # Any: a field's options
        super().__init__(**{
            "max_length": 60, "widget": UnfoldAdminTextInputWidget({"autocomplete": "off"}), **options})

    def read(self, text: str) -> Any:     # Any: what the row holds
        """ValueError with a sentence."""
        raise NotImplementedError

    def shown(self, value: Any) -> str:     # Any: as above
        raise NotImplementedError

    def prepare_value(self, value: Any) -> Any:     # Any: as above, or what was typed
        return "" if value is None else value if isinstance(value, str) else self.shown(value)

    def clean(self, value: Any) -> Any:     # Any: as above
        text = super().clean(value)
        if text in self.empty_values:
            return self.nothing()
        try:
            return self.read(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def nothing(self) -> Any:     # Any: as above
        """What an empty field stands for."""
        return None

    def has_changed(self, initial: Any, data: Any) -> bool:     # Any: as above
        """`$0.4` is what was there if that was shown as `0.40`."""
        was = initial() if callable(initial) else initial
        try:
            return bool(self.clean(data) != (self.nothing() if was is None else was))
        except forms.ValidationError:
            return True


class DollarsField(TypedField):
    """Micro-dollars, up to what an integer column holds."""

    def __init__(self, *, most: int = STORABLE, **options: Any) -> None:     # Any: a field's options
        super().__init__(**options)
        self.most = most

    def read(self, text: str) -> int:
        usd_micros = usd_micros_of(text)
        if usd_micros > self.most:
            raise ValueError(f"At most ${typed_dollars(self.most)} can be stored.")
        return usd_micros

    def shown(self, value: int) -> str:
        return typed_dollars(value)


class DurationField(TypedField):
    """Seconds between `least` and `most`; `zero` is the word for none, if none is allowed."""

    def __init__(self, *, least: int, most: int = STORABLE, zero: str = "", **options: Any) -> None:     # Any: as above
        super().__init__(**options)
        self.least, self.most, self.zero = least, most, zero

    def read(self, text: str) -> int:
        if self.zero and text.strip().lower() in {self.zero, "0"}:
            return 0
        seconds = seconds_of(text)
        if not self.least <= seconds <= self.most:
            besides = f", or the word {self.zero}" if self.zero else ""
            raise ValueError(f"Give {typed_duration(self.least)} to {typed_duration(self.most)}{besides}.")
        return seconds

    def shown(self, value: int) -> str:
        return self.zero if self.zero and not value else typed_duration(value)


class TagsField(TypedField):
    """A list of words; `check` raises ValidationError for what is none."""

    def __init__(self, *, check: Callable[[Any], None], **options: Any) -> None:     # Any: as above
        super().__init__(**{"max_length": 500, **options})
        self.check = check

    def read(self, text: str) -> list[str]:
        tags = [tag.strip() for tag in text.split(",") if tag.strip()]
        self.check(tags)
        return tags

    def shown(self, value: list[str]) -> str:
        return ", ".join(value)

    def nothing(self) -> list[str]:
        return []


class AmountField(TypedField):
    """Dollars or a whole number, as another field of its form says: the form reads it."""

    is_money = False

    def read(self, text: str) -> str:
        return text

    def shown(self, value: int) -> str:
        return typed_dollars(value) if self.is_money else str(value)

    def has_changed(self, initial: Any, data: Any) -> bool:     # Any: as above
        was = initial() if callable(initial) else initial
        try:
            return amount_of(str(data or ""), is_money=self.is_money) != was
        except ValueError:
            return bool(data) or was is not None


def amount_of(text: str, *, is_money: bool) -> int:
    """Micro-dollars or a count.  ValueError with a sentence."""
    amount = usd_micros_of(text) if is_money else whole_of(text)
    if amount > MOST_OF_A_LIMIT:
        raise ValueError(
            f"At most ${typed_dollars(MOST_OF_A_LIMIT)}." if is_money else f"At most {MOST_OF_A_LIMIT:,}.")
    return amount


def like(model: type[Model], name: str) -> dict[str, Any]:     # Any: a form field's options
    """Label, default and whether it may stay empty, as `model` says of its field `name`."""
    field = model._meta.get_field(name)
    assert isinstance(field, Field), "a column"
    label = str(field.verbose_name)
    return {
        "label": label[:1].upper() + label[1:], "required": not field.blank,
        "initial": field.get_default() if field.has_default() else None,
    }
