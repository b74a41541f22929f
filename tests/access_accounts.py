"""The pages of one's own account in the access matrix."""

from accounts.models.mail import MailKind
from accounts.services.mail import unsubscribe_url
from tests.access_rules import EVERYONE, GUESTS, NEVER, SIGNED_IN, SIGNED_IN_NEVER, Row, at, rule
from tests.factories.people import UserFactory


def _unsubscribe() -> str:
    url = unsubscribe_url(user=UserFactory.create(), kind=MailKind.QUESTION_ANSWERED)
    return url.removeprefix("http://testserver")


ACCOUNT_PAGES = {
    "account_login": Row(at("/accounts/login/"), GUESTS, GUESTS, rule("302", visitor="405")),
    "account_logout": Row(at("/accounts/logout/"), rule("200", visitor="302"), rule("302"), NEVER),
    "account_inactive": Row(at("/accounts/inactive/"), EVERYONE, NEVER, NEVER),
    "account_signup": Row(at("/accounts/signup/"), GUESTS, GUESTS, rule("302", visitor="405")),
    "account_reauthenticate": Row(at("/accounts/reauthenticate/"), SIGNED_IN, SIGNED_IN, SIGNED_IN_NEVER),
    "account_email": Row(at("/accounts/email/"), SIGNED_IN, rule("302", visitor="login"), SIGNED_IN_NEVER),
    "account_email_verification_sent": Row(at("/accounts/confirm-email/"), EVERYONE, NEVER, NEVER),
    "account_confirm_email": Row(at("/accounts/confirm-email/forged/"), EVERYONE, rule("404"), NEVER),
    "account_change_password": Row(at("/accounts/password/change/"), SIGNED_IN, SIGNED_IN, SIGNED_IN_NEVER),
    "account_set_password": Row(at("/accounts/password/set/"), *[rule("302", visitor="login")] * 3),
    "account_reset_password": Row(at("/accounts/password/reset/"), EVERYONE, EVERYONE, NEVER),
    "account_reset_password_done": Row(at("/accounts/password/reset/done/"), EVERYONE, NEVER, NEVER),
    "account_reset_password_from_key": Row(
        at("/accounts/password/reset/key/x-y/"), EVERYONE, EVERYONE, EVERYONE
    ),
    "account_reset_password_from_key_done": Row(
        at("/accounts/password/reset/key/done/"), EVERYONE, NEVER, NEVER
    ),
    "account_confirm_login_code": Row(
        at("/accounts/login/code/confirm/"), *[rule("302", visitor="login")] * 3
    ),
    "accounts:profile_edit": Row(
        at("/accounts/profile/"), SIGNED_IN, rule("422", visitor="login"), SIGNED_IN_NEVER
    ),
    "accounts:onboarding": Row(
        at("/accounts/onboarding/"), SIGNED_IN, rule("302", visitor="login"), SIGNED_IN_NEVER
    ),
    "accounts:sensitive_edit": Row(
        at("/accounts/profile/sensitive/"), SIGNED_IN, rule("302", visitor="login"), SIGNED_IN_NEVER
    ),
    "accounts:profile_preview": Row(
        at("/accounts/profile/preview/"), SIGNED_IN, SIGNED_IN_NEVER, SIGNED_IN_NEVER
    ),
    "accounts:unsubscribe": Row(_unsubscribe, EVERYONE, EVERYONE, NEVER),
    "account_request_login_code": Row(
        at("/accounts/login/code/"), GUESTS, GUESTS, rule("302", visitor="405")
    ),
    "accounts:birth_edit": Row(
        at("/accounts/birth/"), rule("302", visitor="login"), rule("302", visitor="login"), SIGNED_IN_NEVER
    ),
    "accounts:too_young": Row(at("/accounts/not-yet/"), EVERYONE, NEVER, NEVER),
    "mfa_index": Row(at("/accounts/2fa/"), SIGNED_IN, SIGNED_IN_NEVER, SIGNED_IN_NEVER),
    "mfa_authenticate": Row(at("/accounts/2fa/authenticate/"), *[rule("302", visitor="login")] * 3),
    # No second step to show, or the password is asked first.
    "mfa_reauthenticate": Row(at("/accounts/2fa/reauthenticate/"), *[rule("302", visitor="login")] * 3),
    "mfa_activate_totp": Row(at("/accounts/2fa/totp/activate/"), *[rule("302", visitor="login")] * 3),
    "mfa_deactivate_totp": Row(at("/accounts/2fa/totp/deactivate/"), *[rule("404", visitor="login")] * 3),
    "mfa_view_recovery_codes": Row(
        at("/accounts/2fa/recovery-codes/"), rule("404", visitor="login"), SIGNED_IN_NEVER, SIGNED_IN_NEVER
    ),
    "mfa_generate_recovery_codes": Row(
        at("/accounts/2fa/recovery-codes/generate/"), *[rule("302", visitor="login")] * 3
    ),
    "mfa_download_recovery_codes": Row(
        at("/accounts/2fa/recovery-codes/download/"), *[rule("404", visitor="login")] * 3
    ),
    "mfa_list_webauthn": Row(at("/accounts/2fa/webauthn/"), SIGNED_IN, SIGNED_IN_NEVER, SIGNED_IN_NEVER),
    "mfa_add_webauthn": Row(at("/accounts/2fa/webauthn/add/"), *[rule("302", visitor="login")] * 3),
    "mfa_reauthenticate_webauthn": Row(
        at("/accounts/2fa/webauthn/reauthenticate/"), *[rule("302", visitor="login")] * 3
    ),
    "mfa_login_webauthn": Row(
        at("/accounts/2fa/webauthn/login/"),
        rule("302", visitor="login"),
        rule("302", visitor="login"),
        rule("302", visitor="405"),
    ),
    "mfa_edit_webauthn": Row(at("/accounts/2fa/webauthn/keys/1/edit/"), *[rule("302", visitor="login")] * 3),
    "mfa_remove_webauthn": Row(
        at("/accounts/2fa/webauthn/keys/1/remove/"), *[rule("302", visitor="login")] * 3
    ),
    "usersessions_list": Row(
        at("/accounts/sessions/"), SIGNED_IN, rule("302", visitor="login"), SIGNED_IN_NEVER
    ),
    "socialaccount_login_cancelled": Row(at("/accounts/3rdparty/login/cancelled/"), EVERYONE, NEVER, NEVER),
    "socialaccount_login_error": Row(
        at("/accounts/3rdparty/login/error/"), rule("401", visitor="login"), SIGNED_IN_NEVER, SIGNED_IN_NEVER
    ),
    "socialaccount_signup": Row(at("/accounts/3rdparty/signup/"), *[rule("login")] * 3),
    "socialaccount_connections": Row(at("/accounts/3rdparty/"), SIGNED_IN, SIGNED_IN, SIGNED_IN_NEVER),
    # The suite has no keys of Google's; with them: tests/accounts/test_google.py.
    "google_login": Row(at("/accounts/google/login/"), *[rule("404")] * 3),
    "google_callback": Row(at("/accounts/google/login/callback/"), *[rule("404")] * 3),
}
