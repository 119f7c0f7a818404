"""Know the media types of files, and what must not be offered for download."""

import functools
import mimetypes
import posixpath
import re
from xml.etree import ElementTree as ET

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
