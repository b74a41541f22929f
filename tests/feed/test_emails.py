"""The mail that says: a mentor answered."""

import pytest
from django.core.mail import EmailMultiAlternatives

from breakthru.lib.mail import message_id
from feed.emails import question_answered
from tests.factories.questions import QuestionFactory, answered

pytestmark = pytest.mark.django_db
STOP = "http://testserver/notifications/unsubscribe/x/"


def _mail(title: str = "Is it <b>so</b> & why?") -> tuple[EmailMultiAlternatives, str]:
    """The mail about an answer, and the address of that answer."""
    answer = answered(QuestionFactory.create(title=title), body="<p>Words that stay on the site.</p>")
    return question_answered(answer, unsubscribe_url=STOP), answer.get_absolute_url()


def test_question_answered_goes_to_the_asker_with_one_stable_message_id() -> None:
    answer = answered()
    first, again = (question_answered(answer, unsubscribe_url=STOP) for _ in range(2))
    expected = message_id(f"feed.question_answered:{answer.pk}")
    assert first.to == [answer.question.asker.email]
    assert [first.extra_headers["Message-ID"], again.extra_headers["Message-ID"]] == [expected, expected]


def test_question_answered_can_be_stopped_with_one_click() -> None:
    headers = _mail()[0].extra_headers
    assert (headers["List-Unsubscribe"], headers["List-Unsubscribe-Post"]) == (
        f"<{STOP}>",
        "List-Unsubscribe=One-Click",
    )


def test_question_answered_links_to_the_answer_in_both_parts() -> None:
    made, url = _mail()
    html = str(made.alternatives[0][0])
    assert f"http://testserver{url}" in made.body
    assert f'href="http://testserver{url}"' in html
    assert STOP in made.body
    assert STOP in html


def test_question_answered_keeps_the_answer_on_the_site() -> None:
    made, _ = _mail()
    assert "Words that stay" not in made.body
    assert "Words that stay" not in str(made.alternatives[0][0])


def test_question_answered_escapes_the_title_in_html_and_not_in_text() -> None:
    made, _ = _mail()
    html = str(made.alternatives[0][0])
    assert "Is it <b>so</b> & why?" in made.body
    assert "<b>so</b>" not in html
    assert "Is it &lt;b&gt;so&lt;/b&gt; &amp; why?" in html


def test_question_answered_has_a_subject_of_one_line_that_is_not_escaped() -> None:
    made, _ = _mail("Is it Ann's & why?\nBcc: all@example.test")
    assert "\n" not in made.subject
    assert "&#x27;" not in made.subject
    assert "&amp;" not in made.subject
