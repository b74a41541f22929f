"""What this app's tables hold about people: readers, and those who wrote and checked the texts."""

from accounts.registries.personal_data import OURS, YOURS, OnErase, Table, about_nobody, kept

_WORK = kept("the history of a text says who wrote and checked it; later, a former member")

TABLES = (
    Table(
        "learner_series.readingprogress",
        OnErase.DELETE,
        owner="user",
        title="What you read",
        exported=("article", "percent", "anchor", "read_at", "finished_at"),
        left_out={"id": OURS, "user": YOURS},
        labels={"article": "title"},
        called={"anchor": "section"},
    ),
    Table(
        "learner_series.savedarticle",
        OnErase.DELETE,
        owner="user",
        title="What you saved for later",
        exported=("article", "saved_at"),
        left_out={"id": OURS, "user": YOURS},
        labels={"article": "title"},
    ),
    Table(
        "learner_series.articlefeedback",
        OnErase.DELETE,
        owner="user",
        title="Whether articles helped you",
        exported=("article", "is_helpful", "missing", "given_at"),
        left_out={"id": OURS, "user": YOURS, "revision": OURS},
        labels={"article": "title"},
    ),
    Table(
        "learner_series.credit",
        OnErase.KEEP,
        owner="user",
        title="Articles that thank you",
        exported=("revision", "role", "path"),
        left_out={"id": OURS, "user": YOURS, "anchor": "a mark of the section"},
        labels={"revision": "title"},
        called={"revision": "article", "path": "question"},
        why="the thanks stay, to a former member",
    ),
    Table(
        "learner_series.articleauthor",
        OnErase.KEEP,
        owner="user",
        title="Articles you wrote",
        exported=("article",),
        left_out={"id": OURS, "user": YOURS, "order": OURS},
        labels={"article": "title"},
        why="a text has an author, later a former member",
    ),
    about_nobody("learner_series.series", "id slug title summary order"),
    about_nobody(
        "learner_series.article",
        "id slug series position topics cover tone audience title summary word_count open_word_count "
        "is_premium has_premium_sections search live published_at reviewer checked_on review_on expires_on "
        "related created_at",
        reviewer=_WORK,
    ),
    about_nobody("learner_series.article_topics", "id article topic"),
    about_nobody("learner_series.article_audience", "id article experience"),
    about_nobody("learner_series.relatedarticle", "id article other place is_curated"),
    about_nobody(
        "learner_series.revision",
        "id article number title summary html text outline word_count open_html open_text open_word_count "
        "is_premium premium_sections version cleaner_version import_report state created_by created_at "
        "approved_by approved_at scheduled_for published_at retired_at",
        created_by=_WORK,
        approved_by=_WORK,
    ),
    about_nobody("learner_series.revisionevent", "id revision source target by at", by=_WORK),
    about_nobody(
        "learner_series.factcard",
        "id key rule value source_name source_url checked_on review_on owner updated_at",
        owner=_WORK,
    ),
    about_nobody("learner_series.factuse", "id revision card"),
    about_nobody("learner_series.articleimage", "name content_type width height file created_at"),
    about_nobody("learner_series.imageuse", "id revision image is_open"),
    about_nobody(
        "learner_series.calendarentry",
        "id key kind service title starts_on ends_on cycle_year source_name source_url checked_on "
        "is_estimate",
    ),
    about_nobody(
        "learner_series.nextstep",
        "id title text link_text href stages roads statuses readers from_month until_month calendar_kind "
        "days_before priority is_active",
    ),
    about_nobody(
        "learner_series.plainpage", "id slug title summary html outline cleaner_version version changed_at"
    ),
    about_nobody("learner_series.pageversion", "id page number title summary html note by at", by=_WORK),
)
