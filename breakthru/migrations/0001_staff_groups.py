"""The staff groups of PRODUCT §2, each with the least it needs."""

from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GROUPS = {
    "editor": [
        "learner_series.add_article",
        "learner_series.change_article",
        "learner_series.view_article",
        "learner_series.view_articleauthor",
        "learner_series.add_articleauthor",
        "learner_series.change_articleauthor",
        "learner_series.delete_articleauthor",
        "learner_series.add_revision",
        "learner_series.change_revision",
        "learner_series.view_revision",
        "learner_series.add_series",
        "learner_series.change_series",
        "learner_series.view_series",
        "learner_series.view_articleimage",
        "accounts.add_topic",
        "accounts.change_topic",
        "accounts.view_topic",
    ],
    "moderator": ["feed.view_question", "feed.change_question", "feed.view_answer", "feed.change_answer"],
    "coordinator": ["mentors.view_mentorprofile", "mentors.change_mentorprofile", "accounts.view_topic"],
    "safeguarding lead": ["feed.view_question", "feed.view_answer", "accounts.view_auditentry"],
    "billing": [],
    "analyst": ["learner_series.view_article", "feed.view_question"],
}


def create_groups(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Django creates permissions after all migrations; the groups need them now.
    for label in ("accounts", "mentors", "learner_series", "feed"):
        config = installed.get_app_config(label)
        create_contenttypes(config, verbosity=0)
        create_permissions(config, verbosity=0)
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for name, wanted in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        for permission in wanted:
            label, codename = permission.split(".")
            group.permissions.add(Permission.objects.get(content_type__app_label=label, codename=codename))


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("accounts", "0001_initial"),
        ("mentors", "0001_initial"),
        ("learner_series", "0001_initial"),
        ("feed", "0001_initial"),
    ]
    operations = [migrations.RunPython(create_groups, migrations.RunPython.noop)]
