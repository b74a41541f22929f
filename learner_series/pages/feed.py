"""Articles for feed readers (Atom, RFC 4287): what is new, never what is gated."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from learner_series.models import Article

ENTRIES = 30


class ArticleFeed(Feed):  # type: ignore[type-arg]  # no subscript at run time
    """The newest articles with their summaries."""

    feed_type = Atom1Feed
    title = "The Learner Series · Project BreakThru"
    subtitle = "Guides for every road into medicine, reviewed before they are published."

    def link(self) -> str:
        return f"{settings.SITE_URL}{reverse('learner_series:series_list')}"

    def feed_url(self) -> str:
        # Ours, whatever name the request came by.
        return f"{settings.SITE_URL}{reverse('learner_series:article_feed')}"

    def items(self) -> Any:
        return Article.objects.published().for_feed()[:ENTRIES]

    def item_title(self, item: Article) -> str:
        return item.title

    def item_description(self, item: Article) -> str:
        return item.summary

    def item_link(self, item: Article) -> str:
        return f"{settings.SITE_URL}{item.get_absolute_url()}"

    def item_author_name(self, item: Article) -> str:
        return ", ".join(link.user.display_name for link in item.author_links.all())

    def item_categories(self, item: Article) -> list[str]:
        return [topic.name for topic in item.topics.all()]

    def item_pubdate(self, item: Article) -> datetime | None:
        return item.published_at

    def item_updateddate(self, item: Article) -> datetime | None:
        return item.live.published_at if item.live else None
