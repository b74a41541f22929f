"""The staff page of an article as an editor has it open."""

from typing import Any

from django.db.models import Model
from django.urls import reverse

from learner_series.models import Article


def article_url(article: Article, page: str = "change") -> str:
    """The address of a staff page of the article."""
    return reverse(f"admin:learner_series_article_{page}", args=[article.pk])


def form_of(article: Article | None = None, **fields: Any) -> dict[str, Any]:
    """What the article form posts, without authors and chosen articles."""
    filled = {"title": "A title", "summary": "", "slug": "a-title", "series": "", "position": 1, "topics": []}
    looks = {"cover": "a", "tone": 1, "checked_on": "", "review_on": "", "expires_on": "", "reviewer": ""}
    kept = {"title": article.title, "slug": article.slug, "position": article.position} if article else {}
    return {**filled, **looks, **rows_of("author"), **rows_of("related"), **kept, **fields}


def rows_of(name: str, known: int = 0, *rows: dict[str, Any]) -> dict[str, Any]:
    """The rows of one table below the form, the first `known` of which are stored."""
    prefix = f"{name}_links"
    posted = {
        f"{prefix}-{number}-{field}": value.pk if isinstance(value, Model) else value
        for number, row in enumerate(rows)
        for field, value in row.items()
    }
    return {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": known, **posted}
