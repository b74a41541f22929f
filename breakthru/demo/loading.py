"""Load the demo through the same services that people use."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import Experience, MailTimes, Topic, User
from accounts.services.people import choose_experiences
from accounts.services.vocabulary import load_vocabulary
from breakthru.demo import posts
from breakthru.demo.reading import articles, table, words
from learner_series.lifecycle import RevisionState
from learner_series.models import Article, CalendarEntry, FactCard, NextStep, Series
from learner_series.services.front_matter import FrontMatter, relate
from learner_series.services.importing import import_article, read_document
from learner_series.services.publishing import move
from learner_series.services.reading import give_feedback, record_progress, save_article
from memberships.models.grant import Source
from memberships.services.grants import give_grant
from mentors.models import MentorProfile
from mentors.models.profile import ProgramYear, Verification

PASSWORD = "breakthru-demo"  # noqa: S105  (public on purpose; DEMO refuses to run where DEBUG is off)
STAFF_GROUPS = {"safeguarding": "safeguarding lead"}
PEOPLE_ROLES = frozenset({"learner", "mentor", "applicant"})
YEARS = {"M1": ProgramYear.M1, "M2": ProgramYear.M2, "M3": ProgramYear.M3, "M4": ProgramYear.M4}


class DemoError(Exception):
    """The demo may not be loaded here."""


@dataclass
class Cast:
    """The demo's people by their key in people.toml."""

    people: dict[str, User] = field(default_factory=dict)

    def __getitem__(self, key: str) -> User:
        return self.people[key]


@transaction.atomic
def load_demo(*, now: datetime) -> bool:
    """Load everything in one transaction; return False when the demo is there already.

    Raises DemoError where DEMO is off: its accounts share a public password.
    """
    if not settings.DEMO:
        message = "The demo is switched off here (DEMO needs DEBUG)."
        raise DemoError(message)
    if User.objects.filter(email="admin@demo.test").exists():
        return False
    load_vocabulary(now=now)
    _load_topics()
    cast = _load_people(now.date())
    _load_library(cast, now)
    _load_memberships(cast, now)
    _load_reading(cast, now)
    posts.load_questions(cast.people, now)
    return True


def _load_topics() -> None:
    for order, row in enumerate(table("topics", "topics"), start=1):
        Topic.objects.get_or_create(
            slug=row["slug"],
            defaults={"name": row["name"], "description": row["description"], "order": order},
        )


def _load_people(today: date) -> Cast:
    cast = Cast()
    password = make_password(PASSWORD)
    for row in table("people", "people"):
        person = User.objects.create(
            email=row["email"],
            display_name=row["display_name"],
            slug=row["key"],
            password=password,
            is_staff=bool(set(row["roles"]) - PEOPLE_ROLES),
            is_superuser=row.get("superuser", False),
            birth_year=int(row["birth"][:4]),
            birth_month=int(row["birth"][5:]),
            time_zone=row["timezone"],
        )
        EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=True)
        # Equal hours, none of them quiet: whoever tries the demo sees each mail at once.
        MailTimes.objects.create(user=person, quiet_from=0, quiet_until=0)
        names = [STAFF_GROUPS.get(role, role) for role in row["roles"] if role not in PEOPLE_ROLES]
        person.groups.set(Group.objects.filter(name__in=names))
        _choose(person, row, today)
        if "mentor" in row["roles"]:
            _load_mentor(person, row, today)
        cast.people[row["key"]] = person
    return cast


def _choose(person: User, row: dict[str, Any], today: date) -> None:
    chosen = {
        "education_stage": [row["stage"]] if "stage" in row else [],
        "application_service": [row["service"]] if "service" in row else [],
        "target_profession": row.get("professions", []),
        "road": row.get("roads", []),
    }
    for entry in row.get("experiences", []):
        group, key = entry.split(":")
        chosen.setdefault(group, []).append(key)
    for group, keys in chosen.items():
        choose_experiences(by=person, group=group, keys=keys, today=today)


def _load_mentor(person: User, row: dict[str, Any], today: date) -> None:
    # A verification holds until the end of the academic year, June 30.
    end = date(today.year + (today.month > 6), 6, 30)
    profile = MentorProfile.objects.create(
        user=person,
        slug=row["key"],
        school=row["school"],
        program_year=YEARS.get(row["program_year"], ProgramYear.ALUMNI),
        headline=row.get("bio", "")[:160],
        verification=Verification.VERIFIED if row.get("verified", True) else Verification.ENDED,
        verified_until=end,
    )
    profile.topics.set(Topic.objects.filter(slug__in=row.get("topics", [])))


def _load_library(cast: Cast, now: datetime) -> None:
    for row in table("series", "series"):
        Series.objects.create(
            slug=row["slug"], title=row["title"], summary=row["description"], order=row["position"]
        )
    for row in table("facts", "facts"):
        FactCard.objects.create(**{**row, "owner": cast[row["owner"]]})
    related = {}
    for place, (about, path) in enumerate(articles()):
        # Each a few days older than the one before, so that "newest first" has something to sort.
        related[about["slug"]] = words(about.pop("related", ""))
        _load_article(cast, about, path.name, path.read_bytes(), now - timedelta(days=3 * place + 2))
    for slug, others in related.items():
        relate(article=Article.objects.get(slug=slug), slugs=others)
    _load_next_steps()


def _load_article(cast: Cast, about: dict[str, str], name: str, data: bytes, at: datetime) -> None:
    editor, approver = cast["editor"], cast["admin"]
    # A Word document has no front matter: what it says of itself is the Markdown's.
    imported = replace(
        read_document(name=name, data=data), title=about["title"], summary=about["summary"], about=about
    )
    revision = import_article(
        by=editor, imported=imported, slug=about["slug"], series=None, about=FrontMatter(about)
    )
    if revision.import_report:
        message = f"{name}: {revision.import_report}"
        raise DemoError(message)
    move(by=editor, revision=revision, target=RevisionState.IN_REVIEW, now=at)
    move(by=approver, revision=revision, target=RevisionState.APPROVED, now=at)
    move(by=approver, revision=revision, target=RevisionState.PUBLISHED, now=at)


def _load_next_steps() -> None:
    services = {term.key: term for term in Experience.objects.for_group("application_service")}
    for row in table("calendar", "entries"):
        CalendarEntry.objects.create(**{**row, "service": services.get(row["service"])})
    for row in table("next_steps", "steps"):
        NextStep.objects.create(**row)


def _load_memberships(cast: Cast, now: datetime) -> None:
    """Premium for those who have it in people.toml, given by hand, as staff do it."""
    for row in table("people", "people"):
        if "membership" in row:
            give_grant(
                by=cast["billing"],
                user=cast[row["key"]],
                source=Source.COMPLIMENTARY,
                starts_at=now,
                ends_at=None,
                reason="Part of the demo.",
                now=now,
            )


def _load_reading(cast: Cast, now: datetime) -> None:
    """What the demo's learner has begun, read and kept."""
    for row in table("reading", "reading"):
        article, reader = Article.objects.with_outline().get(slug=row["article"]), cast[row["reader"]]
        at = now - timedelta(days=row["days_ago"])
        record_progress(
            by=reader, article=article, percent=row["percent"], anchor=row.get("section", ""), now=at
        )
        if row.get("saved"):
            save_article(by=reader, article=article, now=at)
        if "helpful" in row:
            give_feedback(
                by=reader,
                article=article,
                is_helpful=row["helpful"],
                missing=row.get("missing", ""),
                now=at,
            )
