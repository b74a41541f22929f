"""Who needs a second step at sign-in (PRODUCT §4), and what is open until then, or while suspended (§9)."""

from allauth.mfa.models import Authenticator
from django.conf import settings

from accounts.models import User
from accounts.registries import has_second_step_role

# What setting up needs, and the way out.
_OPEN = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_generate_recovery_codes",
        "account_reauthenticate",
        "account_logout",
        "account_email",
        "account_set_password",
        # Nobody needs more than a password to leave, or to stay.
        "accounts:delete",
        # Nor to say that something is wrong.
        "accounts:appeal_create",
        "accounts:report_create",
        "accounts:report_detail",
        "accounts:standing",
        "theme_edit",
    }
)
# What a suspended person may still do: see to their account, leave, say what happened, appeal.
_OPEN_WHILE_SUSPENDED = (
    "account_",
    "mfa_",
    "usersessions_",
    "socialaccount_",
    "theme_edit",
    "accounts:address_retry",
    "accounts:appeal_",
    "accounts:block_",
    "accounts:consent_",
    "accounts:delete",
    "accounts:export",
    "accounts:notification",
    "accounts:privacy",
    "accounts:report_",
    "accounts:unsubscribe",
    # What nobody else sees; a page being read says so every few seconds.
    "learner_series:progress_edit",
    "learner_series:saved_edit",
)


def needs_second_step(user: User) -> bool:
    """Say whether the role of `user` asks for a second step."""
    return bool(settings.MFA_REQUIRED) and (user.is_staff or has_second_step_role(user.pk))


def has_second_step(user: User) -> bool:
    """Say whether `user` has an authenticator app or a passkey; recovery codes alone do not count."""
    return bool(Authenticator.objects.filter(user=user, type__in=("totp", "webauthn")).exists())


def lacks_second_step(user: User, *, is_writing: bool) -> bool:
    """Say whether this request of `user` has to wait for a second step.

    Staff see more than others do, so they wait everywhere. Who has another role can do more, so they wait
    when they write; their reading costs no query.
    """
    if not settings.MFA_REQUIRED or not (user.is_staff or is_writing):
        return False
    return needs_second_step(user) and not has_second_step(user)


def may_go_on_without_second_step(view_name: str) -> bool:
    """Say whether that page is open before the second step is set up."""
    return view_name in _OPEN


def may_do_while_suspended(view_name: str) -> bool:
    """Say whether that page takes what a suspended person sends."""
    return view_name.startswith(_OPEN_WHILE_SUSPENDED)
