"""allauth's pages have our manners: a form that comes back is 422, all else is as it was."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.test import Client, RequestFactory
from django.urls import resolve

from accounts.middleware import EntranceMiddleware
from accounts.models import User
from tests.factories.people import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
WRONG = "a-wrong-password"


@pytest.fixture
def jordan() -> User:
    """A person with a verified address."""
    user: User = UserFactory.create(email="jordan@example.test")
    return user


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/accounts/login/", {"login": "jordan@example.test", "password": WRONG}),
        ("/accounts/signup/", {"email": "new"}),
        ("/accounts/password/reset/", {"email": "no address"}),
        ("/accounts/login/code/", {"email": ""}),
    ],
)
def test_form_of_a_visitor_that_comes_back_is_422(
    path: str, sent: dict[str, str], jordan: User, client: Client
) -> None:
    response = client.post(path, sent)
    assert (response.status_code, bool(response.context["form"].errors)) == (422, True)


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/accounts/email/", {"action_add": "", "email": "no address"}),
        ("/accounts/password/change/", {"oldpassword": WRONG}),
        ("/accounts/reauthenticate/", {"password": WRONG}),
        ("/accounts/2fa/totp/activate/", {"code": "000000"}),
        ("/accounts/2fa/webauthn/add/", {"name": ""}),
        ("/accounts/3rdparty/", {"account": "1"}),
    ],
)
def test_form_of_somebody_signed_in_that_comes_back_is_422(
    path: str, sent: dict[str, str], jordan: User, client: Client
) -> None:
    client.force_login(jordan)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    response = client.post(path, sent)
    assert (response.status_code, bool(response.context["form"].errors)) == (422, True)


def test_passkey_that_does_not_fit_is_422_and_said(jordan: User, client: Client) -> None:
    TOTP.activate(jordan, generate_totp_secret())
    client.post("/accounts/login/", {"login": jordan.email, "password": PASSWORD})
    response = client.post("/accounts/2fa/authenticate/", {"credential": "{}"})
    page = response.content.decode()
    assert (response.status_code, "That passkey did not fit." in page) == (422, True)


def test_form_without_a_password_so_far_that_comes_back_is_422(jordan: User, client: Client) -> None:
    jordan.set_unusable_password()
    jordan.save()
    client.force_login(jordan)
    assert client.post("/accounts/password/set/", {"password1": "x"}).status_code == 422


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/login/code/"]
)
def test_form_that_was_only_opened_is_200(path: str, client: Client) -> None:
    assert client.get(path, {"email": "no address"}).status_code == 200


def answered(path: str, response: HttpResponse) -> int:
    request = RequestFactory().post(path)
    request.resolver_match = resolve(path)
    return EntranceMiddleware(lambda asked: response).process_template_response(request, response).status_code


def test_answers_of_other_kinds_stay_as_they_are(client: Client) -> None:
    form = client.post("/accounts/login/", {}).context["form"]
    request = RequestFactory().post("/")
    shown = TemplateResponse(request, "account/login.html", {"form": form})
    # Staff pages answer with templates and forms too, and have manners of their own.
    assert answered("/admin/", shown) == 200
    assert answered("/accounts/login/", HttpResponse()) == 200
    assert answered("/accounts/login/", TemplateResponse(request, "account/login.html")) == 200
    assert answered("/accounts/login/", shown) == 422


@pytest.mark.parametrize(
    ("path", "fault"), [("/accounts/login/", Http404()), ("/accounts/confirm-email/x/", ValueError())]
)
def test_other_faults_are_not_hidden(path: str, fault: Exception) -> None:
    request = RequestFactory().post(path)
    request.resolver_match = resolve(path)
    assert EntranceMiddleware(lambda asked: HttpResponse()).process_exception(request, fault) is None


def test_address_that_is_no_page_has_no_manners_to_mend() -> None:
    request = RequestFactory().get("/nowhere/")
    middleware = EntranceMiddleware(lambda asked: HttpResponse())
    shown = TemplateResponse(request, "account/login.html", {})
    assert middleware.process_template_response(request, shown).status_code == 200
    assert middleware.process_exception(request, Http404()) is None
