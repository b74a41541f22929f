"""allauth's forms in our words: labels a person reads, no placeholder instead of them."""

from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.test import RequestFactory
from django.utils.module_loading import import_string

from accounts.models import User

LABELS = {
    "signup": {
        "display_name": "First name",
        "email": "E-mail",
        "birth": "When were you born?",
        "password1": "Password",
    },
    "login": {"login": "E-mail", "password": "Password", "remember": "Keep me signed in on this device"},
    "reset_password": {"email": "E-mail"},
    "reset_password_from_key": {"password1": "New password", "password2": "New password, once more"},
    "change_password": {
        "oldpassword": "Current password",
        "password1": "New password",
        "password2": "New password, once more",
    },
    "add_email": {"email": "New e-mail"},
    "reauthenticate": {"password": "Password"},
    "request_login_code": {"email": "E-mail"},
    "confirm_login_code": {"code": "Code"},
}


def made(name: str) -> Any:
    options: dict[str, Any] = {}
    if name == "login":
        options["request"] = RequestFactory().get("/")
    if name == "confirm_login_code":
        options["code"] = "ABCD"
    if name in {"change_password", "add_email", "reauthenticate", "reset_password_from_key"}:
        options["user"] = User(email="jordan@example.test")
    return import_string(settings.ACCOUNT_FORMS[name])(**options)


def test_every_form_of_the_settings_is_tested() -> None:
    assert set(LABELS) == set(settings.ACCOUNT_FORMS)


@pytest.mark.parametrize("name", LABELS)
def test_form_says_in_words_what_it_asks(name: str) -> None:
    form: forms.Form = made(name)
    assert {key: str(field.label) for key, field in form.fields.items()} == LABELS[name]
    assert [key for key, field in form.fields.items() if "placeholder" in field.widget.attrs] == []


@pytest.mark.parametrize("name", LABELS)
def test_form_leaves_tag_token_and_button_to_the_template(name: str) -> None:
    helper = made(name).helper
    assert (helper.form_tag, helper.disable_csrf, helper.inputs) == (False, True, [])


def test_password_managers_know_the_fields() -> None:
    signup, login = made("signup").fields, made("login").fields
    assert signup["display_name"].widget.attrs["autocomplete"] == "given-name"
    assert signup["password1"].widget.attrs["autocomplete"] == "new-password"
    assert login["password"].widget.attrs["autocomplete"] == "current-password"
