"""What staff may do about reports, people and sanctions, each group with the least it needs."""

from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GROUPS = {
    # Cases that are not serious, and a word to a person; held posts come with the right to change questions.
    "moderator": ["accounts.view_case", "accounts.change_case"],
    # Every case, every sanction; hiding what was reported; reaching somebody who is in danger.
    "safeguarding lead": [
        "accounts.view_case",
        "accounts.change_case",
        "accounts.view_sanction",
        "accounts.add_sanction",
        "accounts.view_suppression",
        "accounts.view_user",
        "account.view_emailaddress",
        "feed.change_question",
        "feed.change_answer",
    ],
    # Who somebody is and how they stand, before two people are brought together.
    "coordinator": ["accounts.view_user", "accounts.view_sanction"],
}


def give_rights(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Django creates permissions after all migrations; the groups need them now.
    for label in ("account", "accounts", "feed"):
        config = installed.get_app_config(label)
        create_contenttypes(config, verbosity=0)
        create_permissions(config, verbosity=0)
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for name, wanted in GROUPS.items():
        group = Group.objects.get(name=name)
        for permission in wanted:
            label, codename = permission.split(".")
            group.permissions.add(Permission.objects.get(content_type__app_label=label, codename=codename))


class Migration(migrations.Migration):
    dependencies = [
        ("breakthru", "0003_limit_table"),
        ("accounts", "0004_notifications_privacy_safety"),
        ("account", "0001_initial"),
        ("feed", "0001_initial"),
    ]
    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
