"""Who may open which door: the rows that `test_access.py` walks through."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import transaction
from django.urls import reverse

from accounts.models import AuditEntry, User
from accounts.models.mail import MailKind
from accounts.services.mail import unsubscribe_url
from breakthru.outbox.models import Outbox
from breakthru.outbox.services import enqueue
from feed.models import Question
from feed.models.question import Visibility
from learner_series.models import ArticleImage
from tests.factories.library import ArticleFactory, SeriesFactory, draft, published
from tests.factories.people import MentorFactory, TopicFactory, UserFactory, experience
from tests.factories.questions import QuestionFactory, answered
from tests.personas import PERSONAS

# An outcome is a status; "login" and "staff login" are redirects to those pages.
Outcomes = dict[str, str]
STAFF = ("editor", "moderator", "coordinator", "admin")


def rule(default: str, **exceptions: str) -> Outcomes:
    """The outcome of each persona; `staff` stands for all of them."""
    everyone = dict.fromkeys(PERSONAS, default)
    if "staff" in exceptions:
        everyone |= dict.fromkeys(STAFF, exceptions.pop("staff"))
    assert set(exceptions) <= set(PERSONAS)
    return everyone | exceptions


@dataclass(frozen=True)
class Row:
    """One route: an address, and the outcomes of GET, of POST without a field it asks for, of DELETE."""

    address: Callable[[], str]
    get: Outcomes
    post: Outcomes
    delete: Outcomes


NEVER = rule("405")
EVERYONE = rule("200")
SIGNED_IN = rule("200", visitor="login")
SIGNED_IN_NEVER = rule("405", visitor="login")
GUESTS = rule("302", visitor="200")
STAFF_ONLY = rule("staff login", staff="200")
STAFF_NEVER = rule("staff login", staff="405")


# What the list of authors is asked for by the page of an article.
AUTHORS = "app_label=learner_series&model_name=articleauthor&field_name=user&term="


def at(path: str) -> Callable[[], str]:
    """A fixed address."""
    return lambda: path


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


def _change_verification() -> str:
    mentor = MentorFactory.create()
    return reverse("admin:mentors_mentorprofile_change_verification", args=[mentor.pk])


def _change_password() -> str:
    return reverse("admin:auth_user_password_change", args=[UserFactory.create().pk])


MATRIX = {
    # The site
    "home": Row(at("/"), GUESTS, NEVER, NEVER),
    "dashboard": Row(at("/dashboard/"), SIGNED_IN, SIGNED_IN_NEVER, SIGNED_IN_NEVER),
    "theme_edit": Row(at("/theme/"), EVERYONE, rule("302"), NEVER),
    "healthz": Row(at("/healthz"), EVERYONE, NEVER, NEVER),
    "readyz": Row(at("/readyz"), EVERYONE, NEVER, NEVER),
    "robots": Row(at("/robots.txt"), EVERYONE, NEVER, NEVER),
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
    # Staff pages that belong to no model
    "admin:index": Row(at("/admin/"), STAFF_ONLY, STAFF_ONLY, STAFF_ONLY),
    "admin:search": Row(at("/admin/search/"), *[rule("staff login", staff="200", visitor="login")] * 3),
    "admin:login": Row(
        at("/admin/login/"),
        rule("403", visitor="login", staff="302"),
        rule("403", visitor="login", staff="405"),
        rule("403", visitor="login", staff="405"),
    ),
    "admin:logout": Row(
        at("/admin/logout/"),
        rule("302", visitor="staff login", staff="405"),
        rule("302", visitor="staff login", staff="200"),
        rule("302", visitor="staff login", staff="405"),
    ),
    "admin:password_change": Row(at("/admin/password_change/"), STAFF_ONLY, STAFF_ONLY, STAFF_NEVER),
    "admin:password_change_done": Row(
        at("/admin/password_change/done/"), STAFF_ONLY, STAFF_NEVER, STAFF_NEVER
    ),
    # Which model it completes stands in the query; without one nobody gets anything.
    "admin:autocomplete": Row(
        at("/admin/autocomplete/"), rule("staff login", staff="403"), STAFF_NEVER, STAFF_NEVER
    ),
    "admin:jsi18n": Row(at("/admin/jsi18n/"), STAFF_ONLY, STAFF_NEVER, STAFF_NEVER),
    "admin:view_on_site": Row(at("/admin/r/0/0/"), *[rule("staff login", staff="404")] * 3),
    "admin:app_list": Row(at("/admin/outbox/"), *[rule("staff login", staff="404", admin="200")] * 3),
    "(?P<url>.*)$": Row(at("/admin/nothing/here"), *[rule("staff login", staff="404")] * 3),
    # Staff pages of our own
    "admin:learner_series_article_import_document": Row(
        at("/admin/learner_series/article/import/"),
        rule("staff login", visitor="login", staff="403", editor="200", admin="200"),
        rule("staff login", visitor="login", staff="403", editor="422", admin="422"),
        rule("staff login", visitor="login", staff="403", editor="200", admin="200"),
    ),
    "admin:learner_series_article_authors": Row(
        at(f"/admin/learner_series/article/authors/?{AUTHORS}"),
        rule("staff login", visitor="login", staff="403", editor="200", admin="200"),
        rule("staff login", visitor="login", staff="405"),
        rule("staff login", visitor="login", staff="405"),
    ),
    "admin:mentors_mentorprofile_change_verification": Row(
        _change_verification,
        rule("staff login", visitor="login", staff="403", coordinator="200", admin="200"),
        rule("staff login", visitor="login", staff="403", coordinator="422", admin="422"),
        rule("staff login", visitor="login", staff="403", coordinator="200", admin="200"),
    ),
    "admin:auth_user_password_change": Row(
        _change_password, *[rule("staff login", visitor="login", staff="403", admin="200")] * 3
    ),
}

# --- Staff pages of models

# Who may do what; "admin" is the superuser. What is not named is refused with 403.
STAFF_MAY: dict[str, dict[str, set[str]]] = {
    "outbox.outbox": {"admin": {"view"}},
    "accounts.auditentry": {"admin": {"view"}},
    "accounts.user": {"admin": {"view", "change"}},
    "auth.group": {"admin": {"view", "add", "change"}},
    "account.emailaddress": {"admin": {"view"}},
    "accounts.topic": {
        "editor": {"view", "add", "change"},
        "coordinator": {"view"},
        "admin": {"view", "add", "change"},
    },
    "accounts.experiencegroup": {"admin": {"view", "add", "change"}},
    "accounts.experience": {"admin": {"view", "add", "change"}},
    "mentors.mentorprofile": {"coordinator": {"view", "change"}, "admin": {"view", "add", "change"}},
    "learner_series.article": {
        "editor": {"view", "add", "change"},
        "admin": {"view", "add", "change", "delete"},
    },
    "learner_series.revision": {"editor": {"view", "change"}, "admin": {"view", "change", "delete"}},
    "learner_series.series": {"editor": {"view", "add", "change"}, "admin": {"view", "add", "change"}},
    "feed.question": {"moderator": {"view"}, "admin": {"view"}},
    "feed.answer": {"moderator": {"view"}, "admin": {"view"}},
}


def _outbox_row() -> Any:
    with transaction.atomic():
        enqueue("outbox.purge", "x")
    return Outbox.objects.get()


OBJECTS: dict[str, Callable[[], Any]] = {
    "outbox.outbox": _outbox_row,
    "accounts.auditentry": lambda: AuditEntry.objects.create(action="x", target="x"),
    "accounts.user": UserFactory.create,
    "auth.group": lambda: Group.objects.create(name="new group"),
    "account.emailaddress": lambda: EmailAddress.objects.get(user=UserFactory.create()),
    "accounts.topic": TopicFactory.create,
    "accounts.experiencegroup": lambda: experience().group,
    "accounts.experience": experience,
    "mentors.mentorprofile": MentorFactory.create,
    "learner_series.article": ArticleFactory.create,
    "learner_series.revision": draft,
    "learner_series.series": SeriesFactory.create,
    "feed.question": QuestionFactory.create,
    "feed.answer": answered,
}
# Which right a page of a model needs, by method.
NEEDS = {
    "changelist": ("view", "view"),
    "add": ("add", "add"),
    "change": ("view", "change"),
    "history": ("view", "view"),
    "delete": ("delete", "delete"),
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
    "learner_series:series_detail",
    "learner_series:article_detail",
    "learner_series:image_detail",
    "account_confirm_email",
    "account_reset_password_from_key",
    "accounts:unsubscribe",
}
