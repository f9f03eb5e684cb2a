"""Every setting that the environment may decide, read once and loudly.

A value that cannot be used stops start-up with one sentence and exit code 2.  Nothing else in
the code base reads `os.environ`."""

import os
import re
import sys
from pathlib import Path
from typing import Annotated, Literal, NoReturn
from urllib.parse import unquote, urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from generation.core.addresses import base_url_problem, read_host

BASE_DIR = Path(__file__).resolve().parent.parent


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _blank_is_unset(value: object) -> object:
    return None if value == "" else value


def _http_url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("must start with http:// or https://")
    return value.rstrip("/")


def _check_url(name: str, value: str | None, schemes: tuple[str, ...], *, needs_host: bool = False) -> None:
    """ValueError naming the variable, never its value: it may hold a password."""
    if value is None:
        return
    try:
        parts = urlsplit(value)
        _port, host = parts.port, parts.hostname
    except ValueError as error:
        raise ValueError(f"{name} is not a URL: its host or port cannot be read") from error
    if parts.scheme not in schemes or "://" not in value:
        shown = [f"{scheme}://" for scheme in schemes if scheme != "postgres"]      # an old spelling, understood
        raise ValueError(f"{name} must start with {' or '.join(shown)}")
    if needs_host and not host:
        raise ValueError(f"{name} names no host")


def _check_base_url(name: str, value: str | None) -> None:
    """ValueError for what no provider can have as its address; its text is not quoted."""
    if value is not None and (problem := base_url_problem(value)) is not None:
        raise ValueError(f"{name} {problem}")


def _provider_host(value: list[str]) -> list[str]:
    for entry in value:
        try:
            read_host(entry)
        except ValueError as error:
            raise ValueError(
                f"{entry} is none: give names or addresses, with or without a port, such as models.internal:8000 "
                f"({error})") from error
    return value


def _rate(value: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,6}/[smhd]", value):
        raise ValueError("must be a number of requests in a second, minute, hour or day, such as 600/m")
    return value


MAIL_SCHEMES = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}      # and their usual ports


def mail_settings(url: str) -> dict[str, object]:
    """Django's e-mail settings for an EMAIL_URL that `Environment` has accepted."""
    parts = urlsplit(url)
    return {
        "EMAIL_HOST": parts.hostname, "EMAIL_PORT": parts.port or MAIL_SCHEMES[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""), "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+starttls", "EMAIL_USE_SSL": parts.scheme == "smtps",
    }


Words = Annotated[list[str], NoDecode, BeforeValidator(_split)]
Days = Annotated[int, Field(ge=0, le=36_500)]
PositiveSeconds = Annotated[float, Field(gt=0, le=86_400)]


