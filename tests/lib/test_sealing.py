"""Values sealed at rest: only with a key, with the first one, and readable while keys change."""

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured

from breakthru.lib.sealing import SealError, keyed_digest, rotate, seal, unseal

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture(autouse=True)
def _keys(settings: LazySettings) -> None:
    settings.FIELD_KEYS = [OLD]


@pytest.mark.parametrize("text", ["", "caregiver/parent", "Ñandú 李 🙂", "x" * 10_000])
def test_what_is_sealed_can_be_opened(text: str) -> None:
    assert unseal(seal(text)) == text


def test_sealed_text_shows_nothing_and_never_looks_the_same() -> None:
    first, second = seal("caregiver/parent"), seal("caregiver/parent")

    assert (b"caregiver" in first, first == second) == (False, False)


def test_a_stored_value_of_the_database_can_be_opened() -> None:
    # PostgreSQL hands out binary columns as memoryviews.
    assert unseal(memoryview(seal("a"))) == "a"


def test_old_values_open_while_the_first_key_seals(settings: LazySettings) -> None:
    before = seal("a")
    settings.FIELD_KEYS = [NEW, OLD]

    assert (unseal(before), Fernet(NEW).decrypt(seal("b"))) == ("a", b"b")


def test_rotated_value_opens_without_the_old_key(settings: LazySettings) -> None:
    before = seal("a")
    settings.FIELD_KEYS = [NEW, OLD]
    after = rotate(before)
    settings.FIELD_KEYS = [NEW]

    assert unseal(after) == "a"
    with pytest.raises(SealError):
        unseal(before)
    with pytest.raises(SealError):
        rotate(before)


def test_a_changed_value_does_not_open() -> None:
    sealed = bytearray(seal("a"))
    sealed[-5] ^= 1

    with pytest.raises(SealError):
        unseal(bytes(sealed))


def test_digest_stands_for_its_parts_in_their_order() -> None:
    digest = keyed_digest(7, "caregiver", "parent")

    assert (len(digest), digest == keyed_digest(7, "caregiver", "parent")) == (64, True)
    others = [(8, "caregiver", "parent"), (7, "parent", "caregiver"), (7, "caregiverp", "arent"), (7,)]
    assert [other for other in others if keyed_digest(*other) == digest] == []


def test_digest_needs_the_key(settings: LazySettings) -> None:
    before = keyed_digest("a")
    settings.FIELD_KEYS = [NEW, OLD]

    assert keyed_digest("a") != before


def test_without_keys_nothing_is_sealed(settings: LazySettings) -> None:
    settings.FIELD_KEYS = []

    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS is not set"):
        seal("a")


def test_a_development_run_goes_without_keys_of_its_own(settings: LazySettings) -> None:
    settings.FIELD_KEYS, settings.DEBUG = [], True
    sealed = seal("a")

    assert unseal(sealed) == "a"
    settings.SECRET_KEY = "another"
    with pytest.raises(SealError):
        unseal(sealed)


def test_a_bad_key_is_named_without_its_value(settings: LazySettings) -> None:
    settings.FIELD_KEYS = ["not-a-key"]

    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS") as caught:
        seal("a")
    assert "not-a-key" not in str(caught.value)
