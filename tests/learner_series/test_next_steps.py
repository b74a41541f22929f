"""Which next steps a reader is offered: by stage, road, status and the application calendar."""

from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import PersonExperience
from learner_series.models import CalendarEntry, NextStep
from learner_series.models.next_step import Reader
from learner_series.services.line_up import line_up
from learner_series.services.next_steps import (
    OFFERED,
    Offer,
    ReaderProfile,
    choose,
    offers_for,
    profile_of,
)
from tests.constraints import refused_by
from tests.factories.library import CalendarEntryFactory, NextStepFactory
from tests.factories.people import UserFactory, experience

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
VISITOR = ReaderProfile()


def step(**fields: Any) -> NextStep:
    """A rule that no table knows."""
    made: NextStep = NextStepFactory.build(**fields)
    return made


def entry(**fields: Any) -> CalendarEntry:
    """A date that no table knows."""
    made: CalendarEntry = CalendarEntryFactory.build(**fields)
    return made


def fits(rule: NextStep, reader: ReaderProfile = VISITOR, today: date = TODAY, *dates: CalendarEntry) -> bool:
    return bool(choose(steps=[rule], reader=reader, entries=dates, today=today))


def why(rule: NextStep, reader: ReaderProfile, *dates: CalendarEntry) -> tuple[str, ...]:
    return choose(steps=[rule], reader=reader, entries=dates, today=TODAY)[0].reasons


# --- Each condition


def test_a_rule_without_conditions_fits_everybody_for_no_reason() -> None:
    rule = step()
    assert choose(steps=[rule], reader=VISITOR, entries=[], today=TODAY) == [Offer(rule, None, ())]


@pytest.mark.parametrize("kind", list(Reader))
def test_a_rule_for_some_readers_fits_them_only(kind: Reader) -> None:
    rule = step(readers=[Reader.MEMBER, Reader.MENTOR])
    assert fits(rule, ReaderProfile(kind)) is (kind in {Reader.MEMBER, Reader.MENTOR})


@pytest.mark.parametrize("name", ["stages", "roads", "statuses"])
@pytest.mark.parametrize(
    ("wanted", "known", "expected"),
    [
        (["a", "b"], {"b", "c"}, True),
        (["a", "b"], {"c"}, False),
        (["a"], set(), False),
        ([], {"a"}, True),
        ([], set(), True),
    ],
)
def test_a_rule_for_some_keys_fits_who_has_one_of_them(
    name: str, wanted: list[str], known: set[str], expected: bool
) -> None:
    keys: dict[str, Any] = {name: frozenset(known)}
    reader = ReaderProfile(Reader.MEMBER, **keys)
    assert fits(step(**{name: wanted}), reader) is expected


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (5, 5, {5}),
        (5, None, {5}),
        (3, 5, {3, 4, 5}),
        (11, 2, {11, 12, 1, 2}),
        (12, 1, {12, 1}),
        (1, 12, set(range(1, 13))),
        (5, 4, set(range(1, 13))),
    ],
)
def test_a_rule_for_some_months_fits_in_them_over_the_new_year_too(
    first: int, last: int | None, months: set[int]
) -> None:
    rule = step(from_month=first, until_month=last)
    assert {month for month in range(1, 13) if fits(rule, VISITOR, date(2027, month, 15))} == months


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2027, 5, 16), False),
        (date(2027, 5, 17), True),
        (date(2027, 5, 27), True),
        (date(2027, 5, 28), True),
        (date(2027, 5, 29), False),
    ],
    ids=["too early", "ten days before", "first day", "last day", "over"],
)
def test_a_rule_of_the_calendar_fits_from_so_many_days_before_until_the_end(
    today: date, expected: bool
) -> None:
    opening = entry(starts_on=date(2027, 5, 27), ends_on=date(2027, 5, 28))
    rule = step(calendar_kind="amcas-submit", days_before=10)
    assert fits(rule, VISITOR, today, opening) is expected


def test_a_rule_of_the_calendar_shows_the_next_date_of_its_kind() -> None:
    rule = step(calendar_kind="amcas-submit", days_before=30)
    other, first, second = (
        entry(kind=kind, starts_on=TODAY + days * DAY)
        for kind, days in (("tmdsas-submit", 1), ("amcas-submit", 2), ("amcas-submit", 3))
    )
    assert choose(steps=[rule], reader=VISITOR, entries=[other, first, second], today=TODAY) == [
        Offer(rule, first, ("calendar",))
    ]
    assert choose(steps=[rule], reader=VISITOR, entries=[other], today=TODAY) == []


