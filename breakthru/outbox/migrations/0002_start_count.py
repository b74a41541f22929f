"""Count starts instead of publications: a row that waits for a worker is no poison."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial")]
    operations = [migrations.RenameField("outbox", "publication_count", "start_count")]
