"""Terms of class P3: kept only by a consent for each, sealed, and counted only from five people on."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import ConsentEntry, Experience, PersonExperience, SensitiveExperience, User
from accounts.models.experience import Kind, Privacy
from accounts.permissions import is_adult
from accounts.services.people import ExperienceChoiceError
from breakthru.lib.sealing import keyed_digest, rotate, seal, unseal

# The words on the page when somebody said yes (templates/accounts/profile_sensitive.html).
CONSENT_VERSION = "2026-11"
SMALLEST_COUNT = 5


def sensitive_terms(*, user: User) -> list[Experience]:
    """Return the sensitive terms that `user` keeps, retired ones too, in the vocabulary's order."""
    held = _opened(SensitiveExperience.objects.filter(user=user))
    terms = Experience.objects.filter(pk__in=held.values()).select_related("group")
    return list(terms.order_by("group__order", "order", "key"))


def sensitive_labels(*, user: User) -> dict[int, str]:
    """Return what `user` keeps, as words by the id of the row: the consent log names rows."""
    held = _opened(SensitiveExperience.objects.filter(user=user))
    terms = Experience.objects.in_bulk(held.values())
    return {row_pk: terms[term_pk].label for row_pk, term_pk in held.items() if term_pk in terms}


@transaction.atomic
def choose_sensitive(*, by: User, choices: dict[str, list[str]], now: datetime, today: date) -> None:
    """Make `choices`, keys by group, all that the person keeps in these groups; raises ExperienceChoiceError.

    Each new term is a consent of its own in the log, each dropped one takes its consent back. The log names
    the row, never the term, so that it tells nothing once the row is gone.
    """
    User.objects.select_for_update().get(pk=by.pk)
    held = _opened(SensitiveExperience.objects.filter(user=by))
    wanted: dict[int, Experience] = {}
    for group, keys in choices.items():
        terms = _chosen(group, keys, held=set(held.values()))
        if terms and not is_adult(by, today):
            raise ExperienceChoiceError("We ask this from 18 on.", group=group)
        wanted |= {term.pk: term for term in terms}
    asked = set(Experience.objects.filter(group__in=choices).values_list("pk", flat=True))
    for row_pk, term_pk in held.items():
        if term_pk in asked and term_pk not in wanted:
            _log_consent(by, row_pk, is_given=False, now=now)
            SensitiveExperience.objects.filter(pk=row_pk).delete()
    for term_pk in wanted.keys() - set(held.values()):
        row = SensitiveExperience.objects.create(
            user=by, sealed=seal(str(term_pk)), digest=_digest(by.pk, term_pk), created_at=now
        )
        _log_consent(by, row.pk, is_given=True, now=now)


def count_or_none(count: int) -> int | None:
    """Return `count`, or None when it is so small that it could tell about somebody."""
    return count if count >= SMALLEST_COUNT else None


def held_count(*, term: Experience) -> int | None:
    """Return how many people hold `term`, None for fewer than five.

    For a sensitive one this opens every sealed row.
    """
    if term.learner_privacy != Privacy.P3:
        return count_or_none(PersonExperience.objects.filter(experience=term).count())
    rows = SensitiveExperience.objects.only("sealed").iterator(chunk_size=1000)
    return count_or_none(sum(unseal(row.sealed) == str(term.pk) for row in rows))


@transaction.atomic
def rotate_slice(*, after: int, size: int) -> int | None:
    """Seal the next `size` rows behind id `after` with the first key; return the last id, None when done.

    Raises breakthru.lib.sealing.SealError for a row that none of the keys opens.
    """
    rows = list(SensitiveExperience.objects.select_for_update().filter(pk__gt=after).order_by("pk")[:size])
    for row in rows:
        # The digest hangs on the first key too.
        row.digest = _digest(row.user_id, int(unseal(row.sealed)))
        row.sealed = rotate(row.sealed)
    SensitiveExperience.objects.bulk_update(rows, ["sealed", "digest"])
    return rows[-1].pk if rows else None


def _chosen(group: str, keys: list[str], held: set[int]) -> list[Experience]:
    found = Experience.objects.for_group(group).sensitive().filter(key__in=keys)
    # What somebody holds they may go on holding, retired or not.
    terms = [term for term in found if term.retired_at is None or term.pk in held]
    if len(terms) != len(set(keys)):
        raise ExperienceChoiceError("One of the choices is not available any more.", group=group)
    if len(terms) > 1 and terms[0].kind == Kind.SINGLE:
        raise ExperienceChoiceError("Please choose one.", group=group)
    return terms


def _opened(rows: QuerySet[SensitiveExperience]) -> dict[int, int]:
    """Return ids of terms by the ids of the rows that hold them."""
    return {row.pk: int(unseal(row.sealed)) for row in rows}


def _digest(user_id: int, term_id: int) -> str:
    return keyed_digest("sensitive", user_id, term_id)


def _log_consent(user: User, row_id: int, *, is_given: bool, now: datetime) -> None:
    ConsentEntry.objects.create(
        user=user, subject=f"sensitive:{row_id}", version=CONSENT_VERSION, is_given=is_given, at=now
    )
