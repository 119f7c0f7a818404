"""Know the media types of files, and refuse those in which a browser would run something."""

import functools
import mimetypes
import posixpath
import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from ilofeed.model import FILE_NAMES, MEDIA_TYPES

# media types that some versions of Python do not know
_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".epub": "application/epub+zip",
    ".ics": "text/calendar",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
    ".webp": "image/webp",
}
_PUBLISHED = {  # that `mimetypes` does not know, or of a feed
    FILE_NAMES["json"]: MEDIA_TYPES["json"],
    ".avif": "image/avif",
    ".js": "text/javascript",
    ".opml": "text/x-opml",
    ".xml": "application/xml",  # as `application/atom+xml`, Chromium would show the source
}
PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})
# a browser or an operating system would run these
_RUNS = frozenset(
    ".htm .html .xhtml .shtml .mht .mhtml .xht .svgz .js .mjs .cjs .wasm .css .xsl .xslt .php "
    ".phtml .asp .aspx .jsp .cgi .pl .py .rb .sh .bash .bat .cmd .com .exe .msi .ps1 .vbs .scr "
    ".jar .swf .hta .lnk .url .desktop .app .apk .dmg .htaccess".split()
)
_RUNNING_TYPES = re.compile(r"text/html|.*(?:xhtml|javascript|ecmascript|x-sh)\b", re.IGNORECASE)
_HTML = re.compile(rb"\s*(?:<!doctype\s+html|<html\b|<head\b|<script\b|<body\b)", re.IGNORECASE)
_XML_TYPE = re.compile(r"(?:text|application)/xml|.*\+xml", re.IGNORECASE)
_ACTIVE = frozenset("script foreignobject iframe embed object handler".split())  # elements
_ACTIVE_ADDRESS = re.compile(r"(?:java|vb)script:|data:text/(?:html|xml)", re.IGNORECASE)
# entities hide text from the check, and a stylesheet may make a script
_HIDING = re.compile(r"<!entity|<\?xml-stylesheet", re.IGNORECASE)
_BEGINNINGS = {  # how files of a kind begin; a name with this suffix promises it
    ".pdf": (b"%PDF-",),
    ".zip": (b"PK\x03\x04", b"PK\x05\x06"),
    ".ogg": (b"OggS",),
    ".rtf": (b"{\\rtf",),
    ".ics": (b"BEGIN:VCALENDAR", b"\xef\xbb\xbfBEGIN:VCALENDAR"),
    **dict.fromkeys((".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub"), (b"PK\x03\x04",)),
}
DOCUMENT_SUFFIXES = frozenset((*_BEGINNINGS, *".csv .doc .m4a .mp3 .ppt .txt .xls".split()))
_PDF_HEADER_IN = 1024  # bytes; readers accept other bytes before the header


@functools.cache
def _known_types() -> mimetypes.MimeTypes:
    return mimetypes.MimeTypes()  # does not read the tables of the operating system


def suffix_of(name: str) -> str:
    """Return the suffix of a file name or path in lower case, with its dot."""
    return posixpath.splitext(name)[1].lower()


def media_type(url: str) -> str | None:
    """Return the media type for the suffix of an address, or None; the same on every computer."""
    path = re.sub(r"[?#].*", "", url)
    return _TYPES.get(suffix_of(path)) or _known_types().guess_type(path)[0]


def published_type(path: str) -> str:
    """Return the media type of a published file, with the encoding of a text."""
    name = path.rpartition("/")[2]
    kind = _PUBLISHED.get(name) or _PUBLISHED.get(suffix_of(name)) or media_type(name)
    is_text = kind is not None and re.match("text/|application/.*(?:xml|json)", kind)
    return f"{kind}; charset=utf-8" if is_text else kind or "application/octet-stream"


def refuse_download(name: str, data: bytes, kind: str | None) -> str | None:
    """Return why a file must not be offered for download, as the end of a sentence; else None.

    `kind` is its media type; None if it is unknown.
    """
    suffix = suffix_of(name)
    kinds = [kind or "", media_type(name) or ""]  # an entry may state another one than the name
    if suffix in _RUNS or any(map(_RUNNING_TYPES.match, kinds)):
        return "may run as a program; attach a PDF, or link to the page where it is"
    if _HTML.match(data[:1024].removeprefix(b"\xef\xbb\xbf")):
        return "is HTML; attach a PDF, or link to the page where it is"
    if any(map(_XML_TYPE.match, kinds)) and parse_inactive(data) is None:
        return "is an SVG picture or XML with scripts, or cannot be read; export it without them"
    beginnings = _BEGINNINGS.get(suffix, (b"",))
    start = data[:_PDF_HEADER_IN]
    if suffix == ".pdf":
        start = start[max(start.find(b"%PDF-"), 0) :]
    if not start.startswith(beginnings):
        return f"is not a {suffix[1:]} file, whatever its name says; export it again"
    return None


def parse_inactive(data: bytes) -> ET.Element | None:
    """Return the root element of XML in UTF-8; None if a browser would run anything in it, or if it
    cannot be parsed."""
    try:
        text = data.decode("utf-8-sig")
        if _HIDING.search(text):
            return None
        root = ET.fromstring(text)  # noqa: S314  without entities
        elements = list(root.iter())
    except (ValueError, ET.ParseError, RecursionError):
        return None
    names = {str(element.tag).rpartition("}")[2].lower() for element in elements}
    attributes = [pair for element in elements for pair in element.items()]
    is_active = not names.isdisjoint(_ACTIVE) or any(
        name.rpartition("}")[2].lower().startswith("on")
        or _ACTIVE_ADDRESS.search("".join(value.split()))
        for name, value in attributes
    )
    return None if is_active else root


# --- drawings: SVG 1.1 and 2, which browsers and feed readers show as a logo ---

MAX_DRAWING = 256 * 1024  # a drawn logo has 2 to 50 kB; readers load it with each feed
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
    if len(data) > MAX_DRAWING:
        return f"has more than {MAX_DRAWING // 1024} KiB; export it without embedded pictures"
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
    box = (root.get("viewBox") or "").replace(",", " ").split()
    sizes = box[2:] if len(box) == 4 else [root.get("width", ""), root.get("height", "")]
    numbers = [_NUMBER.fullmatch(size) for size in sizes]
    return all(match is not None and float(match[1]) > 0 for match in numbers)
