"""Decode a document from any source, and detect its format."""

import codecs
import gzip
import io
import re
import zlib

from ilofeed.sources.items import MAX_BYTES, Note, SourceError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark begins in the same way
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# Python's other codecs are not for documents, or take quadratic time
_ENCODING = re.compile(
    r"(?:utf-?(?:8|16|32)|us-?ascii|ascii|latin-?1|iso-?8859|windows-?12|cp12|cp866|koi8|gb|big5"
    r"|euc|shift_?jis|sjis|iso-2022|mac|tis-620|x-sjis|cp874|cp949)[a-z0-9._-]*",
    re.IGNORECASE,
)
_UNPACK = "unpack it and import a file or a folder in it"
_OTHERS = (  # how files begin that cannot be read
    (b"PK\x03\x04", f"a ZIP archive ({_UNPACK}) or a document (save a table as CSV)"),
    (b"\xd0\xcf\x11\xe0", "a document of Word or Excel; save a table as CSV"),
    (b"%PDF", "a PDF document; write its news as entries, or attach it to one"),
    (b"\x89PNG", "a picture; put it beside an entry that shows it"),
    (b"\xff\xd8\xff", "a picture; put it beside an entry that shows it"),
    (b"GIF8", "a picture; put it beside an entry that shows it"),
    (b"SQLite format 3", "a database; export its posts as a feed or a table"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


def unpack(data: bytes) -> bytes:
    """Return the content of a gzip file, and other bytes as they are; raise `SourceError`.

    The error says what a file is that is neither a feed nor a table.
    """
    if data.startswith(b"\x1f\x8b"):
        try:
            data = gzip.GzipFile(fileobj=io.BytesIO(data)).read(MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise SourceError(f"this is a damaged gzip file: {error}") from error
        if len(data) > MAX_BYTES:
            raise SourceError(f"unpacked it is larger than {MAX_BYTES // 2**20} MiB")
    if data[257:262] == b"ustar":
        raise SourceError(f"this is a TAR archive; {_UNPACK}")
    for beginning, kind in _OTHERS:
        if data.startswith(beginning):
            raise SourceError(f"this is {kind}")
    return data


def decode(data: bytes) -> tuple[str, list[Note]]:
    """Return the text of a document in any encoding; raise `SourceError` if it is not text."""
    mark, encoding = next((pair for pair in _MARKS if data.startswith(pair[0])), (b"", None))
    data = data.removeprefix(mark)
    head = data[:400]
    if encoding is None and head.count(0) > len(head) // 4:
        encoding = "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    declared = _DECLARED.search(head)
    if encoding is None and declared and _ENCODING.fullmatch(declared[1].decode("ascii")):
        encoding = declared[1].decode("ascii")
    text, notes = _decode_as(data, encoding or "utf-8")
    start = text[:2000]
    if len(_CONTROL.findall(start)) * 20 > len(start):
        raise SourceError("this is not text: neither a feed nor a table")
    if not text.strip("\ufeff\x00 \t\r\n"):
        raise SourceError("the document is empty")
    return text.replace("\x00", "").lstrip("\ufeff"), notes


def _decode_as(data: bytes, encoding: str) -> tuple[str, list[Note]]:
    for name in (encoding, "utf-8"):
        try:
            text = data.decode(name)
        except (UnicodeError, LookupError):
            continue
        message = f"the document declares {encoding}, but it is UTF-8"
        return text, [Note(0, "", message)] * (name != encoding)
    fallback, name = "cp1252", encoding.upper()
    message = f"the document is not valid {name}; it was read as Windows-1252, so check the letters"
    if encoding.startswith(("utf-16", "utf-32")):
        fallback = encoding
        message = f"some characters are not valid {name} and were left out"
    return data.decode(fallback, "replace").replace("\ufffd", ""), [Note(0, "", message)]


def detect_kind(text: str) -> str:
    """Return "xml", "json", "ics" or "csv", from the first characters of a text."""
    start = text[:100].lstrip()
    if start.upper().startswith("BEGIN:VCALENDAR"):
        return "ics"
    if start.startswith("<"):
        return "xml"
    return "json" if start.startswith(("{", "[")) else "csv"
