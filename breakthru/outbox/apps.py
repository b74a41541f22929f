"""The outbox: an app of its own that imports no other."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Label `outbox`."""

    name = "breakthru.outbox"
    label = "outbox"

    def ready(self) -> None:
        from breakthru.outbox import handlers, registry  # noqa: PLC0415  (models load only once apps are ready)

        registry.register("outbox.purge", handlers.purge)
        registry.register("outbox.beat_heart", handlers.beat_heart)
