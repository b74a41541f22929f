"""Three short steps after sign-up: each may be skipped, and what was told is kept."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Experience, ExperienceGroup, PersonExperience, User
from accounts.models.experience import AppliesTo, AskedIn, Kind, Privacy
from accounts.services.people import choose_several
from tests.factories.people import UserFactory, experience

pytestmark = pytest.mark.django_db
URL = "/accounts/onboarding/"


@pytest.fixture
def user(client: Client) -> User:
    """A new learner, signed in."""
    made: User = UserFactory.create()
    client.force_login(made)
    return made


@pytest.fixture(autouse=True)
def _vocabulary() -> None:
    experience("education_stage", "ug_year2", kind=Kind.SINGLE)
    experience("education_stage", "ug_year3", kind=Kind.SINGLE, help="The third one.", order=2)
    experience("education_stage", "other", kind=Kind.SINGLE, help="Suggest one.", order=3)
    experience("target_profession", "md")
    experience("application_status", "exploring", learner_privacy=Privacy.P2)
    experience("road", "gap_year")
    experience("road", "nontraditional", order=2)
    experience("help_topic", "essays")


def told(user: User) -> set[str]:
    return {term.key for term in PersonExperience.objects.all_of(user)}


def tell(user: User, **choices: list[str]) -> None:
    choose_several(by=user, choices=choices, today=timezone.localdate())


def test_each_step_asks_its_groups_in_order_and_says_why(client: Client, user: User) -> None:
    ExperienceGroup.objects.filter(key="target_profession").update(why_we_ask="To <fit> & help.")
    asked = {step: client.get(f"{URL}?step={step}").context["form"] for step in ("stage", "road", "help")}

    assert {step: list(form.fields) for step, form in asked.items()} == {
        "stage": ["education_stage", "target_profession", "application_status"],
        "road": ["road"],
        "help": ["help_topic"],
    }
    assert "To &lt;fit&gt; &amp; help." in client.get(f"{URL}?step=stage").content.decode()


def test_each_question_says_who_sees_the_answer_and_what_is_an_exception(client: Client, user: User) -> None:
    experience("road", "on_leave", learner_privacy=Privacy.P2, order=3)
    stage, road = (client.get(f"{URL}?step={step}").context["form"].fields for step in ("stage", "road"))

    assert {key: field.help_text for key, field in {**stage, **road}.items()} == {
        "education_stage": "So that tests can. Who sees it: people who are signed in.",
        "target_profession": "So that tests can. Who sees it: people who are signed in.",
        "application_status": "So that tests can. Who sees it: a mentor, once you are introduced.",
        "road": "So that tests can. Who sees it: people who are signed in; "
        "“On leave”: a mentor, once you are introduced.",
    }


@pytest.mark.parametrize(("age", "tells"), [(16, False), (20, True)])
def test_only_adults_read_of_mentors_to_whom_they_are_introduced(
    client: Client, user: User, age: int, tells: bool
) -> None:
    User.objects.filter(pk=user.pk).update(birth_year=timezone.localdate().year - age)

    assert ("what is more private reaches" in client.get(f"{URL}?step=road").content.decode()) == tells


def test_a_group_that_staff_added_is_asked_with_the_road(client: Client, user: User) -> None:
    experience("new_question", "answer")

    assert list(client.get(f"{URL}?step=road").context["form"].fields) == ["road", "new_question"]


def test_what_is_asked_elsewhere_or_of_mentors_is_not_asked_here(client: Client, user: User) -> None:
    experience("in_profile", "a")
    ExperienceGroup.objects.filter(key="in_profile").update(asked_in=AskedIn.PROFILE)
    experience("of_mentors", "a")
    ExperienceGroup.objects.filter(key="of_mentors").update(applies_to=AppliesTo.MENTOR)
    experience("sensitive", "a", learner_privacy=Privacy.P3)
    experience("retired", "a", retired_at=timezone.now())

    assert list(client.get(f"{URL}?step=road").context["form"].fields) == ["road"]


def test_a_card_explains_itself_on_its_second_line(client: Client, user: User) -> None:
    page = client.get(f"{URL}?step=stage").content.decode()

    assert "<b>Ug year3</b><small>The third one.</small>" in page
    assert "<b>Ug year2</b></span>" in page
    # Nothing takes suggestions yet.
    assert "<b>Other</b></span>" in page
    assert page.index("<b>Leave this out</b>") > page.index("<b>Ug year3</b>")


def test_going_on_keeps_the_answers_and_ends_at_the_dashboard(client: Client, user: User) -> None:
    answers: list[tuple[str, dict[str, Any]]] = [
        ("stage", {"education_stage": "ug_year2", "target_profession": ["md"]}),
        ("road", {"road": ["gap_year", "nontraditional"]}),
        ("help", {"help_topic": ["essays"]}),
    ]
    went = [client.post(f"{URL}?step={step}", data)["Location"] for step, data in answers]

    assert went == [f"{URL}?step=road", f"{URL}?step=help", "/dashboard/"]
    assert told(user) == {"ug_year2", "md", "gap_year", "nontraditional", "essays"}
    assert "You can change all of it in your profile." in client.get("/dashboard/").content.decode()


def test_every_step_can_be_skipped_and_gone_back_from(client: Client, user: User) -> None:
    contexts = [client.get(f"{URL}?step={step}").context for step in ("stage", "road", "help")]

    assert [(context["back"], context["onward"]) for context in contexts] == [
        (None, f"{URL}?step=road"),
        (f"{URL}?step=stage", f"{URL}?step=help"),
        (f"{URL}?step=road", "/dashboard/"),
    ]


def test_a_step_shows_again_what_was_told(client: Client, user: User) -> None:
    tell(user, education_stage=["ug_year3"], target_profession=["md"])

    assert client.get(f"{URL}?step=stage").context["form"].initial == {
        "education_stage": "ug_year3",
        "target_profession": ["md"],
        "application_status": [],
    }


@pytest.mark.parametrize(
    ("known", "step"),
    [
        ({}, "stage"),
        ({"education_stage": ["ug_year2"]}, "road"),
        ({"education_stage": ["ug_year2"], "help_topic": ["essays"]}, "road"),
        ({"target_profession": ["md"], "road": ["gap_year"]}, "help"),
        ({"target_profession": ["md"], "road": ["gap_year"], "help_topic": ["essays"]}, "stage"),
    ],
)
def test_coming_back_opens_the_first_step_without_an_answer(
    client: Client, user: User, known: dict[str, list[str]], step: str
) -> None:
    tell(user, **known)

    assert client.get(URL).context["step"].key == step
    assert client.get(f"{URL}?step=unknown").context["step"].key == step


def test_posting_nothing_takes_the_answers_of_that_step_back(client: Client, user: User) -> None:
    tell(user, education_stage=["ug_year2"], road=["gap_year"])

    client.post(f"{URL}?step=stage", {"education_stage": ""})

    assert told(user) == {"gap_year"}


def test_minors_are_not_asked_for_what_is_private(client: Client) -> None:
    minor = UserFactory.create(birth_year=2010)
    client.force_login(minor)
    assert list(client.get(f"{URL}?step=stage").context["form"].fields) == [
        "education_stage",
        "target_profession",
    ]

    client.post(f"{URL}?step=stage", {"application_status": ["exploring"], "target_profession": ["md"]})

    assert told(minor) == {"md"}


@pytest.mark.parametrize("bad", ["unknown", "\x00", "ug_year2' OR 1=1"])
def test_a_choice_that_is_not_offered_is_told_beside_its_field(client: Client, user: User, bad: str) -> None:
    response = client.post(f"{URL}?step=road", {"road": ["gap_year", bad]})

    assert (response.status_code, told(user)) == (422, set())
    assert list(response.context["form"].errors) == ["road"]
    assert "gap_year" in response.context["form"]["road"].value()


def test_a_choice_that_goes_while_it_is_made_is_told_beside_its_field(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def retire_first(**arguments: Any) -> None:
        Experience.objects.filter(key="gap_year").update(retired_at=timezone.now())
        choose_several(**arguments)

    monkeypatch.setattr("accounts.views.onboarding.choose_several", retire_first)

    response = client.post(f"{URL}?step=road", {"road": ["gap_year"]})

    assert response.status_code == 422
    assert response.context["form"].errors == {"road": ["One of the choices is not available any more."]}


@pytest.mark.parametrize("count", [1, 3])
def test_a_step_takes_the_same_queries_however_much_it_asks(
    client: Client, user: User, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        experience(f"more_{number}", "term")

    with django_assert_num_queries(6):
        assert client.get(f"{URL}?step=road").status_code == 200
