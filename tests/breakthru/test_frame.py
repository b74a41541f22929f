"""The frame of every page, the error pages and the frame of every mail, rendered without a database."""

import re
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject

from accounts.models import User

TEMPLATES = Path(settings.BASE_DIR) / "templates"
ALL_TEMPLATES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.*"))
MAILS = [
    "email_confirmation",
    "email_confirmation_signup",
    "password_reset_key",
    "unknown_account",
    "account_already_exists",
]


def never() -> NoReturn:
    raise AssertionError("a visitor's page asked who is signed in")


def visitor(path: str = "/feed/") -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = SimpleLazyObject(never)  # type: ignore[assignment]
    return request


def member(*, is_staff: bool = False, path: str = "/dashboard/") -> HttpRequest:
    request = RequestFactory().get(path)
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "key"
    request.user = User(display_name="Amara Okafor", slug="amara", is_staff=is_staff)
    return request


def frame(request: HttpRequest, **context: Any) -> str:
    return render_to_string("404.html", context, request=request)


@pytest.mark.parametrize("name", ALL_TEMPLATES)
def test_template_compiles(name: str) -> None:
    assert get_template(name).template.name == name  # type: ignore[attr-defined]


def test_a_visitors_page_carries_no_token_and_asks_for_no_person() -> None:
    html = frame(visitor())
    assert "csrfmiddlewaretoken" not in html
    assert re.findall(r'href="(/accounts/[^"]*)"', html) == [
        "/accounts/login/?next=/feed/",
        "/accounts/login/?next=/feed/",
        "/accounts/signup/",
        "/accounts/signup/",
        "/accounts/login/",
    ]


def test_someone_whose_session_ended_sees_a_visitors_page() -> None:
    request = member()
    request.user = AnonymousUser()
    assert "Join free" in frame(request)


def test_a_members_page_has_the_account_menu_and_signs_out_by_post() -> None:
    html = frame(member())
    menu = re.findall(r'<details class="menu">.*?</details>', html, re.DOTALL)[0]
    assert re.findall(r'(?:href|action)="([^"]*)"', menu) == [
        "/dashboard/",
        "/accounts/profile/",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/privacy/",
        "/accounts/logout/",
    ]
    assert "csrfmiddlewaretoken" in menu


@pytest.mark.parametrize(("is_staff", "count"), [(True, 1), (False, 0)])
def test_only_staff_are_shown_the_way_to_the_staff_pages(is_staff: bool, count: int) -> None:
    assert frame(member(is_staff=is_staff)).count('href="/admin/"') == count


@pytest.mark.parametrize(
    ("cookie", "attributes", "pressed"),
    [("dark", ' data-theme="dark"', "dark"), ("light", ' data-theme="light"', "light"), ("", "", "auto")],
)
def test_the_chosen_theme_is_on_the_page_and_on_the_switch(
    cookie: str, attributes: str, pressed: str
) -> None:
    request = visitor()
    request.COOKIES["theme"] = cookie
    html = frame(request)
    assert re.findall(r'<html lang="en-US"\s*?(| data-theme="\w+")\s*>', html) == [attributes]
    assert re.findall(r'value="(\w+)"\s+aria-pressed="true"', html) == [pressed]


def test_nothing_in_the_frame_needs_an_exception_from_the_content_policy() -> None:
    html = frame(member()) + render_to_string("500.html")
    assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|https?://(?!testserver)", html) == []


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_an_error_page_stands_without_request_or_person(name: str) -> None:
    html = get_template(name).render()
    assert re.findall(r"<h1>(.*?)</h1>", html) != []
    assert re.findall(r'<a class="btn" href="([^"]*)">', html) == ["/"]


@pytest.mark.parametrize("name", ["403.html", "403_csrf.html", "404.html", "429.html"])
def test_an_error_page_is_not_indexed_and_has_no_canonical_address(name: str) -> None:
    html = render_to_string(name, request=visitor())
    assert '<meta name="robots" content="noindex">' in html
    assert 'rel="canonical"' not in html


def test_a_refused_form_leads_back_to_its_page() -> None:
    html = render_to_string("403_csrf.html", request=visitor("/feed/ask/"))
    assert '<a class="btn" href="/feed/ask/">Load the page again</a>' in html


@pytest.mark.parametrize("mail", MAILS)
def test_an_account_mail_says_the_same_in_text_and_html_and_escapes_only_there(mail: str) -> None:
    context = {
        "site_url": "https://site.example",
        "email": "ana&bo@demo.test",
        "user": User(display_name="Ana & Bo"),
        "activate_url": "https://site.example/accounts/confirm-email/key/",
        "password_reset_url": "https://site.example/accounts/password/reset/key/x/",
    }
    text = render_to_string(f"account/email/{mail}_message.txt", context)
    html = render_to_string(f"account/email/{mail}_message.html", context)
    link = re.findall(r"https://site\.example/accounts/\S+", text)[0]
    assert f'href="{link}"' in html
    assert "&amp;" not in text
    assert "Ana & Bo" not in html


@pytest.mark.parametrize("mail", MAILS)
def test_an_account_mail_has_a_subject_of_one_line(mail: str) -> None:
    assert len(render_to_string(f"account/email/{mail}_subject.txt", {}).strip().splitlines()) == 1


@pytest.mark.parametrize(("address", "count"), [("https://site.example/stop/", 1), ("", 0)])
def test_a_mail_offers_to_stop_only_where_that_is_possible(address: str, count: int) -> None:
    context = {"site_url": "https://site.example", "unsubscribe_url": address, "preheader": "Short."}
    assert render_to_string("emails/base.txt", context).count("Stop these e-mails") == count
    assert render_to_string("emails/base.html", context).count("Stop these e-mails") == count
