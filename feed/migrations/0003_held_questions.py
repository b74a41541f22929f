"""The queue of held questions, by how long they wait."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feed", "0002_library_whole")]

    operations = [
        migrations.AddIndex(
            model_name="question",
            index=models.Index(
                fields=["asked_at"], name="question_held", condition=models.Q(visibility="held")
            ),
        ),
    ]
