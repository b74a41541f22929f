"""Answer a question, and tell the asker."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Notification, User
from breakthru.outbox.models import Outbox
from feed.lifecycle import QuestionState
from feed.models import Answer, Question, QuestionEvent
from feed.models.answer import Basis
from feed.models.question import Visibility
from feed.services.answers import AnswerDraft, AnswerError, answer_question, check_draft
from mentors.models import MentorProfile
from mentors.models.profile import Verification
from tests.factories.people import MentorFactory, UserFactory, experience
from tests.factories.questions import QuestionFactory, answer_draft, answered, source

NOW = timezone.now()


def _post(by: User, question: Question, **fields: Any) -> Answer:
    return answer_question(
        by=by, token=uuid.uuid4(), question=question, draft=answer_draft(**fields), now=NOW
    )


# --- The draft: nothing here needs the database


@pytest.mark.parametrize("basis", list(Basis))
def test_check_draft_takes_every_basis_with_a_source(basis: Basis) -> None:
    check_draft(answer_draft(basis=basis, sources=(source(),)))


@pytest.mark.parametrize("basis", [Basis.PATTERN, Basis.OWN_EXPERIENCE, Basis.OPINION])
def test_check_draft_wants_a_source_only_for_an_official_source(basis: Basis) -> None:
    check_draft(answer_draft(basis=basis))
    with pytest.raises(AnswerError, match="needs at least one link"):
        check_draft(answer_draft(basis=Basis.OFFICIAL_SOURCE))


@pytest.mark.django_db
def test_check_draft_wants_either_everyone_or_a_scope() -> None:
    stage = experience()
    check_draft(answer_draft(is_for_everyone=False, scope_terms=(stage,)))
    unclear: list[AnswerDraft] = [
        answer_draft(is_for_everyone=False, scope_terms=()),
        answer_draft(is_for_everyone=True, scope_terms=(stage,)),
    ]
    for made in unclear:
        with pytest.raises(AnswerError, match="for whom this is true"):
            check_draft(made)


# --- Answering


@pytest.mark.django_db
def test_answer_keeps_what_was_typed() -> None:
    mentor, question, stage = MentorFactory.create(), QuestionFactory.create(), experience()
    made = _post(
        mentor.user,
        question,
        body="<p>Ask <em>early</em>.<script>x</script></p>",
        basis=Basis.OFFICIAL_SOURCE,
        is_for_everyone=False,
        scope_terms=(stage,),
        cycle_year=2027,
        sources=(source(),),
    )
    assert (made.question, made.mentor, made.written_as) == (question, mentor, "Third year, LSM")
    assert (made.body_html, made.body_text) == ("<p>Ask <em>early</em>.</p>", "Ask early.")
    assert (made.basis, made.is_for_everyone, made.cycle_year) == ("official_source", False, 2027)
    assert (made.answered_at, made.visibility) == (NOW, "shown")
    assert list(made.scope_terms.all()) == [stage]
    assert list(made.sources.values_list("title", "url")) == [("The rule itself", "https://example.org/rule")]


@pytest.mark.django_db
def test_first_answer_moves_the_question_to_answered_with_an_event() -> None:
    mentor, question = MentorFactory.create(), QuestionFactory.create()
    _post(mentor.user, question)
    question.refresh_from_db()
    assert (question.state, question.answer_count) == ("answered", 1)
    assert (question.answered_at, question.active_at) == (NOW, NOW)
    assert list(QuestionEvent.objects.values_list("source", "target", "by")) == [
        ("open", "answered", mentor.user_id)
    ]


@pytest.mark.django_db
def test_later_answers_count_but_keep_state_and_the_first_date() -> None:
    before = NOW - timedelta(days=3)
    question = QuestionFactory.create(state=QuestionState.SOLVED, answer_count=1, answered_at=before)
    _post(MentorFactory.create().user, question)
    question.refresh_from_db()
    assert (question.state, question.answer_count) == ("solved", 2)
    assert (question.answered_at, question.active_at) == (before, NOW)
    assert QuestionEvent.objects.count() == 0


@pytest.mark.django_db
def test_answer_counts_on_the_row_in_the_database_not_on_the_page_that_was_open() -> None:
    question = QuestionFactory.create()
    open_in_a_tab = Question.objects.get(pk=question.pk)
    _post(MentorFactory.create().user, question)
    _post(MentorFactory.create().user, open_in_a_tab)
    question.refresh_from_db()
    assert question.answer_count == 2


@pytest.mark.django_db
def test_answer_twice_with_one_token_gives_one_answer_and_one_mail() -> None:
    mentor, question, token = MentorFactory.create(), QuestionFactory.create(), uuid.uuid4()
    made = [
        answer_question(by=mentor.user, token=token, question=question, draft=answer_draft(), now=NOW)
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert (Answer.objects.count(), Outbox.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_answer_again_from_another_form_is_refused() -> None:
    mentor, question = MentorFactory.create(), QuestionFactory.create()
    _post(mentor.user, question)
    with pytest.raises(AnswerError, match=r"^You answered this question already\.$"):
        _post(mentor.user, question)
    question.refresh_from_db()
    assert (Answer.objects.count(), question.answer_count) == (1, 1)


def _refused(by: User, question: Question) -> None:
    with pytest.raises(AnswerError, match="can't be answered from this account any more"):
        _post(by, question)
    assert (Answer.objects.count(), Outbox.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_answer_is_refused_to_a_learner() -> None:
    _refused(UserFactory.create(), QuestionFactory.create())


@pytest.mark.django_db
def test_answer_is_refused_to_an_expired_mentor() -> None:
    mentor = MentorFactory.create()
    MentorProfile.objects.filter(pk=mentor.pk).update(verification=Verification.EXPIRED)
    _refused(mentor.user, QuestionFactory.create())


@pytest.mark.django_db
def test_answer_to_ones_own_question_is_refused() -> None:
    mentor = MentorFactory.create()
    _refused(mentor.user, QuestionFactory.create(asker=mentor.user))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [{"locked_at": NOW}, {"visibility": Visibility.HIDDEN}, {"state": QuestionState.CLOSED}],
    ids=["locked", "hidden", "closed"],
)
def test_answer_is_refused_when_the_question_changed_behind_an_open_tab(changes: dict[str, Any]) -> None:
    question = QuestionFactory.create()
    Question.objects.filter(pk=question.pk).update(**changes)
    _refused(MentorFactory.create().user, question)


@pytest.mark.django_db
def test_answer_without_scope_is_refused_by_the_service_itself() -> None:
    with pytest.raises(AnswerError, match="for whom this is true"):
        _post(MentorFactory.create().user, QuestionFactory.create(), is_for_everyone=False)


# --- Telling the asker


@pytest.mark.django_db
def test_answer_tells_the_asker_in_the_same_transaction_and_sends_nothing_itself() -> None:
    made = answered(QuestionFactory.create(title="Is it late?"))
    told, row = Notification.objects.get(), Outbox.objects.get()
    assert (told.user, told.actor, told.kind, told.key) == (
        made.question.asker,
        made.mentor.user,
        "feed.question_answered",
        f"answer:{made.pk}",
    )
    assert (told.path, told.words) == (made.get_absolute_url(), {"title": "Is it late?"})
    assert (row.kind, row.ref) == ("accounts.mail_notification", str(told.pk))
    assert mail.outbox == []


@pytest.mark.django_db
def test_each_answer_is_told() -> None:
    question = QuestionFactory.create()
    made = [answered(question), answered(question)]
    keys = Notification.objects.order_by("pk").values_list("key", flat=True)
    assert list(keys) == [f"answer:{answer.pk}" for answer in made]
