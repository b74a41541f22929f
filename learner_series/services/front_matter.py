"""What a Markdown document says about itself: where a new article belongs and how it looks."""

import re
from dataclasses import dataclass, field
from datetime import date

from accounts.models import Topic, User
from breakthru.lib.documents import Dropped
from learner_series.models import Article, ArticleAuthor, Series
from learner_series.models.article import TONES, Cover

_BLOCK = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_ENTRY = re.compile(r"([A-Za-z_]+)[ \t]*:[ \t]+(.+)")
# A front matter is a few lines; whatever comes later is text.
_LONGEST = 10_000


@dataclass(frozen=True)
class FrontMatter:
    """The entries as written, by their names in lower case."""

    entries: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """Return an entry, '' when there is none."""
        return self.entries.get(name, "")

    def words(self, name: str) -> list[str]:
        """Return an entry that lists keys with commas between them."""
        return [word.strip() for word in self.get(name).split(",") if word.strip()]


def read_front_matter(*, name: str, data: bytes) -> FrontMatter:
    """Read the front matter of a Markdown file; empty for other kinds and where there is none."""
    if not name.lower().endswith((".md", ".markdown")):
        return FrontMatter()
    block = _BLOCK.match(data[:_LONGEST].decode("utf-8", "replace"))
    lines = block[1].splitlines() if block else []
    found = [match for line in lines if (match := _ENTRY.fullmatch(line.rstrip()))]
    return FrontMatter({match[1].lower(): match[2].strip().strip("\"'") for match in found})


def find_series(about: FrontMatter) -> tuple[Series | None, list[Dropped]]:
    """Return the series that the document names, and what to report when there is none such."""
    slug = about.get("series")
    found = Series.objects.filter(slug=slug).first() if slug else None
    return found, [] if found or not slug else [Dropped("Unknown series", 1, slug)]


def describe_article(*, article: Article, about: FrontMatter) -> list[Dropped]:
    """Give a new article its cover, tone, date of check, topics and authors; return what is unknown here."""
    unknown = _describe_looks(article, about)
    article.save(update_fields=["cover", "tone", "checked_on"])
    slugs = about.words("topics")
    topics = list(Topic.objects.filter(slug__in=slugs))
    article.topics.set(topics)
    unknown += _missing("Unknown topics", slugs, {topic.slug for topic in topics})
    keys = about.words("author")
    people = {user.slug: user for user in User.objects.filter(slug__in=keys, is_active=True)}
    ArticleAuthor.objects.bulk_create(
        ArticleAuthor(article=article, user=people[key], order=place)
        for place, key in enumerate(dict.fromkeys(keys))
        if key in people
    )
    return unknown + _missing("Unknown authors", keys, set(people))


def _describe_looks(article: Article, about: FrontMatter) -> list[Dropped]:
    unknown: list[Dropped] = []
    cover, tone, checked_on = about.get("cover"), about.get("tone"), about.get("checked_on")
    if cover in Cover.values:
        article.cover = cover
    elif cover:
        unknown.append(Dropped("Unknown covers", 1, cover))
    if tone in {str(number) for number, _ in TONES}:
        article.tone = int(tone)
    elif tone:
        unknown.append(Dropped("Unknown tones", 1, tone))
    try:
        article.checked_on = date.fromisoformat(checked_on) if checked_on else None
    except ValueError:
        unknown.append(Dropped("Dates that cannot be read", 1, checked_on))
    return unknown


def _missing(kind: str, wanted: list[str], known: set[str]) -> list[Dropped]:
    missing = [word for word in wanted if word not in known]
    return [Dropped(kind, len(missing), ", ".join(missing))] if missing else []
