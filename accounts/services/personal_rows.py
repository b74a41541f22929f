"""Which rows of a table are a person's own, by the rules of each app's `privacy` module."""

from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from accounts.registries.personal_data import Table


def model_of(*, table: Table) -> type[Model]:
    """Return the model that a table's rules are about."""
    return apps.get_model(table.model)


def own_rows(*, table: Table, person: int) -> QuerySet[Any]:
    """Return the rows of the person with that id, of a table whose rows are somebody's."""
    chosen = table.rows_of(person) if table.rows_of else Q(**{table.owner: person})
    return model_of(table=table)._base_manager.filter(chosen)
