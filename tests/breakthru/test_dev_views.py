"""The mailbox page of a development run."""

import importlib.util
import sys
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib import admin
from django.test import Client

from breakthru import urls
from breakthru.lib.mail import assemble
from breakthru.lib.mailbox import MailboxBackend, stored_mails

DEVELOPMENT = "tests_development_urls"


@pytest.fixture
def development(settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run with the addresses that exist where DEBUG is on, and one mail; the name of that mail."""
    monkeypatch.setattr(admin.site, "login", admin.site.login)
    settings.MAILBOX_DIR = tmp_path
    mail = assemble(
        to="a@example.test",
        key="k",
        subject="Please <confirm>",
        text="Open http://testserver/x/",
        html='<p style="margin: 0">Hi</p><script>alert(1)</script>',
    )
    MailboxBackend().send_messages([mail])
    spec = importlib.util.spec_from_file_location(DEVELOPMENT, str(urls.__file__))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    settings.DEBUG = True
    spec.loader.exec_module(module)
    settings.DEBUG = False
    monkeypatch.setitem(sys.modules, DEVELOPMENT, module)
    settings.ROOT_URLCONF = DEVELOPMENT
    return stored_mails()[0].name


def test_mailbox_lists_mails_with_links(development: str, client: Client) -> None:
    response = client.get("/dev/mail/")
    assert response.status_code == 200
    assert "Please &lt;confirm&gt;" in response.content.decode()
    assert f"/dev/mail/{development}/" in response.content.decode()


def test_mail_shows_text_and_headers(development: str, client: Client) -> None:
    page = client.get(f"/dev/mail/{development}/").content.decode()
    assert '<a href="http://testserver/x/"' in page
    assert "Message-ID" in page
    assert "<script>alert(1)" not in page


def test_mail_as_html_runs_nothing(development: str, client: Client) -> None:
    response = client.get(f"/dev/mail/{development}/html/")
    assert b'<p style="margin: 0">Hi</p>' in response.content
    policy = dict(part.split(" ", 1) for part in response["Content-Security-Policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "'self' data:",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize("path", ["/dev/mail/unknown/", "/dev/mail/unknown/html/", "/dev/mail/../x/"])
def test_unknown_mail_is_not_found(path: str, development: str, client: Client) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/dev/mail/", "/dev/mail/x/", "/dev/mail/x/html/"])
def test_mailbox_does_not_exist_where_strangers_are(path: str, client: Client) -> None:
    assert client.get(path).status_code == 404
