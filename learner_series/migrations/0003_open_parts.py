"""Existing texts are open: fill what everybody may read, what search knows, and which pictures they show."""

import re

from django.apps.registry import Apps
from django.contrib.postgres.search import SearchVector
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F, Value

ADDRESS = re.compile(r"/learn/images/([\w.-]+)")


def open_everything(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Revision = apps.get_model("learner_series", "Revision")
    Revision.objects.update(open_html=F("html"), open_text=F("text"), open_word_count=F("word_count"))


def index_live_texts(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Article = apps.get_model("learner_series", "Article")
    for article in Article.objects.filter(live__isnull=False).select_related("live").iterator():
        vector = (
            SearchVector(Value(article.live.title), weight="A", config="english")
            + SearchVector(Value(article.live.summary), weight="B", config="english")
            + SearchVector(Value(article.live.text[:120_000]), weight="D", config="english")
        )
        Article.objects.filter(pk=article.pk).update(search=vector, open_word_count=article.word_count)


def note_pictures(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Revision = apps.get_model("learner_series", "Revision")
    ArticleImage = apps.get_model("learner_series", "ArticleImage")
    ImageUse = apps.get_model("learner_series", "ImageUse")
    for revision in Revision.objects.filter(html__contains="/learn/images/").only("html").iterator():
        names = set(ADDRESS.findall(revision.html))
        ImageUse.objects.bulk_create(
            ImageUse(revision_id=revision.pk, image=image, is_open=True)
            for image in ArticleImage.objects.filter(name__in=names)
        )


class Migration(migrations.Migration):
    dependencies = [("learner_series", "0002_library_whole")]
    operations = [
        migrations.RunPython(open_everything, migrations.RunPython.noop),
        migrations.RunPython(index_live_texts, migrations.RunPython.noop),
        migrations.RunPython(note_pictures, migrations.RunPython.noop),
    ]
