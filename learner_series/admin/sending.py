"""Pages of a revision on its way: the hour of its publication, and the link that shows it before."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from accounts.session import person
from learner_series.admin.pages import form_page, staff_page, told
from learner_series.forms.schedule import ScheduleForm
from learner_series.lifecycle import RevisionState
from learner_series.models import Revision
from learner_series.services.editorial import EditorialError, StaleRevisionError
from learner_series.services.previews import LIFE, make_preview
from learner_series.services.publishing import move

PREVIEW_PAGE = "admin/learner_series/revision/preview_link.html"
TWICE = "That hour comes twice on that day, because the clocks change; the first one is taken."


def revision_url(revision: Revision) -> str:
    """Return the staff page of a revision."""
    return reverse("admin:learner_series_revision_change", args=[revision.pk])


def open_draft(owner: "ModelAdmin[Any]", request: HttpRequest, draft: Revision) -> HttpResponse:
    """Say that there is a new draft, and open its page."""
    owner.message_user(request, f"Revision {draft.number} is a draft now.", messages.SUCCESS)
    if draft.import_report:
        owner.message_user(request, "Something in it needs your eyes; see its report.", messages.WARNING)
    return HttpResponseRedirect(revision_url(draft))


def schedule_page(owner: "ModelAdmin[Any]", request: HttpRequest, revision: Revision) -> HttpResponse:
    """Show the form; a good one schedules what the editor saw."""
    now = timezone.now()
    start = {"version": revision.version}
    form = ScheduleForm(request.POST or None, initial=start, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            move(
                by=person(request),
                revision=revision,
                target=RevisionState.SCHEDULED,
                now=now,
                version=form.cleaned_data["version"],
                at=form.at,
            )
        except StaleRevisionError as error:
            owner.message_user(request, f"{error} Please read it again.", messages.ERROR)
            return HttpResponseRedirect(revision_url(revision))
        except EditorialError as error:
            form.add_error(None, str(error))
        else:
            _tell(owner, request, revision, form)
            return HttpResponseRedirect(revision_url(revision))
    return form_page(
        owner,
        request,
        form,
        title=f"When does “{revision.title}” go to readers?",
        verb="Schedule",
        back=revision_url(revision),
        intro="Readers keep the live text until then. You can take the hour back at any time before.",
    )


def _tell(owner: "ModelAdmin[Any]", request: HttpRequest, revision: Revision, form: ScheduleForm) -> None:
    words = f"Revision {revision.number} goes to readers on {told(form.at)}."
    if form.is_twice:
        words = f"{words} {TWICE}"
    owner.message_user(request, words, messages.SUCCESS)


def preview_page(owner: "ModelAdmin[Any]", request: HttpRequest, revision: Revision) -> HttpResponse:
    """Show a link to the revision as readers would see it."""
    try:
        token = make_preview(by=person(request), revision=revision)
    except EditorialError as error:
        owner.message_user(request, str(error), messages.ERROR)
        return HttpResponseRedirect(revision_url(revision))
    return staff_page(
        owner,
        request,
        PREVIEW_PAGE,
        title=f"Preview of “{revision.title}”",
        preview_url=settings.SITE_URL + reverse("learner_series:preview_detail", args=[token]),
        until=told(timezone.now() + LIFE),
        is_gated=revision.is_gated,
        back_url=revision_url(revision),
    )
