"""What a test says about the database: it takes this, it refuses that, and by which constraint."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, transaction


@contextmanager
def refused_by(constraint: str) -> Iterator[None]:
    """Expect that PostgreSQL refuses what is done inside, by the constraint of that name; undo it."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        yield
    assert f'constraint "{constraint}"' in str(caught.value)
