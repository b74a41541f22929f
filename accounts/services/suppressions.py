"""Staff let mail go to an address again."""

from django.db import transaction

from accounts.models import Suppression, User
from accounts.services.audit import record_action


class SuppressionError(ValueError):
    """It can't be lifted; the text says why, for staff."""


@transaction.atomic
def lift_as_staff(*, by: User, suppression: Suppression) -> None:
    """Forget that mail to this address came back or was called spam. Raises SuppressionError."""
    if not by.has_perm("accounts.delete_suppression"):
        message = "Somebody else on the team has to decide this one."
        raise SuppressionError(message)
    locked = Suppression.objects.select_for_update().filter(pk=suppression.pk).first()
    if locked is None:
        message = "Mail goes to this address already."
        raise SuppressionError(message)
    # The log keeps the number alone: an address is private.
    record_action(by=by, action="suppression.lifted", target=locked)
    locked.delete()
