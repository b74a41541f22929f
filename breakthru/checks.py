"""System checks of our own."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


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


@register()
def check_demo(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The demo refuses to run with DEBUG off."""
    if settings.DEMO and not settings.DEBUG:
        return [Error("DEMO needs DEBUG: its accounts share a public password.", id="breakthru.E003")]
    return []
