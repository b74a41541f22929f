"""Staff form of an article: where it stands, how it looks, how long it holds; its words are revisions'."""

from collections.abc import Iterator
from datetime import UTC, date
from itertools import groupby
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.forms.models import ModelChoiceIterator
from django.utils import timezone
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from accounts.models import Experience, Topic
from learner_series.models import Article
from learner_series.models.article import RESERVED_SLUGS
from learner_series.services.front_matter import AUDIENCE


class GroupedTerms(ModelChoiceIterator):  # type: ignore[type-arg]  # no subscript at run time
    """The terms under the names of their groups."""

    def __iter__(self) -> Iterator[Any]:
        for group, terms in groupby(self.queryset.select_related("group"), key=lambda term: term.group):
            yield group.label, [self.choice(term) for term in terms]


class AudienceField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # no subscript at run time
    """Stages and roads that a page may speak of."""

    iterator = GroupedTerms


class ArticleForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript at run time
    """The rules of the database and of the calendar, told beside their fields."""

    audience = AudienceField(
        queryset=Experience.objects.none(),
        required=False,
        help_text="Stages and roads it is written for; none when it is for everybody.",
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )

    class Meta:
        model = Article
        fields = [
            "title", "summary", "slug", "series", "position", "topics", "audience", "cover", "tone",
            "reviewer", "checked_on", "review_on", "expires_on",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["audience"].queryset = _terms_for(self.instance)  # type: ignore[attr-defined]

    def clean_slug(self) -> str:
        """Addresses are in lower case, and some belong to other pages."""
        slug = str(self.cleaned_data["slug"]).lower()
        if slug in RESERVED_SLUGS:
            raise forms.ValidationError("This address belongs to another page of the site.", code="reserved")
        return slug

    def clean_expires_on(self) -> date | None:
        """A live text does not vanish by a slip of the keyboard."""
        last: date | None = self.cleaned_data["expires_on"]
        # In UTC, as the clock that retires articles counts.
        today = timezone.localdate(timezone=UTC)
        if last is not None and self.instance.live_id is not None and last <= today:
            message = (
                "Readers would lose this article at once. To take it away now, retire its live revision."
            )
            raise forms.ValidationError(message, code="past")
        return last

    def clean(self) -> dict[str, Any]:
        """One article for each place of a series; the next check comes after the last."""
        cleaned: dict[str, Any] = super().clean() or {}
        self._check_place(cleaned.get("series"), cleaned.get("position"))
        checked, due = cleaned.get("checked_on"), cleaned.get("review_on")
        if checked is not None and due is not None and due <= checked:
            self.add_error("review_on", "The next check comes after the day on which the facts were checked.")
        return cleaned

    def _check_place(self, series: Any, position: int | None) -> None:
        if series is None or position is None:
            return
        other = Article.objects.filter(series=series, position=position).exclude(pk=self.instance.pk).first()
        if other is not None:
            free = Article.objects.next_position(series)
            self.add_error("position", f"“{other.title}” stands here. The next free place is {free}.")


def _terms_for(article: Article) -> QuerySet[Experience]:
    """Return what may be chosen, and what was chosen before it was retired."""
    offered = Experience.objects.filter(group__in=AUDIENCE).in_use().public_for_learners()
    if article.pk is None:
        return offered
    chosen = Article.audience.through.objects.filter(article=article).values("experience")
    return Experience.objects.filter(Q(pk__in=offered.values("pk")) | Q(pk__in=chosen))


class TopicForm(forms.Form):
    """Which topic several articles get or lose."""

    topic = forms.ModelChoiceField(
        queryset=Topic.objects.all(),
        empty_label="Choose a topic",
        widget=UnfoldAdminSelectWidget(),
        error_messages={"required": "Please choose a topic."},
    )
