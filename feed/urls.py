"""Addresses of the BreakThru Feed."""

from django.urls import path

from feed.views import answering, asking, reading

app_name = "feed"
urlpatterns = [
    path("", reading.question_list, name="question_list"),
    path("ask/", asking.question_create, name="question_create"),
    path("<int:pk>/", reading.question_redirect, name="question_redirect"),
    path("<int:pk>/<slug:slug>/", reading.question_detail, name="question_detail"),
    path("<int:pk>/<slug:slug>/answer/", answering.answer_create, name="answer_create"),
]
