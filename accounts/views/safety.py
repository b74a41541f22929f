"""Report something, see what became of it, and where one stands oneself."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms.safety import AddWordsForm, AppealForm, ReportForm
from accounts.lifecycle import CaseState
from accounts.models import Report, Sanction, User
from accounts.models.safety import SERIOUS, CaseOutcome
from accounts.pages.standing import standing_row, standing_rows
from accounts.registries.safety import Reported, reportable_of
from accounts.services.case_notices import OUTCOMES
from accounts.services.notifications import mark_seen
from accounts.services.reports import (
    NEVER_LIMITED,
    NothingThereError,
    ReportedAlreadyError,
    ReportError,
    add_words,
    find_reported,
    report,
    unfinished_report,
)
from accounts.services.sanctions import SanctionError, appeal
from accounts.session import person
from breakthru.lib.http import unprocessable
from breakthru.lib.pagination import newest_first

PAGE_SIZE = 20


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_create(request: HttpRequest) -> HttpResponse:
    """Show the form for what `?type=` and `?id=` name, or take the report and go to its page."""
    user, kind, target = person(request), request.GET.get("type", ""), request.GET.get("id", "")
    try:
        reported = find_reported(by=user, kind=kind, target_id=target)
    except NothingThereError as error:
        raise Http404 from error
    if reported.about == user.pk:
        messages.info(request, "This is yours. To have it changed or removed, please write to us.")
        return redirect(reported.path or "dashboard")
    if request.method == "POST":
        return _take(ReportForm(request.POST), request, user, kind, reported, target)
    former = unfinished_report(by=user, kind=kind, reported=reported)
    if former is not None:
        messages.info(request, "You reported this already, and it is with us. You can add something below.")
        return redirect("accounts:report_detail", pk=former.pk)
    return _form_page(ReportForm(), request, kind, reported)


def _take(
    form: ReportForm, request: HttpRequest, user: User, kind: str, reported: Reported, target: str
) -> HttpResponse:
    if form.is_valid():
        data, now = form.cleaned_data, timezone.now()
        try:
            made = report(
                by=user,
                token=data["token"],
                kind=kind,
                target_id=target,
                reason=data["reason"],
                text=data["text"],
                now=now,
            )
        except ReportedAlreadyError as error:
            # What was typed here goes into the form for more words, so that nothing is lost.
            messages.info(request, "You reported this already, and it is with us. You can add this to it.")
            typed = {"text": data["text"], "is_urgent": data["reason"] in NEVER_LIMITED}
            return unprocessable(_detail(error.report, request, AddWordsForm(initial=typed), now))
        except ReportError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Thank you. We have it, and nobody learns from us that it was you.")
            return redirect("accounts:report_detail", pk=made.pk)
    return unprocessable(_form_page(form, request, kind, reported))


def _form_page(form: ReportForm, request: HttpRequest, kind: str, reported: Reported) -> HttpResponse:
    reportable = reportable_of(kind)
    context = {"form": form, "reported": reported, "label": reportable.label if reportable else ""}
    return render(request, "accounts/report.html", context)


@never_cache
@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    """What the person who is signed in reported, newest first."""
    mine = Report.objects.made_by(person(request))
    page = newest_first(mine, field="reported_at", cursor=request.GET.get("cursor", ""), size=PAGE_SIZE)
    return render(request, "accounts/report_list.html", {"page": page, "states": CaseState})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """How far one's own report is; more words can be added until it is decided."""
    user, now = person(request), timezone.now()
    mine = get_object_or_404(Report.objects.made_by(user), pk=pk)
    if request.method != "POST":
        if user.unread_count:
            mark_seen(by=user, path=request.path, now=now)
        return _detail(mine, request, AddWordsForm(), now)
    form = AddWordsForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            add_words(by=user, report=mine, text=data["text"], is_urgent=data["is_urgent"], now=now)
        except ReportError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Thank you. It stands with your report now.")
            return redirect("accounts:report_detail", pk=pk)
    return unprocessable(_detail(mine, request, form, now))


def _detail(mine: Report, request: HttpRequest, form: AddWordsForm, now: datetime) -> HttpResponse:
    case = mine.case
    reportable = reportable_of(case.target_kind)
    is_decided = case.state == CaseState.CLOSED
    context = {
        "report": mine,
        "case": case,
        "reported": reportable.find(case.target_id, person(request).pk) if reportable else None,
        "form": form,
        "is_decided": is_decided,
        "is_taken": case.state == CaseState.ASSIGNED,
        "is_late": not is_decided and case.due_at <= now,
        "is_serious": mine.reason in SERIOUS,
        "outcome": OUTCOMES[CaseOutcome(case.outcome)] if is_decided else "",
    }
    return render(request, "accounts/report_detail.html", context)


@never_cache
@require_safe
def standing(request: HttpRequest) -> HttpResponse:
    """What staff decided about the person who is signed in, and how to appeal."""
    user, now = person(request), timezone.now()
    if user.unread_count:
        mark_seen(by=user, path=request.path, now=now)
    return render(request, "accounts/standing.html", {"rows": standing_rows(user, now)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def appeal_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for another look at a decision about oneself; once for each."""
    user, now = person(request), timezone.now()
    sanction = get_object_or_404(Sanction.objects.of(user).select_related("user"), pk=pk)
    if not sanction.can_be_appealed:
        messages.info(request, "We have your appeal already, or this was taken back.")
        return redirect("accounts:standing")
    form = AppealForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            appeal(by=user, sanction=sanction, text=form.cleaned_data["text"], now=now)
        except SanctionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, "We have your appeal. Somebody who did not decide reads it, and answers."
            )
            return redirect("accounts:standing")
    response = render(request, "accounts/appeal.html", {"form": form, "row": standing_row(sanction, now)})
    return unprocessable(response) if form.is_bound else response
