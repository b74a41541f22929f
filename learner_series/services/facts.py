"""What editors do with facts: they keep cards, and say that they checked."""

from collections.abc import Collection
from datetime import date, timedelta

from django.db import transaction

from accounts.models import User
from accounts.services.audit import record_action
from learner_series.models import Article, FactCard
from learner_series.permissions import can_edit_articles
from learner_series.services.editorial import EditorialError

# Half a year: most rules of an application year are published anew in between.
NEXT_CHECK = timedelta(days=180)


@transaction.atomic
def save_fact_card(*, by: User, card: FactCard, changed: Collection[str] | None = None) -> None:
    """Add a card, or write the fields `changed` of a known one: every text that names it shows them at once.

    Raises EditorialError for others than editors.
    """
    _refuse_others(by)
    if changed is None:
        card.save(force_insert=True)
    elif changed:
        card.save(update_fields=[*changed, "updated_at"])
    else:
        return
    verb = "added" if changed is None else "changed"
    record_action(by=by, action=f"factcard.{verb}", target=card, reason=", ".join(changed or ()))


@transaction.atomic
def delete_fact_card(*, by: User, card: FactCard) -> None:
    """Take away a card that no text names. Raises EditorialError."""
    _refuse_others(by)
    locked = FactCard.objects.select_for_update().get(pk=card.pk)
    if locked.uses.exists():
        message = f"“{card.rule}” stands in a text, so it stays."
        raise EditorialError(message)
    record_action(by=by, action="factcard.deleted", target=locked, reason=locked.key)
    locked.delete()


@transaction.atomic
def confirm_articles(*, by: User, ids: Collection[int], today: date) -> int:
    """Say that the facts of these articles hold today; the next check is half a year away, or later."""
    _refuse_others(by)
    articles = Article.objects.select_for_update().defer("search").filter(pk__in=ids).order_by("pk")
    for article in articles:
        article.checked_on, article.review_on = today, _next_check(article.review_on, today)
        article.save(update_fields=["checked_on", "review_on"])
        record_action(by=by, action="article.facts_checked", target=article)
    return len(articles)


@transaction.atomic
def confirm_cards(*, by: User, ids: Collection[int], today: date) -> int:
    """Say that these cards hold today; the next check is half a year away, or later."""
    _refuse_others(by)
    cards = FactCard.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    for card in cards:
        card.checked_on, card.review_on = today, _next_check(card.review_on, today)
        card.save(update_fields=["checked_on", "review_on", "updated_at"])
        record_action(by=by, action="factcard.checked", target=card)
    return len(cards)


def _next_check(planned: date | None, today: date) -> date:
    return max(planned or today, today + NEXT_CHECK)


def _refuse_others(by: User) -> None:
    if not can_edit_articles(by):
        message = "Only editors say what the facts are."
        raise EditorialError(message)
