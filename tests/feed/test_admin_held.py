"""Staff pages that decide who sees a post: the queue of held questions, and one post at a time."""

from datetime import timedelta
from typing import Any

import pytest
import zeal
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, Notification, User
from feed.models import Answer, Question
from feed.models.question import Visibility
from tests.factories.library import published
from tests.factories.people import TopicFactory, UserFactory, experience, staff
from tests.factories.questions import QuestionFactory, answered

pytestmark = pytest.mark.django_db

QUEUE_QUERIES = 7


@pytest.fixture
def moderator(client: Client) -> User:
    """A moderator, signed in."""
    person = staff("moderator")
    client.force_login(person)
    return person


def queue() -> str:
    return reverse("admin:feed_question_held")


def step_url(post: Question | Answer, step: str) -> str:
    return reverse(f"admin:feed_{post._meta.model_name}_{step}", args=[post.pk])


def held(**fields: Any) -> Question:
    """A question of somebody of sixteen that waits to be read."""
    birth = {"asker__birth_year": timezone.localdate().year - 16, "asker__birth_month": 1}
    made: Question = QuestionFactory.create(visibility=Visibility.HELD, **{**birth, **fields})
    return made


def seen(post: Any) -> str:
    visibility: str = type(post).objects.get(pk=post.pk).visibility
    return visibility


def said(response: Any) -> list[str]:
    """The messages that the next page shows."""
    return [str(message) for message in get_messages(response.wsgi_request)]


def post_several(client: Client, posts: list[Question], **fields: str) -> Any:
    """Choose several: each is locked and decided by itself, so that one does not stop the others."""
    known = ("feed.Question", "accounts.User", "accounts.Notification", "accounts.MailTimes")
    with zeal.zeal_ignore([{"model": model} for model in known]):
        return client.post(queue(), {"posts": [post.pk for post in posts], **fields})


# --- The queue


@pytest.mark.parametrize("count", [1, 3])
def test_queue_has_a_fixed_number_of_queries(
    client: Client, moderator: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    topic, article, stage = TopicFactory.create(), published(), experience()
    made = [held(article=article, stage=stage) for _ in range(count)]
    for question in made:
        question.topics.add(topic)
    with django_assert_num_queries(QUEUE_QUERIES):
        page = client.get(queue()).content.decode()
    assert [question.title in page for question in made] == [True] * count


def test_queue_shows_what_waits_the_oldest_first(client: Client, moderator: User) -> None:
    now = timezone.now()
    young, old = held(asked_at=now), held(asked_at=now - timedelta(days=2))
    QuestionFactory.create(visibility=Visibility.SHOWN)
    QuestionFactory.create(visibility=Visibility.HIDDEN)
    response = client.get(queue())
    assert [question for question, _ in response.context["rows"]] == [old, young]
    assert "waiting for" in response.content.decode()


def test_queue_shows_all_of_a_question_and_why_it_is_held(client: Client, moderator: User) -> None:
    question = held(
        body_text="First line.\n\n<b>Second</b> line.",
        stage=experience(),
        article=published(title="How to begin"),
        section_title="First part",
        anchor="first-part",
        quote="Words of it.",
    )
    question.topics.add(TopicFactory.create(name="MCAT"), TopicFactory.create(name="Gap years"))
    page = " ".join(client.get(queue()).content.decode().split())
    words = ["First line.", "&lt;b&gt;Second&lt;/b&gt;", "Ug year2", "“How to begin”, First part",
             "Words of it.", "Gap years, MCAT", "Age of the asker: 13 to 17."]  # fmt: skip
    assert [word in page for word in words] == [True] * len(words)
    assert question.asker.email not in page


def test_queue_names_an_unknown_age_and_an_article_that_is_gone(client: Client, moderator: User) -> None:
    held(asker__birth_year=None, asker__birth_month=None, quote="Words of it.")
    page = client.get(queue()).content.decode()
    words = ["has not told their age", "an article that is gone", "There is only the title."]
    assert [word in page for word in words] == [True] * 3


def test_empty_queue_says_so_and_has_no_form(client: Client, moderator: User) -> None:
    page = client.get(queue()).content.decode()
    assert ("Nothing waits to be read." in page, "The chosen ones together" in page) == (True, False)


def test_chosen_questions_are_shown_together(client: Client, moderator: User) -> None:
    first, second, other = held(), held(), held()
    response = post_several(client, [first, second], step="release")
    assert (response.status_code, response["Location"]) == (302, queue())
    assert [seen(question) for question in (first, second, other)] == ["shown", "shown", "held"]
    assert said(response) == ["2 questions are shown to everybody now."]
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["question.released"] * 2


def test_chosen_question_is_hidden_with_a_reason(client: Client, moderator: User) -> None:
    question = held()
    fields = {"posts": [question.pk], "step": "hide", "reason": "contact", "words": "Leave it out."}
    assert said(client.post(queue(), fields)) == ["1 question is hidden now."]
    assert seen(question) == "hidden"
    assert Notification.objects.get(user=question.asker).words["more"] == "Leave it out."


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"step": "release"}, "Please choose at least one question."),
        ({"step": "hide", "posts": ["held"]}, "Please choose a reason; the author reads it."),
        ({"step": "release", "posts": ["shown"]}, "Somebody decided about one of them meanwhile."),
        ({"step": "release", "posts": ["x"]}, "Please choose from the list."),
        ({"posts": ["held"]}, "This field is required."),
    ],
)
def test_bad_choice_comes_back_with_what_was_chosen(
    client: Client, moderator: User, fields: dict[str, Any], error: str
) -> None:
    rows = {"held": held(), "shown": QuestionFactory.create()}
    posts = [str(rows[name].pk) if name in rows else name for name in fields.get("posts", [])]
    response = client.post(queue(), {**fields, "posts": posts})
    page = response.content.decode()
    assert (response.status_code, error in page, seen(rows["held"])) == (422, True, "held")
    assert " ".join(page.split()).count("checked") == (1 if str(rows["held"].pk) in posts else 0)


