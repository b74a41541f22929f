"""The address plan of PRODUCT §3. Each app names its own below its prefix."""

from allauth.account.decorators import secure_admin_login
from allauth.socialaccount.providers.google import views as google
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.decorators.http import require_safe

from breakthru import sitemaps, views
from learner_series import urls as learner_series_urls
from learner_series.models.page import PageSlug
from learner_series.views.pages import page_detail

# Staff sign in where everybody does: one door, with its limits.
# Its own form would check passwords without them, so nobody can post to it.
admin.site.login = secure_admin_login(require_safe(admin.site.login))  # type: ignore[method-assign]

# An article shows what the Feed knows of it, so its page is composed here.
learn = [
    *learner_series_urls.urlpatterns,
    path("<slug:slug>/", views.article_detail, name="article_detail"),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("dashboard/", views.dashboard, name="dashboard"),
    path("theme/", views.theme_edit, name="theme_edit"),
    path("feed/", include("feed.urls")),
    path("learn/", include((learn, learner_series_urls.app_name))),
    path("membership/", include("memberships.urls")),
    path("mentorship/", include("mentors.urls")),
    *(path(f"{slug}/", page_detail, {"slug": slug}, name=f"page_{slug}") for slug in PageSlug.values),
    # One by one: allauth's whole list has old addresses, and a view of Google's without CSRF protection.
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("accounts/3rdparty/", include("allauth.socialaccount.urls")),
    path("accounts/google/login/", google.oauth2_login, name="google_login"),
    path("accounts/google/login/callback/", google.oauth2_callback, name="google_callback"),
    path("", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("sitemap.xml", sitemaps.sitemap_index, name="sitemap_index"),
    path("sitemap-<slug:section>.xml", sitemaps.sitemap_section, name="sitemap_section"),
    path("robots.txt", views.robots, name="robots"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
]

if settings.DEBUG:
    urlpatterns.append(path("dev/", include("breakthru.dev_urls")))
