"""What `manage.py verify_setup` looks at.  Each check is bounded in time and says in one line what is
so, and what to do where it is not well.  No line shows a key or a password.

Looking changes nothing: no folder, file or row is made or written, neither here nor, before, by the settings."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.core.checks import run_checks
from django.db import DatabaseError, InterfaceError, connection

from generation.core.dialects import LOCAL
from generation.core.schema import lint
from generation.core.secret_patterns import scrub
from generation.core.text import counted
from generation.kinds import all_kinds
from generation.llm.client import OPENAI_URL
from generation.llm.local_server import NoLocalModel, models_at
from generation.management.cli import preflight, trial_call
from generation.management.cli.base import BadInput, one_line
from generation.management.cli.diagnosis import Diagnosis, Findings, Mark, bad, doubtful, good
from generation.models import Route, clock
from generation.services.routing import local_routes
from generation.services.routing.keys import NO_KEY, OWN, key_of, named_hosts, stop_of, url_of
from generation.telemetry import health, heartbeats

FEW_BYTES = 1 << 30
TOO_FEW_BYTES = 100 << 20
OLDEST_POSTGRESQL = 14
WEB_PROCESSES = 2      # as the deployment files start them; a web process has no row to be counted by
WEAK_KEY_CHARACTERS = 50
WORKER = "celery -A config worker --pool threads --concurrency 2 --without-gossip --without-mingle --without-heartbeat"


def checkup(*, makes_call: bool) -> Iterator[Diagnosis]:
    """Every check in an order in which the first bad line is the one to mend first."""
    checks: list[Callable[[], Findings]] = [_folder, _disk, _secrets, _schemas]
    for check in checks:
        yield from check()
    can_ask = True
    for found in _database():
        can_ask = can_ask and found.mark is not Mark.BAD
        yield found
    yield from _running(can_ask)
    yield from _provider(makes_call=makes_call, can_ask=can_ask)
    yield from _django()


def _folder() -> Findings:
    folder: Path = settings.LOCAL_DIR
    nearest = next(one for one in (folder, *folder.parents) if os.path.lexists(one))
    if not nearest.is_dir():
        what = f"a link to {nearest.readlink()}" if nearest.is_symlink() else "a file"
        yield bad("folder", f"LOCAL_DIR {folder} cannot be made: {nearest} is {what}", "Set LOCAL_DIR to a folder.")
    elif nearest != folder and not shutil.disk_usage(nearest).total:
        yield bad("folder", f"LOCAL_DIR {folder} cannot be made: {nearest} keeps no files", "Set LOCAL_DIR elsewhere.")
    elif not os.access(nearest, os.W_OK | os.X_OK):
        yield bad("folder", f"LOCAL_DIR {folder} cannot be written", "Let the process's user write there.")
    elif nearest != folder:
        yield doubtful("folder", f"{folder} is missing", "The next start makes it; what runs needs it back now.")
    else:
        yield good("folder", f"{folder} can be written")


def _nearest(path: Path) -> Path:
    """`path`, or what there is of the way to it."""
    return next(one for one in (path, *path.parents) if one.exists())


def _disk() -> Findings:
    free = shutil.disk_usage(_nearest(settings.LOCAL_DIR)).free
    mark = Mark.GOOD if free >= FEW_BYTES else Mark.DOUBTFUL if free >= TOO_FEW_BYTES else Mark.BAD
    yield Diagnosis(mark, "disk", f"{free / (1 << 30):.1f} GiB free", "" if mark is Mark.GOOD else "Make room.")


def _secrets() -> Findings:
    key = settings.SECRET_KEY
    is_weak = len(key) < WEAK_KEY_CHARACTERS or len(set(key)) < 5 or "insecure" in key
    path: Path | None = settings.SECRET_KEY_FILE
    if path is not None and not path.exists():
        yield doubtful(
            "secret key", f"{path} is missing",
            "The next start makes another one: sign in again; or put the old one back.")
    elif is_weak:
        yield Diagnosis(
            Mark.BAD if settings.IS_PRODUCTION else Mark.DOUBTFUL, "secret key", "is short or easy to guess",
            f"Set SECRET_KEY to {WEAK_KEY_CHARACTERS} random characters or more.")
    elif path is not None and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield doubtful("secret key", f"others can read {path}", f"chmod 600 {path}")
    else:
        yield good("secret key", f"{len(key)} characters")
    if settings.DEBUG:
        yield doubtful("debug", "is on, and shows settings to visitors", "Unset DEBUG.")
    if "*" in settings.ALLOWED_HOSTS:
        yield bad("hosts", "any name is accepted", "Set ALLOWED_HOSTS to the names that you use.")
    else:
        yield good("hosts", ", ".join(settings.ALLOWED_HOSTS))


def _schemas() -> Findings:
    for slug, kind in all_kinds().items():
        schemas = {"plan": kind.plan_schema, "unit": kind.unit_schema, "whole": kind.whole_schema}
        problems = [f"{stage}: {problem}" for stage, schema in schemas.items() for problem in lint(schema)]
        if problems:
            yield bad(f"kind {slug}", problems[0], "A provider will refuse it: change the kind's schema.")
        else:
            yield good(f"kind {slug}", f"revision {kind.revision}, schemas within the strict-mode limits")


def _database() -> Findings:
    name = preflight.database_name()
    if connection.vendor == "sqlite" and not preflight.has_database_file():
        yield bad("database", f"{name} is not there yet", "Run python manage.py up, or migrate.")
        return
    try:
        preflight.reach_database()
        yield from _sqlite(name) if connection.vendor == "sqlite" else _postgresql(name)
        pending = preflight.pending_migrations()
    except BadInput as error:
        yield bad("database", one_line(error), "Check DATABASE_URL, and that the server runs.")
        return
    except (DatabaseError, InterfaceError) as error:
        yield bad("database", f"{name}: {one_line(error)}", "Check DATABASE_URL.")
        return
    if pending:
        yield bad("migrations", f"{pending} are not applied", "Run python manage.py migrate.")
    else:
        yield good("migrations", "all applied")


def _sqlite(name: str) -> Findings:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        journal = cursor.fetchone()[0]
        cursor.execute("SELECT sqlite_version()")
        version = cursor.fetchone()[0]
    mode = connection.settings_dict["OPTIONS"].get("transaction_mode", "DEFERRED")
    state = f"SQLite {version}, {journal.upper()}, {mode}, {name}"
    if mode != "IMMEDIATE":
        yield bad("database", state, "Set transaction_mode: writers need IMMEDIATE.")
    elif journal != "wal":
        yield doubtful("database", state, "Writers need WAL: the next start turns it on, if this is a local disk.")
    elif settings.IS_PRODUCTION:
        yield doubtful("database", state, "It is for one machine; several need PostgreSQL.")
    else:
        yield good("database", state)


def _postgresql(name: str) -> Findings:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
    if int(version.split(".")[0]) < OLDEST_POSTGRESQL:
        yield bad("database", f"PostgreSQL {version}, {name}", f"Use version {OLDEST_POSTGRESQL} or newer.")
    else:
        yield good("database", f"PostgreSQL {version}, {name}")


def _running(can_ask: bool) -> Findings:
    """Broker, worker and sweeper, as `/readyz` sees them."""
    advice = {
        "broker": "Start Redis, or check REDIS_URL.",
        "worker": f"Start one: {WORKER if settings.IS_PRODUCTION else 'python manage.py up'}",
        "sweeper": "It runs in every worker: start one.",
    }
    # Embedded, it is usual that nothing runs between two uses.
    mark = Mark.BAD if settings.IS_PRODUCTION else Mark.DOUBTFUL
    if not can_ask:
        yield doubtful("broker, worker, sweeper", "not looked at before the database is well")
        return
    if connection.vendor == "postgresql":
        yield _connections()
    for check in health.checks():
        if check.name == "database":
            continue
        if check.is_ok:
            yield good(check.name, check.line)
        else:
            how_bad = Mark.BAD if check.name == "broker" else mark
            yield Diagnosis(how_bad, check.name, check.line, advice[check.name])


def _connections() -> Diagnosis:
    """Whether everybody's pool, when it is full, is what the server has room for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int "
            "- coalesce(current_setting('reserved_connections', true), '0')::int")
        [room] = cursor.fetchone()
    workers = max(1, len(heartbeats.living(clock.now())))
    pool: int = connection.settings_dict["OPTIONS"]["pool"]["max_size"]
    most = (workers + WEB_PROCESSES) * pool
    state = (
        f"{counted(workers, 'worker')} and {WEB_PROCESSES} web processes of {pool} connections each take up to {most} "
        f"of {room}")
    if most > room:
        return doubtful(
            "connections", state,
            "Raise max_connections, or lower DATABASE_POOL_SIZE: who finds none is answered with 503.")
    return good("connections", state)


