"""Choosing authors: editors look for people by their public names and see nothing else of them."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import ForeignKey, Q, QuerySet
from django.forms import Field
from django.http import HttpRequest
from unfold.admin import TabularInline

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


class AuthorSelect(AutocompleteSelect):
    """The select that asks AuthorSearch."""

    url_name = "%s:learner_series_article_authors"


class AuthorInline(TabularInline):  # type: ignore[misc]  # unfold ships no types
    """The authors of an article, in the order shown."""

    model = ArticleAuthor
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
