"""An article can be reported."""

import pytest

from accounts.registries.safety import Reported, reportable_of
from tests.factories.library import ArticleFactory, published
from tests.factories.people import UserFactory


def find(target: object) -> Reported | None:
    reportable = reportable_of("article")
    assert reportable is not None
    return reportable.find(str(target), UserFactory.create().pk)


@pytest.mark.django_db
def test_an_article_is_found_and_is_about_nobody() -> None:
    article = published(title="On the MCAT")
    assert find(article.pk) == Reported(
        id=str(article.pk), words="On the MCAT", path=article.get_absolute_url(), about=None
    )


@pytest.mark.django_db
def test_an_article_that_nobody_can_open_is_not_found() -> None:
    assert [find(target) for target in (ArticleFactory.create().pk, "x")] == [None, None]


def test_an_article_has_a_label_and_a_staff_page() -> None:
    reportable = reportable_of("article")
    assert reportable is not None
    found = (reportable.label, reportable.staff_path("12"))
    assert found == ("this article", "/admin/learner_series/article/12/change/")
