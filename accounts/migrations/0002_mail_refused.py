"""When the mail server refused an account mail for good."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        migrations.AddField("accountmail", "refused_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "accountmail",
            models.CheckConstraint(
                condition=Q(refused_at=None) | Q(sent_at=None, text="", html=""),
                name="account_mail_refused_is_not_sent_and_words_gone",
            ),
        ),
    ]
