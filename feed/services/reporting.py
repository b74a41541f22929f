"""What can be reported in the Feed: whatever is public in it.

Whoever blocked whom: a block must keep nobody from asking for help.
"""

from collections.abc import Callable

from django.urls import reverse
from django.utils.text import Truncator

from accounts.registries.safety import Reportable, Reported, row_id
from feed.models import Answer, Question


def _find_question(target: str, person: int) -> Reported | None:
    question = Question.objects.shown().filter(pk=row_id(target)).first()
    if question is None:
        return None
    return Reported(
        id=str(question.pk),
        words=question.title,
        path=question.get_absolute_url(),
        about=question.asker_id,
    )


def _find_answer(target: str, person: int) -> Reported | None:
    shown = Answer.objects.shown().on_shown_questions().for_row().select_related("mentor")
    answer = shown.filter(pk=row_id(target)).first()
    if answer is None:
        return None
    return Reported(
        id=str(answer.pk),
        words=Truncator(answer.body_text).words(30),
        path=answer.get_absolute_url(),
        about=answer.mentor.user_id,
    )


def _staff_page(model: str) -> Callable[[str], str]:
    return lambda target: reverse(f"admin:feed_{model}_change", args=[target])


QUESTION = Reportable("question", "this question", _find_question, _staff_page("question"))
ANSWER = Reportable("answer", "this answer", _find_answer, _staff_page("answer"))
