"""The books: everything that is moved instead of counted, compared with a count.

Each comparison is one statement that both databases understand, and the database does the adding: what comes to Python
are the rows that differ, one after the other.  All look at one moment, so that nothing that is at work seems wrong.
Calls at once, of a worker and of a route, are not here: they are counted whenever somebody asks.  What windows owe to
each other (`Usage.debt`) depends on limits as they stood then, which no row remembers: only its bound is here."""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q

from accounts import ledger
from generation.models import Attempt, AttemptState, Job, clock
from generation.models.job import TERMINAL
from generation.telemetry import counters

MOST_LOOKED_AT_AGAIN = 10_000      # so many at once are no coincidence of a moment
SWEEPS_PATIENCE = 3
ENDED = f"({', '.join(map(repr, TERMINAL))})"

Row = tuple[Any, ...]     # Any: column values


@dataclass(frozen=True)
class BookComparison:
    """`sql` yields `id`, then what the row says of each of `columns`, then what was counted of each.

    `at_most`: a row that says less is in order.  `is_swept`: the sweeper puts it right by itself, a moment later."""

    name: str
    promise: str
    sentence: str
    table: str
    columns: tuple[str, ...]
    sql: str
    at_most: bool = False
    is_swept: bool = False


@dataclass(frozen=True)
class Difference:
    comparison: BookComparison
    row: int | str
    says: Mapping[str, int]
    counted: Mapping[str, int]

    def __str__(self) -> str:
        told = ", ".join(f"{name} says {said}, counted {self.counted[name]}" for name, said in self.says.items())
        return f"{self.comparison.table} {self.row}: {told}"


@dataclass(frozen=True)
class Found:
    """What one comparison has found: how many rows differ, and the first of them."""

    comparison: BookComparison
    count: int
    first: Sequence[Difference]


@dataclass(frozen=True)
class AtWork:
    """What is under way: after a backup was restored, `asking` is what nobody will answer any more."""

    jobs: int
    asking: int
    replied: int
    lost: int
    reservations: int
    reserved_usd_micros: int


def verify(*, most: int, pause: Callable[[float], None]) -> tuple[list[Found], AtWork]:
    """Every comparison at one moment, with the first `most` differences of each.

    What a sweep puts right is looked at again after a few, if it was not: `pause` waits for so many seconds."""
    with clock.one_moment():
        found = [_tally(comparison, most) for comparison in COMPARISONS]
        at_work = _at_work()
        doubtful = {
            one.comparison.name: {difference.row for difference in differences(one.comparison)}
            for one in found if one.comparison.is_swept and 0 < one.count <= MOST_LOOKED_AT_AGAIN
        }
    if doubtful:
        pause(SWEEPS_PATIENCE * settings.SWEEP_S)
        with clock.one_moment():
            found = [
                _tally(one.comparison, most, still=doubtful[one.comparison.name])
                if one.comparison.name in doubtful else one
                for one in found
            ]
    return found, at_work


def differences(comparison: BookComparison) -> Iterator[Difference]:
    """The rows that differ, by id, as they come from the database."""
    width = len(comparison.columns)
    statement, parameters = _statement(comparison)
    with _streaming() as cursor:
        cursor.execute(statement, parameters)
        while rows := cursor.fetchmany(1_000):
            for row in rows:
                pairs = zip(comparison.columns, row[1:width + 1], row[width + 1:], strict=True)
                differing = [pair for pair in pairs if (pair[1] > pair[2] if comparison.at_most else
                                                        pair[1] != pair[2])]
                yield Difference(
                    comparison, row[0], {name: said for name, said, _ in differing},
                    {name: counted for name, _, counted in differing})


def _tally(comparison: BookComparison, most: int, still: set[int | str] | None = None) -> Found:
    first, count = list[Difference](), 0
    for difference in differences(comparison):
        if still is None or difference.row in still:
            count += 1
            if len(first) < most:
                first.append(difference)
    return Found(comparison, count, first)


