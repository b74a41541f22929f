"""Who may do what with articles."""

from accounts.models import User
from learner_series.lifecycle import EDITABLE, RevisionState
from learner_series.models import Revision

EDIT = "learner_series.change_revision"


def can_edit_articles(user: User) -> bool:
    """Say whether `user` is an editor."""
    return user.is_active and user.is_staff and user.has_perm(EDIT)


def can_edit_revision(user: User, revision: Revision) -> bool:
    """Say whether the words of `revision` may change by `user`."""
    return can_edit_articles(user) and RevisionState(revision.state) in EDITABLE


def can_approve_revision(user: User, revision: Revision) -> bool:
    """Say whether `user` may approve: an editor other than the one who wrote it."""
    return can_edit_articles(user) and revision.created_by_id != user.pk
