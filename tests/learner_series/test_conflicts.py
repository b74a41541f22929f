"""Two editors at once, as the services see them."""

from datetime import UTC, datetime, timedelta

import pytest

from learner_series.models import Credit
from learner_series.services.conflicts import PRESENT, keep_as_draft, last_edit, note_presence
from learner_series.services.editorial import EditorialError, Gate, edit_draft
from tests.factories.library import HTML, draft
from tests.factories.people import UserFactory, staff

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_late_words_become_a_draft_with_the_same_thanks() -> None:
    revision, editor = draft(), staff("editor")
    Credit.objects.create(revision=revision, user=editor, role="answered", path="/feed/1/x/", anchor="a")
    html = '<h2 id="a">A</h2><p>B</p>'
    made = keep_as_draft(
        by=editor, revision=revision, title="T", summary="S", html=html, gate=Gate(sections=("a",))
    )
    assert (made.number, made.title, made.html, made.premium_sections) == (2, "T", html, ["a"])
    assert made.credits.values_list("user", "role", "path", "anchor").get() == (
        editor.pk,
        "answered",
        "/feed/1/x/",
        "a",
    )


def test_late_words_stay_behind_a_gate_that_came_meanwhile() -> None:
    revision, editor = draft(), staff("editor")
    gate = Gate(sections=("first-part",))
    edit_draft(by=editor, revision=revision, version=1, title="T", summary="", html=HTML, gate=gate)
    same = keep_as_draft(by=editor, revision=revision, title="T", summary="", html=HTML)
    other = keep_as_draft(by=editor, revision=revision, title="T", summary="", html="<p>B</p>")
    assert (same.is_premium, same.premium_sections, same.import_report) == (False, ["first-part"], [])
    assert (other.is_premium, len(other.import_report)) == (True, 1)


def test_late_words_of_others_are_refused() -> None:
    revision = draft()
    with pytest.raises(EditorialError, match="Only editors write drafts"):
        keep_as_draft(by=UserFactory.create(), revision=revision, title="T", summary="", html="")
    assert revision.article.revisions.count() == 1


def test_last_edit_is_the_newest_of_this_revision() -> None:
    revision, first, second = draft(), staff("editor"), staff("editor")
    assert last_edit(revision=revision) is None
    for version, editor in enumerate((first, second), start=1):
        edit_draft(by=editor, revision=revision, version=version, title="T", summary="", html="")
    other = draft()
    edit_draft(by=first, revision=other, version=1, title="T", summary="", html="")
    entry = last_edit(revision=revision)
    assert entry is not None
    assert entry.actor == second


def test_presence_names_others_in_order_and_forgets_the_silent() -> None:
    revision = draft()
    amara, bo, cleo = (staff("editor", display_name=name) for name in ("Amara", "Bo", "Cleo"))
    assert note_presence(by=cleo, revision=revision, now=NOW) == []
    assert note_presence(by=amara, revision=revision, now=NOW + timedelta(seconds=1)) == ["Cleo"]
    assert note_presence(by=bo, revision=revision, now=NOW + timedelta(seconds=2)) == ["Amara", "Cleo"]
    assert note_presence(by=bo, revision=revision, now=NOW + PRESENT) == ["Amara"]


def test_presence_is_of_one_revision() -> None:
    first, second = draft(), draft()
    note_presence(by=staff("editor"), revision=first, now=NOW)
    assert note_presence(by=staff("editor"), revision=second, now=NOW) == []
