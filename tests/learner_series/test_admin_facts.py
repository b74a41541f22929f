"""Staff page of the fact cards."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import TimeMachineFixture

from accounts.models import AuditEntry, User
from learner_series.lifecycle import RevisionState
from learner_series.models import FactCard
from learner_series.services.publishing import move
from tests.factories.library import FactCardFactory, draft, published
from tests.factories.people import UserFactory, staff
from tests.learner_series.revision_page import change_url, said

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
LIST = "admin:learner_series_factcard_changelist"
ADD = "admin:learner_series_factcard_add"
LIST_QUERIES = 6
PAGE_QUERIES = 8
FACT = '<p>x</p><aside data-fact="limits"></aside>'


@pytest.fixture
def editor(client: Client, time_machine: TimeMachineFixture) -> User:
    """An editor, signed in on TODAY."""
    # At noon: the same day wherever staff sit.
    time_machine.move_to(datetime.combine(TODAY, time(12), UTC), tick=False)
    person = staff("editor")
    client.force_login(person)
    return person


def card_url(card: FactCard, page: str = "change") -> str:
    return reverse(f"admin:learner_series_factcard_{page}", args=[card.pk])


def form_of(card: FactCard, **fields: Any) -> dict[str, Any]:
    names = ("key", "rule", "value", "source_name", "source_url", "checked_on", "review_on")
    return {**{name: getattr(card, name) for name in names}, "owner": card.owner_id, **fields}


def limits(**fields: Any) -> FactCard:
    made: FactCard = FactCardFactory.create(key="limits", rule="Limits", **fields)
    return made


def errors_of(page: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = page.context["adminform"].form.errors
    return found


@pytest.mark.parametrize("count", [1, 3])
def test_list_has_a_fixed_number_of_queries(
    client: Client, editor: User, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        FactCardFactory.create(key=f"k{number}")
        published(html=f'<p>x</p><aside data-fact="k{number}"></aside>')
    with django_assert_num_queries(LIST_QUERIES):
        page = client.get(reverse(LIST))
    assert len(page.context["cl"].result_list) == count


def test_list_tells_what_is_due_and_how_many_texts_show_it(client: Client, editor: User) -> None:
    card = limits(review_on=TODAY - DAY, checked_on=TODAY - 9 * DAY)
    FactCardFactory.create(key="fresh", review_on=TODAY)
    published(html=FACT)
    published(html=FACT)
    draft(html=FACT)
    page = client.get(reverse(LIST))
    admin_of = page.context["cl"].model_admin
    rows = {
        row.key: (admin_of.state(row), admin_of.live_articles(row)) for row in page.context["cl"].result_list
    }
    assert rows == {"limits": ("Due", 2), "fresh": ("Holds", 0)}
    filtered = client.get(reverse(LIST), {"check": "due"})
    assert list(filtered.context["cl"].result_list) == [card]


def test_card_is_added_and_belongs_to_whoever_adds_it(client: Client, editor: User) -> None:
    page = client.get(reverse(ADD))
    start = page.context["adminform"].form.initial
    assert (start["owner"], start["checked_on"]) == (editor.pk, TODAY)
    fields = form_of(FactCardFactory.build(owner=editor), key="new-one", checked_on=TODAY)
    client.post(reverse(ADD), fields)
    card = FactCard.objects.get()
    assert (card.key, card.owner, card.checked_on) == ("new-one", editor, TODAY)
    assert AuditEntry.objects.values_list("action", "actor").get() == ("factcard.added", editor.pk)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("key", "Not A Key", "Please use lower-case letters, numbers and hyphens."),
        ("source_url", "http://example.org/", "Please give an address that begins with https://."),
        ("source_url", "javascript:alert(1)", "Enter a valid URL."),
        ("checked_on", "2026-11-23", "That day has not come yet."),
        ("review_on", "2026-11-01", "The next check comes after the day on which the fact was checked."),
    ],
)
def test_fault_is_told_beside_its_field(
    client: Client, editor: User, field: str, value: str, sentence: str
) -> None:
    fields = form_of(FactCardFactory.build(owner=editor), **{field: value})
    assert errors_of(client.post(reverse(ADD), fields)) == {field: [sentence]}
    assert FactCard.objects.count() == 0


def test_address_without_its_scheme_is_taken_as_secure(client: Client, editor: User) -> None:
    client.post(reverse(ADD), form_of(FactCardFactory.build(owner=editor), source_url="example.org/rule"))
    assert FactCard.objects.get().source_url == "https://example.org/rule"


def test_change_shows_everywhere_and_is_in_the_log(client: Client, editor: User) -> None:
    card, article = limits(), published(html=FACT)
    client.post(card_url(card), form_of(card, value="Seven times\r\nin all.", key="other"))
    card.refresh_from_db()
    assert (card.key, card.value) == ("limits", "Seven times in all.")
    entry = AuditEntry.objects.get(action="factcard.changed")
    assert (entry.actor, entry.target, entry.reason) == (
        editor,
        f"learner_series.factcard:{card.pk}",
        "value",
    )
    assert "Seven times in all." in Client().get(article.get_absolute_url()).content.decode()


def test_page_saved_without_a_change_leaves_no_trace(client: Client, editor: User) -> None:
    card = limits()
    client.post(card_url(card), form_of(card))
    assert AuditEntry.objects.count() == 0


def test_page_names_where_the_card_is_used(client: Client, editor: User) -> None:
    card = limits()
    live = published(html=FACT, title="Live one").live
    coming = draft(html=FACT, title="Coming one")
    gone = draft(html=FACT, title="Gone one")
    move(by=editor, revision=gone, target=RevisionState.RETIRED, now=timezone.now())
    assert live is not None
    page = client.get(card_url(card)).content.decode()
    assert f'<li><a href="{change_url(live)}" class="bt-link">{live}</a>, published</li>' in page
    assert f'<li><a href="{change_url(coming)}" class="bt-link">{coming}</a>, draft</li>' in page
    assert "Gone one" not in page


def test_page_of_an_unused_card_says_so(client: Client, editor: User) -> None:
    assert "Nowhere yet." in client.get(card_url(limits())).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_page_has_a_fixed_number_of_queries(
    client: Client, editor: User, count: int, django_assert_num_queries: Any
) -> None:
    card = limits()
    for _ in range(count):
        draft(html=FACT)
    ContentType.objects.get_for_model(FactCard)
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(card_url(card))


def test_owner_is_looked_for_by_public_name(client: Client, editor: User) -> None:
    page = client.get(card_url(limits()))
    widget = page.context["adminform"].form.fields["owner"].widget.widget
    assert widget.get_url() == reverse("admin:learner_series_article_authors")


def test_card_is_checked_by_a_button_after_its_words_are_saved(client: Client, editor: User) -> None:
    card = limits(review_on=TODAY - DAY, checked_on=TODAY - 9 * DAY)
    client.post(card_url(card), form_of(card, value="New.", learner_series_factcard_checked="1"))
    card.refresh_from_db()
    assert (card.value, card.checked_on, card.review_on) == ("New.", TODAY, TODAY + timedelta(days=180))
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["factcard.changed", "factcard.checked"]


def test_several_cards_are_checked_at_once(client: Client, editor: User) -> None:
    cards = [FactCardFactory.create() for _ in range(2)]
    chosen = {"action": "cards_checked", "_selected_action": [card.pk for card in cards], "index": 0}
    assert said(client.post(reverse(LIST), chosen)) == ["2 fact cards checked."]
    assert FactCard.objects.filter(checked_on=TODAY).count() == 2


def test_unused_card_is_deleted(client: Client, editor: User) -> None:
    client.post(card_url(limits(), "delete"), {"post": "yes"})
    assert FactCard.objects.count() == 0
    assert AuditEntry.objects.values_list("action", "reason").get() == ("factcard.deleted", "limits")


def test_card_that_a_text_names_is_not_deleted(client: Client, editor: User) -> None:
    card = limits()
    move(by=editor, revision=draft(html=FACT), target=RevisionState.RETIRED, now=timezone.now())
    assert client.post(card_url(card, "delete"), {"post": "yes"}).status_code == 403
    assert FactCard.objects.count() == 1


def test_list_offers_no_bulk_delete(client: Client, editor: User) -> None:
    limits()
    assert "delete_selected" not in client.get(reverse(LIST)).content.decode()


def test_card_is_not_changed_by_who_edits_no_revision(client: Client) -> None:
    person, card = UserFactory.create(is_staff=True), limits()
    person.user_permissions.set(Permission.objects.filter(codename__in=["change_factcard", "view_factcard"]))
    client.force_login(person)
    response = client.post(card_url(card), form_of(card, value="Other."))
    assert said(response)[0] == "Only editors say what the facts are."
    card.refresh_from_db()
    assert card.value == "Three times in one year."
