"""Every setting, each from an environment variable with a working default. Nothing else reads the environment."""

import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from agents.access import VARIABLES, leaves_machine

BASE_DIR = Path(__file__).resolve().parent.parent
KEY_FILE = "secret_key"
env = environ.Env()


def one_of(name: str, choices: tuple[str, ...], default: str) -> str:
    value: str = env.str(name, default=default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of: {', '.join(choices)}")
    return value


def rate(name: str, default: str) -> str | None:
    """So many in a time, as REST framework writes it; None for any number."""
    value: str = env.str(name, default=default)
    if value == "0":
        return None
    if re.fullmatch(r"[1-9]\d*/(?:second|minute|hour|day)", value) is None:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be like 100/hour (second, minute, hour, day), or 0")
    return value


def kept_secret_key(folder: Path) -> str:
    """The key in `folder`, made on the first start. Two processes that start together end up with the same one."""
    path = folder / KEY_FILE
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(get_random_secret_key())
    except FileExistsError:
        pass
    for _ in range(50):
        if key := path.read_text().strip():
            return key
        time.sleep(0.1)  # another process has made the file and is about to write
    raise ImproperlyConfigured(f"{path} is empty. Remove it to have a new key made.")


# The folder for the database, uploads and keys.
DATA = Path(env.str("HEALTHCHAT_DATA", default=str(BASE_DIR / "var"))).resolve()
DATA.mkdir(parents=True, exist_ok=True)

PORT = env.int("PORT", default=8000)
DEBUG = env.bool("HEALTHCHAT_DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret_key(DATA)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

# -- what healthchat itself does --------------------------------------------------------------------------------------

# What carries out runs and imports: the server process itself, or workers (`manage.py worker`) that take them from a
# queue in the same database, which then has to be PostgreSQL.
HEALTHCHAT_ENGINE = one_of("HEALTHCHAT_ENGINE", ("inline", "procrastinate"), "inline")
BY_WORKERS = HEALTHCHAT_ENGINE == "procrastinate"
# Where the processes of an installation tell each other what is new; without it they look into the database.
REDIS_URL = env.str("REDIS_URL", default="")
# How many questions of one person are answered at once, the others wait; 0: all. How many may wait: more are refused.
HEALTHCHAT_PERSON_RUNS = env.int("HEALTHCHAT_PERSON_RUNS", default=20 if BY_WORKERS else 0)
HEALTHCHAT_PERSON_WAITING = env.int("HEALTHCHAT_PERSON_WAITING", default=2_000 if BY_WORKERS else 0)
# How many questions one process answers at once.
HEALTHCHAT_PROCESS_RUNS = env.int("HEALTHCHAT_PROCESS_RUNS", default=100 if BY_WORKERS else 5_000)
# The most connections that one process has to PostgreSQL.
HEALTHCHAT_DATABASE_CONNECTIONS = env.int("HEALTHCHAT_DATABASE_CONNECTIONS", default=8)
# Whether a visitor without an account may chat; each guest is an account bound to the visitor's session.
HEALTHCHAT_GUESTS = env.bool("HEALTHCHAT_GUESTS", default=False)
# Which model answers: `rules`, or any name that pydantic-ai knows.
HEALTHCHAT_MODEL = env.str("HEALTHCHAT_MODEL", default="rules")
# Further ones that people may choose for a conversation, separated by commas; the rules they may choose always.
HEALTHCHAT_MODELS = env.list("HEALTHCHAT_MODELS", default=[])
# Where providers of models are and by which keys they know this server, under the variables' own usual names.
HEALTHCHAT_PROVIDERS = {name: value for name in VARIABLES if (value := env.str(name, default=""))}
# Whether records may go to a model on another machine: `local` or `remote`. Naming such a model says that they may.
HEALTHCHAT_EGRESS = one_of(
    "HEALTHCHAT_EGRESS",
    ("local", "remote"),
    "remote"
    if any(leaves_machine(name, HEALTHCHAT_PROVIDERS) for name in (HEALTHCHAT_MODEL, *HEALTHCHAT_MODELS))
    else "local",
)
# What a model may use: tokens to write one step of a specialist and an answer, tokens for all of one run and for one
# person in 24 hours, seconds for one run and for each specialist in it.
HEALTHCHAT_FINDING_TOKENS = env.int("HEALTHCHAT_FINDING_TOKENS", default=2_000)
HEALTHCHAT_ANSWER_TOKENS = env.int("HEALTHCHAT_ANSWER_TOKENS", default=4_000)
HEALTHCHAT_RUN_TOKENS = env.int("HEALTHCHAT_RUN_TOKENS", default=400_000)
HEALTHCHAT_DAY_TOKENS = env.int("HEALTHCHAT_DAY_TOKENS", default=4_000_000)
HEALTHCHAT_RUN_SECONDS = env.float("HEALTHCHAT_RUN_SECONDS", default=300)
HEALTHCHAT_SPECIALIST_SECONDS = env.float("HEALTHCHAT_SPECIALIST_SECONDS", default=60)
# How long a model may be silent; one on a slow machine reads for minutes before its first word.
HEALTHCHAT_SILENCE_SECONDS = env.float("HEALTHCHAT_SILENCE_SECONDS", default=45)
# Where an OpenTelemetry collector takes traces (needs the extra `otel`); none are sent without it.
OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default="")
# Whether `GET /api/chat/stream?message=` may start a run (the words then travel in a URL).
HEALTHCHAT_QUERY_IN_URL = env.bool("HEALTHCHAT_QUERY_IN_URL", default=True)
# Which emergency numbers are named first.
HEALTHCHAT_EMERGENCY_REGION = one_of("HEALTHCHAT_EMERGENCY_REGION", ("us", "eu", "uk"), "us")
# How often one person may call the JSON API, the feeds not counted: a number, a slash and second, minute, hour or day.
HEALTHCHAT_API_RATE = rate("HEALTHCHAT_API_RATE", "1200/minute")
# How often one person may ask, the same way; each process counts for itself, and what is urgent is always taken.
HEALTHCHAT_ASK_RATE = rate("HEALTHCHAT_ASK_RATE", "10000/hour")
# How many feeds one sign-in or access token may have open in one process; 0: any number.
HEALTHCHAT_PERSON_FEEDS = env.int("HEALTHCHAT_PERSON_FEEDS", default=250 if BY_WORKERS else 0)
# The longest message that is taken, in bytes of UTF-8.
HEALTHCHAT_MESSAGE_BYTES = env.int("HEALTHCHAT_MESSAGE_BYTES", default=32_768)

# Who shows this token may read `/metrics`; without one nobody may.
HEALTHCHAT_METRICS_TOKEN = env.str("HEALTHCHAT_METRICS_TOKEN", default="")

# After how many days `prune` joins the pieces of an answer's text and deletes a silent conversation; 0: never.
HEALTHCHAT_FOLD_DAYS = env.int("HEALTHCHAT_FOLD_DAYS", default=30)
HEALTHCHAT_KEEP_DAYS = env.int("HEALTHCHAT_KEEP_DAYS", default=0)

# -- Django -----------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "daphne",  # makes `runserver` an ASGI server; must stand before staticfiles
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "servestatic",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "healthchat.accounts",
    "healthchat.records",
    "healthchat.chat",
    *(["procrastinate.contrib.django"] if BY_WORKERS else []),
]

