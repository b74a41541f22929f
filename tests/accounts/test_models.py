"""What the tables of people hold, refuse and list."""

import uuid
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from accounts.models import (
    AccountMail,
    AuditEntry,
    ConsentEntry,
    Experience,
    IdempotencyToken,
    PersonExperience,
    SensitiveExperience,
    Topic,
    User,
)
from accounts.models.experience import Privacy
from accounts.models.user import VISIBLE_LINE, display_name
from tests.constraints import refused_by
from tests.factories.people import TopicFactory, UserFactory, experience

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
in_test = pytest.mark.django_db


# --- People -------------------------------------------------------------------------------------------------


@in_test
def test_user_email_lower_case() -> None:
    UserFactory.create(email="jordan@example.test")
    with refused_by("user_email_lower_case"):
        UserFactory.create(email="Jordan@example.test")


@in_test
def test_user_email_is_unique() -> None:
    UserFactory.create(email="jordan@example.test")
    UserFactory.create(email="jordan2@example.test")
    with refused_by("accounts_user_email_key"):
        UserFactory.create(email="jordan@example.test")


@in_test
def test_user_slug_is_unique() -> None:
    UserFactory.create(slug="jordan")
    with refused_by("accounts_user_slug_key"):
        UserFactory.create(slug="jordan", email="other@example.test")


@in_test
def test_user_has_a_name() -> None:
    UserFactory.create(display_name="J")
    with refused_by("user_has_a_name"):
        UserFactory.create(display_name="")


@in_test
def test_create_user_stores_the_address_in_lower_case_and_a_hash() -> None:
    user = User.objects.create_user(" Jordan@Example.Test ", "pass-phrase", display_name="J", slug="j")
    assert (user.email, user.is_staff, user.is_superuser) == ("jordan@example.test", False, False)
    assert user.check_password("pass-phrase")
    assert user.password != "pass-phrase"


@in_test
def test_create_user_without_a_password_lets_nobody_in() -> None:
    user = User.objects.create_user("jordan@example.test", display_name="J", slug="j")
    assert user.has_usable_password() is False


@in_test
@pytest.mark.parametrize(
    ("field", "value"), [("display_name", "a\nb"), ("display_name", ""), ("slug", "not a slug"), ("slug", "")]
)
def test_create_user_refuses_what_a_form_would_refuse(field: str, value: str) -> None:
    fields = {"display_name": "J", "slug": "j", field: value}
    with pytest.raises(ValidationError) as refused:
        User.objects.create_user("jordan@example.test", "pass-phrase", **fields)
    assert list(refused.value.message_dict) == [field]


@in_test
def test_create_superuser_may_do_everything() -> None:
    user = User.objects.create_superuser("a@example.test", "pass-phrase", display_name="J", slug="j")
    assert (user.is_staff, user.is_superuser) == (True, True)


@in_test
def test_person_is_found_by_address_whatever_its_case() -> None:
    user = UserFactory.create(email="jordan@example.test")
    assert User.objects.get_by_natural_key("JORDAN@example.test") == user


def test_person_is_called_by_the_display_name_everywhere() -> None:
    user = User(display_name="Jordan")
    assert [str(user), user.get_short_name(), display_name(user)] == ["Jordan"] * 3


@pytest.mark.parametrize(
    "name", ["Jordan", "J.", "O'Brien-Núñez", "李 小龍", "نیما", "👩‍⚕️ Dr. K", "می‌خواهم", "50% done & more!"]
)
def test_visible_line_takes_names_of_all_scripts(name: str) -> None:
    VISIBLE_LINE(name)


@pytest.mark.parametrize(
    "part",
    [*"\n\r\t\x00\x7f\x85\u2028\u2029\u200b\u200e\u200f\u202e\u2066\ufeff\u00ad\u3164\u115f\u2800\u180e<>"],
)
@pytest.mark.parametrize("shape", ["a{}b", "{}a", "a{}", "{}"])
def test_visible_line_refuses_what_nobody_can_see(part: str, shape: str) -> None:
    with pytest.raises(ValidationError):
        VISIBLE_LINE(shape.format(part))


# --- Experiences and topics ---------------------------------------------------------------------------------


@in_test
def test_experience_key_unique_in_group() -> None:
    first = experience("stage", "year_1")
    experience("road", "year_1")
    with refused_by("experience_key_unique_in_group"):
        Experience.objects.create(**{**_fields(first), "label": "Another"})


@in_test
def test_experience_weight_up_to_ten() -> None:
    experience("stage", "heavy", weight=10)
    with refused_by("experience_weight_up_to_ten"):
        experience("stage", "too_heavy", weight=11)


def _fields(term: Experience) -> dict[str, object]:
    names = [field.attname for field in Experience._meta.concrete_fields if not field.primary_key]
    return {name: getattr(term, name) for name in names}


@in_test
def test_person_experience_once() -> None:
    user, term = UserFactory.create(), experience()
    PersonExperience.objects.create(user=user, experience=term)
    PersonExperience.objects.create(user=UserFactory.create(), experience=term)
    with refused_by("person_experience_once"):
        PersonExperience.objects.create(user=user, experience=term)


@in_test
def test_terms_in_use_leave_out_retired_ones() -> None:
    term = experience("stage", "now")
    experience("stage", "before", retired_at=NOON)
    assert list(Experience.objects.in_use()) == [term]


@in_test
def test_terms_of_a_group_come_in_its_order() -> None:
    second, first = experience("stage", "b", order=2), experience("stage", "a", order=1)
    experience("road", "c")
    assert list(Experience.objects.for_group("stage")) == [first, second]


