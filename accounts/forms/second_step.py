"""allauth's forms of second steps and passkeys in our words."""

import re
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.core.cache import cache

from accounts.forms.account import bare_helper

_NUMBERS = {"inputmode": "numeric", "autocomplete": "one-time-code"}


class _OnceOnly(forms.Form):
    """A code that was taken is not taken again."""

    user: Any

    def clean_code(self) -> str:
        """Refuse a used code as long as it could still fit: the clock may differ by some steps each way.

        allauth alone forgets used codes after one step.
        """
        digits = re.sub(r"\D", "", self.cleaned_data["code"])
        key = f"allauth.mfa.spent:{self.user.pk}:{digits}"
        if cache.get(key):
            raise get_adapter().validation_error("incorrect_code")
        code: str = super().clean_code()  # type: ignore[misc]
        steps = 2 * app_settings.TOTP_TOLERANCE + 1
        cache.set(key, "y", steps * app_settings.TOTP_PERIOD)
        return code


class AuthenticateForm(_OnceOnly, base_forms.AuthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """The code of the second step, from the app or one of the recovery codes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        _ask_for_code(self, "Six digits from your app, or one of your recovery codes.")


class ReauthenticateForm(_OnceOnly, base_forms.ReauthenticateForm):  # type: ignore[misc]
    """A code once more, before something sensitive."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        _ask_for_code(self, "Six digits from your app, or one of your recovery codes.")


class ActivateTOTPForm(totp_forms.ActivateTOTPForm):  # type: ignore[misc]
    """The first code from a new authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        _ask_for_code(self, "The six digits that your app shows now.")


class AddPasskeyForm(webauthn_forms.AddWebAuthnForm):  # type: ignore[misc]
    """A name for the new passkey; the browser fills in the rest."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        _name_passkey(self)
        self.fields["passwordless"].label = "Sign in with it alone, without a password"
        self.fields["passwordless"].help_text = "Your device then asks for your fingerprint, face or PIN."
        self.fields["passwordless"].initial = True


class RenamePasskeyForm(webauthn_forms.EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()
        _name_passkey(self)


def _ask_for_code(form: forms.BaseForm, help_text: str) -> None:
    field = form.fields["code"]
    field.label, field.help_text = "Code", help_text
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(_NUMBERS)


def _name_passkey(form: forms.BaseForm) -> None:
    field = form.fields["name"]
    field.label, field.help_text = "Name", "So that you can tell your passkeys apart, such as My phone."
    field.widget.attrs["maxlength"] = 100
