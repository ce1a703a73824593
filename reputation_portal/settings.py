"""Every setting of the portal, read once from the environment.

A missing or odd value stops the start with the name of the variable. `.env.example` lists them all.
"""

import re
from datetime import timedelta
from pathlib import Path

import environ
import structlog
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def _positive(name: str, default: int) -> int:
    value = int(env.int(name, default=default))
    if value <= 0:
        raise ImproperlyConfigured(f"{name} must be a whole number above zero, not {value}.")
    return value


def _span(name: str, default: str) -> timedelta:
    value = env.str(name, default=default)
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    if not value[:-1].isdigit() or value[-1] not in units or int(value[:-1]) == 0:
        raise ImproperlyConfigured(f"{name} must be a span such as 90s, 30m, 12h or 2d, not {value!r}.")
    return timedelta(**{units[value[-1]]: int(value[:-1])})


def _origin(name: str) -> str:
    value = env.str(name, default="").rstrip("/")
    if value and not re.fullmatch(r"https?://[^/\s]+", value):
        raise ImproperlyConfigured(f"{name} must be an address such as https://portal.example.com, not {value!r}.")
    return str(value)


# --- Core -----------------------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("SECRET_KEY must have at least 32 characters.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
BEHIND_TLS = env.bool("BEHIND_TLS", default=False)
ROOT_URLCONF = "reputation_portal.urls"
WSGI_APPLICATION = "reputation_portal.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
USE_I18N = False

INSTALLED_APPS = [
    "reputation_portal.apps.ReputationPortalConfig",
    "remediation",
    "enrollment",
    "phone_numbers",
    "accounts",
    "common",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "django_tables2",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "rest_framework",
]

MIDDLEWARE = [
    "api.middleware.ApiMiddleware",  # first: it answers calls by a short way of its own
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "accounts.middleware.CurrentAccountMiddleware",
    "reputation_portal.middleware.TimeZoneMiddleware",
    "common.middleware.PrivatePagesMiddleware",
]

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
                "reputation_portal.frame.frame",
            ],
        },
    },
    {
        # For the parts of a page that repeat hundreds of times: Jinja2 compiles them, Django's engine walks a tree.
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "jinja2"],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "common.compiled.environment"},
    },
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Database, cache, sessions --------------------------------------------------------------------------------------
# A pooler that hands out a connection for each transaction: neither prepared statements nor named cursors outlive one.
DATABASE_POOLED = env.bool("DATABASE_POOLED", default=False)
DATABASES = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"].update(
    {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": DATABASE_POOLED,
    }
)
DATABASES["default"].setdefault("OPTIONS", {})["connect_timeout"] = 5
# The login throttle must hold while Redis is down, so the default cache lives in the database.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "portal_cache"}}
SESSION_ENGINE = "common.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
if BEHIND_TLS:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = int(timedelta(days=730).total_seconds())
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- Sign-in (django-allauth) ---------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["accounts.sign_in.SignInBackend"]
ACCOUNT_ADAPTER = "accounts.adapter.ClosedSignupAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login": "10/m/ip", "login_failed": "5/300s/key,20/300s/ip"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

