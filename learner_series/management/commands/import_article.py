"""`manage.py import_article FILE`: a Word, Markdown or HTML document becomes a draft."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from breakthru.lib.documents import DocumentError
from breakthru.lib.documents.importing import MAX_BYTES
from learner_series.lifecycle import RevisionState
from learner_series.models import Revision, Series
from learner_series.services.editorial import EditorialError
from learner_series.services.front_matter import FrontMatter
from learner_series.services.importing import import_article, read_document
from learner_series.services.publishing import move


class Command(BaseCommand):
    """Import one document; each run makes a new draft, and a new article where the slug is free."""

    help = "Import a Word (.docx), Markdown or HTML document into a draft of an article."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the document")
        parser.add_argument(
            "--slug", default="", help="the article's address; made of the title when left out"
        )
        parser.add_argument("--series", default="", help="the slug of the series a new article joins")
        parser.add_argument("--by", default="", help="e-mail of the editor; else the first administrator")
        parser.add_argument("--publish", action="store_true", help="also review and publish it")
        parser.add_argument("--reviewer", default="", help="e-mail of another editor, who approves")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        data = _read(path)
        by, reviewer = _importer(options["by"]), _reviewer(options)
        try:
            imported = read_document(name=path.name, data=data)
            with transaction.atomic():
                revision = import_article(
                    by=by,
                    imported=imported,
                    slug=options["slug"],
                    series=_series(options["series"]),
                    about=FrontMatter(imported.about),
                )
                if reviewer is not None:
                    revision = _publish(revision, by, reviewer)
        except (DocumentError, EditorialError) as error:
            raise CommandError(str(error)) from error
        self._report(revision)

    def _report(self, revision: Revision) -> None:
        article, state = revision.article, RevisionState(revision.state).label.lower()
        self.stdout.write(
            f"“{revision.title}”, revision {revision.number}, {state}: {revision.word_count:,} words"
        )
        self.stdout.write(f"Address: {article.get_absolute_url()}")
        for row in revision.import_report:
            example = f" (such as: {row['example']})" if row["example"] else ""
            self.stdout.write(f"Left out: {row['kind']}, {row['count']} times{example}")
        if not revision.import_report:
            self.stdout.write("Nothing was left out.")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            # One byte more than fits tells the reader that it is too much, without reading all of it.
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise CommandError(message) from error


def _person(email: str) -> User:
    found = User.objects.filter(email=email.strip().lower()).first()
    if found is None:
        message = f"Nobody here has the e-mail address {email}."
        raise CommandError(message)
    return found


def _importer(email: str) -> User:
    if email:
        return _person(email)
    found = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if found is None:
        message = "Say who imports: --by with the e-mail address of an editor."
        raise CommandError(message)
    return found


def _reviewer(options: dict[str, Any]) -> User | None:
    if not options["publish"]:
        return None
    if not options["reviewer"]:
        message = "Publishing needs a second editor: --reviewer with their e-mail address."
        raise CommandError(message)
    return _person(options["reviewer"])


def _series(slug: str) -> Series | None:
    if not slug:
        return None
    found = Series.objects.filter(slug=slug).first()
    if found is None:
        message = f"There is no series “{slug}”."
        raise CommandError(message)
    return found


def _publish(revision: Revision, by: User, reviewer: User) -> Revision:
    now = timezone.now()
    move(by=by, revision=revision, target=RevisionState.IN_REVIEW, now=now)
    move(by=reviewer, revision=revision, target=RevisionState.APPROVED, now=now)
    return move(by=reviewer, revision=revision, target=RevisionState.PUBLISHED, now=now)
