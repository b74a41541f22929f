"""Work that the outbox does for the Learner Series."""

from django.utils import timezone

from learner_series.services.publishing import publish_due, retire_expired
from learner_series.services.relating import relate_article, relate_next


def publish_scheduled(ref: str) -> None:
    """Publish what is due; `ref` is the time slot."""
    publish_due(now=timezone.now())


def retire_by_date(ref: str) -> None:
    """Retire what has expired; `ref` is the time slot."""
    retire_expired(now=timezone.now())


def relate_one(ref: str) -> None:
    """Compute what goes after the article `ref`."""
    relate_article(article_id=int(ref))


def relate_all(ref: str) -> None:
    """Compute it for every article, in batches; `ref` is the last id done, or a time slot to begin."""
    relate_next(after=int(ref) if ref.isdecimal() else 0)
