"""What editors do with several articles or cards at once."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.session import person
from learner_series.admin.pages import form_page
from learner_series.forms.article import TopicForm
from learner_series.models import Article, FactCard
from learner_series.services.arranging import add_topic, remove_topic
from learner_series.services.editorial import EditorialError
from learner_series.services.facts import confirm_articles, confirm_cards

# How many names the page lists before it counts.
NAMED = 20


@admin.action(description="Facts checked today", permissions=["change"])
def articles_checked(owner: "ModelAdmin[Article]", request: HttpRequest, articles: QuerySet[Article]) -> None:
    """Say it of all that are chosen."""
    _check(owner, request, confirm_articles, articles.values_list("pk", flat=True))


@admin.action(description="Checked today", permissions=["change"])
def cards_checked(owner: "ModelAdmin[FactCard]", request: HttpRequest, cards: QuerySet[FactCard]) -> None:
    """Say it of all that are chosen."""
    _check(owner, request, confirm_cards, cards.values_list("pk", flat=True))


def _check(
    owner: "ModelAdmin[Any]", request: HttpRequest, confirm: Callable[..., int], ids: Iterable[int]
) -> None:
    work = partial(confirm, by=person(request), ids=list(ids), today=timezone.localdate())
    _tell(owner, request, "checked", work)


@admin.action(description="Add a topic", permissions=["change"])
def topic_added(
    owner: "ModelAdmin[Article]", request: HttpRequest, articles: QuerySet[Article]
) -> HttpResponse | None:
    """Ask for the topic, then give it to all that are chosen."""
    return _with_topic(owner, request, articles, "Add")


@admin.action(description="Remove a topic", permissions=["change"])
def topic_removed(
    owner: "ModelAdmin[Article]", request: HttpRequest, articles: QuerySet[Article]
) -> HttpResponse | None:
    """Ask for the topic, then take it from all that are chosen."""
    return _with_topic(owner, request, articles, "Remove")


def _with_topic(
    owner: "ModelAdmin[Article]", request: HttpRequest, articles: QuerySet[Article], verb: str
) -> HttpResponse | None:
    form = TopicForm(request.POST if "chosen" in request.POST else None)
    rows = list(articles.values_list("pk", "title"))
    if form.is_valid():
        change = add_topic if verb == "Add" else remove_topic
        topic = form.cleaned_data["topic"]
        work = partial(change, by=person(request), ids=[pk for pk, _ in rows], topic=topic)
        _tell(owner, request, "changed", work)
        return None
    return form_page(
        owner,
        request,
        form,
        title=f"{verb} a topic",
        verb=verb,
        back=request.get_full_path(),
        names=[title for _, title in rows[:NAMED]],
        more_names=max(0, len(rows) - NAMED),
        kept=_choice_of(request),
    )


def _choice_of(request: HttpRequest) -> list[tuple[str, str]]:
    """What the list posted, to be posted again with the topic."""
    names = ("action", "select_across", "index", ACTION_CHECKBOX_NAME)
    return [("chosen", "1"), *((name, value) for name in names for value in request.POST.getlist(name))]


def _tell(owner: "ModelAdmin[Any]", request: HttpRequest, verb: str, work: Callable[[], int]) -> None:
    try:
        count = work()
    except EditorialError as error:
        owner.message_user(request, str(error), messages.ERROR)
        return
    name = owner.opts.verbose_name if count == 1 else owner.opts.verbose_name_plural
    owner.message_user(request, f"{count} {name} {verb}.", messages.SUCCESS)