def test_the_reasons_are_the_conditions_that_were_met() -> None:
    rule = step(
        readers=["member"], stages=["ug_year2"], roads=["parent"], statuses=["applying"],
        from_month=11, until_month=11, calendar_kind="amcas-submit", days_before=0,
    )  # fmt: skip
    reader = ReaderProfile(
        Reader.MEMBER, frozenset({"ug_year2"}), frozenset({"parent"}), frozenset({"applying"})
    )
    assert why(rule, reader, entry(starts_on=TODAY)) == ("stage", "road", "status", "month", "calendar")


# --- Which go first


def test_the_rule_with_more_conditions_goes_before_one_of_higher_priority() -> None:
    general, special = step(priority=9), step(stages=["ug_year2"])
    reader = ReaderProfile(Reader.MEMBER, stages=frozenset({"ug_year2"}))
    chosen = choose(steps=[general, special], reader=reader, entries=[], today=TODAY)
    assert [offer.step for offer in chosen] == [special, general]


def test_among_equals_priority_decides_then_the_title() -> None:
    second, third, first = step(title="A"), step(title="B"), step(title="C", priority=1)
    chosen = choose(steps=[third, second, first], reader=VISITOR, entries=[], today=TODAY)
    assert [offer.step for offer in chosen] == [first, second]


def test_two_rules_to_one_page_count_as_one() -> None:
    best, same, other = step(href="/feed/", priority=3), step(href="/feed/", priority=2), step(priority=1)
    chosen = choose(steps=[same, other, best], reader=VISITOR, entries=[], today=TODAY)
    assert [offer.step for offer in chosen] == [best, other]


def test_no_more_are_offered_than_two() -> None:
    assert (
        len(choose(steps=[step() for _ in range(5)], reader=VISITOR, entries=[], today=TODAY)) == OFFERED == 2
    )


# --- From the tables


@pytest.mark.django_db
def test_offers_leave_out_what_is_not_in_use_and_the_page_one_is_on() -> None:
    NextStepFactory.create(is_active=False, priority=9)
    NextStepFactory.create(href="/learn/why/", priority=8)
    kept = NextStepFactory.create(priority=1)
    assert [offer.step for offer in offers_for(reader=VISITOR, today=TODAY, here="/learn/why/")] == [kept]


@pytest.mark.django_db
def test_offers_ask_for_the_calendar_only_when_a_rule_does(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    NextStepFactory.create()
    opening = CalendarEntryFactory.create(starts_on=TODAY)
    CalendarEntryFactory.create(starts_on=TODAY - DAY)
    with django_assert_num_queries(1):
        assert [offer.entry for offer in offers_for(reader=VISITOR, today=TODAY)] == [None]
    NextStepFactory.create(calendar_kind=opening.kind)
    with django_assert_num_queries(2):
        assert [offer.entry for offer in offers_for(reader=VISITOR, today=TODAY)] == [opening, None]


@pytest.mark.django_db
def test_entries_around_a_day_are_those_not_over_the_next_first() -> None:
    ending, over, coming = (
        CalendarEntryFactory.create(starts_on=TODAY + start * DAY, ends_on=TODAY + end * DAY)
        for start, end in ((-9, 0), (-9, -1), (5, 6))
    )
    assert list(CalendarEntry.objects.around(TODAY)) == [ending, coming]
    assert over.ends_on < TODAY


@pytest.mark.django_db
def test_reapplicant_in_may_is_offered_what_fits_may_and_reapplying_before_what_fits_all() -> None:
    CalendarEntryFactory.create(starts_on=date(2027, 5, 27), kind="amcas-submit")
    again = NextStepFactory.create(
        title="Look at last year first", statuses=["reapplying"], from_month=3, until_month=6
    )
    submit = NextStepFactory.create(
        title="Submission opens", statuses=["applying_this_cycle", "reapplying"], calendar_kind="amcas-submit"
    )
    NextStepFactory.create(title="Ask in the Feed", priority=9)
    NextStepFactory.create(title="First cycle", statuses=["applying_this_cycle"], from_month=5, until_month=5)
    reader = ReaderProfile(Reader.MEMBER, statuses=frozenset({"reapplying"}))
    offers = offers_for(reader=reader, today=date(2027, 5, 10))
    assert [(offer.step, offer.reasons) for offer in offers] == [
        (again, ("status", "month")),
        (submit, ("status", "calendar")),
    ]


@pytest.mark.django_db
def test_line_up_holds_every_step_that_fits_in_the_order_of_the_offers() -> None:
    first, second, third = (NextStepFactory.create(priority=priority) for priority in (3, 2, 1))
    same_page = NextStepFactory.create(href=first.href)
    NextStepFactory.create(readers=["mentor"])
    NextStepFactory.create(is_active=False)
    dated = NextStepFactory.create(calendar_kind=CalendarEntryFactory.create(starts_on=TODAY).kind)
    steps = [offer.step for offer in line_up(reader=VISITOR, today=TODAY)]
    assert steps == [dated, first, second, third, same_page]
    assert [offer.step for offer in offers_for(reader=VISITOR, today=TODAY)] == steps[:OFFERED]


# --- Who reads


@pytest.mark.django_db
def test_profile_of_a_visitor_knows_nothing_and_asks_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        assert profile_of(user=None, has_premium=False, is_mentor=False, today=TODAY) == VISITOR


@pytest.mark.django_db
def test_profile_of_a_person_takes_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user = UserFactory.create()
    for group, key in (
        ("education_stage", "ug_year2"),
        ("road", "parent"),
        ("road", "rural"),
        ("application_status", "reapplying"),
        ("application_service", "amcas"),
    ):
        PersonExperience.objects.create(user=user, experience=experience(group, key))
    with django_assert_num_queries(1):
        profile = profile_of(user=user, has_premium=False, is_mentor=False, today=TODAY)
    assert profile == ReaderProfile(
        Reader.MEMBER,
        stages=frozenset({"ug_year2"}),
        roads=frozenset({"parent", "rural"}),
        statuses=frozenset({"reapplying"}),
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("has_premium", "is_mentor", "kind"),
    [
        (False, False, Reader.MEMBER),
        (True, False, Reader.PREMIUM),
        (False, True, Reader.MENTOR),
        (True, True, Reader.MENTOR),
    ],
)
def test_profile_says_what_kind_of_reader_it_is(has_premium: bool, is_mentor: bool, kind: Reader) -> None:
    profile = profile_of(user=UserFactory.create(), has_premium=has_premium, is_mentor=is_mentor, today=TODAY)
    assert profile == ReaderProfile(kind)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("birth_year", "offered"), [(2000, ["/mentorship/", "/feed/ask/"]), (2010, ["/feed/ask/"])]
)
def test_minors_are_not_led_to_what_is_for_adults(birth_year: int, offered: list[str]) -> None:
    NextStepFactory.create(href="/mentorship/", title="A", priority=9)
    NextStepFactory.create(href="/feed/ask/", title="B", priority=1)
    reader = UserFactory.create(birth_year=birth_year)
    profile = profile_of(user=reader, has_premium=False, is_mentor=False, today=TODAY)
    assert [offer.step.href for offer in offers_for(reader=profile, today=TODAY)] == offered


