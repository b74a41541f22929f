"""The staff pages' part of the access matrix."""

from collections.abc import Callable
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import transaction
from django.urls import reverse

from accounts.models import AuditEntry, Suppression
from breakthru.outbox.models import Outbox
from breakthru.outbox.services import enqueue
from learner_series.models import PageVersion, PlainPage
from tests.access_rules import (
    EDITORS,
    STAFF_NEVER,
    STAFF_ONLY,
    WRONG_METHOD,
    Row,
    at,
    only,
    rule,
)
from tests.factories.library import (
    ArticleFactory,
    CalendarEntryFactory,
    FactCardFactory,
    NextStepFactory,
    SeriesFactory,
    approved,
    draft,
    published,
)
from tests.factories.memberships import GrantFactory
from tests.factories.people import MentorFactory, TopicFactory, UserFactory, experience
from tests.factories.questions import QuestionFactory, answered
from tests.factories.safety import CaseFactory, SanctionFactory

AUTHORS = "app_label=learner_series&model_name=articleauthor&field_name=user&term="
HOLDERS = "app_label=memberships&model_name=accessgrant&field_name=user&term="


def _change_verification() -> str:
    mentor = MentorFactory.create()
    return reverse("admin:mentors_mentorprofile_change_verification", args=[mentor.pk])


def _grant_step(step: str) -> Callable[[], str]:
    return lambda: reverse(f"admin:memberships_accessgrant_{step}", args=[GrantFactory.create().pk])


def _change_password() -> str:
    return reverse("admin:auth_user_password_change", args=[UserFactory.create().pk])


def _of_article(page: str) -> Callable[[], str]:
    return lambda: reverse(f"admin:learner_series_article_{page}", args=[published().pk])


def _presence() -> str:
    return reverse("admin:learner_series_revision_presence", args=[draft().pk])


def _schedule() -> str:
    return reverse("admin:learner_series_revision_schedule", args=[approved().pk])


def _preview_link() -> str:
    return reverse("admin:learner_series_revision_preview_link", args=[draft().pk])


def _asked_section() -> str:
    return reverse("admin:feed_question_section", args=[published().pk])


def _fold() -> str:
    article = published()
    answer = answered(QuestionFactory.create(article=article, revision=article.live))
    return reverse("admin:feed_answer_fold", args=[article.pk, answer.pk])


def _post_step(model: str, step: str) -> Callable[[], str]:
    make: Callable[[], Any] = QuestionFactory.create if model == "question" else answered
    return lambda: reverse(f"admin:feed_{model}_{step}", args=[make().pk])


def _case_step(step: str) -> Callable[[], str]:
    return lambda: reverse(f"admin:accounts_case_{step}", args=[CaseFactory.create().pk])


def _sanction_step(step: str) -> Callable[[], str]:
    return lambda: reverse(f"admin:accounts_sanction_{step}", args=[SanctionFactory.create().pk])


def _suppression() -> Suppression:
    made, _ = Suppression.objects.get_or_create(email="gone@example.test", reason="bounce")
    return made


def _lift_suppression() -> str:
    return reverse("admin:accounts_suppression_lift", args=[_suppression().pk])


def _give_sanction() -> str:
    return reverse("admin:accounts_user_give_sanction", args=[UserFactory.create().pk])


MODERATORS = only("moderator", "admin")

