"""`manage.py load_vocabulary`: keep the vocabulary in step with its files."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.services.vocabulary import VocabularyError, load_vocabulary


class Command(BaseCommand):
    """Check accounts/data/vocabulary*.csv and make the tables equal to them."""

    help = "Load the vocabulary of experiences from accounts/data."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            change = load_vocabulary(now=timezone.now())
        except VocabularyError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Vocabulary: {change.groups} groups, {change.terms} terms"
            f" ({change.added} added, {change.changed} changed, {change.retired} retired)."
        )
