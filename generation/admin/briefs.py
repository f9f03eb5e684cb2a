"""A form for the brief of any kind, made from the brief's JSON Schema: no kind is known here.

The form only turns what was typed into JSON.  What is allowed is said once, by the kind's own model:
the service validates, and `take` puts its problems beside the fields."""

from collections.abc import Callable
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from generation.admin.rendering import words
from generation.core.kind import JsonObject
from generation.core.prompting import Kind
from generation.core.schema import Schema
from generation.core.text import cleaned
from generation.models import Strategy
from generation.services.errors import Refusal

LONG_TEXT_CHARACTERS = 200      # longer fields get more than one line


class TextField(forms.CharField):
    """Text as the kinds keep it, and counted so.  Browsers send line breaks as CR LF."""

    def to_python(self, value: Any) -> str:     # Any: what the form carries
        return cleaned((super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n"))


class LinesField(TextField):
    """A list of texts, one on each line; `item` reads one of them."""

    def __init__(self, *, item: forms.Field, **options: Any) -> None:     # Any: a field's options
        super().__init__(**options)
        self.item = item

    def prepare_value(self, value: Any) -> Any:     # Any: a list, or what was typed
        return "\n".join(str(line) for line in value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:     # Any: what the form carries
        lines = [cleaned(line) for line in super().clean(value).split("\n")]
        return [self._read(number, line) for number, line in enumerate(filter(None, lines), start=1)]

    def _read(self, number: int, line: str) -> Any:     # Any: what `item` makes of it
        try:
            return self.item.clean(line)
        except forms.ValidationError as error:
            raise forms.ValidationError(f"Line {number}: {' '.join(error.messages)}") from error


class AskForm(forms.Form):
    """How and what: the strategy and the brief of one kind."""

    strategy = forms.ChoiceField(
        choices=Strategy.choices, initial=Strategy.PARALLEL, widget=UnfoldAdminSelectWidget,
        help_text="Parallel is fastest; sequential lets each part see the ones before; single is cheapest.",
    )
    fresh = forms.BooleanField(
        label="Make it anew", required=False, widget=UnfoldBooleanWidget,
        help_text="Also if the same was asked for before and could be served at no cost.",
    )
    adapt = forms.UUIDField(widget=forms.HiddenInput, required=False)      # chosen among what a quote offers
    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, kind: Kind, **options: Any) -> None:     # Any: a form's options
        super().__init__(**options)
        schema = kind.Brief.model_json_schema()
        self.required_names = set(schema.get("required", ()))
        self.brief_names = list(schema["properties"])
        for name, node in schema["properties"].items():
            self.fields[_key(name)] = _field(name, node, schema, kind.example.get(name))

    def brief(self) -> JsonObject:
        """What was filled in.  An empty optional field is left out, so that the kind's default holds; an
        empty list stays an empty list, which may mean something."""
        typed = {name: self.cleaned_data[_key(name)] for name in self.brief_names}
        return {
            name: value for name, value in typed.items()
            if value not in (None, "") or name in self.required_names
        }

    def take(self, refusal: Refusal) -> None:
        """Show each problem at its field."""
        if not refusal.problems:
            self.add_error(None, f"{refusal.message} {refusal.advice}")
        for pointer, sentence in refusal.problems:
            parts = pointer.split("/")[1:]
            in_brief = parts[0] == "brief" and len(parts) > 1
            key = _key(parts[1]) if in_brief else parts[0]
            rest = parts[2:] if in_brief else parts[1:]
            where = f"Line {int(rest[0]) + 1}: " if rest and rest[0].isdecimal() else ""
            is_shown = key in self.fields and not self.fields[key].widget.is_hidden
            self.add_error(key if is_shown else None, f"{where}{sentence}")

    @staticmethod
    def initial_of(kind: Kind, brief: JsonObject) -> JsonObject:
        """`brief` as initial values, as far as the kind still asks for them."""
        asked = kind.Brief.model_fields
        return {_key(name): value for name, value in brief.items() if name in asked and value is not None}


def readable(kind: Kind | None, brief: JsonObject) -> JsonObject:
    """`brief` with the words of its choices as people write them, in the order of the form."""
    if kind is None:
        return brief
    schema = kind.Brief.model_json_schema()
    known = [name for name in schema["properties"] if name in brief]
    return {
        name: _readable(_resolved(schema["properties"].get(name, {}), schema), brief[name], schema)
        for name in [*known, *(name for name in brief if name not in known)]
    }


def _readable(node: Schema, value: Any, schema: Schema) -> Any:     # Any: JSON
    if isinstance(value, list):
        item = _resolved(node.get("items") or {}, schema)
        return [_readable(item, one, schema) for one in value]
    return words(value) if "enum" in node and isinstance(value, str) else value


def _key(name: str) -> str:
    """The form's name of a brief's field, out of the way of the form's own."""
    return f"brief-{name}"


def _resolved(node: Schema, schema: Schema) -> Schema:
    """`node` with its `$ref` followed, and without the null of an optional value."""
    if "$ref" in node:
        node = {**schema["$defs"][node["$ref"].rsplit("/", 1)[-1]], **node}
    options = [option for option in node.get("anyOf", ()) if option.get("type") != "null"]
    if len(options) == 1:
        siblings = {key: value for key, value in node.items() if key != "anyOf"}
        node = {**_resolved(options[0], schema), **siblings}
    return node


def _field(name: str, node: Schema, schema: Schema, example: Any) -> forms.Field:     # Any: JSON
    node = _resolved(node, schema)
    is_required = name in schema.get("required", ())
    common: dict[str, Any] = {
        "label": words(name), "required": is_required, "initial": node.get("default"),
        "help_text": node.get("description", ""),
    }
    field = _field_of_type(node, schema, common, example)
    field.is_wide = isinstance(field.widget, forms.Textarea | forms.CheckboxSelectMultiple)     # type: ignore[attr-defined]
    return field


def _field_of_type(
    node: Schema, schema: Schema, common: dict[str, Any], example: Any     # Any: JSON
) -> forms.Field:
    if "enum" in node:
        has_value = common["initial"] is not None
        blank = [] if has_value else [("", "Choose …")]
        return forms.TypedChoiceField(
            choices=[*blank, *_choices(node)], coerce=_reader(node),
            widget=UnfoldAdminSelectWidget, **_with_example(common, example),
        )
    match node.get("type"):
        case "array":
            return _list_field(_resolved(node.get("items") or {}, schema), common, example)
        case "boolean":
            return forms.BooleanField(widget=UnfoldBooleanWidget, **{**common, "required": False})
        case "integer":
            return forms.IntegerField(
                min_value=node.get("minimum"), max_value=node.get("maximum"),
                widget=UnfoldAdminIntegerFieldWidget(_placeholder(example)), **common,
            )
        case "number":
            return forms.FloatField(
                min_value=node.get("minimum"), max_value=node.get("maximum"),
                widget=UnfoldAdminDecimalFieldWidget({"step": "any", **_placeholder(example)}), **common,
            )
        case "string":
            return _text_field(node, common, example)
        case _:
            return forms.JSONField(
                widget=UnfoldAdminTextareaWidget({"rows": 4, "spellcheck": "false"}),
                **{**common, "help_text": f"{common['help_text']} As JSON.".strip()},
            )


def _text_field(node: Schema, common: dict[str, Any], example: Any) -> forms.Field:     # Any: JSON
    longest = node.get("maxLength")
    is_long = longest is None or longest > LONG_TEXT_CHARACTERS
    widget = (
        UnfoldAdminTextareaWidget({"rows": 3, **_placeholder(example)}) if is_long
        else UnfoldAdminTextInputWidget(_placeholder(example))
    )
    return TextField(max_length=longest, widget=widget, **common)


def _list_field(item: Schema, common: dict[str, Any], example: Any) -> forms.Field:     # Any: JSON
    if "enum" in item:
        return forms.TypedMultipleChoiceField(
            choices=_choices(item), coerce=_reader(item),
            widget=UnfoldAdminCheckboxSelectMultipleWidget, **_with_example(common, example),
        )
    reads: dict[str, forms.Field] = {
        "string": TextField(), "integer": forms.IntegerField(), "number": forms.FloatField(),
    }
    reader = reads.get(item.get("type", ""), forms.JSONField())
    return LinesField(
        item=reader, widget=UnfoldAdminTextareaWidget({"rows": 3, **_placeholder(example)}),
        **{**common, "help_text": f"{common['help_text']} One on each line.".strip()},
    )


def _choices(node: Schema) -> list[tuple[Any, str]]:     # Any: a JSON scalar
    return [(value, words(str(value))) for value in node["enum"]]


def _reader(node: Schema) -> Callable[[str], Any]:     # Any: a JSON scalar
    """From what the browser sent to the value itself, which need not be a text."""
    return {str(value): value for value in node["enum"]}.__getitem__


def _placeholder(example: Any) -> dict[str, str]:     # Any: JSON
    """The example's value as a grey hint in the empty field."""
    if example in (None, "", []):
        return {}
    lines = example if isinstance(example, list) else [example]
    return {"placeholder": "\n".join(str(line) for line in lines)}


def _with_example(common: dict[str, Any], example: Any) -> dict[str, Any]:     # Any: JSON
    """Choices cannot show a placeholder, so the help names the example."""
    if example in (None, "", []):
        return common
    values = example if isinstance(example, list) else [example]
    named = ", ".join(words(str(value)).lower() for value in values)
    return {**common, "help_text": f"{common['help_text']} Example: {named}.".strip()}
