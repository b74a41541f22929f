"""Secrets of second steps move to a new key and go on working."""

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.core.management import call_command

from accounts.services.rotation import rotate_second_steps
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def test_second_steps_work_with_the_new_key_alone(settings: LazySettings) -> None:
    user = UserFactory.create()
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    codes = RecoveryCodes.activate(user).get_unused_codes()
    new = Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]

    call_command("rotate_keys", verbosity=0)

    settings.FIELD_KEYS = [new]
    of_type = {row.type: row for row in Authenticator.objects.filter(user=user)}
    secret = of_type[Authenticator.Type.TOTP].data["secret"]
    assert get_adapter().decrypt(secret) == "JBSWY3DPEHPK3PXP"
    assert RecoveryCodes(of_type[Authenticator.Type.RECOVERY_CODES]).get_unused_codes() == codes


def test_codes_of_an_older_kind_move_and_passkeys_stay_as_they_are(settings: LazySettings) -> None:
    user, seal = UserFactory.create(), get_adapter().encrypt
    codes = Authenticator.objects.create(
        user=user, type=Authenticator.Type.RECOVERY_CODES, data={"migrated_codes": [seal("a"), seal("b")]}
    )
    passkey = Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "My key", "credential": {"id": "x"}}
    )
    new = Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]

    assert rotate_second_steps(after=0, size=1) == codes.pk
    assert rotate_second_steps(after=codes.pk, size=1) == passkey.pk
    assert rotate_second_steps(after=passkey.pk, size=1) is None

    settings.FIELD_KEYS = [new]
    codes.refresh_from_db()
    passkey.refresh_from_db()
    assert [get_adapter().decrypt(code) for code in codes.data["migrated_codes"]] == ["a", "b"]
    assert passkey.data == {"name": "My key", "credential": {"id": "x"}}
