"""People, and what many apps share."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Fills the registries."""

    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from accounts import handlers, privacy, receivers  # noqa: PLC0415  (models load only once apps are ready)
        from accounts.registries.notifications import register_notification  # noqa: PLC0415
        from accounts.registries.personal_data import register_tables  # noqa: PLC0415
        from accounts.registries.safety import register_reportable  # noqa: PLC0415
        from accounts.services import case_notices, exporting, leaving, sanction_notices  # noqa: PLC0415
        from accounts.services.reporting import PERSON  # noqa: PLC0415
        from breakthru.outbox.registry import register  # noqa: PLC0415

        # Read for what it connects.
        assert receivers
        register("accounts.send_account_mail", handlers.send_account_mail)
        register("accounts.clear_expired", handlers.clear_expired)
        register("accounts.mail_notification", handlers.mail_notification)
        register("accounts.gather_digests", handlers.gather_digests)
        register("accounts.send_digest", handlers.send_digest)
        register("accounts.case_due", handlers.case_due)
        register("accounts.erase_due", handlers.erase_due)
        register("accounts.erase_person", handlers.erase_person)
        register("accounts.erase_late_rows", handlers.erase_late_rows)
        register("accounts.make_export", handlers.make_export)
        register("accounts.tell_of_export", handlers.tell_of_export)
        for kind in (*case_notices.KINDS, *sanction_notices.KINDS, leaving.WAITS, exporting.READY):
            register_notification(kind)
        register_reportable(PERSON)
        register_tables(privacy.TABLES)
