"""The staff forms of cases, sanctions and appeals."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from accounts.models import User
from accounts.models.safety import CaseOutcome, SanctionKind
from accounts.services.cases import MAX_NOTE
from accounts.services.sanctions import MAX_ANSWER, MAX_LIFT_REASON, MAX_REASON, WITHOUT_END
from breakthru.lib.fields import FormToken

FOR_GOOD = "open"
LENGTHS = [
    ("", "Choose how long"),
    ("1", "One day"),
    ("7", "One week"),
    ("30", "30 days"),
    ("90", "90 days"),
    ("365", "One year"),
    (FOR_GOOD, "For good"),
]
UPHOLD, REFUSE = "uphold", "refuse"


def _words(longest: int, *, help_text: str, required: str, label: str | None = None) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        help_text=help_text,
        widget=UnfoldAdminTextareaWidget({"rows": 4}),
        error_messages={"required": required},
    )


class NoteForm(forms.Form):
    """A line for whoever looks at the case next."""

    note = _words(
        MAX_NOTE,
        help_text="Only staff who look at this case read it.",
        required="Please write a line.",
    )


class AssignForm(forms.Form):
    """Who looks at the case from now on."""

    to = forms.ModelChoiceField(
        label="Person",
        queryset=User.objects.none(),
        empty_label="Choose somebody",
        help_text="They are found here because they may look at cases like this one.",
        widget=UnfoldAdminSelectWidget(),
        error_messages={
            "required": "Please choose somebody.",
            "invalid_choice": "They can't look at this case. Please choose somebody else.",
        },
    )

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(pk__in=[person.pk for person in people]).order_by("display_name")


class CloseForm(forms.Form):
    """How a case ended, and why."""

    outcome = forms.ChoiceField(
        choices=[("", "Choose an outcome"), *CaseOutcome.choices],
        help_text="Who reported is told in general words, and never about a sanction.",
        widget=UnfoldAdminSelectWidget(),
        error_messages={"required": "Please choose an outcome."},
    )
    note = _words(
        MAX_NOTE,
        label="Why",
        help_text="For whoever reads this case later. Only staff who look at it read it.",
        required="Please say why in a sentence.",
    )


class SanctionForm(forms.Form):
    """What is decided about a person. `kinds` are those that the staff person may choose."""

    token = FormToken()
    kind = forms.ChoiceField(
        label="Sanction",
        widget=UnfoldAdminSelectWidget(),
        error_messages={"required": "Please choose one."},
    )
    length = forms.ChoiceField(
        label="For how long",
        required=False,
        choices=LENGTHS,
        help_text="A word from staff and a removal have no length.",
        widget=UnfoldAdminSelectWidget(),
    )
    reason = _words(
        MAX_REASON,
        help_text="The person reads it, word for word. Name what happened and the rule, never who reported.",
        required="Please give the reason; the person reads it.",
    )

    def __init__(self, *args: Any, kinds: Iterable[SanctionKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Choose the mildest that helps"), *((kind.value, kind.label) for kind in kinds)]

    def clean(self) -> dict[str, Any]:
        """A length is chosen where there is one, so that nothing holds for good by an oversight."""
        cleaned = super().clean() or self.cleaned_data
        kind, length = cleaned.get("kind"), cleaned.get("length")
        if kind and length is not None and (kind in WITHOUT_END) == bool(length):
            has_none = kind in WITHOUT_END
            self.add_error(
                "length", "This has no length." if has_none else "Please choose how long it holds."
            )
        return cleaned

    def until(self, now: datetime) -> datetime | None:
        """The end that a valid form names; None where there is none."""
        length: str = self.cleaned_data["length"]
        return None if length in ("", FOR_GOOD) else now + timedelta(days=int(length))


class LiftForm(forms.Form):
    """Why a sanction is taken back."""

    reason = _words(
        MAX_LIFT_REASON,
        help_text="It goes to the audit log. The person is told that the sanction is lifted, not this text.",
        required="Please give a reason.",
    )


class AppealForm(forms.Form):
    """The answer to an appeal."""

    decision = forms.ChoiceField(
        choices=[(UPHOLD, "Take the sanction back"), (REFUSE, "Let it stand")],
        widget=UnfoldAdminRadioSelectWidget(),
        error_messages={"required": "Please choose one."},
    )
    answer = _words(
        MAX_ANSWER,
        help_text="The person reads it, word for word.",
        required="Please answer in a sentence or two; the person reads it.",
    )

    @property
    def is_upheld(self) -> bool:
        """Whether a valid form takes the sanction back."""
        return bool(self.cleaned_data["decision"] == UPHOLD)
