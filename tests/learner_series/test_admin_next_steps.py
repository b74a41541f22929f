"""Staff pages of the next steps and of the application calendar."""

import re
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from accounts.models import AuditEntry, Experience, User
from learner_series.models import CalendarEntry, NextStep
from learner_series.models.next_step import Reader
from tests.factories.library import (
    ArticleFactory,
    CalendarEntryFactory,
    NextStepFactory,
    SeriesFactory,
    published,
)
from tests.factories.people import UserFactory, experience, staff

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)
STEPS = "admin:learner_series_nextstep_changelist"
OFFERS = "admin:learner_series_nextstep_offers"
ENTRIES = "admin:learner_series_calendarentry_changelist"
STEP_LIST_QUERIES = 6
STEP_PAGE_QUERIES = 7
OFFERS_QUERIES = 7
ENTRY_LIST_QUERIES = 10


@pytest.fixture
def editor(client: Client, time_machine: TimeMachineFixture) -> User:
    """An editor, signed in on TODAY."""
    # At noon: the same day wherever staff sit.
    time_machine.move_to(datetime.combine(TODAY, time(12), UTC), tick=False)
    person = staff("editor")
    client.force_login(person)
    return person


def add(client: Client, model: str, fields: dict[str, Any]) -> Any:
    return client.post(reverse(f"admin:learner_series_{model}_add"), fields)


def url(row: NextStep | CalendarEntry, page: str = "change") -> str:
    return reverse(f"admin:learner_series_{row._meta.model_name}_{page}", args=[row.pk])


def step_form(**fields: Any) -> dict[str, Any]:
    words = {"title": "Ask", "text": "It helps.", "link_text": "Go", "href": "/feed/ask/"}
    when = {"from_month": "", "until_month": "", "calendar_kind": "", "days_before": 60}
    return {**words, **when, "priority": 0, "is_active": "on", **fields}