STAFF_PAGES = {
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
    "admin:memberships_accessgrant_people": Row(
        at(f"/admin/memberships/accessgrant/people/?{HOLDERS}"),
        rule("staff login", visitor="login", staff="403", coordinator="200", admin="200"),
        rule("staff login", visitor="login", staff="405"),
        rule("staff login", visitor="login", staff="405"),
    ),
    **{
        f"admin:memberships_accessgrant_{step}": Row(
            _grant_step(step),
            rule("staff login", visitor="login", staff="403", coordinator="200", admin="200"),
            rule("staff login", visitor="login", staff="403", coordinator="422", admin="422"),
            rule("staff login", visitor="login", staff="403", coordinator="200", admin="200"),
        )
        for step in ("extend", "end")
    },
    "admin:auth_user_password_change": Row(
        _change_password, *[rule("staff login", visitor="login", staff="403", admin="200")] * 3
    ),
    "admin:learner_series_article_stale": Row(
        at("/admin/learner_series/article/stale/"), EDITORS, EDITORS, EDITORS
    ),
    "admin:learner_series_article_unhelpful": Row(
        at("/admin/learner_series/article/unhelpful/"), EDITORS, EDITORS, EDITORS
    ),
    "admin:learner_series_article_asked": Row(
        at("/admin/learner_series/article/asked/"), *[only("editor", "admin", get="302")] * 3
    ),
    "admin:learner_series_nextstep_offers": Row(
        at("/admin/learner_series/nextstep/offers/"), EDITORS, EDITORS, EDITORS
    ),
    **{
        f"admin:learner_series_article_{page}": Row(_of_article(page), EDITORS, EDITORS, EDITORS)
        for page in ("versions", "compare", "feedback")
    },
    "admin:learner_series_revision_schedule": Row(
        _schedule, EDITORS, only("editor", "admin", get="422"), EDITORS
    ),
    "admin:learner_series_revision_preview_link": Row(_preview_link, EDITORS, EDITORS, EDITORS),
    "admin:learner_series_revision_presence": Row(_presence, WRONG_METHOD, EDITORS, WRONG_METHOD),
    "admin:feed_question_sections": Row(
        at("/admin/feed/question/sections/"), EDITORS, WRONG_METHOD, WRONG_METHOD
    ),
    "admin:feed_question_section": Row(_asked_section, EDITORS, WRONG_METHOD, WRONG_METHOD),
    "admin:feed_answer_fold": Row(_fold, EDITORS, only("editor", "admin", get="422"), WRONG_METHOD),
    "admin:feed_question_held": Row(
        at("/admin/feed/question/held/"), MODERATORS, only("moderator", "admin", get="422"), MODERATORS
    ),
    # These posts are shown: the step is refused in words, or asks for a reason.
    **{
        f"admin:feed_{model}_{step}": Row(
            _post_step(model, step), MODERATORS, only("moderator", "admin", get="422"), MODERATORS
        )
        for model in ("question", "answer")
        for step in ("release", "hide", "restore")
    },
    # A case is taken without a form.
    "admin:accounts_case_take": Row(
        _case_step("take"), MODERATORS, only("moderator", "admin", get="302"), MODERATORS
    ),
    **{
        f"admin:accounts_case_{step}": Row(
            _case_step(step), MODERATORS, only("moderator", "admin", get="422"), MODERATORS
        )
        for step in ("assign", "note", "close", "give_sanction")
    },
    **{
        f"admin:accounts_sanction_{step}": Row(
            _sanction_step(step), only("admin"), only("admin", get="422"), only("admin")
        )
        for step in ("lift", "answer")
    },
    "admin:accounts_user_give_sanction": Row(
        _give_sanction, only("admin"), only("admin", get="422"), only("admin")
    ),
    # Whoever asks first has lifted it.
    "admin:accounts_suppression_lift": Row(
        _lift_suppression, only("admin"), only("admin", get="302"), only("admin", get="404")
    ),
}

# --- Staff pages of models

# Who may do what; "admin" is the superuser. What is not named is refused with 403.
STAFF_MAY: dict[str, dict[str, set[str]]] = {
    "outbox.outbox": {"admin": {"view"}},
    "accounts.auditentry": {"admin": {"view"}},
    "accounts.user": {"coordinator": {"view"}, "admin": {"view", "change"}},
    "accounts.case": {"moderator": {"view"}, "admin": {"view"}},
    "accounts.sanction": {"coordinator": {"view"}, "admin": {"view"}},
    "accounts.suppression": {"admin": {"view"}},
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
    "memberships.accessgrant": {"coordinator": {"view", "add"}, "admin": {"view", "add"}},
    "learner_series.article": {
        "editor": {"view", "add", "change"},
        "admin": {"view", "add", "change", "delete"},
    },
    "learner_series.revision": {"editor": {"view", "change"}, "admin": {"view", "change", "delete"}},
    "learner_series.plainpage": {"editor": {"view", "change"}, "admin": {"view", "change"}},
    "learner_series.pageversion": {"editor": {"view"}, "admin": {"view"}},
    "learner_series.series": {"editor": {"view", "add", "change"}, "admin": {"view", "add", "change"}},
    "learner_series.factcard": {
        "editor": {"view", "add", "change", "delete"},
        "admin": {"view", "add", "change", "delete"},
    },
    "learner_series.calendarentry": {
        "editor": {"view", "add", "change", "delete"},
        "admin": {"view", "add", "change", "delete"},
    },
    "learner_series.nextstep": {
        "editor": {"view", "add", "change", "delete"},
        "admin": {"view", "add", "change", "delete"},
    },
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
    "accounts.case": CaseFactory.create,
    "accounts.sanction": SanctionFactory.create,
    "accounts.suppression": _suppression,
    "auth.group": lambda: Group.objects.create(name="new group"),
    "account.emailaddress": lambda: EmailAddress.objects.get(user=UserFactory.create()),
    "accounts.topic": TopicFactory.create,
    "accounts.experiencegroup": lambda: experience().group,
    "accounts.experience": experience,
    "mentors.mentorprofile": MentorFactory.create,
    "memberships.accessgrant": GrantFactory.create,
    "learner_series.article": ArticleFactory.create,
    "learner_series.revision": draft,
    "learner_series.plainpage": PlainPage.objects.first,
    "learner_series.pageversion": PageVersion.objects.first,
    "learner_series.series": SeriesFactory.create,
    "learner_series.factcard": FactCardFactory.create,
    "learner_series.calendarentry": CalendarEntryFactory.create,
    "learner_series.nextstep": NextStepFactory.create,
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
