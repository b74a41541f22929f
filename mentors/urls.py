"""Addresses of mentoring."""

from django.urls import path

from mentors.views import program

app_name = "mentors"
urlpatterns = [
    path("", program.program_detail, name="program_detail"),
]
