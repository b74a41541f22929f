"""What the inbox is made of: one tab of it, by day, in the zone that is active for the request."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import MailTimes, Notification, User
from accounts.registries.notifications import Tab, notification_kind, notification_kinds
from breakthru.lib.hours import hour_words
from breakthru.lib.pagination import Page, newest_first

PAGE_SIZE = 20
WEEK = timedelta(days=7)
# What stands beside a notification that nobody caused.
ICONS = {Tab.ANSWERS: "message", Tab.MENTORING: "road", Tab.ACCOUNT: "shield", Tab.STAFF: "people"}


@dataclass(frozen=True)
class EmptyTab:
    """What an empty tab says, and where it leads: the name of an address and the words of the link."""

    text: str
    goal: str
    link_text: str


ASK = ("feed:question_create", "Ask a question")
EMPTY = {
    None: EmptyTab("When a mentor answers you, or your account needs your eyes, it shows here.", *ASK),
    Tab.ANSWERS: EmptyTab("When a mentor answers a question of yours, it shows here.", *ASK),
    Tab.MENTORING: EmptyTab(
        "Once you have a mentor here, what happens between the two of you shows here.",
        "mentors:program_detail",
        "How mentoring works here",
    ),
    Tab.ACCOUNT: EmptyTab(
        "What concerns your account, and what you asked us for, shows here.",
        "accounts:notification_settings",
        "What we tell you, and how",
    ),
    Tab.STAFF: EmptyTab(
        "Nothing waits for you. Thank you for looking after everybody.", "admin:index", "Staff pages"
    ),
}


@dataclass(frozen=True)
class InboxTab:
    """One tab: its word in the address ("" for all) and its name."""

    key: str
    name: str
    is_current: bool


@dataclass(frozen=True)
class InboxRow:
    """One notification. `when` is "" for today's, whose age the template tells."""

    notification: Notification
    template: str
    icon: str
    by_mentor: bool
    when: str


@dataclass(frozen=True)
class Inbox:
    """A page of one tab."""

    user: User
    tab: Tab | None
    page: Page[Notification]
    # Rows under "Today", "This week" and "Earlier".
    groups: list[tuple[str, list[InboxRow]]]
    times: MailTimes

    def tabs(self) -> list[InboxTab]:
        """Return the tabs that this person has."""
        names = [InboxTab("", "All", is_current=self.tab is None)]
        return names + [
            InboxTab(_key(tab), tab.value, is_current=tab == self.tab) for tab in _tabs_of(self.user)
        ]

    @property
    def is_empty(self) -> bool:
        """Whether the tab holds nothing at all."""
        return self.page.is_first and not self.page.items

    @property
    def empty(self) -> EmptyTab:
        """What this tab says when it is empty."""
        return EMPTY[self.tab]

    def quiet_hours(self) -> tuple[str, str] | None:
        """Return from when until when no mails come, in words, or None for no such hours."""
        if self.times.quiet_from == self.times.quiet_until:
            return None
        return hour_words(self.times.quiet_from), hour_words(self.times.quiet_until)


def find_inbox(*, user: User, tab: str, cursor: str, now: datetime) -> Inbox:
    """Return what `user` reads in the tab of that word; a word that is none of theirs is all tabs."""
    chosen = next((found for found in _tabs_of(user) if _key(found) == tab), None)
    shown = _tabs_of(user) if chosen is None else [chosen]
    # A kind that is not registered any more has no sentence.
    kinds = [kind.key for kind in notification_kinds() if kind.tab in shown]
    rows = Notification.objects.visible_to(user).of_kinds(kinds)
    page = newest_first(rows, field="created_at", cursor=cursor, size=PAGE_SIZE)
    return Inbox(
        user, chosen, page, _grouped(page.items, timezone.localdate(now)), MailTimes.objects.of(user)
    )


def _tabs_of(user: User) -> Iterable[Tab]:
    return [tab for tab in Tab if tab != Tab.STAFF or user.is_staff]


def _key(tab: Tab) -> str:
    return tab.name.lower()


def _grouped(found: Iterable[Notification], today: date) -> list[tuple[str, list[InboxRow]]]:
    days = [(notification, timezone.localtime(notification.created_at)) for notification in found]
    return [
        (name, [_row(notification, local, today) for notification, local in rows])
        for name, rows in groupby(days, key=lambda pair: _group(pair[1].date(), today))
    ]


def _group(day: date, today: date) -> str:
    if day >= today:
        return "Today"
    return "This week" if day > today - WEEK else "Earlier"


def _row(notification: Notification, local: datetime, today: date) -> InboxRow:
    kind = notification_kind(notification.kind)
    return InboxRow(
        notification=notification,
        template=f"notifications/{kind.template}.html",
        icon=ICONS[kind.tab],
        # Only mentors answer.
        by_mentor=kind.tab == Tab.ANSWERS,
        when=_when(local, today),
    )


def _when(local: datetime, today: date) -> str:
    day = local.date()
    if day >= today:
        return ""
    if day == today - timedelta(days=1):
        return "Yesterday"
    return date_format(local, "l" if day > today - WEEK else "F j, Y")
