"""Unfold's decorators for staff pages, with types."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from unfold import decorators

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
