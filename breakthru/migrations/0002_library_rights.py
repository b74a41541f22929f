"""What editors may do with fact cards, the calendar, next steps and readers' words."""

from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

EDITOR = [
    *(
        f"{verb}_{model}"
        for verb in ("add", "change", "view")
        for model in ("factcard", "calendarentry", "nextstep")
    ),
    *(f"{verb}_relatedarticle" for verb in ("add", "change", "delete", "view")),
    "delete_calendarentry",
    "delete_nextstep",
    "delete_factcard",
    "view_articlefeedback",
]


def give_rights(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Django creates permissions after all migrations; the groups need them now.
    config = installed.get_app_config("learner_series")
    create_contenttypes(config, verbosity=0)
    create_permissions(config, verbosity=0)
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    group = Group.objects.get(name="editor")
    wanted = Permission.objects.filter(content_type__app_label="learner_series", codename__in=EDITOR)
    group.permissions.add(*wanted)


class Migration(migrations.Migration):
    dependencies = [("breakthru", "0001_staff_groups"), ("learner_series", "0003_open_parts")]
    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
