"""The inbox: what it shows, in which order, and what opening something does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.template.loader import get_template
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Block, MailTimes, Notification, User
from accounts.registries import notifications as registry
from accounts.registries.notifications import NotificationKind, Tab, notification_kinds
from accounts.services.notifications import notify
from feed.services.telling import QUESTION_ANSWERED
from tests.factories.people import MentorFactory, UserFactory, staff

pytestmark = pytest.mark.django_db
URL = "/notifications/"
NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def reader(client: Client) -> User:
    """Signed in; in New York, where NOW is one in the afternoon of a Sunday."""
    made: User = UserFactory.create()
    client.force_login(made)
    return made


@pytest.fixture
def staff_kind(monkeypatch: pytest.MonkeyPatch) -> str:
    """A kind of the staff tab, whose sentence is that of answers."""
    monkeypatch.setattr(NotificationKind, "template", "feed/question_answered")
    kinds = {kind.key: kind for kind in notification_kinds()}
    kind = NotificationKind(key="feed.tests", label="Tests", why="", tab=Tab.STAFF)
    monkeypatch.setattr(registry, "_kinds", {**kinds, kind.key: kind})
    return kind.key


def tell(
    to: User, key: str = "1", *, title: str = "A title", at: datetime = NOW, **more: Any
) -> Notification:
    """Tell somebody of an answer."""
    given = {"kind": QUESTION_ANSWERED.key, "path": f"/feed/1/x/#answer-{key}", **more}
    notify(to=to, key=key, now=at, words={"title": title}, **given)
    return Notification.objects.get(user=to, kind=given["kind"], key=key)


def groups(client: Client, query: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """Headings with the keys below them and their time in words."""
    found = client.get(URL + query).context["inbox"].groups
    return [(name, [(row.notification.key, row.when) for row in rows]) for name, rows in found]


def keys(client: Client, query: str = "") -> list[str]:
    """What is shown, from top to bottom."""
    return [key for _, rows in groups(client, query) for key, _ in rows]


# --- What it shows


@pytest.mark.parametrize("count", [1, 3])
def test_inbox_takes_four_queries(
    client: Client, reader: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        tell(reader, str(number), actor=MentorFactory.create().user, at=timezone.now())
    with django_assert_num_queries(4):
        response = client.get(URL)
    assert response.content.decode().count("</strong> answered") == count


def test_inbox_groups_by_day_as_its_owner_reads_the_clock(client: Client, reader: User) -> None:
    hours = {"now": 0, "midnight": 12, "before": 14, "monday": 24 * 6, "old": 24 * 7, "older": 24 * 40}
    for key, age in hours.items():
        tell(reader, key, at=NOW - timedelta(hours=age))
    with time_machine.travel(NOW, tick=False):
        assert groups(client) == [
            ("Today", [("now", ""), ("midnight", "")]),
            ("This week", [("before", "Yesterday"), ("monday", "Monday")]),
            ("Earlier", [("old", "November 15, 2026"), ("older", "October 13, 2026")]),
        ]
        User.objects.update(time_zone="Asia/Tokyo")
        assert groups(client)[0] == ("Today", [("now", "")])


def test_inbox_says_how_long_ago_something_of_today_was(client: Client, reader: User) -> None:
    tell(reader, at=timezone.now() - timedelta(minutes=20))
    assert "20 minutes ago</time>" in client.get(URL).content.decode()


def test_inbox_names_the_new_ones_for_eyes_and_ears(client: Client, reader: User) -> None:
    new, seen = tell(reader, "new"), tell(reader, "seen", path="/feed/2/y/")
    Notification.objects.filter(pk=seen.pk).update(read_at=NOW)
    page = client.get(URL).content.decode()
    assert (page.count('<span class="vh">New:</span>'), page.count(">New</span>")) == (1, 1)
    assert f'href="/notifications/{new.pk}/"' in page
    assert 'href="/feed/2/y/"' in page


def test_inbox_shows_initials_of_a_mentor_and_a_drawing_for_nobody(client: Client, reader: User) -> None:
    tell(reader, "by", actor=MentorFactory.create(user__display_name="Leila").user)
    assert 'class="avatar mentor"' in client.get(URL).content.decode()
    Notification.objects.update(actor=None)
    page = client.get(URL).content.decode()
    assert 'class="avatar mentor"' not in page
    assert "<strong>A mentor</strong> answered" in page


def test_inbox_escapes_names_and_titles(client: Client, reader: User) -> None:
    tell(reader, title=SCRIPT, actor=UserFactory.create(display_name=SCRIPT))
    page = client.get(URL).content.decode()
    assert page.count("&lt;script&gt;") == 2
    assert SCRIPT not in page


def test_inbox_shows_nothing_of_others_nor_of_people_kept_apart(client: Client, reader: User) -> None:
    blocked, blocker = UserFactory.create_batch(2)
    tell(UserFactory.create(), "not mine")
    for key, actor in (("blocked", blocked), ("blocker", blocker), ("nobody", None)):
        tell(reader, key, actor=actor)
    Block.objects.create(blocker=reader, blocked=blocked)
    Block.objects.create(blocker=blocker, blocked=reader)
    assert keys(client) == ["nobody"]


def test_inbox_leaves_out_what_is_told_by_mail_alone_or_has_no_sentence_any_more(
    client: Client, reader: User
) -> None:
    tell(reader, "by mail")
    Notification.objects.update(is_on_page=False)
    Notification.objects.create(user=reader, kind="feed.gone", key="gone", path="/")
    assert keys(client) == []


def test_every_kind_has_a_sentence_for_inbox_and_digest() -> None:
    for kind in notification_kinds():
        assert get_template(f"notifications/{kind.template}.html")
        assert get_template(f"notifications/{kind.template}.txt")


# --- Tabs, pages, empty


def test_tabs_show_their_part(client: Client, reader: User) -> None:
    tell(reader)
    assert keys(client, "?tab=answers") == ["1"]
    assert [keys(client, f"?tab={tab}") for tab in ("mentoring", "account")] == [[], []]
    tabs = client.get(f"{URL}?tab=account").context["inbox"].tabs()
    assert [(tab.name, tab.is_current) for tab in tabs] == [
        ("All", False), ("Answers", False), ("Mentoring", False), ("Account", True),
    ]  # fmt: skip


@pytest.mark.parametrize("tab", ["", "staff", "nonsense", "<script>", "ANSWERS"])
def test_a_tab_that_is_none_of_mine_shows_all(tab: str, client: Client, reader: User) -> None:
    tell(reader)
    response = client.get(URL, {"tab": tab})
    assert (response.context["inbox"].tab, keys(client)) == (None, ["1"])


def test_the_staff_tab_is_for_staff(client: Client, reader: User, staff_kind: str) -> None:
    moderator = staff("moderator")
    for person in (reader, moderator):
        tell(person, kind=staff_kind)
    assert (keys(client), keys(client, "?tab=staff")) == ([], [])
    client.force_login(moderator)
    assert (keys(client), keys(client, "?tab=staff")) == (["1"], ["1"])
    assert "?tab=staff" in client.get(URL).content.decode()


def test_inbox_goes_on_page_by_page(client: Client, reader: User) -> None:
    for number in range(45):
        tell(reader, str(number), at=NOW - timedelta(hours=number))
    seen, query = [], "?tab=answers"
    for _ in range(3):
        seen += keys(client, query)
        response = client.get(URL + query)
        query = f"?tab=answers&cursor={response.context['inbox'].page.next_cursor}"
    assert seen == [str(number) for number in range(45)]
    page = response.content.decode()
    assert 'href="?tab=answers"' in page
    assert "Older notifications" not in page
    assert "Older notifications" in client.get(URL).content.decode()


@pytest.mark.parametrize(
    ("query", "words", "goal"),
    [
        ("", "When a mentor answers you", "/feed/ask/"),
        ("?tab=answers", "When a mentor answers a question of yours", "/feed/ask/"),
        ("?tab=mentoring", "Once you have a mentor here", "/mentorship/"),
        ("?tab=account", "What concerns your account", "/notifications/settings/"),
        ("?tab=staff", "Thank you for looking after everybody", "/admin/"),
    ],
)
def test_an_empty_tab_says_what_comes_and_what_to_do(
    query: str, words: str, goal: str, client: Client
) -> None:
    client.force_login(staff("moderator"))
    page = client.get(URL + query).content.decode()
    assert words in page
    assert f'<a class="btn slim" href="{goal}">' in page


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ({}, "No e-mails between 10 pm and 8 am your time."),
        ({"quiet_from": 0, "quiet_until": 12}, "No e-mails between midnight and noon your time."),
        ({"quiet_from": 8, "quiet_until": 8}, "You have none: e-mails come at any hour."),
    ],
)
def test_inbox_tells_the_quiet_hours(hours: dict[str, int], words: str, client: Client, reader: User) -> None:
    if hours:
        MailTimes.objects.create(user=reader, **hours)
    assert words in " ".join(client.get(URL).content.decode().split())


# --- Opening and marking


def test_opening_one_marks_it_and_leads_to_its_place(client: Client, reader: User) -> None:
    opened, other = tell(reader, "1"), tell(reader, "2", path="/feed/2/y/")
    response = client.get(f"{URL}{opened.pk}/")
    assert (response.status_code, response["Location"]) == (302, "/feed/1/x/#answer-1")
    assert "no-store" in response["Cache-Control"]
    assert list(Notification.objects.unread()) == [other]
    reader.refresh_from_db()
    assert reader.unread_count == 1


def test_opening_one_again_still_leads_there(client: Client, reader: User) -> None:
    opened = tell(reader)
    statuses = [client.get(f"{URL}{opened.pk}/").status_code for _ in range(2)]
    reader.refresh_from_db()
    assert (statuses, reader.unread_count) == ([302, 302], 0)


@pytest.mark.parametrize("method", ["get", "head"])
def test_what_others_were_told_is_not_found(method: str, client: Client, reader: User) -> None:
    theirs = tell(UserFactory.create())
    assert getattr(client, method)(f"{URL}{theirs.pk}/").status_code == 404
    assert getattr(client, method)(f"{URL}{theirs.pk + 1}/").status_code == 404
    assert getattr(client, method)(f"{URL}{10**30}/").status_code == 404
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_what_comes_from_somebody_kept_apart_is_not_found(client: Client, reader: User) -> None:
    actor = UserFactory.create()
    told = tell(reader, actor=actor)
    Block.objects.create(blocker=actor, blocked=reader)
    assert client.get(f"{URL}{told.pk}/").status_code == 404


def test_marking_all_as_read_says_so_and_takes_the_button_away(client: Client, reader: User) -> None:
    theirs = tell(UserFactory.create())
    tell(reader, "1"), tell(reader, "2")
    assert "Mark all as read" in client.get(URL).content.decode()
    page = client.post(f"{URL}read/", follow=True).content.decode()
    assert "Everything is marked as read." in page
    assert "Mark all as read" not in page
    assert list(Notification.objects.unread()) == [theirs]


def test_marking_all_needs_a_post_with_a_token(client: Client, reader: User) -> None:
    tell(reader)
    assert client.get(f"{URL}read/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(reader)
    assert strict.post(f"{URL}read/").status_code == 403
    assert Notification.objects.unread().count() == 1


# --- The bell


@pytest.mark.parametrize(
    ("count", "label", "badge"),
    [
        (0, 'aria-label="Notifications"', ""),
        (3, 'aria-label="Notifications, 3 new"', '<b aria-hidden="true">3</b>'),
        (99, 'aria-label="Notifications, 99 new"', '<b aria-hidden="true">99</b>'),
        (120, 'aria-label="Notifications, 120 new"', '<b aria-hidden="true">99+</b>'),
    ],
)
def test_the_bell_says_how_many_are_new(
    count: int, label: str, badge: str, client: Client, reader: User
) -> None:
    User.objects.filter(pk=reader.pk).update(unread_count=count)
    page = client.get("/theme/").content.decode()
    assert label in page
    assert ('<b aria-hidden="true">' in page, badge in page) == (bool(badge), True)


def test_the_bell_is_not_for_visitors(client: Client) -> None:
    assert "Notifications" not in client.get("/theme/").content.decode()
