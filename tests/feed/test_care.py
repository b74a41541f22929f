"""What posts look after: the writer's distress, ways to reach people, and a way out beside every post."""

import re
import uuid
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, User
from breakthru.lib.care import HELP_LINES, PLACE
from breakthru.outbox.models import Outbox
from feed.models import Answer, Question
from learner_series.models import PlainPage
from mentors.models import MentorProfile
from tests.factories.library import published
from tests.factories.people import MentorFactory, TopicFactory, UserFactory
from tests.factories.questions import QuestionFactory, answered

pytestmark = pytest.mark.django_db
ASK = "/feed/ask/"
DISTRESS = "I don't want to live anymore."
SHOWN = "findahelpline.com"
POSTED = "Your question is posted. Verified mentors see it in the Feed."
HELD = "Your question is with us. A staff member reads it first, because {}; then mentors can answer it."


def ask_data(**fields: Any) -> dict[str, Any]:
    complete = {
        "token": str(uuid.uuid4()),
        "title": "Is one gap year enough for me?",
        "body": "Hello.",
        "topics": [TopicFactory.create().slug],
    }
    return {**complete, **fields}


def answer_data(**fields: Any) -> dict[str, Any]:
    story = {"basis": "own_experience", "is_for_everyone": "on"}
    return {"token": str(uuid.uuid4()), "body": "It worked.", **story, **fields}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def menus(page: str) -> list[list[str]]:
    """Where the menus beside posts lead, one list for each."""
    found = re.findall(r'<details class="menu end no-print">.*?</details>', page, re.DOTALL)
    return [re.findall(r'href="([^"]*)"', menu) for menu in found]


def report(kind: str, pk: int) -> str:
    return f"/report/?type={kind}&amp;id={pk}"


# --- Distress


@pytest.mark.parametrize("field", ["title", "body"])
def test_an_asker_in_distress_is_led_to_the_help_lines_and_the_question_goes_out(field: str) -> None:
    client = signed_in(UserFactory.create())
    response = client.post(ASK, ask_data(**{field: DISTRESS}))
    question = Question.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"{question.get_absolute_url()}#{PLACE}")
    page = client.get(question.get_absolute_url())
    assert [str(message) for message in page.context["messages"]] == [POSTED]
    assert f'id="{PLACE}"' in page.content.decode()


def test_distress_leaves_no_trace_but_the_post_itself() -> None:
    quiet, distressed = UserFactory.create(), UserFactory.create()
    traces = []
    for person, body in ((quiet, "Hello."), (distressed, DISTRESS)):
        client = signed_in(person)
        client.post(ASK, ask_data(body=body))
        session = Session.objects.get(session_key=client.session.session_key).get_decoded()
        traces.append((sorted(session), session.get("_messages"), dict(client.cookies).keys()))
    assert traces[0] == traces[1]
    assert (Outbox.objects.count(), AuditEntry.objects.count()) == (0, 0)
    assert set(Question.objects.values_list("visibility", "state")) == {("shown", "open")}


def test_a_mentor_in_distress_is_led_to_the_help_lines_too() -> None:
    question, mentor = QuestionFactory.create(), MentorFactory.create()
    response = signed_in(mentor.user).post(
        f"{question.get_absolute_url()}answer/", answer_data(body=f"<p>{DISTRESS}</p>")
    )
    assert (response["Location"], Answer.objects.count()) == (f"{question.get_absolute_url()}#{PLACE}", 1)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (DISTRESS, True),
        ("<p>I want to <strong>kill myself</strong></p>", True),
        ("<p>I don&#39;t want to live anymore</p>", True),
        ("Hello.", False),
    ],
)
def test_a_form_that_comes_back_shows_the_help_lines_at_once(body: str, shown: bool) -> None:
    question = QuestionFactory.create()
    for person, path in (
        (UserFactory.create(), ASK),
        (MentorFactory.create().user, f"{question.get_absolute_url()}answer/"),
    ):
        response = signed_in(person).post(path, {"body": body})
        assert (response.status_code, SHOWN in response.content.decode()) == (422, shown)


def test_an_open_form_shows_none_but_says_where_they_are() -> None:
    page = signed_in(UserFactory.create()).get(ASK).content.decode()
    assert SHOWN not in page
    assert "call or text 988" in page


def test_visitors_pages_carry_no_help_lines_out_of_sight() -> None:
    question = QuestionFactory.create()
    assert PLACE not in Client().get(question.get_absolute_url()).content.decode()


def test_the_help_lines_are_the_same_in_the_post_and_on_the_page_of_safety() -> None:
    shown = render_to_string("components/help_lines.html")
    page = PlainPage.objects.filter(slug="safety").values_list("html", flat=True).first() or ""
    for line in HELP_LINES:
        for _, address in line.ways:
            assert f'href="{address}"' in shown
            number = address.partition(":")[2]
            assert (address if address.startswith("https") else number) in page
    assert ("We show this because" in shown, PLACE in shown) == (False, False)


# --- Ways to reach people


def test_contact_details_come_back_with_a_box_and_then_go_out_whole() -> None:
    client, data = signed_in(UserFactory.create()), ask_data(body="Write to jane@example.org.")
    response = client.post(ASK, data)
    page = response.content.decode()
    assert (response.status_code, Question.objects.count()) == (422, 0)
    assert "This looks like an e-mail address." in page
    assert "Write to jane@example.org." in page
    assert "Post it as it is</span>" in page
    assert client.post(ASK, {**data, "as_it_is": "on"}).status_code == 302
    assert Question.objects.get().body_text == "Write to jane@example.org."


