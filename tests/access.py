"""Who may open which door: the rows that `test_access.py` walks through."""

from collections.abc import Callable

from django.urls import reverse

from accounts.models import User
from feed.models import Question
from feed.models.question import Visibility
from learner_series.models import ArticleImage
from learner_series.models.page import PageSlug
from learner_series.services.previews import make_preview
from tests.access_accounts import ACCOUNT_PAGES, appeal_of, export_of, notification_of, report_of
from tests.access_rules import EVERYONE, GUESTS, NEVER, SIGNED_IN, SIGNED_IN_NEVER, Row, at, rule
from tests.access_staff import STAFF_PAGES
from tests.factories.library import SeriesFactory, draft, published
from tests.factories.questions import QuestionFactory


def _question() -> Question:
    made: Question = QuestionFactory.create()
    return made


def _image() -> str:
    ArticleImage.objects.create(
        name="gone.webp", content_type="image/webp", width=1, height=1, file="gone.webp"
    )
    return "/learn/images/gone.webp"


def _preview() -> str:
    revision = draft()
    token = make_preview(by=revision.created_by, revision=revision)
    return reverse("learner_series:preview_detail", args=[token])


MATRIX = {
    # The site
    "home": Row(at("/"), GUESTS, NEVER, NEVER),
    "dashboard": Row(at("/dashboard/"), SIGNED_IN, SIGNED_IN_NEVER, SIGNED_IN_NEVER),
    "theme_edit": Row(at("/theme/"), EVERYONE, rule("302"), NEVER),
    "healthz": Row(at("/healthz"), EVERYONE, NEVER, NEVER),
    "readyz": Row(at("/readyz"), EVERYONE, NEVER, NEVER),
    "robots": Row(at("/robots.txt"), EVERYONE, NEVER, NEVER),
    "sitemap_index": Row(at("/sitemap.xml"), EVERYONE, NEVER, NEVER),
    "sitemap_section": Row(at("/sitemap-articles.xml"), EVERYONE, NEVER, NEVER),
    "security_txt": Row(at("/.well-known/security.txt"), EVERYONE, NEVER, NEVER),
    **{f"page_{slug}": Row(at(f"/{slug}/"), EVERYONE, NEVER, NEVER) for slug in PageSlug.values},
    # The library
    "learner_series:series_list": Row(at("/learn/"), EVERYONE, NEVER, NEVER),
    "learner_series:series_detail": Row(
        lambda: str(published(series=SeriesFactory.create()).series.get_absolute_url()),  # type: ignore[union-attr]
        EVERYONE,
        NEVER,
        NEVER,
    ),
    "learner_series:article_detail": Row(lambda: published().get_absolute_url(), EVERYONE, NEVER, NEVER),
    "learner_series:image_detail": Row(_image, rule("404"), NEVER, NEVER),
    "learner_series:article_feed": Row(at("/learn/feed.xml"), EVERYONE, NEVER, NEVER),
    "learner_series:preview_detail": Row(_preview, EVERYONE, NEVER, NEVER),
    "learner_series:progress_edit": Row(
        lambda: f"{published().get_absolute_url()}progress/",
        SIGNED_IN_NEVER,
        rule("422", visitor="login"),
        SIGNED_IN_NEVER,
    ),
    "learner_series:saved_edit": Row(
        lambda: f"{published().get_absolute_url()}save/",
        SIGNED_IN_NEVER,
        rule("302", visitor="login"),
        SIGNED_IN_NEVER,
    ),
    "learner_series:feedback_edit": Row(
        lambda: f"{published().get_absolute_url()}feedback/",
        SIGNED_IN,
        rule("422", visitor="login"),
        SIGNED_IN_NEVER,
    ),
    # Memberships and mentoring
    "memberships:plan_list": Row(at("/membership/"), EVERYONE, NEVER, NEVER),
    "mentors:program_detail": Row(at("/mentorship/"), EVERYONE, NEVER, NEVER),
    # The Feed
    "feed:question_list": Row(at("/feed/"), EVERYONE, NEVER, NEVER),
    "feed:question_create": Row(at("/feed/ask/"), SIGNED_IN, rule("422", visitor="login"), SIGNED_IN_NEVER),
    "feed:question_redirect": Row(lambda: f"/feed/{_question().pk}/", rule("301"), NEVER, NEVER),
    "feed:question_detail": Row(lambda: _question().get_absolute_url(), EVERYONE, NEVER, NEVER),
    "feed:answer_create": Row(
        lambda: f"{_question().get_absolute_url()}answer/",
        rule("404", visitor="login", mentor="200"),
        rule("404", visitor="login", mentor="422"),
        SIGNED_IN_NEVER,
    ),
    **ACCOUNT_PAGES,
    **STAFF_PAGES,
}

# --- Private objects


def held(asker: User) -> Question:
    made: Question = QuestionFactory.create(asker=asker, visibility=Visibility.HELD)
    return made


# Address of a private object, and what its owner gets.
PRIVATE: dict[str, tuple[Callable[[Question], str], str]] = {
    "feed:question_redirect": (lambda question: f"/feed/{question.pk}/", "301"),
    "feed:question_detail": (lambda question: question.get_absolute_url(), "200"),
    # A mentor who asked: the composer opens, and says on posting that nobody answers themselves.
    "feed:answer_create": (lambda question: f"{question.get_absolute_url()}answer/", "200"),
    "accounts:notification_open": (lambda question: notification_of(question.asker), "302"),
    "accounts:report_detail": (lambda question: report_of(question.asker), "200"),
    "accounts:appeal_create": (lambda question: appeal_of(question.asker), "200"),
    # Its owner gives the password first.
    "accounts:export_download": (lambda question: export_of(question.asker), "302"),
}
# Routes with an argument whose objects are everybody's, or whose argument is itself the secret.
PUBLIC = {
    "learner_series:preview_detail",
    "learner_series:progress_edit",
    "learner_series:saved_edit",
    "learner_series:feedback_edit",
    "sitemap_section",
    "learner_series:series_detail",
    "learner_series:article_detail",
    "learner_series:image_detail",
    "account_confirm_email",
    "account_reset_password_from_key",
    "accounts:unsubscribe",
    "accounts:block_edit",
}
