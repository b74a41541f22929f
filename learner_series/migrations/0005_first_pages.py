"""The first texts of the plain pages, from learner_series/data/pages; and who may change them."""

from dataclasses import asdict
from pathlib import Path

from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

from breakthru.lib.documents import import_document

TEXTS = Path(__file__).resolve().parents[1] / "data" / "pages"
EDITOR = ("change_plainpage", "view_plainpage", "view_pageversion")


def write_pages(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    PlainPage = apps.get_model("learner_series", "PlainPage")
    PageVersion = apps.get_model("learner_series", "PageVersion")
    now = timezone.now()
    for path in sorted(TEXTS.glob("*.md")):
        read = import_document(path.name, path.read_bytes())
        words = {"title": read.title, "summary": read.summary, "html": read.cleaned.html}
        more = {
            "outline": [asdict(heading) for heading in read.cleaned.outline],
            "cleaner_version": read.cleaned.version,
            "changed_at": now,
        }
        page, is_new = PlainPage.objects.get_or_create(slug=path.stem, defaults={**words, **more})
        if is_new:
            PageVersion.objects.create(page=page, number=1, at=now, **words)


def give_rights(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Django creates permissions after all migrations; the groups need them now.
    config = installed.get_app_config("learner_series")
    create_contenttypes(config, verbosity=0)
    create_permissions(config, verbosity=0)
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    rights = Permission.objects.filter(content_type__app_label="learner_series", codename__in=EDITOR)
    Group.objects.get(name="editor").permissions.add(*rights)


class Migration(migrations.Migration):
    dependencies = [("breakthru", "0001_staff_groups"), ("learner_series", "0004_plain_pages")]
    operations = [
        migrations.RunPython(write_pages, migrations.RunPython.noop),
        migrations.RunPython(give_rights, migrations.RunPython.noop),
    ]
