"""Form fields that several apps share."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from breakthru.lib import richtext


class FormToken(forms.Field):
    """The hidden token that makes a creating form safe to send twice.

    A missing or broken token becomes a new one: the form then counts as sent for the first time.
    """

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, initial=uuid.uuid4, **kwargs)

    def to_python(self, value: Any) -> uuid.UUID:
        try:
            return uuid.UUID(str(value))
        except ValueError:
            return uuid.uuid4()


class RichTextField(forms.CharField):
    """Text from the editor (HTML) or from a bare textarea (plain text); cleans to post-profile HTML.

    `max_length` counts the characters a reader sees.
    """

    def __init__(self, *, max_length: int, rows: int = 6, **kwargs: Any) -> None:
        attrs = {"rows": rows, "data-editor": "post"}
        super().__init__(widget=forms.Textarea(attrs=attrs), strip=True, **kwargs)
        self.longest = max_length

    def clean(self, value: Any) -> str:
        """Return cleaned HTML, '' for nothing; ValidationError for too much, or nothing if required."""
        typed = self.to_python(value) or ""
        try:
            cleaned = richtext.clean_input(typed, richtext.POST)
        except richtext.TooLongError as error:
            raise self._too_long(len(typed)) from error
        except richtext.RichTextError as error:
            raise ValidationError(str(error), code="invalid") from error
        if len(cleaned.text) > self.longest:
            raise self._too_long(len(cleaned.text))
        if self.required and not cleaned.text:
            raise ValidationError(self.error_messages["required"], code="required")
        return cleaned.html

    def _too_long(self, length: int) -> ValidationError:
        return ValidationError(
            f"Please shorten this to {self.longest:,} characters; it has {length:,} now.", code="max_length"
        )
