"""The pages of who reports."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.forms.safety import AddWordsForm, AppealForm, ReportForm
from accounts.lifecycle import CaseState
from accounts.models import Case, Report, User
from accounts.models.safety import CLOCKS, CaseOutcome, ReportReason
from accounts.registries import safety
from accounts.services.case_notices import OUTCOMES
from accounts.views import safety as views
from feed.models import Question
from tests.accounts.words import page, words_of
from tests.factories.library import published
from tests.factories.people import MentorFactory, UserFactory
from tests.factories.questions import QuestionFactory
from tests.factories.safety import ReportFactory, lead, reported, taken

pytestmark = pytest.mark.django_db
NOW = timezone.now()
MINE = "/report/mine/"


@pytest.fixture
def reader(client: Client) -> User:
    """Signed in."""
    person: User = UserFactory.create()
    client.force_login(person)
    return person


def form_of(question: Question) -> str:
    return f"/report/?type=question&id={question.pk}"


def send(client: Client, question: Question, **fields: str) -> HttpResponse:
    given = {"token": str(uuid.uuid4()), "reason": "spam", "text": "Look.", **fields}
    response: HttpResponse = client.post(form_of(question), given)  # type: ignore[assignment]
    return response


# --- The form


def test_form_shows_what_is_reported_and_every_reason_with_its_clock(client: Client, reader: User) -> None:
    question = QuestionFactory.create(title="Is it late?")
    response = client.get(form_of(question))
    words = words_of(response, 200)
    assert "Report this question You do not have to be sure" in words
    assert f'<a href="{question.get_absolute_url()}">Is it late?</a>' in response.content.decode()
    promised = {
        timedelta(hours=1): "within an hour",
        timedelta(days=1): "within a day",
        timedelta(days=2): "within two days",
        timedelta(days=5): "within five days",
    }
    for reason in ReportReason:
        label, _, meaning = dict(ReportForm().fields["reason"].choices)[reason].partition("\n")  # type: ignore[attr-defined]
        assert (label, meaning.endswith(f" We decide {promised[CLOCKS[reason]]}.")) == (reason.label, True)
        assert meaning.replace("'", "&#x27;") in words


def test_form_names_help_for_now_and_says_that_nobody_learns(client: Client, reader: User) -> None:
    response = client.get(form_of(QuestionFactory.create()))
    text = response.content.decode()
    assert ('href="tel:911"' in text, 'href="tel:988"' in text) == (True, True)
    assert "The person never learns from us who reported" in words_of(response, 200)


def test_form_shows_words_without_a_link_where_there_is_no_page(client: Client, reader: User) -> None:
    person = UserFactory.create(display_name="Jordan", slug="jordan-x7kq2p")
    assert "You report this person Jordan" in page(client, f"/report/?type=person&id={person.slug}")


@pytest.mark.parametrize("query", ["", "?type=question", "?type=question&id=0", "?type=poem&id=1", "?id=%00"])
def test_form_for_nothing_is_not_there(client: Client, reader: User, query: str) -> None:
    assert client.get(f"/report/{query}").status_code == 404
    assert client.post(f"/report/{query}", {"reason": "spam"}).status_code == 404


def test_form_for_what_staff_hid_is_not_there(client: Client, reader: User) -> None:
    assert client.get(form_of(QuestionFactory.create(visibility="hidden"))).status_code == 404


def test_ones_own_question_leads_back_to_it(client: Client, reader: User) -> None:
    question = QuestionFactory.create(asker=reader)
    response = client.get(form_of(question))
    assert response.headers["Location"] == question.get_absolute_url()
    assert "This is yours." in client.get(question.get_absolute_url()).content.decode()
    assert send(client, question).status_code == 302
    assert Report.objects.count() == 0


def test_oneself_leads_to_the_dashboard(client: Client, reader: User) -> None:
    response = client.get(f"/report/?type=person&id={reader.slug}")
    assert response.headers["Location"] == "/dashboard/"


def test_report_is_taken_and_leads_to_its_page(client: Client, reader: User) -> None:
    question = QuestionFactory.create()
    response = send(client, question, reason="harassment", text="He\r\nwrote.")
    made = Report.objects.get()
    assert (response.status_code, response.headers["Location"]) == (302, f"/report/{made.pk}/")
    assert (made.reporter, made.reason, made.text) == (reader, "harassment", "He\nwrote.")
    assert "nobody learns from us that it was you" in page(client, f"/report/{made.pk}/")


def test_report_without_a_token_is_taken(client: Client, reader: User) -> None:
    assert client.post(form_of(QuestionFactory.create()), {"reason": "spam"}).status_code == 302
    assert Report.objects.count() == 1


def test_report_sent_twice_is_one(client: Client, reader: User) -> None:
    question, token = QuestionFactory.create(), str(uuid.uuid4())
    places = {send(client, question, token=token).headers["Location"] for _ in range(2)}
    assert places == {f"/report/{Report.objects.get().pk}/"}


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"reason": ""}, "Please choose what comes closest."),
        ({"reason": "boredom"}, "Select a valid choice."),
        ({"reason": "other", "text": " "}, "Please say in a sentence what it is."),
        ({"text": "x" * 2001}, "at most 2000 characters"),
        ({"reason": "other", "text": "x" * 2001}, "at most 2000 characters"),
    ],
)
def test_report_that_lacks_something_comes_back_with_what_was_typed(
    client: Client, reader: User, fields: dict[str, str], fault: str
) -> None:
    words = words_of(send(client, QuestionFactory.create(), **fields), 422)
    assert (fault in words, fields.get("text", "Look.").strip() in words) == (True, True)
    assert ("Please say in a sentence" in words) is ("in a sentence" in fault)
    assert Report.objects.count() == 0


def test_report_beyond_the_limit_comes_back_with_what_was_typed(client: Client, reader: User) -> None:
    ReportFactory.create_batch(20, reporter=reader)
    words = words_of(send(client, QuestionFactory.create(), text="Twenty and one."), 422)
    assert ("That is 20 reports in a day" in words, "Twenty and one." in words) == (True, True)


def test_the_same_thing_again_leads_to_the_report(client: Client, reader: User) -> None:
    question = QuestionFactory.create()
    made = reported(question=question, by=reader)
    response = client.get(form_of(question))
    assert response.headers["Location"] == f"/report/{made.pk}/"
    assert "it is with us" in client.get(f"/report/{made.pk}/").content.decode()


@pytest.mark.parametrize(("reason", "is_urgent"), [("spam", False), ("sexual", True)])
def test_the_same_thing_sent_again_loses_no_words(
    client: Client, reader: User, reason: str, is_urgent: bool
) -> None:
    question = QuestionFactory.create()
    made = reported(question=question, by=reader, text="First.")
    response = send(client, question, reason=reason, text="Second.")
    assert response.status_code == 422
    assert response.context["report"] == made  # type: ignore[attr-defined]
    assert response.context["form"].initial == {"text": "Second.", "is_urgent": is_urgent}  # type: ignore[attr-defined]
    assert Report.objects.get().text == "First."


def test_form_has_a_fixed_number_of_queries(
    client: Client, reader: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    question = QuestionFactory.create()
    with django_assert_num_queries(4):
        client.get(form_of(question))


# --- My reports


@pytest.mark.parametrize("count", [1, 3])
def test_list_has_a_fixed_number_of_queries(
    client: Client, reader: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ReportFactory.create_batch(count, reporter=reader)
    with django_assert_num_queries(3):
        assert len(client.get(MINE).context["page"].items) == count


@time_machine.travel(NOW, tick=False)
def test_list_shows_ones_own_newest_first_with_their_state(client: Client, reader: User) -> None:
    old = reported(ReportReason.SPAM, by=reader, now=NOW - timedelta(days=2))
    mid = reported(ReportReason.MONEY, by=reader, now=NOW - timedelta(days=1))
    new = reported(ReportReason.OTHER, by=reader, text="So.", now=NOW)
    reported()
    taken(mid.case)
    Case.objects.filter(pk=old.case_id).update(state="closed", closed_at=NOW, outcome="sanctioned")
    response = client.get(MINE)
    assert list(response.context["page"].items) == [new, mid, old]
    assert re.findall(
        r"Question: (?:Spam|Money or selling|Something else).*?(?:Received|Being looked at|Decided)",
        words_of(response, 200),
    ) == [
        "Question: Something else Sent just now Received",
        "Question: Money or selling Sent 1 day ago Being looked at",
        "Question: Spam Sent 2 days ago Decided",
    ]


def test_list_without_reports_says_what_one_can_do(client: Client, reader: User) -> None:
    assert "You have reported nothing" in page(client, MINE)


def test_list_goes_on_page_by_page(client: Client, reader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PAGE_SIZE", 2)
    made = [ReportFactory.create(reporter=reader, reported_at=NOW - timedelta(days=day)) for day in range(3)]
    first = client.get(MINE)
    rest = client.get(MINE, {"cursor": first.context["page"].next_cursor})
    assert [list(part.context["page"].items) for part in (first, rest)] == [made[:2], made[2:]]
    assert ("Older reports" in words_of(first, 200), "Newest reports" in words_of(rest, 200)) == (True, True)
    Report.objects.filter(pk=made[2].pk).delete()
    words = page(client, f"{MINE}?cursor={first.context['page'].next_cursor}")
    assert "You have reached the end of the list." in words


# --- One report


def test_detail_shows_what_was_told_and_that_it_waits(client: Client, reader: User) -> None:
    question = QuestionFactory.create(title="Is it late?")
    made = reported(ReportReason.MONEY, question=question, by=reader, text="Two\n\nlines.")
    words = page(client, f"/report/{made.pk}/")
    for expected in (
        "Question: Money or selling",
        "About Is it late?",
        "Two lines.",
        "Waiting to be read We decide by",
    ):
        assert expected in words
    assert "You can talk to somebody now" not in words


def test_detail_without_words_says_so(client: Client, reader: User) -> None:
    made = reported(by=reader)
    assert "You chose a reason and added no words." in page(client, f"/report/{made.pk}/")


def test_detail_says_that_somebody_looks(client: Client, reader: User) -> None:
    made = reported(by=reader)
    boss = lead()
    taken(made.case, boss)
    words = page(client, f"/report/{made.pk}/")
    assert ("Somebody is looking at it" in words, boss.display_name in words) == (True, False)


def test_detail_of_a_serious_report_shows_help_lines(client: Client, reader: User) -> None:
    made = reported(ReportReason.SAFETY, by=reader)
    assert "You can talk to somebody now" in page(client, f"/report/{made.pk}/")


@pytest.mark.parametrize("outcome", CaseOutcome)
def test_detail_says_how_it_ended(client: Client, reader: User, outcome: CaseOutcome) -> None:
    made = reported(ReportReason.SAFETY, by=reader)
    Case.objects.update(state=CaseState.CLOSED, closed_at=NOW, outcome=outcome)
    words = page(client, f"/report/{made.pk}/")
    assert f"How it ended. {OUTCOMES[outcome]}" in words
    assert [part in words for part in ("Add this", "You can talk to somebody now")] == [False, False]


def test_detail_says_when_it_takes_too_long(client: Client, reader: User) -> None:
    made = reported(ReportReason.SAFETY, by=reader, now=NOW - timedelta(hours=2))
    words = page(client, f"/report/{made.pk}/")
    assert ("It takes longer than we promised." in words, "We had promised it by" in words) == (True, True)


@pytest.mark.parametrize("change", ["hidden", "no part"])
def test_detail_stays_when_the_thing_is_gone(
    client: Client, reader: User, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = QuestionFactory.create(title="Is it late?")
    made = reported(question=question, by=reader)
    if change == "hidden":
        Question.objects.update(visibility="hidden")
    else:
        monkeypatch.setattr(safety, "_reportables", {})
    words = page(client, f"/report/{made.pk}/")
    assert ("Question: Wrong or harmful advice" in words, "Is it late?" in words) == (True, False)


def test_detail_of_a_mentor_names_them_without_a_link(client: Client, reader: User) -> None:
    mentor = MentorFactory.create()
    client.post(f"/report/?type=mentor&id={mentor.pk}", {"reason": "money"})
    assert f"About {mentor.user.display_name}, " in page(client, f"/report/{Report.objects.get().pk}/")


@pytest.mark.parametrize("method", ["get", "post"])
def test_detail_of_somebody_else_is_not_there(client: Client, reader: User, method: str) -> None:
    made = reported()
    assert getattr(client, method)(f"/report/{made.pk}/").status_code == 404


def test_words_can_be_added(client: Client, reader: User) -> None:
    made = reported(by=reader, text="First.")
    response = client.post(f"/report/{made.pk}/", {"text": "Second."})
    made.refresh_from_db()
    assert (response.headers["Location"], made.text.endswith(":\nSecond.")) == (f"/report/{made.pk}/", True)
    assert (made.reason, "stands with your report now" in client.get(MINE).content.decode()) == (
        "harmful_advice",
        True,
    )


def test_urgent_words_can_be_added(client: Client, reader: User) -> None:
    made = reported(by=reader)
    client.post(f"/report/{made.pk}/", {"text": "Now.", "is_urgent": "on"})
    assert Report.objects.get().reason == "safety"


def test_no_words_come_back(client: Client, reader: User) -> None:
    made = reported(by=reader)
    response = client.post(f"/report/{made.pk}/", {"text": " "})
    assert "This field is required." in words_of(response, 422)


def test_words_after_the_decision_come_back(client: Client, reader: User) -> None:
    made = reported(by=reader)
    Case.objects.update(state=CaseState.CLOSED, closed_at=NOW, outcome="corrected")
    response = client.post(f"/report/{made.pk}/", {"text": "More."})
    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == [
        "This is decided. If something new happened, please report it again."
    ]


@pytest.mark.parametrize("form", [AddWordsForm, AppealForm])
def test_a_line_break_counts_once(form: Any) -> None:
    made = form({"text": "x\r\n" * 999 + "xx"})
    assert (made.is_valid(), len(made.cleaned_data["text"])) == (True, 2000)


def test_articles_are_reported_too(client: Client, reader: User) -> None:
    article = published(title="On the MCAT")
    assert "You report this article On the MCAT" in page(client, f"/report/?type=article&id={article.pk}")
