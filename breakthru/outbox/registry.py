"""Which function handles which kind; filled by each app in `AppConfig.ready`."""

from collections.abc import Callable

Handler = Callable[[str], None]
_handlers: dict[str, Handler] = {}


class UnknownKindError(LookupError):
    """Nothing is registered for this kind."""


def register(kind: str, handler: Handler) -> None:
    """Let `handler(ref)` do the work of `kind`. It runs inside one transaction together with "done"."""
    _handlers[kind] = handler


def handler_for(kind: str) -> Handler:
    """Return the handler of `kind`; raises UnknownKindError."""
    try:
        return _handlers[kind]
    except KeyError as error:
        raise UnknownKindError(kind) from error


def kinds() -> frozenset[str]:
    """Return every registered kind."""
    return frozenset(_handlers)
