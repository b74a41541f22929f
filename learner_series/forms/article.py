"""Staff form of an article: where it stands and how it looks; its words are in revisions."""

from typing import Any

from django import forms

from learner_series.models import Article
from learner_series.models.article import RESERVED_SLUGS


class ArticleForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript at run time
    """The rules of the database, told beside their fields."""

    class Meta:
        model = Article
        fields = ["title", "summary", "slug", "series", "position", "topics", "cover", "tone", "checked_on"]

    def clean_slug(self) -> str:
        """Addresses are in lower case, and some belong to other pages."""
        slug = str(self.cleaned_data["slug"]).lower()
        if slug in RESERVED_SLUGS:
            raise forms.ValidationError("This address belongs to another page of the site.", code="reserved")
        return slug

    def clean(self) -> dict[str, Any]:
        """One article for each place of a series."""
        cleaned: dict[str, Any] = super().clean() or {}
        series, position = cleaned.get("series"), cleaned.get("position")
        if series is None or position is None:
            return cleaned
        other = Article.objects.filter(series=series, position=position).exclude(pk=self.instance.pk).first()
        if other is not None:
            free = Article.objects.next_position(series)
            self.add_error("position", f"“{other.title}” stands here. The next free place is {free}.")
        return cleaned
