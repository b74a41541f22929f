"""What the database takes and refuses of blocks, exports and deletions, and what their lists hold."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Block, DataExport, Deletion, User
from tests.constraints import refused_by
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def ana() -> User:
    made: User = UserFactory.create(display_name="Ana")
    return made


@pytest.fixture
def ben() -> User:
    made: User = UserFactory.create(display_name="Ben")
    return made


def deletion(user: User, **fields: object) -> Deletion:
    return Deletion.objects.create(
        **{"user": user, "requested_at": NOON, "due_at": NOON + 14 * DAY, **fields}
    )


# --- Blocks


def test_two_people_may_block_each_other_once_each(ana: User, ben: User) -> None:
    Block.objects.create(blocker=ana, blocked=ben)
    Block.objects.create(blocker=ben, blocked=ana)

    with refused_by("block_once"):
        Block.objects.create(blocker=ana, blocked=ben)


def test_nobody_blocks_themselves(ana: User) -> None:
    with refused_by("block_of_another"):
        Block.objects.create(blocker=ana, blocked=ana)


def test_a_block_is_between_its_two_whichever_is_named_first(ana: User, ben: User) -> None:
    made = Block.objects.create(blocker=ana, blocked=ben)
    other = UserFactory.create()

    found = [list(Block.objects.between(*pair)) for pair in ((ana, ben), (ben, ana), (ana, other))]
    assert found == [[made], [made], []]


def test_list_of_a_person_holds_whom_they_blocked_latest_first(ana: User, ben: User) -> None:
    early = Block.objects.create(blocker=ana, blocked=ben, created_at=NOON)
    late = Block.objects.create(blocker=ana, blocked=UserFactory.create(), created_at=NOON + DAY)
    Block.objects.create(blocker=ben, blocked=ana)

    assert list(Block.objects.made_by(ana)) == [late, early]


def test_block_has_a_name_for_logs() -> None:
    assert str(Block(blocker_id=3, blocked_id=4)) == "3 blocks 4"


# --- Exports


def test_an_export_is_ready_with_an_end_after_it(ana: User) -> None:
    DataExport.objects.create(user=ana, ready_at=NOON, expires_at=NOON + DAY)


@pytest.mark.parametrize(
    ("ready_at", "expires_at"), [(NOON, None), (None, NOON), (NOON, NOON), (NOON, NOON - DAY)]
)
def test_an_export_is_not_ready_without_one(
    ana: User, ready_at: datetime | None, expires_at: datetime | None
) -> None:
    with refused_by("export_ready_expires"):
        DataExport.objects.create(user=ana, ready_at=ready_at, expires_at=expires_at)


def test_one_export_of_a_person_is_under_way(ana: User, ben: User) -> None:
    DataExport.objects.create(user=ana, ready_at=NOON, expires_at=NOON + DAY)
    DataExport.objects.create(user=ana)
    DataExport.objects.create(user=ben)

    with refused_by("export_one_underway"):
        DataExport.objects.create(user=ana)


def test_export_is_named_by_its_id() -> None:
    made = DataExport()
    assert str(made) == f"export {made.pk}"


# --- Deletions


@pytest.mark.parametrize("fields", [{}, {"undone_at": NOON}, {"erased_at": NOON}])
def test_a_deletion_is_under_way_undone_or_done(ana: User, fields: dict[str, datetime]) -> None:
    deletion(ana, **fields)


def test_a_deletion_is_not_undone_and_done(ana: User) -> None:
    with refused_by("deletion_undone_or_done"):
        deletion(ana, undone_at=NOON, erased_at=NOON)


@pytest.mark.parametrize("due_at", [NOON, NOON - DAY])
def test_a_deletion_has_a_grace(ana: User, due_at: datetime) -> None:
    with refused_by("deletion_has_a_grace"):
        deletion(ana, due_at=due_at)


def test_one_deletion_of_a_person_is_under_way(ana: User, ben: User) -> None:
    deletion(ana, undone_at=NOON)
    deletion(ana)
    deletion(ben)

    with refused_by("deletion_one_underway"):
        deletion(ana)


def test_due_are_those_under_way_whose_grace_is_over(ana: User, ben: User) -> None:
    due = deletion(ana)
    deletion(ben, due_at=NOON + 15 * DAY)
    deletion(ben, undone_at=NOON)
    deletion(ben, erased_at=NOON)

    assert list(Deletion.objects.due(NOON + 14 * DAY)) == [due]


def test_deletion_has_a_name_for_logs() -> None:
    assert str(Deletion(user_id=3)) == "deletion of 3"


def test_who_is_erased_is_nobody_any_more(ana: User, ben: User) -> None:
    nobody = {"erased_at": NOON, "is_active": False, "birth_year": None, "birth_month": None}
    User.objects.filter(pk=ana.pk).update(**nobody)

    for kept in ({"is_active": True}, {"birth_year": 2000, "birth_month": 6}):
        with refused_by("user_erased_is_nobody"):
            User.objects.filter(pk=ben.pk).update(**{**nobody, **kept})
