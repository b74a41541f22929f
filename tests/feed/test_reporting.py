"""What can be reported in the Feed."""

import pytest

from accounts.models import User
from accounts.registries.safety import Reported, reportable_of
from feed.models import Answer, Question
from feed.models.question import Visibility
from tests.factories.people import UserFactory
from tests.factories.questions import QuestionFactory, answered


def find(kind: str, target: object, person: User) -> Reported | None:
    reportable = reportable_of(kind)
    assert reportable is not None
    return reportable.find(str(target), person.pk)


@pytest.mark.django_db
def test_a_question_is_found_as_everybody_sees_it() -> None:
    question = QuestionFactory.create(title="Is it late?")
    assert find("question", question.pk, UserFactory.create()) == Reported(
        id=str(question.pk),
        words="Is it late?",
        path=question.get_absolute_url(),
        about=question.asker_id,
    )


@pytest.mark.django_db
def test_an_answer_is_found_by_its_first_words() -> None:
    answer = answered(body=f"<p>{'word ' * 40}</p>")
    assert find("answer", answer.pk, UserFactory.create()) == Reported(
        id=str(answer.pk),
        words=f"{'word ' * 29}word…",
        path=answer.get_absolute_url(),
        about=answer.mentor.user_id,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("visibility", [Visibility.HELD, Visibility.HIDDEN])
def test_what_others_do_not_see_is_not_found(visibility: Visibility) -> None:
    answer, person = answered(), UserFactory.create()
    Answer.objects.update(visibility=visibility)
    assert find("answer", answer.pk, person) is None
    Answer.objects.update(visibility=Visibility.SHOWN)
    Question.objects.update(visibility=visibility)
    assert find("answer", answer.pk, person) is None
    assert find("question", answer.question_id, person) is None


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["0", "x", "", "9" * 30])
def test_what_is_no_row_is_not_found(target: str) -> None:
    person = UserFactory.create()
    assert (find("question", target, person), find("answer", target, person)) == (None, None)


@pytest.mark.django_db
def test_who_was_blocked_can_still_report_who_blocked_them() -> None:
    answer, person = answered(), UserFactory.create()
    answer.mentor.user.blocks.create(blocked=person)
    answer.question.asker.blocks.create(blocked=person)
    assert find("answer", answer.pk, person) is not None
    assert find("question", answer.question_id, person) is not None


@pytest.mark.django_db
def test_who_blocked_somebody_can_still_report_them() -> None:
    answer, person = answered(), UserFactory.create()
    person.blocks.create(blocked=answer.mentor.user)
    person.blocks.create(blocked=answer.question.asker)
    assert find("answer", answer.pk, person) is not None
    assert find("question", answer.question_id, person) is not None


@pytest.mark.parametrize("kind", ["question", "answer"])
def test_posts_have_a_label_and_a_staff_page(kind: str) -> None:
    reportable = reportable_of(kind)
    assert reportable is not None
    found = (reportable.label, reportable.staff_path("12"))
    assert found == (f"this {kind}", f"/admin/feed/{kind}/12/change/")
