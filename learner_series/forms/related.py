"""Staff form of one article that stands behind another by choice."""

from django import forms

from learner_series.models import Article, RelatedArticle


class CuratedForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript at run time
    """Which article, and where in the row."""

    class Meta:
        model = RelatedArticle
        fields = ["other", "place"]
        labels = {"other": "Article"}

    def clean_other(self) -> Article:
        """Nobody reads the same article next."""
        other: Article = self.cleaned_data["other"]
        if other.pk == self.instance.article_id:
            message = "This is the article itself. Please choose another one."
            raise forms.ValidationError(message, code="itself")
        return other

    def validate_constraints(self) -> None:
        """Let a computed link be chosen; two rows for one article are told by the whole of the rows."""