# --- The provider -----------------------------------------------------------------------------


def _provider(*, makes_call: bool, can_ask: bool) -> Findings:
    has_own = bool(settings.OPENAI_API_KEY or settings.OPENAI_BASE_URL)
    routes = list(Route.objects.enabled()) if can_ask else []
    elsewhere = [route for route in routes if route.base_url]
    if not has_own and not elsewhere:
        mark = Mark.BAD if settings.IS_PRODUCTION else Mark.DOUBTFUL
        yield Diagnosis(
            mark, "provider", "none is set",
            "Set OPENAI_API_KEY or OPENAI_BASE_URL, or add a local model with add_local_route; until then `up` starts "
            "the simulator.")
        return
    if can_ask and not routes:
        yield bad("route", "no model route is enabled", "Enable one in the admin, under model routes.")
        return
    for route in routes:
        if route.open_until is not None:
            yield doubtful("route", f"{route.slug} is paused: {route.breaker_reason}",
                "It is tried again by itself; staff can end the pause in the admin.")
        if stop := stop_of(route.endpoint):
            yield bad("route", f"{route.slug}: nothing is sent", stop.sentence)
    reached = routes if has_own else elsewhere
    if left := [route.slug for route in routes if route not in reached]:
        yield doubtful(
            "provider", f"none is set for {', '.join(left)}",
            "Disable them in the admin, or set OPENAI_API_KEY or OPENAI_BASE_URL; until then `up` lets the simulator "
            "answer for them.")
    if not reached:
        yield _listed(None)
    elif not makes_call and reached[0].spoken not in LOCAL:      # of local ones more is told below
        yield _listed(reached[0])
    for route in reached:
        if stop_of(route.endpoint) is None:
            if makes_call:
                yield from trial_call.findings(route)
            yield from _local(route)


