"""The staff forms that decide who sees a post."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from feed.models import Question
from feed.services.reviewing import MAX_WORDS, HideReason

RELEASE, HIDE = "release", "hide"
NO_REASON = "Please choose a reason; the author reads it."


class HideForm(forms.Form):
    """Why a post is hidden."""

    reason = forms.ChoiceField(
        choices=[("", "Choose a reason"), *HideReason.choices],
        help_text="The author reads it, word for word.",
        widget=UnfoldAdminSelectWidget(),
        error_messages={"required": NO_REASON},
    )
    words = forms.CharField(
        label="In your own words",
        required=False,
        max_length=MAX_WORDS,
        help_text="Optional. The author reads this, too: be kind, say what would make it fit, and repeat"
        " nothing private.",
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )

    @property
    def chosen_reason(self) -> HideReason:
        """The reason of a valid form."""
        return HideReason(self.cleaned_data["reason"])


class HeldForm(HideForm):
    """Several held questions, and what becomes of them."""

    posts = forms.ModelMultipleChoiceField(
        queryset=Question.objects.none(),
        error_messages={
            "required": "Please choose at least one question.",
            "invalid_choice": "Somebody decided about one of them meanwhile. Please look again.",
            "invalid_pk_value": "Please choose from the list.",
        },
    )
    step = forms.ChoiceField(choices=[(RELEASE, "Show them"), (HIDE, "Hide them")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False
        posts = self.fields["posts"]
        assert isinstance(posts, forms.ModelMultipleChoiceField)
        posts.queryset = Question.objects.held().select_related("asker")

    def clean(self) -> dict[str, Any]:
        """Only hiding needs a reason."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("step") == HIDE and not cleaned.get("reason"):
            self.add_error("reason", NO_REASON)
        return cleaned