CORS_ALLOWED_ORIGINS = env.list("HEALTHCHAT_CORS_ORIGINS", default=[])
for origin in CORS_ALLOWED_ORIGINS:
    parts = urlsplit(origin)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path:
        raise ImproperlyConfigured(f"HEALTHCHAT_CORS_ORIGINS: {origin!r} is not an origin such as https://example.org")

MIDDLEWARE = [
    "healthchat.middleware.GZipMiddleware",
    *(["corsheaders.middleware.CorsMiddleware"] if CORS_ALLOWED_ORIGINS else []),
    "healthchat.middleware.SecurityMiddleware",
    "healthchat.security.ContentSecurityPolicy",
    "servestatic.middleware.ServeStaticMiddleware",
    "healthchat.middleware.SessionMiddleware",
    "healthchat.middleware.LocaleMiddleware",
    "healthchat.middleware.CommonMiddleware",
    "healthchat.middleware.CsrfViewMiddleware",
    "healthchat.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "healthchat.middleware.MessageMiddleware",
    "healthchat.middleware.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "healthchat.urls"
ASGI_APPLICATION = "healthchat.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "healthchat.accounts.context.visitor",
            ],
        },
    },
]


def database() -> dict[str, Any]:
    """The database that `DATABASE_URL` names; SQLite in the data folder without it."""
    config: dict[str, Any] = env.db("DATABASE_URL", default=f"sqlite:///{DATA / 'healthchat.sqlite3'}")
    if config["ENGINE"] == "django.db.backends.sqlite3":
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
        # A file, not memory: the recorder and the feeds use connections of their own.
        config["TEST"] = {"NAME": str(DATA / "test.sqlite3")}
    elif config["ENGINE"] == "django.db.backends.postgresql":
        config["CONN_HEALTH_CHECKS"] = True
        from healthchat import postgresql  # needs psycopg, which is not there with SQLite

        ours = postgresql.options(connections=HEALTHCHAT_DATABASE_CONNECTIONS)
        config["OPTIONS"] = ours | config.get("OPTIONS", {})
    if BY_WORKERS and config["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured("HEALTHCHAT_ENGINE=procrastinate needs PostgreSQL: set DATABASE_URL")
    return config


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "chat"
LOGOUT_REDIRECT_URL = "login"

# What signs in and out is Django's; allauth limits wrong attempts and asks for the second factor.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
MFA_ADAPTER = "healthchat.accounts.second_factor.Sealed"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "healthchat"

# How e-mail is sent, such as smtp+tls://user:password@mail.example.org:587. Without it none is: a forgotten password is
# then replaced by whoever runs the server.
EMAIL_URL = env.str("EMAIL_URL", default="")
vars().update(env.email_url_config(EMAIL_URL or "dummymail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="healthchat@localhost")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "healthchat.formats"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Served from where they lie, so that a fresh clone needs no `collectstatic`.
SERVESTATIC_USE_FINDERS = True

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
# Behind a proxy that ends TLS and sets `X-Forwarded-Proto` itself.
if env.bool("HEALTHCHAT_HTTPS", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3_600
# Django looks for its own classes; ours are subclasses of them (healthchat.middleware).
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002", "security.W003"]
X_FRAME_OPTIONS = "DENY"

# The largest body of a request: above the longest message, with room for JSON's escapes. Files come in pieces.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# -- JSON API ---------------------------------------------------------------------------------------------------------

CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "idempotency-key", "last-event-id"]
CORS_ALLOW_CREDENTIALS = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "healthchat.accounts.authentication.ByToken",
        "healthchat.accounts.authentication.BySession",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "healthchat.accounts.authentication.WithinScope",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": HEALTHCHAT_API_RATE},
    "EXCEPTION_HANDLER": "healthchat.rest_problems.of_exception",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "healthchat.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "healthchat",
    "DESCRIPTION": "Conversations, runs, events and health records of the person who is signed in.",
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "healthchat.schema.complete"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "healthchat.logs.WithoutContents",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Its request lines hold query strings, and so people's words.
        "django.channels.server": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
        # A line for each request to a model, and two for each job.
        "httpx2": {"level": "WARNING"},
        "google_genai": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
    },
}