def _listed(route: Route | None) -> Diagnosis:
    """GET /models with the key: costs nothing, and tells whether address and key are right."""
    endpoint = route.endpoint if route is not None else OWN
    base = url_of(endpoint) or OPENAI_URL
    if stop := stop_of(endpoint):
        return bad("provider", "nothing is sent", stop.sentence)
    try:
        answer = models_at(base, key_of(endpoint) or NO_KEY, named_hosts())
    except NoLocalModel as problem:
        why = _shown(problem).removesuffix(" Does it run?").rstrip(".")
        return bad("provider", why, "Check network and OPENAI_BASE_URL.")
    if answer.status in {401, 403}:
        return bad("provider", f"{base} refuses the key", "Set a valid OPENAI_API_KEY.")
    if answer.status != 200:
        return doubtful("provider", f"{base}/models answered {answer.status}", "Make sure with --call.")
    if answer.models is None:
        return bad("provider", f"{base} does not speak OpenAI's protocol", "Check OPENAI_BASE_URL.")
    models = list(answer.models)
    if models == ["simulator"]:
        return doubtful("provider", f"{base} is the simulator", "For real documents set OPENAI_API_KEY.")
    if route is not None and models and route.model not in models:
        return doubtful("provider", f"{base} answers and does not list the model {route.model}",
            "Change the route's model in the admin, or make sure with --call.")
    return good("provider", f"{base} answers and takes the key")


def _local(route: Route) -> Findings:
    """Whether a local server is what the route says: its context, and how many calls it takes at once."""
    if route.spoken not in LOCAL:
        return
    name = f"server of {route.slug}"
    try:
        server = local_routes.look_at(
            route.address, key_name=route.key_name, model=route.model, dialect=route.spoken)
    except NoLocalModel as problem:
        yield bad(name, str(problem).rstrip("."), "Start the server, or change the route in the admin.")
        return
    is_fine = True
    if route.room > server.context_tokens:
        is_fine = False
        how = "the server has" if server.tells_context else "the server does not tell; its usual context is"
        yield doubtful(
            name, f"the route says {route.room:,} tokens and {how} {server.context_tokens:,}",
            "Change the route's context length, or start the server with more.")
    if server.tells_slots and route.max_in_flight > server.slots:
        is_fine = False
        yield doubtful(
            name, f"up to {counted(route.max_in_flight, 'call')} are sent at once and the server takes {server.slots}",
            "Change the route's ceiling: who waits in the server's queue is waiting for the deadline, too.")
    for shortcoming in local_routes.shortcomings(route):
        is_fine = False
        yield doubtful(name, f"is not chosen for {shortcoming}")
    if is_fine:
        yield good(name, local_routes.described(server))


def _shown(error: object) -> str:
    return scrub(" ".join(str(error).split()), [settings.OPENAI_API_KEY or ""])


# --- Django's own checks ----------------------------------------------------------------------


def _django() -> Findings:
    """`check`, and `check --deploy` where it matters."""
    messages = run_checks(include_deployment_checks=settings.IS_PRODUCTION)
    seen = [message for message in messages if message.level >= 30 and not message.is_silenced()]
    if not seen:
        yield good("django", "check" + (" --deploy" if settings.IS_PRODUCTION else "") + " is clean")
    for message in seen:
        yield Diagnosis(
            Mark.BAD if message.is_serious() else Mark.DOUBTFUL, "django", f"{message.id} {message.msg}",
            message.hint or "")
