"""Addresses of accounts outside allauth."""

from django.urls import path

from accounts.views import (
    age,
    blocks,
    export,
    leaving,
    mail,
    notifications,
    onboarding,
    privacy,
    profile,
    safety,
)

app_name = "accounts"
urlpatterns = [
    path("accounts/birth/", age.birth_edit, name="birth_edit"),
    path("accounts/blocks/<slug:slug>/", blocks.block_edit, name="block_edit"),
    path("accounts/consents/", privacy.consent_list, name="consent_list"),
    path("accounts/delete/", leaving.delete, name="delete"),
    path("accounts/export/", export.export, name="export"),
    path("accounts/export/<uuid:export_id>/", export.export_download, name="export_download"),
    path("accounts/not-yet/", age.too_young, name="too_young"),
    path("accounts/onboarding/", onboarding.onboarding, name="onboarding"),
    path("accounts/privacy/", privacy.privacy, name="privacy"),
    path("accounts/profile/", profile.profile_edit, name="profile_edit"),
    path("accounts/profile/sensitive/", profile.sensitive_edit, name="sensitive_edit"),
    path("accounts/profile/preview/", profile.profile_preview, name="profile_preview"),
    path("accounts/standing/", safety.standing, name="standing"),
    path("accounts/standing/<int:pk>/appeal/", safety.appeal_create, name="appeal_create"),
    path("report/", safety.report_create, name="report_create"),
    path("report/mine/", safety.report_list, name="report_list"),
    path("report/<int:pk>/", safety.report_detail, name="report_detail"),
    path("notifications/", notifications.notification_list, name="notification_list"),
    path("notifications/read/", notifications.notifications_read, name="notifications_read"),
    path("notifications/settings/", notifications.notification_settings, name="notification_settings"),
    path("notifications/settings/retry/", notifications.address_retry, name="address_retry"),
    path("notifications/<int:pk>/", notifications.notification_open, name="notification_open"),
    path("mail/webhook/", mail.mail_webhook, name="mail_webhook"),
    path("notifications/unsubscribe/<str:token>/", mail.mail_unsubscribe, name="unsubscribe"),
]
