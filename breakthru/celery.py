"""The Celery application: it only runs outbox handlers (RELIABILITY §2)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "breakthru.settings")
app = Celery("breakthru")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["breakthru.outbox"])
