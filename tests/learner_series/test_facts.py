"""What editors do with facts, as the services see it."""

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import AuditEntry
from learner_series.models import Article, FactCard
from learner_series.services.editorial import EditorialError
from learner_series.services.facts import (
    NEXT_CHECK,
    confirm_articles,
    confirm_cards,
    delete_fact_card,
    save_fact_card,
)
from tests.factories.library import ArticleFactory, FactCardFactory, draft
from tests.factories.people import UserFactory, staff

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)
FACT = '<p>x</p><aside data-fact="limits"></aside>'


@pytest.mark.parametrize(
    ("planned", "expected"),
    [
        (None, TODAY + NEXT_CHECK),
        (TODAY - timedelta(days=1), TODAY + NEXT_CHECK),
        (date(2028, 1, 1), date(2028, 1, 1)),
    ],
)
def test_next_check_of_an_article_is_half_a_year_away_unless_it_is_later(
    planned: date | None, expected: date
) -> None:
    article, other = ArticleFactory.create(review_on=planned), ArticleFactory.create()
    assert confirm_articles(by=staff("editor"), ids=[article.pk], today=TODAY) == 1
    article.refresh_from_db()
    other.refresh_from_db()
    assert (article.checked_on, article.review_on) == (TODAY, expected)
    assert (other.checked_on, other.review_on) == (None, None)


def test_each_checked_article_is_in_the_log() -> None:
    editor, articles = staff("editor"), [ArticleFactory.create() for _ in range(2)]
    confirm_articles(by=editor, ids=[article.pk for article in articles], today=TODAY)
    rows = AuditEntry.objects.order_by("pk").values_list("action", "target", "actor")
    assert list(rows) == [
        ("article.facts_checked", f"learner_series.article:{article.pk}", editor.pk) for article in articles
    ]


def test_checked_card_keeps_a_later_plan() -> None:
    late, early = FactCardFactory.create(), FactCardFactory.create(review_on=date(2026, 12, 1))
    assert confirm_cards(by=staff("editor"), ids=[late.pk, early.pk], today=TODAY) == 2
    found = FactCard.objects.order_by("pk").values_list("checked_on", "review_on")
    assert list(found) == [(TODAY, date(2027, 12, 31)), (TODAY, TODAY + NEXT_CHECK)]


def test_change_writes_its_fields_and_nothing_else() -> None:
    card = FactCardFactory.create(key="limits")
    FactCard.objects.update(rule="Written meanwhile")
    card.value, before = "New.", FactCard.objects.get().updated_at
    save_fact_card(by=staff("editor"), card=card, changed=["value"])
    after = FactCard.objects.get()
    assert (after.value, after.rule) == ("New.", "Written meanwhile")
    assert after.updated_at > before


def test_card_of_a_text_is_not_deleted() -> None:
    card = FactCardFactory.create(key="limits", rule="Limits")
    draft(html=FACT)
    with pytest.raises(EditorialError, match="“Limits” stands in a text, so it stays"):
        delete_fact_card(by=staff("editor"), card=card)
    assert FactCard.objects.count() == 1


def _save(person: Any, card: FactCard, article: Article) -> None:
    save_fact_card(by=person, card=card)


def _delete(person: Any, card: FactCard, article: Article) -> None:
    delete_fact_card(by=person, card=card)


def _cards(person: Any, card: FactCard, article: Article) -> None:
    confirm_cards(by=person, ids=[card.pk], today=TODAY)


def _articles(person: Any, card: FactCard, article: Article) -> None:
    confirm_articles(by=person, ids=[article.pk], today=TODAY)


@pytest.mark.parametrize("act", [_save, _delete, _cards, _articles])
def test_facts_are_for_editors(act: Any) -> None:
    card, article = FactCardFactory.create(), ArticleFactory.create()
    for person in (UserFactory.create(), staff("moderator"), staff("editor", is_active=False)):
        with pytest.raises(EditorialError, match="Only editors say what the facts are"):
            act(person, card, article)
    assert FactCard.objects.values_list("checked_on", flat=True).get() == card.checked_on
