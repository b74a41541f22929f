"""Staff keep the verification of mentors true."""

from datetime import date

from django.db import transaction

from accounts.models import User
from accounts.models.audit import LONGEST_REASON
from accounts.permissions import is_adult
from accounts.services.audit import record_action
from mentors.models import MentorProfile
from mentors.models.profile import Verification
from mentors.permissions import can_change_verification


class VerificationError(ValueError):
    """The change does not fit: no reason or too long a one, or an end in the past."""


@transaction.atomic
def change_verification(
    *,
    by: User,
    profile: MentorProfile,
    verification: Verification,
    until: date | None,
    reason: str,
    today: date,
) -> None:
    """Set whether a mentor counts as verified and until when, with a reason for the audit log.

    Raises VerificationError when the reason is missing or too long, when a verification would already be over
    or be given to somebody under 18.
    """
    if not can_change_verification(by, profile):
        message = "Somebody else on the team has to decide this one."
        raise VerificationError(message)
    if not reason.strip():
        message = "Please give a reason; the mentor may ask for it."
        raise VerificationError(message)
    if len(reason) > LONGEST_REASON:
        message = f"Please give the reason in {LONGEST_REASON} characters."
        raise VerificationError(message)
    if verification == Verification.VERIFIED and (until is None or until < today):
        message = "A verification needs an end that lies ahead."
        raise VerificationError(message)
    locked = MentorProfile.objects.select_for_update().select_related("user").get(pk=profile.pk)
    if verification == Verification.VERIFIED and not is_adult(locked.user, today):
        message = "Mentors are 18 or older, and this account does not say so."
        raise VerificationError(message)
    locked.verification = verification
    if until is not None:
        locked.verified_until = until
    locked.save(update_fields=["verification", "verified_until"])
    record_action(by=by, action=f"mentor.{verification}", target=locked, reason=reason)
