"""Addresses of accounts outside allauth."""

from django.urls import path

from accounts.views import mail, profile

app_name = "accounts"
urlpatterns = [
    path("accounts/profile/", profile.profile_edit, name="profile_edit"),
    path("notifications/unsubscribe/<str:token>/", mail.mail_unsubscribe, name="unsubscribe"),
]
