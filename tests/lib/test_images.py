"""Pictures: written anew, without metadata, bounded, and refused with a reason."""

import hashlib
import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image as Pillow

from breakthru.lib.images import MAX_SIDE, ImageError, reencode


def _encoded(picture: Pillow.Image, kind: str, **options: Any) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def _png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_reencode_writes_webp_named_by_content(kind: str) -> None:
    image = reencode(_encoded(Pillow.new("RGB", (40, 30), "teal"), kind), alt="A road")

    assert (image.width, image.height, image.content_type, image.alt) == (40, 30, "image/webp", "A road")
    assert image.name == hashlib.sha256(image.data).hexdigest()[:32] + ".webp"
    assert Pillow.open(BytesIO(image.data)).format == "WEBP"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "RGBA"])
def test_reencode_takes_every_color_mode(mode: str) -> None:
    assert reencode(_encoded(Pillow.new(mode, (3, 2)), "PNG")).width == 3


def test_reencode_is_deterministic() -> None:
    data = _encoded(Pillow.new("RGB", (9, 9), "red"), "PNG")

    assert reencode(data) == reencode(data)


def test_reencode_strips_metadata_and_applies_the_rotation() -> None:
    picture = Pillow.new("RGB", (60, 30), "red")
    exif = picture.getexif()
    exif[0x0112] = 6
    exif[0x010F] = "SECRET CAMERA"
    exif.get_ifd(0x8825)[1] = "N"

    image = reencode(_encoded(picture, "JPEG", exif=exif, comment=b"SECRET COMMENT"))

    assert (image.width, image.height) == (30, 60)
    assert b"SECRET" not in image.data
    assert dict(Pillow.open(BytesIO(image.data)).getexif()) == {}


def test_reencode_keeps_transparency() -> None:
    image = reencode(_encoded(Pillow.new("RGBA", (5, 5), (0, 0, 0, 0)), "PNG"))

    assert Pillow.open(BytesIO(image.data)).mode == "RGBA"


def test_reencode_keeps_the_first_frame_of_an_animation() -> None:
    frames = [Pillow.new("RGB", (8, 8), color) for color in ("red", "blue")]
    data = _encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])

    picture = Pillow.open(BytesIO(reencode(data).data))

    assert getattr(picture, "n_frames", 1) == 1
    assert picture.convert("RGB").getpixel((4, 4)) == (255, 0, 0)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_reencode_shrinks_what_is_wider_than_the_page(kind: str) -> None:
    image = reencode(_encoded(Pillow.new("RGB", (MAX_SIDE * 2, 100)), kind))

    assert (image.width, image.height) == (MAX_SIDE, 50)


def test_reencode_writes_a_photograph_saved_as_png_with_loss() -> None:
    noise = Pillow.merge("RGB", [Pillow.effect_noise((800, 800), 20) for _ in range(3)])
    lossless = _encoded(noise, "WEBP", lossless=True)

    assert len(reencode(_encoded(noise, "PNG")).data) < len(lossless) / 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "The picture is empty."),
        (b"\0" * 5_000_001, "The picture is larger than 5 MB."),
        (_png_header(50_000, 50_000), "The picture has more than 25 million pixels."),
        (_png_header(10_000, 9_000), "The picture has more than 25 million pixels."),
        (_png_header(5_001, 5_000), "The picture has more than 25 million pixels."),
        (_png_header(10, 10), "The picture is damaged."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "The file is not a PNG, JPEG, WebP or GIF picture."),
        (b"BM" + b"\0" * 60, "The file is not a PNG, JPEG, WebP or GIF picture."),
        (b"\xff\xd8\xff\xe0<script>", "The file is not a PNG, JPEG, WebP or GIF picture."),
    ],
)
def test_reencode_refuses(data: bytes, reason: str) -> None:
    with pytest.raises(ImageError) as caught:
        reencode(data)

    assert str(caught.value) == reason


def test_reencode_drops_what_hides_behind_a_picture() -> None:
    data = _encoded(Pillow.new("RGB", (4, 4)), "PNG") + b"<script>alert(1)</script>"

    assert b"script" not in reencode(data).data
