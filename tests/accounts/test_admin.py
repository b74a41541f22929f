"""Staff pages of people, rights, topics, the vocabulary and the audit log."""

from datetime import UTC, datetime
from typing import Any

import pytest
import zeal
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from accounts.models import (
    AccountMail,
    AuditEntry,
    Block,
    CaseEvent,
    DataExport,
    Deletion,
    Digest,
    Experience,
    ExperienceGroup,
    IdempotencyToken,
    MailTimes,
    Notification,
    NotificationChoice,
    PersonExperience,
    Report,
    Topic,
    User,
)
from accounts.services.audit import record_action
from tests.factories.people import PASSWORD, TopicFactory, UserFactory, experience, staff

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "another-long-password"
LIST_QUERIES = {
    "accounts_user": 5,
    "accounts_auditentry": 7,
    "account_emailaddress": 4,
    "accounts_experience": 5,
}


@pytest.fixture
def superuser(client: Client) -> User:
    """A superuser, signed in."""
    person: User = UserFactory.create(is_staff=True, is_superuser=True)
    client.force_login(person)
    return person


@pytest.fixture
def helper(client: Client) -> User:
    """Somebody who may see and change people but is no superuser, signed in."""
    person: User = UserFactory.create(is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    client.force_login(person)
    return person


def url(model: str, page: str, *args: Any) -> str:
    return reverse(f"admin:{model}_{page}", args=args)


def post(client: Client, path: str, fields: dict[str, Any]) -> Any:
    # The signed-in person and the one on the page are two single rows of one table.
    with zeal.zeal_ignore([{"model": "accounts.User", "field": "get()"}]):
        return client.post(path, fields)


def audit() -> list[tuple[Any, ...]]:
    return list(AuditEntry.objects.order_by("pk").values_list("actor", "action", "target", "reason"))


# --- People ---


@pytest.mark.parametrize("model", LIST_QUERIES)
@pytest.mark.parametrize("count", [1, 3])
def test_list_has_a_fixed_number_of_queries(
    client: Client, superuser: User, model: str, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        record_action(by=UserFactory.create(), action="test", target=superuser)
        experience(group=f"group-{number}", key=f"key-{number}")
    with django_assert_num_queries(LIST_QUERIES[model]):
        assert client.get(url(model, "changelist")).status_code == 200


@pytest.mark.parametrize("term", ["jordan", "secret@example"])
def test_people_are_found_by_name_and_email(client: Client, superuser: User, term: str) -> None:
    found = UserFactory.create(display_name="Jordan", email="secret@example.test")
    page = client.get(url("accounts_user", "changelist"), {"q": term})
    assert [person.pk for person in page.context["cl"].result_list] == [found.pk]


@pytest.mark.parametrize("is_verified", [True, False])
def test_people_list_shows_whose_email_is_verified(
    client: Client, superuser: User, is_verified: bool
) -> None:
    person = UserFactory.create(display_name="Jordan", verified=is_verified)
    # Another address of the same person does not count.
    EmailAddress.objects.create(user=person, email="old@example.test", verified=True)
    page = client.get(url("accounts_user", "changelist"), {"q": "Jordan"})
    rows = page.context["cl"].result_list
    assert [(row.display_name, row.verified) for row in rows] == [("Jordan", is_verified)]


def test_superuser_changes_rights_with_an_audit_row(client: Client, superuser: User) -> None:
    person = UserFactory.create(display_name="Jordan")
    editors = Group.objects.get(name="editor")
    fields = {"display_name": "Jordan", "is_active": "on", "is_staff": "on", "groups": [editors.pk]}
    post(client, url("accounts_user", "change", person.pk), fields)
    person.refresh_from_db()
    assert (person.is_staff, person.is_superuser, list(person.groups.all())) == (True, False, [editors])
    target = f"accounts.user:{person.pk}"
    assert audit() == [(superuser.pk, "user.changed", target, "May open the staff pages, Groups")]


def test_what_is_the_persons_own_is_read_only(client: Client, superuser: User) -> None:
    person = UserFactory.create(slug="kept", email="kept@example.test")
    fields = {"display_name": "Renamed", "is_active": "on", "slug": "x", "email": "x@example.test"}
    post(client, url("accounts_user", "change", person.pk), {**fields, "joined_at_0": "2001-01-01"})
    after = User.objects.get(pk=person.pk)
    assert (after.display_name, after.slug, after.email) == ("Renamed", "kept", "kept@example.test")
    assert after.joined_at == person.joined_at


def test_superuser_sets_a_password_with_an_audit_row(client: Client, superuser: User) -> None:
    person = UserFactory.create()
    path = reverse("admin:auth_user_password_change", args=[person.pk])
    fields = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true"}
    post(client, path, fields)
    person.refresh_from_db()
    assert person.check_password(NEW_PASSWORD) is True
    assert audit() == [(superuser.pk, "user.changed", f"accounts.user:{person.pk}", "password")]


def test_helper_changes_names_but_no_rights(client: Client, helper: User) -> None:
    person = UserFactory.create()
    fields = {"display_name": "Renamed", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    post(client, url("accounts_user", "change", person.pk), {**fields, "groups": [Group.objects.all()[0].pk]})
    person.refresh_from_db()
    assert (person.display_name, person.is_staff, person.is_superuser) == ("Renamed", False, False)
    assert person.groups.count() == 0


@pytest.mark.parametrize("rights", [{"is_staff": True}, {"is_superuser": True}])
def test_helper_does_not_change_staff(client: Client, helper: User, rights: dict[str, bool]) -> None:
    person = UserFactory.create(**rights)
    path = reverse("admin:auth_user_password_change", args=[person.pk])
    response = post(client, path, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert response.status_code == 403
    person.refresh_from_db()
    assert person.check_password(PASSWORD) is True


def test_people_are_neither_added_nor_deleted_here(client: Client, superuser: User) -> None:
    person = UserFactory.create()
    assert client.get(url("accounts_user", "add")).status_code == 403
    assert post(client, url("accounts_user", "delete", person.pk), {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=person.pk).count() == 1


# --- Groups and e-mail addresses ---


def test_group_is_added_and_changed_with_audit_rows(client: Client, superuser: User) -> None:
    client.post(url("auth_group", "add"), {"name": "night shift", "permissions": []})
    made = Group.objects.get(name="night shift")
    right = Permission.objects.get(codename="view_topic")
    client.post(url("auth_group", "change", made.pk), {"name": "night shift", "permissions": [right.pk]})
    assert list(made.permissions.all()) == [right]
    target = f"auth.group:{made.pk}"
    assert audit() == [
        (superuser.pk, "group.added", target, ""),
        (superuser.pk, "group.changed", target, "Permissions"),
    ]


def test_groups_are_for_superusers_alone(client: Client, helper: User) -> None:
    helper.user_permissions.add(*Permission.objects.filter(content_type__model="group"))
    group = Group.objects.get(name="editor")
    assert client.get(url("auth_group", "add")).status_code == 403
    assert client.post(url("auth_group", "change", group.pk), {"name": "taken"}).status_code == 403
    assert Group.objects.filter(name="taken").count() == 0


def test_email_addresses_are_for_reading(client: Client, superuser: User) -> None:
    address = EmailAddress.objects.get()
    assert client.get(url("account_emailaddress", "change", address.pk)).status_code == 200
    assert client.get(url("account_emailaddress", "add")).status_code == 403
    path = url("account_emailaddress", "change", address.pk)
    assert client.post(path, {"verified": ""}).status_code == 403
    assert client.post(url("account_emailaddress", "delete", address.pk)).status_code == 403
    assert EmailAddress.objects.get().verified is True


@pytest.mark.parametrize(
    "model",
    [
        AccountMail, Block, CaseEvent, DataExport, Deletion, Digest, IdempotencyToken, MailTimes,
        Notification, NotificationChoice, PersonExperience, Report,
    ],
)  # fmt: skip
def test_what_staff_need_not_see_has_no_page(model: Any) -> None:
    assert admin.site.is_registered(model) is False


# --- The audit log ---


def test_audit_log_is_for_reading(client: Client) -> None:
    person = staff("safeguarding lead")
    client.force_login(person)
    record_action(by=person, action="test.done", target=person, reason="Because.")
    row = AuditEntry.objects.get()
    assert "test.done" in client.get(url("accounts_auditentry", "changelist")).content.decode()
    assert client.get(url("accounts_auditentry", "change", row.pk)).status_code == 200
    assert client.get(url("accounts_auditentry", "add")).status_code == 403
    assert client.post(url("accounts_auditentry", "change", row.pk), {"action": "x"}).status_code == 403
    assert client.post(url("accounts_auditentry", "delete", row.pk), {"post": "yes"}).status_code == 403
    assert AuditEntry.objects.get().action == "test.done"


# --- Topics and the vocabulary ---


def test_topic_is_added_and_keeps_its_address(client: Client) -> None:
    client.force_login(staff("editor"))
    page = client.get(url("accounts_topic", "add"))
    assert page.context["adminform"].prepopulated_fields[0]["field"].name == "slug"
    client.post(url("accounts_topic", "add"), {"name": "MCAT", "slug": "mcat", "description": "", "order": 1})
    made = Topic.objects.get()
    fields = {"name": "The MCAT", "slug": "changed", "description": "", "order": 1}
    client.post(url("accounts_topic", "change", made.pk), fields)
    assert Topic.objects.values_list("slug", "name").get() == ("mcat", "The MCAT")


def test_topic_is_never_deleted(client: Client, superuser: User) -> None:
    path = url("accounts_topic", "delete", TopicFactory.create().pk)
    assert client.post(path, {"post": "yes"}).status_code == 403


def test_term_retires_and_keeps_what_it_is(client: Client, superuser: User) -> None:
    term = experience(key="kept", learner_privacy="P2")
    fields = {
        "key": "changed",
        "label": "New label",
        "help": "",
        "learner_privacy": "P0",
        "mentor_privacy": "P0",
        "weight": 3,
        "order": 1,
        "retired_at_0": "2026-11-22",
        "retired_at_1": "12:00:00",
    }
    client.post(url("accounts_experience", "change", term.pk), fields)
    after = Experience.objects.get()
    assert (after.key, after.label, after.learner_privacy) == ("kept", "New label", "P2")
    # Typed in the time zone of who typed it.
    assert after.retired_at == datetime(2026, 11, 22, 17, tzinfo=UTC)


def test_term_and_group_are_added_with_their_keys(client: Client, superuser: User) -> None:
    group = {
        "key": "new_group", "label": "New", "why_we_ask": "Because.", "asked_in": "profile",
        "applies_to": "both", "order": 1,
    }  # fmt: skip
    client.post(url("accounts_experiencegroup", "add"), group)
    term = {
        "group": "new_group", "key": "new_term", "label": "New", "help": "", "kind": "multi",
        "learner_privacy": "P1", "mentor_privacy": "P1", "weight": 1, "order": 1, "retired_at_0": "",
        "retired_at_1": "",
    }  # fmt: skip
    client.post(url("accounts_experience", "add"), term)
    assert Experience.objects.values_list("group", "key").get() == ("new_group", "new_term")


def test_group_of_terms_keeps_its_key(client: Client, superuser: User) -> None:
    made = experience(group="kept").group
    fields = {
        "key": "changed", "label": "Renamed", "why_we_ask": "Why.", "asked_in": "profile",
        "applies_to": "both", "order": 1,
    }  # fmt: skip
    client.post(url("accounts_experiencegroup", "change", made.pk), fields)
    assert ExperienceGroup.objects.values_list("key", "label").get() == ("kept", "Renamed")


@pytest.mark.parametrize("model", ["accounts_experience", "accounts_experiencegroup"])
def test_vocabulary_is_never_deleted(client: Client, superuser: User, model: str) -> None:
    term = experience()
    pk = term.pk if model == "accounts_experience" else term.group_id
    assert client.post(url(model, "delete", pk), {"post": "yes"}).status_code == 403
    assert Experience.objects.count() == 1
