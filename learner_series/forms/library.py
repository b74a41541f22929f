"""Choose what the library shows."""

from django import forms
from django.db.models import QuerySet

from accounts.models import Experience, Topic
from learner_series.models import Article
from learner_series.models.article import ArticleQuerySet


class LibraryForm(forms.Form):
    """GET form: words, a topic, a stage or road, what I saved. Unknown values fall back to everything."""

    q = forms.CharField(
        max_length=200, required=False, widget=forms.TextInput(attrs={"type": "search"}), empty_value=""
    )
    topic = forms.ModelChoiceField(queryset=Topic.objects.all(), to_field_name="slug", required=False)
    # `group:key` of the vocabulary; a whole term, since keys repeat across groups.
    stage = forms.CharField(max_length=130, required=False)
    saved = forms.BooleanField(required=False)

    def clean_stage(self) -> Experience | None:
        """The term, or None for one that is not there."""
        group, _, key = str(self.cleaned_data["stage"]).partition(":")
        return Experience.objects.termed(group, key)

    @property
    def words(self) -> str:
        """What is searched for, '' for nothing."""
        return str(self.cleaned_data.get("q", ""))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was chosen: the library shows its front."""
        chosen = self.cleaned_data
        return not (self.words or chosen.get("topic") or chosen.get("stage") or chosen.get("saved"))

    def apply(self, articles: ArticleQuerySet, user_id: int | None) -> QuerySet[Article]:
        """Return the articles that fit; searched ones have `rank` and `found`. Call `is_valid()` first."""
        chosen = self.cleaned_data
        if topic := chosen.get("topic"):
            articles = articles.on_topic(topic)
        if stage := chosen.get("stage"):
            articles = articles.for_audience(stage)
        if chosen.get("saved"):
            articles = articles.saved_by(user_id) if user_id is not None else articles.none()
        return articles.search(self.words) if self.words else articles
