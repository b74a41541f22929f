"""Staff forms of the next steps: a rule, and the question what somebody would see."""

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.dates import MONTHS
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
)

from accounts.models import Experience
from learner_series.forms.fact import ShortText
from learner_series.models import Article, CalendarEntry, NextStep, Series
from learner_series.models.next_step import Reader
from learner_series.services.next_steps import ReaderProfile

# Which group of the vocabulary each condition asks.
GROUPS = {"stages": "education_stage", "roads": "road", "statuses": "application_status"}
MONTH_CHOICES = [("", "Any"), *MONTHS.items()]

Choices = list[tuple[str, str]]


class NextStepForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript at run time
    """A rule in words: nobody has to know keys, and no step leads nowhere."""

    stages = forms.MultipleChoiceField(required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget())
    roads = forms.MultipleChoiceField(required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget())
    statuses = forms.MultipleChoiceField(required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget())
    readers = forms.MultipleChoiceField(
        required=False, choices=Reader.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget()
    )
    from_month = forms.TypedChoiceField(
        required=False, choices=MONTH_CHOICES, coerce=int, empty_value=None, widget=UnfoldAdminSelectWidget()
    )
    until_month = forms.TypedChoiceField(
        required=False,
        choices=MONTH_CHOICES,
        coerce=int,
        empty_value=None,
        widget=UnfoldAdminSelectWidget(),
        help_text="From November until February runs over the new year.",
    )
    calendar_kind = forms.ChoiceField(
        label="Kind of calendar entry",
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text="Offered only from so many days before such an entry until it ends; its date is shown.",
    )

    class Meta:
        model = NextStep
        fields = [
            "title", "text", "link_text", "href", "stages", "roads", "statuses", "readers", "from_month",
            "until_month", "calendar_kind", "days_before", "priority", "is_active",
        ]  # fmt: skip
        widgets = {"text": ShortText()}
        help_texts = {"href": "A page of this site, such as /feed/ask/ or /learn/a-live-article/."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer_terms()
        self._offer_kinds()

    def _offer_terms(self) -> None:
        terms = Experience.objects.filter(group__in=GROUPS.values()).order_by("order")
        for name, group in GROUPS.items():
            chosen = getattr(self.instance, name)
            self.fields[name].choices = [  # type: ignore[attr-defined]  # a MultipleChoiceField
                (term.key, term.label)
                for term in terms
                if term.group_id == group and (term.retired_at is None or term.key in chosen)
            ]

    def _offer_kinds(self) -> None:
        kinds = {*CalendarEntry.objects.values_list("kind", flat=True), self.instance.calendar_kind} - {""}
        field = self.fields["calendar_kind"]
        field.choices = [("", "None"), *((kind, kind) for kind in sorted(kinds))]  # type: ignore[attr-defined]

    def clean_href(self) -> str:
        """A page that is there, for everybody whom the rule may meet."""
        href = str(self.cleaned_data["href"])
        if not _is_there(href):
            message = "There is no such page on this site, or readers cannot open it."
            raise forms.ValidationError(message, code="nowhere")
        return href

    def clean(self) -> dict[str, Any]:
        """Months come in pairs."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name, other in (("from_month", "until_month"), ("until_month", "from_month")):
            if cleaned.get(name) is None and cleaned.get(other) is not None:
                self.add_error(name, "Please choose both months, or neither.")
        return cleaned


def _is_there(href: str) -> bool:
    parts = urlsplit(href)
    if parts.netloc or not href.startswith("/") or href.startswith("//"):
        return False
    try:
        match = resolve(parts.path)
    except Resolver404:
        return False
    slug = str(match.kwargs.get("slug", ""))
    if match.view_name == "learner_series:article_detail":
        return Article.objects.published().by_slug(slug) is not None
    if match.view_name == "learner_series:series_detail":
        return Series.objects.with_articles().filter(slug=slug).exists()
    return match.namespace != "admin"


class ReaderForm(forms.Form):
    """GET form: who reads, and when. Unknown values fall back to nothing and today."""

    stage = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget())
    road = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget())
    status = forms.ChoiceField(label="Application status", required=False, widget=UnfoldAdminSelectWidget())
    reader = forms.ChoiceField(
        label="Who", required=False, choices=Reader.choices, widget=UnfoldAdminSelectWidget()
    )
    day = forms.DateField(required=False, widget=UnfoldAdminSingleDateWidget())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        terms = list(Experience.objects.in_use().filter(group__in=GROUPS.values()).order_by("order"))
        for name, group in zip(("stage", "road", "status"), GROUPS.values(), strict=True):
            rows = [(term.key, term.label) for term in terms if term.group_id == group]
            self.fields[name].choices = [("", "Not known"), *rows]  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def profile(self) -> ReaderProfile:
        """The reader that was asked for. Call `is_valid()` first."""
        known = {name: self.cleaned_data.get(name) for name in ("stage", "road", "status")}
        stages, roads, statuses = (frozenset({key} if key else ()) for key in known.values())
        kind = Reader(self.cleaned_data.get("reader") or Reader.VISITOR)
        return ReaderProfile(kind, stages, roads, statuses)

    @property
    def today(self) -> date:
        """The day that was asked for. Call `is_valid()` first."""
        return self.cleaned_data.get("day") or timezone.localdate()
