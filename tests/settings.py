"""Settings of the test suite: the production switches, on servers of its own."""

import os
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / ".test-data"
os.environ["DATA_DIR"] = os.environ.get("TEST_DATA_DIR", str(DATA))
os.environ.update(
    DEBUG="0",
    DEMO="0",
    SECRET_KEY="tests-only-key-of-fifty-and-more-characters-0123456789",
    SITE_URL="http://testserver",
)

from breakthru.settings import *  # noqa: F403, E402

# A query in a loop fails the request that runs it; its hooks are set when the app loads.
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]  # noqa: F405
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
