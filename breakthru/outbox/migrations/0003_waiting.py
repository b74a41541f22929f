"""How often a row was handed out again, and since when and for what it waits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0002_start_count")]
    # Defaults of the database: the release before this one goes on writing rows meanwhile.
    operations = [
        migrations.AddField("outbox", "republish_count", models.PositiveSmallIntegerField(db_default=0)),
        migrations.AddField("outbox", "waiting_since", models.DateTimeField(null=True)),
        migrations.AddField(
            "outbox", "waits_for", models.CharField(blank=True, db_default="", max_length=40)
        ),
    ]
