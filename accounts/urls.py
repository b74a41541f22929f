"""Addresses of accounts outside allauth."""

from django.urls import path

from accounts.views import mail

app_name = "accounts"
urlpatterns = [
    path("notifications/unsubscribe/<str:token>/", mail.mail_unsubscribe, name="unsubscribe"),
]