class Environment(BaseSettings):
    """One field, one environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(env_file=BASE_DIR / ".env", extra="ignore", case_sensitive=False)

    app_env: Literal["embedded", "production"] = "embedded"
    secret_key: Annotated[SecretStr | None, BeforeValidator(_blank_is_unset)] = None
    allowed_hosts: Words = []
    csrf_trusted_origins: Words = []
    debug: bool = False
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"] | None, BeforeValidator(_blank_is_unset)] = None
    public_url: Annotated[str, AfterValidator(_http_url)] = "http://127.0.0.1:8000"
    local_dir: Path = BASE_DIR / ".local"

    database_url: Annotated[str | None, BeforeValidator(_blank_is_unset)] = None
    database_pool_size: Annotated[int, Field(ge=2, le=200)] = 12
    redis_url: Annotated[str | None, BeforeValidator(_blank_is_unset)] = None
    queue_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,60}$")] = "coursewright"

    openai_api_key: Annotated[SecretStr | None, BeforeValidator(_blank_is_unset)] = None
    openai_base_url: Annotated[str | None, BeforeValidator(_blank_is_unset)] = None
    provider_hosts: Annotated[Words, AfterValidator(_provider_host)] = []      # of one's own network
    llm_deadline_s: PositiveSeconds = 300      # one whole call; the p99 of a 6k-token week is about 70 s
    llm_connect_timeout_s: PositiveSeconds = 5
    llm_answer_mb: Annotated[int, Field(ge=1, le=1_000)] = 8      # unpacked; the longest replies have a tenth

    # Provider calls in flight per worker process; unset: as many as memory and descriptors carry, 1,000 at most.
    worker_slots: Annotated[int | None, Field(ge=1, le=2_000), BeforeValidator(_blank_is_unset)] = None
    worker_db_threads: Annotated[int, Field(ge=1, le=64)] = 4
    lease_s: PositiveSeconds = 30
    pulse_s: PositiveSeconds = 1               # heartbeat, cancellation check and the look for work
    sweep_s: PositiveSeconds = 5
    drain_s: PositiveSeconds = 110             # under the 120 s that a supervisor should grant
    max_attempts: Annotated[int, Field(ge=1, le=50)] = 5
    max_repairs: Annotated[int, Field(ge=0, le=10)] = 2
    backoff_base_s: PositiveSeconds = 2
    backoff_cap_s: PositiveSeconds = 60
    failpoints: Annotated[Path | None, BeforeValidator(_blank_is_unset)] = None      # chaos sets it

    cache_scope: Literal["off", "user", "role", "installation"] = "user"
    cache_ttl_s: Annotated[float, Field(gt=0, le=31_536_000)] = 1_209_600      # two weeks
    cache_max_bytes: Annotated[int, Field(ge=1)] = 200_000_000                 # some 30,000 weeks of programs
    cache_max_entries: Annotated[int, Field(ge=1)] = 50_000

    # Days; 0 keeps for ever.
    retain_info_days: Days = 30
    retain_warning_days: Days = 90
    retain_error_days: Days = 365
    retain_replies_days: Days = 30     # long enough to look into what a model wrote; the document itself is kept
    retain_jobs_days: Days = 0         # people come back for their documents; a school may have to set a limit

    api_rate: Annotated[str, AfterValidator(_rate)] = "600/m"      # requests of one user; one page polls 30 times
    sign_in_rate: Annotated[str, AfterValidator(_rate)] = "20/m"   # attempts from one address
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = 0

    alert_every_s: PositiveSeconds = 15        # between two evaluations of the alert rules, over all processes
    webhook_loopback: bool = False             # http to this machine, for rehearsal and tests
    delivery_keep_days: Annotated[int, Field(ge=1, le=3_650)] = 30
    email_url: Annotated[SecretStr | None, BeforeValidator(_blank_is_unset)] = None
    email_from: Annotated[str, Field(pattern=r"^[^\r\n]{3,200}$")] = "Coursewright <coursewright@localhost>"

    metrics_token: Annotated[SecretStr | None, BeforeValidator(_blank_is_unset)] = None
    otel_exporter_otlp_endpoint: Annotated[str | None, BeforeValidator(_blank_is_unset)] = None

    sse_poll_s: PositiveSeconds = 0.25
    sse_heartbeat_s: PositiveSeconds = 15
    sse_lifetime_s: PositiveSeconds = 300

    @model_validator(mode="after")
    def _urls_are_usable(self) -> "Environment":
        _check_url("OPENAI_BASE_URL", self.openai_base_url, ("http", "https"), needs_host=True)
        _check_base_url("OPENAI_BASE_URL", self.openai_base_url)
        _check_url(
            "OTEL_EXPORTER_OTLP_ENDPOINT", self.otel_exporter_otlp_endpoint, ("http", "https"), needs_host=True)
        _check_url("REDIS_URL", self.redis_url, ("redis", "rediss"))
        _check_url("DATABASE_URL", self.database_url, ("postgresql", "postgres", "sqlite"))
        if self.email_url is not None:
            _check_url("EMAIL_URL", self.email_url.get_secret_value(), tuple(MAIL_SCHEMES), needs_host=True)
        if self.database_url and self.database_pool_size < self.worker_db_threads + 3:
            raise ValueError("DATABASE_POOL_SIZE must be at least WORKER_DB_THREADS + 3: each thread holds one")
        if self.pulse_s * 3 > self.lease_s:
            raise ValueError("LEASE_S must be at least three times PULSE_S, or a busy worker loses its leases")
        return self

    @model_validator(mode="after")
    def _production_is_complete(self) -> "Environment":
        if self.app_env == "production":
            needed = {
                "SECRET_KEY": self.secret_key, "ALLOWED_HOSTS": self.allowed_hosts,
                "DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url,
            }
            missing = [name for name, value in needed.items() if not value]
            if missing:
                raise ValueError(f"APP_ENV=production needs {', '.join(missing)}")
            if self.secret_key and len(self.secret_key.get_secret_value()) < 50:
                raise ValueError("SECRET_KEY must have at least 50 characters in production")
            if self.debug:
                raise ValueError("DEBUG must be off in production")
            if self.webhook_loopback:
                raise ValueError("WEBHOOK_LOOPBACK must be off in production")
            if self.failpoints:
                raise ValueError("FAILPOINTS make workers die on purpose; they are refused in production")
        return self


PROVIDER_KEY = "PROVIDER_KEY_"
PROVIDER_URL = "PROVIDER_URL_"


def _named(prefix: str) -> dict[str, str]:
    """The variables of `prefix` by the rest of their names; from the environment, which wins, and from `.env`.

    Any number of them, so they are no fields."""
    found = {**dotenv_values(BASE_DIR / ".env"), **os.environ}
    return {name.removeprefix(prefix): value for name, value in found.items() if name.startswith(prefix) and value}


def provider_keys() -> dict[str, SecretStr]:
    """The keys of other providers by their names: `PROVIDER_KEY_GROQ` is the key that routes call GROQ."""
    return {name: SecretStr(value) for name, value in _named(PROVIDER_KEY).items()}


def provider_urls() -> dict[str, list[str]]:
    """Where each of those keys may be sent: `PROVIDER_URL_GROQ` is a base URL, or several with commas.

    Stops start-up for one that is none."""
    urls = {name: [part.strip() for part in value.split(",") if part.strip()]
            for name, value in _named(PROVIDER_URL).items()}
    for name, parts in urls.items():
        for part in parts:
            if problem := base_url_problem(part):
                refuse(f"{PROVIDER_URL}{name} {problem}.")
    return urls


def only_looks() -> bool:
    """Whether this process looks at an installation and must leave it as it is: it makes no folder and no key."""
    return sys.argv[1:2] == ["verify_setup"]


def refuse(sentence: str) -> NoReturn:
    """Stop start-up with one sentence on stderr and exit code 2."""
    print(f"Coursewright cannot start: {sentence}", file=sys.stderr)
    raise SystemExit(2)


def read() -> Environment:
    """The environment as typed settings, or one sentence and exit code 2."""
    try:
        return Environment()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]).upper()
        message = first["msg"].removeprefix("Value error, ")
        refuse(f"{name}: {message}." if name else f"{message}.")


def make_folder(folder: Path) -> None:
    """Create `folder` if it is missing, or stop start-up with one sentence."""
    if only_looks():
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        refuse(f"LOCAL_DIR {folder} cannot be written: {error.strerror}.")


def local_secret_key(folder: Path) -> str:
    """The embedded profile's own secret key: made once, kept in `.local/secret_key` (mode 0600)."""
    from django.core.management.utils import get_random_secret_key

    path = folder / "secret_key"
    if only_looks():
        return path.read_text().strip() if path.exists() else get_random_secret_key()
    make_folder(folder)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    except OSError as error:
        refuse(f"LOCAL_DIR {folder} cannot be written: {error.strerror}.")
    with os.fdopen(descriptor, "w") as file:
        key = get_random_secret_key()
        file.write(key)
    return key
