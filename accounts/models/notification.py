"""What people are told, how, and when."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Min, Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models.privacy import apart_from
from accounts.models.user import User
from breakthru.lib.zones import zone_or_default

# Longer than anybody asks what happened; what was never read stays a year.
KEEP_READ = timedelta(days=180)
KEEP_UNREAD = timedelta(days=365)


class Rhythm(models.TextChoices):
    """When mails about something come."""

    AT_ONCE = "at_once", "At once"
    DAILY = "daily", "Once a day"
    WEEKLY = "weekly", "Once a week"
    NEVER = "never", "Never"


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Notifications by whose they are and what is left to do."""

    def of(self, user: User) -> Self:
        """What `user` was told on the site, newest first."""
        return self.filter(user=user, is_on_page=True).select_related("actor").order_by("-created_at", "-pk")

    def visible_to(self, user: User) -> Self:
        """What the inbox of `user` shows: nothing of people whom a block keeps apart from them."""
        return self.of(user).exclude(apart_from(user, field="actor"))

    def of_kinds(self, kinds: Iterable[str]) -> Self:
        """About things of these kinds."""
        return self.filter(kind__in=list(kinds))

    def unread(self) -> Self:
        """Not yet seen."""
        return self.filter(read_at=None, is_on_page=True)

    def at(self, path: str) -> Self:
        """About the page with that path, whatever place on it."""
        page = path.partition("#")[0]
        return self.filter(Q(path=page) | Q(path__startswith=f"{page}#"))

    def pages(self, most: int) -> set[str]:
        """Return the addresses that the first `most` of these lead to, without the place on the page."""
        return {path.partition("#")[0] for path in self.values_list("path", flat=True)[:most]}

    def about(self, *, kind: str, key: str) -> Self:
        """Everything anybody was told of one thing."""
        return self.filter(kind=kind, key=key)

    def waiting(self, rhythm: Rhythm) -> Self:
        """What goes into a digest of that rhythm: in none yet, not mailed, not seen meanwhile."""
        return self.filter(rhythm=rhythm, digest=None, mailed_at=None, read_at=None)

    def firsts(self, *, after: int) -> "models.QuerySet[Notification, tuple[int, datetime]]":
        """For each person behind id `after`, by id: the id, and when the first of these came."""
        of_people = self.filter(user__gt=after).values_list("user")
        return of_people.annotate(first=Min("created_at")).order_by("user")

    def in_digest(self, digest: "Digest") -> Self:
        """What its mail tells, oldest first: not what was seen meanwhile, or is of somebody apart by now."""
        unseen = self.filter(digest=digest, read_at=None).exclude(apart_from(digest.user, field="actor"))
        return unseen.select_related("actor").order_by("created_at", "pk")

    def expired(self, now: datetime) -> Self:
        """What nobody needs any more."""
        old = Q(created_at__lt=now - KEEP_READ, read_at__isnull=False)
        return self.filter(old | Q(created_at__lt=now - KEEP_UNREAD))


class Notification(models.Model):
    """One thing one person was told. `words` are public words such as a title, never private text."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    # The key of a registered kind (accounts.registries.notifications).
    kind = models.CharField(max_length=40)
    # What it is about, so that the same thing is told once.
    key = models.CharField(max_length=100)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    path = models.CharField(max_length=300)
    words = models.JSONField(default=dict)
    is_on_page = models.BooleanField(default=True)
    rhythm = models.CharField(max_length=8, choices=Rhythm.choices, default=Rhythm.AT_ONCE)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    digest = models.ForeignKey(
        "accounts.Digest", null=True, blank=True, on_delete=models.SET_NULL, related_name="notifications"
    )

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            # In this order it also finds everybody who was told of one thing.
            models.UniqueConstraint(fields=["kind", "key", "user"], name="notification_once"),
            models.CheckConstraint(
                condition=Q(path__startswith="/") & ~Q(path__startswith="//") & ~Q(path__startswith="/\\"),
                name="notification_stays_here",
            ),
            models.CheckConstraint(
                condition=Q(digest=None) | Q(mailed_at=None), name="notification_mailed_or_in_a_digest"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="notification_newest"),
            models.Index(
                fields=["user"], name="notification_unread", condition=Q(read_at=None, is_on_page=True)
            ),
            models.Index(fields=["created_at"], name="notification_by_age"),
            models.Index(
                fields=["rhythm", "user"],
                name="notification_waiting",
                condition=Q(digest=None, mailed_at=None, read_at=None, rhythm__in=["daily", "weekly"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"


class DigestQuerySet(models.QuerySet["Digest"]):
    """Digests by their age."""

    def expired(self, now: datetime) -> Self:
        """Those whose notifications are gone; before, these would seem to wait for a mail again."""
        return self.filter(made_at__lt=now - KEEP_UNREAD, notifications=None)


class Digest(models.Model):
    """One mail that gathers what a person was told; one for each person, rhythm and day."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    rhythm = models.CharField(max_length=8, choices=Rhythm.choices)
    day = models.DateField()
    made_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = DigestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "rhythm", "day"], name="digest_once"),
            models.CheckConstraint(condition=Q(rhythm__in=["daily", "weekly"]), name="digest_has_a_rhythm"),
        ]

    def __str__(self) -> str:
        return f"{self.rhythm} digest of {self.day} for {self.user_id}"


