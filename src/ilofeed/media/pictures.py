"""Turn, resize and encode pictures with Pillow.

Pillow reads only files without metadata, whose size in pixels is known to be within the limits. So
it meets no EXIF, no text to decompress and no further pictures, and gives no warnings about them.
"""

from __future__ import annotations

import functools
import io
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from ilofeed.media.containers import Container, UnusableError, read_container
from ilofeed.media.sources import MAX_FILE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PIL import Image  # loaded late: only pictures need it

MAX_SIDE = 1600  # pixels; twice the width of a page's text, for screens with two pixels for one
WIDTHS = (800, 400)  # smaller versions: a page's text, a phone and a list
MIN_BYTES = 100_000  # a picture with fewer bytes needs no smaller versions
MAX_PIXELS = 65_000_000  # a phone has up to 64 megapixels; decoded, they need 260 MB
MAX_INPUT_SIDE = 65_535  # pixels, as in JPEG and GIF; each line costs memory, however short
# of JPEG and lossy WebP. A photo of 12 megapixels, 1600 x 1200 at 82, has 484 kB; at 90 43 % more,
# for an error that is 1.4 dB lower; at 75 18 % less, for an error that is 0.9 dB higher
QUALITY = 82
_TYPES = {  # Pillow's format to media type and suffix
    "PNG": ("image/png", "png"),
    "JPEG": ("image/jpeg", "jpg"),
    "GIF": ("image/gif", "gif"),
    "WEBP": ("image/webp", "webp"),
}
Result = TypeVar("Result")
Parameters = ParamSpec("Parameters")


@dataclass(frozen=True, slots=True)
class PictureInfo:
    """A picture as it is published: media type, file suffix without a dot, size in pixels, and the
    widths of smaller versions."""

    type: str
    suffix: str
    width: int
    height: int
    widths: tuple[int, ...]
    is_animated: bool = False


def _usable(
    function: Callable[Parameters, Result],
) -> Callable[Parameters, Result | str]:
    """Make a function return, for an unusable picture, the second half of a message."""

    @functools.wraps(function)
    def attempt(*args: Parameters.args, **keywords: Parameters.kwargs) -> Result | str:
        try:
            return function(*args, **keywords)
        except UnusableError as error:
            return str(error)
        except MemoryError:
            return "needs too much memory; reduce its size"
        except (
            OSError,
            ValueError,
            SyntaxError,
            EOFError,
            IndexError,
            OverflowError,
            struct.error,
        ):
            return (
                "cannot be decoded; save the picture again"  # what Pillow raises for broken files
            )

    return attempt


@functools.cache
def converter_version() -> str:
    """Return the versions of the libraries that the bytes of converted pictures depend on."""
    from PIL import features

    names = ("pil", "jpg", "libjpeg_turbo", "webp", "zlib", "littlecms2")
    versions = [f"{name} {features.version(name)}" for name in names]
    return ", ".join([*versions, f"Python's zlib {zlib.ZLIB_RUNTIME_VERSION}"])


def _read(data: bytes) -> Container:
    if len(data) > MAX_FILE_BYTES:
        raise UnusableError("has 25 MiB or more; reduce its size")
    source = read_container(data)
    if source.width * source.height > MAX_PIXELS:
        raise UnusableError(f"has more than {MAX_PIXELS // 10**6} megapixels; reduce its size")
    if max(source.width, source.height) > MAX_INPUT_SIDE:
        raise UnusableError(f"is longer than {MAX_INPUT_SIDE} pixels; reduce its size")
    return source


def _scaled(source: Container) -> tuple[int, int]:
    """Return the published size of a picture, before it is turned."""
    scale = 1.0 if source.is_animated else min(1, MAX_SIDE / max(source.width, source.height))
    return max(1, round(source.width * scale)), max(1, round(source.height * scale))


def _describe(source: Container) -> PictureInfo:
    """Return how a picture is published, which follows from its headers."""
    size = _scaled(source)
    is_reduced = size != (source.width, source.height)
    # a smaller GIF would need new colours; a still one that is too large becomes a PNG
    is_kept = source.is_animated or (source.format == "GIF" and not is_reduced)
    kind, suffix = _TYPES["PNG" if source.format == "GIF" and not is_kept else source.format]
    width, height = reversed(size) if source.orientation >= 5 else size  # they change places
    is_large = not is_kept and (is_reduced or len(source.data) > MIN_BYTES)
    widths = tuple(smaller for smaller in WIDTHS if smaller < width) if is_large else ()
    return PictureInfo(kind, suffix, width, height, widths, source.is_animated)


@_usable
def check_picture(data: bytes) -> PictureInfo:
    """Return how a picture will be published. It is decoded, but not converted, which takes much
    longer."""
    source = _read(data)
    _decode(source, _scaled(source))
    return _describe(source)


