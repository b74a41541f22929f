"""Tags and filters of the site's face, built in to every template.

Drawings come from `static/img/icons.svg`, printed into the page: an external `<use>` would not take
the page's classes, and so would not follow the theme.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple
from zlib import crc32

from django import template
from django.forms import BaseForm, BoundField, CheckboxSelectMultiple
from django.forms.utils import flatatt
from django.forms.widgets import ChoiceWidget
from django.template import Context
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from breakthru.lib.care import HELP_LINES, HelpLine
from breakthru.lib.devices import device_words
from breakthru.lib.search import marked

register = template.Library()
register.filter("marked", marked)

SPRITE = Path(__file__).resolve().parents[2] / "static" / "img" / "icons.svg"
TONES = 5
_SYMBOL = re.compile(r'<symbol id="([^"]+)" viewBox="([^"]+)">(.*?)</symbol>', re.DOTALL)
_WORD = re.compile(r"\w")
# Each step: below this age, counted in this many seconds, with this word.
_STEPS = (
    (timedelta(hours=1), 60, "minute"),
    (timedelta(days=1), 3600, "hour"),
    (timedelta(days=31), 86400, "day"),
)


class UnknownDrawingError(LookupError):
    """The sprite has no symbol of this name."""


class Drawing(NamedTuple):
    """One symbol of the sprite: its `viewBox` and its inner markup."""

    view_box: str
    paths: SafeString


@cache
def drawings() -> dict[str, Drawing]:
    """Return all symbols of the sprite by id, read once at first use."""
    found = _SYMBOL.findall(SPRITE.read_text(encoding="utf-8"))
    # The sprite is our own file, not input.
    return {name: Drawing(view_box, mark_safe(paths)) for name, view_box, paths in found}  # noqa: S308


def _drawing(name: str) -> Drawing:
    try:
        return drawings()[name]
    except KeyError:
        raise UnknownDrawingError(f"static/img/icons.svg has no symbol {name!r}") from None


@register.simple_tag
def icon(name: str) -> SafeString:
    """Print the 24 px icon `i-<name>`; it is decoration, so a word or an aria-label must stand beside it.

    Raises `UnknownDrawingError` for a name that the sprite does not have.
    """
    drawing = _drawing(f"i-{name}")
    return format_html(
        '<svg class="i" viewBox="{}" aria-hidden="true">{}</svg>', drawing.view_box, drawing.paths
    )


@register.simple_tag
def symbol(name: str, css: str = "", tone: int | None = None, label: str = "") -> SafeString:
    """Print a drawing (mark, open, through, cover-a … cover-e) with classes `css` and tone 1 to 5.

    With `label` it is an image with that name, without it is decoration.
    Raises `UnknownDrawingError` for a name that the sprite does not have.
    """
    drawing = _drawing(name)
    attributes = {
        "class": css or None,
        "data-tone": tone,
        # A cover fills its frame whatever the frame's shape.
        "preserveAspectRatio": "xMidYMid slice" if name.startswith("cover-") else None,
        "role": "img" if label else None,
        "aria-label": label or None,
        "aria-hidden": None if label else "true",
        "viewBox": drawing.view_box,
    }
    given = {key: value for key, value in attributes.items() if value is not None}
    return format_html("<svg{}>{}</svg>", flatatt(given), drawing.paths)


@register.simple_tag(takes_context=True)
def is_current(context: Context, path: str) -> SafeString:
    """Print `aria-current` for a link to `path`: "page" on that page, "true" on a page below it."""
    request = context.get("request")
    here = request.path if request else ""
    if here == path:
        return mark_safe(' aria-current="page"')
    if path != "/" and here.startswith(path):
        return mark_safe(' aria-current="true"')
    return SafeString("")


@register.simple_tag
def help_lines() -> tuple[HelpLine, ...]:
    """Return where somebody in distress finds help, for `components/help_lines.html`."""
    return HELP_LINES


@register.filter
def initials(name: object) -> str:
    """Return two capital letters for an avatar: of the first and last word, or of the only one.

    Empty when the name has no letters or digits.
    """
    words = ["".join(_WORD.findall(word)) for word in str(name).replace("-", " ").split()]
    words = [word for word in words if word]
    if not words:
        return ""
    letters = words[0][:2] if len(words) == 1 else words[0][0] + words[-1][0]
    return letters.upper()


@register.filter
def tone(key: object) -> int:
    """Return a tone from 1 to 5 that is always the same for the same key (a slug, for example)."""
    return crc32(str(key).encode()) % TONES + 1


@register.filter
def ago(moment: datetime) -> str:
    """Say how long ago an aware instant was ("3 hours ago"); older than 30 days or ahead: its date."""
    age = timezone.now() - moment
    if timedelta(0) <= age < timedelta(minutes=1):
        return "just now"
    for limit, seconds, word in _STEPS:
        if timedelta(0) <= age < limit:
            count = int(age.total_seconds()) // seconds
            return f"{count} {word}{'' if count == 1 else 's'} ago"
    return date_format(timezone.localtime(moment), "F j, Y")


@register.filter
def device(user_agent: str) -> str:
    """A browser's own name as words: `{{ session.user_agent|device }}`."""
    return device_words(user_agent)


