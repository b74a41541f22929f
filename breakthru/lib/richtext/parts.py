"""What readers without Premium may have of a cleaned article: its opening, or all but some sections.

Both work on whole blocks and give a cleaned text again. What is left out leaves no trace: its footnotes
go, and so do links to what went.
"""

from collections.abc import Collection, Iterator

from breakthru.lib.richtext.anchors import is_note_reference
from breakthru.lib.richtext.blocks import HEADINGS, LISTS
from breakthru.lib.richtext.cleaning import clean, plain_text
from breakthru.lib.richtext.profiles import ARTICLE
from breakthru.lib.richtext.tree import Element, fill, new, read, remove, take_apart, unwrap, write

# A picture or a fact card shows no words, but an opening of nothing else has to end as well.
_WORDS_OF_A_PICTURE = 20


def opening(html: str, *, words: int) -> str:
    """Return the first blocks of an article: at least `words` words, but at most half of a short text.

    It has at least the first block, never the last one, and ends before the second h2 and before a block
    that would make it much longer. A text of one block has no opening: "".
    """
    root = read(html)
    ids = _ids(root)
    kept = set(_leading(root, words))
    if not kept:
        return ""
    for el in list(root):
        if el not in kept and el.tag != "section":
            root.remove(el)
    return _rest(root, ids)


def _leading(root: Element, words: int) -> list[Element]:
    steps = _steps(root)
    counts = [sum(len(plain_text(el).split()) for el in step) for step in steps]
    sizes = [count or _WORDS_OF_A_PICTURE for count in counts]
    most = min(words * 3 // 2, sum(sizes) // 2)
    kept: list[Element] = []
    shown = chapters = 0
    for at, step in enumerate(steps[:-1]):
        chapters += sum(el.tag == "h2" for el in step)
        # A picture in front does not make the first words too many.
        is_too_much = any(counts[:at]) and shown + sizes[at] > most
        if kept and (shown >= min(words, most) or chapters > 1 or is_too_much):
            break
        kept += step
        shown += sizes[at]
    return kept


def _steps(root: Element) -> list[list[Element]]:
    """Return the places where an opening may end: each block, together with the headings right before it."""
    steps: list[list[Element]] = []
    step: list[Element] = []
    for el in root:
        if el.tag == "section":
            continue
        step.append(el)
        if el.tag not in HEADINGS:
            steps.append(step)
            step = []
    return steps


def without_sections(html: str, anchors: Collection[str]) -> str:
    """Return an article without what the headings of `anchors` open; headings stay, as in the outline.

    An h2 takes the h3 under it along: their headings stay too, and nothing else.
    """
    root = read(html)
    ids = _ids(root)
    gated = 0
    removed = False
    for el in list(root):
        level = {"h2": 2, "h3": 3}.get(str(el.tag), 0)
        if level and (not gated or level <= gated):
            gated = level if el.get("id") in anchors else 0
        if not gated or el.tag == "section":
            continue
        removed = True
        if level:
            _drop_note_references(el)
        else:
            root.remove(el)
    return _rest(root, ids) if removed else html


def _drop_note_references(heading: Element) -> None:
    for el in [el for el in heading.iter("sup") if is_note_reference(el)]:
        remove(el)


def _rest(root: Element, ids: set[str]) -> str:
    """Return what is left of a text as cleaned HTML; `ids` are those of the whole."""
    _prune_notes(root)
    gone = {f"#{name}" for name in ids - _ids(root)}
    for el in [el for el in root.iter("a") if el.get("href") in gone]:
        if el.get("href", "").startswith("#fnref-"):
            remove(el)
        elif el.get("id") is None:
            unwrap(el)
        else:
            del el.attrib["href"]
    return clean(write(root), ARTICLE).html


def _ids(root: Element) -> set[str]:
    return {str(el.get("id")) for el in root.iter() if el.get("id") is not None}


def _prune_notes(root: Element) -> None:
    """Leave of the footnotes only those that the text itself still refers to."""
    links = {
        el.get("href", "")[1:] for el in root.iter("a") if next(el.iterancestors("section"), None) is None
    }
    for section in reversed(list(root.iter("section"))):
        notes = [part for el in section.iterchildren(*LISTS) for part in _kept_notes(el, links)]
        take_apart(section)
        fill(section, notes)
        if not notes:
            remove(section)


def _kept_notes(notes: Element, links: set[str]) -> Iterator[Element]:
    """Yield the notes with an id of `links`: one list for each run of them, so that each keeps its number."""
    run: Element | None = None
    for number, item in enumerate(list(notes), start=int(notes.get("start", "1"))):
        if item.get("id", "") not in links:
            run = None
            continue
        if run is None:
            run = new(str(notes.tag), attributes={"start": str(number)})
            yield run
        run.append(item)