@_usable
def convert(data: bytes) -> list[bytes]:
    """Return a picture as it is published, and its smaller versions in the widths of `WIDTHS`.

    It is upright, has no metadata but its colour profile, and at most `MAX_SIDE` pixels a side. An
    animation is only stripped of metadata. The same input and `converter_version` give the same
    bytes.
    """
    source = _read(data)
    info, size = _describe(source), _scaled(source)
    image = _decode(source, size)
    is_same = size == (source.width, source.height) and source.orientation == 1
    is_kept = source.is_animated or (is_same and (source.format == "GIF" or source.is_plain))
    if is_kept and not info.widths:
        return [source.data]
    pixels = _upright(_resize(_simple_mode(image, source), size), source)
    main = source.data if is_kept else _encode(pixels, source)
    sizes = [(width, max(1, round(info.height * width / info.width))) for width in info.widths]
    return [main, *(_encode(_resize(pixels, size), source) for size in sizes)]


@_usable
def convert_square(data: bytes, sides: Sequence[int]) -> list[bytes]:
    """Return a square picture as upright PNG without metadata, with a version for each side."""
    source = _read(data)
    pixels = _upright(_simple_mode(_decode(source, _scaled(source)), source), source)
    return [_encode(_resize(pixels, (side, side)), source, "PNG") for side in sides]


def _decode(source: Container, size: tuple[int, int]) -> Image.Image:
    """Decode a picture, or the first frame of an animation; it may be reduced to twice `size`."""
    from PIL import Image

    image = Image.open(io.BytesIO(source.data), formats=(source.format,))
    if image.size != (source.width, source.height):
        raise UnusableError("is damaged; save the picture again")
    if source.format == "JPEG":  # reduced while it is decoded: saves memory
        image.draft(None, (2 * size[0], 2 * size[1]))
    image.load()
    return image


def _simple_mode(image: Image.Image, source: Container) -> Image.Image:
    """Return a picture with 8 bits in mode L, LA, RGB, RGBA or, from a JPEG, CMYK."""
    key = image.info.get("transparency")  # a colour, or an alpha value for each of a palette
    if not source.is_plain and source.format == "PNG":  # 16 bits
        if image.mode.startswith("I"):
            image = image.convert("I").point([value >> 8 for value in range(65_536)], "L")
        if isinstance(key, int):
            image.info["transparency"] = key >> 8
        elif isinstance(key, tuple):
            image.info["transparency"] = tuple(value >> 8 for value in key)
    if source.is_grey:
        has_alpha = key is not None or image.mode in {"LA", "RGBA"}
        return image.convert("LA" if has_alpha else "L")
    if image.mode in {"P", "PA"} or key is not None:
        return image.convert("RGB" if key is None and image.mode == "P" else "RGBA")
    return image


def _resize(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    from PIL import Image

    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


def _upright(image: Image.Image, source: Container) -> Image.Image:
    """Turn a picture as EXIF says, and convert CMYK to sRGB."""
    from PIL import Image, ImageCms

    to = Image.Transpose
    turns = (
        to.FLIP_LEFT_RIGHT, to.ROTATE_180, to.FLIP_TOP_BOTTOM, to.TRANSPOSE, to.ROTATE_270,
        to.TRANSVERSE, to.ROTATE_90,
    )  # fmt: skip
    if source.orientation > 1:
        image = image.transpose(turns[source.orientation - 2])
    if image.mode != "CMYK":
        return image
    if source.profile:
        try:
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(io.BytesIO(source.profile)),
                ImageCms.createProfile("sRGB"),
                ImageCms.Intent.RELATIVE_COLORIMETRIC,
                "RGB",
                flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
            )
        except (ImageCms.PyCMSError, OSError):  # a broken profile
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")


def _encode(image: Image.Image, source: Container, form: str = "") -> bytes:
    """Encode a picture in a format, by default that of its source, or a GIF as PNG, with its colour
    profile."""
    file = io.BytesIO()
    image.info = {}  # Pillow would write some of it
    form = form or source.format
    profile = b"" if source.profile[16:20] == b"CMYK" else source.profile
    if form == "JPEG":
        options = {"quality": QUALITY, "progressive": True, "optimize": True}
        image.save(file, "JPEG", icc_profile=profile, **options)
    elif form == "WEBP":
        image.save(file, "WEBP", icc_profile=profile, quality=QUALITY, lossless=source.is_lossless)
    else:
        profile = b"" if source.colour_chunks else profile  # it is among them
        image.save(file, "PNG", compress_level=9, icc_profile=profile)
        start = 33  # the end of the header
        data = file.getvalue()
        return data[:start] + source.colour_chunks + data[start:]
    return file.getvalue()


def version_path(path: str, width: int) -> str:
    """Return the path of a smaller version of a picture: `photo-800.jpg` of `photo.jpg`."""
    stem, _, suffix = path.rpartition(".")
    return f"{stem}-{width}.{suffix}"
