"""What the tables of revisions, credits, facts and pictures hold, refuse and list."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from breakthru.lib.richtext import Heading
from learner_series.lifecycle import RevisionState
from learner_series.models import (
    Article,
    ArticleImage,
    Credit,
    FactCard,
    FactUse,
    ImageUse,
    Revision,
    RevisionEvent,
)
from learner_series.models.image import image_names
from learner_series.models.revision import CreditRole
from learner_series.services.editorial import Gate
from tests.constraints import refused_by
from tests.factories.library import ArticleFactory, FactCardFactory, draft, picture, published, republished
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
S = RevisionState


def _revision(**fields: Any) -> Revision:
    complete = {
        "article": fields.get("article") or ArticleFactory.create(),
        "number": 1,
        "title": "A",
        "created_by": fields.get("created_by") or UserFactory.create(),
    }
    return Revision.objects.create(**{**complete, **fields})


def _check_deferred() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _approved(**fields: Any) -> dict[str, Any]:
    return {"approved_by": UserFactory.create(), "approved_at": NOW, **fields}


# --- Revisions: a yes and a no each


def test_revision_number_once() -> None:
    article = _revision().article
    _revision(article=article, number=2)
    with refused_by("revision_number_once"):
        _revision(article=article, number=2)


def test_revision_of_its_article() -> None:
    first, second = _revision(), _revision()
    article = Article.objects.get(pk=first.article_id)
    article.live, article.published_at = first, NOW
    article.save()
    with refused_by("article_live_is_its_own"):
        Article.objects.filter(pk=article.pk).update(live=second)
        _check_deferred()
    # It leans on a key that can never be broken by itself: ids are unique.
    with refused_by("learner_series_revision_pkey"):
        Revision.objects.create(
            id=first.pk, article=article, number=2, title="B", created_by=first.created_by
        )
    assert "revision_of_its_article" in {one.name for one in Revision._meta.constraints}


def test_revision_state_known() -> None:
    assert _revision(state=S.DRAFT).state == "draft"
    with refused_by("revision_state_known"):
        _revision(state="lost")


def test_revision_event_states_known() -> None:
    revision = _revision()
    event = {"revision": revision, "source": S.DRAFT, "target": S.IN_REVIEW, "at": NOW}
    assert RevisionEvent.objects.create(**event).target == S.IN_REVIEW
    for end in ("source", "target"):
        with refused_by("revision_event_states_known"):
            RevisionEvent.objects.create(**{**event, end: "lost"})


def test_revision_one_live() -> None:
    state = {"state": S.PUBLISHED, "published_at": NOW}
    article = _revision(**_approved(**state)).article
    _revision(article=article, number=2, state=S.RETIRED, retired_at=NOW)
    with refused_by("revision_one_live"):
        _revision(article=article, number=3, **_approved(**state))


def test_revision_one_scheduled() -> None:
    state = {"state": S.SCHEDULED, "scheduled_for": NOW}
    article = _revision(**_approved(**state)).article
    _revision(**_approved(**state))
    with refused_by("revision_one_scheduled"):
        _revision(article=article, number=2, **_approved(**state))


def test_revision_approved_by_another() -> None:
    author = UserFactory.create()
    _revision(created_by=author, **_approved())
    with refused_by("revision_approved_by_another"):
        _revision(created_by=author, approved_by=author, approved_at=NOW)


@pytest.mark.parametrize("state", [S.APPROVED, S.SCHEDULED, S.PUBLISHED])
def test_revision_approved_has_approver(state: RevisionState) -> None:
    dates = {"published_at": NOW, "scheduled_for": NOW if state == S.SCHEDULED else None}
    _revision(**_approved(state=state, **dates))
    for missing in ({"approved_by": None}, {"approved_at": None}):
        with refused_by("revision_approved_has_approver"):
            _revision(**_approved(state=state, **dates, **missing))


def test_revision_scheduled_has_hour() -> None:
    _revision(**_approved(state=S.SCHEDULED, scheduled_for=NOW))
    with refused_by("revision_scheduled_has_hour"):
        _revision(**_approved(state=S.SCHEDULED))
    with refused_by("revision_scheduled_has_hour"):
        _revision(**_approved(state=S.APPROVED, scheduled_for=NOW))


def test_revision_published_has_date() -> None:
    _revision(**_approved(state=S.PUBLISHED, published_at=NOW))
    with refused_by("revision_published_has_date"):
        _revision(**_approved(state=S.PUBLISHED))


def test_revision_retired_has_date() -> None:
    _revision(state=S.RETIRED, retired_at=NOW)
    with refused_by("revision_retired_has_date"):
        _revision(state=S.RETIRED)
    with refused_by("revision_retired_has_date"):
        _revision(state=S.DRAFT, retired_at=NOW)


def test_revision_one_kind_of_gate() -> None:
    for gate in ({}, {"is_premium": True}, {"premium_sections": ["x"]}):
        _revision(**gate)
    with refused_by("revision_one_kind_of_gate"):
        _revision(is_premium=True, premium_sections=["x"])


def test_revision_open_part_of_whole() -> None:
    _revision(word_count=10, open_word_count=10)
    with refused_by("revision_open_part_of_whole"):
        _revision(word_count=10, open_word_count=11)


# --- Revisions: lists and words


def test_revisions_due_are_scheduled_ones_whose_hour_has_come_earliest_first() -> None:
    made = {
        hours: _revision(**_approved(state=S.SCHEDULED, scheduled_for=NOW + timedelta(hours=hours)))
        for hours in (0, 1, -1)
    }
    _revision(**_approved(state=S.APPROVED))
    assert list(Revision.objects.due(NOW)) == [made[-1], made[0]]


def test_revisions_live_are_those_that_readers_see() -> None:
    article = published()
    former = article.live_id
    draft(article=article)
    again = republished(article)
    assert list(Revision.objects.live()) == [again.live]
    assert former != again.live_id


@pytest.mark.parametrize(
    ("method", "loaded"),
    [("without_words", set()), ("for_visitors", {"open_html"}), ("for_members", {"html"})],
)
def test_revisions_come_with_the_words_that_are_asked_for_and_no_others(
    method: str, loaded: set[str]
) -> None:
    draft()
    found = getattr(Revision.objects.all(), method)().get()
    assert {"html", "text", "open_html", "open_text", "import_report"} & set(found.__dict__) == loaded


@pytest.mark.parametrize("state", list(S))
def test_revision_is_editable_as_a_draft(state: RevisionState) -> None:
    assert Revision(state=state).is_editable is (state == S.DRAFT)


@pytest.mark.parametrize(
    ("gate", "expected"),
    [({}, False), ({"is_premium": True}, True), ({"premium_sections": ["x"]}, True)],
    ids=["open", "premium", "section"],
)
def test_revision_is_gated(gate: dict[str, Any], expected: bool) -> None:
    assert Revision(**gate).is_gated is expected


def test_revision_tells_how_long_it_takes_and_how_long_its_open_part() -> None:
    revision = Revision(word_count=2300, open_word_count=460)
    assert (revision.minutes, revision.open_minutes) == (10, 2)


def test_revision_knows_its_headings_by_anchor() -> None:
    revision = draft()
    first = Heading(level=2, id="first-part", text="First part")
    assert revision.headings == (
        first,
        Heading(level=3, id="inner-part", text="Inner part"),
        Heading(level=2, id="second-part", text="Second part"),
    )
    assert [revision.heading("first-part"), revision.heading("gone")] == [first, None]


# --- Credits


def _credit(**fields: Any) -> Credit:
    complete = {
        "revision": fields.get("revision") or _revision(),
        "role": CreditRole.ASKED,
        "path": "/feed/1/why/",
    }
    return Credit.objects.create(**{**complete, **fields})


def test_credit_once() -> None:
    first = _credit(user=UserFactory.create())
    same = {"revision": first.revision, "user": first.user}
    _credit(**same, role=CreditRole.ANSWERED)
    _credit(**same, path="/feed/2/how/")
    with refused_by("credit_once"):
        _credit(**same)


def test_credit_leads_to_the_feed() -> None:
    for path in ("https://example.org/", "/learn/why/", "//example.org/feed/"):
        with refused_by("credit_leads_to_the_feed"):
            _credit(path=path)
    assert _credit(path="/feed/3/").path == "/feed/3/"


def test_credit_role_known() -> None:
    assert _credit(role=CreditRole.ASKED).role == "asked"
    with refused_by("credit_role_known"):
        _credit(role="praised")


# --- Fact cards


def test_fact_reviewed_after_check() -> None:
    FactCardFactory.create(checked_on=TODAY, review_on=TODAY + DAY)
    with refused_by("fact_reviewed_after_check"):
        FactCardFactory.create(checked_on=TODAY, review_on=TODAY)


@pytest.mark.parametrize("key", ["", "-a", "a-", "a--b", "Fees", "fees!", "a b", "é"])
def test_fact_key_fits_a_text(key: str) -> None:
    FactCardFactory.create(key="mcat-attempts-2027")
    with refused_by("fact_key_fits_a_text"):
        FactCardFactory.create(key=key)


@pytest.mark.parametrize("key", ["Fees", "a\n", "a--b"])
def test_fact_key_is_refused_in_words_by_the_form(key: str) -> None:
    card = FactCardFactory.build(key=key, owner=UserFactory.create())
    with pytest.raises(ValidationError) as caught:
        card.full_clean()
    assert caught.value.message_dict["key"][0] == "Please use lower-case letters, numbers and hyphens."


def test_fact_source_is_web() -> None:
    FactCardFactory.create(source_url="https://example.org/")
    for url in ("http://example.org/", "javascript:alert(1)", ""):
        with refused_by("fact_source_is_web"):
            FactCardFactory.create(source_url=url)


def test_fact_use_once() -> None:
    use = FactUse.objects.create(revision=_revision(), card=FactCardFactory.create())
    FactUse.objects.create(revision=_revision(), card=use.card)
    with refused_by("fact_use_once"):
        FactUse.objects.create(revision=use.revision, card=use.card)


def test_facts_by_key_leave_out_what_is_not_there() -> None:
    fees = FactCardFactory.create(key="fees")
    FactCardFactory.create(key="other")
    assert FactCard.objects.keyed(("fees", "gone")) == {"fees": fees}
    assert FactCard.objects.keyed(()) == {}


def test_facts_expired_were_due_before_today_longest_ago_first() -> None:
    cards = {
        days: FactCardFactory.create(checked_on=TODAY - 90 * DAY, review_on=TODAY - days * DAY)
        for days in (1, 30, 0, -1)
    }
    assert list(FactCard.objects.expired(TODAY)) == [cards[30], cards[1]]
    assert [card.is_expired(TODAY) for card in cards.values()] == [True, True, False, False]


def test_facts_count_the_articles_that_show_them_now() -> None:
    card, unused = FactCardFactory.create(rule="A"), FactCardFactory.create(rule="B")
    html = f"<p>Hi.</p><p>{{{{fact:{card.key}}}}}</p>"
    for _ in range(2):
        published(html=html)
    republished(published(html=html))
    draft(html=html)
    assert [(fact, fact.live_count) for fact in FactCard.objects.with_use()] == [(card, 2), (unused, 0)]


# --- Pictures


def test_image_use_once() -> None:
    use = ImageUse.objects.create(revision=_revision(), image=picture(), is_open=True)
    ImageUse.objects.create(revision=_revision(), image=use.image, is_open=False)
    with refused_by("image_use_once"):
        ImageUse.objects.create(revision=use.revision, image=use.image, is_open=False)


def test_image_names_are_those_of_pictures_and_links_to_them() -> None:
    html = (
        '<img src="/learn/images/a.webp"><a href="/learn/images/b-2.webp">b</a><img src="/static/img/c.svg">'
        '<img src="/learn/images/a.webp">'
    )
    assert image_names(html) == {"a.webp", "b-2.webp"}
    assert set(ArticleImage.objects.named(image_names(html))) == set()


def test_images_know_for_whom_they_are() -> None:
    opened, gated, drafted, unused = (picture(f"{name}.webp") for name in "abcd")

    def shown(image: ArticleImage) -> str:
        return f'<figure><img src="{image.get_absolute_url()}" alt="Roads"></figure>'

    published(html=f"<p>Hi.</p>{shown(opened)}<h2>Locked</h2>{shown(gated)}", gate=Gate(sections=("locked",)))
    draft(html=shown(drafted) + shown(gated))
    found = {image: (image.is_open, image.is_live) for image in ArticleImage.objects.with_audience()}
    assert found == {
        opened: (True, True),
        gated: (False, True),
        drafted: (False, False),
        unused: (False, False),
    }


# --- Words


def test_everything_says_what_it_is() -> None:
    assert [
        str(ArticleImage(name="x.webp")),
        str(ImageUse(revision_id=1, image_id="x.webp")),
        str(Revision(title="Why", number=3)),
        str(RevisionEvent(source="draft", target="in_review")),
        str(Credit(user_id=1, role="asked", path="/feed/2/")),
        str(FactCard(rule="Limits on attempts")),
        str(FactUse(revision_id=1, card_id=2)),
    ] == [
        "x.webp",
        "1: x.webp",
        "Why (revision 3)",
        "draft → in_review",
        "1 asked /feed/2/",
        "Limits on attempts",
        "1: 2",
    ]


def test_a_picture_has_an_address_of_its_own() -> None:
    assert ArticleImage(name="x.webp").get_absolute_url() == "/learn/images/x.webp"
