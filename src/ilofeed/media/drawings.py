"""Check SVG drawings (SVG 1.1 and 2), which browsers and feed readers show as a logo."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from ilofeed.media.kinds import parse_inactive

MAX_BYTES = 256 * 1024  # a drawn logo has 2 to 50 kB; readers load it with each feed
_SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:px|pt|pc|mm|cm|in)?\s*")
# what loads another file in a style; a backslash could hide it
_LOADS = re.compile(
    r"url\(\s*['\"]?\s*(?!['\"#\s]|data:image/)|@import|image-set|\\", re.IGNORECASE
)
_INSIDE = re.compile(r"\s*(?:#|data:image/(?:png|jpeg|gif|webp)[;,])", re.IGNORECASE)


def refuse_drawing(data: bytes) -> str | None:
    """Return why an SVG file cannot be a logo, as the second half of a message; else None.

    It must have a size, and nothing that a browser would run or load from elsewhere.
    """
    if len(data) > MAX_BYTES:
        return f"has more than {MAX_BYTES // 1024} KiB; export it without embedded pictures"
    root = parse_inactive(data)
    if root is None:
        return "has scripts or event handlers, or is not valid XML; export it as plain SVG"
    if root.tag != f"{_SVG}svg":
        return "is not an SVG drawing; export it as plain SVG"
    if next(_references(root), None) is not None:
        return "loads another file, such as a font or a picture; export it with everything in it"
    if not _has_size(root):
        return "has no size; add a viewBox, such as viewBox='0 0 200 100'"
    return None


def _references(root: ET.Element) -> Iterator[str]:
    """Yield the values by which a drawing loads other files; metadata of programs loads none."""
    for element in root.iter():
        if not str(element.tag).startswith(_SVG):
            continue
        if element.tag == f"{_SVG}style" and _LOADS.search(text := "".join(element.itertext())):
            yield text
        for name, value in element.items():
            local = name.rpartition("}")[2]
            is_link = local in {"href", "src"} and not _INSIDE.match(value)
            is_animated_link = name == "attributeName" and value.endswith("href")
            if is_link or is_animated_link or (name == local and _LOADS.search(value)):
                yield value


def _has_size(root: ET.Element) -> bool:
    """Return whether a drawing has a width and a height that are not zero."""
    box = (root.get("viewBox") or "").replace(",", " ").split()
    sizes = box[2:] if len(box) == 4 else [root.get("width", ""), root.get("height", "")]
    numbers = [_NUMBER.fullmatch(size) for size in sizes]
    return all(match is not None and float(match[1]) > 0 for match in numbers)
