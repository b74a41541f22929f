"""Staff pages of the experience vocabulary. `load_vocabulary` keeps it in step with its files."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts.models import Experience, ExperienceGroup

# People chose by these: what a term is, and who may see it, does not change under them.
FIXED_ONCE_MADE = ["group", "key", "kind", "learner_privacy", "mentor_privacy", "is_identity"]


@admin.register(ExperienceGroup)
class ExperienceGroupAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """The questions of the vocabulary."""

    list_display = ["label", "key", "asked_in", "applies_to", "is_facet", "order"]
    list_filter = ["asked_in", "applies_to"]
    search_fields = ["label", "key"]

    def get_readonly_fields(self, request: HttpRequest, obj: ExperienceGroup | None = None) -> list[str]:
        return [] if obj is None else ["key"]

    def has_delete_permission(self, request: HttpRequest, obj: ExperienceGroup | None = None) -> bool:
        return False


@admin.register(Experience)
class ExperienceAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """The terms. One with a date of retirement is offered no more and stays with those who have it."""

    list_display = ["label", "key", "group", "learner_privacy", "mentor_privacy", "weight", "retired_at"]
    list_filter = ["group", "learner_privacy", ("retired_at", admin.EmptyFieldListFilter)]
    list_select_related = ["group"]
    search_fields = ["label", "key"]

    def get_readonly_fields(self, request: HttpRequest, obj: Experience | None = None) -> list[str]:
        return [] if obj is None else FIXED_ONCE_MADE

    def has_delete_permission(self, request: HttpRequest, obj: Experience | None = None) -> bool:
        return False
