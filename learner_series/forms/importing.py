"""The staff form that takes a document in."""

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from breakthru.lib.documents import DocumentError, Imported
from breakthru.lib.documents.importing import MAX_BYTES
from learner_series.models import Article, Series
from learner_series.models.article import RESERVED_SLUGS
from learner_series.services.front_matter import FrontMatter
from learner_series.services.importing import read_document

ACCEPTED = ".docx,.md,.markdown,.html,.htm"


class ImportForm(forms.Form):
    """Choose a document, and where it belongs. Valid, it has `imported` and `about`."""

    document = forms.FileField(
        help_text="Word (.docx), Markdown (.md) or HTML (.html), up to 20 MB. Pictures inside it come along.",
        widget=UnfoldAdminFileFieldWidget({"accept": ACCEPTED}),
        error_messages={
            "required": "Please choose a document.",
            "empty": "The document is empty.",
        },
    )
    slug = forms.SlugField(
        label="Address",
        required=False,
        max_length=80,
        help_text="The last part of /learn/…/. Leave it empty to make it from the title."
        " The address of an existing article starts a new draft of that article.",
        widget=UnfoldAdminTextInputWidget(),
        error_messages={"invalid": "Please use letters, numbers and hyphens only."},
    )
    series = forms.ModelChoiceField(
        queryset=Series.objects.all(),
        required=False,
        empty_label="None, or what the document says",
        help_text="A new article goes to the end of this series.",
        widget=UnfoldAdminSelectWidget(),
    )

    imported: Imported
    about: FrontMatter

    def clean_document(self) -> Any:
        """Read the document; what is wrong with it is told beside the field."""
        upload = self.cleaned_data["document"]
        # Never more in memory than fits; one byte beyond makes the reader refuse it by its size.
        data = upload.read(MAX_BYTES + 1)
        try:
            self.imported = read_document(name=upload.name, data=data)
        except DocumentError as error:
            raise forms.ValidationError(str(error), code="document") from error
        self.about = FrontMatter(self.imported.about)
        return upload

    def clean_slug(self) -> str:
        """Addresses are in lower case, and some belong to other pages."""
        slug = str(self.cleaned_data["slug"]).lower().strip("-_")
        if slug in RESERVED_SLUGS:
            raise forms.ValidationError("This address belongs to another page of the site.", code="reserved")
        return slug

    def clean(self) -> dict[str, Any]:
        """An existing article keeps its place."""
        cleaned: dict[str, Any] = self.cleaned_data
        slug, series = cleaned.get("slug"), cleaned.get("series")
        article = Article.objects.by_slug(slug) if slug else None
        if article is not None and series is not None and article.series_id != series.pk:
            self.add_error(
                "series",
                f"“{article.title}” is there already and keeps its place."
                " Leave the series empty; it can be changed on the article's page.",
            )
        return cleaned
