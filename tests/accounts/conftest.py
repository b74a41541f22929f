"""A fresh cache (limits are counted there) and the worker's part of sending mail."""

from collections.abc import Callable

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives

from breakthru.outbox.models import Outbox
from breakthru.outbox.services import deliver

Worker = Callable[[], list[EmailMultiAlternatives]]


def html_of(message: EmailMultiAlternatives) -> str:
    """The HTML part of a mail."""
    return str(next(iter(message.alternatives[0])))


@pytest.fixture(autouse=True)
def no_limits_used_up() -> None:
    """Each test begins with all of its tries."""
    cache.clear()


@pytest.fixture
def work_off() -> Worker:
    """Do what a worker would do now; return the mails this sends."""

    def run() -> list[EmailMultiAlternatives]:
        before = len(mail.outbox)
        for pk in Outbox.objects.due().order_by("pk").values_list("pk", flat=True):
            assert deliver(pk) is True
        sent: list[EmailMultiAlternatives] = mail.outbox[before:]  # type: ignore[assignment]
        return sent

    return run
