"""My privacy: one page that gathers what there is, and leads to the rest."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Block, ConsentEntry, User
from accounts.models.experience import Privacy
from accounts.services.sensitive import choose_sensitive
from accounts.views import privacy
from tests.factories.people import UserFactory, experience

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
URL = "/accounts/privacy/"


@pytest.fixture
def ana(client: Client) -> User:
    """Somebody signed in."""
    made: User = UserFactory.create(display_name="Ana")
    client.force_login(made)
    return made


def text(client: Client, query: str = "") -> str:
    return client.get(f"{URL}{query}").content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/profile/preview/",
        "/privacy/",
        "/accounts/sessions/",
        "/notifications/settings/",
        "/accounts/export/",
        "/accounts/delete/",
    ],
)
def test_page_leads_to_the_rest(client: Client, ana: User, path: str) -> None:
    assert f'href="{path}"' in text(client)


def test_every_page_of_the_account_leads_to_this_one(client: Client, ana: User) -> None:
    page = client.get("/accounts/profile/").content.decode()
    assert page.count(f'href="{URL}"') == 2


def test_list_names_whom_i_blocked_and_nobody_who_blocked_me(client: Client, ana: User) -> None:
    ben, kim = (UserFactory.create(display_name=name) for name in ("Ben", "Kim"))
    Block.objects.create(blocker=ana, blocked=ben)
    Block.objects.create(blocker=kim, blocked=ana)

    page = text(client)
    assert ("Ben" in page, "Kim" in page) == (True, False)
    assert f'action="/accounts/blocks/{ben.slug}/"' in page


def test_list_says_so_when_nobody_is_blocked(client: Client, ana: User) -> None:
    assert "If you would rather not meet somebody here" in text(client)


def test_long_list_goes_on_page_by_page(client: Client, ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy, "BLOCKS", 2)
    made = [
        Block.objects.create(blocker=ana, blocked=UserFactory.create(), created_at=NOON + number * HOUR)
        for number in range(3)
    ]
    first = client.get(URL).context["blocks"]
    second = client.get(f"{URL}?cursor={first.next_cursor}").context["blocks"]

    assert [list(first.items), list(second.items)] == [[made[2], made[1]], [made[0]]]
    assert ("Older blocks" in text(client), "Newest blocks" in text(client, "?cursor=x")) == (True, True)
    Block.objects.all().delete()
    assert "You have reached the end of the list." in text(client, f"?cursor={first.next_cursor}")


def test_latest_consents_stand_there_and_the_rest_behind_a_link(client: Client, ana: User) -> None:
    for number in range(4):
        ConsentEntry.objects.create(
            user=ana, subject=f"subject_{number}", is_given=True, at=NOON + number * HOUR
        )
    page = client.get(URL)

    assert [row.words for row in page.context["consents"]] == ["Subject 3", "Subject 2", "Subject 1"]
    assert 'href="/accounts/consents/"' in page.content.decode()


def test_without_consents_it_says_so(client: Client, ana: User) -> None:
    assert "Nothing that needs a yes of yours so far." in text(client)


def test_who_is_leaving_reads_when_and_can_stay(client: Client, ana: User) -> None:
    ana.leaves_at = NOON
    ana.save()

    page = text(client)
    assert ("It will be deleted on November 22, 2026." in page, "Not at once" in page) == (True, False)


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_the_same_queries_however_much_there_is(
    client: Client, ana: User, count: int, django_assert_num_queries: Any
) -> None:
    keys = [f"term_{number}" for number in range(count)]
    for key in keys:
        experience("caregiver", key, learner_privacy=Privacy.P3)
        Block.objects.create(blocker=ana, blocked=UserFactory.create())
    choose_sensitive(by=ana, choices={"caregiver": keys}, now=NOON, today=NOON.date())

    # Session, person, blocks, consents, what the sensitive ones are: their rows and their terms.
    with django_assert_num_queries(6):
        response = client.get(URL)
    assert (len(response.context["blocks"].items), len(response.context["consents"])) == (count, count)
