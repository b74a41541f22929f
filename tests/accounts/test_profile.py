"""My profile: the form, the service, the page."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.forms.profile import ProfileForm
from accounts.models import Experience, PersonExperience, User
from accounts.models.experience import Kind, Privacy
from accounts.services.people import ExperienceChoiceError, ProfileDraft, change_profile
from tests.factories.people import UserFactory, experience

pytestmark = pytest.mark.django_db
URL = "/accounts/profile/"


@pytest.fixture
def user() -> User:
    made: User = UserFactory.create(display_name="Joan")
    return made


@pytest.fixture
def vocabulary() -> None:
    experience("education_stage", "ug_year2", kind=Kind.SINGLE)
    experience("education_stage", "ug_year3", kind=Kind.SINGLE)
    experience("application_service", "amcas")
    experience("road", "gap_year")
    experience("road", "teacher")


def chosen(user: User) -> set[str]:
    return {term.key for term in PersonExperience.objects.all_of(user)}


def complete(**fields: Any) -> dict[str, Any]:
    return {
        "display_name": "Joan",
        "stage": "ug_year2",
        "service": ["amcas"],
        "roads": ["gap_year"],
        **fields,
    }


def test_the_form_begins_with_what_is_known(user: User, vocabulary: None) -> None:
    change_profile(
        by=user, draft=ProfileDraft("Joan", {"education_stage": ["ug_year3"], "road": ["teacher"]})
    )

    form = ProfileForm(user=user)

    assert form.initial == {"display_name": "Joan", "stage": "ug_year3", "service": [], "roads": ["teacher"]}


def test_the_form_tells_what_happens_with_each_choice(user: User) -> None:
    fields = ProfileForm(user=user).fields

    assert {name: fields[name].help_text for name in ("stage", "service", "roads")} == {
        "stage": "Good advice changes with where you are. It fills in the form when you ask.",
        "service": "Each application service has its own forms and dates. This is not shown to others.",
        "roads": "How you came here, or are coming. It fills in the form when you ask.",
    }


def test_the_form_offers_no_sensitive_term(user: User, vocabulary: None) -> None:
    experience("road", "sensitive", learner_privacy=Privacy.P3)

    form = ProfileForm(complete(roads=["sensitive"]), user=user)

    assert list(form.errors) == ["roads"]


def test_saving_keeps_name_and_choices(client: Client, user: User, vocabulary: None) -> None:
    client.force_login(user)

    response = client.post(URL, complete(display_name="  Joan   O. "))

    user.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, URL)
    assert (user.display_name, chosen(user)) == ("Joan O.", {"ug_year2", "amcas", "gap_year"})


def test_saving_nothing_but_a_name_takes_the_rest_back(client: Client, user: User, vocabulary: None) -> None:
    client.force_login(user)
    client.post(URL, complete())

    client.post(URL, {"display_name": "Joan"})

    assert chosen(user) == set()


def test_a_bad_name_is_told_and_kept(client: Client, user: User, vocabulary: None) -> None:
    client.force_login(user)

    response = client.post(URL, complete(display_name="Jo<an"))

    user.refresh_from_db()
    assert (response.status_code, user.display_name) == (422, "Joan")
    assert response.context["form"]["display_name"].value() == "Jo<an"
    assert "Jo&lt;an" in response.content.decode()


def test_a_profile_with_a_bad_choice_changes_nothing(user: User, vocabulary: None) -> None:
    draft = ProfileDraft("Other", {"education_stage": ["ug_year2"], "road": ["no_such_road"]})

    with pytest.raises(ExperienceChoiceError):
        change_profile(by=user, draft=draft)

    user.refresh_from_db()
    assert (user.display_name, chosen(user)) == ("Joan", set())


def test_roads_are_open_when_one_is_chosen(client: Client, user: User, vocabulary: None) -> None:
    client.force_login(user)
    before = client.get(URL).content.decode()

    client.post(URL, complete())

    after = client.get(URL).content.decode()
    assert ('<details class="fold" open>' in before, '<details class="fold" open>' in after) == (False, True)


@pytest.mark.parametrize("roads", [[], ["gap_year"], ["gap_year", "teacher"]])
def test_the_page_takes_the_same_queries_however_much_is_chosen(
    client: Client, user: User, vocabulary: None, roads: list[str], django_assert_num_queries: Any
) -> None:
    client.force_login(user)
    client.post(URL, complete(roads=roads))

    # Once for the flash message, which is read and dropped.
    client.get(URL)
    with django_assert_num_queries(6):
        client.get(URL)


def test_a_retired_term_stays_with_who_holds_it(client: Client, user: User, vocabulary: None) -> None:
    client.force_login(user)
    client.post(URL, complete(roads=["teacher"]))
    Experience.objects.filter(key="teacher").update(retired_at=timezone.now())

    client.post(URL, complete(roads=["gap_year"]))

    assert {"teacher", "gap_year"} <= chosen(user)