@pytest.mark.parametrize(
    "born", [{"birth_year": timezone.localdate().year - 15}, {"birth_year": None, "birth_month": None}]
)
def test_a_minor_gets_no_box_and_cannot_forge_one(born: dict[str, Any]) -> None:
    client = signed_in(UserFactory.create(**born))
    response = client.post(ASK, ask_data(body="Write to jane@example.org.", as_it_is="on"))
    page = response.content.decode()
    assert (response.status_code, Question.objects.count()) == (422, 0)
    assert "we do not show ways to reach anybody who is under 18 or has not told us their age" in page
    assert 'name="as_it_is"' not in page


def test_a_minor_hears_that_somebody_reads_the_question_first() -> None:
    client = signed_in(UserFactory.create(birth_year=timezone.localdate().year - 15))
    page = client.get(ASK).content.decode()
    assert ("A staff member reads it" in page, "Because you are under 18" in page) == (True, True)
    assert "A staff member reads it" not in signed_in(UserFactory.create()).get(ASK).content.decode()
    response = client.post(ASK, ask_data(), follow=True)
    assert [str(message) for message in response.context["messages"]] == [HELD.format("you are under 18")]


def test_who_has_not_told_their_age_is_not_called_a_minor() -> None:
    client = signed_in(UserFactory.create(birth_year=None, birth_month=None))
    page = client.get(ASK).content.decode()
    assert ("Because you have not told us your age" in page, "you are under 18" in page) == (True, False)
    response = client.post(ASK, ask_data(), follow=True)
    said = [str(message) for message in response.context["messages"]]
    assert said == [HELD.format("you have not told us your age")]


def test_help_lines_wait_on_the_page_only_for_who_wrote_there() -> None:
    answer = answered()
    question = answer.question
    people = {"asker": question.asker, "mentor": answer.mentor.user, "reader": UserFactory.create()}
    pages = {name: signed_in(user).get(question.get_absolute_url()) for name, user in people.items()}
    waits = {name for name, page in pages.items() if 'id="while-you-wait"' in page.content.decode()}
    assert waits == {"asker", "mentor"}


def test_a_mentors_answer_is_warned_about_in_the_same_way() -> None:
    question, mentor = QuestionFactory.create(), MentorFactory.create()
    client, path = signed_in(mentor.user), f"{question.get_absolute_url()}answer/"
    data = answer_data(body="Text me at 555-234-5678.")
    assert (client.post(path, data).status_code, Answer.objects.count()) == (422, 0)
    assert (client.post(path, {**data, "as_it_is": "on"}).status_code, Answer.objects.count()) == (302, 1)


# --- Report and block


def asked_and_answered() -> tuple[Question, Answer]:
    question = QuestionFactory.create()
    return question, answered(question)


def test_a_visitor_can_report_and_is_sent_to_sign_in() -> None:
    question, answer = asked_and_answered()
    page = Client().get(question.get_absolute_url()).content.decode()
    assert menus(page) == [[report("question", question.pk)], [report("answer", answer.pk)]]


def test_a_reader_can_report_and_block_whoever_wrote() -> None:
    question, answer = asked_and_answered()
    page = signed_in(UserFactory.create()).get(question.get_absolute_url()).content.decode()
    assert menus(page) == [
        [report("question", question.pk), f"/accounts/blocks/{question.asker.slug}/"],
        [report("answer", answer.pk), f"/accounts/blocks/{answer.mentor.user.slug}/"],
    ]
    assert f"More about this question by {question.asker.display_name}" in page
    assert f"Block {answer.mentor.user.display_name}" in " ".join(page.split())


def test_nobody_reports_or_blocks_themselves() -> None:
    question, answer = asked_and_answered()
    seen_by_asker = signed_in(question.asker).get(question.get_absolute_url()).content.decode()
    seen_by_mentor = signed_in(answer.mentor.user).get(question.get_absolute_url()).content.decode()
    assert [links[0] for links in menus(seen_by_asker)] == [report("answer", answer.pk)]
    assert [links[0] for links in menus(seen_by_mentor)] == [report("question", question.pk)]


def test_a_former_member_can_be_reported_but_there_is_nobody_to_block() -> None:
    question, _ = asked_and_answered()
    User.objects.filter(pk=question.asker_id).update(
        erased_at="2026-11-22T12:00:00Z", is_active=False, birth_year=None, birth_month=None
    )
    page = signed_in(UserFactory.create()).get(question.get_absolute_url()).content.decode()
    assert menus(page)[0] == [report("question", question.pk)]


def test_names_in_a_menu_are_escaped() -> None:
    question = QuestionFactory.create(asker=UserFactory.create(display_name="<script>alert(1)</script>"))
    page = signed_in(UserFactory.create()).get(question.get_absolute_url()).content.decode()
    assert "Block &lt;script&gt;alert(1)&lt;/script&gt;" in " ".join(page.split())
    assert "<script>alert" not in page


def test_lists_stay_calm() -> None:
    asked_and_answered()
    assert menus(Client().get("/feed/").content.decode()) == []


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_a_mentors_card_can_be_reported(is_signed_in: bool) -> None:
    mentor: MentorProfile = MentorFactory.create()
    reader = UserFactory.create() if is_signed_in else None
    card = render_to_string("components/mentor_card.html", {"mentor": mentor, "reader": reader})
    block = [f"/accounts/blocks/{mentor.user.slug}/"] if is_signed_in else []
    assert menus(card) == [[report("mentor", mentor.pk), *block]]


def test_an_article_ends_with_a_way_to_report_it() -> None:
    article = published()
    page = Client().get(article.get_absolute_url()).content.decode()
    assert page.count(f'href="{report("article", article.pk)}"') == 1


def test_the_foot_of_every_page_leads_to_what_to_do() -> None:
    page = Client().get("/feed/").content.decode()
    assert 'href="/safety/#report-it"' in page
    assert 'id="report-it"' in Client().get("/safety/").content.decode()
