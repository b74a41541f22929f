"""What people are told about the Feed: the mail that says that a mentor answered."""

from datetime import UTC, datetime

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from accounts.models import Notification
from accounts.registries.notifications import notification_kind
from accounts.services.notifications import mail_notification
from feed.models import Answer, Question
from feed.models.answer import Basis
from feed.models.question import Visibility
from feed.services.telling import QUESTION_ANSWERED, answer_context
from tests.factories.people import UserFactory
from tests.factories.questions import QuestionFactory, answered, source

pytestmark = pytest.mark.django_db
# In New York, where the asker lives.
NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


def _mail(answer: Answer) -> list[EmailMultiAlternatives]:
    """What is sent about an answer."""
    told = Notification.objects.get(key=f"answer:{answer.pk}")
    mail_notification(notification_id=told.pk, now=NOON)
    return mail.outbox  # type: ignore[return-value]


def _parts(answer: Answer) -> tuple[str, str, str]:
    """Subject, text and HTML of the mail about an answer."""
    (sent,) = _mail(answer)
    return str(sent.subject), str(sent.body), str(next(iter(sent.alternatives[0])))


def _said(title: str = "Is it <b>so</b> & why?") -> Answer:
    asker = UserFactory.create(display_name="Jordan")
    question = QuestionFactory.create(title=title, asker=asker)
    return answered(question, body="<p>Words that stay on the site.</p>")


def test_question_answered_is_registered() -> None:
    assert notification_kind("feed.question_answered") is QUESTION_ANSWERED


def test_mail_greets_the_asker_and_names_the_mentor_and_the_question() -> None:
    answer = _said()
    subject, text, html = _parts(answer)
    name = answer.mentor.user.display_name
    assert subject == f"{name} answered your question"
    for part in (text, html):
        assert "Hello Jordan," in part
        assert f"{name} (Third year, LSM)" in part
    assert "Is it <b>so</b> & why?" in text
    assert "Is it &lt;b&gt;so&lt;/b&gt; &amp; why?" in html
    assert "<b>so</b>" not in html


def test_mail_leads_to_the_answer_the_settings_and_the_way_to_stop_it() -> None:
    answer = _said()
    _, text, html = _parts(answer)
    settings = "http://testserver/notifications/settings/"
    stop = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>")
    for address in (f"http://testserver{answer.get_absolute_url()}", settings, stop):
        assert address in text
        assert f'href="{address}"' in html
    assert "You get this because you asked a question on BreakThru." in text
    assert "You get this because you asked a question on BreakThru." in html


def test_mail_keeps_the_answer_on_the_site() -> None:
    _, text, html = _parts(_said())
    assert ("Words that stay" in text, "Words that stay" in html) == (False, False)


@pytest.mark.parametrize(
    ("basis", "words"),
    [
        (Basis.OFFICIAL_SOURCE, "guidance from an official source"),
        (Basis.PATTERN, "guidance, a pattern seen across many people"),
        (Basis.OWN_EXPERIENCE, "their own story: one road among many"),
        (Basis.OPINION, "their opinion"),
    ],
)
def test_mail_says_what_the_answer_rests_on(basis: Basis, words: str) -> None:
    _, text, html = _parts(answered(basis=basis, sources=(source(),)))
    assert words in text
    assert words in html


def test_subject_is_one_line_and_not_escaped() -> None:
    answer = _said()
    answer.mentor.user.display_name = "Ann's & Bo"
    answer.mentor.user.save(update_fields=["display_name"])
    assert _parts(answer)[0] == "Ann's & Bo answered your question"


@pytest.mark.parametrize("visibility", [Visibility.HELD, Visibility.HIDDEN])
@pytest.mark.parametrize("what", [Answer, Question])
def test_mail_is_silent_about_what_cannot_be_seen(what: type, visibility: Visibility) -> None:
    answer = _said()
    hidden = answer if what is Answer else answer.question
    hidden.visibility = visibility
    hidden.save(update_fields=["visibility"])
    assert _mail(answer) == []


def test_an_answer_that_is_gone_has_no_mail() -> None:
    assert answer_context("answer:0") is None
