"""What the forms of posts look after: contact details in words that everybody will read, and distress."""

import html
import re
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from django import forms

from breakthru.lib.care import shows_distress
from breakthru.lib.contact_details import contact_details
from breakthru.lib.fields import RichTextField
from breakthru.lib.richtext import looks_like_html

AS_IT_IS = "as_it_is"
_TAG = re.compile(r"<[^<>]*>")
_HREF = re.compile(r'href="([^"<>]{1,2000})"')


def _words(markup: str) -> str:
    """Return the words of HTML, and the addresses its links lead to."""
    return html.unescape(" ".join([_TAG.sub(" ", markup), *_HREF.findall(markup)]))


def _list(kinds: list[str]) -> str:
    *more, last = kinds
    return f"{', '.join(more)} and {last}" if more else last


class CarefulForm(forms.Form):
    """A post that comes back once when it holds contact details. Nothing is dropped from it.

    Subclasses name their `public_fields` and lay themselves out in `helper`; the box to post all the same
    shows only when it is needed, and never to somebody whose posts are read first.
    """

    public_fields: ClassVar[tuple[str, ...]]
    helper: FormHelper
    as_it_is = forms.BooleanField(label="Post it as it is", required=False)

    def __init__(self, *args: Any, may_show_contacts: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.may_show_contacts = may_show_contacts

    def warn_of_contacts(self) -> None:
        """Add an error to each public field with contact details, unless the writer has said to keep them."""
        found = {name: kinds for name in self.public_fields if (kinds := self._contacts_in(name))}
        if not found:
            return
        if self.may_show_contacts:
            self._offer_to_keep(found)
            if self.cleaned_data.get(AS_IT_IS):
                return
        for name, kinds in found.items():
            self.add_error(name, self._warning(kinds))

    @property
    def shows_distress(self) -> bool:
        """Whether what was typed speaks of distress, also when the form is not complete."""
        return self.is_bound and any(shows_distress(self._typed(name)) for name in self.public_fields)

    def _contacts_in(self, name: str) -> list[str]:
        value = self.cleaned_data.get(name) or ""
        return contact_details(_words(value) if self._is_rich(name) else value)

    def _typed(self, name: str) -> str:
        value = str(self.data.get(self.add_prefix(name), ""))
        return _words(value) if self._is_rich(name) and looks_like_html(value) else value

    def _is_rich(self, name: str) -> bool:
        return isinstance(self.fields[name], RichTextField)

    def _warning(self, kinds: list[str]) -> str:
        seen = f"This looks like {_list(kinds)}."
        if self.may_show_contacts:
            return (
                f"{seen} Everybody can read it here, and search engines may keep it. Please take it out,"
                " or tick “Post it as it is”."
            )
        return (
            f"{seen} Please take it out: we do not show ways to reach anybody who is under 18 or has not told"
            " us their age. If it is something else, write it in another way."
        )

    def _offer_to_keep(self, found: dict[str, list[str]]) -> None:
        # Beside the last field it is about, or at the end when that one is inside a group.
        fields = self.helper.layout.fields
        places = [fields.index(name) for name in found if name in fields]
        at = max(places) + 1 if len(places) == len(found) else len(fields)
        fields.insert(at, AS_IT_IS)
