"""Plain pages: what they say, to whom, and how staff change it."""

import re
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.test import Client, override_settings
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from accounts.models import AuditEntry, User
from breakthru.lib.richtext import ARTICLE, Cleaned, TooLongError, clean
from learner_series.forms import page as page_form
from learner_series.models import PageVersion, PlainPage
from learner_series.models.page import PageSlug
from learner_series.services.editorial import EditorialError
from learner_series.services.pages import PageWords, StalePageError, change_page
from tests.constraints import refused_by
from tests.factories.library import FactCardFactory
from tests.factories.people import UserFactory, staff

pytestmark = pytest.mark.django_db

FIRST = import_module("learner_series.migrations.0005_first_pages")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NEW = PageWords("Who we are", "In short.", "<h2>Why</h2><p>Because.</p>", "Shorter")
LIST = "admin:learner_series_plainpage_changelist"
VERSIONS = "admin:learner_series_pageversion_changelist"
LIST_QUERIES, VERSION_QUERIES, PAGE_QUERIES = 6, 7, 7


@pytest.fixture(autouse=True)
def _first_texts() -> None:
    """As after the migration: a test that empties the tables may have run before."""
    FIRST.write_pages(apps, None)


@pytest.fixture
def editor(client: Client, time_machine: TimeMachineFixture) -> User:
    """An editor, signed in at NOON."""
    time_machine.move_to(NOON, tick=False)
    person = staff("editor")
    client.force_login(person)
    return person


def about() -> PlainPage:
    return PlainPage.objects.get(slug="about")


def change_url(page: PlainPage) -> str:
    return reverse("admin:learner_series_plainpage_change", args=[page.pk])


def form_of(page: PlainPage, **fields: Any) -> dict[str, Any]:
    """What the staff page of `page` posts."""
    inline = {"versions-TOTAL_FORMS": 0, "versions-INITIAL_FORMS": 0}
    words = {"title": page.title, "summary": page.summary, "html": page.html, "opened": page.version}
    return {**words, "note": "", **inline, **fields}


