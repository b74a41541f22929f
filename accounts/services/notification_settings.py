"""What a person wants to be told of, how, and when."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from accounts.models.notification import MailTimes, NotificationChoice, Rhythm
from accounts.registries.notifications import NotificationKind, notification_kinds


class NotificationSettingsError(ValueError):
    """A kind that this person is not offered or cannot switch off, or a rhythm that there is not."""


@dataclass(frozen=True)
class KindChoice:
    """Whether things of one kind show on the site, and the rhythm of their mails."""

    on_page: bool
    mail: str


@dataclass(frozen=True)
class SettingsDraft:
    """Choices by the key of their kind, and hours of the person's own day; the weekday as ISO counts."""

    choices: Mapping[str, KindChoice]
    quiet_from: int
    quiet_until: int
    digest_hour: int
    digest_weekday: int


def offered_kinds(*, user: User) -> list[NotificationKind]:
    """Return the kinds that concern `user`, those that nobody can switch off too."""
    return [kind for kind in notification_kinds() if kind.is_for(user.pk)]


def choices_of(*, user: User, kinds: list[NotificationKind]) -> dict[str, KindChoice]:
    """Return what holds for each of `kinds` that can be chosen, by its key."""
    rows = {row.kind: row for row in NotificationChoice.objects.filter(user=user)}
    return {
        kind.key: KindChoice(rows[kind.key].on_page, rows[kind.key].mail)
        if kind.key in rows
        else KindChoice(on_page=True, mail=kind.rhythm)
        for kind in kinds
        if not kind.is_fixed
    }


@transaction.atomic
def change_settings(*, by: User, draft: SettingsDraft) -> None:
    """Keep what was chosen; what is as it was stays as it is. Raises NotificationSettingsError."""
    # Lock the person, so that two tabs do not leave a mix of both.
    User.objects.select_for_update().get(pk=by.pk)
    held = choices_of(user=by, kinds=offered_kinds(user=by))
    for key, choice in draft.choices.items():
        if key not in held or choice.mail not in Rhythm.values:
            raise NotificationSettingsError(key)
        if choice != held[key]:
            # What a link in a mail stopped is decided anew.
            now = {"on_page": choice.on_page, "mail": choice.mail, "stopped_from": ""}
            NotificationChoice.objects.update_or_create(user=by, kind=key, defaults=now)
    times = {
        "quiet_from": draft.quiet_from,
        "quiet_until": draft.quiet_until,
        "digest_hour": draft.digest_hour,
        "digest_weekday": draft.digest_weekday,
    }
    MailTimes.objects.update_or_create(user=by, defaults=times)
