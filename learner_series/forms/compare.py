"""Which two revisions stand side by side."""

from collections.abc import Sequence
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from learner_series.lifecycle import RevisionState
from learner_series.models import Revision


class CompareForm(forms.Form):
    """GET form: two numbers. What is missing or unknown falls back to the live and the newest revision."""

    old = forms.ChoiceField(label="Left", widget=UnfoldAdminSelectWidget())
    new = forms.ChoiceField(label="Right", widget=UnfoldAdminSelectWidget())

    def __init__(self, asked: Any, *, revisions: Sequence[Revision]) -> None:
        """`revisions` are those of one article, the newest first; at least two."""
        known = {str(row.number): row for row in revisions}
        self.newer = known.get(asked.get("new", "")) or revisions[0]
        self.older = known.get(asked.get("old", "")) or _beside(self.newer, revisions)
        super().__init__(initial={"old": self.older.number, "new": self.newer.number})
        for name in ("old", "new"):
            field = self.fields[name]
            field.choices = [  # type: ignore[attr-defined]  # a ChoiceField
                (row.number, f"Revision {row.number}, {row.get_state_display().lower()}") for row in revisions
            ]


def _beside(newer: Revision, revisions: Sequence[Revision]) -> Revision:
    """Return what `newer` is best compared with: what readers have, else the one before, else the next."""
    others = [row for row in revisions if row.pk != newer.pk]
    live = [row for row in others if row.state == RevisionState.PUBLISHED]
    before = [row for row in others if row.number < newer.number]
    return (live or before or others[::-1])[0]
