"""Choosing people and articles. Editors look for people by their public names and see nothing else."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import ForeignKey, Model, Q, QuerySet
from django.forms import Field
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.forms import PaginationInlineFormSet

from accounts.models import User
from learner_series.models import ArticleAuthor


class AuthorSearch(AutocompleteJsonView):
    """Active people whose public name fits; never their e-mail address."""

    def has_perm(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("learner_series.change_article"))

    def get_queryset(self) -> QuerySet[User]:
        term = self.term.strip()
        fits = Q(display_name__icontains=term) | Q(slug__istartswith=term)
        return User.objects.filter(fits, is_active=True).order_by("display_name", "pk")

    def serialize_result(self, obj: User, to_field_name: str) -> dict[str, str]:  # type: ignore[override]
        return {"id": str(getattr(obj, to_field_name)), "text": f"{obj.display_name} ({obj.slug})"}


class KnownSelect(AutocompleteSelect):
    """A select that names what was chosen from what the page has read, without a query for each row."""

    known: Model | None = None

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> list[Any]:
        """Return the one option, beside the empty one where nothing has to be chosen."""
        if self.known is None or [*value] != [str(self.known.pk)]:
            rows: list[Any] = super().optgroups(name, value, attr)
            return rows
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        options.append(self.create_option(name, self.known.pk, str(self.known), True, len(options)))
        return [(None, options, 0)]


class AuthorSelect(KnownSelect):
    """The select that asks AuthorSearch."""

    url_name = "%s:learner_series_article_authors"


class KnownFormSet(PaginationInlineFormSet):  # type: ignore[misc]  # unfold ships no types
    """Rows whose `chosen` was read with them."""

    chosen: str

    def add_fields(self, form: Any, index: int | None) -> None:
        """Let the select of a stored row know what it shows."""
        super().add_fields(form, index)
        if form.instance.pk is not None:
            # The outer widget is the admin's, with links to add and to change.
            form.fields[self.chosen].widget.widget.known = getattr(form.instance, self.chosen)


class AuthorFormSet(KnownFormSet):
    """Authors."""

    chosen = "user"


class AuthorInline(TabularInline):  # type: ignore[misc]  # unfold ships no types
    """The authors of an article, in the order shown."""

    model = ArticleAuthor
    formset = AuthorFormSet
    extra = 0
    fields = ["user", "order"]
    verbose_name = "author"
    hide_title = True

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Field:
        field: Field = super().formfield_for_foreignkey(
            db_field, request, widget=AuthorSelect(db_field, admin.site), **kwargs
        )
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet[ArticleAuthor]:
        rows: QuerySet[ArticleAuthor] = super().get_queryset(request)
        return rows.select_related("user")
