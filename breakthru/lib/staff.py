"""Unfold's decorators for staff pages, with types."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from django.contrib.admin import ModelAdmin
from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest
from unfold import decorators
from unfold.admin import ModelAdmin as UnfoldAdmin

# Unfold's classes have no types; a typed base beside them would contradict them.
_Base: Any = ModelAdmin

_Method = TypeVar("_Method", bound=Callable[..., Any])


def display(
    *,
    description: str,
    ordering: str | None = None,
    boolean: bool | None = None,
    label: Mapping[Any, str] | None = None,
) -> Callable[[_Method], _Method]:
    """Name a computed column; `label` maps a value to the color of its badge."""
    decorator = decorators.display(description=description, ordering=ordering, boolean=boolean, label=label)
    return cast("Callable[[_Method], _Method]", decorator)


def action(
    *, description: str, permissions: Sequence[str], url_path: str | None = None, icon: str | None = None
) -> Callable[[_Method], _Method]:
    """Name a button of a staff page; `permissions` are the `has_…_permission` methods that allow it."""
    decorator = decorators.action(
        description=description, permissions=permissions, url_path=url_path, icon=icon
    )
    return cast("Callable[[_Method], _Method]", decorator)


class ChangedColumnsAdmin(_Base):  # type: ignore[misc]  # see _Base
    """Saves a new row whole, of a known one only what the form changed. Stands last among the bases.

    The row was read without a lock: writing all of it back would undo what a service did meanwhile.
    """

    def save_model(self, request: HttpRequest, obj: Any, form: BaseForm, change: bool) -> None:
        """Write `obj`, any model's row."""
        names = [field.name for field in obj._meta.concrete_fields if field.name in form.changed_data]
        obj.save(update_fields=names if change else None)


class ReadOnlyAdmin(UnfoldAdmin):  # type: ignore[misc]  # unfold ships no types
    """Rows for reading: nothing is added, changed or deleted here."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
