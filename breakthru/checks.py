"""System checks of our own."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from accounts.registries.classification import faults_of
from accounts.registries.personal_data import tables
from breakthru.lib.mail_providers import PROVIDERS


@register(deploy=True)
def check_production(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What must hold where strangers can reach the site."""
    found: list[CheckMessage] = []
    if settings.DEMO:
        found.append(
            Error("The demo's people and password must not exist here: set DEMO=0.", id="breakthru.E001")
        )
    if not settings.SITE_URL.startswith("https://"):
        found.append(Error("SITE_URL must start with https://.", id="breakthru.E002"))
    if not settings.FIELD_KEYS:
        found.append(Error("FIELD_KEYS must be set: it seals what is private.", id="breakthru.E004"))
    return found


@register(deploy=True)
def check_mail_provider(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A webhook that anybody could call would let anybody stop somebody's mails."""
    name = settings.MAIL_PROVIDER
    if name and name not in PROVIDERS:
        known = ", ".join(PROVIDERS)
        return [Error(f"MAIL_PROVIDER must be one of {known}.", id="breakthru.E005")]
    if name and not settings.MAIL_WEBHOOK_SECRET:
        return [Error("MAIL_PROVIDER needs MAIL_WEBHOOK_SECRET.", id="breakthru.E005")]
    return []


@register()
def check_demo(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The demo refuses to run with DEBUG off."""
    if settings.DEMO and not settings.DEBUG:
        return [Error("DEMO needs DEBUG: its accounts share a public password.", id="breakthru.E003")]
    return []


@register()
def check_personal_data(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every column of every table has its rule for export and erasure (RELIABILITY §2.9)."""
    found = apps.get_models(include_auto_created=True)
    kept = [model for model in found if model._meta.managed and not model._meta.proxy]
    return [Error(fault, id="breakthru.E006") for fault in faults_of(kept, tables())]
