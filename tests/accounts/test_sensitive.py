"""Sensitive terms: each by its own consent, sealed, counted only from five people on."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.management.commands import rotate_keys
from accounts.models import ConsentEntry, Experience, PersonExperience, SensitiveExperience, User
from accounts.models.experience import Kind, Privacy
from accounts.services import sensitive
from accounts.services.people import ExperienceChoiceError
from accounts.services.sensitive import choose_sensitive, count_or_none, held_count, sensitive_terms
from breakthru.lib.sealing import unseal
from tests.constraints import refused_by
from tests.factories.people import UserFactory, experience

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
URL = "/accounts/profile/sensitive/"

Choose = Callable[..., None]


@pytest.fixture
def user() -> User:
    made: User = UserFactory.create()
    return made


@pytest.fixture
def parent() -> Experience:
    return sensitive_term("caregiver", "parent")


def sensitive_term(group: str, key: str, **fields: Any) -> Experience:
    return experience(group, key, learner_privacy=Privacy.P3, **fields)


def choose(user: User, **choices: list[str]) -> None:
    choose_sensitive(by=user, choices=choices, now=NOON, today=TODAY)


def keys(user: User) -> list[str]:
    return [term.key for term in sensitive_terms(user=user)]


def consents(user: User) -> list[tuple[str, str, bool]]:
    rows = ConsentEntry.objects.filter(user=user).order_by("pk")
    return list(rows.values_list("subject", "version", "is_given"))


def test_a_chosen_term_is_kept_for_its_person_only(user: User, parent: Experience) -> None:
    choose(user, caregiver=["parent"])

    assert (keys(user), keys(UserFactory.create())) == (["parent"], [])


def test_a_kept_term_is_nowhere_to_be_read(user: User, parent: Experience) -> None:
    choose(user, caregiver=["parent"])

    row = SensitiveExperience.objects.get()
    stored = bytes(row.sealed)
    assert (unseal(row.sealed), PersonExperience.objects.count()) == (str(parent.pk), 0)
    assert [word for word in (b"caregiver", b"parent") if word in stored] == []
    assert len(row.digest) == 64


def test_each_new_term_is_a_consent_and_each_dropped_one_takes_it_back(
    user: User, parent: Experience
) -> None:
    sensitive_term("caregiver", "expecting", order=2)
    choose(user, caregiver=["parent"])
    first = SensitiveExperience.objects.get()
    choose(user, caregiver=["parent", "expecting"])
    second = SensitiveExperience.objects.exclude(pk=first.pk).get()
    choose(user, caregiver=["expecting"])

    version = sensitive.CONSENT_VERSION
    assert keys(user) == ["expecting"]
    assert consents(user) == [
        (f"sensitive:{first.pk}", version, True),
        (f"sensitive:{second.pk}", version, True),
        (f"sensitive:{first.pk}", version, False),
    ]


def test_the_consent_log_tells_no_term(user: User, parent: Experience) -> None:
    choose(user, caregiver=["parent"])

    said = " ".join(str(value) for row in ConsentEntry.objects.values_list() for value in row)
    assert [word for word in ("caregiver", "parent") if word in said] == []


def test_groups_that_are_not_named_stay_as_they_are(user: User, parent: Experience) -> None:
    sensitive_term("low_income", "pell")
    choose(user, caregiver=["parent"])
    choose(user, low_income=["pell"])

    assert sorted(keys(user)) == ["parent", "pell"]


@pytest.mark.parametrize("bad", ["unknown", "open", "never", "retired"])
def test_a_term_that_is_not_offered_is_refused_and_changes_nothing(
    user: User, parent: Experience, bad: str
) -> None:
    experience("caregiver", "open", learner_privacy=Privacy.P2)
    experience("caregiver", "never", learner_privacy=Privacy.P4)
    sensitive_term("caregiver", "retired", retired_at=NOON)

    with pytest.raises(ExperienceChoiceError, match="not available any more") as caught:
        choose(user, caregiver=["parent", bad])

    assert (caught.value.group, keys(user), consents(user)) == ("caregiver", [], [])


def test_two_are_refused_where_one_is_asked(user: User) -> None:
    for key in ("yes", "no"):
        sensitive_term("underrepresented", key, kind=Kind.SINGLE)

    with pytest.raises(ExperienceChoiceError, match=r"^Please choose one\.$"):
        choose(user, underrepresented=["yes", "no"])


def test_a_held_term_can_be_kept_or_taken_back_after_it_retired(user: User, parent: Experience) -> None:
    choose(user, caregiver=["parent"])
    Experience.objects.update(retired_at=NOON)
    choose(user, caregiver=["parent"])
    assert keys(user) == ["parent"]

    choose(user, caregiver=[])

    assert keys(user) == []


def test_nothing_is_stored_of_minors(parent: Experience) -> None:
    minor = UserFactory.create(birth_year=2010, birth_month=1)
    choose(minor, caregiver=[])

    with pytest.raises(ExperienceChoiceError, match="from 18 on"):
        choose(minor, caregiver=["parent"])

    assert (SensitiveExperience.objects.count(), ConsentEntry.objects.count()) == (0, 0)


def test_a_term_stands_once_for_a_person(user: User) -> None:
    SensitiveExperience.objects.create(user=user, sealed=b"x", digest="d")
    SensitiveExperience.objects.create(user=UserFactory.create(), sealed=b"x", digest="d")
    with refused_by("sensitive_experience_once"):
        SensitiveExperience.objects.create(user=user, sealed=b"y", digest="d")


@pytest.mark.parametrize(("count", "shown"), [(0, None), (4, None), (5, 5), (1200, 1200)])
def test_small_counts_are_not_told(count: int, shown: int | None) -> None:
    assert count_or_none(count) == shown


@pytest.mark.parametrize(("holders", "shown"), [(4, None), (5, 5)])
def test_holders_of_a_sensitive_term_are_counted_from_five_on(
    parent: Experience, holders: int, shown: int | None
) -> None:
    sensitive_term("caregiver", "expecting")
    for _ in range(holders):
        choose(UserFactory.create(), caregiver=["parent"])
    choose(UserFactory.create(), caregiver=["expecting"])

    assert held_count(term=parent) == shown


# --- Changing keys


def test_rotated_rows_open_with_the_new_key_alone(
    user: User, parent: Experience, settings: LazySettings, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    sensitive_term("caregiver", "expecting", order=2)
    sensitive_term("caregiver", "none", order=3)
    choose(user, caregiver=["parent", "expecting", "none"])
    new = Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]
    monkeypatch.setattr(rotate_keys, "SLICE", 2)

    call_command("rotate_keys")

    settings.FIELD_KEYS = [new]
    assert capsys.readouterr().out == "Everything private is sealed with the first key; the others can go.\n"
    assert keys(user) == ["parent", "expecting", "none"]
    # The digests moved too: choosing the same again finds the same rows.
    before = set(SensitiveExperience.objects.values_list("digest", flat=True))
    choose(user, caregiver=[])
    choose(user, caregiver=["parent", "expecting", "none"])
    assert set(SensitiveExperience.objects.values_list("digest", flat=True)) == before


def test_rotating_without_the_old_key_says_so_and_changes_nothing(
    user: User, parent: Experience, settings: LazySettings
) -> None:
    choose(user, caregiver=["parent"])
    before = bytes(SensitiveExperience.objects.get().sealed)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(CommandError, match="sealed with none of FIELD_KEYS"):
        call_command("rotate_keys")

    assert bytes(SensitiveExperience.objects.get().sealed) == before


def test_rotating_with_a_bad_key_says_so(user: User, parent: Experience, settings: LazySettings) -> None:
    choose(user, caregiver=["parent"])
    settings.FIELD_KEYS = ["bad"]

    with pytest.raises(CommandError, match="FIELD_KEYS: each key"):
        call_command("rotate_keys")


# --- The page


def test_the_page_offers_sensitive_terms_only(client: Client, user: User, parent: Experience) -> None:
    experience("caregiver", "open", learner_privacy=Privacy.P2)
    experience("hard_topics", "never", learner_privacy=Privacy.P4)
    client.force_login(user)

    form = client.get(URL).context["form"]

    assert {name: field.choices for name, field in form.fields.items()} == {
        "caregiver": [("parent", "Parent")]
    }


def test_a_single_choice_ends_with_leaving_it_out(client: Client, user: User) -> None:
    sensitive_term("underrepresented", "yes", kind=Kind.SINGLE)
    client.force_login(user)

    client.post(URL, {"underrepresented": "yes"})

    assert keys(user) == ["yes"]
    field = client.get(URL).context["form"].fields["underrepresented"]
    assert field.choices == [("yes", "Yes"), ("", "Leave this out")]


def test_the_page_keeps_what_is_ticked_and_shows_it_again(
    client: Client, user: User, parent: Experience
) -> None:
    client.force_login(user)

    response = client.post(URL, {"caregiver": ["parent"]})

    assert (response.status_code, response["Location"], keys(user)) == (302, URL, ["parent"])
    assert client.get(URL).context["form"].initial == {"caregiver": ["parent"]}


def test_the_page_offers_a_retired_term_to_who_holds_it(
    client: Client, user: User, parent: Experience
) -> None:
    choose(user, caregiver=["parent"])
    Experience.objects.update(retired_at=NOON)
    client.force_login(user)
    assert list(client.get(URL).context["form"].fields) == ["caregiver"]

    client.post(URL, {})

    assert (keys(user), list(client.get(URL).context["form"].fields)) == ([], [])


def test_the_page_says_what_was_refused_beside_its_field(
    client: Client, user: User, parent: Experience, monkeypatch: pytest.MonkeyPatch
) -> None:
    def retire_first(**arguments: Any) -> None:
        # Somebody retires the term between the look at the form and the writing.
        Experience.objects.update(retired_at=NOON)
        choose_sensitive(**arguments)

    monkeypatch.setattr("accounts.views.profile.choose_sensitive", retire_first)
    client.force_login(user)

    response = client.post(URL, {"caregiver": ["parent"]})

    assert response.status_code == 422
    assert response.context["form"].errors == {"caregiver": ["One of the choices is not available any more."]}


def test_minors_have_no_such_page(client: Client, parent: Experience) -> None:
    client.force_login(UserFactory.create(birth_year=2010))

    assert (client.get(URL).status_code, client.post(URL, {"caregiver": ["parent"]}).status_code) == (
        404,
        404,
    )
    assert SensitiveExperience.objects.count() == 0


@pytest.mark.parametrize("held", [1, 3])
def test_the_page_takes_the_same_queries_however_much_is_kept(
    client: Client, user: User, held: int, django_assert_num_queries: Any
) -> None:
    for number in range(3):
        sensitive_term(f"group_{number}", "x")
    choose(user, **{f"group_{number}": ["x"] for number in range(held)})
    client.force_login(user)

    with django_assert_num_queries(6):
        assert client.get(URL).status_code == 200


def test_staff_have_no_page_of_the_rows(client: Client) -> None:
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))

    assert client.get("/admin/accounts/sensitiveexperience/").status_code == 404


def test_staff_see_a_suppressed_count_of_a_sensitive_term(client: Client, parent: Experience) -> None:
    choose(UserFactory.create(), caregiver=["parent"])
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))

    page = client.get(reverse("admin:accounts_experience_change", args=[parent.pk])).content.decode()

    assert ("fewer than 5 people" in page, "1 people" in page) == (True, False)


def test_a_dump_of_the_tables_does_not_tell(user: User) -> None:
    term = sensitive_term("caregiver", "zebrastripe")
    choose(user, caregiver=["zebrastripe"])

    with connection.cursor() as cursor:
        cursor.execute("SELECT s::text FROM accounts_sensitiveexperience s")
        dump = " ".join(row[0] for row in cursor.fetchall())
    assert [word for word in ("zebrastripe", "caregiver", f",{term.pk},") if word in dump] == []
