"""What the article editor is given with a page."""

import json
from typing import Any

import pytest

from learner_series.forms.revision import ArticleEditorWidget
from tests.factories.library import FactCardFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 3])
def test_editor_offers_all_fact_cards_by_their_rule(count: int, django_assert_num_queries: Any) -> None:
    for number in reversed(range(count)):
        FactCardFactory.create(key=f"fact-{number}", rule=f"Rule {number}", value=f"Value </{number}>")
    with django_assert_num_queries(1):
        attributes = ArticleEditorWidget().get_context("html", "", {"id": "id_html"})["widget"]["attrs"]
    assert json.loads(attributes["data-facts"]) == [
        {"key": f"fact-{number}", "rule": f"Rule {number}", "value": f"Value </{number}>"}
        for number in range(count)
    ]
