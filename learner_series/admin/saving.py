"""What an editor hears when a draft is not saved quite as it was typed."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from learner_series.admin.pages import link, told
from learner_series.models import Revision
from learner_series.services.conflicts import last_edit
from learner_series.services.editorial import EditorialError, StaleRevisionError

NO_PICTURE = (
    "A picture was left out: its address is not of this site."
    " Pictures come along when a document is imported."
)


def loses_picture(typed: str, kept: str) -> bool:
    """Say whether fewer pictures were kept than typed; the editor writes its tags in lower case."""
    return kept.count("<img ") < typed.count("<img ")


def too_late(by: User, revision: Revision, draft: Revision, error: EditorialError) -> SafeString:
    """Say who was faster, where the words are now, and where both stand side by side."""
    reason = f"Revision {revision.number} stopped being a draft after you had opened it."
    if isinstance(error, StaleRevisionError):
        entry = last_edit(revision=revision)
        who = "Somebody" if entry is None or entry.actor is None else entry.actor.display_name
        who = "You, in another window," if entry is not None and entry.actor_id == by.pk else who
        when = "" if entry is None else f" on {told(entry.at)},"
        reason = f"{who} saved revision {revision.number}{when} after you had opened it."
    address = reverse("admin:learner_series_article_compare", args=[revision.article_id])
    both = link(f"{address}?old={revision.number}&new={draft.number}", "Compare the two")
    return format_html(
        "{} Nothing is lost: your words are a draft of their own now, revision {}. {}",
        reason,
        draft.number,
        both,
    )