def test_what_cannot_be_done_is_said_and_the_rest_is_done(client: Client, moderator: User) -> None:
    mine, theirs = held(asker=moderator), held()
    response = post_several(client, [mine, theirs], step="release")
    assert (seen(mine), seen(theirs)) == ("held", "shown")
    refusal = "Somebody else on the team has to decide this one."
    assert said(response) == ["1 question is shown to everybody now.", refusal]


def test_nothing_done_says_only_why(client: Client, moderator: User) -> None:
    question = held()
    response = client.post(queue(), {"posts": [question.pk], "step": "hide", "reason": "other"})
    assert said(response) == ["Please say in a sentence what does not fit; the author reads it."]


@pytest.mark.parametrize("group", ["editor", "coordinator", "analyst", "billing"])
def test_queue_is_closed_to_other_staff(client: Client, group: str) -> None:
    question = held()
    client.force_login(staff(group))
    assert client.get(queue()).status_code == 403
    assert client.post(queue(), {"posts": [question.pk], "step": "release"}).status_code == 403
    assert seen(question) == "held"


def test_queue_is_open_to_the_safeguarding_lead(client: Client) -> None:
    client.force_login(staff("safeguarding lead"))
    assert client.get(queue()).status_code == 200


def test_list_of_questions_leads_to_the_queue(client: Client, moderator: User) -> None:
    page = client.get(reverse("admin:feed_question_changelist")).content.decode()
    assert f'href="{queue()}"' in page


