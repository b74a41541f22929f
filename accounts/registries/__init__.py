"""What apps tell `accounts` about themselves in `AppConfig.ready`; registries, not receivers."""

from collections.abc import Callable

_introductions: list[Callable[[int, int], bool]] = []


def register_introductions(says: Callable[[int, int], bool]) -> None:
    """Have `says` tell, by the ids of two people, whether a match or mentorship introduced them."""
    _introductions.append(says)


def are_introduced(one: int, other: int) -> bool:
    """Say whether two people, by their ids, are introduced to each other; nobody is while no part says so."""
    return any(says(one, other) for says in _introductions)


_second_step_roles: list[Callable[[int], bool]] = []


def register_second_step_role(has_role: Callable[[int], bool]) -> None:
    """Have `has_role` tell, by the id of a person, whether a role of theirs needs a second step."""
    _second_step_roles.append(has_role)


def has_second_step_role(person: int) -> bool:
    """Say whether any role of a person, by their id, needs a second step at sign-in."""
    return any(has_role(person) for has_role in _second_step_roles)
