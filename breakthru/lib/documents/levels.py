"""Levels of headings: which of them the cleaner changed, so that the editor hears of it."""

from dataclasses import dataclass

from breakthru.lib.documents.report import DropLog
from breakthru.lib.richtext.tree import Element, text_in

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
MOVED = "Heading levels closed up (h2 to h4, without gaps)"


@dataclass(frozen=True)
class Level:
    """One heading: its level, 1 to 6, and its words."""

    level: int
    words: str


def levels_of(root: Element) -> list[Level]:
    """Return the headings under `root` that have words, in order."""
    found = [Level(int(str(el.tag)[1]), text_in(el)) for el in root.iter(*HEADINGS)]
    return [heading for heading in found if heading.words]


def report_levels(before: list[Level], after: list[Level], log: DropLog, *, is_titled: bool) -> None:
    """Log the headings that stand at another depth below the top one than they did in the document.

    Where the document gives its title apart (`is_titled`), several h1 are its sections, and all headings
    shift alike; elsewhere somebody made several titles, and each of them is told.
    """
    kept = _kept(before, after)
    top = min((old for old, _ in kept), default=1)
    has_chapters = not is_titled and sum(1 for old, _ in kept if old == 1) > 1
    for old, new in kept:
        if new.level != old - top + 2 or (old == 1 and has_chapters):
            log.add(MOVED, new.words)


def _kept(before: list[Level], after: list[Level]) -> list[tuple[int, Level]]:
    """Return each heading of the result with the level it had; not those in quotes and cells."""
    rest = iter(before)
    found = [(new, next((one for one in rest if _letters(one) == _letters(new)), None)) for new in after]
    return [(old.level, new) for new, old in found if old is not None]


def _letters(heading: Level) -> str:
    # The cleaner parts the words of two blocks in one heading by a space.
    return heading.words.replace(" ", "")
