"""Pages that join the apps, and pages for machines."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Notification, User
from accounts.permissions import is_adult
from accounts.session import person, person_or_none
from breakthru.context_processors import THEMES
from breakthru.lib.http import safe_next
from breakthru.readiness import readiness
from feed.models import Answer, Question
from feed.services.telling import QUESTION_ANSWERED
from feed.views.passages import questions_by_anchor
from learner_series.models import Article, ReadingProgress
from learner_series.pages.article import find_page
from learner_series.services.line_up import line_up
from learner_series.services.next_steps import OFFERED, Offer, profile_of
from memberships.access import has_premium_access
from mentors.models import MentorProfile
from mentors.permissions import is_verified_mentor

THEME_COOKIE_AGE = 60 * 60 * 24 * 365
HOME_ARTICLES = 5
HOME_QUESTIONS = HOME_MENTORS = 4
DASHBOARD_ROWS = 6
DASHBOARD_READING = 3
DASHBOARD_ARTICLES = 4
# So many unread notifications are looked at for the mark "New answer".
DASHBOARD_NEWS = 50


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, and the newest of each part; signed in, the dashboard."""
    if person_or_none(request):
        return redirect("dashboard")
    today = timezone.localdate()
    mentors = MentorProfile.objects.verified(today).for_card().in_turn(today)
    context = {
        "articles": Article.objects.published().for_card().newest()[:HOME_ARTICLES],
        "questions": Question.objects.shown().for_row().newest()[:HOME_QUESTIONS],
        "mentors": mentors[:HOME_MENTORS],
    }
    return render(request, "pages/home.html", context)


@login_not_required
@require_safe
def article_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """An article, with the answered questions of each section."""
    user = person_or_none(request)
    page = find_page(user=user, slug=slug, now=timezone.now())
    page.questions = questions_by_anchor(page.article, page.revision, user)
    return render(request, page.template, page.context())


@require_safe
@never_cache
def dashboard(request: HttpRequest) -> HttpResponse:
    """What is new and what is next for the person who is signed in."""
    user, now = person(request), timezone.now()
    profile = MentorProfile.objects.of(user)
    may_answer = is_verified_mentor(user, profile, timezone.localdate(now))
    context: dict[str, object] = {
        "questions": Question.objects.asked_by(user).visible_to(user).for_row().newest()[:DASHBOARD_ROWS],
        "news": _news(user),
        "to_continue": ReadingProgress.objects.of(user.pk).to_continue()[:DASHBOARD_READING],
        "saved": Article.objects.published().for_card().saved_by(user.pk).newest()[:DASHBOARD_READING],
        "articles": Article.objects.published().for_card().newest()[:DASHBOARD_ARTICLES],
        "mentor": profile,
        "may_answer": may_answer,
        **_next_steps(user, now, is_mentor=may_answer),
    }
    if profile and may_answer:
        context["waiting"] = (
            Question.objects.shown_to(user)
            .unanswered()
            .not_asked_by(user)
            .for_row()
            .oldest()[:DASHBOARD_ROWS]
        )
        context["answers"] = (
            Answer.objects.shown().on_questions_shown_to(user).written_by(profile).for_row()[:DASHBOARD_ROWS]
        )
    return render(request, "pages/dashboard.html", context)


def _news(user: User) -> set[str]:
    """Return the addresses of questions with an answer that `user` has not seen."""
    if not user.unread_count:
        return set()
    answered = Notification.objects.visible_to(user).unread().of_kinds([QUESTION_ANSWERED.key])
    return answered.pages(DASHBOARD_NEWS)


def _next_steps(user: User, now: datetime, *, is_mentor: bool) -> dict[str, object]:
    """Return what somebody of this stage and road may do next; who has told nothing yet is asked to."""
    today, program = timezone.localdate(now), reverse("mentors:program_detail")
    reader = profile_of(
        user=user, has_premium=has_premium_access(user, now), is_mentor=is_mentor, today=today
    )
    is_new = not (reader.stages or reader.roads or reader.statuses or is_mentor)
    may_apply = is_adult(user, today) and not is_mentor
    # Nothing is offered that stands on the page already, and the program to nobody who cannot have it.
    besides = {reverse(name) for name in ("dashboard", "feed:question_create", "accounts:profile_edit")}
    besides |= set() if may_apply else {program}
    offers: dict[str, Offer] = {}
    for offer in line_up(reader=reader, today=today):
        if offer.step.href not in besides:
            offers.setdefault(offer.step.href, offer)
    shown = list(offers.values())[:OFFERED]
    return {
        "is_new": is_new,
        "offers": shown,
        "invites": may_apply and all(offer.step.href != program for offer in shown),
    }


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
