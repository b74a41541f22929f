"""The pages of one's own account in the access matrix."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import DataExport, Notification, Report, Sanction, User
from accounts.services.mail import unsubscribe_url
from feed.services.telling import QUESTION_ANSWERED
from tests.access_rules import EVERYONE, GUESTS, NEVER, SIGNED_IN, SIGNED_IN_NEVER, Row, at, rule
from tests.factories.people import UserFactory
from tests.factories.questions import QuestionFactory
from tests.factories.safety import ReportFactory, SanctionFactory


def _unsubscribe() -> str:
    url = unsubscribe_url(user=UserFactory.create(), kind=QUESTION_ANSWERED.key)
    return url.removeprefix("http://testserver")


def notification_of(person: User) -> str:
    """The address of something that one person was told."""
    made, _ = Notification.objects.get_or_create(
        user=person, kind=QUESTION_ANSWERED.key, key="1", defaults={"path": "/feed/"}
    )
    return f"/notifications/{made.pk}/"


def _notification() -> str:
    return notification_of(UserFactory.create())


def export_of(person: User) -> str:
    """The address of a copy of one person's data."""
    now = timezone.now()
    made, _ = DataExport.objects.get_or_create(
        user=person, defaults={"file": "x.zip", "ready_at": now, "expires_at": now + timedelta(days=7)}
    )
    return f"/accounts/export/{made.pk}/"


def _export() -> str:
    return export_of(UserFactory.create())


def report_of(person: User) -> str:
    """The address of something that one person reported."""
    made = Report.objects.filter(reporter=person).first() or ReportFactory.create(reporter=person)
    return f"/report/{made.pk}/"


def _report() -> str:
    return report_of(UserFactory.create())


def _reported() -> str:
    return f"/report/?type=question&id={QuestionFactory.create().pk}"


def appeal_of(person: User) -> str:
    """The address where one person appeals against a decision about them."""
    made = Sanction.objects.filter(user=person).first() or SanctionFactory.create(user=person)
    return f"/accounts/standing/{made.pk}/appeal/"


def _appeal() -> str:
    return appeal_of(UserFactory.create())


def _block() -> str:
    return f"/accounts/blocks/{UserFactory.create().slug}/"


ACCOUNT_PAGES = {
    "account_login": Row(
        at("/accounts/login/"), GUESTS, rule("302", visitor="422"), rule("302", visitor="405")
    ),
    "account_logout": Row(at("/accounts/logout/"), rule("200", visitor="302"), rule("302"), NEVER),
    "account_inactive": Row(at("/accounts/inactive/"), EVERYONE, NEVER, NEVER),
    "account_signup": Row(
        at("/accounts/signup/"), GUESTS, rule("302", visitor="422"), rule("302", visitor="405")
    ),
    "account_reauthenticate": Row(
        at("/accounts/reauthenticate/"), SIGNED_IN, rule("422", visitor="login"), SIGNED_IN_NEVER
    ),
    "account_email": Row(at("/accounts/email/"), SIGNED_IN, rule("302", visitor="login"), SIGNED_IN_NEVER),
    "account_email_verification_sent": Row(at("/accounts/confirm-email/"), EVERYONE, NEVER, NEVER),
    "account_confirm_email": Row(at("/accounts/confirm-email/forged/"), EVERYONE, rule("302"), NEVER),
    "account_change_password": Row(
        at("/accounts/password/change/"), SIGNED_IN, rule("422", visitor="login"), SIGNED_IN_NEVER
    ),
    "account_set_password": Row(at("/accounts/password/set/"), *[rule("302", visitor="login")] * 3),
    "account_reset_password": Row(at("/accounts/password/reset/"), EVERYONE, rule("422"), NEVER),
    "account_reset_password_done": Row(at("/accounts/password/reset/done/"), EVERYONE, NEVER, NEVER),
    "account_reset_password_from_key": Row(
        at("/accounts/password/reset/key/x-y/"), EVERYONE, rule("422"), EVERYONE
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
    "accounts:privacy": Row(at("/accounts/privacy/"), SIGNED_IN, SIGNED_IN_NEVER, SIGNED_IN_NEVER),
    "accounts:consent_list": Row(at("/accounts/consents/"), SIGNED_IN, SIGNED_IN_NEVER, SIGNED_IN_NEVER),
    "accounts:block_edit": Row(_block, SIGNED_IN, rule("302", visitor="login"), SIGNED_IN_NEVER),
    # The password is asked first.
    "accounts:export": Row(at("/accounts/export/"), SIGNED_IN, rule("302", visitor="login"), SIGNED_IN_NEVER),
    "accounts:export_download": Row(_export, rule("404", visitor="login"), SIGNED_IN_NEVER, SIGNED_IN_NEVER),
    "accounts:delete": Row(at("/accounts/delete/"), SIGNED_IN, rule("302", visitor="login"), SIGNED_IN_NEVER),
    "accounts:standing": Row(at("/accounts/standing/"), SIGNED_IN, SIGNED_IN_NEVER, SIGNED_IN_NEVER),
    "accounts:appeal_create": Row(
        _appeal, rule("404", visitor="login"), rule("404", visitor="login"), SIGNED_IN_NEVER
    ),
    "accounts:report_create": Row(_reported, SIGNED_IN, rule("422", visitor="login"), SIGNED_IN_NEVER),
    "accounts:report_list": Row(at("/report/mine/"), SIGNED_IN, SIGNED_IN_NEVER, SIGNED_IN_NEVER),
    "accounts:report_detail": Row(
        _report, rule("404", visitor="login"), rule("404", visitor="login"), SIGNED_IN_NEVER
    ),
    "accounts:unsubscribe": Row(_unsubscribe, EVERYONE, EVERYONE, NEVER),
    # The suite has no mail provider; with one: tests/accounts/test_mail_webhook.py.
    "accounts:mail_webhook": Row(at("/mail/webhook/"), rule("404"), rule("404"), NEVER),
    "accounts:notification_list": Row(at("/notifications/"), SIGNED_IN, SIGNED_IN_NEVER, SIGNED_IN_NEVER),
    "accounts:notifications_read": Row(
        at("/notifications/read/"), SIGNED_IN_NEVER, rule("302", visitor="login"), SIGNED_IN_NEVER
    ),
    "accounts:notification_open": Row(
        _notification, rule("404", visitor="login"), SIGNED_IN_NEVER, SIGNED_IN_NEVER
    ),
    "accounts:notification_settings": Row(
        at("/notifications/settings/"), SIGNED_IN, rule("422", visitor="login"), SIGNED_IN_NEVER
    ),
    "accounts:address_retry": Row(
        at("/notifications/settings/retry/"),
        SIGNED_IN_NEVER,
        rule("302", visitor="login"),
        SIGNED_IN_NEVER,
    ),
    "account_request_login_code": Row(
        at("/accounts/login/code/"), GUESTS, rule("302", visitor="422"), rule("302", visitor="405")
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
    "socialaccount_connections": Row(
        at("/accounts/3rdparty/"), SIGNED_IN, rule("422", visitor="login"), SIGNED_IN_NEVER
    ),
    # The suite has no keys of Google's; with them: tests/accounts/test_google.py.
    "google_login": Row(at("/accounts/google/login/"), *[rule("404")] * 3),
    "google_callback": Row(at("/accounts/google/login/callback/"), *[rule("404")] * 3),
}