@register.filter
def lines(text: object) -> list[str]:
    """Split a text into its lines; a choice's label may carry an explanation on its second line."""
    return str(text).splitlines()


@register.filter
def nested(outline: Iterable[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
    """Group a stored outline (entries with level, id, text) into pairs of an h2 and the h3 below it.

    An h3 before the first h2 stands for itself.
    """
    groups: list[tuple[Mapping[str, Any], list[Mapping[str, Any]]]] = []
    for entry in outline:
        if entry["level"] > 2 and groups and groups[-1][0]["level"] == 2:
            groups[-1][1].append(entry)
        else:
            groups.append((entry, []))
    return groups


@register.filter
def as_road(
    articles: Iterable[Any], progress: Mapping[int, Any]
) -> list[tuple[Any, Literal["done", "next", "ahead"], Any]]:
    """Give each article its place on the reader's road and its reading progress (None without one).

    `progress` is by article id. "next" is the first one that is not read, once any of them is begun.
    """
    rows = [(article, progress.get(article.pk)) for article in articles]
    unread = [article.pk for article, row in rows if row is None or row.finished_at is None]
    is_begun = any(row is not None for _, row in rows)
    upcoming = unread[0] if unread and is_begun else None
    road: list[tuple[Any, Literal["done", "next", "ahead"], Any]] = []
    for article, row in rows:
        is_open = article.pk in unread
        road.append((article, "next" if article.pk == upcoming else "ahead" if is_open else "done", row))
    return road


@register.filter
def faulty(form: BaseForm) -> list[BoundField]:
    """Return the visible fields of a form that have errors, in the form's order."""
    return [field for field in form.visible_fields() if field.errors]


@register.filter
def look(field: BoundField) -> str:
    """Say how a choice field shows: its widget's `data-look`, or "chips" for several, "check" for one."""
    widget = field.field.widget
    default = "chips" if isinstance(widget, CheckboxSelectMultiple) else "check"
    return str(widget.attrs.get("data-look", default))


@register.filter
def choice_groups(field: BoundField) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return a choice field's options (Django's own option dicts) by group; loose options share one group ''.

    Raises `TypeError` for a field without choices.
    """
    widget = field.field.widget
    if not isinstance(widget, ChoiceWidget):
        raise TypeError(f"{field.name} has no choices")
    attrs = field.build_widget_attrs({"id": widget.attrs.get("id") or field.auto_id})
    groups: list[tuple[str, list[dict[str, Any]]]] = []
    for name, options, _index in widget.optgroups(field.html_name, widget.format_value(field.value()), attrs):
        if not name and groups and not groups[-1][0]:
            groups[-1][1].extend(options)
        else:
            groups.append((name or "", list(options)))
    return groups