# --- Constraints: a yes and a no each


@pytest.mark.django_db
def test_next_step_stays_here() -> None:
    NextStepFactory.create(href="/feed/ask/?article=why")
    for href in (
        "https://example.org/",
        "//example.org/",
        "/\\example.org/",
        "javascript:alert(1)",
        "feed/",
        "",
    ):
        with refused_by("next_step_stays_here"):
            NextStepFactory.create(href=href)


@pytest.mark.django_db
def test_next_step_months_in_pairs() -> None:
    for months in ((None, None), (1, 12), (11, 2)):
        NextStepFactory.create(from_month=months[0], until_month=months[1])
    for months in ((0, 12), (1, 13)):
        with refused_by("next_step_months_in_pairs"):
            NextStepFactory.create(from_month=months[0], until_month=months[1])


@pytest.mark.django_db
@pytest.mark.parametrize("months", [(5, None), (None, 5)])
def test_next_step_with_half_a_pair_of_months_is_refused(months: tuple[int | None, int | None]) -> None:
    with refused_by("next_step_months_in_pairs"):
        NextStepFactory.create(from_month=months[0], until_month=months[1])


@pytest.mark.django_db
def test_next_step_readers_known() -> None:
    NextStepFactory.create(readers=list(Reader))
    with refused_by("next_step_readers_known"):
        NextStepFactory.create(readers=["visitor", "stranger"])


@pytest.mark.django_db
def test_calendar_ends_after_it_starts() -> None:
    CalendarEntryFactory.create(starts_on=TODAY, ends_on=TODAY)
    with refused_by("calendar_ends_after_it_starts"):
        CalendarEntryFactory.create(starts_on=TODAY, ends_on=TODAY - DAY)


@pytest.mark.django_db
def test_calendar_source_is_web() -> None:
    CalendarEntryFactory.create(source_url="https://example.org/")
    for url in ("http://example.org/", "javascript:alert(1)"):
        with refused_by("calendar_source_is_web"):
            CalendarEntryFactory.create(source_url=url)


def test_steps_and_dates_say_what_they_are() -> None:
    assert str(step(title="Ask in the Feed")) == "Ask in the Feed"
    assert str(entry()) == "AMCAS submission opens, 2027-05-27"
