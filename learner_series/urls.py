"""Addresses of the Learner Series. The article's page is composed above, in `breakthru.urls`."""

from django.urls import path, re_path

from learner_series.views import acting, feeds, previews, reading

app_name = "learner_series"
urlpatterns = [
    path("", reading.series_list, name="series_list"),
    path("feed.xml", feeds.article_feed, name="article_feed"),
    # No converter: PostgreSQL must never be asked for a name with a NUL character in it.
    re_path(r"^images/(?P<name>[\w.-]+)$", reading.image_detail, name="image_detail"),
    path("series/<slug:slug>/", reading.series_detail, name="series_detail"),
    path("<slug:slug>/progress/", acting.progress_edit, name="progress_edit"),
    path("<slug:slug>/save/", acting.saved_edit, name="saved_edit"),
    path("<slug:slug>/feedback/", acting.feedback_edit, name="feedback_edit"),
    # Behind what is done with an article, for one may be called “preview”; no token is called “save”.
    path("preview/<str:token>/", previews.preview_detail, name="preview_detail"),
]
