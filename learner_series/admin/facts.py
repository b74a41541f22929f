"""Staff page of the fact cards: one rule each, its source, and where it is used."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import ForeignKey, QuerySet
from django.forms import Field
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator
from unfold.admin import ModelAdmin

from accounts.session import person
from breakthru.lib.staff import action, display
from learner_series.admin import bulk
from learner_series.admin.authors import AuthorSelect
from learner_series.admin.pages import link, told_once
from learner_series.admin.sending import revision_url
from learner_series.forms.fact import FactCardForm
from learner_series.lifecycle import UNDERWAY, RevisionState
from learner_series.models import FactCard
from learner_series.services.editorial import EditorialError
from learner_series.services.facts import confirm_cards, delete_fact_card, save_fact_card

STATES = {"Due": "danger", "Holds": "success"}
# How many places the page of a card names.
MOST = 100


class DueFilter(admin.SimpleListFilter):
    """Cards that should have been checked by now."""

    title = "check"
    parameter_name = "check"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("due", "Due")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[FactCard]:
        rows: QuerySet[FactCard] = queryset.expired(timezone.localdate()) if self.value() else queryset
        return rows


@admin.register(FactCard)
class FactCardAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """Texts name a card by its key, so what is changed here changes everywhere at once."""

    form = FactCardForm
    list_display = ["rule", "key", "begins", "checked_on", "review_on", "state", "live_articles"]
    list_filter = [DueFilter]
    search_fields = ["rule", "key", "value", "source_name"]
    actions = [bulk.cards_checked]
    actions_submit_line = ["checked"]
    show_full_result_count = False

    class Media:
        css = {"all": ["css/admin.css"]}

    def get_fieldsets(
        self, request: HttpRequest, obj: FactCard | None = None
    ) -> list[tuple[str, dict[str, Any]]]:
        return [
            ("Fact", {"fields": ["key", "rule", "value"]}),
            ("Source", {"fields": ["source_name", "source_url", "checked_on", "review_on", "owner"]}),
            *([] if obj is None else [("Where it is used", {"fields": ["used_in"]})]),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: FactCard | None = None) -> list[str]:
        return ["used_in", *([] if obj is None else ["key"])]

    def get_queryset(self, request: HttpRequest) -> QuerySet[FactCard]:
        rows: QuerySet[FactCard] = super().get_queryset(request)
        cards: QuerySet[FactCard] = rows.with_use()  # type: ignore[attr-defined]  # the model's own manager
        return cards

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {name: row for name, row in super().get_actions(request).items() if name != "delete_selected"}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        start: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"owner": request.user.pk, "checked_on": timezone.localdate(), **start}

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Field:
        field: Field = super().formfield_for_foreignkey(
            db_field, request, widget=AuthorSelect(db_field, self.admin_site), **kwargs
        )
        return field

    def has_delete_permission(self, request: HttpRequest, obj: FactCard | None = None) -> bool:
        """A card that a text names stays, even when nobody reads that text any more."""
        allowed = bool(super().has_delete_permission(request, obj))
        return allowed and (obj is None or not obj.uses.exists())

    @display(description="Value", ordering="value")
    def begins(self, card: FactCard) -> str:
        return Truncator(card.value).chars(60)

    @display(description="State", label=STATES, ordering="review_on")
    def state(self, card: FactCard) -> str:
        return "Due" if card.is_expired(timezone.localdate()) else "Holds"

    @display(description="Live articles", ordering="live_count")
    def live_articles(self, card: FactCard) -> int:
        return int(card.live_count)

    @display(description="Texts")
    def used_in(self, card: FactCard) -> str:
        return told_once(card, "used_in_told", lambda: _places_of(card))

    def save_model(self, request: HttpRequest, obj: FactCard, form: FactCardForm, change: bool) -> None:
        """Write what the form changed; then note today, if that button was pressed."""
        by = person(request)
        try:
            save_fact_card(by=by, card=obj, changed=form.changed_data if change else None)
            if "learner_series_factcard_checked" in request.POST:
                confirm_cards(by=by, ids=[obj.pk], today=timezone.localdate())
        except EditorialError as error:
            self.message_user(request, str(error), messages.ERROR)

    @action(description="Save, and checked today", permissions=["change"])
    def checked(self, request: HttpRequest, card: FactCard) -> None: ...

    def delete_model(self, request: HttpRequest, obj: FactCard) -> None:
        """Take away what no text names."""
        delete_fact_card(by=person(request), card=obj)


def _places_of(card: FactCard) -> str:
    shown = [*UNDERWAY, RevisionState.PUBLISHED]
    uses = card.uses.filter(revision__state__in=shown).select_related("revision")
    words = uses.only("revision__title", "revision__number", "revision__state", "revision", "card")
    rows = (
        (link(revision_url(use.revision), use.revision), use.revision.get_state_display().lower())
        for use in words.order_by("revision__title", "-revision__number")[:MOST]
    )
    items = format_html_join("", "<li>{}, {}</li>", rows)
    return format_html('<ul class="bt-list">{}</ul>', items) if items else "Nowhere yet."
