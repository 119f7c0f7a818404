"""The one door to Pillow: what kind of picture a file is, and how large."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

KINDS = {
    "PNG": ("image/png", "png"),
    "JPEG": ("image/jpeg", "jpg"),
    "MPO": ("image/jpeg", "jpg"),  # what Pillow makes of a JPEG with more pictures behind it
    "GIF": ("image/gif", "gif"),
    "WEBP": ("image/webp", "webp"),
}
FILE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})
MOST_BYTES = 10 * 1024 * 1024


class ImageError(ValueError):
    """Why a file is not a picture that can be published."""


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """Media type, file suffix, and size in pixels."""

    type: str
    suffix: str
    width: int
    height: int


def look_at(data: bytes) -> ImageInfo:
    """What a picture's header says; `ImageError` where it is none. Pixels are not decoded."""
    from PIL import Image, UnidentifiedImageError  # only entries with pictures need it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata; a bomb is an error, and no pixel is read
        try:
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "GIF", "WEBP")) as image:
                kind, (width, height) = image.format, image.size
        except UnidentifiedImageError as error:
            raise ImageError("is not a PNG, JPEG, GIF or WebP picture") from error
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise ImageError(f"cannot be read as a picture ({error})") from error
    if kind not in KINDS or width < 1 or height < 1:
        raise ImageError("is not a PNG, JPEG, GIF or WebP picture")
    media_type, suffix = KINDS[kind]
    return ImageInfo(media_type, suffix, width, height)
