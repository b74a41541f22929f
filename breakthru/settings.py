"""All settings in one file; what differs between places comes from the environment (docs/operations.md)."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.templatetags.static import static
from environs import Env

from breakthru.lib.addresses import local_addresses
from breakthru.lib.logs import logging_of

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# --- Place -------------------------------------------------------------------------------------------------
DEBUG: bool = env.bool("DEBUG", default=False)
DATA_DIR: Path = env.path("DATA_DIR", default=BASE_DIR / "var").resolve()
PORT: int = env.int("PORT", default=8000)
# Only a development run may go without a key of its own.
SECRET_KEY: str = env.str(
    "SECRET_KEY", default="insecure-development-key" if DEBUG else env.str("SECRET_KEY")
)
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
# Seal what is private at rest (breakthru.lib.sealing): the first key seals, all of them open.
FIELD_KEYS: list[str] = env.list("FIELD_KEYS", default=[])
SITE_URL: str = env.str("SITE_URL", default=f"http://localhost:{PORT}").rstrip("/")
SITE_HOST = urlsplit(SITE_URL).hostname or "localhost"
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEBUG else [SITE_HOST]
)
# How many proxies of ours stand in front: the client's address is taken that many places from the right.
PROXY_COUNT: int = env.int("PROXY_COUNT", default=0)

_local = local_addresses(DATA_DIR)
DATABASE_URL: str = env.str("DATABASE_URL", default=_local.database_url)
REDIS_URL: str = env.str("REDIS_URL", default=_local.broker_url)
CACHE_URL: str = env.str("CACHE_URL", default=_local.cache_url)

# --- Applications ------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "crispy_forms",
    "django_htmx",
    "django_prose_editor",
    "js_asset",
    "breakthru",
    "breakthru.outbox",
    "accounts",
    "memberships",
    "mentors",
    "learner_series",
    "feed",
]

MIDDLEWARE = [
    "breakthru.lib.http.RequestIdMiddleware",
    "breakthru.lib.http.AccessLogMiddleware",
    # Random bytes in each body make its length useless for guessing a token in it (BREACH).
    "breakthru.lib.http.TextGZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # What sets headers stands before what may answer by itself: static files, the added slash, a wrong host.
    "breakthru.lib.http.SecurityHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SeenMiddleware",
    "accounts.middleware.TimeZoneMiddleware",
    "accounts.middleware.EntranceMiddleware",
    "accounts.middleware.SecondStepMiddleware",
    "accounts.middleware.StandingMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "breakthru.lib.http.OwnErrorPagesMiddleware",
]

ROOT_URLCONF = "breakthru.urls"
WSGI_APPLICATION = "breakthru.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

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
                "csp.context_processors.nonce",
                "breakthru.context_processors.site",
            ],
            "builtins": ["breakthru.templatetags.ui"],
        },
    }
]

# --- Database and cache ------------------------------------------------------------------------------------
DATABASES = {"default": env.dj_db_url("DATABASE_URL", default=DATABASE_URL, conn_max_age=60)}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# No request or migration may hold the database longer; jobs get more, and so should a long migration.
STATEMENT_TIMEOUT_MS: int = env.int("STATEMENT_TIMEOUT_MS", default=15000)
DATABASES["default"].setdefault("OPTIONS", {}).update(
    {"connect_timeout": 3, "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS}"}
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "breakthru.lib.cache.ForgivingRedisCache",
        "LOCATION": CACHE_URL,
        "OPTIONS": {"socket_timeout": 0.2, "socket_connect_timeout": 0.2},
    },
    # Limits are counted here while the cache is away (breakthru.lib.cache).
    "limits": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "breakthru_limit",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}

# --- Jobs --------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 10,
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "breakthru.outbox.beat:OutboxScheduler"
CELERY_BEAT_SCHEDULE = {
    # The task is the outbox kind that the scheduler enqueues; nothing is published by beat itself.
    "outbox.beat_heart": {"task": "outbox.beat_heart", "schedule": 60.0},
    "outbox.purge": {"task": "outbox.purge", "schedule": crontab(minute="17", hour="4")},
    "learner_series.publish_due": {"task": "learner_series.publish_due", "schedule": 60.0},
    "learner_series.retire_expired": {
        "task": "learner_series.retire_expired",
        "schedule": crontab(minute="7"),
    },
    "learner_series.relate_all": {
        "task": "learner_series.relate_all",
        "schedule": crontab(minute="23", hour="3"),
    },
    "accounts.clear_expired": {"task": "accounts.clear_expired", "schedule": crontab(minute="41", hour="4")},
    "accounts.erase_due": {"task": "accounts.erase_due", "schedule": crontab(minute="31")},
    # Every hour some zone's morning begins.
    "accounts.gather_digests": {"task": "accounts.gather_digests", "schedule": crontab(minute="2")},
}

# --- People ------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard"
ACCOUNT_SIGNUP_REDIRECT_URL = "accounts:onboarding"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "accounts.forms.account.SignupForm",
    "login": "accounts.forms.account.LoginForm",
    "reset_password": "accounts.forms.account.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.account.ResetPasswordKeyForm",
    "change_password": "accounts.forms.account.ChangePasswordForm",
    "add_email": "accounts.forms.account.AddEmailForm",
    "reauthenticate": "accounts.forms.account.ReauthenticateForm",
    "request_login_code": "accounts.forms.account.RequestLoginCodeForm",
    "confirm_login_code": "accounts.forms.account.ConfirmLoginCodeForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "accounts.models.user.display_name"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Who can do more to others is signed out when they leave their desk.
STAFF_IDLE_MINUTES: int = env.int("STAFF_IDLE_MINUTES", default=30)
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
# After three wrong codes a new one is needed, and new ones are limited below.
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
# RELIABILITY §3. "key" is the address, for failed logins address and network; second steps count there too.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "5/5m/key,20/h/key,50/5m/ip",
    "signup": "5/h/ip" if not DEBUG else "60/h/ip",
    "reset_password": "2/h/key,5/d/key,20/h/ip",
    "confirm_email": "2/h/key,5/d/key",
    "request_login_code": "5/h/key,10/d/key,50/h/ip",
    # Ours: the count in the session alone would let tries at the same moment all be the first.
    "confirm_login_code": "3/h/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = PROXY_COUNT
# The demo's people and password exist only where this is on (breakthru.checks).
DEMO: bool = env.bool("DEMO", default=DEBUG)

# Second steps and passkeys. Staff and mentors need one, except where everybody shares the demo's password.
MFA_REQUIRED: bool = env.bool("MFA_REQUIRED", default=not DEMO)
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Project BreakThru"
# One step of 30 seconds early or late: clocks of phones differ.
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
MFA_FORMS = {
    "authenticate": "accounts.forms.second_step.AuthenticateForm",
    "reauthenticate": "accounts.forms.second_step.ReauthenticateForm",
    "activate_totp": "accounts.forms.second_step.ActivateTOTPForm",
    "add_webauthn": "accounts.forms.second_step.AddPasskeyForm",
    "edit_webauthn": "accounts.forms.second_step.RenamePasskeyForm",
}

# Google: the button shows once both values are set.
GOOGLE_CLIENT_ID: str = env.str("GOOGLE_CLIENT_ID", default="")
GOOGLE_CLIENT_SECRET: str = env.str("GOOGLE_CLIENT_SECRET", default="")
GOOGLE_ENABLED = bool(GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET)
SOCIALACCOUNT_ADAPTER = "accounts.adapter.GoogleAdapter"
SOCIALACCOUNT_FORMS = {"signup": "accounts.forms.account.GoogleSignupForm"}
# Birth month and name are asked, whatever Google tells.
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "mandatory"
# Only for an address that both Google and we have seen confirmed (GoogleAdapter).
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = {
    "google": {
        "SCOPE": ["email"],
        "AUTH_PARAMS": {"access_type": "online"},
        "OAUTH_PKCE_ENABLED": True,
    }
}

# --- Security ----------------------------------------------------------------------------------------------
SECURE_TRANSPORT = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = SECURE_TRANSPORT
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 63072000 if SECURE_TRANSPORT else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_TRANSPORT
SECURE_HSTS_PRELOAD = SECURE_TRANSPORT
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXY_COUNT else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_TRANSPORT
SESSION_COOKIE_NAME = "__Host-session" if SECURE_TRANSPORT else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE_TRANSPORT else "csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
CSRF_FAILURE_VIEW = "breakthru.views.csrf_failure"
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SECURE_TRANSPORT else []
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        # Signing in with Google is a form of ours that is sent on to Google.
        "form-action": [SELF, "https://accounts.google.com"] if GOOGLE_ENABLED else [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# --- Mail --------------------------------------------------------------------------------------------------
_email = env.dj_email_url("EMAIL_URL", default="smtp://localhost:25")
EMAIL_HOST, EMAIL_PORT = _email["EMAIL_HOST"], _email["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_USER"], _email["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _email["EMAIL_USE_TLS"], _email["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 10
# In development every mail becomes a file that /dev/mail/ shows.
MAILBOX_DIR = DATA_DIR / "mail"
EMAIL_BACKEND = (
    "breakthru.lib.mailbox.MailboxBackend" if DEBUG else "django.core.mail.backends.smtp.EmailBackend"
)
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default=f"Project BreakThru <hello@{SITE_HOST}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Whose webhook tells of mails that came back (breakthru.lib.mail_providers), and what proves it is theirs.
MAIL_PROVIDER: str = env.str("MAIL_PROVIDER", default="")
MAIL_WEBHOOK_SECRET: str = env.str("MAIL_WEBHOOK_SECRET", default="")
SECURITY_CONTACT: str = env.str("SECURITY_CONTACT", default=f"mailto:security@{SITE_HOST}")
# Where somebody writes to who can't sign in any more.
SAFETY_CONTACT: str = env.str("SAFETY_CONTACT", default=f"mailto:safety@{SITE_HOST}")

# --- Files -------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env.path("MEDIA_ROOT", default=DATA_DIR / "media")
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        # Copies of people's data lie there; nobody else on the machine reads them.
        "OPTIONS": {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Words, forms, admin -----------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "breakthru"
STAFF_STEPS = ("50", "100", "200", "300", "400", "500", "600", "700", "800", "900", "950")
STAFF_INKS = {
    "base": "97.9% .005 49, 95.5% .008 20, 90.5% .012 10, 83% .018 350, 70% .03 342, 53% .039 342, "
    "45% .037 342, 37% .034 341, 28.5% .03 338, 21.5% .022 335, 16.5% .018 335",
    "primary": "97% .012 345, 94.4% .024 345, 89% .05 346, 82% .085 347, 81.4% .149 78.5, 64% .155 349, "
    "37.2% .127 349, 33% .115 349, 30.2% .104 348, 26% .085 346, 20% .06 344",
}
UNFOLD = {
    "SITE_TITLE": "BreakThru staff",
    "SITE_HEADER": "Project BreakThru",
    "SITE_URL": "/",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/mark.svg")},
    ],
    # Whose times a page tells is said at its head.
    "ENVIRONMENT": "breakthru.lib.zones.staff_label",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    # The site's inks and papers (static/css/tokens.css) in the steps that unfold asks for: 600 carries white
    # words, 500 is read on the dark paper.
    "COLORS": {
        name: {step: f"oklch({ink})" for step, ink in zip(STAFF_STEPS, inks.split(", "), strict=True)}
        for name, inks in STAFF_INKS.items()
    },
}

# --- Logs --------------------------------------------------------------------------------------------------
LOG_LEVEL: str = env.str("LOG_LEVEL", default="INFO")
LOGGING = logging_of(LOG_LEVEL)
