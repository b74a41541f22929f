"""People, and what many apps share."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Fills the outbox registry."""

    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from accounts import handlers, receivers  # noqa: PLC0415  (models load only once apps are ready)
        from breakthru.outbox.registry import register  # noqa: PLC0415

        # Read for what it connects.
        assert receivers
        register("accounts.send_account_mail", handlers.send_account_mail)
        register("accounts.clear_expired", handlers.clear_expired)
