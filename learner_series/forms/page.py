"""Staff form of a plain page."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from breakthru.lib.richtext import ARTICLE, RichTextError, clean, fact_keys
from learner_series.forms.revision import ArticleEditorWidget
from learner_series.models import PlainPage

STALE = (
    "Somebody changed this page after you had opened it. Your words are still here: copy them,"
    " open the page anew, and look at theirs first."
)


class PlainPageForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript at run time
    """The words of a page. `opened` tells which version the editor saw, so that nobody overwrites another."""

    note = forms.CharField(
        label="What changed",
        max_length=200,
        required=False,
        help_text="For staff; it stands in the history.",
        widget=UnfoldAdminTextInputWidget(),
    )
    opened = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = PlainPage
        fields = ["title", "summary", "html"]
        widgets = {"html": ArticleEditorWidget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opened"].initial = self.instance.version

    def clean_html(self) -> str:
        """Refuse what cannot be cleaned, with the reason; facts with a day of check belong to articles."""
        try:
            cleaned = clean(str(self.cleaned_data["html"]), ARTICLE)
        except RichTextError as error:
            raise forms.ValidationError(str(error), code="invalid") from error
        if fact_keys(cleaned.html):
            message = "Fact cards show in articles only. Please write the sentence itself."
            raise forms.ValidationError(message, code="fact")
        if not cleaned.text:
            message = "Please write a few sentences."
            raise forms.ValidationError(message, code="required")
        return cleaned.html

    def clean(self) -> dict[str, Any]:
        """Say so when the page was changed meanwhile."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("opened") != self.instance.version:
            self.add_error(None, STALE)
        return cleaned
