"""Who may open which door: the rows that `test_access.py` walks through."""

from collections.abc import Callable

from django.urls import reverse

from accounts.models import User
from accounts.models.mail import MailKind
from accounts.services.mail import unsubscribe_url
from feed.models import Question
from feed.models.question import Visibility
from learner_series.models import ArticleImage
from learner_series.services.previews import make_preview
from tests.access_rules import EVERYONE, GUESTS, NEVER, SIGNED_IN, SIGNED_IN_NEVER, Row, at, rule
from tests.access_staff import STAFF_PAGES
from tests.factories.library import SeriesFactory, draft, published
from tests.factories.people import UserFactory
from tests.factories.questions import QuestionFactory


def _question() -> Question:
    made: Question = QuestionFactory.create()
    return made


def _image() -> str:
    ArticleImage.objects.create(
        name="gone.webp", content_type="image/webp", width=1, height=1, file="gone.webp"
    )
    return "/learn/images/gone.webp"


def _unsubscribe() -> str:
    url = unsubscribe_url(user=UserFactory.create(), kind=MailKind.QUESTION_ANSWERED)
    return url.removeprefix("http://testserver")


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
    # Accounts
    "account_login": Row(at("/accounts/login/"), GUESTS, GUESTS, rule("302", visitor="405")),
    "account_logout": Row(at("/accounts/logout/"), rule("200", visitor="302"), rule("302"), NEVER),
    "account_inactive": Row(at("/accounts/inactive/"), EVERYONE, NEVER, NEVER),
    "account_signup": Row(at("/accounts/signup/"), GUESTS, GUESTS, rule("302", visitor="405")),
    "account_reauthenticate": Row(at("/accounts/reauthenticate/"), SIGNED_IN, SIGNED_IN, SIGNED_IN_NEVER),
    "account_email": Row(at("/accounts/email/"), SIGNED_IN, rule("302", visitor="login"), SIGNED_IN_NEVER),
    "account_email_verification_sent": Row(at("/accounts/confirm-email/"), EVERYONE, NEVER, NEVER),
    "account_confirm_email": Row(at("/accounts/confirm-email/forged/"), EVERYONE, rule("404"), NEVER),
    "account_change_password": Row(at("/accounts/password/change/"), SIGNED_IN, SIGNED_IN, SIGNED_IN_NEVER),
    "account_set_password": Row(at("/accounts/password/set/"), *[rule("302", visitor="login")] * 3),
    "account_reset_password": Row(at("/accounts/password/reset/"), EVERYONE, EVERYONE, NEVER),
    "account_reset_password_done": Row(at("/accounts/password/reset/done/"), EVERYONE, NEVER, NEVER),
    "account_reset_password_from_key": Row(
        at("/accounts/password/reset/key/x-y/"), EVERYONE, EVERYONE, EVERYONE
    ),
    "account_reset_password_from_key_done": Row(
        at("/accounts/password/reset/key/done/"), EVERYONE, NEVER, NEVER
    ),
    "account_confirm_login_code": Row(
        at("/accounts/login/code/confirm/"), *[rule("302", visitor="login")] * 3
    ),
    "accounts:profile_edit": Row(
        at("/accounts/profile/"), SIGNED_IN, rule("422", visitor="login"), SIGNED_IN_NEVER
    ),
    "accounts:unsubscribe": Row(_unsubscribe, EVERYONE, EVERYONE, NEVER),
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
}