class NotificationChoice(models.Model):
    """A person's choice about one kind; without a row the kind's own defaults hold."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_choices"
    )
    kind = models.CharField(max_length=40)
    on_page = models.BooleanField(default=True)
    mail = models.CharField(max_length=8, choices=Rhythm.choices)
    # What a link in a mail stopped, so that the same page can take it back.
    stopped_from = models.CharField(max_length=8, choices=Rhythm.choices, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="notification_choice_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"


class MailTimesQuerySet(models.QuerySet["MailTimes"]):
    """Mail times by whose they are."""

    def of(self, user: User) -> "MailTimes":
        """Return those of `user`: what they chose, or the defaults, which stand in no row."""
        return self.filter(user=user).first() or MailTimes(user=user)


class MailTimes(models.Model):
    """When mails may come to somebody, in hours of their own time zone; without a row the defaults hold."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_times")
    # Equal hours mean no quiet hours; 22 and 8 mean from ten at night until eight in the morning.
    quiet_from = models.PositiveSmallIntegerField(default=22)
    quiet_until = models.PositiveSmallIntegerField(default=8)
    digest_hour = models.PositiveSmallIntegerField(default=8)
    # As ISO counts: Monday is 1.
    digest_weekday = models.PositiveSmallIntegerField(default=1)

    objects = MailTimesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "mail times"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    quiet_from__range=(0, 23), quiet_until__range=(0, 23), digest_hour__range=(0, 23)
                ),
                name="mail_times_are_hours",
            ),
            models.CheckConstraint(
                condition=Q(digest_weekday__range=(1, 7)), name="mail_times_name_a_weekday"
            ),
        ]

    def __str__(self) -> str:
        return f"mail times of {self.user_id}"

    def quiet_end(self, now: datetime) -> datetime | None:
        """Return when the quiet hours end that `now` is in, in the zone of the (loaded) person; else None."""
        local = now.astimezone(zone_or_default(self.user.time_zone))
        begins, ends, hour = self.quiet_from, self.quiet_until, local.hour
        is_over_night = begins > ends
        is_quiet = hour >= begins or hour < ends if is_over_night else begins <= hour < ends
        if not is_quiet:
            return None
        is_tomorrow = is_over_night and hour >= begins
        return self._instant(local.date() + timedelta(days=is_tomorrow), ends)

    def digest_due(self, rhythm: Rhythm, now: datetime) -> tuple[date, datetime] | None:
        """Return the day and the instant of the digest whose time came last; None: not today yet.

        A weekly one of a day gone by is still made: nobody misses it because the site was down.
        """
        day = now.astimezone(zone_or_default(self.user.time_zone)).date()
        if rhythm == Rhythm.WEEKLY:
            day -= timedelta(days=(day.isoweekday() - self.digest_weekday) % 7)
        due_at = self._instant(day, self.digest_hour)
        if due_at <= now:
            return day, due_at
        return None

    def _instant(self, day: date, hour: int) -> datetime:
        zone = zone_or_default(self.user.time_zone)
        # Of an hour that the clocks leave out, the one after it.
        return datetime.combine(day, time(hour), zone).astimezone(UTC)


class Suppression(models.Model):
    """An address that mail does not reach, or whose owner complained: nothing is sent there."""

    class Reason(models.TextChoices):
        """Why."""

        BOUNCE = "bounce", "The mailbox does not take mail"
        COMPLAINT = "complaint", "Marked as spam"

    email = models.EmailField(max_length=254, unique=True)
    reason = models.CharField(max_length=10, choices=Reason.choices)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="suppression_lower_case"),
        ]

    def __str__(self) -> str:
        return f"suppressed address {self.pk}"
