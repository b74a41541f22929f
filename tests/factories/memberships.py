"""Grants of Premium."""

from datetime import timedelta

import factory
from django.utils import timezone

from memberships.models import AccessGrant
from memberships.models.grant import Source
from tests.factories.people import UserFactory


class GrantFactory(factory.django.DjangoModelFactory[AccessGrant]):
    """A complimentary grant that began yesterday and holds for another month."""

    class Meta:
        model = AccessGrant

    user = factory.SubFactory(UserFactory)
    source = Source.COMPLIMENTARY
    starts_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=1))
    ends_at = factory.LazyAttribute(lambda grant: grant.starts_at + timedelta(days=31))
    reason = "She reads for us."
    granted_by = factory.SubFactory(UserFactory)
