"""Django's settings, in sections.  What the environment may decide is in `config/environment.py`."""

from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.templatetags.static import static
from django.urls import reverse_lazy

from config import environment

ENV = environment.read()
BASE_DIR = environment.BASE_DIR
IS_PRODUCTION = ENV.app_env == "production"

# --- Identity ---------------------------------------------------------------------------------

SECRET_KEY = (
    ENV.secret_key.get_secret_value() if ENV.secret_key else environment.local_secret_key(ENV.local_dir)
)
DEBUG = ENV.debug
ALLOWED_HOSTS = ENV.allowed_hosts or ["127.0.0.1", "localhost", "[::1]", "testserver"]
CSRF_TRUSTED_ORIGINS = ENV.csrf_trusted_origins
PUBLIC_URL = ENV.public_url
HAS_PUBLIC_URL = "public_url" in ENV.model_fields_set
LOCAL_DIR: Path = ENV.local_dir
SECRET_KEY_FILE = None if ENV.secret_key else LOCAL_DIR / "secret_key"
environment.make_folder(LOCAL_DIR)           # of every process, now: at work it is too late to say that it is missing

# --- Applications -----------------------------------------------------------------------------

INSTALLED_APPS = [
    "servestatic.runserver_nostatic",
    "unfold",
    "unfold.contrib.filters",
    "config.admin_pages.AdminPages",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_ratelimit",      # for its system checks
    "ninja",                 # serves the API docs' scripts itself, so they need no CDN
    "accounts",
    "generation",
]

