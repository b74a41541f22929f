"""Form fields made from groups of the vocabulary."""

from collections import defaultdict
from collections.abc import Iterable

from django import forms
from django.utils.html import escape

from accounts.models import Experience, ExperienceGroup
from accounts.models.experience import Kind, Privacy

LEFT_OUT = ("", "Leave this out")
# The help of these speaks of suggesting a choice, which no form takes.
OTHER = "other"
# The sensitive page explains its own class for all of it.
SEEN_BY = {
    Privacy.P0: "everybody",
    Privacy.P1: "people who are signed in",
    Privacy.P2: "a mentor, once you are introduced",
}
GONE = {"invalid_choice": "One of the choices is not available any more."}


def _widget(*, is_one: bool, look: str) -> forms.Widget:
    if look == "select":
        return forms.Select()
    widget = forms.RadioSelect if is_one else forms.CheckboxSelectMultiple
    return widget(attrs={"data-look": look})


def offered_terms(group: ExperienceGroup) -> list[Experience]:
    """Return what `ExperienceGroupQuerySet.with_terms` put on a group."""
    terms: list[Experience] = group.offered  # type: ignore[attr-defined]
    return terms


def is_single(group: ExperienceGroup) -> bool:
    """Say whether a person chooses one of the group."""
    return all(term.kind == Kind.SINGLE for term in offered_terms(group))


def group_field(group: ExperienceGroup, *, single: str, several: str) -> forms.Field:
    """Return the optional field that asks `group`, with why we ask.

    `single` and `several` are the looks of the two kinds: "chips", "choice" (cards) or "check" (see
    the pack's choices.html); a single choice may also be a "select".
    """
    is_one = is_single(group)
    look = single if is_one else several
    choices = [(term.key, _words(term, look)) for term in offered_terms(group)]
    kind = forms.ChoiceField if is_one else forms.MultipleChoiceField
    return kind(
        label=group.label,
        # The pack prints help as it is; these words may come from a staff page.
        help_text=escape(f"{group.why_we_ask} {who_sees(offered_terms(group))}".strip()),
        required=False,
        choices=_with_none(choices, look) if is_one else choices,
        widget=_widget(is_one=is_one, look=look),
        error_messages=GONE,
    )


def who_sees(terms: Iterable[Experience]) -> str:
    """Return who sees a choice among `terms`, the exceptions by name; nothing where a page says so itself."""
    labels: dict[str, list[str]] = defaultdict(list)
    for term in terms:
        labels[term.learner_privacy].append(f"“{term.label}”")
    known = sorted((Privacy(key) for key in labels if key in SEEN_BY), key=lambda key: -len(labels[key]))
    if not known:
        return ""
    most, *others = known
    parts = [SEEN_BY[most], *(f"{', '.join(labels[key])}: {SEEN_BY[key]}" for key in others)]
    return f"Who sees it: {'; '.join(parts)}."


def keys_by_group(terms: Iterable[Experience]) -> dict[str, list[str]]:
    """Return keys of `terms` by group."""
    keys: dict[str, list[str]] = defaultdict(list)
    for term in terms:
        keys[term.group_id].append(term.key)
    return dict(keys)


def initial_for(group: ExperienceGroup, known: dict[str, list[str]]) -> str | list[str]:
    """Return what a field of `group` begins with: one key or all, of those it offers."""
    offered = {term.key for term in offered_terms(group)}
    held = [key for key in known.get(group.key, []) if key in offered]
    return next(iter(held), "") if is_single(group) else held


def chosen_in(value: str | list[str]) -> list[str]:
    """Return the keys in what a field of a group cleaned to."""
    if isinstance(value, list):
        return value
    return [value] if value else []


def _words(term: Experience, look: str) -> str:
    has_help = look == "choice" and term.help and term.key != OTHER
    return f"{term.label}\n{term.help}" if has_help else term.label


def _with_none(choices: list[tuple[str, str]], look: str) -> list[tuple[str, str]]:
    """Add the choice of nothing: first in a list, where it shows while nothing is chosen, otherwise last."""
    return [LEFT_OUT, *choices] if look == "select" else [*choices, LEFT_OUT]
