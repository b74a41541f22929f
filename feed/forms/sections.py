"""The staff forms of the sections that readers asked about."""

from collections.abc import Sequence
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from breakthru.lib.richtext import Heading
from feed.models import Question
from feed.models.question import QuestionQuerySet
from learner_series.models import Article, Series

# Stands for the whole text in the choice of a section; no heading can have this id.
WHOLE = "*"


class SectionFilterForm(forms.Form):
    """GET form: of one series or one article. Unknown values fall back to everything."""

    series = forms.ModelChoiceField(
        queryset=Series.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label="All series",
        widget=UnfoldAdminSelectWidget(),
    )
    article = forms.ModelChoiceField(
        queryset=Article.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label="All articles",
        widget=UnfoldAdminSelectWidget(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["article"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Article.objects.only("slug", "title").filter(
            pk__in=Question.objects.shown().values("article")
        )

    def apply(self, questions: QuestionQuerySet) -> QuestionQuerySet:
        """Return the questions that fit; call `is_valid()` first."""
        if series := self.cleaned_data.get("series"):
            questions = questions.filter(article__series=series)
        if article := self.cleaned_data.get("article"):
            questions = questions.filter(article=article)
        return questions


class FoldForm(forms.Form):
    """Where in the text an answer goes. `outline` is that of the revision it goes into."""

    section = forms.ChoiceField(
        help_text="The answer stands at the end of this section, before the next heading.",
        widget=UnfoldAdminSelectWidget(),
        error_messages={
            "required": "Please choose a section.",
            "invalid_choice": "The text has no such section any more. Please choose another.",
        },
    )

    def __init__(self, *args: Any, outline: Sequence[Heading], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["section"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            *((heading.id, "\u2003" * (heading.level - 2) + heading.text) for heading in outline),
            (WHOLE, "The end of the text"),
        ]

    @property
    def anchor(self) -> str:
        """The chosen section, of a valid form; '' for the end of the text."""
        chosen: str = self.cleaned_data["section"]
        return "" if chosen == WHOLE else chosen
