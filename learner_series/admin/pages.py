"""Staff pages that unfold has no form for: what each of them shares."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.admin import ModelAdmin
from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString

from learner_series.forms.schedule import EASTERN

FORM_PAGE = "admin/learner_series/form_page.html"


def staff_page(
    owner: "ModelAdmin[Any]",
    request: HttpRequest,
    template: str,
    *,
    title: str,
    status: int = 200,
    **context: Any,
) -> TemplateResponse:
    """Return a page of `owner` in the frame of the staff pages."""
    frame = {
        **owner.admin_site.each_context(request),
        "title": title,
        "opts": owner.opts,
        "media": owner.media,
    }
    return TemplateResponse(request, template, frame | context, status=status)


def form_page(
    owner: "ModelAdmin[Any]",
    request: HttpRequest,
    form: BaseForm,
    *,
    title: str,
    verb: str,
    back: str,
    **more: Any,
) -> TemplateResponse:
    """Return a page with one form: `verb` is the word on its button, `back` where Cancel leads."""
    return staff_page(
        owner,
        request,
        FORM_PAGE,
        title=title,
        status=422 if form.errors else 200,
        form=form,
        verb=verb,
        back_url=back,
        media=owner.media + form.media,
        **more,
    )


def link(url: str, words: object) -> SafeString:
    """Return a link for a staff page."""
    return format_html('<a href="{}" class="bt-link">{}</a>', url, words)


def told_once(row: Model, name: str, tell: Callable[[], str]) -> str:
    """Return what `tell` says of a row, kept on it: unfold asks for a value several times on one page."""
    kept: dict[str, Any] = vars(row)
    if name not in kept:
        kept[name] = tell()
    words: str = kept[name]
    return words


def told(instant: datetime) -> str:
    """Say an instant as staff read it: in Eastern Time, with the hour in UTC."""
    eastern = format_date(instant.astimezone(ZoneInfo(EASTERN)), "F j, Y, P")
    return f"{eastern} Eastern Time ({format_date(instant.astimezone(ZoneInfo('UTC')), 'H:i')} UTC)"


def told_day(instant: datetime) -> str:
    """Say the day of an instant, in UTC."""
    return format_date(instant, "F j, Y")