def _at_work() -> AtWork:
    by_state = {state: Count("pk", filter=Q(state=state)) for state in (
        AttemptState.ASKING.value, AttemptState.REPLIED.value, AttemptState.LOST.value)}
    calls = Attempt.objects.exclude(state=AttemptState.SETTLED).aggregate(**by_state)
    reservations, reserved = ledger.open_reservations()
    return AtWork(Job.objects.active().count(), **calls, reservations=reservations, reserved_usd_micros=reserved)


def _statement(comparison: BookComparison) -> tuple[str, list[Any] | None]:     # Any: what a database takes
    said = ", ".join(comparison.columns)
    counted = ", ".join(f"{name}_counted" for name in comparison.columns)
    differs = " OR ".join(
        f"{name} {'>' if comparison.at_most else '<>'} {name}_counted" for name in comparison.columns)
    inner = comparison.sql.format(TERMINAL=ENDED, charged=_CHARGED[connection.vendor])
    statement = f"SELECT id, {said}, {counted} FROM ({inner}) AS compared WHERE {differs} ORDER BY id"      # noqa: S608
    if "%s" not in statement:
        return statement, None
    # Until then a reply that its worker left behind may wait for the chunk's next claim.
    patience = settings.LLM_DEADLINE_S + 2 * settings.LEASE_S + SWEEPS_PATIENCE * settings.SWEEP_S
    forgotten = clock.now() - dt.timedelta(seconds=patience)
    return statement, [connection.ops.adapt_datetimefield_value(forgotten)]


@contextlib.contextmanager
def _streaming() -> Iterator[Any]:     # Any: a cursor of either driver
    """A cursor that holds no more rows than are read; PostgreSQL's driver otherwise fetches all."""
    with connection.chunked_cursor() if connection.in_atomic_block else connection.cursor() as cursor:
        yield cursor


# Ids of usage rows stand in a JSON list: the one thing that the databases spell differently.
_CHARGED = {
    "postgresql": "jsonb_array_elements_text(r.charged) AS c(value)",
    "sqlite": "json_each(r.charged) AS c",
}
# A reservation names what it is for in words, and SQLite stores a UUID without hyphens: the request of a job, for which
# its owner pays, and each errand.
_CAUSES = (
    "SELECT j.id AS job_id, NULL AS errand_id, j.user_id AS payer_id, "
    "REPLACE(CAST(j.public_id AS TEXT), '-', '') AS reference FROM generation_job j "
    "UNION ALL SELECT e.job_id, e.id, e.payer_id, REPLACE(CAST(e.reference AS TEXT), '-', '') FROM generation_errand e"
)
_RESERVATIONS = (
    "SELECT MIN(id) AS id, REPLACE(reference, '-', '') AS reference, "
    "COUNT(CASE WHEN settled_at IS NULL THEN 1 END) AS unsettled, "
    "CAST(SUM(used_units) AS BIGINT) AS used_units, CAST(SUM(used_usd_micros) AS BIGINT) AS used_usd_micros "
    "FROM accounts_reservation GROUP BY REPLACE(reference, '-', '')"
)
_RESERVED = f"""SELECT c.job_id, CAST(SUM(r.unsettled) AS BIGINT) AS unsettled,
        CAST(SUM(r.used_units) AS BIGINT) AS used_units, CAST(SUM(r.used_usd_micros) AS BIGINT) AS used_usd_micros
    FROM ({_CAUSES}) c JOIN ({_RESERVATIONS}) r ON r.reference = c.reference GROUP BY c.job_id"""      # noqa: S608  by job
_BY_METRIC = ", ".join(
    f"CAST(SUM(CASE WHEN r.settled_at IS NULL THEN r.{metric} ELSE 0 END) AS BIGINT) AS {metric}, "
    f"CAST(SUM({used}) AS BIGINT) AS used_{metric}"
    for metric, used in (
        ("requests", "r.used_requests"), ("units", "r.used_units"), ("usd_micros", "r.used_usd_micros"), ("jobs", "0"))
)
_OF_METRIC = " ".join(
    f"WHEN '{metric}' THEN s.{{prefix}}{metric}" for metric in ("requests", "units", "usd_micros", "jobs"))


