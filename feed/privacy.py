"""What this app's tables hold about people. What was shown stays; what nobody else could see goes."""

from django.db.models import Case, F, TextField, Value, When

from accounts.registries.personal_data import OURS, YOURS, OnErase, Table, kept
from feed.models.question import Visibility

_POSTS_STAY = "what was posted stays, as a former member's"
_PART = "named with the question"


def _if_shown(field: str, instead: str) -> Case:
    """Return the words of what readers see; those of held and hidden posts have nobody to stay for."""
    return Case(
        When(visibility=Visibility.SHOWN, then=F(field)), default=Value(instead), output_field=TextField()
    )


# What waits for staff to read it waits no longer.
_VISIBILITY = Case(When(visibility=Visibility.HELD, then=Value(Visibility.HIDDEN)), default=F("visibility"))

TABLES = (
    Table(
        "feed.question",
        OnErase.KEEP,
        owner="asker",
        title="Your questions",
        exported=(
            "title", "body_text", "topics", "stage", "roads", "article", "section_title", "quote", "state",
            "visibility", "asked_at", "answered_at", "active_at", "answer_count",
        ),
        left_out={
            "id": OURS,
            "slug": "made of the title",
            "body_html": "the same words, with their markup",
            "cleaner_version": OURS,
            "asker": YOURS,
            "revision": OURS,
            "anchor": "a mark of the section, whose title is there",
            "locked_at": "a step of staff",
        },
        labels={"topics": "name", "stage": "label", "roads": "label", "article": "title"},
        called={"body_text": "text", "article": "asked from", "section_title": "section"},
        why=_POSTS_STAY,
        blanked={
            "title": _if_shown("title", "Erased question"),
            "slug": _if_shown("slug", "erased"),
            "body_html": _if_shown("body_html", ""),
            "body_text": _if_shown("body_text", ""),
            "visibility": _VISIBILITY,
        },
    ),
    Table(
        "feed.questionevent",
        OnErase.KEEP,
        owner="question__asker",
        title="What happened to your questions",
        exported=("question", "source", "target", "at", "reason"),
        left_out={"id": OURS, "by": "may be somebody else"},
        labels={"question": "title"},
        called={"source": "from", "target": "to"},
        why=_POSTS_STAY,
        others={"by": kept("a step of a question stays, as a former member's")},
    ),
    Table(
        "feed.question_topics",
        OnErase.KEEP,
        owner="question__asker",
        left_out={"id": OURS, "question": YOURS, "topic": _PART},
        why=_POSTS_STAY,
    ),
    Table(
        "feed.question_roads",
        OnErase.KEEP,
        owner="question__asker",
        left_out={"id": OURS, "question": YOURS, "experience": _PART},
        why=_POSTS_STAY,
    ),
    Table(
        "feed.answer",
        OnErase.KEEP,
        owner="mentor__user",
        title="Your answers",
        exported=(
            "question", "basis", "body_text", "is_for_everyone", "scope_terms", "cycle_year", "written_as",
            "visibility", "answered_at",
        ),
        left_out={
            "id": OURS,
            "mentor": YOURS,
            "body_html": "the same words, with their markup",
            "cleaner_version": OURS,
        },
        labels={"question": "title", "scope_terms": "label"},
        called={"body_text": "text", "scope_terms": "true for", "is_for_everyone": "true for everyone"},
        why=_POSTS_STAY,
        blanked={
            # School and year together can be one person; that somebody was checked helps who reads on.
            "written_as": "Verified when this was written",
            "body_html": _if_shown("body_html", "<p>Erased.</p>"),
            "body_text": _if_shown("body_text", "Erased."),
            "visibility": _VISIBILITY,
        },
    ),
    Table(
        "feed.answer_scope_terms",
        OnErase.KEEP,
        owner="answer__mentor__user",
        left_out={"id": OURS, "answer": YOURS, "experience": "named with the answer"},
        why=_POSTS_STAY,
    ),
    Table(
        "feed.answersource",
        OnErase.KEEP,
        owner="answer__mentor__user",
        title="Sources of your answers",
        exported=("answer", "title", "url"),
        left_out={"id": OURS},
        labels={"answer": "question__title"},
        called={"answer": "answer to", "title": "source"},
        why=_POSTS_STAY,
    ),
)  # fmt: skip
