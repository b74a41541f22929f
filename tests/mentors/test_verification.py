"""Staff keep the verification of mentors true."""

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import AuditEntry
from accounts.models.audit import LONGEST_REASON
from mentors.models import MentorProfile
from mentors.models.profile import Verification
from mentors.services.verification import VerificationError, change_verification
from tests.factories.people import MentorFactory, staff

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
NEXT_JULY = date(2027, 7, 1)


def changed(mentor: MentorProfile, verification: Verification, **fields: Any) -> MentorProfile:
    complete = {"until": NEXT_JULY, "reason": "Letter of the school.", "today": TODAY, **fields}
    change_verification(by=staff("coordinator"), profile=mentor, verification=verification, **complete)
    return MentorProfile.objects.get(pk=mentor.pk)


@pytest.fixture
def expired() -> MentorProfile:
    """A mentor whose year is over."""
    mentor: MentorProfile = MentorFactory.create(
        verification=Verification.EXPIRED, verified_until=TODAY - timedelta(days=9)
    )
    return mentor


def test_verification_is_renewed_until_a_day(expired: MentorProfile) -> None:
    mentor = changed(expired, Verification.VERIFIED)
    assert (mentor.verification, mentor.verified_until) == (Verification.VERIFIED, NEXT_JULY)


def test_verification_may_end_today(expired: MentorProfile) -> None:
    assert changed(expired, Verification.VERIFIED, until=TODAY).is_verified_on(TODAY)


@pytest.mark.parametrize("verification", [Verification.EXPIRED, Verification.SUSPENDED, Verification.ENDED])
def test_verification_is_taken_away_and_its_end_kept_on_file(verification: Verification) -> None:
    mentor = MentorFactory.create(verified_until=NEXT_JULY)
    after = changed(mentor, verification, until=None)
    assert (after.verification, after.verified_until) == (verification, NEXT_JULY)


@pytest.mark.parametrize("birth_year", [None, 2010])
def test_nobody_under_18_or_of_unknown_age_is_verified(
    expired: MentorProfile, birth_year: int | None
) -> None:
    expired.user.birth_year, expired.user.birth_month = birth_year, birth_year and 1
    expired.user.save()
    with pytest.raises(VerificationError, match="18 or older"):
        changed(expired, Verification.VERIFIED)
    assert changed(expired, Verification.SUSPENDED).verification == Verification.SUSPENDED


def test_change_is_in_the_audit_log(expired: MentorProfile) -> None:
    changed(expired, Verification.SUSPENDED)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target, entry.reason) == (
        "mentor.suspended",
        f"mentors.mentorprofile:{expired.pk}",
        "Letter of the school.",
    )
    assert entry.actor is not None
    assert entry.actor.groups.get().name == "coordinator"


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"reason": ""}, "give a reason"),
    ({"reason": " \n "}, "give a reason"),
    ({"reason": "x" * (LONGEST_REASON + 1)}, "in 300 characters"),
    ({"until": None}, "an end that lies ahead"),
    ({"until": TODAY - timedelta(days=1)}, "an end that lies ahead"),
]


@pytest.mark.parametrize(("fields", "text"), REFUSED)
def test_change_that_does_not_fit_changes_nothing(
    fields: dict[str, Any], text: str, expired: MentorProfile
) -> None:
    with pytest.raises(VerificationError, match=text):
        changed(expired, Verification.VERIFIED, **fields)
    expired.refresh_from_db()
    assert (expired.verification, AuditEntry.objects.count()) == (Verification.EXPIRED, 0)


def test_longest_reason_fits(expired: MentorProfile) -> None:
    changed(expired, Verification.VERIFIED, reason="x" * LONGEST_REASON)
    assert len(AuditEntry.objects.get().reason) == LONGEST_REASON


def test_nobody_decides_about_their_own_verification(expired: MentorProfile) -> None:
    own = MentorFactory.create(user=staff("coordinator"), verification=Verification.EXPIRED)
    with pytest.raises(VerificationError, match="Somebody else"):
        change_verification(
            by=own.user,
            profile=own,
            verification=Verification.VERIFIED,
            until=NEXT_JULY,
            reason="Me.",
            today=TODAY,
        )
    assert MentorProfile.objects.get(pk=own.pk).verification == Verification.EXPIRED


@pytest.mark.parametrize("group", ["editor", "moderator"])
def test_only_coordinators_decide(expired: MentorProfile, group: str) -> None:
    with pytest.raises(VerificationError, match="Somebody else"):
        change_verification(
            by=staff(group),
            profile=expired,
            verification=Verification.VERIFIED,
            until=NEXT_JULY,
            reason="A letter.",
            today=TODAY,
        )
