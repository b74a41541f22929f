"""`manage.py rotate_keys`: seal everything private with the first of FIELD_KEYS."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from accounts.services.rotation import rotate_second_steps
from accounts.services.sensitive import rotate_slice
from breakthru.lib.sealing import SealError

SLICE = 500


class Command(BaseCommand):
    """Work in slices; what a stopped run left over, the next one does."""

    help = "Seal private values anew with the first key of FIELD_KEYS, so that the others can be dropped."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            for rotate_next in (rotate_slice, rotate_second_steps):
                last: int | None = 0
                while last is not None:
                    last = rotate_next(after=last, size=SLICE)
        except SealError as error:
            message = (
                "A value was sealed with none of FIELD_KEYS. Put the missing key back and run this again."
            )
            raise CommandError(message) from error
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Everything private is sealed with the first key; the others can go.")
