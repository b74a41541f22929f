"""What a Markdown document says about itself: where a new article belongs and how it looks."""

from dataclasses import dataclass, field
from datetime import date

from accounts.models import Experience, Topic, User
from breakthru.lib.documents import Dropped
from learner_series.models import Article, ArticleAuthor, RelatedArticle, Series
from learner_series.models.article import TONES, Cover
from learner_series.services.editorial import Gate

DATES = ("checked_on", "review_on", "expires_on")
AUDIENCE = ("education_stage", "road")


@dataclass(frozen=True)
class FrontMatter:
    """The entries of a document (`Imported.about`) by their names in lower case."""

    entries: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """Return an entry, '' when there is none."""
        return self.entries.get(name, "")

    def words(self, name: str) -> list[str]:
        """Return an entry that lists keys with commas between them."""
        return [word.strip() for word in self.get(name).split(",") if word.strip()]


def find_series(about: FrontMatter) -> tuple[Series | None, list[Dropped]]:
    """Return the series that the document names, and what to report when there is none such."""
    slug = about.get("series")
    found = Series.objects.filter(slug=slug).first() if slug else None
    return found, [] if found or not slug else [Dropped("Unknown series", 1, slug)]


def described_gate(about: FrontMatter) -> Gate:
    """Return what the document says is for Premium members; a word that is no clear "no" closes it."""
    is_premium = about.get("premium").lower() not in {"", "no", "false"}
    return Gate(is_premium, tuple(about.words("premium_sections")))


def describe_article(*, article: Article, about: FrontMatter) -> list[Dropped]:
    """Give a new article its looks, dates, topics, audience and authors; return what is unknown here."""
    unknown = _describe_looks(article, about) + _describe_dates(article, about)
    article.save(update_fields=["cover", "tone", *DATES])
    slugs = about.words("topics")
    topics = list(Topic.objects.filter(slug__in=slugs))
    article.topics.set(topics)
    unknown += _missing("Unknown topics", slugs, {topic.slug for topic in topics})
    unknown += _describe_audience(article, about) + relate(article=article, slugs=about.words("related"))
    keys, reviewer = about.words("author"), about.get("reviewer")
    named = User.objects.filter(slug__in=[*keys, reviewer], is_active=True)
    people = {user.slug: user for user in named}
    article.reviewer = people.get(reviewer)
    article.save(update_fields=["reviewer"])
    ArticleAuthor.objects.bulk_create(
        ArticleAuthor(article=article, user=people[key], order=place)
        for place, key in enumerate(dict.fromkeys(keys))
        if key in people
    )
    unknown += _missing("Unknown reviewers", [reviewer] if reviewer else [], set(people))
    return unknown + _missing("Unknown authors", keys, set(people))


def _describe_looks(article: Article, about: FrontMatter) -> list[Dropped]:
    unknown: list[Dropped] = []
    cover, tone = about.get("cover"), about.get("tone")
    if cover in Cover.values:
        article.cover = cover
    elif cover:
        unknown.append(Dropped("Unknown covers", 1, cover))
    if tone in {str(number) for number, _ in TONES}:
        article.tone = int(tone)
    elif tone:
        unknown.append(Dropped("Unknown tones", 1, tone))
    return unknown


def _describe_dates(article: Article, about: FrontMatter) -> list[Dropped]:
    unreadable = []
    for name in DATES:
        written = about.get(name)
        try:
            setattr(article, name, date.fromisoformat(written) if written else None)
        except ValueError:
            unreadable.append(written)
    return (
        [Dropped("Dates that cannot be read", len(unreadable), ", ".join(unreadable))] if unreadable else []
    )


def _describe_audience(article: Article, about: FrontMatter) -> list[Dropped]:
    wanted = about.words("audience")
    pairs = [word.partition(":") for word in wanted]
    terms = [Experience.objects.termed(group, key) for group, _, key in pairs if group in AUDIENCE]
    found = [term for term in terms if term is not None]
    article.audience.set(found)
    return _missing("Unknown stages and roads", wanted, {f"{term.group_id}:{term.key}" for term in found})


def relate(*, article: Article, slugs: list[str]) -> list[Dropped]:
    """Put articles behind an article by choice, in this order; return what is unknown here."""
    known = {other.slug: other for other in Article.objects.filter(slug__in=slugs).exclude(pk=article.pk)}
    for place, slug in enumerate(dict.fromkeys(slugs)):
        if slug in known:
            RelatedArticle.objects.update_or_create(
                article=article, other=known[slug], defaults={"place": place, "is_curated": True}
            )
    return _missing("Unknown related articles", slugs, set(known))


def _missing(kind: str, wanted: list[str], known: set[str]) -> list[Dropped]:
    missing = [word for word in wanted if word not in known]
    return [Dropped(kind, len(missing), ", ".join(missing))] if missing else []