@in_test
def test_terms_public_for_learners_are_of_the_first_two_classes() -> None:
    made = {privacy: experience("stage", privacy.lower(), learner_privacy=privacy) for privacy in Privacy}
    found = set(Experience.objects.public_for_learners())
    assert found == {made[Privacy.P0], made[Privacy.P1]}


@in_test
def test_own_terms_of_a_group_come_in_its_order() -> None:
    user = UserFactory.create()
    for key, order in (("b", 2), ("a", 1)):
        PersonExperience.objects.create(user=user, experience=experience("stage", key, order=order))
    PersonExperience.objects.create(user=user, experience=experience("road", "c"))
    rows = PersonExperience.objects.for_group("stage")
    assert [row.experience.key for row in rows] == ["a", "b"]


@in_test
@pytest.mark.parametrize("privacy", Privacy)
def test_public_terms_of_a_person_leave_out_what_is_private(privacy: Privacy) -> None:
    user, term = UserFactory.create(), experience(learner_privacy=privacy)
    PersonExperience.objects.create(user=user, experience=term)
    PersonExperience.objects.create(user=UserFactory.create(), experience=term)
    is_public = privacy in {Privacy.P0, Privacy.P1}
    assert PersonExperience.objects.public_of(user) == ([term] if is_public else [])


@in_test
def test_topic_name_and_slug_are_unique() -> None:
    TopicFactory.create(name="MCAT", slug="mcat")
    with refused_by("accounts_topic_name_key"):
        TopicFactory.create(name="MCAT", slug="mcat-2")
    with refused_by("accounts_topic_slug_key"):
        TopicFactory.create(name="The MCAT", slug="mcat")


@in_test
def test_topics_come_in_order_then_by_name() -> None:
    TopicFactory.create(name="B", order=1)
    TopicFactory.create(name="A", order=1)
    TopicFactory.create(name="Z", order=0)
    assert [topic.name for topic in Topic.objects.all()] == ["Z", "A", "B"]


def test_topic_leads_to_its_questions() -> None:
    assert Topic(slug="mcat").get_absolute_url() == "/feed/?topic=mcat"


# --- Mails, tokens, the audit log ---------------------------------------------------------------------------


@in_test
def test_account_mail_words_gone_when_sent() -> None:
    AccountMail.objects.create(to="a@example.test", subject="s", text="t", html="h")
    AccountMail.objects.create(to="a@example.test", subject="s", sent_at=NOON)
    for words in ({"text": "t"}, {"html": "h"}):
        with refused_by("account_mail_words_gone_when_sent"):
            AccountMail.objects.create(to="a@example.test", subject="s", sent_at=NOON, **words)


@in_test
def test_account_mail_refused_is_not_sent_and_words_gone() -> None:
    AccountMail.objects.create(to="a@example.test", subject="s", refused_at=NOON)
    for fields in ({"text": "t"}, {"html": "h"}, {"sent_at": NOON}):
        with refused_by("account_mail_refused_is_not_sent_and_words_gone"):
            AccountMail.objects.create(to="a@example.test", subject="s", refused_at=NOON, **fields)


def test_account_mail_has_ended_when_it_was_sent_or_refused() -> None:
    mails = [AccountMail(), AccountMail(sent_at=NOON), AccountMail(refused_at=NOON)]
    assert [mail.has_ended for mail in mails] == [False, True, True]


@in_test
def test_idempotency_token_once() -> None:
    user, token = UserFactory.create(), uuid.uuid4()
    IdempotencyToken.objects.create(user=user, purpose="ask", token=token)
    IdempotencyToken.objects.create(user=user, purpose="answer", token=token)
    IdempotencyToken.objects.create(user=UserFactory.create(), purpose="ask", token=token)
    with refused_by("idempotency_token_once"):
        IdempotencyToken.objects.create(user=user, purpose="ask", token=token)


@in_test
def test_audit_entry_outlives_the_actor() -> None:
    actor = UserFactory.create()
    entry = AuditEntry.objects.create(actor=actor, action="revision.created", target="x:1")
    actor.delete()
    entry.refresh_from_db()
    assert (entry.actor, entry.action) == (None, "revision.created")


@in_test
def test_names_that_staff_read() -> None:
    token = uuid.UUID(int=0)
    term = experience("stage", "year_1")
    assert str(term.group) == "stage"
    assert str(term) == "Year 1"
    assert str(PersonExperience(user_id=3, experience_id=4)) == "3: 4"
    assert str(TopicFactory.build(name="MCAT")) == "MCAT"
    assert str(AccountMail(pk=5)) == "account mail 5"
    assert str(IdempotencyToken(purpose="ask", token=token)) == f"ask {token}"
    assert str(AuditEntry(action="revision.created", target="x:1")) == "revision.created x:1"


@in_test
@pytest.mark.parametrize(
    "birth",
    [(2000, None), (None, 6), (1899, 6), (2101, 6), (2000, 0), (2000, 13)],
)
def test_user_birth_month_and_year_stand_together_and_are_sane(birth: tuple[int | None, int | None]) -> None:
    year, month = birth
    UserFactory.create(birth_year=None, birth_month=None)
    UserFactory.create(birth_year=2000, birth_month=12)
    with refused_by("user_birth_month_and_year"):
        UserFactory.create(birth_year=year, birth_month=month)


def test_consents_and_sealed_terms_tell_nothing_private_of_themselves() -> None:
    assert str(ConsentEntry(user_id=7, subject="terms", is_given=True)) == "7 terms: yes"
    assert str(ConsentEntry(user_id=7, subject="terms", is_given=False)) == "7 terms: no"
    assert str(SensitiveExperience(pk=3, sealed=b"x", digest="y")) == "sensitive experience 3"
