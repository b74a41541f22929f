"""What a text may contain: one profile for posts of people, one for articles by editors."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import nh3

MAX_URL_LENGTH = 2000
MAX_LABEL_LENGTH = 120
# The attribute that makes an aside the place of a fact card.
FACT = "data-fact"
CALLOUT_CLASSES = ("note", "note ok", "note warn")

_IMAGE_PATH = re.compile(r"/(?:learn/images|media|static)(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)+")
_MAIL = re.compile(r"mailto:[^@\s<>\"\\?]+@[^@\s<>\"\\?]+(?:\?[^\s<>\"\\]*)?", re.IGNORECASE)
_UNSAFE_IN_URL = re.compile(r"[\s<>\"\\`{}|^\x00-\x1f\x7f]")

_POST_TAGS = frozenset({"p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "code", "pre"})
_TABLE_TAGS = frozenset({"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"})
_ARTICLE_TAGS = (
    _POST_TAGS
    | _TABLE_TAGS
    | {"h2", "h3", "h4", "figure", "figcaption", "img", "hr", "sup", "sub"}
    | {"dl", "dt", "dd", "abbr", "section", "aside"}
)

# Removed with everything inside; whatever else is not allowed loses its tag and keeps its text.
DROPPED_WITH_CONTENT = frozenset(
    {"script", "style", "template", "noscript", "noembed", "noframes", "iframe", "frameset"}
    | {"object", "embed", "applet", "svg", "math", "canvas", "audio", "video", "select"}
    | {"textarea", "button", "title", "head", "xmp"}
)


@dataclass(frozen=True)
class Profile:
    """The rules for one kind of text; `attributes` maps a tag to the attributes it may carry."""

    name: str
    max_bytes: int
    max_tags: int
    tags: frozenset[str]
    attributes: Mapping[str, frozenset[str]]
    classes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    link_rel: str | None = None
    local_links: bool = False

    def allows_link(self, href: str) -> bool:
        """Say whether `href` may be the target of a link (http, https, mailto; local ones in articles)."""
        if len(href) > MAX_URL_LENGTH or _UNSAFE_IN_URL.search(href):
            return False
        if self.local_links and is_local(href):
            return True
        return _MAIL.fullmatch(href) is not None or _is_web_address(href)

    def allows_image(self, src: str) -> bool:
        """Say whether `src` is an image of this site; pictures from elsewhere would track who reads."""
        return "img" in self.tags and _IMAGE_PATH.fullmatch(src) is not None

    def sanitizer(self) -> nh3.Cleaner:
        """Return the strict last pass for this profile."""
        return nh3.Cleaner(
            tags=set(self.tags),
            clean_content_tags=set(DROPPED_WITH_CONTENT),
            attributes={tag: set(names) for tag, names in self.attributes.items()},
            allowed_classes={tag: set(names) for tag, names in self.classes.items()},
            url_schemes={"http", "https", "mailto"},
            url_relative=(lambda url: url if is_local(url) else None) if self.local_links else "deny",
            link_rel=self.link_rel,
        )


def is_local(href: str) -> bool:
    """Say whether `href` stays on this site: an absolute path or a fragment, never `//host`."""
    if href.startswith("#"):
        return len(href) > 1
    return href.startswith("/") and not href.startswith(("//", "/\\"))


def _is_web_address(href: str) -> bool:
    try:
        parts = urlsplit(href)
        host, has_user = parts.hostname, "@" in parts.netloc
    except ValueError:
        return False
    # "https://known.example@elsewhere.example" is a lure, never an honest link.
    return parts.scheme in {"http", "https"} and bool(host) and not has_user


POST = Profile(
    name="post",
    max_bytes=50_000,
    max_tags=5_000,
    tags=_POST_TAGS,
    attributes={"a": frozenset({"href"}), "ol": frozenset({"start"})},
    link_rel="ugc nofollow noopener",
)

ARTICLE = Profile(
    name="article",
    max_bytes=1_500_000,
    max_tags=40_000,
    tags=_ARTICLE_TAGS,
    attributes={
        **{tag: frozenset({"id"}) for tag in ("h2", "h3", "h4", "li", "figure", "table", "dt", "p")},
        "a": frozenset({"href", "id", "aria-label"}),
        "ol": frozenset({"start"}),
        "img": frozenset({"src", "alt", "width", "height"}),
        "th": frozenset({"scope", "colspan", "rowspan"}),
        "td": frozenset({"colspan", "rowspan"}),
        "abbr": frozenset({"title"}),
        "section": frozenset({"aria-label"}),
        "aside": frozenset({"aria-label", FACT}),
    },
    classes={"section": frozenset({"footnotes"}), "aside": frozenset({"note", "ok", "warn"})},
    local_links=True,
)
