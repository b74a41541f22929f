"""Staff page of a revision: words while it is a draft, steps by its buttons."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from learner_series.forms.revision import EXTENSIONS, RevisionForm
from learner_series.lifecycle import RevisionState
from learner_series.models import Credit, Revision
from learner_series.services.publishing import move, publish_due
from tests.factories.library import FactCardFactory, draft, published
from tests.factories.people import UserFactory, staff
from tests.learner_series.revision_page import change_url, post, said

pytestmark = pytest.mark.django_db

BUTTONS = (
    "send_to_review", "back_to_draft", "approve", "unschedule", "publish", "retire", "start_new_draft",
)  # fmt: skip
LIST_QUERIES = 7
# A draft's editor offers the fact cards.
PAGE_QUERIES = {RevisionState.DRAFT: 8, RevisionState.PUBLISHED: 7}


@pytest.fixture
def editor(client: Client) -> User:
    """An editor who is signed in and wrote nothing."""
    person = staff("editor")
    client.force_login(person)
    return person


def offered(page: Any) -> list[str]:
    html = page.content.decode()
    return [name for name in BUTTONS if f'name="learner_series_revision_{name}"' in html]


def in_state(state: RevisionState) -> Revision:
    """A revision that went the whole way to `state`."""
    revision, reviewer, now = draft(), staff("editor"), timezone.now()
    steps = {
        RevisionState.DRAFT: [],
        RevisionState.IN_REVIEW: [RevisionState.IN_REVIEW],
        RevisionState.APPROVED: [RevisionState.IN_REVIEW, RevisionState.APPROVED],
        RevisionState.PUBLISHED: [RevisionState.IN_REVIEW, RevisionState.APPROVED, RevisionState.PUBLISHED],
        RevisionState.RETIRED: [RevisionState.RETIRED],
        RevisionState.SCHEDULED: [
            RevisionState.IN_REVIEW,
            RevisionState.APPROVED,
            RevisionState.SCHEDULED,
        ],
    }[state]
    for step in steps:
        revision = move(by=reviewer, revision=revision, target=step, now=now, at=now + timedelta(days=1))
    return revision


# --- What is shown ---


@pytest.mark.parametrize("count", [1, 3])
def test_revision_list_has_a_fixed_number_of_queries(
    client: Client, editor: User, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        draft()
    with django_assert_num_queries(LIST_QUERIES):
        page = client.get(reverse("admin:learner_series_revision_changelist"))
    assert len(page.context["cl"].result_list) == count


@pytest.mark.parametrize("state", PAGE_QUERIES)
def test_revision_page_has_few_queries(
    client: Client, editor: User, state: RevisionState, django_assert_num_queries: Any
) -> None:
    revision = in_state(state)
    # The link to the site asks for it once in the life of a process.
    ContentType.objects.get_for_model(Revision)
    with django_assert_num_queries(PAGE_QUERIES[state]):
        client.get(change_url(revision))


def test_draft_page_has_the_editor_and_a_policy_that_lets_it_run(client: Client, editor: User) -> None:
    page = client.get(change_url(draft(html="<p>Words &amp; more.</p>")))
    html, nonce = page.content.decode(), str(vars(page.wsgi_request)["csp_nonce"])
    assert "&lt;p&gt;Words &amp;amp; more.&lt;/p&gt;" in html
    assert f'<script type="importmap" nonce="{nonce}">' in html
    directives = dict(part.split(" ", 1) for part in page["Content-Security-Policy"].split("; "))
    assert directives["script-src"] == f"'self' 'nonce-{nonce}' 'unsafe-eval'"
    assert directives["style-src"] == "'self' 'unsafe-inline'"


def test_editor_knows_what_an_article_may_hold() -> None:
    widget = RevisionForm().fields["html"].widget
    attributes = widget.get_context("html", "", {"id": "id_html"})["widget"]["attrs"]
    extensions = json.loads(attributes["data-article-editor"])["extensions"]
    assert set(EXTENSIONS) <= set(extensions)
    assert extensions["Heading"] == {"levels": [2, 3, 4]}


def test_page_of_a_published_revision_shows_its_words_and_who_approved(client: Client, editor: User) -> None:
    revision = in_state(RevisionState.PUBLISHED)
    page = client.get(change_url(revision)).content.decode()
    assert f'<div class="bt-preview">{revision.html}</div>' in page
    assert f"{revision.approved_by}, {timezone.localtime(revision.approved_at):%B %-d, %Y}" in page
    assert "data-article-editor" not in page


def test_page_of_a_published_revision_shows_what_its_fact_cards_say(client: Client, editor: User) -> None:
    FactCardFactory.create(key="limits", rule="How <often>", value="Three & no more.")
    revision = published(html='<p>x</p><aside data-fact="limits"></aside>').live
    assert revision is not None
    page = client.get(change_url(revision)).content.decode()
    card = "<strong>How &lt;often&gt;</strong><span>Three &amp; no more.</span>"
    assert f'<div class="bt-preview"><p>x</p><div class="bt-fact">{card}</div></div>' in page


def test_read_only_text_says_that_a_fact_card_is_missing(client: Client, editor: User) -> None:
    revision = in_state(RevisionState.PUBLISHED)
    Revision.objects.filter(pk=revision.pk).update(html='<aside data-fact="gone"></aside>')
    page = client.get(change_url(revision)).content.decode()
    assert "<strong>No fact card is called “gone”</strong><span></span>" in page


def test_page_of_a_draft_says_that_nobody_approved(client: Client, editor: User) -> None:
    assert "Not yet" in client.get(change_url(draft())).content.decode()


def test_report_shows_what_was_left_out(client: Client, editor: User) -> None:
    revision = draft()
    rows = [
        {"kind": "Comments", "count": 2, "example": "<b>"},
        {"kind": "Text boxes", "count": 1, "example": ""},
    ]
    Revision.objects.filter(pk=revision.pk).update(import_report=rows)
    page = client.get(change_url(revision)).content.decode()
    assert "<li>Comments: 2 (such as: &lt;b&gt;)</li><li>Text boxes: 1</li>" in page


def rows_of(page: Any, prefix: str) -> list[Any]:
    """The rows of one of the tables below the form."""
    formsets = {row.formset.prefix: row.formset for row in page.context["inline_admin_formsets"]}
    return [form.instance for form in formsets[prefix]]


def test_history_shows_every_step(client: Client, editor: User) -> None:
    page = client.get(change_url(in_state(RevisionState.APPROVED)))
    steps = [(row.source, row.target) for row in rows_of(page, "events")]
    assert steps == [("in_review", "approved"), ("draft", "in_review")]


def test_history_tells_the_hour_in_the_zone_of_the_messages(client: Client, editor: User) -> None:
    now = datetime(2026, 11, 22, 22, 41, tzinfo=UTC)
    revision = move(by=editor, revision=draft(), target=RevisionState.IN_REVIEW, now=now)
    page = client.get(change_url(revision)).content.decode()
    assert "November 22, 2026, 5:41 p.m. Eastern Time (22:41 UTC)" in page


def test_history_names_the_clock_where_nobody_took_the_step(client: Client, editor: User) -> None:
    revision = in_state(RevisionState.SCHEDULED)
    publish_due(now=timezone.now() + timedelta(days=2))
    page = client.get(change_url(revision))
    newest = rows_of(page, "events")[0]
    assert (newest.target, newest.by) == ("published", None)
    assert "The clock" in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_history_and_thanks_add_no_query_for_a_row(
    client: Client, editor: User, count: int, django_assert_num_queries: Any
) -> None:
    revision = draft()
    for number in range(count):
        thank(revision, UserFactory.create(), f"/feed/{number}/x/")
    ContentType.objects.get_for_model(Revision)
    with django_assert_num_queries(PAGE_QUERIES[RevisionState.DRAFT]):
        page = client.get(change_url(revision))
    assert len(rows_of(page, "credits")) == count


def thank(revision: Revision, user: User | None, path: str, anchor: str = "") -> Credit:
    """Somebody of the Feed stands below the text."""
    return Credit.objects.create(revision=revision, user=user, role="asked", path=path, anchor=anchor)


def test_page_names_who_gave_to_the_text(client: Client, editor: User) -> None:
    revision = draft()
    thank(revision, UserFactory.create(display_name="Amara O."), "/feed/7/why/", "first-part")
    thank(revision, None, "/feed/8/how/")
    page = client.get(change_url(revision)).content.decode()
    for words in ("Amara O.", "first-part", "A former member", "The whole article", 'href="/feed/7/why/"'):
        assert words in page


# --- Words ---


def test_draft_is_saved_by_its_service(client: Client, editor: User) -> None:
    revision = draft()
    response = post(
        client, revision, title="Better", summary="S", html="<h2>A</h2><script>x</script><p>B</p>"
    )
    revision.refresh_from_db()
    assert (revision.title, revision.summary, revision.html) == ("Better", "S", '<h2 id="a">A</h2><p>B</p>')
    assert revision.outline == [{"level": 2, "id": "a", "text": "A"}]
    assert said(response) == ["The draft is saved."]
    assert response["Location"] == change_url(revision)
    assert AuditEntry.objects.filter(action="revision.edited", actor=editor).count() == 1
    assert LogEntry.objects.count() == 1


def test_draft_saved_without_a_change_leaves_no_trace(client: Client, editor: User) -> None:
    response = post(client, draft())
    assert (said(response), LogEntry.objects.count()) == ([], 0)
    assert AuditEntry.objects.filter(action="revision.edited").count() == 0


def test_draft_keeps_what_was_typed_when_it_cannot_be_cleaned(client: Client, editor: User) -> None:
    revision, huge = draft(), "<p>" + "a" * 1_600_000 + "</p>"
    page = post(client, revision, html=huge, title="Typed")
    assert page.context["adminform"].form.errors["html"][0].startswith("This text is too long")
    assert 'value="Typed"' in page.content.decode()
    assert Revision.objects.get().title == revision.title


def test_revision_is_read_only_for_who_may_only_look(client: Client) -> None:
    person = UserFactory.create(is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename="view_revision"))
    client.force_login(person)
    page = client.get(change_url(draft()))
    assert (page.status_code, offered(page)) == (200, [])
    assert "data-article-editor" not in page.content.decode()


# --- Steps ---


@pytest.mark.parametrize(
    ("state", "names"),
    [
        (RevisionState.DRAFT, ["send_to_review", "retire"]),
        (RevisionState.IN_REVIEW, ["back_to_draft", "approve", "start_new_draft"]),
        (RevisionState.APPROVED, ["back_to_draft", "publish", "start_new_draft"]),
        (RevisionState.SCHEDULED, ["back_to_draft", "unschedule", "publish", "start_new_draft"]),
        (RevisionState.PUBLISHED, ["retire", "start_new_draft"]),
        (RevisionState.RETIRED, ["start_new_draft"]),
    ],
)
def test_page_offers_the_steps_of_its_state(
    client: Client, editor: User, state: RevisionState, names: list[str]
) -> None:
    page = client.get(change_url(in_state(state)))
    assert offered(page) == names
    assert ('name="_save"' in page.content.decode()) is (state == RevisionState.DRAFT)


def test_page_does_not_offer_authors_to_approve_their_own(client: Client) -> None:
    revision = in_state(RevisionState.IN_REVIEW)
    client.force_login(revision.created_by)
    assert offered(client.get(change_url(revision))) == ["back_to_draft", "start_new_draft"]


@pytest.mark.parametrize(
    ("source", "button", "target", "sentence"),
    [
        (RevisionState.DRAFT, "send_to_review", RevisionState.IN_REVIEW, "Revision 1: in review."),
        (RevisionState.DRAFT, "retire", RevisionState.RETIRED, "Revision 1: retired."),
        (RevisionState.IN_REVIEW, "back_to_draft", RevisionState.DRAFT, "Revision 1: draft."),
        (RevisionState.IN_REVIEW, "approve", RevisionState.APPROVED, "Revision 1: approved."),
        (RevisionState.APPROVED, "publish", RevisionState.PUBLISHED, "Revision 1: published."),
        (RevisionState.SCHEDULED, "unschedule", RevisionState.APPROVED, "Revision 1: approved."),
        (RevisionState.SCHEDULED, "publish", RevisionState.PUBLISHED, "Revision 1: published."),
        (RevisionState.PUBLISHED, "retire", RevisionState.RETIRED, "Revision 1: retired."),
    ],
)
def test_button_takes_its_step(
    client: Client,
    editor: User,
    source: RevisionState,
    button: str,
    target: RevisionState,
    sentence: str,
) -> None:
    revision = in_state(source)
    response = post(client, revision, button)
    assert Revision.objects.get().state == target
    assert said(response) == [sentence]
    assert revision.events.values_list("source", "target", "by").first() == (source, target, editor.pk)


def test_button_saves_the_words_before_its_step(client: Client, editor: User) -> None:
    revision = draft()
    post(client, revision, "send_to_review", title="Finished")
    assert Revision.objects.values_list("title", "state").get() == ("Finished", RevisionState.IN_REVIEW)


def test_authors_cannot_approve_their_own_by_hand(client: Client) -> None:
    revision = in_state(RevisionState.IN_REVIEW)
    client.force_login(revision.created_by)
    response = post(client, revision, "approve")
    assert said(response) == ["Someone other than the author approves a revision."]
    assert Revision.objects.get().state == RevisionState.IN_REVIEW


def test_button_of_an_old_page_is_refused_with_a_sentence(client: Client, editor: User) -> None:
    revision = in_state(RevisionState.PUBLISHED)
    response = post(client, revision, "send_to_review")
    assert said(response) == ["A revision can't go from “Published” to “In review”."]
    assert Revision.objects.get().state == RevisionState.PUBLISHED


def test_button_starts_a_new_draft_and_opens_it(client: Client, editor: User) -> None:
    article = published(html="<p>Live words.</p>")
    assert article.live is not None
    response = post(client, article.live, "start_new_draft")
    made = article.revisions.get(number=2)
    assert response["Location"] == change_url(made)
    assert said(response) == ["Revision 2 is a draft now."]
    assert (made.html, made.state, made.created_by) == ("<p>Live words.</p>", RevisionState.DRAFT, editor)


def test_steps_are_refused_to_who_may_only_look(client: Client) -> None:
    person = UserFactory.create(is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename="view_revision"))
    client.force_login(person)
    revision = draft()
    assert post(client, revision, "send_to_review").status_code == 403
    assert Revision.objects.get().state == RevisionState.DRAFT


# --- What is not done ---


def test_revisions_are_not_added_by_a_form(client: Client, editor: User) -> None:
    assert client.get(reverse("admin:learner_series_revision_add")).status_code == 403


@pytest.mark.parametrize(
    ("state", "status"),
    [(RevisionState.DRAFT, 302), (RevisionState.PUBLISHED, 403), (RevisionState.RETIRED, 403)],
)
def test_only_drafts_are_deleted(client: Client, state: RevisionState, status: int) -> None:
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    url = reverse("admin:learner_series_revision_delete", args=[in_state(state).pk])
    assert client.post(url, {"post": "yes"}).status_code == status
    assert Revision.objects.count() == (0 if status == 302 else 1)


def test_revision_list_offers_no_bulk_delete(client: Client) -> None:
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    draft()
    page = client.get(reverse("admin:learner_series_revision_changelist"))
    assert "delete_selected" not in page.content.decode()


def test_page_of_an_unknown_revision_leads_back(client: Client, editor: User) -> None:
    response = client.get(reverse("admin:learner_series_revision_change", args=[0]))
    assert response["Location"] == reverse("admin:index")
