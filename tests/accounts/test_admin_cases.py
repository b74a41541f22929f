"""Staff pages of cases: the queue by its clock, and one case with its words for those who may see them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.admin.cases import clock_of
from accounts.models import AuditEntry, Case, CaseEvent, User
from accounts.models.safety import CaseOutcome, ReportReason
from accounts.services.cases import add_note, close_case, take_case
from feed.models import Question
from feed.models.question import Visibility
from tests.factories.people import UserFactory, staff
from tests.factories.questions import QuestionFactory
from tests.factories.safety import CaseFactory, ReportFactory, SanctionFactory, reported

pytestmark = pytest.mark.django_db

LIST = "admin:accounts_case_changelist"
LIST_QUERIES = 6
PAGE_QUERIES = 12
DAY = timedelta(days=1)
STEPS = ("take", "assign", "note", "close", "give_sanction")


@pytest.fixture
def moderator(client: Client) -> User:
    """A moderator, signed in."""
    person = staff("moderator")
    client.force_login(person)
    return person


@pytest.fixture
def lead(client: Client) -> User:
    """The safeguarding lead, signed in."""
    person = staff("safeguarding lead")
    client.force_login(person)
    return person


def url(step: str, case: Case) -> str:
    return reverse(f"admin:accounts_case_{step}", args=[case.pk])


def page_of(client: Client, case: Case) -> str:
    return " ".join(client.get(url("change", case)).content.decode().split())


def rows_of(response: Any) -> list[Case]:
    return list(response.context["cl"].result_list)


def cells(page: str, column: str) -> list[str]:
    """The words of one column of the list, from the top."""
    found = re.findall(rf'<t[dh] class="[^"]*field-{column}.*?</t[dh]>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in found]


def closed(**fields: Any) -> Case:
    """A case that was decided."""
    done = {"state": "closed", "outcome": CaseOutcome.NO_ACTION, "closed_at": timezone.now()}
    made: Case = CaseFactory.create(**{**done, **fields})
    return made


# --- The queue


@pytest.mark.parametrize("count", [1, 3])
def test_queue_has_a_fixed_number_of_queries(
    client: Client, moderator: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        ReportFactory.create(case__assignee=UserFactory.create())
    with django_assert_num_queries(LIST_QUERIES):
        assert len(rows_of(client.get(reverse(LIST)))) == count


def test_queue_shows_what_is_due_first_and_leaves_out_what_is_closed(client: Client, moderator: User) -> None:
    now = timezone.now()
    late, soon, young = (CaseFactory.create(due_at=now + days * DAY) for days in (-1, 1, 3))
    done = closed(due_at=now - 3 * DAY)
    assert rows_of(client.get(reverse(LIST))) == [late, soon, young]
    assert rows_of(client.get(reverse(LIST), {"state": "all"})) == [late, soon, young, done]
    assert rows_of(client.get(reverse(LIST), {"state": "closed"})) == [done]


def test_queue_says_what_waits_for_whom_and_how_long(client: Client, moderator: User) -> None:
    now = timezone.now()
    first = CaseFactory.create(
        due_at=now - timedelta(hours=3, minutes=1), is_serious=True, target_kind="mentor"
    )
    ReportFactory.create(case=first, reason=ReportReason.SAFETY, text="Secret words.")
    ReportFactory.create(case=first, reason=ReportReason.SPAM)
    ReportFactory.create(case=first, reason=ReportReason.SPAM)
    CaseFactory.create(due_at=now + timedelta(hours=2, minutes=1), assignee=moderator, state="assigned")
    page = client.get(reverse(LIST)).content.decode()
    assert cells(page, "clock") == ["3 hours overdue", "in 2 hours"]
    assert cells(page, "reasons") == ["Someone's safety; Spam".replace("'", "&#x27;"), ""]
    assert cells(page, "seriousness") == ["Serious", "-"]
    assert cells(page, "looks_at_it") == ["Nobody yet", moderator.display_name]
    assert cells(page, "state_label") == ["Waiting for somebody", "Being looked at"]
    assert (f"Mentor, case {first.pk}" in page, "Secret words." in page) == (True, False)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (-25, ("late", "1\xa0day overdue")),
        (0, ("late", "0\xa0minutes overdue")),
        (4, ("soon", "in 4\xa0hours")),
        (5, ("due", "in 5\xa0hours")),
    ],
)
def test_clock_tells_what_is_left(hours: int, expected: tuple[str, str]) -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert clock_of(Case(due_at=now + timedelta(hours=hours)), now) == expected


def test_clock_of_a_closed_case_has_stopped() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert clock_of(Case(due_at=now - DAY, closed_at=now), now) == ("over", "closed")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"reason": "spam"}, ["spam"]),
        ({"who": "me"}, ["mine"]),
        ({"who": "nobody"}, ["spam", "serious"]),
        ({"state": "assigned"}, ["mine"]),
        ({"is_serious__exact": "1"}, ["serious"]),
        ({"q": "target-7"}, ["spam"]),
        ({"q": "target"}, []),
    ],
)
def test_queue_is_filtered_and_searched(
    client: Client, moderator: User, query: dict[str, str], found: list[str]
) -> None:
    now = timezone.now()
    made = {
        "spam": ReportFactory.create(
            reason=ReportReason.SPAM, case__due_at=now + DAY, case__target_id="target-7"
        ).case,
        "mine": CaseFactory.create(assignee=moderator, state="assigned", due_at=now + 2 * DAY),
        "serious": CaseFactory.create(is_serious=True, due_at=now + 3 * DAY),
    }
    assert rows_of(client.get(reverse(LIST), query)) == [made[name] for name in found]


def test_queue_names_its_first_choice_unfinished(client: Client, moderator: User) -> None:
    CaseFactory.create()
    assert "Unfinished" in client.get(reverse(LIST)).content.decode()


def test_case_is_found_by_its_number(client: Client, moderator: User) -> None:
    CaseFactory.create(target_id="x")
    case, done = CaseFactory.create(target_id="y"), closed(target_id="z")
    found = [rows_of(client.get(reverse(LIST), {"q": str(row.pk)})) for row in (case, done)]
    assert found == [[case], [done]]


# --- One case


def test_page_shows_what_was_reported_by_whom_and_what_was_done(client: Client, moderator: User) -> None:
    question = QuestionFactory.create(title="Is this a question?", asker__display_name="Asker")
    case = reported(
        ReportReason.SPAM, question=question, text="It sells <b>things</b>.",
        by=UserFactory.create(display_name="Reporter"),
    ).case  # fmt: skip
    take_case(by=moderator, case=case, now=timezone.now())
    add_note(by=moderator, case=case, note="Looks like it.", now=timezone.now())
    page = page_of(client, case)
    words = [
        "Is this a question?",
        "It sells &lt;b&gt;things&lt;/b&gt;.",
        "Reporter,",
        "Person: Asker",
        "Looks like it.",
        "Being looked at.",
        f'href="{question.get_absolute_url()}"',
        f'href="{reverse("admin:feed_question_change", args=[question.pk])}"',
    ]
    assert [word in page for word in words] == [True] * len(words)
    assert question.asker.email not in page


def test_page_says_when_it_is_due_and_that_it_is_serious(client: Client, lead: User) -> None:
    case = CaseFactory.create(due_at=datetime(2026, 1, 2, 17, tzinfo=UTC), is_serious=True)
    page = page_of(client, case)
    words = ["January 2, 2026, 12:00 EST: ", "overdue", "Yes: the safeguarding lead looks at it", "(&#x27;"]
    assert [word in page for word in words] == [True, True, True, False]


def test_page_of_what_is_hidden_leads_to_the_staff_page_only(client: Client, moderator: User) -> None:
    case = reported(ReportReason.SPAM).case
    Question.objects.update(visibility=Visibility.HIDDEN)
    page = page_of(client, case)
    assert ("It has no page on the site, or none any more." in page, "Its staff page" in page) == (True, True)


def test_page_links_no_staff_page_that_would_refuse(client: Client, moderator: User, lead: User) -> None:
    person = UserFactory.create()
    case = CaseFactory.create(target_kind="person", target_id=str(person.pk), about=person)
    path = reverse("admin:accounts_user_change", args=[person.pk])
    found = []
    for reader in (moderator, lead):
        client.force_login(reader)
        found.append(f'href="{path}"' in page_of(client, case))
    assert found == [False, True]


def test_page_of_a_kind_that_is_gone_shows_the_rest(client: Client, moderator: User) -> None:
    case = ReportFactory.create(case__target_kind="gone", case__about=None, reporter=None).case
    page = page_of(client, case)
    assert ("No words besides." in page, "Former member," in page, "Person:" in page) == (True, True, False)
    assert "Nobody has done anything about it yet." in page


def test_page_shows_sanctions_from_the_case(client: Client, lead: User) -> None:
    case = CaseFactory.create()
    row = SanctionFactory.create(user=case.about, case=case, reason="Be kind.", by=None)
    page = page_of(client, case)
    link = f'href="{reverse("admin:accounts_sanction_change", args=[row.pk])}"'
    assert (link in page, "by Former member: Be kind." in page) == (True, True)


def test_page_shows_a_moderator_the_sanction_without_a_link(client: Client, moderator: User) -> None:
    case = CaseFactory.create()
    SanctionFactory.create(user=case.about, case=case, reason="Be kind.")
    page = page_of(client, case)
    assert ("Be kind." in page, "/admin/accounts/sanction/" in page) == (True, False)


def test_page_says_how_a_case_ended(client: Client, moderator: User) -> None:
    case = CaseFactory.create()
    take_case(by=moderator, case=case, now=timezone.now())
    case.refresh_from_db()
    close_case(by=moderator, case=case, outcome=CaseOutcome.CORRECTED, note="Done.", now=timezone.now())
    assert "Mended or removed" in page_of(client, case)


@pytest.mark.parametrize("count", [1, 3])
def test_page_has_a_fixed_number_of_queries(
    client: Client, lead: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    case = reported(ReportReason.SPAM).case
    client.get(url("change", case))
    for number in range(count):
        ReportFactory.create(case=case)
        SanctionFactory.create(case=case, user=case.about)
        CaseEvent.objects.create(
            case=case, by=UserFactory.create(), source="open", target="open", note=str(number)
        )
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(url("change", case))


# --- Who sees what


def test_opening_is_logged_once_for_each_person(client: Client, moderator: User, lead: User) -> None:
    case = CaseFactory.create()
    for reader in (moderator, moderator, lead):
        client.force_login(reader)
        client.get(url("change", case))
    rows = AuditEntry.objects.filter(action="case.opened").order_by("pk")
    target = f"accounts.case:{case.pk}"
    assert list(rows.values_list("actor", "target")) == [(moderator.pk, target), (lead.pk, target)]


def test_who_reported_it_sees_no_words_and_no_steps(client: Client, moderator: User) -> None:
    case = CaseFactory.create()
    ReportFactory.create(case=case, text="From somebody else.", reporter__display_name="Otherperson")
    ReportFactory.create(case=case, reporter=moderator, text="My own words.")
    page = page_of(client, case)
    leaks = [word in page for word in ("From somebody else.", "Otherperson", "My own words.")]
    assert leaks == [False] * 3
    assert "What was reported is not shown to you" in page
    assert [step for step in STEPS if url(step, case) in page] == []
    assert AuditEntry.objects.count() == 0


def test_serious_case_shows_its_words_to_the_lead_alone(client: Client, moderator: User, lead: User) -> None:
    case = reported(ReportReason.SAFETY, text="Somebody is in danger.").case
    found = []
    for reader in (moderator, lead):
        client.force_login(reader)
        found.append("Somebody is in danger." in page_of(client, case))
    assert found == [False, True]


@pytest.mark.parametrize("is_superuser", [False, True])
def test_nobody_finds_a_case_about_themselves(client: Client, is_superuser: bool) -> None:
    person = staff("moderator", is_superuser=is_superuser)
    client.force_login(person)
    case = CaseFactory.create(about=person)
    assert rows_of(client.get(reverse(LIST))) == []
    assert client.get(url("change", case))["Location"] == reverse("admin:index")
    assert [client.get(url(step, case)).status_code for step in STEPS] == [404] * len(STEPS)


@pytest.mark.parametrize("group", ["editor", "coordinator", "billing", "analyst"])
def test_cases_are_closed_to_other_staff(client: Client, group: str) -> None:
    client.force_login(staff(group))
    case = CaseFactory.create()
    paths = [reverse(LIST), url("change", case), *(url(step, case) for step in STEPS)]
    assert [client.get(path).status_code for path in paths] == [403] * len(paths)
    assert AuditEntry.objects.count() == 0


@pytest.mark.parametrize("step", STEPS)
def test_steps_are_closed_to_who_may_not_look(client: Client, moderator: User, step: str) -> None:
    serious, mine = CaseFactory.create(is_serious=True), ReportFactory.create(reporter=moderator).case
    found = [client.post(url(step, case), {"note": "x"}).status_code for case in (serious, mine)]
    assert (found, CaseEvent.objects.count()) == ([403, 403], 0)
