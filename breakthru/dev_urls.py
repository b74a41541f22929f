"""Pages that exist in development only."""

from django.urls import path

from breakthru import dev_views

app_name = "dev"
urlpatterns = [
    path("mail/", dev_views.mail_list, name="mail_list"),
    path("mail/<slug:name>/", dev_views.mail_detail, name="mail_detail"),
    path("mail/<slug:name>/html/", dev_views.mail_html, name="mail_html"),
]
