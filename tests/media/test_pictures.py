"""Photographs as they are published: upright, small, without metadata, in the right colours.

Expected values are numbers; what is left in a file is listed by the scanners in `picture_files`.
"""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import PIL
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from ilofeed.media import pictures as subject
from ilofeed.media.containers import MAX_FRAMES, MAX_SCANS
from ilofeed.media.pictures import check_picture, convert, converter_version
from picture_files import (
    GIF_FRAME,
    SECRET,
    cmyk_profile,
    encode,
    exif,
    gif,
    icc,
    left,
    media_chunk,
    png,
    png_chunk,
    segment,
    webp,
    with_metadata,
)

if TYPE_CHECKING:
    from pathlib import Path

Pixel = tuple[int, ...]


@dataclass(frozen=True)
class Variant:
    """A version of a picture, and its size as Pillow reads it."""

    width: int
    height: int
    data: bytes


@dataclass(frozen=True)
class Picture:
    """What a picture becomes: its type as Pillow knows it, the largest version first."""

    type: str
    suffix: str
    variants: tuple[Variant, ...]


def converted(data: bytes) -> Picture:
    files, info = convert(data), check_picture(data)
    assert not isinstance(files, str), files
    assert not isinstance(info, str)
    opened = [Image.open(io.BytesIO(file)) for file in files]
    variants = tuple(Variant(*image.size, file) for image, file in zip(opened, files, strict=True))
    picture = Picture(str(opened[0].get_format_mimetype()), info.suffix, variants)
    (main, *smaller) = picture.variants
    assert info.type == picture.type.replace("apng", "png")
    assert (info.width, info.height) == (main.width, main.height)
    assert info.widths == tuple(variant.width for variant in smaller)
    return picture


def decoded(data: bytes) -> Image.Image:
    """The published pixels of a picture."""
    variant = converted(data).variants[0]
    image = Image.open(io.BytesIO(variant.data))
    assert image.size == (variant.width, variant.height)
    image.load()
    return image


def pixel(image: Image.Image, x: int, y: int = 0) -> Pixel:
    value = image.getpixel((x, y))
    return value if isinstance(value, tuple) else (int(value or 0),)


def grid(image: Image.Image) -> list[list[Pixel]]:
    data = image.convert("RGB").tobytes()
    values = [tuple(data[at : at + 3]) for at in range(0, len(data), 3)]
    return [values[start : start + image.width] for start in range(0, len(values), image.width)]


def near(first: object, second: object, most: int) -> bool:
    """Whether all numbers in two nested sequences differ by at most `most`."""
    if isinstance(first, int) and isinstance(second, int):
        return abs(first - second) <= most
    assert isinstance(first, list | tuple)
    assert isinstance(second, list | tuple)
    pairs = zip(first, second, strict=True)
    return all(near(a, b, most) for a, b in pairs)


def inner(rows: list[list[Pixel]]) -> list[list[Pixel]]:
    """The pixels within squares of 16, without 3 at their edges, which JPEG makes softer."""
    return [
        [value for column, value in enumerate(row) if 3 <= column % 16 < 13]
        for number, row in enumerate(rows)
        if 3 <= number % 16 < 13
    ]


# --- upright ---

