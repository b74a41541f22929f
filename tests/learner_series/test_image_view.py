"""Pictures of articles, for whoever may read the words around them."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from learner_series.models import ArticleImage, ImageUse
from learner_series.services.editorial import Gate
from tests.factories.library import PICTURE, draft, picture, published, republished
from tests.factories.memberships import GrantFactory
from tests.factories.people import UserFactory, staff

pytestmark = pytest.mark.django_db
PEOPLE: dict[str, Callable[[], User]] = {
    "learner": UserFactory.create,
    "premium": lambda: GrantFactory.create().user,
    "moderator": lambda: staff("moderator"),
    "editor": lambda: staff("editor"),
}
WHO = ["visitor", *PEOPLE]


def shown(image: ArticleImage) -> str:
    return f'<figure><img src="{image.get_absolute_url()}" alt="Roads"></figure>'


def opened() -> ArticleImage:
    """A picture in what everybody may read."""
    image = picture()
    published(html=f"<p>Hi.</p>{shown(image)}<h2>Part</h2><p>More.</p>", gate=Gate(sections=("part",)))
    return image


def gated() -> ArticleImage:
    """A picture in a section for members."""
    image = picture()
    published(html=f"<p>Hi.</p><h2>Part</h2>{shown(image)}", gate=Gate(sections=("part",)))
    return image


def below_the_opening() -> ArticleImage:
    """A picture in the rest of an article for members."""
    image = picture()
    published(html=f"<p>Hi there, all.</p><p>Hello.</p>{shown(image)}<p>End.</p>", gate=Gate(is_premium=True))
    return image


def drafted() -> ArticleImage:
    """A picture that only a draft shows."""
    image = picture()
    draft(html=f"<p>Hi.</p>{shown(image)}")
    return image


def former() -> ArticleImage:
    """A picture that only a replaced revision shows."""
    image = picture()
    republished(published(html=f"<p>Hi.</p>{shown(image)}"))
    return image


def status(client: Client, image: ArticleImage, who: str) -> int:
    if who in PEOPLE:
        client.force_login(PEOPLE[who]())
    return client.get(image.get_absolute_url()).status_code


@pytest.mark.parametrize("who", WHO)
def test_open_picture_is_for_everybody(client: Client, who: str) -> None:
    assert status(client, opened(), who) == 200


@pytest.mark.parametrize("make", [gated, below_the_opening])
@pytest.mark.parametrize("who", WHO)
def test_gated_picture_is_for_members_and_editors(
    client: Client, who: str, make: Callable[[], ArticleImage]
) -> None:
    assert status(client, make(), who) == (200 if who in {"premium", "editor"} else 404)


@pytest.mark.parametrize("make", [drafted, former, picture])
@pytest.mark.parametrize("who", WHO)
def test_picture_that_no_live_text_shows_is_for_editors(
    client: Client, who: str, make: Callable[[], ArticleImage]
) -> None:
    assert status(client, make(), who) == (200 if who == "editor" else 404)


def test_picture_that_is_open_in_one_article_and_gated_in_another_is_open(client: Client) -> None:
    image = gated()
    published(html=f"<p>Hi.</p>{shown(image)}")
    assert status(client, image, "visitor") == 200


def test_open_picture_comes_with_its_type_and_may_be_kept_for_a_year(client: Client) -> None:
    response = client.get(opened().get_absolute_url())
    assert (response.status_code, b"".join(response.streaming_content)) == (200, PICTURE)  # type: ignore[attr-defined]
    assert response["Content-Type"] == "image/webp"
    assert response["Cache-Control"] == "public, max-age=86400, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert not response.cookies


def test_gated_picture_is_kept_by_no_cache(client: Client) -> None:
    image = gated()
    client.force_login(GrantFactory.create().user)
    assert client.get(image.get_absolute_url())["Cache-Control"] == "private, no-store"


def test_gated_picture_is_404_byte_for_byte_like_none_at_all(client: Client) -> None:
    address = gated().get_absolute_url()
    there = client.get(address).content
    ImageUse.objects.all().delete()
    ArticleImage.objects.all().delete()
    assert client.get(address).content == there


@pytest.mark.parametrize(
    "name", ["gone.webp", "%00", "..%2Fsecret", "%3Cscript%3E", "x" * 3000], ids=lambda name: name[:12]
)
def test_picture_unknown_is_404(client: Client, name: str) -> None:
    assert client.get(f"/learn/images/{name}").status_code == 404


def test_picture_whose_file_is_gone_is_404(client: Client) -> None:
    image = opened()
    image.file.delete(save=False)
    assert client.get(image.get_absolute_url()).status_code == 404


def test_picture_is_only_read(client: Client) -> None:
    assert client.post(opened().get_absolute_url()).status_code == 405