def errors_of(response: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = response.context["adminform"].form.errors
    return found


# --- The first texts


def test_each_page_comes_with_its_first_text_as_version_one() -> None:
    PlainPage.objects.all().delete()
    FIRST.write_pages(apps, None)
    pages = list(PlainPage.objects.in_order())
    assert [page.slug for page in pages] == sorted(PageSlug.values)
    for page in pages:
        version = page.versions.get()
        assert (version.number, version.by, version.at) == (1, None, page.changed_at)
        assert (version.title, version.summary, version.html) == (page.title, page.summary, page.html)


def test_first_texts_do_not_overwrite_what_stands_there() -> None:
    changed = change_page(by=staff("editor"), page=about(), words=NEW, opened=1, now=NOON)
    FIRST.write_pages(apps, None)
    assert (about().html, about().version) == (changed.html, 2)


@pytest.mark.parametrize("slug", PageSlug.values)
def test_first_text_is_whole_and_clean(slug: str) -> None:
    page = PlainPage.objects.get(slug=slug)
    cleaned: Cleaned = clean(page.html, ARTICLE)
    assert (cleaned.html, cleaned.version) == (page.html, page.cleaner_version)
    assert page.headings == cleaned.outline
    assert 200 < cleaned.word_count < 1_000
    assert "!" not in cleaned.text


@pytest.mark.parametrize("slug", PageSlug.values)
def test_first_text_links_to_pages_that_there_are(slug: str) -> None:
    paths = set(re.findall(r'href="(/[^"#]*)"', PlainPage.objects.get(slug=slug).html))
    lost = []
    for path in paths:
        try:
            resolve(path)
        except Resolver404:
            lost.append(path)
    assert lost == []


def test_editors_may_change_pages_by_their_group() -> None:
    person = staff("editor")
    assert person.has_perms([f"learner_series.{name}" for name in FIRST.EDITOR])
    assert not person.has_perm("learner_series.delete_plainpage")


# --- For readers


@pytest.mark.parametrize("slug", PageSlug.values)
def test_page_is_everybodys_and_says_when_it_changed(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, slug: str
) -> None:
    PlainPage.objects.update(changed_at=NOON)
    with django_assert_num_queries(1):
        response = client.get(f"/{slug}/")
    page = response.content.decode()
    assert response.status_code == 200
    assert f"<h1>{PlainPage.objects.get(slug=slug).title}</h1>" in page
    assert '<time datetime="2026-11-22">November 22, 2026</time>' in page
    assert (dict(response.cookies), PlainPage.objects.get(slug=slug).get_absolute_url()) == ({}, f"/{slug}/")


def test_page_lists_its_headings(client: Client) -> None:
    page = client.get("/safety/").content.decode()
    for heading in PlainPage.objects.get(slug="safety").headings:
        assert page.count(f'<a href="#{heading.id}">') == 2
    assert 'id="if-you-need-help-now"' in page


def test_page_without_headings_has_no_list_of_them(client: Client) -> None:
    words = PageWords("About", "In short.", "<p>One sentence.</p>")
    change_page(by=staff("editor"), page=about(), words=words, opened=1, now=NOON)
    page = client.get("/about/").content.decode()
    assert "<p>One sentence.</p>" in page
    assert "On this page" not in page


@pytest.mark.parametrize(("sender", "count"), [("Us <us@example.test>", 1), ("", 0)])
def test_page_says_where_to_write(client: Client, sender: str, count: int) -> None:
    with override_settings(DEFAULT_FROM_EMAIL=sender):
        page = client.get("/terms/").content.decode()
    assert page.count("mailto:") == count == page.count('"mailto:us@example.test"')


def test_page_is_only_read(client: Client) -> None:
    assert client.post("/about/").status_code == 405


def test_page_that_is_not_there_is_404(client: Client) -> None:
    PlainPage.objects.filter(slug="terms").delete()
    assert client.get("/terms/").status_code == 404


def test_title_and_summary_are_escaped(client: Client) -> None:
    script = "<script>alert(1)</script>"
    PlainPage.objects.filter(slug="about").update(title=script, summary=script)
    page = client.get("/about/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert script not in page


@pytest.mark.parametrize("slug", PageSlug.values)
def test_every_page_leads_there_from_its_foot(client: Client, slug: str) -> None:
    assert f'href="/{slug}/"' in client.get("/feed/").content.decode()


# --- The service


def test_change_is_a_new_version_with_its_audit_row() -> None:
    person, page = staff("editor"), about()
    changed = change_page(by=person, page=page, words=NEW, opened=1, now=NOON)
    page.refresh_from_db()
    assert (page.title, page.summary, page.version, page.changed_at) == ("Who we are", "In short.", 2, NOON)
    assert page.html == changed.html == '<h2 id="why">Why</h2><p>Because.</p>'
    assert [(heading.level, heading.id, heading.text) for heading in page.headings] == [(2, "why", "Why")]
    version = page.versions.get(number=2)
    assert (version.title, version.summary, version.html) == (page.title, page.summary, page.html)
    assert (version.by, version.at, version.note) == (person, NOON, "Shorter")
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.reason) == (person, "plainpage.changed", "version 2")
    assert entry.target == f"learner_series.plainpage:{page.pk}"


def test_change_is_cleaned() -> None:
    words = PageWords("About", "In short.", "<p onclick='x()'>Hi.<script>alert(1)</script></p>")
    assert change_page(by=staff("editor"), page=about(), words=words, opened=1, now=NOON).html == "<p>Hi.</p>"


def test_same_words_again_change_nothing() -> None:
    page = about()
    words = PageWords(page.title, page.summary, page.html, "Again")
    kept = change_page(by=staff("editor"), page=page, words=words, opened=1, now=NOON)
    assert (kept.version, kept.changed_at) == (1, page.changed_at)
    assert (page.versions.count(), AuditEntry.objects.count()) == (1, 0)


def test_change_of_a_page_that_moved_on_is_refused() -> None:
    person = staff("editor")
    change_page(by=person, page=about(), words=NEW, opened=1, now=NOON)
    with pytest.raises(StalePageError, match="Somebody changed this page after you had opened it"):
        change_page(by=person, page=about(), words=PageWords("Mine", "x", "<p>x</p>"), opened=1, now=NOON)
    assert about().title == "Who we are"


@pytest.mark.parametrize("who", ["learner", "moderator"])
def test_nobody_else_changes_a_page(who: str) -> None:
    by = UserFactory.create() if who == "learner" else staff(who)
    with pytest.raises(EditorialError, match="Only editors change the plain pages"):
        change_page(by=by, page=about(), words=NEW, opened=1, now=NOON)
    assert about().version == 1


# --- The tables


def page_with(**fields: Any) -> PlainPage:
    words = {"title": "x", "summary": "x", "html": "<p>x</p>", "changed_at": NOON}
    return PlainPage(**{**words, **fields})


def test_there_are_no_other_pages() -> None:
    with refused_by("plain_page_known"):
        page_with(slug="imprint").save()


@pytest.mark.parametrize("field", ["title", "summary", "html"])
def test_page_is_never_empty(field: str) -> None:
    PlainPage.objects.all().delete()
    with refused_by("plain_page_says_something"):
        page_with(slug="about", **{field: ""}).save()


def test_versions_count_from_one() -> None:
    PlainPage.objects.all().delete()
    with refused_by("plain_page_counts_from_one"):
        page_with(slug="about", version=0).save()
    page_with(slug="about", version=1).save()


def test_a_version_stands_once() -> None:
    words = {"title": "x", "summary": "x", "html": "<p>x</p>", "at": NOON}
    with refused_by("page_version_once"):
        PageVersion.objects.create(page=about(), number=1, **words)
    other = PageVersion.objects.create(page=about(), number=2, **words)
    assert (str(other), str(about())) == ("x, version 2", about().title)


# --- For staff


def test_list_shows_the_pages_in_a_fixed_number_of_queries(
    client: Client, editor: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for keep in (1, 3):
        PlainPage.objects.exclude(slug__in=sorted(PageSlug.values)[:keep]).delete()
        with django_assert_num_queries(LIST_QUERIES):
            page = client.get(reverse(LIST))
        assert len(page.context["cl"].result_list) == keep
        FIRST.write_pages(apps, None)
    assert b'href="/about/"' in page.content


@pytest.mark.parametrize("count", [1, 3])
def test_history_takes_the_same_queries_however_long_it_is(
    client: Client, editor: User, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(1, count):
        words = PageWords(f"Title {number}", "x", "<p>x</p>")
        change_page(by=editor, page=about(), words=words, opened=number, now=NOON)
    address = change_url(about())
    # Django keeps it from then on.
    ContentType.objects.get_for_model(PlainPage)
    with django_assert_num_queries(PAGE_QUERIES):
        page = client.get(address).content.decode()
    assert len(set(re.findall(r"/admin/learner_series/pageversion/(\d+)/", page))) == count


def test_editor_changes_a_page(client: Client, editor: User) -> None:
    fields = form_of(about(), title="Who we are", html="<p>New.</p>", note="Clearer")
    response = client.post(change_url(about()), fields, follow=True)
    assert response.status_code == 200
    page = about()
    assert (page.title, page.html, page.version, page.changed_at) == ("Who we are", "<p>New.</p>", 2, NOON)
    assert page.versions.values_list("note", "by").first() == ("Clearer", editor.pk)
    told = client.get(change_url(page)).content.decode()
    assert editor.display_name in told
    assert "Came with the site" in told


def test_words_of_an_editor_who_was_slower_are_kept_on_the_page(client: Client, editor: User) -> None:
    change_page(by=staff("editor"), page=about(), words=NEW, opened=1, now=NOON)
    response = client.post(change_url(about()), form_of(about(), title="My own title", opened=1))
    assert response.status_code == 422
    assert errors_of(response) == {"__all__": [page_form.STALE]}
    assert b'value="My own title"' in response.content
    assert about().title == "Who we are"


def test_change_between_check_and_writing_is_told(
    client: Client, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(**words: Any) -> None:
        raise StalePageError("Too late.")

    monkeypatch.setattr("learner_series.admin.page.change_page", late)
    response = client.post(change_url(about()), form_of(about(), title="New"), follow=True)
    assert "Too late." in [str(message) for message in response.context["messages"]]
    assert about().version == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("html", "<p> </p>", "Please write a few sentences."),
        ("html", '<p>x</p><aside data-fact="k"></aside>', "Fact cards show in articles only."),
        ("title", "", "This field is required."),
    ],
)
def test_fault_is_told_beside_its_field(
    client: Client, editor: User, field: str, value: str, sentence: str
) -> None:
    FactCardFactory.create(key="k")
    response = client.post(change_url(about()), form_of(about(), **{field: value}))
    assert (response.status_code, list(errors_of(response))) == (422, [field])
    assert errors_of(response)[field][0].startswith(sentence)
    assert about().version == 1


def test_text_that_cannot_be_cleaned_is_refused(
    client: Client, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(html: str, profile: Any) -> None:
        raise TooLongError("Too long.")

    monkeypatch.setattr(page_form, "clean", refuse)
    response = client.post(change_url(about()), form_of(about()))
    assert errors_of(response) == {"html": ["Too long."]}


def test_pages_are_neither_added_nor_deleted(client: Client, editor: User) -> None:
    for page in ("add", "delete"):
        args = [about().pk] if page == "delete" else []
        address = reverse(f"admin:learner_series_plainpage_{page}", args=args)
        assert client.get(address).status_code == 403


def test_who_may_only_look_gets_no_fields(client: Client) -> None:
    person = UserFactory.create(is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_plainpage"))
    client.force_login(person)
    page = client.get(change_url(about())).content.decode()
    assert 'name="title"' not in page
    assert '<div class="bt-preview">' in page
    assert client.post(change_url(about()), form_of(about(), title="x")).status_code == 403


def test_earlier_words_can_be_read(client: Client, editor: User) -> None:
    first = about().versions.get()
    change_page(by=editor, page=about(), words=NEW, opened=1, now=timezone.now())
    page = client.get(reverse("admin:learner_series_pageversion_change", args=[first.pk])).content.decode()
    assert "One story is not a rule" in page
    assert 'name="title"' not in page


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_versions_names_who_wrote_each(
    client: Client, editor: User, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    PlainPage.objects.exclude(slug="about").delete()
    former = staff("editor")
    for number in range(1, count):
        words = PageWords(f"Title {number}", "x", "<p>x</p>")
        change_page(by=former if number == 1 else editor, page=about(), words=words, opened=number, now=NOON)
    PageVersion.objects.filter(by=former).update(by=None)
    with django_assert_num_queries(VERSION_QUERIES):
        page = client.get(reverse(VERSIONS))
    writer, rows = page.context["cl"].model_admin.who, page.context["cl"].result_list
    names = {1: "Came with the site", 2: "A former member", 3: editor.display_name}
    assert {row.number: writer(row) for row in rows} == {
        number: names[number] for number in range(1, count + 1)
    }
