"""Staff pages for editors: what readers ask at the sections of articles, and folding answers in.

They join Feed and library, so they stand here; their rights are those of editing articles, and they show
only what everybody can see.
"""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.session import person
from breakthru.lib.pagination import newest_first
from breakthru.lib.richtext import nearest_heading
from feed.forms.sections import WHOLE, FoldForm, SectionFilterForm
from feed.models import Answer, Question
from feed.services.folding import FoldError, fold_answer, is_folded, working_revision
from learner_series.admin.pages import link, staff_page, told_day
from learner_series.lifecycle import UNDERWAY
from learner_series.models import Article, Revision
from learner_series.permissions import can_edit_articles

PAGE_SIZE = 50
HEADERS = ["Article", "Section", "Questions", "Answered", "Waiting", "Last asked"]


def section_urls() -> list[URLPattern]:
    """Return the addresses of these pages, for the admin of questions."""
    view = admin.site.admin_view
    return [
        path("sections/", view(section_list), name="feed_question_sections"),
        path("sections/<int:article_id>/", view(section_detail), name="feed_question_section"),
        path("sections/<int:article_id>/fold/<int:answer_id>/", view(answer_fold), name="feed_answer_fold"),
    ]


def _editor(request: HttpRequest) -> User:
    editor = person(request)
    if not can_edit_articles(editor):
        raise PermissionDenied
    return editor


def _articles() -> QuerySet[Article]:
    """Articles with the outline that readers see, and no words."""
    return Article.objects.select_related("live").only("slug", "title", "live__outline")


# --- The sections that readers ask about most


@require_safe
def section_list(request: HttpRequest) -> HttpResponse:
    """Sections with their questions, the most asked first; of one series or article by the address."""
    _editor(request)
    form = SectionFilterForm(request.GET)
    form.is_valid()
    number = _page_number(request)
    start = (number - 1) * PAGE_SIZE
    found = list(form.apply(Question.objects.all()).by_section()[start : start + PAGE_SIZE + 1])
    rows = found[:PAGE_SIZE]
    articles = _articles().in_bulk({row["article"] for row in rows})
    return _page(
        request,
        "section_list",
        title="Asked at articles",
        form=form,
        is_chosen=any(form.cleaned_data.values()),
        table={"headers": HEADERS, "rows": [_cells(row, articles[row["article"]]) for row in rows]},
        previous_url=_page_url(request, number - 1) if number > 1 else "",
        next_url=_page_url(request, number + 1) if len(found) > PAGE_SIZE else "",
    )


def _page_number(request: HttpRequest) -> int:
    asked = request.GET.get("page", "")
    # Nobody turns so many pages; a larger number would not even fit into the query.
    return max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1


