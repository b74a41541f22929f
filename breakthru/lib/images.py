"""Pictures from people: decoded, shrunk and written anew, so that nothing of the sent file survives."""

import hashlib
from dataclasses import dataclass
from io import BytesIO

from PIL import Image as Pillow

MAX_BYTES = 5_000_000
MAX_PIXELS = 25_000_000
# The widest column is 65 rem; twice that serves dense screens.
MAX_SIDE = 2_000
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
# A larger one is a photograph that somebody saved as PNG.
_MAX_LOSSLESS_BYTES = 500_000
_ORIENTATION = 0x0112
_TRANSPOSE = {
    2: Pillow.Transpose.FLIP_LEFT_RIGHT,
    3: Pillow.Transpose.ROTATE_180,
    4: Pillow.Transpose.FLIP_TOP_BOTTOM,
    5: Pillow.Transpose.TRANSPOSE,
    6: Pillow.Transpose.ROTATE_270,
    7: Pillow.Transpose.TRANSVERSE,
    8: Pillow.Transpose.ROTATE_90,
}
_LOSSLESS = frozenset({"PNG", "GIF"})


class ImageError(ValueError):
    """The file is not a picture that can be taken; the message says why in a plain sentence."""


@dataclass(frozen=True)
class Image:
    """A re-encoded picture: `name` is made of its content's hash, sizes are in pixels."""

    name: str
    content_type: str
    data: bytes
    width: int
    height: int
    alt: str = ""


def reencode(
    data: bytes, *, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS, alt: str = ""
) -> Image:
    """Return the picture in `data` (PNG, JPEG, WebP or GIF by content) as WebP without any metadata.

    Animations keep their first frame; sides longer than MAX_SIDE are scaled down; the camera's rotation
    is applied. The size is read from the header before anything is decoded. Raises ImageError.
    """
    too_many = f"The picture has more than {max_pixels / 1_000_000:g} million pixels."
    if not data:
        raise ImageError("The picture is empty.")
    if len(data) > max_bytes:
        raise ImageError(f"The picture is larger than {max_bytes / 1_000_000:g} MB.")
    try:
        picture = Pillow.open(BytesIO(data), formats=_FORMATS)
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        raise ImageError(too_many) from error
    except Exception as error:
        # Decoders meet hostile bytes with any exception they like; all of them mean the same here.
        raise ImageError("The file is not a PNG, JPEG, WebP or GIF picture.") from error
    if picture.width * picture.height > max_pixels:
        raise ImageError(too_many)
    try:
        return _encode(picture, alt)
    except Exception as error:
        raise ImageError("The picture is damaged.") from error


def _encode(picture: Pillow.Image, alt: str) -> Image:
    lossless = picture.format in _LOSSLESS
    picture.draft("RGB", (MAX_SIDE, MAX_SIDE))
    picture.load()
    rotation = picture.getexif().get(_ORIENTATION, 1)
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    # Converting copies: not where nothing changes, since 25 million pixels are 100 MB.
    flat = picture if picture.mode == mode else picture.convert(mode)
    flat.thumbnail((MAX_SIDE, MAX_SIDE))
    if rotation in _TRANSPOSE:
        flat = flat.transpose(_TRANSPOSE[rotation])
    written = _write(flat, lossless=True) if lossless else b""
    if not written or len(written) > _MAX_LOSSLESS_BYTES:
        lossy = _write(flat, lossless=False)
        written = min(written or lossy, lossy, key=len)
    name = f"{hashlib.sha256(written).hexdigest()[:32]}.webp"
    return Image(name, "image/webp", written, flat.width, flat.height, alt)


def _write(picture: Pillow.Image, *, lossless: bool) -> bytes:
    out = BytesIO()
    picture.save(out, "WEBP", lossless=lossless, quality=82, method=2, exif=b"", icc_profile=b"", xmp=b"")
    return out.getvalue()
