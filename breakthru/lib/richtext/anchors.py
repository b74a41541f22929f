"""Headings, their ids, and the links of a text: what a table of contents and a passage link rest on."""

import re
import unicodedata
from collections.abc import Iterator

from breakthru.lib.richtext.blocks import HEADINGS
from breakthru.lib.richtext.profiles import ARTICLE, CALLOUT_CLASSES, MAX_LABEL_LENGTH, Profile
from breakthru.lib.richtext.tree import Element, is_blank, is_fact, remove, strip_invisible, unwrap

MAX_ID_LENGTH = 80
# Ids that the page around a text uses (design/, templates/); such a heading gets "section-" before it.
RESERVED_IDS = frozenset(
    {"main", "mark", "open", "through", "footnotes", "top", "content", "messages", "nav", "search"}
    | {"menu", "theme", "toc", "account", "body", "head", "html", "document", "window", "location", "htmx"}
    | {"not-sent"}
)
# Icons, headings of the page's own parts, footnotes, and numbered things of other apps.
_RESERVED = re.compile(
    r"[hi]-.*|foot-[a-z]+|cover-[a-z]|(?:fn|fnref)-.*|(?!section-).*-h"
    r"|(?:question|answer|comment|report)-[0-9]+"
)

_VALID_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_FOOTNOTE_ID = re.compile(r"fn(?:ref)?-[0-9]+(?:-[0-9]+)?")
_BACK_LABEL = re.compile(r"Back to reference [0-9]+(?:-[0-9]+)?")


