"""What may not be switched on where strangers can reach the site."""

import pytest
from django.conf import LazySettings
from django.core.checks import run_checks

from breakthru.checks import check_demo, check_mail_provider, check_production


@pytest.mark.parametrize(
    ("demo", "site_url", "found"),
    [
        (False, "https://breakthru.example", []),
        (True, "https://breakthru.example", ["breakthru.E001"]),
        (False, "http://breakthru.example", ["breakthru.E002"]),
        (True, "http://localhost:8000", ["breakthru.E001", "breakthru.E002"]),
    ],
)
def test_production_needs_https_and_no_demo(
    demo: bool,
    site_url: str,
    found: list[str],
    settings: LazySettings,
) -> None:
    settings.DEMO, settings.SITE_URL = demo, site_url
    assert [error.id for error in check_production(None)] == found


def test_production_needs_a_key_for_what_is_sealed(settings: LazySettings) -> None:
    settings.DEMO, settings.SITE_URL, settings.FIELD_KEYS = False, "https://breakthru.example", []

    assert [error.id for error in check_production(None)] == ["breakthru.E004"]


@pytest.mark.parametrize(
    ("provider", "secret", "found"),
    [
        ("", "", []),
        ("postmark", "name:password", []),
        ("postmark", "", ["breakthru.E005"]),
        ("carrier-pigeon", "name:password", ["breakthru.E005"]),
    ],
)
def test_a_mail_provider_is_known_and_proves_itself(
    provider: str, secret: str, found: list[str], settings: LazySettings
) -> None:
    settings.MAIL_PROVIDER, settings.MAIL_WEBHOOK_SECRET = provider, secret
    assert [error.id for error in check_mail_provider(None)] == found


@pytest.mark.parametrize(
    ("demo", "debug", "found"),
    [(True, False, ["breakthru.E003"]), (True, True, []), (False, False, []), (False, True, [])],
)
def test_demo_needs_debug(demo: bool, debug: bool, found: list[str], settings: LazySettings) -> None:
    settings.DEMO, settings.DEBUG = demo, debug
    assert [error.id for error in check_demo(None)] == found


def test_checks_are_registered(settings: LazySettings) -> None:
    settings.DEMO, settings.DEBUG, settings.SITE_URL = True, False, "http://x.example"
    settings.MAIL_PROVIDER = "unknown"
    ours = {error.id for error in run_checks(include_deployment_checks=True)}
    assert {"breakthru.E001", "breakthru.E002", "breakthru.E003", "breakthru.E005"} <= ours
