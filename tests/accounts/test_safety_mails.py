"""The mails and sentences around reports, cases and sanctions, as people get them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from accounts.models import Case, Notification, User
from accounts.models.safety import CaseOutcome, ReportReason, SanctionKind
from accounts.services.cases import close_case
from accounts.services.reports import add_words, remind_of_case
from accounts.services.sanctions import appeal, decide_appeal, lift, sanction
from tests.accounts.conftest import Worker, html_of
from tests.factories.people import UserFactory
from tests.factories.safety import SanctionFactory, lead, moderator, reported, taken

pytestmark = pytest.mark.django_db
# Noon in New York: nobody's quiet hours.
NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
SECRET = "zyzzyva words of the reporter"


@pytest.fixture(autouse=True)
def noon() -> Any:
    """The clock stands."""
    with time_machine.travel(NOON, tick=False):
        yield


def _opened() -> User:
    helper = moderator()
    reported(ReportReason.MONEY, text=SECRET, now=NOON)
    return helper


def _serious() -> User:
    boss = lead()
    reported(ReportReason.SAFETY, text=SECRET, now=NOON)
    return boss


def _more_words() -> User:
    helper = moderator()
    made = reported(ReportReason.MONEY, now=NOON)
    taken(made.case, helper)
    Notification.objects.all().delete()
    assert made.reporter is not None
    add_words(by=made.reporter, report=made, text=SECRET, is_urgent=False, now=NOON)
    return helper


def _due(*, is_taken: bool) -> User:
    case = reported(ReportReason.MONEY, text=SECRET, now=NOON - timedelta(days=2)).case
    boss = lead()
    if is_taken:
        taken(case, moderator())
    remind_of_case(case_id=case.pk, due=int(case.due_at.timestamp()), now=NOON)
    return boss


def _decided() -> User:
    made, boss = reported(ReportReason.MONEY, text=SECRET, now=NOON), lead()
    SanctionFactory.create(case=made.case, user=made.case.about)
    close_case(by=boss, case=taken(made.case, boss), outcome=CaseOutcome.SANCTIONED, note=SECRET, now=NOON)
    assert made.reporter is not None
    return made.reporter


def _given(kind: SanctionKind, until: datetime | None = None) -> User:
    person: User = UserFactory.create(time_zone="America/New_York")
    sanction(by=lead(), user=person, kind=kind, reason="You asked for money.", until=until, now=NOON)
    return person


def _lifted() -> User:
    made = SanctionFactory.create(kind=SanctionKind.MATCHING_OFF, starts_at=NOON)
    lift(by=lead(), sanction=made, reason=SECRET, now=NOON)
    person: User = made.user
    return person


def _answered(*, is_upheld: bool) -> User:
    made = SanctionFactory.create(kind=SanctionKind.SUSPENDED, starts_at=NOON)
    appeal(by=made.user, sanction=made, text=SECRET, now=NOON)
    decide_appeal(by=lead(), sanction=made, is_upheld=is_upheld, answer="We see it so.", now=NOON)
    person: User = made.user
    return person


def _appealed() -> User:
    boss, made = lead(), SanctionFactory.create(kind=SanctionKind.SUSPENDED, starts_at=NOON)
    appeal(by=made.user, sanction=made, text=SECRET, now=NOON)
    return boss


MAILS: list[tuple[Callable[[], User], str, str, str]] = [
    (
        _opened,
        "A report waits: Money or selling",
        "by November 25, 12:00 PM EST",
        "A report waits: question, Money or selling",
    ),
    (
        _serious,
        "Serious report: Someone's safety",
        "by November 23, 1:00 PM EST",
        "A serious report waits: question, Someone's safety",
    ),
    (
        _more_words,
        "There is more to read in a case",
        "said more about a case",
        "There is more to read in a case you look at",
    ),
    (
        lambda: _due(is_taken=False),
        "The time is over for a case",
        "Nobody has taken it yet.",
        "The time is over for a case that nobody has decided",
    ),
    (
        lambda: _due(is_taken=True),
        "The time is over for a case",
        "whether they need a hand.",
        "The time is over for a case that nobody has decided",
    ),
    (
        _decided,
        "We have looked at what you reported",
        "we have acted. What we decide about a person is between them and us.",
        "We have looked at what you reported",
    ),
    (
        lambda: _given(SanctionKind.NOTE),
        "A word from our staff",
        "a decision about your account. Nothing changes in what you can do here.",
        "Our staff made a decision about your account",
    ),
    (
        lambda: _given(SanctionKind.SUSPENDED, NOON + timedelta(days=7)),
        "Your account is suspended",
        "it holds until November 30, 2026, 12:00 PM EST. You can sign in",
        "Our staff made a decision about your account",
    ),
    (
        _lifted,
        "We took back a decision about your account",
        "on November 23, 2026 we wrote to you: Matching is off. That does not hold any more.",
        "Our staff took back a decision about your account",
    ),
    (
        lambda: _answered(is_upheld=True),
        "An answer to your appeal",
        "We took it back: it does not hold any more. What they wrote: We see it so.",
        "There is an answer to your appeal",
    ),
    (
        lambda: _answered(is_upheld=False),
        "An answer to your appeal",
        "It stays as it was. What they wrote: We see it so.",
        "There is an answer to your appeal",
    ),
    (
        _appealed,
        "An appeal waits for an answer",
        "(Your account is suspended)",
        "An appeal waits for an answer",
    ),
]


def _parts(message: EmailMultiAlternatives) -> list[str]:
    html = strip_tags(html_of(message)).replace("&#x27;", "'")
    return [" ".join(part.split()) for part in (str(message.body), html)]


@pytest.mark.parametrize(("happen", "subject", "words", "sentence"), MAILS)
def test_people_get_a_mail_that_says_it_and_nothing_private(
    happen: Callable[[], User], subject: str, words: str, sentence: str, work_off: Worker
) -> None:
    person = happen()
    [message] = [found for found in work_off() if found.to == [person.email]]
    row = Notification.objects.get(user=person)
    assert message.subject == subject
    for part in _parts(message):
        assert [f"Hello {person.display_name}," in part, words in part, SECRET in part] == [True, True, False]
        assert f"http://testserver{row.path}" in part


@pytest.mark.parametrize(("happen", "subject", "words", "sentence"), MAILS)
def test_the_inbox_says_it_in_a_sentence(
    happen: Callable[[], User], subject: str, words: str, sentence: str
) -> None:
    row = Notification.objects.get(user=happen())
    context = {"notification": row, "href": "/x/"}
    name = f"notifications/{row.kind.replace('.', '/')}"
    html, text = (render_to_string(f"{name}.{part}", context) for part in ("html", "txt"))
    assert strip_tags(html).strip().replace("&#x27;", "'") == sentence
    assert (text.strip(), '<a href="/x/">' in html) == (sentence, True)


def test_a_case_that_is_closed_meanwhile_is_mailed_to_nobody(work_off: Worker) -> None:
    _opened()
    Case.objects.update(state="closed", closed_at=NOON, outcome="corrected")
    assert work_off() == []
