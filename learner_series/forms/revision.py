"""Staff form of a draft: title, summary, words, and who may read them."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.urls import reverse
from django_prose_editor.config import expand_extensions
from django_prose_editor.widgets import AdminProseEditorWidget, prose_editor_admin_media
from js_asset import Media, Script
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from breakthru.lib.richtext import ARTICLE, Heading, RichTextError, clean, fact_keys
from learner_series.models import FactCard, Revision

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
    "Fact": True,
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
        attributes = context["widget"]["attrs"]
        attributes["data-article-editor"] = json.dumps(self.get_config(), separators=(",", ":"))
        cards = list(FactCard.objects.values("key", "rule", "value"))
        attributes["data-facts"] = json.dumps(cards, separators=(",", ":"))
        return context


class SectionsField(forms.MultipleChoiceField):
    """Anchors of headings. Which ones there are, only the words of the same form say."""

    def valid_value(self, value: object) -> bool:
        """Take any; RevisionForm asks the words."""
        return True


class RevisionForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript at run time
    """The words of a draft, and who may read them; the service cleans and counts once more when it saves.

    `version` and `opened` tell which words the editor saw, so that nobody overwrites or approves others.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    opened = forms.CharField(required=False, widget=forms.HiddenInput)
    premium_sections = SectionsField(
        label="Sections for Premium members",
        required=False,
        help_text="In an article that is open otherwise. A section takes the parts below it along."
        " New headings appear here once the draft is saved.",
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )

    class Meta:
        model = Revision
        fields = ["title", "summary", "html", "is_premium", "premium_sections", "version"]
        widgets = {"html": ArticleEditorWidget}
        labels = {"html": "Text"}

    # Of the headings that may be chosen.
    anchors: set[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A page without words has only the version, for its steps.
        if "html" in self.fields:
            self.fields["opened"].initial = fingerprint(vars(self.instance))
            self._offer(self.instance.headings)
            address = reverse("admin:learner_series_revision_presence", args=[self.instance.pk or 0])
            self.fields["html"].widget.attrs["data-presence-url"] = address

    @property
    def has_new_words(self) -> bool:
        """Whether a valid form holds other words, or another gate, than the page was opened with."""
        words = self.cleaned_data
        return "html" in words and fingerprint(words) != words["opened"]

    def clean_html(self) -> str:
        """Refuse what cannot be cleaned, and fact cards that nobody wrote, with the reason."""
        html = str(self.cleaned_data["html"])
        try:
            cleaned = clean(html, ARTICLE)
        except RichTextError as error:
            raise forms.ValidationError(str(error), code="invalid") from error
        self._offer(cleaned.outline)
        keys = fact_keys(cleaned.html)
        known = FactCard.objects.keyed(keys)
        unknown = [key for key in keys if key not in known]
        if unknown:
            message = (
                f"There is no fact card “{unknown[0]}”. Choose another, or add it under Fact cards first."
            )
            raise forms.ValidationError(message, code="unknown_fact")
        return cleaned.html

    def clean(self) -> dict[str, Any]:
        """A renamed heading must not open a section silently, and there is one kind of gate at a time."""
        cleaned: dict[str, Any] = super().clean() or {}
        chosen = cleaned.get("premium_sections", [])
        lost = [anchor for anchor in chosen if anchor not in self.anchors]
        if lost and "html" in cleaned:
            heading = self.instance.heading(lost[0])
            name = heading.text if heading else lost[0]
            message = (
                f"There is no section “{name}” any more, and it was for Premium members. Please choose again."
            )
            self.add_error("premium_sections", message)
        elif chosen and cleaned.get("is_premium"):
            message = "Choose the whole article or single sections for Premium members, not both."
            self.add_error("premium_sections", message)
        return cleaned

    def _offer(self, headings: Iterable[Heading]) -> None:
        # A wide space for a lower level: checkboxes have no outline of their own.
        rows = [(row.id, "\u2003" * 2 * (row.level - 2) + row.text) for row in headings]
        self.anchors = {anchor for anchor, _ in rows}
        field = self.fields["premium_sections"]
        field.choices = rows  # type: ignore[attr-defined]  # it is a SectionsField
        if not rows:
            field.help_text = "This text has no headings yet, so no single section can be chosen."


def fingerprint(words: Mapping[str, Any]) -> str:
    """Return what tells two states of a draft apart: a hash of its words and its gate."""
    seen = [words[name] for name in ("title", "summary", "html", "is_premium", "premium_sections")]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()
