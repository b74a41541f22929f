"""What the page of an article is made of; `breakthru.views` adds what the Feed knows of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.models import User
from learner_series.access import can_read_all
from learner_series.models import (
    Article,
    ArticleFeedback,
    ReadingProgress,
    RelatedArticle,
    Revision,
    SavedArticle,
)
from learner_series.pages.body import Body
from learner_series.services.next_steps import Offer, offers_for, profile_of
from memberships.access import has_premium_access
from mentors.models import MentorProfile
from mentors.permissions import is_verified_mentor

RELATED = 3


@dataclass
class ArticlePage:
    """An article as one reader opens it. `questions` are the answered ones by the anchor of their section."""

    article: Article
    revision: Revision
    user: User | None
    reads_all: bool
    now: datetime
    is_preview: bool = False
    questions: Mapping[str, Sequence[object]] = field(default_factory=dict)

    @property
    def is_teaser(self) -> bool:
        """Whether the reader gets the opening of a Premium article only."""
        return self.revision.is_premium and not self.reads_all

    @property
    def template(self) -> str:
        """The whole page, or the preview of a Premium article."""
        return f"learner_series/article_{'teaser' if self.is_teaser else 'detail'}.html"

    def context(self) -> dict[str, Any]:
        """Return what the template shows."""
        article, today = self.article, timezone.localdate(self.now)
        ask_url = f"{reverse('feed:question_create')}?{urlencode({'article': article.slug})}"
        body = Body(
            self.revision, self.reads_all, today, ask_url, reverse("memberships:plan_list"), self.questions
        )
        return {
            "article": article,
            "revision": self.revision,
            "is_preview": self.is_preview,
            "reads_all": self.reads_all,
            "is_due": article.is_due(today),
            "body": body.render(),
            "authors": [link.user for link in article.author_links.all()],
            "credits": self.revision.credits.select_related("user"),
            "ask_url": ask_url,
            "related": RelatedArticle.objects.for_page(article)[:RELATED],
            "offers": [] if self.is_teaser else _offers(self),
            "whole_questions": self.questions.get("", ()),
            "may_act": self.user is not None and not self.is_preview,
            **_place(article),
            **_mine(self),
        }


def find_page(*, user: User | None, slug: str, now: datetime) -> ArticlePage:
    """Load a published article with the words this reader may have; Http404 when there is none such."""
    article = get_object_or_404(Article.objects.published().for_page(), slug=slug)
    reads_all = can_read_all(user, is_gated=article.is_gated, now=now)
    return ArticlePage(article, load_words(article.live_id, reads_all=reads_all), user, reads_all, now)


def load_words(pk: int | None, *, reads_all: bool) -> Revision:
    """Return a revision with all its words or, for others, with none but the open ones."""
    revisions = Revision.objects.for_members() if reads_all else Revision.objects.for_visitors()
    return get_object_or_404(revisions, pk=pk)


def _place(article: Article) -> dict[str, Any]:
    """Where the article stands in its series; three neighbours, however long the series is."""
    if article.series is None:
        return {"previous": None, "next": None}
    parts = article.series.articles.published()
    part, total = parts.place_of(article)
    return {
        "previous": parts.before(article),
        "next": parts.after(article),
        "part": part,
        "parts": total,
    }


def _mine(page: ArticlePage) -> dict[str, Any]:
    """What the reader did with it: progress, saved, word of help. Nothing is asked for a visitor."""
    if page.user is None or page.is_preview:
        return {"progress": None, "is_saved": False, "feedback": None}
    user, article = page.user, page.article
    progress = ReadingProgress.objects.for_pair(user=user, article=article)
    return {
        "progress": progress,
        "go_on_at": progress and page.revision.heading(progress.anchor),
        "is_saved": SavedArticle.objects.for_pair(user=user, article=article) is not None,
        "feedback": ArticleFeedback.objects.for_pair(user=user, article=article),
    }


def _offers(page: ArticlePage) -> list[Offer]:
    user, today = page.user, timezone.localdate(page.now)
    is_mentor = user is not None and is_verified_mentor(user, MentorProfile.objects.of(user), today)
    reader = profile_of(
        user=user, has_premium=has_premium_access(user, page.now), is_mentor=is_mentor, today=today
    )
    return offers_for(reader=reader, today=today, here=page.article.get_absolute_url())
