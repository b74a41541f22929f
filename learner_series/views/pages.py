"""Plain pages for readers."""

from email.utils import parseaddr

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from learner_series.models import PlainPage
from learner_series.pages.body import plain_body


@login_not_required
@require_safe
def page_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """What a plain page says now, and since when."""
    page = get_object_or_404(PlainPage, slug=slug)
    contact = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    context = {"page": page, "body": plain_body(page.html), "contact": contact}
    return render(request, "pages/plain.html", context)
