"""Know the media types of files, and what must not be offered for download."""

import functools
import mimetypes
import posixpath
import re

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
    ".phtml "
    ".asp .aspx .jsp .cgi .pl .py .rb .sh .bash .bat .cmd .com .exe .msi .ps1 .vbs .scr .jar .swf "
    ".hta .lnk .url .desktop .app .apk .dmg .htaccess".split()
)
_RUNNING_TYPES = re.compile(r"text/html|.*(?:xhtml|javascript|ecmascript|x-sh)\b", re.IGNORECASE)
_HTML = re.compile(rb"\s*(?:<!doctype\s+html|<html\b|<head\b|<script\b|<body\b)", re.IGNORECASE)
_SVG_SCRIPT = re.compile(
    rb"<\s*(?:\w+:)?(?:script|foreignobject|iframe|embed|object)\b|\bon\w+\s*=|javascript:|<!entity",
    re.IGNORECASE,
)
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


def refuse_download(name: str, data: bytes, media_type: str | None) -> str | None:
    """Return why a file must not be offered for download, as the end of a sentence; else None."""
    suffix = suffix_of(name)
    if suffix in _RUNS or (media_type and _RUNNING_TYPES.match(media_type)):
        return "may run as a program; attach a PDF, or link to the page where it is"
    if _HTML.match(data[:1024].removeprefix(b"\xef\xbb\xbf")):
        return "is HTML; attach a PDF, or link to the page where it is"
    if (suffix == ".svg" or media_type == "image/svg+xml") and _SVG_SCRIPT.search(data):
        return "is an SVG picture with scripts or embedded pages; export it without them"
    beginnings = _BEGINNINGS.get(suffix)
    if beginnings is None:
        return None
    start = data[:_PDF_HEADER_IN]
    is_right = beginnings[0] in start if suffix == ".pdf" else start.startswith(beginnings)
    return (
        None if is_right else f"is not a {suffix[1:]} file, whatever its name says; export it again"
    )