# --- Static files and content security ------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_BACKEND = env.str("STATICFILES_BACKEND", default="whitenoise.storage.CompressedManifestStaticFilesStorage")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATICFILES_BACKEND},
}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# --- Background work ------------------------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 100
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    "max_retries": 0,  # without Redis a page gives up at once, not after 6 s; beat's next tick finds the work
    "global_keyprefix": env.str("REDIS_KEY_PREFIX", default=""),
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "work"
CELERY_TIMEZONE = "UTC"
CELERY_TASK_ROUTES = {
    "phone_numbers.feeds.*": {"queue": "feeds"},
    "enrollment.numbers.call_provider": {"queue": "feeds"},  # has to do with slow providers as well
    "enrollment.send_due_mail": {"queue": "mail"},
    # Labels are followed within seconds, so they do not wait behind imports; the other two call providers.
    "remediation.detect_changes": {"queue": "feeds"},
    "remediation.run_due_submissions": {"queue": "feeds"},
    "remediation.run_submission": {"queue": "feeds"},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "poll due feeds": {"task": "phone_numbers.feeds.poll_due_feeds", "schedule": 2.0, "options": {"expires": 10}},
    "rate again what time has changed": {
        "task": "phone_numbers.feeds.rerate_due_numbers",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "follow changed rules": {
        "task": "phone_numbers.feeds.follow_changed_rules",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "fold the counters": {"task": "phone_numbers.fold_number_counts", "schedule": 60.0, "options": {"expires": 60}},
    "run jobs of numbers": {"task": "enrollment.numbers.run_jobs", "schedule": 5.0, "options": {"expires": 15}},
    "call providers": {"task": "enrollment.numbers.call_providers", "schedule": 5.0, "options": {"expires": 15}},
    "forget old jobs of numbers": {
        "task": "enrollment.numbers.forget_old_jobs",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "review monitored numbers": {"task": "enrollment.numbers.review", "schedule": 5.0, "options": {"expires": 15}},
    "resume imports": {"task": "phone_numbers.run_due_imports", "schedule": 5.0, "options": {"expires": 15}},
    "send mail": {"task": "enrollment.send_due_mail", "schedule": 10.0, "options": {"expires": 30}},
    "go on with providers": {
        "task": "enrollment.run_provider_errands",
        "schedule": 2.0,
        "options": {"expires": 10},
    },
    "follow labels": {"task": "remediation.detect_changes", "schedule": 2.0, "options": {"expires": 10}},
    "fold counts of cases": {"task": "remediation.fold_counts", "schedule": 60.0, "options": {"expires": 60}},
    "sweep labels": {"task": "remediation.sweep_labels", "schedule": 300.0, "options": {"expires": 300}},
    "send submissions": {"task": "remediation.run_due_submissions", "schedule": 2.0, "options": {"expires": 10}},
    "watch clocks": {"task": "remediation.watch_clocks", "schedule": 10.0, "options": {"expires": 30}},
    "watch pools": {"task": "remediation.watch_pools", "schedule": 30.0, "options": {"expires": 60}},
    "send alert mail": {"task": "remediation.send_alert_mail", "schedule": 30.0, "options": {"expires": 60}},
    "daily upkeep": {"task": "phone_numbers.run_daily_upkeep", "schedule": 300.0, "options": {"expires": 300}},
    "beat heartbeat": {"task": "reputation_portal.record_heartbeat", "schedule": 10.0, "options": {"expires": 10}},
}

# --- Outbound -------------------------------------------------------------------------------------------------------
OUTBOUND_ALLOW = frozenset(env.list("OUTBOUND_ALLOW", default=[]))
PROVIDER_DEADLINE = float(_positive("PROVIDER_DEADLINE_SECONDS", 30))  # a whole exchange, from connect to last byte
SIMULATOR_URL = env.str("SIMULATOR_URL", default="")
FIELD_KEYS = env.list("FIELD_KEYS", default=[])
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20  # seconds; a message whose server is slower waits in its row
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="portal@localhost")
SUPPORT_EMAIL = env.str("SUPPORT_EMAIL", default="support@localhost")
PORTAL_URL = _origin("PORTAL_URL")  # where people reach the portal; without it messages carry no links
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="")

# --- Metrics ----------------------------------------------------------------------------------------------------------
METRICS_PORT = _positive("METRICS_PORT", 1) if env.str("METRICS_PORT", default="") else None  # None: not served

# --- The rating rule (D19, D20): defaults, an account may tighten them -----------------------------------------------
RATING_WINDOW = timedelta(days=_positive("RATING_WINDOW_DAYS", 14))
RATING_MIN_OBSERVATIONS = _positive("RATING_MIN_OBSERVATIONS", 3)
RATING_SPAM_SHARE = _positive("RATING_SPAM_SHARE_PERCENT", 50)
PROVIDER_CHECK_PERIOD = timedelta(hours=_positive("PROVIDER_CHECK_PERIOD_HOURS", 72))
TAG_EXPIRY = timedelta(days=_positive("TAG_EXPIRY_DAYS", 14))
METRIC_BANDS = (75, 50, 25)  # D9: Good, Normal, Poor; below the last is Very poor
FUTURE_TOLERANCE = timedelta(minutes=5)
READING_RETENTION = timedelta(days=_positive("READING_RETENTION_DAYS", 400))
COMPLAINT_WINDOW = timedelta(days=90)

# --- Remediation (D21): the clock of a case ---------------------------------------------------------------------------
REMEDIATION_TARGET = _span("REMEDIATION_TARGET", "2d")
REMEDIATION_LIMIT = _span("REMEDIATION_LIMIT", "7d")
REMEDIATION_RETURN = _span("REMEDIATION_RETURN", "30d")  # a label that returns within it is another attempt
REMEDIATION_COOLDOWN = _span(
    "REMEDIATION_COOLDOWN", "5d"
)  # before a number that a provider called ineligible goes again
REMEDIATION_POLL = _span("REMEDIATION_POLL", "60s")  # the shortest wait between two looks at a request
POOL_AREA_FLOOR = _positive("POOL_AREA_FLOOR", 2)  # numbers of an area code that a campaign should have left (B10)

# --- Services of numbers (D3, D27) ------------------------------------------------------------------------------------
VERIFICATION_LIMIT = timedelta(days=_positive("VERIFICATION_LIMIT_DAYS", 7))

# --- Caller ID (D25) --------------------------------------------------------------------------------------------------
CALLER_ID_SAMPLE_PERCENT = _positive("CALLER_ID_SAMPLE_PERCENT", 1)  # of the choices, kept with their reasons
CALLER_ID_CHOICES_KEPT = timedelta(days=30)

# --- API --------------------------------------------------------------------------------------------------------------
API_CALLS_PER_MINUTE = _positive("API_CALLS_PER_MINUTE", 6_000)  # of a key that asks for no other limit
API_CALLS_PER_MINUTE_MOST = _positive("API_CALLS_PER_MINUTE_MOST", 120_000)
API_LOG_CALLS = env.bool("API_LOG_CALLS", default=True)
API_REPLIES_KEPT = timedelta(hours=24)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],  # each call names the scope that a key needs (api/base.py)
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.problems.handle",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Number Reputation Portal",
    "DESCRIPTION": "What dialers and other programs may ask of the portal, with an API key of their account.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": False, "tryItOutEnabled": True},
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SORT_OPERATIONS": False,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "api.schema.require_bodies"],
}

# --- Lists, exports, imports ------------------------------------------------------------------------------------------
LIST_PAGE_SIZES = (25, 50, 100)
COUNT_LIMIT = 10_000
EXPORTS_PER_ACCOUNT = 2
EXPORTS_IN_ALL = _positive("EXPORTS_IN_ALL", 4)
EXPORT_MAX_ROWS = 5_000_000  # of one file; more would hold its thread for too long
IMPORT_IN_REQUEST_ROWS = 2_000
IMPORT_MAX_BYTES = 200 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# --- Logs -----------------------------------------------------------------------------------------------------------
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": structlog.stdlib.ProcessorFormatter, "processor": structlog.processors.JSONRenderer()}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}

# --- Checks ---------------------------------------------------------------------------------------------------------
# Each silenced check says why: W004/W008/W012/W016 hold only without TLS in front (BEHIND_TLS turns them on).
SILENCED_SYSTEM_CHECKS = [] if BEHIND_TLS else ["security.W004", "security.W008", "security.W012", "security.W016"]
