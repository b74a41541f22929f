"""Who of the staff groups gives Premium (PRODUCT §10)."""

from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GROUPS = ("billing", "coordinator")
CODENAMES = ("add_accessgrant", "change_accessgrant", "view_accessgrant")


def add_rights(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Django creates permissions after all migrations; the groups need them now.
    config = installed.get_app_config("memberships")
    create_contenttypes(config, verbosity=0)
    create_permissions(config, verbosity=0)
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    rights = Permission.objects.filter(content_type__app_label="memberships", codename__in=CODENAMES)
    for name in GROUPS:
        Group.objects.get(name=name).permissions.add(*rights)


class Migration(migrations.Migration):
    dependencies = [
        ("breakthru", "0001_staff_groups"),
        ("memberships", "0001_initial"),
    ]
    operations = [migrations.RunPython(add_rights, migrations.RunPython.noop)]