def errors_of(page: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = page.context["adminform"].form.errors
    return found


# --- Next steps ---


@pytest.mark.parametrize("count", [1, 3])
def test_steps_are_listed_in_a_fixed_number_of_queries(
    client: Client, editor: User, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        NextStepFactory.create()
    with django_assert_num_queries(STEP_LIST_QUERIES):
        page = client.get(reverse(STEPS))
    assert len(page.context["cl"].result_list) == count


def test_list_tells_for_whom_a_step_is(client: Client, editor: User) -> None:
    wide = NextStepFactory.create(priority=2)
    narrow = NextStepFactory.create(
        stages=["a"], roads=["b"], statuses=["c"], readers=["mentor"], from_month=1, until_month=2
    )
    dated = NextStepFactory.create(calendar_kind="amcas-submit", priority=1)
    page = client.get(reverse(STEPS))
    admin_of = page.context["cl"].model_admin
    assert [(row, admin_of.conditions(row)) for row in page.context["cl"].result_list] == [
        (wide, "Everybody, always"),
        (dated, "calendar"),
        (narrow, "readers, stages, roads, statuses, months"),
    ]
    assert f'<a href="{wide.href}" class="bt-link">{wide.href}</a>' in page.content.decode()


def test_step_is_made_from_the_words_of_the_vocabulary(client: Client, editor: User) -> None:
    experience("education_stage", "ug_year2", label="College, second year")
    experience("road", "gap_year")
    experience("application_status", "reapplying")
    CalendarEntryFactory.create(kind="amcas-submit")
    chosen = {
        "stages": ["ug_year2"],
        "roads": ["gap_year"],
        "statuses": ["reapplying"],
        "readers": ["visitor", "member"],
        "from_month": 11,
        "until_month": 2,
        "calendar_kind": "amcas-submit",
    }
    page = client.get(reverse("admin:learner_series_nextstep_add"))
    choices = page.context["adminform"].form.fields["stages"].choices
    assert ("ug_year2", "College, second year") in choices
    add(client, "nextstep", step_form(**chosen))
    step = NextStep.objects.get()
    assert {name: getattr(step, name) for name in chosen} == chosen
    assert AuditEntry.objects.values_list("action", "actor").get() == ("nextstep.added", editor.pk)


def test_empty_conditions_fit_everybody(client: Client, editor: User) -> None:
    add(client, "nextstep", step_form())
    step = NextStep.objects.get()
    assert (step.stages, step.readers, step.from_month, step.calendar_kind) == ([], [], None, "")


def test_terms_are_those_of_each_group_and_retired_ones_only_where_chosen(
    client: Client, editor: User
) -> None:
    Experience.objects.all().delete()
    experience("education_stage", "now")
    experience("education_stage", "kept", retired_at="2026-01-01T00:00Z")
    experience("education_stage", "gone", retired_at="2026-01-01T00:00Z")
    experience("road", "gap_year")
    page = client.get(url(NextStepFactory.create(stages=["kept"])))
    fields = page.context["adminform"].form.fields
    assert sorted(key for key, _ in fields["stages"].choices) == ["kept", "now"]
    assert [key for key, _ in fields["roads"].choices] == ["gap_year"]
    assert fields["statuses"].choices == []


def test_kinds_are_those_of_the_calendar_and_the_step_s_own(client: Client, editor: User) -> None:
    CalendarEntryFactory.create(kind="tmdsas-open")
    page = client.get(url(NextStepFactory.create(calendar_kind="amcas-submit")))
    assert page.context["adminform"].form.fields["calendar_kind"].choices == [
        ("", "None"),
        ("amcas-submit", "amcas-submit"),
        ("tmdsas-open", "tmdsas-open"),
    ]


@pytest.mark.parametrize(
    "href",
    [
        "https://example.org/",
        "//example.org/feed/",
        "feed/ask/",
        "/nowhere/at/all/",
        "/learn/not-live/",
        "/learn/missing/",
        "/learn/series/missing/",
        "/learn/series/empty/",
        "/admin/",
    ],
)
def test_step_leads_nowhere_else(client: Client, editor: User, href: str) -> None:
    ArticleFactory.create(slug="not-live")
    SeriesFactory.create(slug="empty")
    page = add(client, "nextstep", step_form(href=href))
    message = "There is no such page on this site, or readers cannot open it."
    assert errors_of(page) == {"href": [message]}


@pytest.mark.parametrize(
    "href", ["/", "/feed/?stage=a", "/learn/live-one/", "/learn/live-one/#part", "/learn/series/full/"]
)
def test_step_leads_to_a_page_that_is_there(client: Client, editor: User, href: str) -> None:
    published(slug="live-one", series=SeriesFactory.create(slug="full"))
    add(client, "nextstep", step_form(href=href))
    assert NextStep.objects.get().href == href


@pytest.mark.parametrize(("first", "last", "field"), [(3, "", "until_month"), ("", 3, "from_month")])
def test_months_come_in_pairs(client: Client, editor: User, first: Any, last: Any, field: str) -> None:
    page = add(client, "nextstep", step_form(from_month=first, until_month=last))
    assert errors_of(page) == {field: ["Please choose both months, or neither."]}


def test_unknown_key_is_refused(client: Client, editor: User) -> None:
    page = add(client, "nextstep", step_form(stages=["made_up"]))
    assert list(errors_of(page)) == ["stages"]


def test_change_of_a_step_is_in_the_log(client: Client, editor: User) -> None:
    step = NextStepFactory.create(href="/feed/")
    client.post(url(step), step_form(title="Other"))
    step.refresh_from_db()
    assert (step.title, step.href) == ("Other", "/feed/ask/")
    assert AuditEntry.objects.values_list("action", flat=True).get() == "nextstep.changed"


def test_step_is_deleted_and_its_name_stays_in_the_log(client: Client, editor: User) -> None:
    step = NextStepFactory.create(title="Gone soon")
    client.post(url(step, "delete"), {"post": "yes"})
    assert NextStep.objects.count() == 0
    assert AuditEntry.objects.values_list("action", "reason").get() == ("nextstep.deleted", "Gone soon")


def test_step_page_has_few_queries(client: Client, editor: User, django_assert_num_queries: Any) -> None:
    step = NextStepFactory.create()
    ContentType.objects.get_for_model(NextStep)
    with django_assert_num_queries(STEP_PAGE_QUERIES):
        client.get(url(step))


@pytest.mark.parametrize("page", [STEPS, ENTRIES])
def test_lists_offer_no_bulk_delete(client: Client, editor: User, page: str) -> None:
    NextStepFactory.create()
    CalendarEntryFactory.create()
    assert "delete_selected" not in client.get(reverse(page)).content.decode()


def test_step_is_read_by_who_may_only_look(client: Client) -> None:
    person = UserFactory.create(is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename="view_nextstep"))
    client.force_login(person)
    page = client.get(url(NextStepFactory.create(title="To be read")))
    assert "To be read" in page.content.decode()
    assert 'name="_save"' not in page.content.decode()


# --- What would they see ---


def offers(client: Client, **asked: str) -> tuple[list[tuple[str, str, str]], list[str]]:
    page = client.get(reverse(OFFERS), asked)
    offered = [(row["step"].title, row["reasons"], row["date"]) for row in page.context["offered"]]
    return offered, [row["step"].title for row in page.context["others"]]


def test_offers_say_what_matched_and_what_comes_next(client: Client, editor: User) -> None:
    for group, key in (("application_status", "reapplying"), ("education_stage", "a"), ("road", "b")):
        experience(group, key)
    CalendarEntryFactory.create(kind="amcas-submit", title="AMCAS opens", starts_on=date(2027, 5, 27))
    NextStepFactory.create(title="Best", statuses=["reapplying"], from_month=5, until_month=5)
    NextStepFactory.create(title="Dated", calendar_kind="amcas-submit", priority=9)
    NextStepFactory.create(title="For all", priority=5)
    NextStepFactory.create(title="Also for all")
    NextStepFactory.create(title="Narrow", stages=["a"], roads=["b"], readers=[Reader.MEMBER])
    NextStepFactory.create(title="Off", is_active=False, priority=99)
    assert offers(client, status="reapplying", day="2027-05-01") == (
        [
            ("Best", "Fits by their application status, the month.", ""),
            ("Dated", "Fits by a date of the calendar.", "AMCAS opens, May 27, 2027"),
        ],
        ["For all", "Also for all"],
    )
    assert offers(client, stage="a", road="b", reader="member") == (
        [
            ("Narrow", "Fits by their stage, their road.", ""),
            ("For all", "Fits everybody, always.", ""),
        ],
        ["Also for all"],
    )


def test_offers_are_for_a_visitor_of_today_unless_asked(client: Client, editor: User) -> None:
    NextStepFactory.create(title="Now", from_month=11, until_month=11, readers=[Reader.VISITOR])
    NextStepFactory.create(title="Spring", from_month=3, until_month=4)
    assert [title for title, _, _ in offers(client)[0]] == ["Now"]
    assert [title for title, _, _ in offers(client, day="never", stage="x", reader="x")[0]] == ["Now"]


def test_offers_may_be_none(client: Client, editor: User) -> None:
    page = client.get(reverse(OFFERS)).content.decode()
    assert "Nothing fits, so this reader sees no step." in page
    assert "Next in line" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_offers_have_a_fixed_number_of_queries(
    client: Client, editor: User, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        NextStepFactory.create()
    with django_assert_num_queries(OFFERS_QUERIES):
        page = client.get(reverse(OFFERS))
    assert len(page.context["offered"]) + len(page.context["others"]) == count


def test_list_of_steps_leads_to_the_question(client: Client, editor: User) -> None:
    assert f'href="{reverse(OFFERS)}"' in client.get(reverse(STEPS)).content.decode()


# --- The calendar ---


def entry_form(**fields: Any) -> dict[str, Any]:
    days = {"starts_on": "2027-05-27", "ends_on": "2027-05-27", "checked_on": "2026-11-01"}
    source = {"source_name": "The calendar", "source_url": "https://example.org/"}
    what = {
        "key": "amcas-2028",
        "kind": "amcas-submit",
        "title": "AMCAS opens",
        "service": "",
        "cycle_year": 2028,
    }
    return {**days, **source, **what, **fields}


@pytest.mark.parametrize("count", [1, 3])
def test_entries_are_listed_in_a_fixed_number_of_queries(
    client: Client, editor: User, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        CalendarEntryFactory.create(service=experience("application_service", f"s{number}"))
    with django_assert_num_queries(ENTRY_LIST_QUERIES):
        page = client.get(reverse(ENTRIES))
    assert len(page.context["cl"].result_list) == count


def test_entry_is_added_and_in_the_log(client: Client, editor: User) -> None:
    add(client, "calendarentry", entry_form())
    entry = CalendarEntry.objects.get()
    assert (entry.key, entry.starts_on, entry.is_estimate) == ("amcas-2028", date(2027, 5, 27), False)
    assert AuditEntry.objects.values_list("action", "actor").get() == ("calendarentry.added", editor.pk)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("ends_on", "2027-05-26", "The last day comes before the first."),
        ("source_url", "http://example.org/", "Please give an address that begins with https://."),
        ("checked_on", "2026-11-23", "That day has not come yet."),
    ],
)
def test_fault_of_an_entry_is_told_beside_its_field(
    client: Client, editor: User, field: str, value: str, sentence: str
) -> None:
    page = add(client, "calendarentry", entry_form(**{field: value}))
    assert errors_of(page) == {field: [sentence]}


def test_entry_is_changed_and_deleted(client: Client, editor: User) -> None:
    entry = CalendarEntryFactory.create(title="Old")
    client.post(url(entry), entry_form(key=entry.key))
    entry.refresh_from_db()
    assert entry.title == "AMCAS opens"
    client.post(url(entry, "delete"), {"post": "yes"})
    assert CalendarEntry.objects.count() == 0
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["calendarentry.changed", "calendarentry.deleted"]


def test_entries_tell_expected_dates_from_published_ones(client: Client, editor: User) -> None:
    CalendarEntryFactory.create(starts_on=date(2027, 5, 2), ends_on=date(2027, 5, 2), is_estimate=True)
    CalendarEntryFactory.create(starts_on=date(2027, 5, 1), ends_on=date(2027, 5, 1))
    page = client.get(reverse(ENTRIES)).content.decode()
    assert re.findall(r">\s*(Expected|Published)\s*</span>", page) == ["Expected", "Published"]
