"""Pages that join the apps, and pages for machines."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.session import person, person_or_none
from breakthru.context_processors import THEMES
from breakthru.lib.http import safe_next
from breakthru.readiness import readiness
from feed.models import Answer, Question
from feed.views.passages import questions_by_anchor
from learner_series.models import Article
from learner_series.pages.article import find_page
from mentors.models import MentorProfile
from mentors.permissions import is_verified_mentor

THEME_COOKIE_AGE = 60 * 60 * 24 * 365
HOME_ARTICLES = 5
HOME_QUESTIONS = 4
DASHBOARD_ROWS = 6


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, and the newest of each part; signed in, the dashboard."""
    if person_or_none(request):
        return redirect("dashboard")
    context = {
        "articles": Article.objects.published().for_card().newest()[:HOME_ARTICLES],
        "questions": Question.objects.shown().for_row().newest()[:HOME_QUESTIONS],
        "mentors": MentorProfile.objects.verified(timezone.localdate())
        .for_card()
        .in_order()[:HOME_QUESTIONS],
    }
    return render(request, "pages/home.html", context)


@login_not_required
@require_safe
def article_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """An article, with the answered questions of each section."""
    page = find_page(user=person_or_none(request), slug=slug, now=timezone.now())
    page.questions = questions_by_anchor(page.article, page.revision)
    return render(request, page.template, page.context())


@require_safe
@never_cache
def dashboard(request: HttpRequest) -> HttpResponse:
    """What is new and what is next for the person who is signed in."""
    user = person(request)
    profile = MentorProfile.objects.of(user)
    may_answer = is_verified_mentor(user, profile, timezone.localdate())
    context: dict[str, object] = {
        "questions": Question.objects.asked_by(user).visible_to(user).for_row().newest()[:DASHBOARD_ROWS],
        "articles": Article.objects.published().for_card().newest()[:HOME_QUESTIONS],
        "mentor": profile,
        "may_answer": may_answer,
    }
    if profile and may_answer:
        context["waiting"] = (
            Question.objects.shown().unanswered().not_asked_by(user).for_row().oldest()[:DASHBOARD_ROWS]
        )
        context["answers"] = (
            Answer.objects.shown().on_shown_questions().written_by(profile).for_row()[:DASHBOARD_ROWS]
        )
    return render(request, "pages/dashboard.html", context)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def theme_edit(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the system; kept in a cookie of this browser."""
    if request.method == "POST":
        theme = request.POST.get("theme", "")
        response = redirect(safe_next(request, request.POST.get("next"), "/"))
        if theme in THEMES:
            response.set_cookie(
                "theme", theme, max_age=THEME_COOKIE_AGE, samesite="Lax", secure=settings.SECURE_TRANSPORT
            )
        else:
            response.delete_cookie("theme", samesite="Lax")
        return response
    chosen = request.GET.get("theme") or request.COOKIES.get("theme", "auto")
    back = safe_next(request, request.GET.get("next"), "/")
    return render(request, "pages/theme.html", {"chosen": chosen, "next": back})


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """503 without a database or with unapplied migrations; what else is missing is named as degraded."""
    state = readiness(timezone.now())
    body = {"ready": state.is_ready, "problems": state.problems, "degraded": state.degraded}
    return JsonResponse(body, status=200 if state.is_ready else 503)


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may not fetch."""
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /accounts/",
        "Disallow: /feed/ask/",
        "Disallow: /learn/preview/",
        "Disallow: /theme/",
        "",
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain")


@login_not_required
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to report a weakness (RFC 9116)."""
    expires = (datetime.now(UTC) + timedelta(days=180)).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires.isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a fresh token: say what happened and how to go on."""
    return render(request, "403_csrf.html", status=403)
