"""Tables full of rows, by few statements of PostgreSQL: for benchmarks, and for tests that look at plans.

Of jobs that ended there are a plan, one unit, a call for each and up to three log lines; of jobs at work a plan, two
units that are made and ten that are due.  What has no column here has its default, so a new column needs no line."""

from typing import Any

from django.db import connection
from django.db.models import NOT_PROVIDED, Model

from accounts.models import Reservation, Role, Usage, User
from generation.kinds import get_kind
from generation.models import Attempt, Chunk, Delivery, Job, LogEntry, Route
from generation.models.outgoing import WebhookEndpoint

AT_ONCE = 100_000      # jobs that one statement inserts
DONE_UNITS, DUE_UNITS = 2, 10      # of a job at work
JOBS_OF_A_USER = 10                # at work
KIND = "training_program"
# About as much as a week of training, and the reply that it came in.
TEXT = "jsonb_build_object('text', (SELECT string_agg(md5((i.id * 31 + n)::text), ' ') FROM generate_series(1, 40) n))"


def insert(model: type[Model], source: str, /, **columns: str) -> None:
    """Rows of `model` from `source`, the columns by SQL; those that are not given have their default."""
    names, values, params = [], [], list[Any]()      # Any: of columns
    for field in model._meta.local_concrete_fields:
        if field.name in columns:
            values.append(columns[field.name].replace("%", "%%"))
        elif field.primary_key or field.db_default is not NOT_PROVIDED:
            continue
        else:
            values.append("%s")
            params.append(field.get_db_prep_save(field.get_default(), connection))
        names.append(connection.ops.quote_name(field.column))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) SELECT {', '.join(values)} "
            f"FROM {source.replace('%', '%%')}", params)


