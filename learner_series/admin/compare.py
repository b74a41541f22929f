"""Two revisions of an article side by side."""

from dataclasses import dataclass
from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from breakthru.lib.richtext.differences import Gap, Row, compare, folded
from learner_series.admin.pages import staff_page, told_day
from learner_series.admin.sending import revision_url
from learner_series.forms.compare import CompareForm
from learner_series.models import Article, Revision

COMPARE_PAGE = "admin/learner_series/article/compare.html"
# How many revisions can be chosen from.
OFFERED = 200
# What happened to a block, told in words: a color alone tells nothing to many.
KINDS = {"same": "", "changed": "Changed", "added": "Added", "removed": "Removed"}


@dataclass(frozen=True)
class Line:
    """One line of the page: two blocks beside each other, or how many equal ones are left out."""

    kind: str
    word: str
    left: SafeString
    right: SafeString
    gap: int = 0


@dataclass(frozen=True)
class Part:
    """One part of a revision in both states."""

    title: str
    lines: list[Line]
    is_same: bool


def compare_page(owner: "ModelAdmin[Any]", request: HttpRequest, article: Article) -> HttpResponse:
    """Show what changed from one revision to another; equal runs are folded unless `all` is asked for."""
    revisions = list(article.revisions.without_words().select_related("created_by")[:OFFERED])
    context: dict[str, Any] = {
        "article_url": reverse("admin:learner_series_article_change", args=[article.pk])
    }
    if len(revisions) > 1:
        form = CompareForm(request.GET, revisions=revisions)
        shows_all = "all" in request.GET
        context |= {
            "form": form,
            "columns": [_column(form.older), _column(form.newer)],
            "parts": _parts(article, form.older, form.newer, shows_all=shows_all),
            "shows_all": shows_all,
            "pair": f"old={form.older.number}&new={form.newer.number}",
        }
    title = f"Compare revisions of “{article.title}”"
    return staff_page(owner, request, COMPARE_PAGE, title=title, **context)


def _column(revision: Revision) -> dict[str, str]:
    return {
        "url": revision_url(revision),
        "name": f"Revision {revision.number}",
        "about": f"{revision.get_state_display()}, by {revision.created_by.display_name},"
        f" {told_day(revision.created_at)}",
    }


def _parts(article: Article, old: Revision, new: Revision, *, shows_all: bool) -> list[Part]:
    rows = article.revisions.filter(pk__in=[old.pk, new.pk])
    words = {row.pk: row for row in rows.defer("text", "open_html", "open_text", "import_report")}
    left, right = words[old.pk], words[new.pk]
    pairs = [
        ("Title", _paragraphs(left.title), _paragraphs(right.title)),
        ("Summary", _paragraphs(left.summary), _paragraphs(right.summary)),
        ("For Premium members", _paragraphs(*_gate(left)), _paragraphs(*_gate(right))),
        ("Text", left.html, right.html),
    ]
    return [_part(title, *pair, shows_all=shows_all) for title, *pair in pairs]


def _part(title: str, old: str, new: str, *, shows_all: bool) -> Part:
    rows = compare(old, new)
    lines = [_line(row) for row in (rows if shows_all else folded(rows))]
    return Part(title, lines, all(row.kind == "same" for row in rows))


def _line(row: Row | Gap) -> Line:
    if isinstance(row, Gap):
        return Line("gap", "", SafeString(), SafeString(), row.count)
    # Cleaned at write, and written anew by breakthru.lib.richtext.
    return Line(row.kind, KINDS[row.kind], mark_safe(row.left), mark_safe(row.right))  # noqa: S308


def _paragraphs(*lines: str) -> str:
    return "".join(format_html("<p>{}</p>", line) for line in lines if line)


def _gate(revision: Revision) -> list[str]:
    if revision.is_premium:
        return ["The whole article"]
    titles = {heading.id: heading.text for heading in revision.headings}
    return [titles[anchor] for anchor in revision.premium_sections] or ["Nothing"]
