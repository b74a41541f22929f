"""allauth's forms in our words; each owns its crispy layout."""

import secrets
from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from allauth.socialaccount import forms as social_forms
from crispy_forms.helper import FormHelper
from django import forms
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.forms.age import BirthField
from accounts.models import User
from accounts.models.age import AgeGroup
from accounts.models.user import VISIBLE_LINE
from accounts.session import remember_too_young


def bare_helper() -> FormHelper:
    """Return a helper for forms whose template owns the form tag, the token and the button."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper


class _NewPerson(forms.Form):
    """What every way of joining asks, and what happens when it is answered."""

    display_name = User._meta.get_field("display_name").formfield(
        # A model's validators are not handed on to a form field that is made by itself.
        validators=[VISIBLE_LINE],
        label="First name",
        help_text="Shown beside what you post. A nickname is fine.",
        widget=forms.TextInput(attrs={"autocomplete": "given-name", "maxlength": 40}),
    )
    birth = BirthField()

    account_already_exists: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        self.fields["email"].label = "E-mail"
        self.fields["email"].help_text = "We send one link to confirm it. Nobody else sees it."
        self.fields["email"].widget.attrs.pop("placeholder", None)

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Make the person; for a known address send a mail instead, and answer the same.

        Returns the person or the answer. Who is too young gets a page of their own, and nothing is kept.
        """
        if self.cleaned_data["birth"].group(timezone.localdate()) == AgeGroup.CHILD:
            return None, remember_too_young(redirect("accounts:too_young"))
        if self.account_already_exists:
            self._take_as_long(request)
            return self._known(request)
        try:
            with transaction.atomic():
                return super().try_save(request)  # type: ignore[misc, no-any-return]
        except IntegrityError:
            # Posted twice at the same moment, and the other posting was faster.
            self.account_already_exists = True
            return self._known(request)

    def _take_as_long(self, request: HttpRequest) -> None:
        """Work as long as joining does, where the clock could tell who is a member."""

    def _known(self, request: HttpRequest) -> tuple[None, HttpResponse]:
        return super().try_save(request)  # type: ignore[misc, no-any-return]


class SignupForm(_NewPerson, allauth_forms.SignupForm):  # type: ignore[misc]  # allauth ships no types
    """Display name, e-mail, birth month, password."""

    field_order = ["display_name", "email", "birth", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = "Password"
        self.fields["password1"].help_text = "At least 10 characters. Three or four plain words work well."
        self.fields["password1"].widget.attrs.pop("placeholder", None)

    def _take_as_long(self, request: HttpRequest) -> None:
        email = self.cleaned_data["email"]
        # The same rows and the same hash as for somebody new, of nobody, and undone.
        with transaction.atomic():
            self.cleaned_data["email"] = f"{secrets.token_hex(12)}@nobody.invalid"
            self.account_already_exists = False
            self.save(request)
            transaction.set_rollback(True)
        self.cleaned_data["email"], self.account_already_exists = email, True


class GoogleSignupForm(_NewPerson, social_forms.SignupForm):  # type: ignore[misc]
    """What Google cannot tell us: the name to show, and birth month."""

    field_order = ["display_name", "email", "birth"]


class LoginForm(allauth_forms.LoginForm):  # type: ignore[misc]
    """E-mail and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        self.fields["login"].label = "E-mail"
        self.fields["password"].help_text = ""
        self.fields["remember"].label = "Keep me signed in on this device"
        for name in ("login", "password"):
            self.fields[name].widget.attrs.pop("placeholder", None)


class ResetPasswordForm(allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    """The e-mail address to send a reset link to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        self.fields["email"].label = "E-mail"
        self.fields["email"].widget.attrs.pop("placeholder", None)


class ResetPasswordKeyForm(allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """The new password, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        _name_new_passwords(self)


class ChangePasswordForm(allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    """The old password and the new one, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        self.fields["oldpassword"].label = "Current password"
        self.fields["oldpassword"].widget.attrs.pop("placeholder", None)
        _name_new_passwords(self)


class AddEmailForm(allauth_forms.AddEmailForm):  # type: ignore[misc]
    """A new e-mail address, which replaces the old one once it is confirmed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        self.fields["email"].label = "New e-mail"
        self.fields["email"].widget.attrs.pop("placeholder", None)


class ReauthenticateForm(allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before something sensitive."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)


class RequestLoginCodeForm(allauth_forms.RequestLoginCodeForm):  # type: ignore[misc]
    """The e-mail address to send a sign-in code to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        self.fields["email"].label = "E-mail"
        self.fields["email"].widget.attrs.pop("placeholder", None)


class ConfirmLoginCodeForm(allauth_forms.ConfirmLoginCodeForm):  # type: ignore[misc]
    """The code that came by mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        self.fields["code"].label = "Code"
        self.fields["code"].widget.attrs.pop("placeholder", None)

    def clean_code(self) -> str:
        """Look at the code only while tries are left.

        The session counts too, but a hundred tries at the same moment would each find its count at none.
        """
        state = context.request._login_stage.state
        key = f"{context.request.session.session_key}:{state['at']}:{state['resend_count']}"
        if not ratelimit.consume(context.request, action="confirm_login_code", key=key):
            raise get_adapter().validation_error("too_many_login_attempts")
        code: str = super().clean_code()
        return code


def _name_new_passwords(form: forms.BaseForm) -> None:
    form.fields["password1"].label = "New password"
    form.fields["password1"].help_text = "At least 10 characters. Three or four plain words work well."
    form.fields["password2"].label = "New password, once more"
    for name in ("password1", "password2"):
        form.fields[name].widget.attrs.pop("placeholder", None)