# for each orientation the place in the upright picture of what is stored at row r, column c;
# h and w are its height and width (EXIF 2.32, 4.6.4 A)
PLACES = {
    1: lambda r, c, h, w: (r, c),
    2: lambda r, c, h, w: (r, w - 1 - c),
    3: lambda r, c, h, w: (h - 1 - r, w - 1 - c),
    4: lambda r, c, h, w: (h - 1 - r, c),
    5: lambda r, c, h, w: (c, r),
    6: lambda r, c, h, w: (c, w - 1 - r),
    7: lambda r, c, h, w: (h - 1 - c, w - 1 - r),
    8: lambda r, c, h, w: (h - 1 - c, r),
}
COLOURS = [
    [(250, 10, 10), (10, 250, 10), (10, 10, 250)],
    [(240, 240, 20), (20, 20, 20), (240, 240, 240)],
]
UPRIGHT: list[list[Pixel]] = [[COLOURS[r // 16][c // 16] for c in range(48)] for r in range(32)]


def stored(orientation: int) -> Image.Image:
    height, width = (48, 32) if orientation >= 5 else (32, 48)
    image = Image.new("RGB", (width, height))
    for r in range(height):
        for c in range(width):
            row, column = PLACES[orientation](r, c, 32, 48)
            image.putpixel((c, r), UPRIGHT[row][column])
    return image


@pytest.mark.parametrize("orientation", PLACES)
@pytest.mark.parametrize("order", ["<", ">"])
def test_pictures_are_turned_upright(orientation: int, order: str) -> None:
    image, tiff = stored(orientation), exif(orientation, order)
    jpeg = encode(image, "JPEG", quality=95, subsampling=0)
    jpeg = jpeg[:2] + segment(0xE1, b"Exif\0\0" + tiff) + jpeg[2:]
    plain = encode(image, "PNG")
    for data in (jpeg, jpeg + jpeg):
        assert near(inner(grid(decoded(data))), inner(UPRIGHT), 4)
    for data in (
        plain[:33] + png_chunk(b"eXIf", tiff) + plain[33:],
        plain[:-12] + png_chunk(b"eXIf", tiff) + plain[-12:],
        encode(image, "WEBP", lossless=True, exif=tiff),
        encode(image, "WEBP", lossless=True, exif=b"Exif\0\0" + tiff),
    ):
        assert grid(decoded(data)) == UPRIGHT


def test_a_large_photo_is_turned_with_its_smaller_versions() -> None:
    data = encode(Image.new("RGB", (3000, 20)), "JPEG", exif=b"Exif\0\0" + exif(6))
    sizes = [(variant.width, variant.height) for variant in converted(data).variants]
    assert sizes == [(11, 1600)]


@pytest.mark.parametrize(
    "tiff", [b"", b"II*\0", exif(0), exif(9), exif(6)[:12], b"MM\0*" + b"\xff" * 99]
)
def test_a_broken_orientation_is_upright(tiff: bytes) -> None:
    data = encode(Image.new("RGB", (4, 2)), "PNG")
    assert decoded(data[:33] + png_chunk(b"eXIf", tiff) + data[33:]).size == (4, 2)


# --- metadata ---

LEFT = {  # of a stripped file and of an encoded one
    "jpeg": {"JFIF", "DQT", "SOF0", "SOF2", "DHT", "SOS", "EOI"},
    "png": {"IHDR", "IDAT", "IEND", "gAMA", "cHRM", "sRGB"},
    "gif": {"control", "image", "end"},
    "webp": {"VP8X", "VP8 "},
}


@pytest.mark.parametrize("kind", LEFT)
@pytest.mark.parametrize("width", [64, 1700])
def test_metadata_is_removed(kind: str, width: int) -> None:
    data = with_metadata(kind, width)
    assert left(data) - LEFT[kind]
    picture = converted(data)
    assert len(picture.variants) == (3 if width > 1600 else 1)
    for variant in picture.variants:
        assert SECRET not in variant.data
        assert left(variant.data) <= LEFT["png" if picture.suffix == "png" else kind]


@pytest.mark.parametrize("kind", LEFT)
def test_what_needs_no_change_is_not_encoded_again(kind: str) -> None:
    (variant,) = converted(with_metadata(kind, 64)).variants
    pixels = converted(with_metadata(kind, 64, metadata=False)).variants[0].data
    assert variant.data == pixels
    compressed = {"jpeg": b"\xff\xda", "png": b"IDAT", "gif": b"\x2c\0\0", "webp": b"VP8 "}[kind]
    source = with_metadata(kind, 64)
    start = pixels.index(compressed)
    length = 60
    assert pixels[start : start + length] in source


def test_a_stripped_picture_is_stripped_to_itself() -> None:
    for kind in LEFT:
        once = converted(with_metadata(kind, 64)).variants[0].data
        assert converted(once).variants[0].data == once


def test_a_thumbnail_in_the_header_is_removed() -> None:
    data = encode(Image.new("RGB", (9, 9), "red"), "JPEG")
    thumbnail = segment(0xE0, b"JFIF\0\1\2\1\0\x48\0\x48\2\1" + SECRET)
    published = converted(data[:2] + thumbnail + data[20:]).variants[0].data
    assert published[2:20] == segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    assert SECRET not in published


# --- colour profiles ---


@pytest.mark.parametrize("width", [40, 1700])
@pytest.mark.parametrize("codec", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("size", [500, 70_000])
def test_a_profile_of_the_right_colours_is_kept(width: int, codec: str, size: int) -> None:
    profile = icc(b"RGB ", size)
    data = encode(Image.new("RGB", (width, 2), "red"), codec, icc_profile=profile + SECRET)
    picture = converted(data)
    assert len(picture.variants) == (3 if width > 1600 else 1)
    for variant in picture.variants:
        assert Image.open(io.BytesIO(variant.data)).info["icc_profile"] == profile
        assert SECRET not in variant.data


@pytest.mark.parametrize(
    ("mode", "profile", "is_kept"),
    [
        ("L", icc(b"GRAY", 300), True),
        ("L", icc(b"RGB ", 300), False),
        ("RGB", icc(b"GRAY", 300), False),
        ("RGB", icc(b"CMYK", 300), False),
        ("RGB", icc(b"RGB ", 300)[:200], False),
        ("RGB", b"no profile at all" * 20, False),
    ],
)
@pytest.mark.parametrize("codec", ["JPEG", "PNG"])
def test_a_profile_of_other_colours_is_dropped(
    mode: str, profile: bytes, *, is_kept: bool, codec: str
) -> None:
    for width in (4, 1700):
        data = encode(Image.new(mode, (width, 2)), codec, icc_profile=profile)
        assert ("icc_profile" in decoded(data).info) is is_kept


def test_a_real_profile_is_still_read_by_others() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = decoded(encode(Image.new("RGB", (1700, 2)), "PNG", icc_profile=profile))
    assert ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"])).tobytes() == profile


# --- sizes ---


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        ((5200, 12), [(1600, 4), (800, 2), (400, 1)]),
        ((1601, 1), [(1600, 1), (800, 1), (400, 1)]),
        ((1600, 9), [(1600, 9)]),  # it has few bytes
        ((1, 30_000), [(1, 1600)]),
        ((1000, 2000), [(800, 1600), (400, 800)]),
        ((401, 3), [(401, 3)]),
        ((400, 400), [(400, 400)]),
        ((1, 1), [(1, 1)]),
    ],
)
def test_sizes(size: tuple[int, int], sizes: list[tuple[int, int]]) -> None:
    image = Image.radial_gradient("L").resize(size)
    variants = converted(encode(image, "JPEG", quality=98)).variants
    assert [(variant.width, variant.height) for variant in variants] == sizes
    for variant in variants:
        assert Image.open(io.BytesIO(variant.data)).size == (variant.width, variant.height)


@pytest.mark.parametrize("codec", ["PNG", "WEBP", "GIF"])
def test_sizes_of_other_formats(codec: str) -> None:
    variants = converted(encode(Image.effect_noise((2000, 40), 60), codec)).variants
    assert [(v.width, v.height) for v in variants] == [(1600, 32), (800, 16), (400, 8)]


def test_a_smaller_version_that_needs_more_bytes_is_left_out() -> None:
    rows = b"".join(b"\0" + b"\x33\xcc" * 51 for _ in range(400))  # one bit for each pixel
    variants = converted(png(810, 400, 1, 0, rows)).variants
    assert [variant.width for variant in variants] == [810]


def test_fine_patterns_become_grey_not_bands() -> None:
    row = b"\0" + bytes(x % 2 * 255 for x in range(3200))
    other = b"\0" + row[2:] + b"\0"
    image = decoded(png(3200, 40, 8, 0, (row + other) * 20))
    assert image.crop((9, 9, 1591, 11)).getextrema() in {(127, 127), (127, 128), (128, 128)}


def test_a_ramp_keeps_its_values() -> None:
    row = b"\0" + bytes(x * 256 // 3200 for x in range(3200))
    image = decoded(png(3200, 16, 8, 0, row * 16))
    assert all(near(pixel(image, x, 4), (round(x * 0.16 - 0.4),), 1) for x in range(10, 1590))


def test_large_photos_are_progressive() -> None:
    photo = encode(Image.radial_gradient("L").resize((1700, 50)).convert("RGB"), "JPEG")
    for variant in converted(photo).variants:
        assert "SOF2" in left(variant.data)


# --- animations ---


def animation(codec: str, width: int) -> bytes:
    frames = [Image.new("RGB", (width, 4), colour) for colour in ("red", "lime", "blue")]
    return encode(
        frames[0],
        codec,
        save_all=True,
        append_images=frames[1:],
        duration=[40, 200, 70],
        loop=5,
        **({"lossless": True} if codec == "WEBP" else {}),
    )


def frames_of(data: bytes) -> list[object]:
    with Image.open(io.BytesIO(data)) as image:
        found: list[object] = [image.info.get("loop"), image.size]
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            image.load()
            found += [image.info.get("duration"), grid(image)[0]]
        return found


@pytest.mark.parametrize("codec", ["GIF", "WEBP", "PNG"])
@pytest.mark.parametrize("width", [4, 1700])
def test_animations_stay_as_they_are(codec: str, width: int) -> None:
    data = animation(codec, width)
    (variant,) = converted(data).variants
    assert frames_of(variant.data) == frames_of(data)
    assert len(frames_of(data)) == 8


@pytest.mark.parametrize("codec", ["GIF", "WEBP", "PNG"])
def test_metadata_of_animations_is_removed(codec: str) -> None:
    data = animation(codec, 4)
    if codec == "GIF":
        comment = b"\x21\xfe" + bytes((len(SECRET),)) + SECRET + b"\0"
        more = data.replace(b"\x21\xf9", comment + b"\x21\xf9")[:-1] + comment + b";" + SECRET
    elif codec == "PNG":
        text = png_chunk(b"tEXt", b"a\0" + SECRET)
        at = data.index(b"IDAT") - 4
        more = data[:at] + text + data[at:-12] + text + data[-12:]
    else:
        inner, at = media_chunk(b"XXXX", SECRET), data.index(b"ANMF")
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        frame = media_chunk(b"ANMF", data[at + 8 : at + 8 + size] + inner)
        more = webp(data[12:at] + frame + data[at + 8 + size :] + media_chunk(b"XMP ", SECRET))
    assert more.count(SECRET) >= 2
    assert converted(more).variants == converted(data).variants


# --- transparency and grey ---


@pytest.mark.parametrize("width", [100, 1700])
@pytest.mark.parametrize(
    "kind", ["RGBA", "LA", "P", "RGB key", "L key", "WEBP", "WEBP lossy", "GIF"]
)
def test_transparency_stays(kind: str, width: int) -> None:
    image = Image.new("RGBA", (width, 40), (0, 0, 0, 0))
    image.paste((200, 200, 200, 255), (width // 2, 0, width, 40))
    codec = kind.split(maxsplit=1)[0] if kind.startswith(("WEBP", "GIF")) else "PNG"
    options: dict[str, object] = {"lossless": kind == "WEBP"} if codec == "WEBP" else {}
    if kind == "P":
        image = image.quantize(4)
    elif kind == "LA":
        image = image.convert("LA")
    elif kind.endswith("key"):
        options["transparency"] = (0, 0, 0) if kind == "RGB key" else 0
        image = image.convert(kind.removesuffix(" key"))
    published = decoded(encode(image, codec, **options))
    if kind in {"LA", "L key"} and width > 1600:
        assert published.mode == "LA"
    rgba = published.convert("RGBA")
    assert pixel(rgba, 2, 10)[3] == 0
    assert near(pixel(rgba, rgba.width - 3, 10), (200, 200, 200, 255), 2)


def test_hidden_colours_do_not_bleed_into_edges() -> None:
    row = b"\0" + b"\0\0\xff\0" * 1701 + b"\xff\0\0\xff" * 1699  # unseen blue, red
    image = decoded(png(3400, 30, 8, 6, row * 30))
    edge = [pixel(image, x, 9) for x in range(790, 810)]
    assert {red for red, _, _, alpha in edge if alpha > 20} == {255}
    assert {blue for _, _, blue, alpha in edge if alpha > 20} == {0}


@pytest.mark.parametrize("codec", ["JPEG", "PNG"])
@pytest.mark.parametrize("width", [9, 1700])
def test_grey_stays_grey(codec: str, width: int) -> None:
    image = decoded(encode(Image.new("L", (width, 9), 77), codec))
    assert (image.mode, pixel(image, 4, 4)) == ("L", (77,))


def test_a_scan_in_black_and_white_is_resized_with_greys() -> None:
    image = decoded(png(3200, 2, 1, 0, (b"\0" + b"\x55" * 400) * 2))
    assert image.mode == "L"
    assert near(pixel(image, 800), (127,), 7)


# --- depth and colour ---

LEVELS = (0, 0x0100, 0x3C80, 0x8000, 0xC0FF, 0xFFFF)


@pytest.mark.parametrize(
    ("colour_type", "mode", "channels"), [(0, "L", 1), (2, "RGB", 3), (4, "LA", 2), (6, "RGBA", 4)]
)
@pytest.mark.parametrize("repeat", [1, 300])
def test_16_bits_become_8_of_the_same_brightness(
    colour_type: int, mode: str, channels: int, repeat: int
) -> None:
    has_alpha = mode in {"LA", "RGBA"}
    pixels = [(level,) * (channels - has_alpha) + (0xFFFF,) * has_alpha for level in LEVELS]
    row = b"\0" + b"".join(struct.pack(f">{channels}H", *pixel) * repeat for pixel in pixels)
    image = decoded(png(6 * repeat, 2, 16, colour_type, row * 2))
    assert image.mode == mode
    step = image.width / 6
    for index, level in enumerate(LEVELS):
        values = pixel(image, int((index + 0.5) * step))
        assert near(values[: channels - has_alpha], (level >> 8,) * (channels - has_alpha), 1)
        assert not has_alpha or values[-1] == 255


@pytest.mark.parametrize(("colour_type", "channels"), [(0, 1), (2, 3)])
def test_a_transparent_colour_of_16_bits_stays(colour_type: int, channels: int) -> None:
    row = b"\0" + b"\x80\x11" * channels * 5 + b"\xf0\x22" * channels * 5
    key = png_chunk(b"tRNS", b"\x80\x11" * channels)
    image = decoded(png(10, 1, 16, colour_type, row, key)).convert("RGBA")
    assert [pixel(image, x, 0)[3] for x in (2, 7)] == [0, 255]
    assert pixel(image, 7, 0)[:3] == (0xF0,) * 3


def cmyk(profile: bytes | None, *inks: Pixel) -> bytes:
    image = Image.new("CMYK", (16 * len(inks), 16))
    for number, ink in enumerate(inks):
        image.paste(ink, (16 * number, 0, 16 * number + 16, 16))
    data = encode(image, "JPEG", quality=100, subsampling=0, icc_profile=profile)
    assert b"Adobe" in data
    return data


INKS = ((255, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 255), (0, 255, 255, 0), (0, 0, 0, 100))


@pytest.mark.parametrize("profile", [None, b"broken", icc(b"CMYK", 400), icc(b"RGB ", 400)])
def test_cmyk_becomes_rgb(profile: bytes | None) -> None:
    image = decoded(cmyk(profile, *INKS))
    assert (image.mode, image.info.get("icc_profile")) == ("RGB", None)
    colours = [pixel(image, 16 * number + 8, 8) for number in range(5)]
    assert near(colours, [(0, 255, 255), (255,) * 3, (0,) * 3, (255, 0, 0), (155,) * 3], 3)


def test_a_cmyk_profile_decides_the_colours() -> None:
    """In this profile cyan ink is red: Lab 54.3, 80.8, 69.9 is red in sRGB."""
    image = decoded(cmyk(cmyk_profile(), *INKS[:3]))
    assert (image.mode, image.info.get("icc_profile")) == ("RGB", None)
    colours = [pixel(image, 16 * number + 8, 8) for number in range(3)]
    assert near(colours, [(255, 0, 0), (255,) * 3, (0,) * 3], 3)


def test_ycck_becomes_rgb() -> None:
    """Y 150, Cb 128, Cr 178 are R 220, G 114, B 150 (JFIF); Adobe stores them inverted."""
    data = cmyk(None, (255 - 150, 255 - 128, 255 - 178, 0))
    at = data.index(b"Adobe") + 11
    assert data[at] == 0
    image = decoded(data[:at] + b"\2" + data[at + 1 :])
    assert near(pixel(image, 8, 8), (255 - 220, 255 - 114, 255 - 150), 3)


def test_a_jpeg_that_stores_rgb_keeps_its_colours() -> None:
    for width in (16, 1700):
        data = encode(Image.new("RGB", (width, 16), (10, 200, 90)), "JPEG", keep_rgb=True)
        assert near(decoded(data).getpixel((8, 8)), (10, 200, 90), 3)


def test_the_gamma_of_a_png_is_kept() -> None:
    gamma = png_chunk(b"gAMA", struct.pack(">I", 100_000))
    for width in (4, 1700):
        published = converted(png(width, 1, 8, 0, b"\0" + bytes(width), gamma)).variants[0].data
        assert gamma in published


# --- the same bytes ---


def samples() -> dict[str, bytes]:
    photo = Image.radial_gradient("L").resize((1900, 40)).convert("RGB")
    profile = icc(b"RGB ", 700)
    return {
        "jpeg": encode(photo, "JPEG", exif=b"Exif\0\0" + exif(3), icc_profile=profile),
        "png": encode(photo, "PNG", icc_profile=profile),
        "webp": encode(photo, "WEBP"),
        "gif": encode(photo, "GIF"),
        "cmyk": cmyk(cmyk_profile(), *INKS),
    }


def test_threads_make_the_same_bytes() -> None:
    data = list(samples().values())
    first = [converted(item) for item in data]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(converted, data * 3)) == first * 3


@pytest.mark.slow
def test_processes_make_the_same_bytes(tmp_path: Path) -> None:
    program = (
        "import hashlib, pathlib, sys\nfrom ilofeed.media.pictures import convert\n"
        "for path in sys.argv[1:]:\n"
        "  for variant in convert(pathlib.Path(path).read_bytes()):\n"
        "    print(hashlib.sha256(variant).hexdigest())\n"
    )
    paths = []
    for name, data in samples().items():
        paths.append(tmp_path / name)
        paths[-1].write_bytes(data)
    printed = {
        subprocess.run(
            [sys.executable, "-c", program, *paths],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            timeout=120,
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(printed) == 1
    assert printed.pop().count(b"\n") > 8


def test_the_version_names_pillow_and_its_codecs() -> None:
    version = converter_version()
    assert version.startswith(f"pil {PIL.__version__}, jpg ")
    assert "None" not in version.replace("libjpeg_turbo None", "")
    assert version == converter_version()


# --- unusable and hostile files ---


def with_scans(count: int) -> bytes:
    data = encode(Image.new("RGB", (8, 8)), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * (count - data.count(b"\xff\xda")) + b"\xff\xd9"


BOMB = zlib.compress(bytes(40_000_000), 9)
UNUSABLE = {
    "empty": (b"", "is empty"),
    "text": (b"no picture", "is not a PNG, JPEG, GIF or WebP picture"),
    "html": (b"<!doctype html><p>404", "is not a PNG"),
    "bmp": (encode(Image.new("RGB", (2, 2)), "BMP"), "is not a PNG"),
    "heic": (b"\0\0\0\x18ftypheic" + bytes(20), "is a HEIC picture"),
    "bytes": (b"\xff\xd8\xff" + bytes(25 * 2**20), "has 25 MiB or more"),
    "png pixels": (png(10_000, 10_000, 8, 2, b""), "has more than 65 megapixels"),
    "png side": (png(70_000, 1, 8, 0, bytes(70_001)), "is longer than 65535 pixels"),
    "png of no pixels": (png(0, 5, 8, 0, b""), "is damaged"),
    "png without rows": (png(9, 9, 8, 2, b""), "cannot be decoded"),
    "gif pixels": (gif(GIF_FRAME, 60_000, 60_000), "has more than 65 megapixels"),
    "gif frames": (gif(GIF_FRAME * (MAX_FRAMES + 1)), f"has {MAX_FRAMES + 1} frames"),
    "gif frame that is larger": (gif(GIF_FRAME.replace(b"\1\0\1", b"\1\xee\1")), "is damaged"),
    "gif frame at another place": (
        gif(GIF_FRAME + GIF_FRAME.replace(b"\x2c\0", b"\x2c\1")),
        "is damaged",
    ),
    "two heads of an animation": (
        png(1, 1, 8, 0, b"\0\0", png_chunk(b"acTL", b"\0\0\0\1" * 2) * 2),
        "is damaged",
    ),
    "short head of an animation": (
        png(1, 1, 8, 0, b"\0\0", png_chunk(b"acTL", b"\0\0\0\1")),
        "is damaged",
    ),
    "animation of no frames": (
        png(
            *(1, 1, 8, 0, b"\0\0"),
            png_chunk(b"acTL", bytes(8)) + png_chunk(b"fcTL", bytes(26)),
        ),
        "has 0 frames",
    ),
    "animation that lost a frame": (
        png(1, 1, 8, 0, b"\0\0", png_chunk(b"acTL", b"\0\0\0\2" * 2)),
        "is damaged",
    ),
    "endless animation": (
        png(1, 1, 8, 0, b"\0\0", png_chunk(b"acTL", b"\xff" * 8)),
        "has 4294967295 frames",
    ),
    "gif without frames": (gif(b""), "is cut off"),
    "webp pixels": (
        webp(media_chunk(b"VP8X", bytes(4) + b"\xff\x3f\0" * 2) + media_chunk(b"VP8 ", bytes(9))),
        "has more than 65 megapixels",
    ),
    "webp of nothing": (webp(b""), "is damaged"),
    "jpeg scans": (with_scans(MAX_SCANS + 1), f"has {MAX_SCANS + 1} scans"),
    "jpeg of nothing": (b"\xff\xd8\xff\xd9", "is damaged"),
    "jpeg with two frames": (
        with_metadata("jpeg", 20).replace(
            b"\xff\xda", segment(0xC0, bytes((8, 0, 1, 0, 1, 1, 1, 17, 0))) + b"\xff\xda", 1
        ),
        "is damaged",
    ),
    "png with a wrong checksum": (
        png(1, 1, 8, 0, b"\0\0")[:-16] + bytes(4) + png_chunk(b"IEND", b""),
        "is damaged",
    ),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_unusable_files_are_explained(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    data, message = UNUSABLE[name]
    text = convert(data)
    assert isinstance(text, str)
    assert text.startswith(message)
    assert capfd.readouterr() == ("", "")


def test_what_is_just_within_the_limits_is_published() -> None:
    assert isinstance(convert(with_scans(MAX_SCANS)), list)
    assert isinstance(convert(gif(GIF_FRAME * MAX_FRAMES)), list)
    row = b"\0" + bytes(65_535)
    assert isinstance(convert(png(65_535, 1, 8, 0, row)), list)


@pytest.mark.parametrize("name", [b"iCCP", b"zTXt", b"iTXt"])
def test_compressed_metadata_is_not_unpacked(name: bytes) -> None:
    data = png(1, 1, 8, 0, b"\0\0", png_chunk(name, b"x\0\0" + BOMB))
    converted(data)  # loads Pillow
    tracemalloc.start()
    try:
        assert left(converted(data).variants[0].data) == {"IHDR", "IDAT", "IEND"}
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_a_gif_says_once_how_often_it_is_shown() -> None:
    loop = b"\x21\xff\x0bNETSCAPE2.0\3\1\5\0\0"
    twice = gif(loop + GIF_FRAME + loop + GIF_FRAME)
    assert converted(twice).variants[0].data.count(b"NETSCAPE") == 1


SMALL = {
    kind: converted(with_metadata(kind, 20)).variants[0].data for kind in LEFT
} | {f"animated {name}": animation(name, 4) for name in ("GIF", "WEBP", "PNG")}  # fmt: skip


@pytest.mark.parametrize("kind", SMALL)
def test_a_file_that_was_cut_off_is_refused(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    data = SMALL[kind]
    assert isinstance(convert(data), list)
    last = len(data) - 1 if "gif" in kind.lower() else len(data)  # its end mark may be missing
    for size in range(0, last, 1 + len(data) // 300):
        text = convert(data[:size])
        if isinstance(text, list):  # an animation that lost whole frames and its end mark
            assert kind == "animated GIF"
    assert capfd.readouterr() == ("", "")


@given(
    st.sampled_from(sorted(SMALL)),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_damaged_files_raise_nothing(kind: str, changes: list[tuple[int, int]]) -> None:
    data = bytearray(SMALL[kind])
    for place, value in changes:
        data[place % len(data)] = value
    picture = convert(bytes(data))
    if isinstance(picture, list):
        assert all(picture)
    else:
        assert picture.startswith(("is ", "has ", "cannot "))
        assert ";" in picture or picture.startswith("is not a PNG")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in KiB there")
@pytest.mark.parametrize("kind", ["grey of 16 bits", "RGBA", "progressive", "WebP"])
def test_the_largest_pictures_need_limited_memory(kind: str, tmp_path: Path) -> None:
    side = 8060
    if kind in {"progressive", "WebP"}:
        image = Image.new("RGB", (side, side), "red")
        data = encode(image, "JPEG", progressive=True) if kind == "progressive" else encode(
            image, "WEBP", lossless=True
        )  # fmt: skip
    else:
        row = b"\0" + bytes(side * (2 if kind.startswith("grey") else 4))
        depth, colour_type = (16, 0) if kind.startswith("grey") else (8, 6)
        data = png(side, side, depth, colour_type, row * side)
    path = tmp_path / "picture"
    path.write_bytes(data)
    program = (
        "import io, pathlib, resource, sys\nfrom PIL import Image\n"
        "from ilofeed.media.pictures import convert\n"
        "files = convert(pathlib.Path(sys.argv[1]).read_bytes())\n"
        "assert Image.open(io.BytesIO(files[0])).width == 1600\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, path],
        check=True,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.stderr == ""
    assert int(done.stdout) < 1500  # MiB


def test_the_package_offers_what_its_callers_use() -> None:
    assert (subject.MAX_SIDE, subject.WIDTHS) == (1600, (800, 400))
