"""Addresses of the Learner Series."""

from django.urls import path, re_path

from learner_series.views import reading

app_name = "learner_series"
urlpatterns = [
    path("", reading.series_list, name="series_list"),
    # No converter: PostgreSQL must never be asked for a name with a NUL character in it.
    re_path(r"^images/(?P<name>[\w.-]+)$", reading.image_detail, name="image_detail"),
    path("series/<slug:slug>/", reading.series_detail, name="series_detail"),
    path("<slug:slug>/", reading.article_detail, name="article_detail"),
]