MIDDLEWARE = [
    "config.request_ids.request_ids",        # first: every answer has one, also those of the others here
    "django.middleware.security.SecurityMiddleware",
    "config.static_files.static_files",
    "config.csp.ContentSecurityPolicy",
    "config.nul_cookies.DropImpossibleCookies",
    "config.admin_addresses.GuardAdminAddresses",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

if ENV.otel_exporter_otlp_endpoint:
    MIDDLEWARE.insert(MIDDLEWARE.index("config.csp.ContentSecurityPolicy"), "generation.api.spans.request_spans")

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = ["django_ratelimit.W001"]      # it knows other Redis caches only; Django's own counts exactly
if not ENV.redis_url:
    # One process serves the embedded profile, so its memory counts exactly; elsewhere that is an error.
    SILENCED_SYSTEM_CHECKS += ["django_ratelimit.E003"]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database ---------------------------------------------------------------------------------
# No ATOMIC_REQUESTS: with SQLite's IMMEDIATE transactions every GET would take the write lock.

REQUESTS_AT_ONCE: int | None = None          # of one process, that ask the database; None: as many as come
REQUEST_WAIT_S = 1.8                         # for its turn; with that of the pool it is 503 within 3 s
_database = dj_database_url.parse(ENV.database_url or f"sqlite:///{ENV.local_dir / 'coursewright.sqlite3'}")
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",     # without it WAL answers "database is locked" under writers
        "timeout": 20,
        # WAL is a property of the file: who only looks leaves it as it is.
        "init_command": "" if environment.only_looks() else "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    # Two connections must see the same data, so the test database is a file, too.
    _database["TEST"] = {"NAME": str(ENV.local_dir / "test.sqlite3")}
else:
    _database["CONN_MAX_AGE"] = 0            # the pool refuses anything else
    _database["CONN_HEALTH_CHECKS"] = True   # without it the pool hands out connections that died
    _database["OPTIONS"] = {
        **_database.get("OPTIONS", {}),
        # Seldom waited for: requests take turns, of which there are as many.  Who finds none in time says 503.
        # A database that was away is asked again within seconds; the pool by itself doubles its waits to minutes.
        "pool": {"min_size": 1, "max_size": ENV.database_pool_size, "timeout": 1.0, "reconnect_timeout": 5.0},
    }
    REQUESTS_AT_ONCE = ENV.database_pool_size
DATABASES: dict[str, Any] = {"default": _database}

# --- Cache (only the HTTP edge's rate limits use it) ------------------------------------------

CACHES: dict[str, Any] = {
    "default": (
        {
            "BACKEND": "config.redis_cache.RedisCache", "LOCATION": ENV.redis_url,
            "KEY_PREFIX": ENV.queue_name,        # two installations may share a Redis
            "OPTIONS": {"socket_timeout": 0.8, "socket_connect_timeout": 0.8},     # a request waits no longer than that
        }
        if ENV.redis_url
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

# --- Celery -----------------------------------------------------------------------------------

CELERY_BROKER_URL = ENV.redis_url or "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {
        "visibility_timeout": 3600, "socket_timeout": 5, "socket_connect_timeout": 2,
        "socket_keepalive": True, "health_check_interval": 25,
    }
    if ENV.redis_url
    else {"polling_interval": 0.02}          # the default, 1 s, would be the latency of every job
)
CELERY_TASK_DEFAULT_QUEUE = ENV.queue_name   # two installations may share a Redis
CELERY_TASK_ACKS_LATE = False                # the lease replaces it; no duplicates by visibility timeout
CELERY_WORKER_DISABLE_PREFETCH = bool(ENV.redis_url)    # early ack needs it; memory:// ignores it
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_REJECT_ON_WORKER_LOST = False    # True loops for ever on a message that kills its worker
CELERY_TASK_IGNORE_RESULT = True             # the rows are the result
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_POOL_ACQUIRE_TIMEOUT = 2
# `task_publish_retry=False` is a trap: refused Redis then takes 6.4 s instead of 0.35 s.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1}

# --- Provider and engine ----------------------------------------------------------------------

OPENAI_API_KEY = ENV.openai_api_key.get_secret_value() if ENV.openai_api_key else None
PROVIDER_KEYS = {name: key.get_secret_value() for name, key in environment.provider_keys().items()}
PROVIDER_URLS = environment.provider_urls()      # where each of them may be sent
PROVIDER_HOSTS = ENV.provider_hosts              # of one's own network, where keyless routes may lead
OPENAI_BASE_URL = ENV.openai_base_url
# Who answers, as it was configured and so the same in all processes: `up` and `generate` put the address of
# their own simulator into OPENAI_BASE_URL.
PROVIDER = ENV.openai_base_url or ("https://api.openai.com/v1" if OPENAI_API_KEY else "simulator")
LLM_DEADLINE_S = ENV.llm_deadline_s
LLM_CONNECT_TIMEOUT_S = ENV.llm_connect_timeout_s
LLM_ANSWER_MB = ENV.llm_answer_mb
WORKER_SLOTS = ENV.worker_slots
WORKER_DB_THREADS = ENV.worker_db_threads
LEASE_S = ENV.lease_s
PULSE_S = ENV.pulse_s
SWEEP_S = ENV.sweep_s
DRAIN_S = ENV.drain_s
MAX_ATTEMPTS = ENV.max_attempts
MAX_REPAIRS = ENV.max_repairs
BACKOFF_BASE_S = ENV.backoff_base_s
BACKOFF_CAP_S = ENV.backoff_cap_s
FAILPOINTS = ENV.failpoints
SSE_POLL_S = ENV.sse_poll_s
SSE_HEARTBEAT_S = ENV.sse_heartbeat_s
SSE_LIFETIME_S = ENV.sse_lifetime_s

# --- What was made before -----------------------------------------------------------------------

CACHE_SCOPE = ENV.cache_scope                # who is served what somebody asked for before
CACHE_TTL_S = ENV.cache_ttl_s
CACHE_MAX_BYTES = ENV.cache_max_bytes
CACHE_MAX_ENTRIES = ENV.cache_max_entries

# --- Alerts and deliveries ----------------------------------------------------------------------

ALERT_EVERY_S = ENV.alert_every_s
WEBHOOK_LOOPBACK = ENV.webhook_loopback
DELIVERY_KEEP_DAYS = ENV.delivery_keep_days
EMAIL_IS_SET = ENV.email_url is not None
EMAIL_TIMEOUT = 5                            # seconds for each step of talking to the mail server
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.email_from
if ENV.email_url is not None:
    globals().update(environment.mail_settings(ENV.email_url.get_secret_value()))

# --- How long things are kept -------------------------------------------------------------------

RETAIN_INFO_DAYS = ENV.retain_info_days
RETAIN_WARNING_DAYS = ENV.retain_warning_days
RETAIN_ERROR_DAYS = ENV.retain_error_days
RETAIN_REPLIES_DAYS = ENV.retain_replies_days
RETAIN_JOBS_DAYS = ENV.retain_jobs_days

# --- People -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator", "MinimumLengthValidator",
        "CommonPasswordValidator", "NumericPasswordValidator",
    )
]
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")