def slugify(text: str) -> str:
    """Return `text` as an id: ASCII letters, digits and single hyphens, at most MAX_ID_LENGTH long."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("'", "")
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_ID_LENGTH].strip("-")
    return slug if slug[:1].isalpha() else f"section-{slug}".strip("-")


def is_reserved(name: str) -> bool:
    """Say whether the page around a text may use the id `name` itself."""
    return name in RESERVED_IDS or _RESERVED.fullmatch(name) is not None


def normalize_anchors(root: Element, profile: Profile) -> None:
    """Set heading levels and ids, check each link and picture, and keep only allowed attributes; in place."""
    _set_levels(root)
    if "h2" in profile.tags:
        _set_ids(root)
    for el in list(root.iter("a")):
        _check_link(el, profile)
    for el in list(root.iter("img")):
        _check_picture(el, profile)
    for el in root.iter("aside", "section"):
        _label(el)
    for el in root.iterdescendants():
        _keep_allowed(el, profile)


def _set_levels(root: Element) -> None:
    """Give h2 to h4 by nesting: a title h1 and skipped levels close up, the outline stays the same."""
    outer: list[int] = []
    for el in root.iterchildren(*HEADINGS):
        level = int(str(el.tag)[1])
        while outer and outer[-1] >= level:
            outer.pop()
        outer.append(level)
        el.tag = f"h{min(len(outer) + 1, 4)}"


def _set_ids(root: Element) -> None:
    renamed: dict[str, str] = {}
    taken: set[str] = set()
    headings = list(root.iterchildren(*HEADINGS))
    inner = _absorb_inner_ids(headings)
    linked = {href[1:] for el in root.iter("a") if (href := el.get("href", "")).startswith("#")}
    _keep_ids(headings, taken, renamed)
    for el in headings:
        if el.get("id") is None:
            el.set("id", _free(slugify(heading_text(el)), taken))
    _name_targets(root, linked, taken, renamed)
    for old, el in inner:
        renamed.setdefault(old, el.get("id", ""))
    for el in root.iter("a"):
        target = renamed.get(el.get("href", "")[1:])
        if target and el.get("href", "").startswith("#"):
            el.set("href", f"#{target}")


def _absorb_inner_ids(headings: list[Element]) -> list[tuple[str, Element]]:
    """Take bookmarks out of headings (word processors put them there) and return which heading had them."""
    found = []
    for heading in headings:
        for el in list(heading.iterdescendants()):
            name = el.attrib.get("id")
            if name and not _FOOTNOTE_ID.fullmatch(str(name)):
                found.append((str(name), heading))
                del el.attrib["id"]
    return found


def _keep_ids(headings: list[Element], taken: set[str], renamed: dict[str, str]) -> None:
    """Keep each valid id of a heading, so that links from outside survive an edit; mend the others."""
    for el in headings:
        old = str(el.attrib.pop("id", ""))
        name = old if _is_usable(old) else slugify(old)
        if old and name not in taken:
            renamed[old] = _free(name, taken)
            el.set("id", renamed[old])


def _is_usable(name: str) -> bool:
    return len(name) <= MAX_ID_LENGTH and _VALID_ID.fullmatch(name) is not None and not is_reserved(name)


def _free(name: str, taken: set[str]) -> str:
    # Of "answer" or "i" every number is reserved, too: a second one would look for a free one without end.
    if is_reserved(name) or (name in taken and is_reserved(f"{name}-2")):
        name = f"section-{name}"
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name}-{number}"
    taken.add(candidate)
    return candidate


def _name_targets(root: Element, linked: set[str], taken: set[str], renamed: dict[str, str]) -> None:
    """Keep the ids of other elements only where a link of the text leads to them."""
    for el in root.iterdescendants():
        old = str(el.attrib.get("id", ""))
        if not old or el.tag in HEADINGS:
            continue
        del el.attrib["id"]
        if old not in linked or old in renamed or "id" not in ARTICLE.attributes.get(str(el.tag), ()):
            continue
        if _FOOTNOTE_ID.fullmatch(old) and old not in taken:
            taken.add(old)
            name = old
        else:
            name = _free(slugify(old), taken)
        el.set("id", name)
        renamed[old] = name


def _check_link(el: Element, profile: Profile) -> None:
    href = strip_invisible(el.get("href", "")).strip().replace(" ", "%20")
    if profile.allows_link(href) and not is_blank(el):
        el.set("href", href)
        return
    el.attrib.pop("href", "")
    if el.get("id") is None:
        unwrap(el)


def _check_picture(el: Element, profile: Profile) -> None:
    if not profile.allows_image(el.get("src", "")):
        remove(el)
        return
    el.set("alt", el.get("alt", ""))
    for name in ("width", "height"):
        if not re.fullmatch(r"[1-9][0-9]{0,4}", el.get(name, "")):
            el.attrib.pop(name, "")


def _label(el: Element) -> None:
    if el.tag == "section":
        el.set("class", "footnotes")
        el.set("aria-label", "Footnotes")
        return
    if is_fact(el):
        # Its name is the card's own heading.
        el.attrib.pop("class", "")
        el.attrib.pop("aria-label", "")
        return
    words = el.get("class", "").split()
    kind = next((f"note {word}" for word in words if f"note {word}" in CALLOUT_CLASSES), "note")
    el.set("class", kind)
    el.set("aria-label", plain_label(el.get("aria-label", "")) or "Note")


def plain_label(text: str) -> str:
    """Return `text` on one line, without angle brackets and at most MAX_LABEL_LENGTH long."""
    return " ".join(re.sub(r"[<>]", "", text).split())[:MAX_LABEL_LENGTH].strip()


def _keep_allowed(el: Element, profile: Profile) -> None:
    allowed = profile.attributes.get(str(el.tag), frozenset())
    for name, value in list(el.attrib.items()):
        if name == "class" and el.tag in profile.classes:
            continue
        if name not in allowed or not _is_fitting(el, str(name), str(value)):
            del el.attrib[name]
        elif name in {"alt", "title"}:
            # Without angle brackets in attributes a "<" in stored text is always a tag.
            el.set(name, re.sub(r"[<>]", "", str(value)))


def _is_fitting(el: Element, name: str, value: str) -> bool:
    if name == "start":
        return value != "1" and re.fullmatch(r"[0-9]{1,5}", value) is not None
    if name == "aria-label" and el.tag == "a":
        return _BACK_LABEL.fullmatch(value) is not None
    return True


def heading_text(el: Element) -> str:
    """Return the words of a heading without the numbers of its footnotes."""
    return " ".join("".join(_words(el)).split())


def _words(el: Element) -> Iterator[str]:
    yield el.text or ""
    for child in el:
        if not is_note_reference(child):
            yield from _words(child)
        yield child.tail or ""


def is_note_reference(el: Element) -> bool:
    """Say whether `el` is the raised number of a footnote."""
    link = el.find("a")
    return el.tag == "sup" and link is not None and link.get("href", "").startswith("#fn-")
