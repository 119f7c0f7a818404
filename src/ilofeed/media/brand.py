"""Check what shows the office in readers and on pages: logo, icon, share picture and colour.

They are published in `assets/` under fixed names, because readers store their addresses. The icon
becomes a PNG in several sizes; the others keep their format.
"""

import os
import posixpath
from collections.abc import Mapping
from enum import IntEnum
from pathlib import Path

from ilofeed.media.kinds import refuse_drawing
from ilofeed.media.pictures import PictureInfo, check_picture, version_path
from ilofeed.media.sources import OUTSIDE, OfficeFile, Unreadable, digest_of, leads_outside
from ilofeed.model import PublishedFile
from ilofeed.problems import quote

BRAND_KEYS = ("logo", "icon", "image")
MAX_BYTES = 5 * 1024 * 1024
# least width and height in pixels: search engines leave out lower logos; social networks show a
# smaller share picture only as a stamp beside the text
_LEAST = {"logo": (60, 60), "icon": (512, 512), "image": (600, 315)}


WHITE, LEAST_CONTRAST = "#ffffff", 4.5  # of text (WCAG 2.2, success criterion 1.4.3)


def contrast(colour: str, ground: str) -> float:
    """Return the contrast ratio of two colours such as `#1a5fb4` (WCAG 2.2), from 1 to 21."""
    darker, lighter = sorted(map(_luminance, (colour, ground)))
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: str, ground: str) -> str:
    """Return a colour of text: the given one, darker or on a dark ground lighter where needed."""
    limit = 255 if _luminance(ground) < 0.18 else 0
    mixed = (_mix(colour, limit, step / 100) for step in range(101))
    return next(each for each in mixed if contrast(each, ground) >= LEAST_CONTRAST)


def _luminance(colour: str) -> float:
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in bytes.fromhex(colour[1:]))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mix(colour: str, limit: int, share: float) -> str:
    channels = bytes.fromhex(colour[1:])
    return "#" + bytes(round(each + (limit - each) * share) for each in channels).hex()


def brand_file(root: Path, written: str) -> OfficeFile:
    """Return the file that a key of feeds.yaml names; it may not exist."""
    name = posixpath.normpath(written)
    return OfficeFile(root, name, str(root / name))


class Icon(IntEnum):
    """The sizes of the icon: its width and height in pixels, by where it is shown."""

    LARGE = 512
    HOME = 180  # the home screen of a phone
    FEED = 144  # RSS allows no more
    LIST = 64  # a list of feeds
    TAB = 32

    @property
    def path(self) -> str:
        """The output path of the icon in this size."""
        path = "assets/icon.png"
        return path if self is Icon.LARGE else version_path(path, self)


def check_brand(
    key: str, written: str, files: Mapping[str, OfficeFile]
) -> PublishedFile | Unreadable:
    """Return how the file of a key is published, or why it cannot be used; `files` are by the names
    that are written in feeds.yaml."""
    file = files.get(written)
    if file is None:
        return _missing(written)
    data = _read(file)
    if isinstance(data, Unreadable):
        return data
    source = file.name, digest_of(data), len(data)
    info = _check(key, data)
    if isinstance(info, str):
        return Unreadable("bad-image", f"{quote(file.name)} {info}")
    if info is None:
        return PublishedFile("assets/logo.svg", *source)
    if key == "icon":
        side, *smaller = map(int, Icon)
        return PublishedFile(Icon.LARGE.path, *source, side, side, "image/png", tuple(smaller))
    path = f"assets/{key}.{info.suffix}"
    return PublishedFile(path, *source, info.width, info.height, info.type)


def _missing(name: str) -> Unreadable:
    message = f"there is no file {quote(name)} in the folder of feeds.yaml; put it there"
    return Unreadable("image-not-found", message)


def _read(file: OfficeFile) -> bytes | Unreadable:
    names = file.name.split("/")
    if any(name.startswith(".") for name in names) or file.name.startswith("/"):
        message = f"{quote(file.name)} is hidden or not in the office's folder; "
        return Unreadable("image-not-found", message + "put the file beside feeds.yaml")
    if file.data is None and not os.path.lexists(file.path):
        return _missing(file.name)
    # unlike the folders of entries, which are not followed, a folder in the path may be a link
    if file.data is None and leads_outside(file.root, Path(file.path)):
        return Unreadable(OUTSIDE.code, f"{quote(file.name)}: {OUTSIDE.message}")
    data = file.read()
    if isinstance(data, Unreadable):
        return Unreadable(data.code, f"{quote(file.name)}: {data.message}")
    if len(data) > MAX_BYTES:
        message = f"{quote(file.name)} has more than {MAX_BYTES // 1024**2} MiB; reduce its size"
        return Unreadable("bad-image", message)
    return data


def _check(key: str, data: bytes) -> PictureInfo | str | None:
    """Return how a picture is published, None for a drawing, or why it cannot be used."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        is_logo = key == "logo"
        return refuse_drawing(data) if is_logo else "is not a picture; save it as PNG or JPEG"
    info = check_picture(data)
    if isinstance(info, str):
        return info
    if data.startswith(b"GIF") or info.is_animated:
        return "is a GIF picture or an animation; save it as PNG"
    size = f"is {info.width} × {info.height} pixels as it is published"
    if key == "icon" and info.width != info.height:
        return f"{size}, but an icon is square; crop it"
    width, height = _LEAST[key]
    if info.width < width or info.height < height:
        return f"{size}; write a picture of at least {width} × {height} pixels"
    return info
