"""What editors put behind an article."""

from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.forms import Field
from django.http import HttpRequest
from unfold.admin import TabularInline

from learner_series.admin.authors import KnownFormSet, KnownSelect
from learner_series.forms.related import CuratedForm
from learner_series.models import RelatedArticle


class CuratedFormSet(KnownFormSet):
    """Chosen articles."""

    chosen = "other"

    def get_unique_error_message(self, unique_check: Any) -> str:
        """Say it as people would."""
        return "Each article stands here once."

    @property
    def places(self) -> dict[int, int]:
        """The places of what stays chosen, by article."""
        rows = (row.cleaned_data for row in self.forms if row not in self.deleted_forms)
        return {row["other"].pk: row["place"] for row in rows if row}


class CuratedInline(TabularInline):  # type: ignore[misc]  # unfold ships no types
    """Articles that editors put behind this one, the lowest place first; computed ones are not shown."""

    model = RelatedArticle
    form = CuratedForm
    formset = CuratedFormSet
    fk_name = "article"
    extra = 0
    fields = ["other", "place"]
    verbose_name = "article to read next"
    verbose_name_plural = "articles to read next"
    hide_title = True

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Field:
        field: Field = super().formfield_for_foreignkey(
            db_field, request, widget=KnownSelect(db_field, admin.site), **kwargs
        )
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet[RelatedArticle]:
        rows: QuerySet[RelatedArticle] = super().get_queryset(request)
        return rows.filter(is_curated=True).select_related("other").defer("other__search")
