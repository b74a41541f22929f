"""Settings of the test suite: the production switches, on servers of its own."""

import os
import tempfile
from pathlib import Path

# One folder a run, so that two runs do not meet; workers inherit the name from the controlling process.
os.environ.setdefault("TEST_DATA_DIR", str(Path(tempfile.gettempdir()) / f"breakthru-tests-{os.getpid()}"))
os.environ["DATA_DIR"] = os.environ["TEST_DATA_DIR"]
os.environ.update(
    DEBUG="0",
    DEMO="0",
    SECRET_KEY="tests-only-key-of-fifty-and-more-characters-0123456789",
    SITE_URL="http://testserver",
    # Tests of it turn it on.
    MFA_REQUIRED="0",
    FIELD_KEYS="dGVzdHMtb25seS1rZXktb2YtMzItYnl0ZXMtMDEyMzQ=",
)

from breakthru.settings import *  # noqa: F403

# A query in a loop fails the request that runs it; its hooks are set when the app loads.
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]  # noqa: F405
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]  # noqa: F405
# Django and allauth look these up more than once in a request; that is not our code.
ZEAL_ALLOWLIST = [
    {"model": "sessions.Session"},
    {"model": "account.*"},
    {"model": "mfa.*"},
    {"model": "accounts.User", "field": "get()"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}  # noqa: F405
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
