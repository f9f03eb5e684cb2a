"""Statements that Django compiles once and that are executed with new values: for every request and every call.

Building a query and compiling it takes Django five to ten times as long as the database takes to answer it.  Here the
SQL is Django's own, also its conversions of values, for both databases; only the work that would come out the same is
not done again.  What a statement asks may differ in its values alone, not in None, and in the number of them only where
it says so (`IsOneOf`)."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, CharField, Expression, F, Field, IntegerField, Model, QuerySet, TextField
from django.db.models.constants import OnConflict
from django.db.models.query import ModelIterable, get_related_populators
from django.db.models.sql import InsertQuery, UpdateQuery

from accounts.server_bound import bound_cursor, in_one_message

M = TypeVar("M", bound=Model)
T = TypeVar("T")
Row = Sequence[Any]      # Any: what a database gives
_AS_IT_IS = (BooleanField, CharField, IntegerField, TextField)      # whose plain values no database wants otherwise
_PLAIN = {bool, int, str}

if TYPE_CHECKING:
    AnyField = Field[Any, Any]      # Any: whatever it holds
else:
    AnyField = Field


class Given(Expression):
    """The place of a value in a query, which is filled in by its name each time: as `field` writes it, or as it is."""

    def __init__(self, name: str, field: AnyField | None = None) -> None:
        super().__init__(output_field=field or Field())
        self.name = name
        self._is_as_it_is = field is None

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:     # Any: Django's own
        return "%s", [self]

    def bound(self, value: Any, database: BaseDatabaseWrapper) -> Any:     # Any: what it is, as the driver takes it
        if not self._is_as_it_is:
            return self.output_field.get_db_prep_value(value, database)
        if isinstance(value, dt.datetime) and database.vendor != "postgresql":
            return database.ops.adapt_datetimefield_value(value)
        return value


class GivenMany(Given):
    """The place of any number of values, for `IsOneOf`."""

    def bound(self, value: Any, database: BaseDatabaseWrapper) -> Any:     # Any: what it is, as the driver takes it
        return list(value) if database.vendor == "postgresql" else json.dumps(list(value))


class IsOneOf(Expression):
    """Whether a column is among the values that are given."""

    conditional = True

    def __init__(self, column: str | Expression, values: GivenMany) -> None:
        super().__init__(output_field=BooleanField())
        self.sources: list[Any] = [F(column) if isinstance(column, str) else column, values]     # Any: Django's own

    def get_source_expressions(self) -> list[Any]:
        return self.sources

    def set_source_expressions(self, exprs: Any) -> None:
        self.sources = list(exprs)

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:     # Any: Django's own
        column, params = compiler.compile(self.sources[0])
        values, given = compiler.compile(self.sources[1])
        if connection.vendor == "postgresql":
            return f"{column} = ANY({values})", [*params, *given]
        return f"{column} IN (SELECT value FROM json_each({values}))", [*params, *given]      # noqa: S608


@dataclass(frozen=True)
class Bound(Generic[T]):
    """A statement with its values, and what is made of the rows that it brings."""

    sql: str
    values: Sequence[Any] = ()      # Any: parameters
    made: Callable[[list[Row]], T] = cast("Callable[[list[Row]], T]", list)

    def run(self) -> T:
        with bound_cursor(self.sql, self.values) as cursor:
            return self.made(cursor.fetchall())


def together(*statements: Bound[Any]) -> list[Any]:     # Any: what is made of each
    """What comes of `statements`, which go to the database in one message; see `in_one_message`."""
    found = in_one_message([(one.sql, one.values) for one in statements])
    return [one.made(rows) for one, rows in zip(statements, found, strict=True)]


class _Statement:
    """SQL and its parameters, of which those that are given have their place held by `Given`."""

    def __init__(self, sql: str, params: Iterable[Any]) -> None:     # Any: parameters
        self._sql, self._params = sql, tuple(params)

    def filled(
        self, given: dict[str, Any], database: BaseDatabaseWrapper,     # Any: what the places take
    ) -> tuple[str, list[Any]]:     # Any: parameters
        return self._sql, [
            param.bound(given[param.name], database) if isinstance(param, Given) else param for param in self._params
        ]


class Selection(Generic[T]):
    """The rows of a queryset, of whole models or of `values_list`; `build` is called once."""

    def __init__(self, build: Callable[[], QuerySet[Any, T]]) -> None:     # Any: a model
        self._build = build
        self._compiled: dict[str, _Reading[T]] = {}      # by the vendor of the database

    def all(self, **given: Any) -> list[T]:     # Any: what the places take
        return self.bound(**given).run()

    def bound(self, **given: Any) -> Bound[list[T]]:     # Any: what the places take
        database = connections[DEFAULT_DB_ALIAS]
        reading = self._compiled.get(database.vendor)
        if reading is None:
            reading = self._compiled[database.vendor] = _Reading(self._build(), database)
        sql, values = reading.filled(given, database)
        return Bound(sql, values, lambda rows: [reading.made(row, database) for row in rows])

    def first(self, **given: Any) -> T | None:     # Any: what the places take
        """Of a queryset that finds one row at most."""
        found = self.all(**given)
        return found[0] if found else None


class _Reading(_Statement, Generic[T]):
    """A statement, and what is made of its rows: as `ModelIterable` and `ValuesListIterable` do it."""

    def __init__(self, queryset: QuerySet[Any, T], database: BaseDatabaseWrapper) -> None:     # Any: a model
        compiler = queryset.query.get_compiler(connection=database)
        super().__init__(*compiler.as_sql())
        self._converters = tuple(compiler.get_converters([column[0] for column in compiler.select]).items())
        self._model: type[Model] | None = None
        if issubclass(queryset._iterable_class, ModelIterable):
            about: dict[str, Any] = compiler.klass_info or {}     # Any: Django's own
            places = about["select_fields"]
            self._model, self._own = about["model"], slice(places[0], places[-1] + 1)
            self._names = [column[0].target.attname for column in compiler.select[self._own]]
            self._beside = get_related_populators(about, compiler.select, database.alias)     # type: ignore[call-arg]
            self._more = tuple(compiler.annotation_col_map.items())

    def made(self, row: Row, database: BaseDatabaseWrapper) -> T:
        if self._converters:
            row = _converted(row, self._converters, database)
        if self._model is None:
            return cast(T, tuple(row))
        made = self._model.from_db(database.alias, self._names, row[self._own])
        for one in self._beside:
            one.populate(row, made)
        for name, place in self._more:
            setattr(made, name, row[place])
        return cast(T, made)


class Presence:
    """Of which of several querysets there is a row, in one statement; `build` is called once."""

    def __init__(self, build: Callable[[], Mapping[str, QuerySet[Any]]]) -> None:     # Any: a model
        self._build = build
        self._compiled: dict[str, tuple[_Statement, tuple[str, ...]]] = {}      # by the vendor of the database

    def found(self, **given: Any) -> frozenset[str]:     # Any: what the places take
        """The names of those that have one."""
        database = connections[DEFAULT_DB_ALIAS]
        if database.vendor not in self._compiled:
            self._compiled[database.vendor] = self._statement(database)
        statement, names = self._compiled[database.vendor]
        with bound_cursor(*statement.filled(given, database)) as cursor:
            row = cursor.fetchone()
        return frozenset(name for name, is_there in zip(names, row, strict=True) if is_there)

    def _statement(self, database: BaseDatabaseWrapper) -> tuple[_Statement, tuple[str, ...]]:
        querysets = self._build()
        parts = [one.query.exists().get_compiler(connection=database).as_sql() for one in querysets.values()]
        sql = ", ".join(f"EXISTS ({part})" for part, _params in parts)
        return _Statement(f"SELECT {sql}", [param for _part, params in parts for param in params]), tuple(querysets)


class Change:
    """An UPDATE: which rows, what is written there, and which columns of it are told; `build` is called once."""

    def __init__(
        self, build: Callable[[], tuple[QuerySet[Any], dict[str, Any]]], *,     # Any: columns' values
        returning: Sequence[str] = (), exactly: int | None = None,
    ) -> None:
        """`returning`: columns whose values the database tells as they are, such as integers.

        `exactly`: where it meets another number of rows, PostgreSQL fails with a DataError, and so does not execute
        what follows in the same message; elsewhere whoever asks counts what came back."""
        self._build, self._returning, self._exactly = build, returning, exactly
        self._compiled: dict[str, _Statement] = {}

    def make(self, **given: Any) -> int:     # Any: what the places take
        """How many rows it met."""
        statement, database = self._statement()
        with bound_cursor(*statement.filled(given, database)) as cursor:
            met: int = cursor.rowcount
        return met

    def made(self, **given: Any) -> list[Row]:     # Any: what the places take
        """What the changed rows have in the columns of `returning` now, in any order."""
        return self.bound(**given).run()

    def bound(self, **given: Any) -> Bound[list[Row]]:     # Any: what the places take
        statement, database = self._statement()
        sql, values = statement.filled(given, database)
        return Bound(sql, values, lambda rows: [row for row in rows if row[0] is not None])

    def _statement(self) -> tuple[_Statement, BaseDatabaseWrapper]:
        database = connections[DEFAULT_DB_ALIAS]
        statement = self._compiled.get(database.vendor)
        if statement is None:
            queryset, values = self._build()
            query: Any = queryset.order_by().query.chain(UpdateQuery)     # Any: the stubs do not know its methods
            query.add_update_values(values)
            sql, params = query.get_compiler(connection=database).as_sql()
            if self._returning:
                columns = ", ".join(map(database.ops.quote_name, self._returning))
                sql += f" RETURNING {columns}"
                if self._exactly is not None and database.vendor == "postgresql":
                    sql = self._counted(sql, columns)
            statement = self._compiled[database.vendor] = _Statement(sql, params)
        return statement, database

    def _counted(self, sql: str, columns: str) -> str:
        """`sql`, which fails with its own words where it does not meet all rows: as a number they cannot be read."""
        nothing = ", ".join(["NULL"] * (len(self._returning) - 1))
        return (
            f"WITH met AS ({sql}) SELECT {columns} FROM met UNION ALL SELECT CASE WHEN count(*) = {self._exactly} "      # noqa: S608
            f"THEN NULL ELSE ('met ' || count(*) || ' of {self._exactly} rows')::bigint END, {nothing} FROM met"
        )


class Insertion(Generic[M]):
    """The INSERT of one new row, as `Model.save` writes it, with what the database sets by itself; without signals."""

    def __init__(self, model: type[M], *, unless_there: bool = False) -> None:
        """`unless_there`: nothing is written where that would break a constraint."""
        self._on_conflict = OnConflict.IGNORE if unless_there else None
        self._fields = [field for field in model._meta.local_concrete_fields if field is not model._meta.auto_field]
        self._compiled: dict[tuple[Any, ...], _Writing] = {}      # by vendor, and which columns are expressions

    def of(self, row: M) -> bool:
        """Write `row`, which then knows its id; False if it was there."""
        return self.bound(row).run()

    def bound(self, row: M) -> Bound[bool]:
        database = connections[DEFAULT_DB_ALIAS]
        values = [field.pre_save(row, True) for field in self._fields]
        kind = database.vendor, *(hasattr(value, "resolve_expression") for value in values)
        writing = self._compiled.get(kind)
        if writing is None:
            writing = self._compiled[kind] = _Writing(row, self._fields, self._on_conflict, database)

        def made(rows: list[Row]) -> bool:
            for returned in rows:
                told = _converted(returned, writing.converters, database)
                for name, value in zip(writing.returned, told, strict=True):
                    setattr(row, name, value)
                row._state.adding, row._state.db = False, database.alias
            return bool(rows)

        return Bound(writing.sql, writing.params(values, database), made)


class _Writing:
    """The SQL of an INSERT of such rows as `example` is one; expressions are the same in all of them."""

    def __init__(
        self, example: Model, fields: Sequence[AnyField], on_conflict: OnConflict | None, database: BaseDatabaseWrapper,
    ) -> None:
        meta = example._meta
        query = InsertQuery(type(example), on_conflict=on_conflict)
        query.insert_values(fields, [example])
        compiler = query.get_compiler(connection=database)
        compiler.returning_fields = meta.db_returning_fields
        [(self.sql, _params)] = compiler.as_sql()
        # Of each parameter: its field and its place in the row, or None and the parameter.
        self._slots: list[tuple[AnyField | None, Any, bool]] = []      # Any: a place, or a parameter
        for place, field in enumerate(fields):
            value = compiler.prepare_value(field, field.pre_save(example, True))
            if hasattr(value, "as_sql"):
                self._slots += [(None, param, False) for param in compiler.compile(value)[1]]
            else:
                self._slots.append((field, place, isinstance(field, _AS_IT_IS)))
        self.returned = [field.attname for field in compiler.returning_fields]
        columns = [field.get_col(meta.db_table) for field in compiler.returning_fields]
        self.converters = tuple(compiler.get_converters(columns).items())

    def params(self, values: Row, database: BaseDatabaseWrapper) -> list[Any]:     # Any: parameters
        return [
            place if field is None
            else value if (value := values[place]) is None or (is_plain and value.__class__ in _PLAIN)
            else field.get_db_prep_save(value, database)
            for field, place, is_plain in self._slots
        ]


def _converted(
    row: Row, converters: Iterable[tuple[int, Any]], database: BaseDatabaseWrapper,     # Any: Django's own
) -> Row:
    found = list(row)
    for place, (steps, expression) in converters:
        for step in steps:
            found[place] = step(found[place], expression, database)
    return found
