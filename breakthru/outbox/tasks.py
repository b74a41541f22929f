"""The one Celery task."""

from celery import shared_task

from breakthru.outbox import services


@shared_task(name="outbox.deliver")
def deliver(outbox_id: int) -> None:
    """Run the handler of one outbox row."""
    services.deliver(outbox_id)
