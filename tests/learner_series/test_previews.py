"""Links that show a revision on its way: who makes them, how long they hold, what they show."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import signing
from django.test import Client

from accounts.models import User
from learner_series.lifecycle import RevisionState
from learner_series.models import ReadingProgress, Revision
from learner_series.services.editorial import EditorialError, Gate
from learner_series.services.previews import LIFE, make_preview, read_preview
from tests.factories.library import approved, draft, moved, published, republished
from tests.factories.memberships import GrantFactory
from tests.factories.people import UserFactory, staff

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = "Only for members."
GATED = f"<p>For everybody.</p><h2>Part</h2><p>{SECRET}</p>"
S = RevisionState


def scheduled() -> Revision:
    revision = approved()
    assert revision.approved_at is not None
    return moved(revision, S.SCHEDULED, at=revision.approved_at + timedelta(days=1))


def live() -> Revision:
    revision = published().live
    assert revision is not None
    return revision


UNDERWAY = {
    "draft": draft,
    "in_review": lambda: moved(draft(), S.IN_REVIEW),
    "approved": approved,
    "scheduled": scheduled,
}
OVER = {"published": live, "retired": lambda: moved(draft(), S.RETIRED)}


def link(revision: Revision) -> str:
    """The address that an editor shares."""
    return f"/learn/preview/{make_preview(by=staff('editor'), revision=revision)}/"


# --- Tokens


@pytest.mark.parametrize("make", UNDERWAY.values(), ids=UNDERWAY)
def test_token_leads_back_to_its_revision(make: Callable[[], Revision]) -> None:
    revision = make()
    assert read_preview(make_preview(by=staff("editor"), revision=revision)) == revision.pk


@pytest.mark.parametrize("make", OVER.values(), ids=OVER)
def test_no_token_is_made_for_what_is_not_on_its_way(make: Callable[[], Revision]) -> None:
    revision = make()
    with pytest.raises(EditorialError, match=r"^Only a revision on its way has a preview"):
        make_preview(by=staff("editor"), revision=revision)


@pytest.mark.parametrize("group", ["moderator", "coordinator", "analyst"])
def test_no_token_is_made_for_others_than_editors(group: str) -> None:
    revision = draft()
    with pytest.raises(EditorialError, match="only editors share it"):
        make_preview(by=staff(group), revision=revision)


@pytest.mark.parametrize(("seconds", "is_good"), [(-1, True), (1, False)])
def test_token_holds_for_seven_days(seconds: int, is_good: bool) -> None:
    with time_machine.travel(NOON, tick=False):
        revision = draft()
        token = make_preview(by=staff("editor"), revision=revision)
    assert timedelta(days=7) == LIFE
    with time_machine.travel(NOON + LIFE + timedelta(seconds=seconds), tick=False):
        assert read_preview(token) == (revision.pk if is_good else None)


@pytest.mark.parametrize(
    "token",
    ["", "x", "MQ:1abc:forged", "\x00", "é" * 5000, "<script>", signing.dumps(1, salt="another")],
    # A token holds the second it was made: parallel workers would not agree on the name of the test.
    ids=["empty", "short", "forged", "nul", "long", "markup", "other purpose"],
)
def test_token_that_is_forged_leads_nowhere(token: str) -> None:
    assert read_preview(token) is None


def test_token_that_was_changed_leads_nowhere() -> None:
    payload, rest = make_preview(by=staff("editor"), revision=draft()).split(":", 1)
    other = signing.dumps(99, salt="learner_series.preview").split(":", 1)[0]
    assert read_preview(f"{other}:{rest}") is None
    assert payload != other


# --- The page


@pytest.mark.parametrize("make", UNDERWAY.values(), ids=UNDERWAY)
def test_page_shows_a_revision_on_its_way_to_whoever_has_the_link(
    client: Client, make: Callable[[], Revision]
) -> None:
    response = client.get(link(make()))
    assert (response.status_code, response.context["is_preview"]) == (200, True)
    assert "An opening." in response.content.decode()


def test_page_shows_the_new_words_while_readers_see_the_former(client: Client) -> None:
    article = published(html="<p>Former words.</p>", title="Former title")
    revision = draft(article=article, html="<p>Coming words.</p>")
    Revision.objects.filter(pk=revision.pk).update(title="Coming title", summary="Coming soon.")
    page = client.get(link(revision)).content.decode()
    assert "<h1>Coming title</h1>" in page
    assert ("Coming words." in page, "Former words." in page) == (True, False)
    live_page = client.get(article.get_absolute_url()).content.decode()
    assert ("Coming" in live_page, "Former words." in live_page) == (False, True)


def test_page_is_kept_by_no_cache_and_not_listed(client: Client) -> None:
    response = client.get(link(draft()))
    assert {"private", "no-store"} <= {part.strip() for part in response["Cache-Control"].split(",")}
    assert "noindex" in response.content.decode()


@pytest.mark.parametrize("gate", [Gate(is_premium=True), Gate(sections=("part",))], ids=["all", "section"])
@pytest.mark.parametrize(
    ("who", "reads_all"),
    [("visitor", False), ("learner", False), ("premium", True), ("editor", True)],
)
def test_page_has_the_gate_of_the_text(client: Client, gate: Gate, who: str, reads_all: bool) -> None:
    address = link(draft(html=GATED, gate=gate))
    people: dict[str, Callable[[], User]] = {
        "learner": UserFactory.create,
        "premium": lambda: GrantFactory.create().user,
        "editor": lambda: staff("editor"),
    }
    if who in people:
        client.force_login(people[who]())
    response = client.get(address)
    assert "For everybody." in response.content.decode()
    assert (SECRET in response.content.decode(), response.context["reads_all"]) == (reads_all, reads_all)


def test_page_keeps_nothing_about_the_reader(client: Client) -> None:
    client.force_login(UserFactory.create())
    response = client.get(link(draft()))
    assert (response.context["progress"], response.context["is_saved"]) == (None, False)
    assert ReadingProgress.objects.count() == 0


def test_page_changes_nothing_of_the_article(client: Client) -> None:
    article = published(title="Former title")
    revision = draft(article=article)
    Revision.objects.filter(pk=revision.pk).update(title="Coming title")
    client.get(link(revision))
    article.refresh_from_db()
    assert article.title == "Former title"


def test_link_of_what_was_published_leads_to_the_article(client: Client) -> None:
    revision = draft()
    address = link(revision)
    moved(revision, S.IN_REVIEW, S.APPROVED, S.PUBLISHED)
    response = client.get(address)
    assert (response.status_code, response["Location"]) == (302, revision.article.get_absolute_url())


def test_link_of_what_was_replaced_or_retired_is_gone(client: Client) -> None:
    dropped, replaced = draft(), draft()
    addresses = [link(dropped), link(replaced)]
    moved(dropped, S.RETIRED)
    moved(replaced, S.IN_REVIEW, S.APPROVED, S.PUBLISHED)
    republished(replaced.article)
    assert [client.get(address).status_code for address in addresses] == [404, 404]


@pytest.mark.parametrize("token", ["x", "MQ:1abc:forged", "%00", "%3Cscript%3E", "x" * 3000])
def test_link_that_is_forged_is_404(client: Client, token: str) -> None:
    assert client.get(f"/learn/preview/{token}/").status_code == 404


def test_link_that_is_too_old_is_404(client: Client) -> None:
    with time_machine.travel(NOON, tick=False):
        address = link(draft())
    with time_machine.travel(NOON + LIFE + timedelta(seconds=1), tick=False):
        assert client.get(address).status_code == 404


def test_link_of_a_revision_that_was_deleted_is_404(client: Client) -> None:
    revision = draft()
    address = link(revision)
    revision.delete()
    assert client.get(address).status_code == 404


def test_link_is_only_read(client: Client) -> None:
    assert client.post(link(draft())).status_code == 405
