"""Staff pages of mentors: profiles, and their verification with a reason."""

from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from mentors.admin import profile as page_module
from mentors.models import MentorProfile
from mentors.models.profile import Verification
from mentors.services.verification import VerificationError
from tests.factories.people import MentorFactory, TopicFactory, UserFactory, staff

pytestmark = pytest.mark.django_db

LIST_QUERIES = 6


@pytest.fixture
def coordinator(client: Client) -> User:
    """A coordinator, signed in; their days are those of the tests."""
    person = staff("coordinator", time_zone="UTC")
    client.force_login(person)
    return person


def change_url(profile: MentorProfile) -> str:
    return reverse("admin:mentors_mentorprofile_change", args=[profile.pk])


def verification_url(pk: int) -> str:
    return reverse("admin:mentors_mentorprofile_change_verification", args=[pk])


def ahead(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


@pytest.mark.parametrize("count", [1, 3])
def test_mentor_list_has_a_fixed_number_of_queries(
    client: Client, coordinator: User, count: int, django_assert_num_queries: Any
) -> None:
    made = [MentorFactory.create() for _ in range(count)]
    with django_assert_num_queries(LIST_QUERIES):
        page = client.get(reverse("admin:mentors_mentorprofile_changelist")).content.decode()
    assert [mentor.user.display_name in page for mentor in made] == [True] * count
    assert made[0].user.email not in page


def test_profile_is_changed_with_an_audit_row(client: Client, coordinator: User) -> None:
    profile, topic = MentorFactory.create(headline="Old"), TopicFactory.create()
    fields = {"school": "HVU", "program_year": "m4", "headline": "New", "topics": [topic.pk]}
    client.post(change_url(profile), fields)
    after = MentorProfile.objects.get()
    assert (after.school, after.program_year, after.headline, list(after.topics.all())) == (
        "HVU",
        "m4",
        "New",
        [topic],
    )
    row = AuditEntry.objects.values_list("actor", "action", "target").get()
    assert row == (coordinator.pk, "mentorprofile.changed", f"mentors.mentorprofile:{profile.pk}")


def test_profile_form_leaves_verification_person_and_address_alone(client: Client, coordinator: User) -> None:
    profile = MentorFactory.create(verification=Verification.SUSPENDED)
    forged = {
        "verification": "verified",
        "verified_until": ahead(900),
        "slug": "other",
        "user": coordinator.pk,
    }
    client.post(change_url(profile), {"school": "HVU", "program_year": "m4", "headline": "", **forged})
    after = MentorProfile.objects.get()
    assert (after.verification, after.verified_until) == (Verification.SUSPENDED, profile.verified_until)
    assert (after.slug, after.user_id, after.school) == (profile.slug, profile.user_id, "HVU")


def test_profile_made_by_hand_is_not_verified(client: Client) -> None:
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    person = UserFactory.create()
    fields = {"user": person.pk, "slug": "new-mentor", "school": "LSM", "program_year": "m1", "headline": ""}
    client.post(reverse("admin:mentors_mentorprofile_add"), {**fields, "verification": "verified"})
    made = MentorProfile.objects.get()
    assert (made.user, made.slug, made.verification, made.verified_until) == (
        person,
        "new-mentor",
        Verification.ENDED,
        None,
    )


def test_coordinators_neither_add_nor_delete_profiles(client: Client, coordinator: User) -> None:
    profile = MentorFactory.create()
    delete = reverse("admin:mentors_mentorprofile_delete", args=[profile.pk])
    assert client.get(reverse("admin:mentors_mentorprofile_add")).status_code == 403
    assert client.post(delete, {"post": "yes"}).status_code == 403


# --- Verification ---


def test_verification_page_begins_with_what_is(client: Client, coordinator: User) -> None:
    profile = MentorFactory.create()
    page = client.get(verification_url(profile.pk))
    assert page.context["form"].initial == {
        "verification": Verification.VERIFIED,
        "until": profile.verified_until,
    }
    assert f'<a href="{change_url(profile)}"' in page.content.decode()
    assert verification_url(profile.pk) in client.get(change_url(profile)).content.decode()


def test_verification_changes_with_its_reason(client: Client, coordinator: User) -> None:
    profile = MentorFactory.create(verification=Verification.EXPIRED)
    fields = {"verification": "verified", "until": ahead(200), "reason": "School e-mail seen."}
    response = client.post(verification_url(profile.pk), fields)
    after = MentorProfile.objects.get()
    assert (after.verification, after.verified_until) == (Verification.VERIFIED, ahead(200))
    assert response["Location"] == change_url(profile)
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "The verification is changed."
    ]
    row = AuditEntry.objects.values_list("actor", "action", "reason").get()
    assert row == (coordinator.pk, "mentor.verified", "School e-mail seen.")


