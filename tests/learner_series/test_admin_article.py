"""Staff page of an article: its dates, its readers, what stands behind it, and what is done with several."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import zeal
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from accounts.models import AuditEntry, Experience, Topic, User
from accounts.models.experience import Privacy
from learner_series.models import Article, RelatedArticle
from learner_series.services.editorial import Gate
from tests.factories.library import ArticleFactory, published
from tests.factories.people import TopicFactory, UserFactory, experience, staff
from tests.learner_series.article_page import article_url, form_of, rows_of
from tests.learner_series.revision_page import said

pytestmark = pytest.mark.django_db

LIST = "admin:learner_series_article_changelist"
TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
# The number of authors and of chosen articles adds nothing.
PAGE_QUERIES = 12
# Each chosen row is asked for once, when an editor saves.
CHOSEN = [{"model": f"learner_series.{name}", "field": "get()"} for name in ("Article", "RelatedArticle")]


@pytest.fixture
def editor(client: Client, time_machine: TimeMachineFixture) -> User:
    """An editor, signed in on TODAY."""
    # At noon: the same day wherever staff sit.
    time_machine.move_to(datetime.combine(TODAY, time(12), UTC), tick=False)
    person = staff("editor")
    client.force_login(person)
    return person


def save(client: Client, article: Article, **fields: Any) -> Any:
    with zeal.zeal_ignore(CHOSEN):
        return client.post(article_url(article), form_of(article, **fields))


def errors_of(page: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = page.context["adminform"].form.errors
    return found


# --- Dates ---


def test_dates_and_reviewer_are_saved(client: Client, editor: User) -> None:
    article, reviewer = published(), UserFactory.create()
    days = {"checked_on": "2026-11-20", "review_on": "2027-05-01", "expires_on": "2026-11-23"}
    save(client, article, reviewer=reviewer.pk, **days)
    after = Article.objects.values_list("checked_on", "review_on", "expires_on", "reviewer").get()
    assert after == (date(2026, 11, 20), date(2027, 5, 1), date(2026, 11, 23), reviewer.pk)


def test_reviewer_is_named_and_looked_for_by_public_name(client: Client, editor: User) -> None:
    page = client.get(article_url(ArticleFactory.create(reviewer=UserFactory.create(display_name="Devon"))))
    widget = page.context["adminform"].form.fields["reviewer"].widget.widget
    assert widget.get_url() == reverse("admin:learner_series_article_authors")
    assert "Devon" in page.content.decode()


@pytest.mark.parametrize("days", [0, -1])
def test_live_article_does_not_expire_by_a_slip(client: Client, editor: User, days: int) -> None:
    article = published()
    page = save(client, article, expires_on=str(TODAY + days * DAY))
    message = "Readers would lose this article at once. To take it away now, retire its live revision."
    assert errors_of(page) == {"expires_on": [message]}
    assert Article.objects.get().expires_on is None


def test_article_that_nobody_reads_may_have_expired(client: Client, editor: User) -> None:
    article = ArticleFactory.create()
    save(client, article, expires_on=str(TODAY))
    assert Article.objects.get().expires_on == TODAY


@pytest.mark.parametrize("review_on", ["2026-11-19", "2026-11-20"])
def test_next_check_comes_after_the_last(client: Client, editor: User, review_on: str) -> None:
    page = save(client, ArticleFactory.create(), checked_on="2026-11-20", review_on=review_on)
    message = "The next check comes after the day on which the facts were checked."
    assert errors_of(page) == {"review_on": [message]}


def test_facts_are_checked_by_a_button(client: Client, editor: User) -> None:
    article = published()
    response = save(client, article, tone=3, learner_series_article_facts_checked="1")
    after = Article.objects.values_list("checked_on", "review_on", "tone").get()
    assert after == (TODAY, TODAY + timedelta(days=180), 3)
    assert AuditEntry.objects.filter(action="article.facts_checked", actor=editor).count() == 1
    assert response["Location"] == reverse(LIST)


# --- Readers ---


def test_audience_offers_stages_and_roads_that_a_page_may_speak_of(client: Client, editor: User) -> None:
    Experience.objects.all().delete()
    stage, road = experience("education_stage", "ug_year2"), experience("road", "gap_year")
    experience("education_stage", "on_leave", learner_privacy=Privacy.P2)
    experience("help_wanted", "essays")
    page = client.get(article_url(ArticleFactory.create()))
    groups = list(page.context["adminform"].form.fields["audience"].choices)
    assert [(label, [str(row[1]) for row in rows]) for label, rows in groups] == [
        (stage.group.label, [stage.label]),
        (road.group.label, [road.label]),
    ]


def test_audience_is_saved(client: Client, editor: User) -> None:
    article, road = ArticleFactory.create(), experience("road", "gap_year")
    save(client, article, audience=[road.pk])
    assert list(article.audience.all()) == [road]


def test_audience_keeps_a_term_that_is_offered_no_more(client: Client, editor: User) -> None:
    article, road = ArticleFactory.create(), experience("road", "gap_year")
    article.audience.set([road])
    Experience.objects.filter(pk=road.pk).update(retired_at="2026-01-01T00:00Z")
    save(client, article, audience=[road.pk])
    assert list(article.audience.all()) == [road]


def test_new_article_offers_no_retired_term(client: Client, editor: User) -> None:
    experience("road", "gap_year", retired_at="2026-01-01T00:00Z")
    page = client.get(reverse("admin:learner_series_article_add"))
    assert list(page.context["adminform"].form.fields["audience"].choices) == []


@pytest.mark.parametrize(
    ("gate", "label", "words"),
    [
        (Gate(), "", "Everybody reads all of it."),
        (
            Gate(is_premium=True),
            "Premium",
            "The article is for Premium members; everybody reads 5 of 11 words.",
        ),
        (
            Gate(sections=("first-part",)),
            "Sections",
            "Some sections are for Premium members; everybody reads 9 of 11 words.",
        ),
    ],
)
def test_article_says_who_may_read_it(
    client: Client, editor: User, gate: Gate, label: str, words: str
) -> None:
    article = published(gate=gate)
    assert words in client.get(article_url(article)).content.decode()
    admin_of = client.get(reverse(LIST)).context["cl"].model_admin
    assert admin_of.gate_label(article) == label


def test_article_is_read_by_who_may_only_look(client: Client) -> None:
    client.force_login(staff("analyst"))
    article = ArticleFactory.create()
    article.audience.add(experience("road", "gap_year", label="Took a gap year"))
    page = client.get(article_url(article)).content.decode()
    assert ("Took a gap year" in page, 'name="_save"' in page) == (True, False)


# --- What stands behind it ---


def related(article: Article) -> list[tuple[Article, int, bool]]:
    rows = RelatedArticle.objects.filter(article=article).select_related("other")
    return [(row.other, row.place, row.is_curated) for row in rows]


def test_chosen_articles_are_saved_in_their_order(client: Client, editor: User) -> None:
    article, first, second = (ArticleFactory.create() for _ in range(3))
    rows = rows_of("related", 0, {"other": second, "place": 2}, {"other": first, "place": 1})
    save(client, article, **rows)
    assert related(article) == [(first, 1, True), (second, 2, True)]
    assert AuditEntry.objects.filter(action="article.related", actor=editor).count() == 1
    assert LogEntry.objects.count() == 1


def test_computed_articles_are_neither_shown_nor_lost(client: Client, editor: User) -> None:
    article, chosen, computed = (ArticleFactory.create() for _ in range(3))
    RelatedArticle.objects.create(article=article, other=computed)
    save(client, article, **rows_of("related", 0, {"other": chosen, "place": 1}))
    assert related(article) == [(chosen, 1, True), (computed, 0, False)]
    forms = client.get(article_url(article)).context["inline_admin_formsets"][1].formset.initial_forms
    assert [form.instance.other for form in forms] == [chosen]


def test_computed_article_can_be_chosen(client: Client, editor: User) -> None:
    article, other = ArticleFactory.create(), ArticleFactory.create()
    RelatedArticle.objects.create(article=article, other=other)
    save(client, article, **rows_of("related", 0, {"other": other, "place": 4}))
    assert related(article) == [(other, 4, True)]


def test_chosen_article_is_moved_and_taken_away(client: Client, editor: User) -> None:
    article, kept, gone = (ArticleFactory.create() for _ in range(3))
    links = [
        RelatedArticle.objects.create(article=article, other=other, place=place, is_curated=True)
        for place, other in enumerate([kept, gone], start=1)
    ]
    rows = rows_of(
        "related",
        2,
        {"id": links[0], "article": article, "other": kept, "place": 5},
        {"id": links[1], "article": article, "other": gone, "place": 2, "DELETE": "on"},
    )
    save(client, article, **rows)
    assert related(article) == [(kept, 5, True)]


def test_rows_without_a_change_are_not_written(client: Client, editor: User) -> None:
    article, other = ArticleFactory.create(), ArticleFactory.create()
    link = RelatedArticle.objects.create(article=article, other=other, place=1, is_curated=True)
    row = {"id": link, "article": article, "other": other, "place": 1}
    save(client, article, **rows_of("related", 1, row))
    assert AuditEntry.objects.count() == 0


def test_article_does_not_lead_to_itself(client: Client, editor: User) -> None:
    article = ArticleFactory.create()
    page = save(client, article, **rows_of("related", 0, {"other": article, "place": 1}))
    errors = page.context["inline_admin_formsets"][1].formset.errors
    assert errors == [{"other": ["This is the article itself. Please choose another one."]}]


def test_article_is_not_chosen_twice(client: Client, editor: User) -> None:
    article, other = ArticleFactory.create(), ArticleFactory.create()
    row = {"other": other, "place": 1}
    page = save(client, article, **rows_of("related", 0, row, row))
    formset = page.context["inline_admin_formsets"][1].formset
    assert formset.non_form_errors() == ["Each article stands here once."]
    assert related(article) == []


@pytest.mark.parametrize("count", [1, 3])
def test_authors_and_chosen_articles_add_no_query_for_a_row(
    client: Client, editor: User, count: int, django_assert_num_queries: Any
) -> None:
    article = published()
    for place in range(count):
        article.author_links.create(user=UserFactory.create(), order=place)
        RelatedArticle.objects.create(
            article=article, other=ArticleFactory.create(title=f"Next {place}"), place=place, is_curated=True
        )
    ContentType.objects.get_for_model(Article)
    with django_assert_num_queries(PAGE_QUERIES):
        page = client.get(article_url(article)).content.decode()
    assert [f"Next {place}" in page for place in range(count)] == [True] * count


def test_what_to_read_next_is_refused_to_who_edits_no_revision(client: Client) -> None:
    person = UserFactory.create(is_staff=True)
    names = ("change_article", "view_article", "add_relatedarticle", "view_relatedarticle")
    grant(person, *names)
    client.force_login(person)
    article = ArticleFactory.create()
    response = save(client, article, **rows_of("related", 0, {"other": ArticleFactory.create(), "place": 1}))
    assert (said(response)[0], related(article)) == ("Only editors arrange articles.", [])


def test_facts_are_not_checked_by_who_edits_no_revision(client: Client) -> None:
    person = UserFactory.create(is_staff=True)
    grant(person, "change_article", "view_article")
    client.force_login(person)
    response = save(client, ArticleFactory.create(), learner_series_article_facts_checked="1")
    assert said(response)[0] == "Only editors say what the facts are."
    assert Article.objects.get().checked_on is None


def grant(person: User, *codenames: str) -> None:
    """Give single rights, as no group has them."""
    from_app = ContentType.objects.filter(app_label="learner_series")
    for kind in from_app:
        person.user_permissions.add(*kind.permission_set.filter(codename__in=codenames))


# --- Several at once ---


def act(client: Client, action: str, articles: list[Article], **fields: Any) -> Any:
    chosen = [article.pk for article in articles]
    return client.post(reverse(LIST), {"action": action, "_selected_action": chosen, "index": 0, **fields})


def topics_of(article: Article) -> list[Topic]:
    return list(article.topics.all())


def test_facts_of_several_are_checked(client: Client, editor: User) -> None:
    articles = [ArticleFactory.create() for _ in range(2)]
    ArticleFactory.create()
    response = act(client, "articles_checked", articles)
    assert said(response) == ["2 articles checked."]
    assert Article.objects.filter(checked_on=TODAY).count() == 2


def test_topic_is_asked_for_and_the_choice_is_kept(client: Client, editor: User) -> None:
    articles = [ArticleFactory.create(title=f"Number {number}") for number in range(21)]
    page = act(client, "topic_added", articles)
    assert (page.status_code, len(page.context["names"]), page.context["more_names"]) == (200, 20, 1)
    kept = page.context["kept"]
    assert ("action", "topic_added") in kept
    assert [value for name, value in kept if name == "_selected_action"] == [str(row.pk) for row in articles]


def test_topic_is_given_to_several(client: Client, editor: User) -> None:
    first, second, topic = ArticleFactory.create(), ArticleFactory.create(), TopicFactory.create()
    first.topics.add(topic)
    response = act(client, "topic_added", [first, second], chosen="1", topic=topic.pk)
    assert said(response) == ["1 article changed."]
    assert (topics_of(first), topics_of(second)) == ([topic], [topic])
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target, entry.reason) == (
        "article.topic_added",
        f"learner_series.article:{second.pk}",
        topic.slug,
    )


def test_topic_is_taken_from_several(client: Client, editor: User) -> None:
    first, second, topic = ArticleFactory.create(), ArticleFactory.create(), TopicFactory.create()
    for article in (first, second):
        article.topics.add(topic)
    response = act(client, "topic_removed", [first, second], chosen="1", topic=topic.pk)
    assert said(response) == ["2 articles changed."]
    assert (topics_of(first), topics_of(second)) == ([], [])


def test_topic_that_is_not_chosen_is_told(client: Client, editor: User) -> None:
    page = act(client, "topic_added", [ArticleFactory.create()], chosen="1", topic="")
    assert (page.status_code, page.context["form"].errors) == (422, {"topic": ["Please choose a topic."]})


def test_topics_are_refused_to_who_edits_no_revision(client: Client) -> None:
    person = UserFactory.create(is_staff=True)
    grant(person, "change_article", "view_article")
    client.force_login(person)
    topic = TopicFactory.create()
    response = act(client, "topic_added", [ArticleFactory.create()], chosen="1", topic=topic.pk)
    assert said(response) == ["Only editors arrange articles."]


def test_several_at_once_is_for_editors(client: Client) -> None:
    client.force_login(staff("analyst"))
    act(client, "articles_checked", [ArticleFactory.create()])
    assert Article.objects.get().checked_on is None
