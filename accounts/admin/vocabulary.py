"""Staff pages of the experience vocabulary. `load_vocabulary` keeps the rest in step with its files."""

from typing import Any

from django.contrib import admin
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin.audited import AuditedAdmin
from accounts.models import Experience, ExperienceGroup
from accounts.services.sensitive import SMALLEST_COUNT, held_count
from breakthru.lib.staff import display

# People chose by these: what a term is, and who may see it, does not change under them.
FIXED_ONCE_MADE = ["group", "key", "kind", "learner_privacy", "mentor_privacy", "is_identity"]


class VocabularyAdmin(AuditedAdmin):
    """Marks what staff changed, so that the files do not undo it."""

    def save_model(self, request: HttpRequest, obj: Any, form: BaseForm, change: bool) -> None:
        """Write the columns that the form changed, and when."""
        obj.changed_by_staff_at = timezone.now()
        names = [field.name for field in obj._meta.concrete_fields if field.name in form.changed_data]
        obj.save(update_fields=[*names, "changed_by_staff_at"] if change else None)


@admin.register(ExperienceGroup)
class ExperienceGroupAdmin(VocabularyAdmin):
    """The questions of the vocabulary."""

    list_display = ["label", "key", "asked_in", "applies_to", "is_facet", "order"]
    list_filter = ["asked_in", "applies_to"]
    search_fields = ["label", "key"]

    def get_readonly_fields(self, request: HttpRequest, obj: ExperienceGroup | None = None) -> list[str]:
        return [] if obj is None else ["key"]


@admin.register(Experience)
class ExperienceAdmin(VocabularyAdmin):
    """The terms. One with a date of retirement is offered no more and stays with those who have it."""

    list_display = ["label", "key", "group", "learner_privacy", "mentor_privacy", "weight", "retired_at"]
    list_filter = ["group", "learner_privacy", "is_staff_made", ("retired_at", admin.EmptyFieldListFilter)]
    list_select_related = ["group"]
    search_fields = ["label", "key"]

    @display(description="Held by")
    def held_by(self, obj: Experience) -> str:
        """How many people hold it, unless they are so few that it could tell about somebody."""
        count = held_count(term=obj)
        return f"fewer than {SMALLEST_COUNT} people" if count is None else f"{count:,} people"

    def get_readonly_fields(self, request: HttpRequest, obj: Experience | None = None) -> list[str]:
        return [] if obj is None else [*FIXED_ONCE_MADE, "held_by"]

    def save_model(self, request: HttpRequest, obj: Any, form: BaseForm, change: bool) -> None:
        """A new term is staff's own."""
        obj.is_staff_made = obj.is_staff_made or not change
        super().save_model(request, obj, form, change)