def test_verification_ends_without_a_date(client: Client, coordinator: User) -> None:
    profile = MentorFactory.create()
    client.post(
        verification_url(profile.pk), {"verification": "suspended", "until": "", "reason": "A report."}
    )
    after = MentorProfile.objects.get()
    assert (after.verification, after.verified_until) == (Verification.SUSPENDED, profile.verified_until)


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"reason": " "}, {"reason": ["Please give a reason; the mentor may ask for it."]}),
        ({"until": ""}, {"until": ["A verification needs an end that lies ahead."]}),
        ({"until": ahead(-1)}, {"until": ["A verification needs an end that lies ahead."]}),
        ({"until": "soon"}, {"until": ["Enter a valid date."]}),
    ],
)
def test_verification_tells_the_fault_beside_the_field(
    client: Client, coordinator: User, fields: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    profile = MentorFactory.create(verification=Verification.EXPIRED)
    good = {"verification": "verified", "until": ahead(9), "reason": "What I typed."}
    page = client.post(verification_url(profile.pk), {**good, **fields})
    assert (page.status_code, page.context["form"].errors) == (422, errors)
    assert MentorProfile.objects.get().verification == Verification.EXPIRED
    assert AuditEntry.objects.count() == 0


def test_verification_shows_what_the_service_refuses(client: Client, coordinator: User) -> None:
    profile = MentorFactory.create()
    fields = {"verification": "ended", "until": "", "reason": "Left the school."}
    with patch.object(page_module, "change_verification", side_effect=VerificationError("Not now.")):
        page = client.post(verification_url(profile.pk), fields)
    assert (page.status_code, page.context["form"].non_field_errors()) == (422, ["Not now."])
    assert "Not now." in page.content.decode()


def test_verification_of_nobody_is_a_404(client: Client, coordinator: User) -> None:
    assert client.get(verification_url(0)).status_code == 404


def test_verification_is_for_coordinators(client: Client) -> None:
    client.force_login(staff("editor"))
    assert client.get(verification_url(MentorFactory.create().pk)).status_code == 403


def test_saving_a_headline_does_not_undo_a_suspension_made_meanwhile(
    client: Client, coordinator: User
) -> None:
    profile = MentorFactory.create(headline="Old")

    def suspend_and_save(form: Any, *args: Any, **kwargs: Any) -> Any:
        MentorProfile.objects.update(verification=Verification.SUSPENDED)
        return real(form, *args, **kwargs)

    real = page_module.MentorProfileAdmin.save_form
    with patch.object(page_module.MentorProfileAdmin, "save_form", suspend_and_save):
        client.post(change_url(profile), {"school": "LSM", "program_year": "m3", "headline": "New"})

    after = MentorProfile.objects.get()
    assert (after.headline, after.verification) == ("New", Verification.SUSPENDED)


@pytest.mark.parametrize(("words", "is_found"), [("Amara", True), ("nobody", False)])
def test_mentors_are_found_by_name(client: Client, coordinator: User, words: str, is_found: bool) -> None:
    MentorFactory.create(user__display_name="Amara", user__slug="amara-x")
    page = client.get(reverse("admin:mentors_mentorprofile_changelist"), {"q": words})
    assert ("amara-x" in page.content.decode() or "Amara" in page.content.decode()) is is_found


def test_a_known_person_is_named_and_linked(client: Client, coordinator: User) -> None:
    profile = MentorFactory.create()
    page = client.get(change_url(profile)).content.decode()
    assert (profile.user.display_name in page, "/accounts/user/" in page) == (True, True)
