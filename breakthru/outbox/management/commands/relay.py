"""`manage.py relay`: the process between the outbox and Celery."""

import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from breakthru.celery import app
from breakthru.outbox.relay import Relay


class Command(BaseCommand):
    """Run the relay until SIGINT or SIGTERM."""

    help = "Hand due outbox rows to Celery until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()

        def leave(signum: int, frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGINT, leave)
        signal.signal(signal.SIGTERM, leave)
        Relay(app).run(stop)
