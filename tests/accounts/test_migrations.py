"""What the migrations make of rows that were there before them."""

from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from accounts.models import NotificationChoice
from tests.factories.people import UserFactory

MAIL_CHOICES = import_module("accounts.migrations.0005_mail_choices")


@pytest.mark.django_db
def test_who_wanted_no_mails_about_answers_still_wants_none() -> None:
    no, yes, chose_since = UserFactory.create_batch(3)
    NotificationChoice.objects.create(user=chose_since, kind="feed.question_answered", mail="weekly")
    (before,) = MAIL_CHOICES.Migration.dependencies
    old = MigrationLoader(connection).project_state(before).apps
    choice = old.get_model("accounts", "MailChoice")
    with connection.schema_editor() as editor:
        editor.create_model(choice)
        for user, is_wanted in ((no, False), (yes, True), (chose_since, False)):
            choice.objects.create(user_id=user.pk, kind="question_answered", is_wanted=is_wanted)
        MAIL_CHOICES.keep_no(old, editor)
        # What waits to be checked at the end would keep the table from being dropped.
        editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        editor.delete_model(choice)
    found = NotificationChoice.objects.order_by("user").values_list("user", "kind", "on_page", "mail")
    assert list(found) == [
        (no.pk, "feed.question_answered", True, "never"),
        (chose_since.pk, "feed.question_answered", True, "weekly"),
    ]
