"""Encryption of single values at rest, with keys that can be changed (Fernet: AES-128-CBC with HMAC-SHA256).

`FIELD_KEYS` lists keys as `Fernet.generate_key()` makes them: the first seals, all of them open. To change
keys, put a new one first, run `manage.py rotate_keys`, and drop the old one.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class SealError(ValueError):
    """What stands there was sealed with none of the keys, or was changed since."""


def seal(text: str) -> bytes:
    """Return `text` encrypted with the first key; the same text never looks the same twice."""
    return _fernet().encrypt(text.encode())


def unseal(data: bytes | memoryview) -> str:
    """Return the text behind `data`, whichever of the keys sealed it; raises SealError."""
    try:
        return _fernet().decrypt(bytes(data)).decode()
    except InvalidToken as error:
        raise SealError from error


def rotate(data: bytes | memoryview) -> bytes:
    """Return the same text sealed with the first key; raises SealError."""
    try:
        return _fernet().rotate(bytes(data))
    except InvalidToken as error:
        raise SealError from error


def keyed_digest(*parts: object) -> str:
    """Return 64 hex digits that stand for `parts`, and tell nothing to who has not the first key."""
    key = hashlib.sha256(b"digest:" + _keys()[0].encode()).digest()
    # Each part's length goes before it, so that ("ab", "c") and ("a", "bc") differ.
    words = [str(part) for part in parts]
    message = "".join(f"{len(word)}:{word}" for word in words)
    return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()


def _fernet() -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in _keys()])
    except ValueError as error:
        # The text of the error could hold the key.
        message = "FIELD_KEYS: each key is 32 bytes in URL-safe base64, as Fernet.generate_key() makes them."
        raise ImproperlyConfigured(message) from error


def _keys() -> list[str]:
    keys: list[str] = settings.FIELD_KEYS
    if keys:
        return keys
    if not settings.DEBUG:
        message = "FIELD_KEYS is not set: nothing private can be kept or read."
        raise ImproperlyConfigured(message)
    derived = hashlib.sha256(b"field-keys:" + settings.SECRET_KEY.encode()).digest()
    return [base64.urlsafe_b64encode(derived).decode()]
