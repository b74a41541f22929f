"""My profile: the form, the service, the page."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.forms.profile import ProfileForm, time_zones
from accounts.models import Experience, ExperienceGroup, PersonExperience, User
from accounts.models.experience import AskedIn, Kind, Privacy
from accounts.services.people import ExperienceChoiceError, ProfileDraft, change_profile
from tests.factories.people import UserFactory, experience

pytestmark = pytest.mark.django_db
URL = "/accounts/profile/"
TODAY = date(2026, 11, 22)
ZONE = "America/New_York"


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
        "time_zone": ZONE,
        "education_stage": "ug_year2",
        "application_service": ["amcas"],
        "road": ["gap_year"],
        **fields,
    }


def form_of(user: User, data: dict[str, Any] | None = None, *, is_adult: bool = True) -> ProfileForm:
    return ProfileForm(data, user=user, is_adult=is_adult)


def test_the_form_begins_with_what_is_known(user: User, vocabulary: None) -> None:
    choices = {"education_stage": ["ug_year3"], "road": ["teacher"]}
    change_profile(by=user, draft=ProfileDraft("Joan", choices, "Pacific/Honolulu"), today=TODAY)

    assert form_of(user).initial == {
        "display_name": "Joan",
        "time_zone": "Pacific/Honolulu",
        "education_stage": "ug_year3",
        "application_service": [],
        "road": ["teacher"],
    }


def test_the_form_asks_every_group_of_the_profile_and_says_why(user: User, vocabulary: None) -> None:
    experience("in_application", "a")
    ExperienceGroup.objects.filter(key="in_application").update(asked_in=AskedIn.APPLICATION)
    experience("filter_only", "a")
    ExperienceGroup.objects.filter(key="filter_only").update(asked_in=AskedIn.FILTER_ONLY)
    ExperienceGroup.objects.filter(key="road").update(asked_in=AskedIn.PROFILE, why_we_ask="A <b>reason</b>.")

    fields = form_of(user).fields

    groups = set(fields) - {"display_name", "time_zone"}
    assert groups == {"education_stage", "application_service", "road"}
    assert fields["road"].help_text == "A &lt;b&gt;reason&lt;/b&gt;. Who sees it: people who are signed in."


def test_the_form_offers_no_sensitive_term(user: User, vocabulary: None) -> None:
    experience("road", "sensitive", learner_privacy=Privacy.P3)

    assert list(form_of(user, complete(road=["sensitive"])).errors) == ["road"]


def test_the_form_offers_minors_nothing_private(user: User, vocabulary: None) -> None:
    experience("road", "private", learner_privacy=Privacy.P2)
    asked = complete(road=["private"])

    assert (form_of(user, asked).is_valid(), form_of(user, asked, is_adult=False).is_valid()) == (True, False)


def test_the_page_tells_minors_and_adults_apart(client: Client, vocabulary: None) -> None:
    client.force_login(UserFactory.create())
    adult = client.get(URL).content.decode()
    client.force_login(UserFactory.create(birth_year=2010))
    minor = client.get(URL).content.decode()

    said = ["Sensitive things I share", "asked only from 18 on"]
    assert [words in adult for words in said] == [True, False]
    assert [words in minor for words in said] == [False, True]


def test_time_zones_stand_once_those_of_the_united_states_first() -> None:
    areas = time_zones()
    names = [zone for _, zones in areas for zone, _ in zones]

    assert (areas[0][0], len(names) - len(set(names))) == ("United States", 0)
    assert {"America/New_York", "Europe/Berlin", "Asia/Kolkata", "UTC"} <= set(names)


def test_a_zone_of_an_old_name_can_be_kept(client: Client, vocabulary: None) -> None:
    user = UserFactory.create(time_zone="US/Eastern")
    client.force_login(user)

    client.post(URL, complete(time_zone="US/Eastern"))

    user.refresh_from_db()
    assert (user.time_zone, chosen(user)) == ("US/Eastern", {"ug_year2", "amcas", "gap_year"})


def test_saving_keeps_name_zone_and_choices(client: Client, user: User, vocabulary: None) -> None:
    client.force_login(user)

    response = client.post(URL, complete(display_name="  Joan   O. ", time_zone="America/Denver"))

    user.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, URL)
    assert (user.display_name, user.time_zone) == ("Joan O.", "America/Denver")
    assert chosen(user) == {"ug_year2", "amcas", "gap_year"}


def test_saving_nothing_but_a_name_takes_the_rest_back(client: Client, user: User, vocabulary: None) -> None:
    client.force_login(user)
    client.post(URL, complete())

    client.post(URL, {"display_name": "Joan", "time_zone": ZONE})

    assert chosen(user) == set()


@pytest.mark.parametrize(("field", "value"), [("display_name", "Jo<an"), ("time_zone", "Mars/Olympus")])
def test_a_bad_value_is_told_and_changes_nothing(
    client: Client, user: User, vocabulary: None, field: str, value: str
) -> None:
    client.force_login(user)

    response = client.post(URL, complete(**{field: value}))

    user.refresh_from_db()
    form = response.context["form"]
    assert (response.status_code, list(form.errors), form[field].value()) == (422, [field], value)
    assert (user.display_name, user.time_zone, chosen(user)) == ("Joan", ZONE, set())


def test_a_bad_name_is_shown_again_as_text(client: Client, user: User, vocabulary: None) -> None:
    client.force_login(user)

    assert "Jo&lt;an" in client.post(URL, complete(display_name="Jo<an")).content.decode()


def test_posting_nothing_is_told(client: Client, user: User) -> None:
    client.force_login(user)

    assert client.post(URL).status_code == 422


def test_a_profile_with_a_bad_choice_changes_nothing(user: User, vocabulary: None) -> None:
    choices = {"education_stage": ["ug_year2"], "road": ["no_such_road"]}

    with pytest.raises(ExperienceChoiceError):
        change_profile(by=user, draft=ProfileDraft("Other", choices, "UTC"), today=TODAY)

    user.refresh_from_db()
    assert (user.display_name, user.time_zone, chosen(user)) == ("Joan", ZONE, set())


def test_a_choice_that_goes_while_it_is_made_is_told_beside_its_field(
    client: Client, user: User, vocabulary: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def retire_first(**arguments: Any) -> None:
        Experience.objects.filter(key="gap_year").update(retired_at=timezone.now())
        change_profile(**arguments)

    monkeypatch.setattr("accounts.views.profile.change_profile", retire_first)
    client.force_login(user)

    response = client.post(URL, complete(display_name="Other"))

    user.refresh_from_db()
    assert (response.status_code, user.display_name, chosen(user)) == (422, "Joan", set())
    assert response.context["form"].errors == {"road": ["One of the choices is not available any more."]}
    assert 'value="Other"' in response.content.decode()


def test_a_group_is_open_when_something_in_it_is_chosen(client: Client, user: User, vocabulary: None) -> None:
    client.force_login(user)
    before = client.get(URL).content.decode()

    client.post(URL, complete(education_stage="", application_service=[]))

    after = client.get(URL).content.decode()
    opened = '<details class="fold" open>'
    assert (before.count(opened), after.count(opened)) == (0, 1)


def test_a_group_is_named_once_to_the_eye(client: Client, user: User, vocabulary: None) -> None:
    ExperienceGroup.objects.filter(key="road").update(label="My roads")
    client.force_login(user)

    page = client.get(URL).content.decode()

    assert "<summary>My roads</summary>" in page
    # The legend names the field for screen readers; the name of the person keeps its label.
    assert '<legend class="vh">' in page
    assert '<label  for="id_display_name">' in page


@pytest.mark.parametrize("roads", [[], ["gap_year"], ["gap_year", "teacher"]])
def test_the_page_takes_the_same_queries_however_much_is_chosen(
    client: Client, user: User, vocabulary: None, roads: list[str], django_assert_num_queries: Any
) -> None:
    client.force_login(user)
    client.post(URL, complete(road=roads))

    # Once for the flash message, which is read and dropped.
    client.get(URL)
    with django_assert_num_queries(5):
        client.get(URL)


def test_a_retired_term_stays_with_who_holds_it(client: Client, user: User, vocabulary: None) -> None:
    client.force_login(user)
    client.post(URL, complete(road=["teacher"]))
    Experience.objects.filter(key="teacher").update(retired_at=timezone.now())

    client.post(URL, complete(road=["gap_year"]))

    assert {"teacher", "gap_year"} <= chosen(user)