def _summed(name: str, labels: str, counted: str, *, but: str = "") -> str:
    """A row of the comparison `metrics`: of the sums whose labels end so, and are not like `but`."""
    return (
        f"SELECT '{name}{labels}' AS id, (SELECT CAST(COALESCE(SUM(value), 0) AS BIGINT) FROM generation_sum "      # noqa: S608
        f"WHERE name = '{name}' AND labels LIKE '%{labels}' AND labels NOT LIKE '{but}') AS value, "
        f"({counted}) AS value_counted"
    )


_ENDS = "SELECT CAST(COALESCE(SUM(value), 0) AS BIGINT) FROM generation_sum WHERE name = 'jobs'"
_UNTIMED = ", ".join(f"'{code}'" for code in sorted(counters.UNTIMED))
_TIMED = (
    "SELECT COUNT(*) FROM generation_attempt "      # noqa: S608
    f"WHERE is_counted AND origin = 'provider' AND code NOT IN ({_UNTIMED})"
)


def _of_calls(column: str) -> str:
    return (
        f"SELECT CAST(COALESCE(SUM({column}), 0) AS BIGINT) FROM generation_attempt "      # noqa: S608
        "WHERE is_counted AND origin = 'provider'"
    )


COMPARISONS: tuple[BookComparison, ...] = (
    BookComparison(
        "job_sums", "I3", "A job's calls, tokens and cost are those of its booked calls.", "job",
        ("calls", "input_tokens", "cached_input_tokens", "output_tokens", "cost_usd_micros"),
        """SELECT j.id, j.calls, j.input_tokens, j.cached_input_tokens, j.output_tokens, j.cost_usd_micros,
            COALESCE(a.calls, 0) AS calls_counted, COALESCE(a.input_tokens, 0) AS input_tokens_counted,
            COALESCE(a.cached_input_tokens, 0) AS cached_input_tokens_counted,
            COALESCE(a.output_tokens, 0) AS output_tokens_counted,
            COALESCE(a.cost_usd_micros, 0) AS cost_usd_micros_counted
        FROM generation_job j LEFT JOIN (
            SELECT job_id, COUNT(*) AS calls, CAST(SUM(input_tokens) AS BIGINT) AS input_tokens,
                CAST(SUM(cached_input_tokens) AS BIGINT) AS cached_input_tokens,
                CAST(SUM(output_tokens) AS BIGINT) AS output_tokens,
                CAST(SUM(cost_usd_micros) AS BIGINT) AS cost_usd_micros
            FROM generation_attempt WHERE is_booked GROUP BY job_id
        ) a ON a.job_id = j.id""",
    ),
    BookComparison(
        "part_costs", "I3", "A part costs no more than its booked calls: what came too late is its job's alone.",
        "chunk", ("cost_usd_micros",),
        """SELECT p.id, p.cost_usd_micros, COALESCE(a.cost_usd_micros, 0) AS cost_usd_micros_counted
        FROM generation_chunk p LEFT JOIN (
            SELECT chunk_id, CAST(SUM(cost_usd_micros) AS BIGINT) AS cost_usd_micros
            FROM generation_attempt WHERE is_booked GROUP BY chunk_id
        ) a ON a.chunk_id = p.id""",
        at_most=True,
    ),
    BookComparison(
        "paid_calls", "I3", "A call that was paid for is in its job's sums, once nobody can use its reply any more.",
        "attempt", ("booked_usd_micros",),
        """SELECT a.id, 0 AS booked_usd_micros, a.cost_usd_micros AS booked_usd_micros_counted
        FROM generation_attempt a JOIN generation_chunk p ON p.id = a.chunk_id
        WHERE NOT a.is_booked AND a.origin = 'provider' AND a.cost_usd_micros > 0 AND (a.state <> 'replied'
            OR (a.started_at < %s AND p.state NOT IN ('pending', 'running')))""",
    ),
    BookComparison(
        "running_calls", "I3", "A part that is at work has one open call, of its newest claim.", "chunk", ("calls",),
        """SELECT p.id, 1 AS calls, COUNT(a.id) AS calls_counted
        FROM generation_chunk p LEFT JOIN generation_attempt a
            ON a.chunk_id = p.id AND a.fence = p.fence AND a.state IN ('asking', 'replied')
        WHERE p.state = 'running' GROUP BY p.id""",
    ),
    BookComparison(
        "claims", "I9", "A part counts no fewer claims than its calls have.", "chunk", ("fence",),
        """SELECT p.id, MAX(a.fence) AS fence, p.fence AS fence_counted
        FROM generation_chunk p JOIN generation_attempt a ON a.chunk_id = p.id GROUP BY p.id, p.fence""",
        at_most=True,
    ),
    BookComparison(
        "tries", "I10", "A part counts no more tries than it has calls.", "chunk", ("attempts",),
        """SELECT p.id, p.attempts, COUNT(a.id) AS attempts_counted
        FROM generation_chunk p LEFT JOIN generation_attempt a ON a.chunk_id = p.id GROUP BY p.id, p.attempts""",
        at_most=True,
    ),
    BookComparison(
        "job_progress", "I6", "What a job says of its parts is what they are.", "job",
        ("has_ended", "is_planned", "units", "unit_done", "unit_failed", "cached_parts", "saved_usd_micros"),
        """SELECT j.id, CASE WHEN j.state IN {TERMINAL} THEN 1 ELSE 0 END AS has_ended,
            CASE WHEN j.is_planned THEN 1 ELSE 0 END AS is_planned,
            CASE WHEN p.planned = 1 THEN j.unit_total ELSE 0 END AS units,
            j.unit_done, j.unit_failed, j.cached_parts, j.saved_usd_micros,
            CASE WHEN COALESCE(p.unended, 0) = 0 THEN 1 ELSE 0 END AS has_ended_counted,
            COALESCE(p.planned, 0) AS is_planned_counted, COALESCE(p.units, 0) AS units_counted,
            COALESCE(p.done, 0) AS unit_done_counted, COALESCE(p.failed, 0) AS unit_failed_counted,
            COALESCE(p.cached, 0) AS cached_parts_counted, COALESCE(p.saved, 0) AS saved_usd_micros_counted
        FROM generation_job j LEFT JOIN (
            SELECT job_id, COUNT(CASE WHEN state IN ('pending', 'running') THEN 1 END) AS unended,
                COUNT(CASE WHEN position = 0 AND state = 'done' THEN 1 END) AS planned,
                COUNT(CASE WHEN position > 0 THEN 1 END) AS units,
                COUNT(CASE WHEN position > 0 AND state = 'done' THEN 1 END) AS done,
                COUNT(CASE WHEN position > 0 AND state IN ('failed', 'cancelled') THEN 1 END) AS failed,
                COUNT(CASE WHEN from_cache THEN 1 END) AS cached,
                CAST(SUM(saved_usd_micros) AS BIGINT) AS saved
            FROM generation_chunk GROUP BY job_id
        ) p ON p.job_id = j.id""",
    ),
    BookComparison(
        "job_bills", "I4", "Of a job that has ended, all units that were made and all costs are billed.", "job",
        ("billed_units", "billed_usd_micros"),
        """SELECT j.id, j.billed_units, j.billed_usd_micros,
            COALESCE(p.made, 0) + COALESCE(v.made, 0) AS billed_units_counted,
            j.cost_usd_micros AS billed_usd_micros_counted
        FROM generation_job j LEFT JOIN (
            SELECT job_id, COUNT(*) AS made FROM generation_chunk
            WHERE position > 0 AND state = 'done' AND NOT from_cache GROUP BY job_id
        ) p ON p.job_id = j.id LEFT JOIN (
            SELECT u.job_id, COUNT(*) AS made FROM generation_unitversion o JOIN generation_chunk u ON u.id = o.chunk_id
            WHERE NOT o.from_cache AND NOT o.is_draft GROUP BY u.job_id
        ) v ON v.job_id = j.id
        WHERE j.state IN {TERMINAL}""",
        is_swept=True,
    ),
    BookComparison(
        "errand_bills", "I4", "Of an errand of a job that has ended, what was made and what it cost are billed.",
        "errand", ("billed_units", "billed_usd_micros"),
        """SELECT e.id, e.billed_units, e.billed_usd_micros,
            COALESCE(p.made, 0) + COALESCE(v.made, 0) AS billed_units_counted,
            COALESCE(a.cost, 0) AS billed_usd_micros_counted
        FROM generation_errand e JOIN generation_job j ON j.id = e.job_id LEFT JOIN (
            SELECT errand_id, COUNT(*) AS made FROM generation_chunk
            WHERE position > 0 AND state = 'done' AND NOT from_cache GROUP BY errand_id
        ) p ON p.errand_id = e.id LEFT JOIN (
            SELECT errand_id, COUNT(*) AS made FROM generation_unitversion
            WHERE NOT from_cache AND NOT is_draft GROUP BY errand_id
        ) v ON v.errand_id = e.id LEFT JOIN (
            SELECT errand_id, CAST(SUM(cost_usd_micros) AS BIGINT) AS cost
            FROM generation_attempt WHERE is_booked GROUP BY errand_id
        ) a ON a.errand_id = e.id
        WHERE j.state IN {TERMINAL}""",
        is_swept=True,
    ),
    BookComparison(
        "reservations_used", "I4", "What is billed of a job is what its reservations say was used.", "job",
        ("billed_units", "billed_usd_micros"),
        f"""SELECT j.id, j.billed_units, j.billed_usd_micros, COALESCE(r.used_units, 0) AS billed_units_counted,
            COALESCE(r.used_usd_micros, 0) AS billed_usd_micros_counted
        FROM generation_job j LEFT JOIN ({_RESERVED}) r ON r.job_id = j.id""",      # noqa: S608
    ),
    BookComparison(
        "errands_used", "I4", "What is billed of an errand is what its reservations say was used.", "errand",
        ("billed_units", "billed_usd_micros"),
        f"""SELECT e.id, e.billed_units, e.billed_usd_micros, COALESCE(r.used_units, 0) AS billed_units_counted,
            COALESCE(r.used_usd_micros, 0) AS billed_usd_micros_counted
        FROM generation_errand e JOIN ({_CAUSES}) c ON c.errand_id = e.id
            LEFT JOIN ({_RESERVATIONS}) r ON r.reference = c.reference""",      # noqa: S608
    ),
    BookComparison(
        "reservations_open", "I4", "A job has a reservation that is open as long as it has not ended.", "job",
        ("is_reserved",),
        f"""SELECT j.id, CASE WHEN COALESCE(r.unsettled, 0) > 0 THEN 1 ELSE 0 END AS is_reserved,
            CASE WHEN j.state IN {{TERMINAL}} THEN 0 ELSE 1 END AS is_reserved_counted
        FROM generation_job j LEFT JOIN ({_RESERVED}) r ON r.job_id = j.id""",      # noqa: S608
    ),
    BookComparison(
        "reservations_orphaned", "I4", "Nothing is reserved for a job that is not there.", "reservation",
        ("unsettled",),
        f"""SELECT r.id, r.unsettled, 0 AS unsettled_counted FROM ({_RESERVATIONS}) r
            LEFT JOIN ({_CAUSES}) c ON r.reference = c.reference WHERE c.job_id IS NULL""",      # noqa: S608
        is_swept=True,
    ),
    BookComparison(
        "payers", "I4", "What is reserved for a request is its owner's, what for an errand its payer's.", "reservation",
        ("user_id",),
        f"""SELECT r.id, r.user_id, c.payer_id AS user_id_counted FROM accounts_reservation r
            JOIN ({_CAUSES}) c ON c.reference = REPLACE(r.reference, '-', '')""",      # noqa: S608
    ),
    BookComparison(
        "usage", "I4", "What a limit's window says is used and reserved is what its reservations sum up to.", "usage",
        ("reserved", "used"),
        f"""SELECT u.id, u.reserved, u.used,
            COALESCE(CASE u.metric {_OF_METRIC.format(prefix="")} END, 0) AS reserved_counted,
            COALESCE(CASE u.metric {_OF_METRIC.format(prefix="used_")} END, 0) AS used_counted
        FROM accounts_usage u LEFT JOIN (
            SELECT CAST(c.value AS BIGINT) AS usage_id, {_BY_METRIC}
            FROM accounts_reservation r, {{charged}} GROUP BY CAST(c.value AS BIGINT)
        ) s ON s.usage_id = u.id""",      # noqa: S608
    ),
    BookComparison(
        "windows", "I4", "Every window of a limit that a reservation was taken from is there.", "reservation",
        ("windows",),
        """SELECT r.id, COUNT(*) AS windows, COUNT(u.id) AS windows_counted
        FROM accounts_reservation r CROSS JOIN {charged} LEFT JOIN accounts_usage u ON u.id = CAST(c.value AS BIGINT)
        GROUP BY r.id""",
    ),
    BookComparison(
        "debts", "I4", "A limit's window owes no more than was taken in the one before it.", "usage", ("debt",),
        """SELECT u.id, u.debt, COALESCE(LAG(u.used + u.reserved + u.debt) OVER (
            PARTITION BY u.user_id, u.metric, u."window" ORDER BY u.period_start), 0) AS debt_counted
        FROM accounts_usage u""",
        at_most=True,
    ),
    BookComparison(
        "failures", "I5", "A failure counts the parts, jobs and users that it affects.", "incident",
        ("chunks", "jobs", "users"),
        """SELECT i.id, i.chunks, i.jobs, i.users, COUNT(o.id) AS chunks_counted,
            COUNT(DISTINCT o.job_id) AS jobs_counted, COUNT(DISTINCT j.user_id) AS users_counted
        FROM generation_incident i LEFT JOIN generation_occurrence o ON o.incident_id = i.id
            LEFT JOIN generation_job j ON j.id = o.job_id
        GROUP BY i.id, i.chunks, i.jobs, i.users""",
    ),
    BookComparison(
        "metrics", "I3", "The sums that /metrics reads are those of the rows that were counted into them.", "sum",
        ("value",),
        " UNION ALL ".join([
            _summed("cost_usd_micros", "", _of_calls("cost_usd_micros")),
            _summed("tokens", "|input", _of_calls("input_tokens")),
            _summed("tokens", "|cached_input", _of_calls("cached_input_tokens")),
            _summed("tokens", "|output", _of_calls("output_tokens")),
            _summed("units", "", "SELECT CAST(COALESCE(SUM(counted_units), 0) AS BIGINT) FROM generation_job"),
            # One that was lost and then answered ended twice, as a lost one and as what came.
            _summed("calls", "", "SELECT COUNT(*) FROM generation_attempt WHERE is_counted AND code <> 'lost'",
                    but="%|lost|%"),
            _summed("call_bucket", "", _TIMED),
        ]),
    ),
    BookComparison(
        "ends", "I3", "Every job that has ended is in the sum that /metrics reads, and again for an errand at most.",
        "sum", ("value",),
        f"""SELECT 'jobs, at least' AS id, (SELECT COUNT(*) FROM generation_job WHERE is_counted) AS value,
            ({_ENDS}) AS value_counted
        UNION ALL SELECT 'jobs, at most' AS id, ({_ENDS}) AS value,
            (SELECT COUNT(*) FROM generation_job WHERE is_counted)
            + (SELECT COUNT(*) FROM generation_errand) AS value_counted""",      # noqa: S608
        at_most=True,
    ),
)
