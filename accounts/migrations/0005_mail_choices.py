"""Who wanted no mails about answers keeps that as a notification choice."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def keep_no(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Bring every "no" over; a "yes" is what holds without a row."""
    MailChoice = apps.get_model("accounts", "MailChoice")
    NotificationChoice = apps.get_model("accounts", "NotificationChoice")
    people = MailChoice.objects.filter(kind="question_answered", is_wanted=False).values_list(
        "user", flat=True
    )
    rows = (
        NotificationChoice(user_id=person, kind="feed.question_answered", mail="never")
        for person in people.iterator()
    )
    NotificationChoice.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_notifications_privacy_safety")]
    operations = [
        migrations.RunPython(keep_no, migrations.RunPython.noop),
        migrations.DeleteModel("MailChoice"),
    ]