def _page_url(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


def _cells(row: Mapping[str, Any], article: Article) -> list[Any]:
    name = section_name(article, row["anchor"], row["title"])
    return [
        article.title if article.live_id else f"{article.title} (not published)",
        link(section_url(article, row["anchor"]), name),
        row["asked"],
        row["answered"],
        row["asked"] - row["answered"],
        told_day(row["last"]),
    ]


def section_url(article: Article, anchor: str) -> str:
    """Return the page of the questions that were asked from one section, '' for the whole article."""
    url = reverse("admin:feed_question_section", args=[article.pk])
    return f"{url}?{urlencode({'section': anchor})}" if anchor else url


def section_name(article: Article, anchor: str, title: str) -> str:
    """Return the heading of a section as it is now, or as it was and that it is gone."""
    if not anchor:
        return "The whole article"
    heading = article.live.heading(anchor) if article.live else None
    return heading.text if heading else f"moved: {title}"


# --- One section


@require_safe
def section_detail(request: HttpRequest, article_id: int) -> HttpResponse:
    """The questions of one section with their answers, each with the way into the article."""
    _editor(request)
    article = get_object_or_404(_articles(), pk=article_id)
    anchor = request.GET.get("section", "")
    if "\0" in anchor:
        # PostgreSQL refuses to look for it.
        raise Http404
    answers = Prefetch("answers", Answer.objects.shown().for_page(), to_attr="shown_answers")
    questions = Question.objects.asked_from(article, anchor).select_related("asker").prefetch_related(answers)
    page = newest_first(questions, field="asked_at", cursor=request.GET.get("cursor", ""), size=PAGE_SIZE)
    working = working_revision(article=article)
    return _page(
        request,
        "section_detail",
        title=section_name(article, anchor, page.items[0].section_title if page.items else anchor),
        original=article,
        working=working,
        questions=[_with_folds(question, working) for question in page.items],
        next_url=_next_url(anchor, page.next_cursor),
        list_url=reverse("admin:feed_question_sections"),
    )


def _with_folds(question: Question, working: Revision | None) -> dict[str, Any]:
    """A question and its answers, each with whether the text that editors work on has it."""
    answers: list[Answer] = question.shown_answers  # type: ignore[attr-defined]  # prefetched above
    folded = [working is not None and is_folded(answer=answer, revision=working) for answer in answers]
    return {"question": question, "answers": list(zip(answers, folded, strict=True))}


def _next_url(anchor: str, cursor: str) -> str:
    return f"?{urlencode({'section': anchor, 'cursor': cursor})}" if cursor else ""


# --- One answer into the article


@require_http_methods(["GET", "HEAD", "POST"])
def answer_fold(request: HttpRequest, article_id: int, answer_id: int) -> HttpResponse:
    """Show the answer and ask for the section; a good choice opens the draft that has it."""
    editor = _editor(request)
    article = get_object_or_404(_articles(), pk=article_id)
    answer = get_object_or_404(Answer.objects.for_folding(), pk=answer_id)
    working = working_revision(article=article)
    form = FoldForm(
        request.POST if request.method == "POST" else None,
        outline=working.headings if working else (),
        initial={"section": _place_in(working, article, answer.question)},
    )
    if form.is_valid():
        try:
            draft = fold_answer(by=editor, answer=answer, anchor=form.anchor, article=article)
        except FoldError as error:
            form.add_error(None, str(error))
        else:
            words = f"The answer is in revision {draft.number} now, a draft. Please read it over."
            messages.success(request, words)
            return HttpResponseRedirect(reverse("admin:learner_series_revision_change", args=[draft.pk]))
    return _page(
        request,
        "answer_fold",
        title="Fold an answer into the article",
        status=422 if form.errors else 200,
        original=article,
        answer=answer,
        form=form,
        goes_into=_goes_into(article, working),
        back_url=section_url(article, answer.question.anchor),
    )


def _place_in(working: Revision | None, article: Article, question: Question) -> str:
    """The choice that fits the passage of the question."""
    if working is None or question.article_id != article.pk or not question.anchor:
        return WHOLE
    old = question.revision.headings if question.revision else ()
    place = nearest_heading(old, question.anchor, working.headings)
    return place.id if place else WHOLE


def _goes_into(article: Article, working: Revision | None) -> list[str]:
    """Sentences about the revision that the answer goes into."""
    if working is None:
        return []
    if working.is_editable:
        return [f"It goes into revision {working.number}, a draft by {working.created_by.display_name}."]
    about = [f"A new draft starts from the words of revision {working.number}."]
    newer = article.revisions.filter(state__in=UNDERWAY, number__gt=working.number).without_words().first()
    if newer is not None:
        state = newer.get_state_display().lower()
        about.append(f"Revision {newer.number} is {state}: what it changes is not in that draft.")
    return about


def _page(
    request: HttpRequest, template: str, *, title: str, status: int = 200, **context: Any
) -> HttpResponse:
    # Editors may open articles, not the Feed's own lists.
    owner = admin.site.get_model_admin(Article)
    path = f"admin/feed/question/{template}.html"
    return staff_page(owner, request, path, title=title, status=status, **context)
