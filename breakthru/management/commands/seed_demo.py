"""`manage.py seed_demo`: load the demo once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from breakthru.demo import DemoError, load_demo


class Command(BaseCommand):
    """Load the demo from demo/ unless it is there already."""

    help = "Load the demo's people, articles and questions, once."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            is_new = load_demo(now=timezone.now())
        except DemoError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("The demo is loaded." if is_new else "The demo is there already.")
