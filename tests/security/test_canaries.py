"""Leave with your data, or be forgotten (S8): words put wherever a person's words can stand, and looked for.

A copy of the data holds all of theirs but what could open the account; once they are erased, a dump of every
table shows none of them but those of posts that readers have seen.
"""

import json
import uuid
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client

from accounts.models import (
    AccountMail,
    Case,
    CaseEvent,
    ConsentEntry,
    DataExport,
    IdempotencyToken,
    Notification,
    Report,
    Sanction,
    SensitiveExperience,
    User,
)
from accounts.models.experience import Privacy
from accounts.services.erasing import erase_rows
from accounts.services.exporting import make_export
from accounts.services.sensitive import choose_sensitive
from feed.models import AnswerSource, Question
from feed.models.question import Visibility
from tests.factories.memberships import GrantFactory
from tests.factories.people import MentorFactory, UserFactory, experience
from tests.factories.questions import QuestionFactory, answered
from tests.factories.reading import FeedbackFactory, ProgressFactory, SavedArticleFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(days=14)

# In the copy, and gone after erasure.
OWN = {
    "name", "public-name", "address", "second-address", "zone", "school", "headline", "section", "missing",
    "consent", "report", "appeal", "sanction", "answer-to-appeal", "google-id", "google-name", "browser",
    "told", "told-path", "mail-subject", "held-title", "held-body", "hidden-body",
}  # fmt: skip
# Not in the copy, and gone after erasure.
SECRET = {
    "session-key", "session-data", "mfa-secret", "google-token", "confirmation", "mail-text", "mail-html",
    "form-result", "grant-note", "case-note", "staff-log", "sensitive-mark",
}  # fmt: skip
# In the copy, and still there: readers have seen them.
POSTED = {"title", "body", "answer", "source"}
ZONE = "Pacific/Chatham"


def canary(place: str) -> str:
    return {"zone": ZONE}.get(place, f"canary-{place}-x")


def words_of(places: set[str], marks: dict[str, str]) -> dict[str, str]:
    return {place: marks.get(place) or canary(place) for place in places}


@pytest.fixture
def person() -> User:
    """A learner who is a mentor too, and has left words everywhere."""
    address = f"{canary('address')}@example.test"
    made: User = UserFactory.create(
        display_name=canary("name"), slug=canary("public-name"), email=address, time_zone=ZONE
    )
    sign_in(made)
    get_mails(made)
    meet_staff(made)
    read(made)
    post(made)
    return made


def sign_in(person: User) -> None:
    second = EmailAddress.objects.create(user=person, email=f"{canary('second-address')}@example.test")
    EmailConfirmation.objects.create(email_address=second, key=canary("confirmation"))
    Authenticator.objects.create(user=person, type="totp", data={"secret": canary("mfa-secret")})
    google = SocialAccount.objects.create(
        user=person, provider="google", uid=canary("google-id"), extra_data={"name": canary("google-name")}
    )
    SocialToken.objects.create(account=google, token=canary("google-token"))
    key = canary("session-key")
    Session.objects.create(session_key=key, session_data=canary("session-data"), expire_date=LATER)
    UserSession.objects.create(
        user=person, session_key=key, ip="203.0.113.7", user_agent=canary("browser"), last_seen_at=NOON
    )


def get_mails(person: User) -> None:
    Notification.objects.create(
        user=person, kind="feed.question_answered", key="1", path=f"/{canary('told-path')}/",
        words={"title": canary("told")},
    )  # fmt: skip
    AccountMail.objects.create(
        to=person.email.upper(),
        subject=canary("mail-subject"),
        text=canary("mail-text"),
        html=canary("mail-html"),
    )
    ConsentEntry.objects.create(user=person, subject=canary("consent"), is_given=True)
    IdempotencyToken.objects.create(
        user=person, token=uuid.uuid4(), purpose="ask", result=canary("form-result")
    )
    experience("caregiver", "parent", label="I raise a child", learner_privacy=Privacy.P3)
    choose_sensitive(by=person, choices={"caregiver": ["parent"]}, now=NOON, today=NOON.date())


def meet_staff(person: User) -> None:
    case = Case.objects.create(target_kind="person", target_id="1", about=UserFactory.create(), due_at=NOON)
    Report.objects.create(case=case, reporter=person, reason="other", text=canary("report"))
    about = Case.objects.create(target_kind="person", target_id="2", about=person, due_at=NOON)
    CaseEvent.objects.create(case=about, source="open", target="assigned", note=canary("case-note"))
    Sanction.objects.create(
        user=person, kind="note", reason=canary("sanction"), appeal=canary("appeal"), appealed_at=NOON,
        appeal_decided_at=NOON, appeal_answer=canary("answer-to-appeal"),
    )  # fmt: skip
    GrantFactory.create(user=person, reason=canary("grant-note"))
    LogEntry.objects.log_actions(UserFactory.create().pk, [person], CHANGE, canary("staff-log"))


