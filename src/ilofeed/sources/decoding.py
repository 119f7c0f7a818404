"""Decode a document from any source, and detect its format."""

import codecs
import gzip
import io
import re
import zlib

from ilofeed.problems import quote
from ilofeed.sources.items import MAX_BYTES, Note, SourceError, note
from ilofeed.text import foreign_lines, readable_encodings

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
    r"(?:utf[_-]?(?:8|16|32)|us-?ascii|ascii|latin[_-]?1|iso[_-]?8859|windows[_-]?12|cp12|cp8[56]|koi8"
    r"|gb|x-gbk|big5|euc|shift_jis|shift-jis|sjis|iso[_-]2022|mac|tis-620|x-sjis|cp874|cp9[345])"
    r"[a-z0-9._-]*",
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
# what browsers read instead (WHATWG Encoding Standard), by the names of Python's codecs
_LARGER = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030",
    "gbk": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932", "euc_kr": "cp949",
    "tis-620": "cp874",
}  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_FEW = 20  # one character of so many may be broken


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


def codec_of(name: str) -> str:
    """Return the codec of an encoding's name in a document; "" if it is not known."""
    try:
        codec = codecs.lookup(name).name if _ENCODING.fullmatch(name) else ""
    except LookupError:
        return ""
    return _LARGER.get(codec, codec)


def decode(data: bytes, encoding: str = "", charset: str = "") -> tuple[str, list[Note]]:
    """Return the text of a document; raise `SourceError` if it is not text.

    `encoding` is the codec that the user names, `charset` the name that the server sent. A document
    that is valid UTF-8 is UTF-8 whatever is declared; one in an unknown encoding is refused.
    """
    mark, marked = next((pair for pair in _MARKS if data.startswith(pair[0])), (b"", encoding))
    data = data.removeprefix(mark)
    head = data[:400]
    if not marked and head.count(0) > len(head) // 10:
        marked = "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    declared = _DECLARED.search(head)
    names = [charset, declared[1].decode("ascii") if declared else ""]
    stated = [marked] if marked else list(filter(None, map(codec_of, names)))
    text, notes = _decode_as(data, stated or ["utf-8"], is_certain=bool(marked))
    start = text[:2000]
    if len(_CONTROL.findall(start)) * 20 > len(start):
        raise SourceError("this is not text: neither a feed nor a table")
    if not text.strip("\ufeff\x00 \t\r\n"):
        raise SourceError("the document is empty")
    return text.replace("\x00", "").lstrip("\ufeff"), notes


def _decode_as(data: bytes, stated: list[str], *, is_certain: bool) -> tuple[str, list[Note]]:
    utf8 = None if is_certain or data.isascii() else _strict(data, "utf-8")
    if utf8 is not None:
        message = f"the document declares {stated[0]}, but it is UTF-8"
        return utf8, [note(message)] * ("utf-8" not in stated)
    for name in stated:
        if (text := _strict(data, name)) is not None:
            return text, []
    for name in stated:
        text = data.decode(name, "replace")
        broken = text.count("\ufffd") - data.count(b"\xef\xbf\xbd")
        letters = sum(letter > "\x7f" for letter in text)
        if name.startswith(("utf-16", "utf-32")) or broken * _FEW <= letters:
            message = f"characters that are not valid {name} and were left out: {broken}"
            return text.replace("\ufffd", ""), [note(message)]
    if len(_CONTROL.findall(data[:2000].decode("latin-1"))) * 20 > len(data[:2000]):
        raise SourceError("this is not text: neither a feed nor a table")
    raise SourceError(_name_encodings(data, stated[0]))


def _strict(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeError, LookupError):
        return None


def _name_encodings(data: bytes, name: str) -> str:
    """Return the message for a document in an unknown encoding, with the text in likely ones."""
    lines = foreign_lines(data)
    readings = [
        f"--encoding {codec} makes it {quote(_first_words(lines.decode(codec, 'replace')), 40)}"
        for codec, _ in readable_encodings(lines)[:4]
    ]
    advice = "; ".join(readings) or "save it as UTF-8, or name its encoding with --encoding"
    return f"the document is not {name.upper()}; {advice}"


def _first_words(text: str) -> str:
    first = re.search(r"[^\x00-\x7f]", text)
    return " ".join(text[max(0, first.start() - 8) if first else 0 :].split())


def detect_kind(text: str) -> str:
    """Return "xml", "json", "ics" or "csv", from the first characters of a text."""
    start = text[:100].lstrip()
    if start.upper().startswith("BEGIN:VCALENDAR"):
        return "ics"
    if start.startswith("<"):
        return "xml"
    return "json" if start.startswith(("{", "[")) else "csv"
