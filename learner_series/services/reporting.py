"""What can be reported in the library: an article that readers can open."""

from django.urls import reverse

from accounts.registries.safety import Reportable, Reported, row_id
from learner_series.models import Article


def _find_article(target: str, person: int) -> Reported | None:
    article = Article.objects.published().only("slug", "title").filter(pk=row_id(target)).first()
    if article is None:
        return None
    # Several people write and check an article: it is about the words, and about nobody.
    return Reported(id=str(article.pk), words=article.title, path=article.get_absolute_url(), about=None)


def _staff_path(target: str) -> str:
    return reverse("admin:learner_series_article_change", args=[target])


ARTICLE = Reportable("article", "this article", _find_article, _staff_path)
