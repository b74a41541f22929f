"""Ask a question."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Experience, Topic
from accounts.models.user import VISIBLE_TITLE
from breakthru.lib.fields import FormToken, RichTextField
from breakthru.lib.layout import Fold
from feed.forms.care import CarefulForm
from feed.services.questions import Passage, QuestionDraft

MAX_TOPICS = 3


class SentenceField(forms.CharField):
    """One line; spaces are joined before its length is judged."""

    def to_python(self, value: Any) -> str:
        return " ".join((super().to_python(value) or "").split())


class AskForm(CarefulForm):
    """Title, what a mentor should know, topics, stage, road. The passage comes from the address."""

    public_fields = ("title", "body")
    token = FormToken()
    title = SentenceField(
        label="Your question in one sentence",
        help_text="End it with a question mark. It helps others find it later.",
        min_length=15,
        max_length=140,
        validators=[VISIBLE_TITLE],
        error_messages={"min_length": "Please write a whole sentence, so that mentors know what you ask."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    body = RichTextField(
        label="What should a mentor know?",
        help_text="Where you are now, what you tried, what worries you."
        " Please leave out names of schools, patients and other people.",
        required=False,
        max_length=8000,
    )
    topics = forms.ModelMultipleChoiceField(
        label="Topic",
        help_text=f"One to {MAX_TOPICS}. Mentors look for the topics they know.",
        queryset=Topic.objects.all(),
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Please choose at least one topic."},
    )
    stage = forms.ModelChoiceField(
        label="Where are you on your road?",
        help_text="Shown beside your question, because good advice depends on it.",
        queryset=Experience.objects.none(),
        to_field_name="key",
        required=False,
        empty_label="I would rather not say",
    )
    roads = forms.ModelMultipleChoiceField(
        label="Choose what fits",
        help_text="It is shown beside your question.",
        queryset=Experience.objects.none(),
        to_field_name="key",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        public = Experience.objects.in_use().public_for_learners()
        self._field("stage").queryset = public.for_group("education_stage")
        self._field("roads").queryset = public.for_group("road")
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            "token", "title", "body", "topics", "stage", Fold("Your road, if you like to say", "roads")
        )

    def _field(self, name: str) -> "forms.ModelChoiceField[Any]":
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        return field

    def clean_topics(self) -> Any:
        """At most three: a question about everything is found under nothing."""
        topics = self.cleaned_data["topics"]
        if len(topics) > MAX_TOPICS:
            message = f"Please choose {MAX_TOPICS} topics at most."
            raise ValidationError(message)
        return topics

    def clean(self) -> dict[str, Any]:
        """Warn of contact details once."""
        self.warn_of_contacts()
        return self.cleaned_data

    def draft(self, passage: Passage | None) -> QuestionDraft:
        """Return what was typed, for the service."""
        data = self.cleaned_data
        return QuestionDraft(
            title=data["title"],
            body=data["body"],
            topics=tuple(data["topics"]),
            stage=data["stage"],
            roads=tuple(data["roads"]),
            passage=passage,
        )
