"""An article as those see it who cannot read it all: its opening and gate, and the link editors share."""

import pytest
from django.test import Client

from learner_series.lifecycle import RevisionState
from learner_series.models import RelatedArticle
from learner_series.services.editorial import Gate
from learner_series.services.previews import make_preview
from tests.factories.library import draft, moved, published
from tests.factories.people import UserFactory
from tests.factories.questions import QuestionFactory, answered
from tests.learner_series.markup import (
    attributes,
    heading_levels,
    open_page,
    skipped_levels,
    texts,
    unsafe_attributes,
    words,
)

pytestmark = pytest.mark.django_db


def test_teaser_is_fair(client: Client) -> None:
    opening = "<p>" + "Open words. " * 150 + "</p>"
    rest = "<h2>Behind</h2><p>" + "Closed words. " * 600 + "</p><h3>Deeper</h3><p>More.</p>"
    article = published(html=opening + rest, slug="why", gate=Gate(is_premium=True))
    for title, gate in (("Closed, too", Gate(is_premium=True)), ("Open", Gate())):
        RelatedArticle.objects.create(article=article, other=published(title=title, gate=gate))
    answered(QuestionFactory.create(article=article))
    page = open_page(client, "/learn/why/")
    assert texts(page, "//*[@aria-labelledby='h-inside']/ul/li") == ["Behind Deeper"]
    (gate,) = page.xpath("//*[contains(@class, 'premium-part')]")
    assert "You have read 1 of 7 minutes." in words(gate)
    assert attributes(gate, ".//a/@href") == ["/membership/", "/accounts/login/?next=/learn/why/"]
    assert texts(page, "//*[@aria-labelledby='h-related']//h3") == ["Open", "Closed, too"]
    assert texts(page, "//details/summary") == ["1 question from readers about this article"]
    levels = heading_levels(page)
    assert (levels.count(1), skipped_levels(levels), unsafe_attributes(page)) == (1, [], [])


def test_teaser_without_an_opening_says_how_long_it_is_and_offers_members_no_sign_in(client: Client) -> None:
    client.force_login(UserFactory.create())
    article = published(html="<p>One block only.</p>", gate=Gate(is_premium=True))
    page = open_page(client, article.get_absolute_url())
    (gate,) = page.xpath("//*[contains(@class, 'premium-part')]")
    assert "It takes 1 minute to read." in words(gate)
    assert attributes(gate, ".//a/@href") == ["/membership/"]
    assert page.xpath("//*[contains(@class, 'prose')] | //*[@aria-labelledby='h-inside']") == []


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_preview_says_what_it_is_and_takes_no_part_in_reading(client: Client, is_signed_in: bool) -> None:
    revision = moved(draft(slug="soon"), RevisionState.IN_REVIEW)
    if is_signed_in:
        client.force_login(UserFactory.create())
    token = make_preview(by=revision.created_by, revision=revision)
    page = open_page(client, f"/learn/preview/{token}/")
    assert texts(page, "//*[contains(@class, 'note warn')]") == [
        "Preview. This text is not published yet. The link to it works for 7 days, for anyone who has it."
    ]
    assert attributes(page, "//meta[@name='robots']/@content") == ["noindex"]
    assert attributes(page, "//link[@rel='canonical']/@href") == ["http://testserver/learn/soon/"]
    assert page.xpath("//main//form | //script[@type='application/ld+json'] | //*[@data-article]") == []
    assert page.xpath("//*[@data-share] | //*[@data-resume] | //*[@aria-labelledby='h-helpful']") == []
