"""Staff pages with a frame and steps of their own: what each of them shares."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.services.cases import CaseError
from accounts.services.notifications import mark_seen
from accounts.services.sanctions import SanctionError
from accounts.services.suppressions import SuppressionError
from accounts.session import person

FORM_PAGE = "admin/accounts/form_page.html"
REFUSALS = (CaseError, SanctionError, SuppressionError)
# Unfold's classes have no types; a typed base beside them would contradict them.
_Base: Any = ModelAdmin


class PageMixin(_Base):  # type: ignore[misc]  # see _Base
    """A page that shows more than fields: what `page_context` returns is `page` in the template of unfold's
    `change_form_outer_after_template`, below them. Stands first among the bases.
    """

    class Media:
        css = {"all": ["css/admin.css"]}

    def page_context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """Return what the template needs; asked only for who may see the page."""
        return {}

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row, read once for a page: its buttons, its fields and its title ask for it."""
        kept: dict[str, Any] = vars(request)
        key = f"{self.opts.label_lower}:{object_id}:{from_field}"
        if key not in kept:
            kept[key] = super().get_object(request, object_id, from_field)
        return kept[key]

    def found(self, request: HttpRequest, object_id: str) -> Any:
        """Return the row or answer that there is none."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return row

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id) if object_id else None
        extra = dict(extra_context or {})
        if row is not None and self.has_view_permission(request, row):
            extra["page"] = self.page_context(request, row)
            _mark_seen(request)
            if not self.has_change_permission(request, row):
                # Django's own history tells of forms; of steps it says that there were none.
                extra["show_history"] = False
        response: HttpResponse = super().changeform_view(request, object_id, form_url, extra)
        return response


def _mark_seen(request: HttpRequest) -> None:
    """Count what the reader was told about this page as read."""
    reader = person(request)
    if reader.unread_count:
        mark_seen(by=reader, path=request.path, now=timezone.now())


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form was sent with, None where it is only opened."""
    return request.POST if request.method == "POST" else None


def step_page(
    owner: "ModelAdmin[Any]",
    request: HttpRequest,
    form: Form,
    step: Callable[[], object],
    *,
    back: str,
    done: str,
    **words: Any,
) -> HttpResponse:
    """Show a form; a good one takes the step and leads back. What a service refuses is said above the form.

    `words` are those of the page: title, verb (on the button), intro.
    """
    if form.is_valid():
        try:
            step()
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            owner.message_user(request, done, messages.SUCCESS)
            return HttpResponseRedirect(back)
    context = {
        **owner.admin_site.each_context(request),
        "form": form,
        "opts": owner.opts,
        "media": owner.media + form.media,
        "back_url": back,
        **words,
    }
    return TemplateResponse(request, FORM_PAGE, context, status=422 if form.errors else 200)


def change_url(row: Any) -> str:
    """Return the staff page of a row."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def told(instant: datetime | None) -> str:
    """Say an instant in the reader's zone, with its name; '' for none."""
    return "" if instant is None else date_format(timezone.localtime(instant), "F j, Y, H:i T")
