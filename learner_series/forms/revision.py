"""Staff form of a draft: title, summary, words."""

import json
from typing import Any

from django import forms
from django_prose_editor.config import expand_extensions
from django_prose_editor.widgets import AdminProseEditorWidget, prose_editor_admin_media
from js_asset import Media, Script

from breakthru.lib.richtext import ARTICLE, RichTextError, clean
from learner_series.models import Revision

# What the article profile keeps and the editor can show; the rest comes from static/js/article_editor.js.
EXTENSIONS: dict[str, Any] = {
    "Bold": True,
    "Italic": True,
    "Superscript": True,
    "Subscript": True,
    "Code": True,
    "CodeBlock": True,
    "Heading": {"levels": [2, 3, 4]},
    "HardBreak": True,
    "BulletList": True,
    "OrderedList": {"enableListAttributes": False},
    "ListItem": True,
    "Blockquote": True,
    "HorizontalRule": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto"]},
    "Image": True,
    "Figure": True,
    "Caption": True,
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "History": True,
    "HTML": True,
    "Callout": True,
    "Footnotes": True,
    "DescriptionList": True,
    "Term": True,
    "Description": True,
    "Abbreviation": True,
    "Anchors": True,
}


class ArticleEditorWidget(AdminProseEditorWidget):  # type: ignore[misc]  # django-prose-editor ships no types
    """The editor with all that an article may hold, so that opening a text never loses a part of it."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"rows": 30, "class": "bt-source", **(attrs or {})}, preset="article")

    @property
    def media(self) -> Media:
        return prose_editor_admin_media + Media(js=[Script("js/article_editor.js", type="module")])

    def get_config(self) -> dict[str, Any]:
        """Return what static/js/article_editor.js reads from the textarea."""
        return {"extensions": expand_extensions(EXTENSIONS)}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = forms.Textarea.get_context(self, name, value, attrs)
        context["widget"]["attrs"]["data-article-editor"] = json.dumps(
            self.get_config(), separators=(",", ":")
        )
        return context


class RevisionForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript at run time
    """The words of a draft; the service cleans and counts them once more when it saves."""

    class Meta:
        model = Revision
        fields = ["title", "summary", "html"]
        widgets = {"html": ArticleEditorWidget}
        labels = {"html": "Text"}

    def clean_html(self) -> str:
        """Refuse what cannot be cleaned, with the reason."""
        html = str(self.cleaned_data["html"])
        try:
            return clean(html, ARTICLE).html
        except RichTextError as error:
            raise forms.ValidationError(str(error), code="invalid") from error
