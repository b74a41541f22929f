"""The Feed's mails."""

from django.core.mail import EmailMultiAlternatives

from breakthru.lib.mail import compose
from feed.models import Answer


def question_answered(answer: Answer, *, unsubscribe_url: str) -> EmailMultiAlternatives:
    """To the asker: a mentor answered."""
    return compose(
        "feed/question_answered",
        to=answer.question.asker.email,
        key=f"feed.question_answered:{answer.pk}",
        context={
            "answer": answer,
            "question": answer.question,
            "mentor": answer.mentor,
            "asker": answer.question.asker,
        },
        unsubscribe_url=unsubscribe_url,
    )
