"""Every revision of an article, with a way back to its words."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.session import person
from learner_series.admin.pages import staff_page
from learner_series.admin.sending import open_draft
from learner_series.models import Article, Revision
from learner_series.permissions import can_edit_articles
from learner_series.services.editorial import EditorialError, copy_to_draft

VERSIONS_PAGE = "admin/learner_series/article/versions.html"
PER_PAGE = 50


def versions_page(owner: "ModelAdmin[Any]", request: HttpRequest, article: Article) -> HttpResponse:
    """List the revisions, the newest first; a posted one becomes a new draft, whose page opens."""
    if "number" in request.POST:
        number = request.POST["number"]
        known = article.revisions.filter(number=int(number) if number.isdecimal() else 0)
        return _restore(owner, request, get_object_or_404(known))
    rows = article.revisions.without_words().select_related("created_by", "approved_by")
    return staff_page(
        owner,
        request,
        VERSIONS_PAGE,
        title=f"Revisions of “{article.title}”",
        article=article,
        page=Paginator(rows, PER_PAGE).get_page(request.GET.get("p")),
        may_restore=can_edit_articles(person(request)),
        article_url=reverse("admin:learner_series_article_change", args=[article.pk]),
        compare_url=reverse("admin:learner_series_article_compare", args=[article.pk]),
    )


def _restore(owner: "ModelAdmin[Any]", request: HttpRequest, revision: Revision) -> HttpResponse:
    try:
        draft = copy_to_draft(by=person(request), revision=revision)
    except EditorialError as error:
        owner.message_user(request, str(error), messages.ERROR)
        return HttpResponseRedirect(request.path)
    return open_draft(owner, request, draft)