def fill(jobs: int, waiting: int, days: int = 730) -> None:
    """`jobs` that ended within `days`, `waiting` parts that are due, all that belongs to them, and statistics of it."""
    active = -(-waiting // DUE_UNITS)
    people = max(1, active // JOBS_OF_A_USER), max(1, min(2_000, jobs // 10))
    insert(
        User, f"generate_series(1, {max(people)}) i", username="'person-' || i", role=f"'{Role.TEACHER}'",
        password="'!'", date_joined="now()")
    first = User.objects.filter(username__startswith="person-").order_by("pk").values_list("pk", flat=True)[0]
    route = Route.objects.order_by("priority")[0].pk
    for begin in range(0, jobs, AT_ONCE):
        at = f"now() - interval '1 hour' - (1 - i::float / {jobs}) * interval '{days} days'"
        fill_ended(begin, min(AT_ONCE, jobs - begin), at, first, people[1], route)
    fill_active(active, waiting, first, people[0], route)
    insert(
        WebhookEndpoint, f"generate_series({first}, {first + 9}) i", public_id="gen_random_uuid()", user="i",
        url="'https://hooks.example.com/' || i", events="'[\"job.completed\"]'", is_enabled="true", created_at="now()")
    insert(
        Delivery, f"generate_series(1, {jobs // 2}) i", public_id="gen_random_uuid()",
        endpoint="(SELECT min(id) FROM generation_webhookendpoint) + i % 10", event="'job.completed'",
        payload="'{}'", state="CASE WHEN i % 50 = 0 THEN 'waiting' ELSE 'delivered' END",
        next_at="CASE WHEN i % 50 = 0 THEN now() END",
        finished_at=f"CASE WHEN i % 50 <> 0 THEN now() - i * interval '31 days' / {jobs // 2} END")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def fill_ended(begin: int, count: int, at: str, first_user: int, users: int, route: int) -> None:
    """`count` jobs from number `begin` on, each begun `at`; one in twenty failed."""
    before = Job.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    insert(
        Job, f"generate_series({begin}, {begin + count - 1}) i", public_id="gen_random_uuid()",
        user=f"{first_user} + i % {users}", kind=f"'{KIND}'", kind_revision=str(get_kind(KIND).revision),
        brief="""'{"goal": "strength", "weeks": 1, "days_per_week": 3}'""", title="'Strength: program ' || i",
        route=str(route), request_fingerprint="md5(i::text) || md5(i::text)",
        state="CASE WHEN i % 20 = 0 THEN 'failed' ELSE 'completed' END",
        reason="CASE WHEN i % 20 = 0 THEN 'refused' ELSE '' END", unit_total="1",
        unit_done="CASE WHEN i % 20 = 0 THEN 0 ELSE 1 END", unit_failed="CASE WHEN i % 20 = 0 THEN 1 ELSE 0 END",
        is_planned="true", calls="2", input_tokens="2000", output_tokens="1000", cost_usd_micros="4200",
        billed_units="1", billed_usd_micros="4200", is_counted="true", counted_units="1",
        created_at=at, started_at=at, finished_at=f"{at} + interval '1 minute'", active_since=at)
    mine = f"generation_job i WHERE i.id > {before}"
    made = f"(SELECT i.*, p FROM generation_job i, generate_series(0, 1) p WHERE i.id > {before}) i"
    is_lost = "(i.state = 'failed' AND p = 1)"
    insert(
        Chunk, made, job="i.id", position="p", stage="CASE p WHEN 0 THEN 'plan' ELSE 'unit' END", title="'Part ' || p",
        state=f"CASE WHEN {is_lost} THEN 'failed' ELSE 'done' END",
        reason=f"CASE WHEN {is_lost} THEN 'refused' ELSE '' END", content=f"CASE WHEN NOT {is_lost} THEN {TEXT} END",
        fence="1", attempts="1", cost_usd_micros="2100", started_at="i.created_at", finished_at="i.finished_at")
    insert(
        Attempt, f"generation_chunk c JOIN generation_job i ON i.id = c.job_id WHERE i.id > {before}",
        job="i.id", chunk="c.id", fence="1", route=str(route), model="'gpt'", worker="'w'", state="'settled'",
        code="CASE c.state WHEN 'done' THEN 'ok' ELSE 'refused' END", request_id="'req-' || c.id",
        reply=f"CASE WHEN i.created_at > now() - interval '31 days' THEN {TEXT}::text ELSE '' END",
        input_tokens="1000", output_tokens="500", cost_usd_micros="2100", is_booked="true", is_counted="true",
        started_at="i.created_at", replied_at="i.finished_at", settled_at="i.finished_at")
    for code, level, days in (("submit", "info", 31), ("finish", "info", 31), ("completed", "warning", 91)):
        insert(
            LogEntry, f"{mine} AND i.created_at > now() - interval '{days} days'", job="i.id", user="i.user_id",
            at="i.created_at", code=f"'{code}'", level=f"'{level}'", message="'week 1 of 1 complete'")
    insert(
        Reservation, mine, user="i.user_id", reference="i.public_id::text", requests="1", units="1",
        usd_micros="9000", jobs="1", charged="'[]'", created_at="i.created_at", settled_at="i.finished_at",
        used_requests="1", used_units="1", used_usd_micros="4200")
    for metric, window in (("requests", "hour"), ("units", "day"), ("usd_micros", "month")):
        insert(
            Usage, f"(SELECT DISTINCT user_id, date_trunc('{window}', created_at) AS at FROM {mine}) i "
            "ON CONFLICT DO NOTHING", user="i.user_id", metric=f"'{metric}'", window=f"'{window}'",
            period_start="i.at", limit="1000", is_left="true", debt="0", used="1", reserved="0")


def fill_active(jobs: int, waiting: int, first_user: int, users: int, route: int) -> None:
    """Jobs at work, whose plan and first units are made, and whose other units are due."""
    before = Job.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    insert(
        Job, f"generate_series(0, {jobs - 1}) i", public_id="gen_random_uuid()",
        user=f"{first_user} + i / {JOBS_OF_A_USER} % {users}",
        kind=f"'{KIND}'", kind_revision=str(get_kind(KIND).revision),
        brief=f"""'{{"goal": "strength", "weeks": {DONE_UNITS + DUE_UNITS}, "days_per_week": 3}}'""",
        title="'Strength: active ' || i", route=str(route), request_fingerprint="md5(i::text) || md5(i::text)",
        state="'generating'", unit_total=str(DONE_UNITS + DUE_UNITS), unit_done=str(DONE_UNITS), is_planned="true",
        calls="i % 4", created_at="now()", started_at="now()", active_since="now()")
    is_done = f"p <= {DONE_UNITS}"
    insert(
        Chunk, f"(SELECT i.*, p FROM generation_job i, generate_series(0, {DONE_UNITS + DUE_UNITS}) p "
        f"WHERE i.id > {before} AND ({is_done} OR (i.id - {before + 1}) * {DUE_UNITS} + p - {DONE_UNITS} <= {waiting})"
        ") i",
        job="i.id", position="p", stage="CASE p WHEN 0 THEN 'plan' ELSE 'unit' END", title="'Part ' || p",
        state=f"CASE WHEN {is_done} THEN 'done' ELSE 'pending' END", content=f"CASE WHEN {is_done} THEN {TEXT} END",
        ready_at=f"CASE WHEN NOT {is_done} THEN now() - interval '1 hour' END",
        finished_at=f"CASE WHEN {is_done} THEN now() END",
        fence=f"CASE WHEN {is_done} THEN 1 ELSE 0 END", attempts=f"CASE WHEN {is_done} THEN 1 ELSE 0 END")
    insert(
        Attempt, f"generation_chunk c WHERE c.job_id > {before} AND c.state = 'done'",
        job="c.job_id", chunk="c.id", fence="1", route=str(route), model="'gpt'", worker="'w'", state="'settled'",
        code="'ok'", reply="'{}'", is_booked="true", is_counted="true", started_at="now()", replied_at="now()",
        settled_at="now()")
    insert(
        Reservation, f"generation_job i WHERE i.id > {before}", user="i.user_id", reference="i.public_id::text",
        requests="1", units=str(DONE_UNITS + DUE_UNITS), usd_micros="9000", jobs="1", charged="'[]'",
        created_at="now()")
