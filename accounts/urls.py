"""Addresses of accounts outside allauth."""

from django.urls import path

from accounts.views import age, mail, onboarding, profile

app_name = "accounts"
urlpatterns = [
    path("accounts/birth/", age.birth_edit, name="birth_edit"),
    path("accounts/not-yet/", age.too_young, name="too_young"),
    path("accounts/onboarding/", onboarding.onboarding, name="onboarding"),
    path("accounts/profile/", profile.profile_edit, name="profile_edit"),
    path("accounts/profile/sensitive/", profile.sensitive_edit, name="sensitive_edit"),
    path("accounts/profile/preview/", profile.profile_preview, name="profile_preview"),
    path("notifications/unsubscribe/<str:token>/", mail.mail_unsubscribe, name="unsubscribe"),
]
