"""Addresses of memberships."""

from django.urls import path

from memberships.views import plans

app_name = "memberships"
urlpatterns = [
    path("", plans.plan_list, name="plan_list"),
]
