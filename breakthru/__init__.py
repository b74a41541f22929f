"""Project BreakThru: composes the apps below it into pages, and holds settings and leaf helpers."""

from breakthru.celery import app as celery_app

__all__ = ["celery_app"]
