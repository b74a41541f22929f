"""The staff page of the outbox."""

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from breakthru.outbox.models import Outbox
from tests.factories.people import UserFactory, staff

pytestmark = pytest.mark.django_db

LIST = "admin:outbox_outbox_changelist"


def test_parked_rows_start_again_and_others_stay(client: Client) -> None:
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    now = timezone.now()
    parked = Outbox.objects.create(kind="outbox.beat_heart", ref="1", attempts=5, parked_at=now)
    done = Outbox.objects.create(kind="outbox.beat_heart", ref="2", done_at=now)
    fields = {"action": "start_again", "_selected_action": [parked.pk, done.pk]}
    response = client.post(reverse(LIST), fields)
    assert [str(message) for message in get_messages(response.wsgi_request)] == ["1 parked rows start again."]
    parked.refresh_from_db()
    done.refresh_from_db()
    assert (parked.parked_at, parked.attempts, done.done_at) == (None, 0, now)


def test_start_of_a_parked_row_is_logged_with_who_did_it(client: Client) -> None:
    by = UserFactory.create(is_staff=True, is_superuser=True)
    client.force_login(by)
    parked = Outbox.objects.create(kind="outbox.beat_heart", ref="1", parked_at=timezone.now())
    waiting = Outbox.objects.create(kind="outbox.beat_heart", ref="2")
    client.post(reverse(LIST), {"action": "start_again", "_selected_action": [parked.pk, waiting.pk]})
    entry = LogEntry.objects.get()
    assert (entry.user, entry.get_edited_object(), entry.action_flag, entry.change_message) == (
        by, parked, CHANGE, "Started again.",
    )  # fmt: skip


def test_rows_are_not_added_changed_or_deleted(client: Client) -> None:
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    row = Outbox.objects.create(kind="outbox.beat_heart", ref="1")
    assert client.get(reverse(LIST)).status_code == 200
    assert client.get(reverse("admin:outbox_outbox_change", args=[row.pk])).status_code == 200
    assert client.get(reverse("admin:outbox_outbox_add")).status_code == 403
    assert client.post(reverse("admin:outbox_outbox_change", args=[row.pk]), {"ref": "2"}).status_code == 403
    assert (
        client.post(reverse("admin:outbox_outbox_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    )
    assert Outbox.objects.get().ref == "1"


def test_outbox_is_for_administrators(client: Client) -> None:
    client.force_login(staff("editor"))
    assert client.get(reverse(LIST)).status_code == 403