def test_queue_goes_on_on_a_second_page(
    client: Client, moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feed.admin.held.PAGE_SIZE", 1)
    now = timezone.now()
    held(asked_at=now - timedelta(days=1))
    second = held(asked_at=now)
    assert [question for question, _ in client.get(queue(), {"p": 2}).context["rows"]] == [second]


# --- One post


@pytest.mark.parametrize(
    ("visibility", "offered"),
    [
        (Visibility.HELD, ["release", "hide"]),
        (Visibility.SHOWN, ["hide"]),
        (Visibility.HIDDEN, ["restore"]),
    ],
)
def test_page_offers_what_can_be_done(
    client: Client, moderator: User, visibility: Visibility, offered: list[str]
) -> None:
    answer = answered()
    Answer.objects.update(visibility=visibility)
    for post in (QuestionFactory.create(visibility=visibility), answer):
        page = client.get(step_url(post, "change")).content.decode()
        steps = ("release", "hide", "restore")
        assert [step for step in steps if f'href="{step_url(post, step)}"' in page] == offered


def test_page_offers_nothing_on_ones_own_post(client: Client, moderator: User) -> None:
    question = QuestionFactory.create(asker=moderator)
    page = client.get(step_url(question, "change")).content.decode()
    assert f'href="{step_url(question, "hide")}"' not in page


@pytest.mark.parametrize("visibility", Visibility.values)
def test_public_page_is_linked_while_there_is_one(client: Client, moderator: User, visibility: str) -> None:
    question = QuestionFactory.create(visibility=visibility)
    page = client.get(step_url(question, "change")).content.decode()
    rows = client.get(reverse("admin:feed_question_changelist")).content.decode()
    is_shown = visibility == "shown"
    assert [question.get_absolute_url() in shown for shown in (rows, page)] == [is_shown, is_shown]


def test_page_of_an_answer_to_a_hidden_question_has_no_public_link(client: Client, moderator: User) -> None:
    answer = answered()
    Question.objects.update(visibility=Visibility.HIDDEN)
    page = client.get(step_url(answer, "change")).content.decode()
    assert answer.get_absolute_url() not in page


@pytest.mark.parametrize(
    ("step", "before", "fields", "after", "words"),
    [
        ("release", "held", {}, "shown", "Everybody can see it now."),
        ("hide", "shown", {"reason": "selling", "words": ""}, "hidden", "It is hidden now."),
        ("restore", "hidden", {}, "shown", "Everybody can see it again."),
    ],
)
def test_step_asks_once_more_and_is_taken(
    client: Client,
    moderator: User,
    step: str,
    before: str,
    fields: dict[str, str],
    after: str,
    words: str,
) -> None:
    question, answer = QuestionFactory.create(visibility=before), answered()
    Answer.objects.update(visibility=before)
    for post in (question, answer):
        page = client.get(step_url(post, step))
        assert (page.status_code, seen(post), str(post) in page.content.decode()) == (200, before, True)
        response = client.post(step_url(post, step), fields)
        assert (response["Location"], said(response)) == (step_url(post, "change"), [words])
        assert seen(post) == after


@pytest.mark.parametrize("step", ["release", "hide"])
def test_step_begun_in_the_queue_leads_back_there(client: Client, moderator: User, step: str) -> None:
    question = held()
    page = client.get(queue()).content.decode()
    path = f"{step_url(question, step)}?from=held"
    assert path in page
    assert client.post(path, {"reason": "selling"})["Location"] == queue()


def test_step_that_was_taken_meanwhile_says_so(client: Client, moderator: User) -> None:
    question = QuestionFactory.create(visibility=Visibility.HIDDEN)
    response = client.post(step_url(question, "hide"), {"reason": "selling"})
    assert (response.status_code, "This is hidden already." in response.content.decode()) == (422, True)


def test_hiding_asks_for_a_reason(client: Client, moderator: User) -> None:
    question = QuestionFactory.create()
    response = client.post(step_url(question, "hide"), {"words": "Kept words."})
    page = response.content.decode()
    assert (response.status_code, seen(question)) == (422, "shown")
    assert ("Please choose a reason; the author reads it." in page, "Kept words." in page) == (True, True)


@pytest.mark.parametrize("model", ["question", "answer"])
@pytest.mark.parametrize("step", ["release", "hide", "restore"])
def test_step_of_nothing_is_not_found(client: Client, moderator: User, model: str, step: str) -> None:
    assert client.get(reverse(f"admin:feed_{model}_{step}", args=[0])).status_code == 404


@pytest.mark.parametrize("step", ["release", "hide", "restore"])
def test_steps_are_closed_to_other_staff(client: Client, step: str) -> None:
    question = held()
    client.force_login(staff("analyst"))
    assert client.post(step_url(question, step), {"reason": "selling"}).status_code == 403
    assert seen(question) == "held"


def test_steps_need_the_right_on_that_kind_of_post(client: Client) -> None:
    client.force_login(UserFactory.create(is_staff=True))
    answer = answered()
    assert [client.post(step_url(post, "hide")).status_code for post in (answer, answer.question)] == [
        403,
        403,
    ]
