"""The table that counts limits while the cache is away, as Django's database cache wants it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("breakthru", "0002_library_rights")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE breakthru_limit (
                cache_key varchar(255) NOT NULL PRIMARY KEY,
                value text NOT NULL,
                expires timestamp with time zone NOT NULL
            );
            CREATE INDEX breakthru_limit_expires ON breakthru_limit (expires);
            """,
            "DROP TABLE breakthru_limit;",
        )
    ]
