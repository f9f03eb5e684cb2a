"""One statement for many rows, each with values of its own.

Django's `bulk_update` builds a CASE as large as the batch each time, and `bulk_create` asks every field of every row
how it is written.  Here the values travel as a table, and the statement is written once.  On PostgreSQL a column is an
array, bound by the server as bytes: Django's cursors would quote each value into the text of the statement, and arrays
as text cost both sides some ten times as much as everything else.

What is put together here are names of models and words of callers in this code; values travel beside them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection, models

from accounts.server_bound import bound_cursor

Row = tuple[Any, ...]      # Any: column values
Fields = list["models.Field[Any, Any]"]     # Any: whatever the column holds


class _Statement(NamedTuple):
    before: str                                     # the rows
    after: str
    fields: Fields
    constants: Row = ()                             # values that stand in every row

    def execute(self, rows: Sequence[Row]) -> list[Row]:
        if connection.vendor == "postgresql":
            return self._bound_as_arrays(rows)
        one = f"({', '.join(['%s'] * (len(self.fields) + len(self.constants)))})"
        values = [
            value for row in rows
            for value in (*(field.get_db_prep_save(given, connection) for field, given in zip(
                self.fields, row, strict=True)), *self.constants)
        ]
        with bound_cursor(f"{self.before}{', '.join([one] * len(rows))}{self.after}", values) as cursor:
            found: list[Row] = cursor.fetchall()
        return found

    def _bound_as_arrays(self, rows: Sequence[Row]) -> list[Row]:
        columns = [_array(field, values) for field, values in zip(self.fields, zip(*rows, strict=True), strict=True)]
        with bound_cursor(f"{self.before}{self.after}", [*self.constants, *columns]) as cursor:
            found: list[Row] = cursor.fetchall()
        return found


def _array(field: "models.Field[Any, Any]", values: Row) -> list[Any]:     # Any: as the driver takes them
    """What the driver itself knows how to write goes as it is."""
    if isinstance(field, models.JSONField):
        return [field.get_db_prep_save(value, connection) for value in values]
    return list(values)


class _Written:
    """A statement for `model`, written once for each vendor of databases."""

    def __init__(self, model: type[models.Model]) -> None:
        self._model = model
        self._statements: dict[str, _Statement] = {}

    def _statement(self, write: Callable[[bool], _Statement]) -> _Statement:
        known = self._statements.get(connection.vendor)
        if known is None:
            known = self._statements[connection.vendor] = write(connection.vendor == "postgresql")
        return known

    def _field(self, name: str) -> "models.Field[Any, Any]":
        field = self._model._meta.get_field(name)
        assert isinstance(field, models.Field), "it has a column of its own"
        return field

    def _column(self, name: str) -> str:
        return str(self._field(name).column)


def _arrays(fields: Fields) -> str:
    return ", ".join(f"%b::{field.db_type(connection)}[]" for field in fields)


class RowsUpdate(_Written):
    """UPDATE of rows of (id, a value for each of `sets`, a value for each of `given`).

    `given` are values that are not assigned by themselves: by name, the field whose type they have.  `also` are further
    assignments and `only` a condition, both SQL, in which `t` is the table, `v` the values and {now} the database's
    time; `returning` are columns of the table."""

    def __init__(
        self, model: type[models.Model], sets: Sequence[str], *, given: Mapping[str, str] | None = None,
        also: Sequence[str] = (), only: str = "", returning: Sequence[str] = (),
    ) -> None:
        super().__init__(model)
        self._names = {"id": "id", **{name: name for name in sets}, **(given or {})}
        self._assignments = ", ".join([*(f"{self._column(name)} = v.{name}" for name in sets), *also])
        self._condition = f"t.id = v.id AND ({only})" if only else "t.id = v.id"
        self._returning = ("id", *returning)

    def __call__(self, rows: Sequence[Row]) -> list[Row]:
        """Write `rows`; of each that met the condition, its id and what is returned."""
        return self._statement(self._write).execute(rows) if rows else []

    def _write(self, is_postgres: bool) -> _Statement:
        fields = [self._field(of) for of in self._names.values()]
        if is_postgres:
            of, now = "t.", "STATEMENT_TIMESTAMP()"
            before = f"(SELECT * FROM unnest({_arrays(fields)}) AS given({', '.join(self._names)})"      # noqa: S608
            after = ")"
        else:
            of, now = "", "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')"      # SQLite knows no alias there
            named = ", ".join(f"column{place} AS {name}" for place, name in enumerate(self._names, start=1))
            before, after = f"(SELECT {named} FROM (VALUES ", ") AS given)"      # noqa: S608
        returning = ", ".join(f"{of}{self._column(name)}" for name in self._returning)
        sets = self._assignments.replace("{now}", now)
        return _Statement(
            f"UPDATE {self._model._meta.db_table} AS t SET {sets} FROM {before}",      # noqa: S608
            f"{after} AS v WHERE {self._condition} RETURNING {returning}", fields,
        )


class RowsInsert(_Written):
    """INSERT of rows of a value for each of `names`; the other columns have the model's defaults, or the database's.

    `returning` are columns of the table."""

    def __init__(self, model: type[models.Model], names: Sequence[str], *, returning: Sequence[str] = ("id",)) -> None:
        super().__init__(model)
        self._names = names
        self._returning = returning

    def __call__(self, rows: Sequence[Row]) -> list[Row]:
        """Write `rows`; of each, in any order, what is returned."""
        return self._statement(self._write).execute(rows) if rows else []

    def _write(self, is_postgres: bool) -> _Statement:
        fields = [self._field(name) for name in self._names]
        others = [
            field for field in self._model._meta.local_concrete_fields
            if field not in fields and not field.primary_key and not field.has_db_default()
        ]
        constants = tuple(field.get_db_prep_save(field.get_default(), connection) for field in others)
        columns = ", ".join(
            str(field.column) for field in ((*others, *fields) if is_postgres else (*fields, *others)))
        before = f"INSERT INTO {self._model._meta.db_table} ({columns}) "
        returning = f" RETURNING {', '.join(self._column(name) for name in self._returning)}"
        if is_postgres:
            same = "".join(f"%s::{field.db_type(connection)}, " for field in others)
            before += f"SELECT {same}given.* FROM unnest({_arrays(fields)}) AS given"      # noqa: S608
        else:
            before += "VALUES "
        return _Statement(before, returning, fields, constants)
