"""How allauth does things here; the journeys are in test_signup, test_login and test_password."""

from types import SimpleNamespace

import pytest
from django.test import RequestFactory

from accounts.adapter import AccountAdapter
from accounts.models import AccountMail, User
from accounts.models.age import Birth

pytestmark = pytest.mark.django_db
FORM = SimpleNamespace(
    cleaned_data={"email": "Jordan@Example.test", "display_name": "Jordan", "password1": "a-long-password"}
)
FORM.cleaned_data["birth"] = Birth(year=2000, month=6)


@pytest.mark.parametrize("commit", [True, False])
def test_new_person_is_filled_from_the_form_and_saved_on_request(commit: bool) -> None:
    user = AccountAdapter().save_user(RequestFactory().post("/"), User(), FORM, commit=commit)
    assert (user.email, user.display_name, user.slug[:7]) == ("jordan@example.test", "Jordan", "jordan-")
    assert user.check_password("a-long-password")
    assert (user.birth_year, user.birth_month) == (2000, 6)
    assert User.objects.filter(slug=user.slug).exists() is commit


def test_mail_is_rendered_now_and_kept_without_the_request() -> None:
    context = {
        "request": RequestFactory().get("/"),
        "user": User(display_name="O'Brien & Co"),
        "activate_url": "http://testserver/x/",
    }
    AccountAdapter().send_mail("account/email/email_confirmation_signup", "a@example.test", context)
    kept = AccountMail.objects.get()
    assert (kept.to, kept.subject) == ("a@example.test", "Welcome to BreakThru: please confirm your e-mail")
    assert "Hello O'Brien & Co," in kept.text
    assert "Hello O&#x27;Brien &amp; Co," in kept.html


@pytest.mark.parametrize(
    "name",
    [
        "account_already_exists",
        "email_confirmation",
        "email_confirmation_signup",
        "password_reset_key",
        "unknown_account",
    ],
)
def test_every_mail_has_its_three_parts_and_names_the_address(name: str) -> None:
    AccountAdapter().send_mail(
        f"account/email/{name}", "jordan@example.test", {"user": User(display_name="J")}
    )
    kept = AccountMail.objects.get()
    assert all([kept.subject, kept.text.strip(), kept.html.strip()])
    assert "http://testserver" in kept.text
    is_named = "jordan@example.test" in kept.text
    assert is_named is (name != "password_reset_key")
