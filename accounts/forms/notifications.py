"""What to be told of, how, and when."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField

from accounts.forms.profile import zones_with
from accounts.models import User
from accounts.models.notification import MailTimes, Rhythm
from accounts.registries.notifications import NotificationKind, Tab
from accounts.services.notification_settings import (
    KindChoice,
    SettingsDraft,
    choices_of,
    offered_kinds,
)
from breakthru.lib.hours import HOURS, WEEKDAYS


@dataclass(frozen=True)
class KindRow:
    """One kind on the page, with its two fields."""

    kind: NotificationKind
    on_page: BoundField
    mail: BoundField


class NotificationSettingsForm(forms.Form):
    """Two fields for each kind that concerns a person and can be chosen, and the times of mails."""

    quiet_from = forms.TypedChoiceField(label="No e-mails from", choices=HOURS, coerce=int)
    quiet_until = forms.TypedChoiceField(label="Until", choices=HOURS, coerce=int)
    digest_hour = forms.TypedChoiceField(label="Gathered ones at", choices=HOURS, coerce=int)
    digest_weekday = forms.TypedChoiceField(label="Weekly ones on", choices=WEEKDAYS, coerce=int)

    def __init__(self, data: Any = None, *, user: User) -> None:
        # As the profile calls it.
        self.zone = dict(pair for _, zones in zones_with(user.time_zone) for pair in zones)[user.time_zone]
        self.kinds = offered_kinds(user=user)
        held, times = choices_of(user=user, kinds=self.kinds), MailTimes.objects.of(user)
        hours = {name: getattr(times, name) for name in self.base_fields}
        super().__init__(data, initial=hours)
        # A dot in an id would be a class to CSS.
        self.names = {key: key.replace(".", "-") for key in held}
        for key, choice in held.items():
            self.fields[self._on_page(key)] = forms.BooleanField(
                label="On the site", required=False, initial=choice.on_page
            )
            self.fields[self._mail(key)] = forms.ChoiceField(
                label="E-mail", choices=Rhythm.choices, initial=choice.mail
            )

    def groups(self) -> list[tuple[Tab, list[KindRow]]]:
        """Return the kinds to choose by tab, in the order of the tabs; a tab without kinds is left out."""
        chosen = [kind for kind in self.kinds if not kind.is_fixed]
        groups = [(tab, [self._row(kind) for kind in chosen if kind.tab == tab]) for tab in Tab]
        return [(tab, rows) for tab, rows in groups if rows]

    def fixed(self) -> list[NotificationKind]:
        """Return the kinds that nobody can switch off."""
        return [kind for kind in self.kinds if kind.is_fixed]

    def draft(self) -> SettingsDraft:
        """Return what was chosen, for the service."""
        data = self.cleaned_data
        return SettingsDraft(
            choices={key: KindChoice(data[self._on_page(key)], data[self._mail(key)]) for key in self.names},
            **{name: data[name] for name in self.base_fields},
        )

    def _row(self, kind: NotificationKind) -> KindRow:
        return KindRow(kind, self[self._on_page(kind.key)], self[self._mail(kind.key)])

    def _on_page(self, key: str) -> str:
        return f"{self.names[key]}-on_page"

    def _mail(self, key: str) -> str:
        return f"{self.names[key]}-mail"