def read(person: User) -> None:
    ProgressFactory.create(user=person, anchor=canary("section"))
    SavedArticleFactory.create(user=person)
    FeedbackFactory.create(user=person, is_helpful=False, missing=canary("missing"))


def post(person: User) -> None:
    QuestionFactory.create(asker=person, title=canary("title"), body_text=canary("body"))
    QuestionFactory.create(
        asker=person, title=canary("held-title"), body_text=canary("held-body"), visibility=Visibility.HELD
    )
    profile = MentorFactory.create(
        user=person, slug=f"{canary('public-name')}-m", school=canary("school"), headline=canary("headline")
    )
    for place, visibility in (("answer", Visibility.SHOWN), ("hidden-body", Visibility.HIDDEN)):
        answer = answered(body=f"<p>{canary(place)}</p>")
        answer.mentor, answer.written_as, answer.visibility = profile, profile.place, visibility
        answer.save()
    AnswerSource.objects.create(answer=answer, title=canary("source"), url="https://example.org/rule")


def marks_of(person: User) -> dict[str, str]:
    """What stands for the person and was not chosen by the test: the keyed mark of a sealed term."""
    return {"sensitive-mark": SensitiveExperience.objects.get(user=person).digest}


def dump() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        rows: list[str] = []
        for (name,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{name}" t')  # noqa: S608
            rows += [text for (text,) in cursor.fetchall()]
    return "\n".join(rows)


def found(text: str, words: dict[str, str]) -> set[str]:
    # An address may stand there in capitals.
    return {place for place, word in words.items() if word.lower() in text.lower()}


def copy_of(person: User) -> tuple[str, str]:
    export = DataExport.objects.create(user=person)
    make_export(export_id=export.pk, now=NOON)
    export.refresh_from_db()
    with export.file.open() as content:
        archive = ZipFile(BytesIO(content.read()))
    data = archive.read("data.json").decode()
    json.loads(data)
    return data, archive.read("index.html").decode()


def test_there_are_canaries_enough(person: User) -> None:
    words = words_of(OWN | SECRET | POSTED, marks_of(person))
    assert len(OWN | POSTED) >= 20
    # The control: before anything is erased, the dump shows each of them.
    assert found(dump(), words) == set(words)


@pytest.mark.parametrize("part", [0, 1])
def test_copy_holds_every_canary_but_secrets(person: User, part: int) -> None:
    text, marks = copy_of(person)[part], marks_of(person)
    assert found(text, words_of(OWN | POSTED, marks)) == OWN | POSTED
    assert found(text, words_of(SECRET, marks)) == set()


def test_copy_opens_what_is_sealed_and_names_what_was_saved(person: User) -> None:
    data = json.loads(copy_of(person)[0])
    assert data["Sensitive things you chose to keep here"][0]["experience"] == "I raise a child"
    assert len(data["What you saved for later"]) == 1
    assert data["Your account"][0]["birth_year"] == 2000


def test_copy_of_somebody_else_holds_none(person: User) -> None:
    words = words_of(OWN | SECRET | POSTED, marks_of(person))
    assert [found(text, words) for text in copy_of(UserFactory.create())] == [set(), set()]


def test_dump_shows_no_canary_of_somebody_erased(person: User) -> None:
    words, posted = words_of(OWN | SECRET, marks_of(person)), words_of(POSTED, {})
    copy_of(person)
    (name,) = DataExport.objects.values_list("file", flat=True)
    erase_rows(person=person, now=LATER)
    text = dump()
    assert (found(text, words), found(text, posted)) == (set(), POSTED)
    assert default_storage.exists(name) is False
    assert (person.birth_year, person.birth_month) == (None, None)


def test_posts_of_somebody_erased_are_a_former_members(person: User, client: Client) -> None:
    question = Question.objects.get(title=canary("title"))
    answer = person.mentor_profile.answers.get(visibility=Visibility.SHOWN)
    erase_rows(person=person, now=LATER)
    pages: list[Any] = [client.get(post.get_absolute_url()) for post in (question, answer.question)]
    texts = [page.content.decode() for page in pages]
    assert ["Former member" in text for text in texts] == [True, True]
    assert [found(text, words_of(OWN, {})) for text in texts] == [set(), set()]
    assert (canary("body") in texts[0] or canary("title") in texts[0], canary("answer") in texts[1]) == (
        True,
        True,
    )
