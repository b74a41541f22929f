"""Choosing who gets Premium: by name, or by an e-mail address that one knows in full."""

from typing import Any

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.models import User


class PersonSearch(AutocompleteJsonView):
    """Active people whose name fits, or whose address is exactly this; addresses are never shown."""

    def has_perm(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("memberships.add_accessgrant"))

    def get_queryset(self) -> QuerySet[User]:
        term = self.term.strip()
        fits = Q(display_name__icontains=term) | Q(slug__istartswith=term) | Q(email__iexact=term)
        return User.objects.filter(fits, is_active=True).order_by("display_name", "pk")

    def serialize_result(self, obj: User, to_field_name: str) -> dict[str, str]:  # type: ignore[override]
        return {"id": str(getattr(obj, to_field_name)), "text": f"{obj.display_name} ({obj.slug})"}