# --- The HTTP edge: courtesy limits.  What protects the money is the ledger in accounts ---------

API_RATE = ENV.api_rate                      # of one user
SIGN_IN_RATE = ENV.sign_in_rate              # of one address
TRUSTED_PROXIES = ENV.trusted_proxies        # how many entries of X-Forwarded-For our own proxies have added

# --- Metrics and traces -----------------------------------------------------------------------

METRICS_TOKEN = ENV.metrics_token.get_secret_value() if ENV.metrics_token else None
OTEL_EXPORTER_OTLP_ENDPOINT = ENV.otel_exporter_otlp_endpoint

# --- The admin's theme ------------------------------------------------------------------------
# The names in quotes are imported by the theme, for each request.

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Coursewright",
    "SITE_HEADER": "Coursewright",
    "SITE_SYMBOL": "auto_stories",
    "SITE_FAVICONS": [{
        "rel": "icon", "type": "image/svg+xml", "href": lambda request: static("generation/admin.svg"),
    }],
    "SITE_URL": None,                        # there is no site besides the admin and the API
    "SHOW_VIEW_ON_SITE": False,
    "ENVIRONMENT": "generation.admin.navigation.environment",
    "DASHBOARD_CALLBACK": "generation.admin.dashboard.fill",
    "STYLES": [lambda request: static("generation/admin.css")],
    "SCRIPTS": [lambda request: static("generation/admin.js")],
    "SIDEBAR": {"command_search": True, "navigation": "generation.admin.navigation.sidebar"},
    "COMMAND": {"search_callback": "generation.admin.navigation.search"},
}

# --- Language and time ------------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

# --- Static files -----------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = ENV.local_dir / "static"
SERVESTATIC_USE_FINDERS = not IS_PRODUCTION
SERVESTATIC_AUTOREFRESH = False

# --- Security ---------------------------------------------------------------------------------

_policy: dict[str, Any] = {
    "default-src": [SELF], "script-src": [SELF], "style-src": [SELF], "img-src": [SELF, "data:"],
    "object-src": [NONE], "base-uri": [NONE], "frame-ancestors": [NONE], "form-action": [SELF],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": _policy}
# The admin theme's Alpine needs eval; config/csp.py puts this policy on the admin alone.
ADMIN_CSP: dict[str, Any] = {
    **_policy, "script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE],
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000      # a brief of 1 MB reaches the validator and gets its 422
if IS_PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True

# --- Logs -------------------------------------------------------------------------------------

# JSON lines on stdout for a collector, or plain lines on stderr for whoever sits there.
_process_log = {
    "class": "logging.StreamHandler", "formatter": "json" if IS_PRODUCTION else "line",
    "stream": "ext://sys.stdout" if IS_PRODUCTION else "ext://sys.stderr",
}
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.Line"}, "json": {"()": "config.logs.JsonLines"}},
    "handlers": {
        "process": _process_log,
        "table": {"class": "generation.telemetry.error_log.TableHandler", "level": "ERROR"},
    },
    "root": {"handlers": ["process"], "level": (ENV.log_level or ("info" if IS_PRODUCTION else "warning")).upper()},
    "loggers": {
        # Unexpected errors become rows, too.
        **{name: {"handlers": ["table"]} for name in ("generation", "accounts", "django.request")},
        "celery": {"level": "WARNING"},          # a line for each doorbell tells nobody anything
        "kombu.connection": {"level": "ERROR"},      # `memory://` has no host, and it warns of that each time
        # The server comes with handlers of its own, which know nothing of secrets and JSON.
        **{name: {"handlers": [], "propagate": True} for name in ("uvicorn", "uvicorn.access")},
    },
}
