"""Choose what the Feed shows."""

from django import forms
from django.db.models import QuerySet

from accounts.models import Topic
from feed.models import Question
from feed.models.question import QuestionQuerySet


class FeedFilterForm(forms.Form):
    """GET form: newest or unanswered, and one topic. Unknown values fall back to everything."""

    show = forms.ChoiceField(choices=[("", "Newest"), ("unanswered", "Unanswered")], required=False)
    topic = forms.ModelChoiceField(queryset=Topic.objects.all(), to_field_name="slug", required=False)

    def apply(self, questions: QuestionQuerySet) -> QuerySet[Question]:
        """Return the questions that fit; call `is_valid()` first."""
        if self.cleaned_data.get("show") == "unanswered":
            questions = questions.unanswered()
        if topic := self.cleaned_data.get("topic"):
            questions = questions.about(topic)
        return questions
