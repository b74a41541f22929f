"""The plain pages say how reports, blocks, appeals, copies and deletion work, where staff never changed them."""

from dataclasses import asdict
from pathlib import Path

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

from breakthru.lib.documents import import_document

TEXTS = Path(__file__).resolve().parents[1] / "data" / "pages"
# Begins as the history of a page knows words that nobody here wrote (learner_series/admin/page.py).
NOTE = "With the site: how reports, blocks, appeals, copies and deletion work"


def renew_pages(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    PlainPage = apps.get_model("learner_series", "PlainPage")
    PageVersion = apps.get_model("learner_series", "PageVersion")
    now = timezone.now()
    # Version 1 came with the site; whatever is newer was written by somebody here.
    for page in PlainPage.objects.filter(version=1):
        path = TEXTS / f"{page.slug}.md"
        read = import_document(path.name, path.read_bytes())
        words = {"title": read.title, "summary": read.summary, "html": read.cleaned.html}
        # A new site has them from the migration before.
        if all(getattr(page, name) == value for name, value in words.items()):
            continue
        more = {
            "outline": [asdict(heading) for heading in read.cleaned.outline],
            "cleaner_version": read.cleaned.version,
            "changed_at": now,
            "version": 2,
        }
        PlainPage.objects.filter(pk=page.pk).update(**words, **more)
        PageVersion.objects.create(page=page, number=2, note=NOTE, at=now, **words)


class Migration(migrations.Migration):
    dependencies = [("learner_series", "0006_known_values")]
    operations = [migrations.RunPython(renew_pages, migrations.RunPython.noop)]
