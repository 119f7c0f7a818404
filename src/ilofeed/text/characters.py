"""A text file and its places; what feeds cannot carry of its characters, and editors cannot see."""

import bisect
import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from ilofeed.problems import Code, Problem, Severity, quote
from ilofeed.urls import MAX_URL, UNSEEN, describe_unseen

_WORD = re.compile(r"[\w-]{1,200}|[^\n]")  # or the one character that is wrong
MAX_PER_FILE = 10  # problems listed for each kind of character; the rest are only counted


@dataclass(frozen=True)
class Source:
    """A decoded text file. Lines end in `\\n` alone; `path` is relative to the office's folder."""

    path: str
    text: str

    @functools.cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column, both from 1, of a character offset."""
        line = bisect.bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, line: int) -> int:
        """Return the offset at which a line (from 1) begins, at most the end of the text."""
        return self._starts[line - 1] if line <= len(self._starts) else len(self.text)

    def problem(
        self,
        offset: int,
        code: Code,
        message: str,
        severity: Severity = "error",
        end: int | None = None,
    ) -> Problem:
        """Return a problem from an offset of this text to `end`, by default that of the word."""
        place = self.place(offset)
        if end is None:
            match = _WORD.match(self.text, offset)
            end = match.end() if match else offset
        else:  # without the line break after a block of text
            end = offset + len(self.text[offset:end].rstrip())
        return Problem(self.path, *place, code, message, severity, *self.place(end))


def line_at(text: str, offset: int) -> tuple[int, str]:
    """Return the offset at which the line of an offset begins, and that line."""
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    return start, text[start:] if end < 0 else text[start:end]


# not allowed in XML 1.0, reported by feed validators (BadCharacters), or lost in readers (U+FEFF)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")
# U+FFFD, surrogates and noncharacters: parse errors in HTML
_FIT = "".join(f"\\U{plane:04x}0000-\\U{plane:04x}fffd" for plane in range(1, 17))
_UNFIT = re.compile(rf"[\x80-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffd-\U0010ffff](?<![{_FIT}])")
# UTF-8 decoded as Latin-1 or Windows-1252, then saved: "é" became "Ã©", "’" became "â€™"
_MOJIBAKE = re.compile(
    r"(?:[\u00c2\u00c3][\x80-\u00bf]"
    r"|\u00e2\u20ac[\u02dc\u0153\u2122\u201c\u201d\u00a6\u00a2\u017e])+"
)
# at least two letters of another script, each as two to four characters: "工资" became "å·¥èµ„"
_CONTINUATION = (
    "\x80-\xbf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d"
    "\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178"
)
_FOREIGN_MOJIBAKE = re.compile(f"(?:[\xc2-\xf4][{_CONTINUATION}]{{1,3}}){{2,}}")
PRIVATE = re.compile(r"[\ue000-\uf8ff]")  # valid, but usually an icon copied by accident
UNFIT = (_FOREIGN_MOJIBAKE, _MOJIBAKE, CONTROL, _UNFIT)  # in this order


def escaped_private(source: Source, start: int, end: int, value: str) -> list[Problem]:
    """Return the warning about a private character that a value contains only as an escape."""
    match = PRIVATE.search(value)
    if match is None or PRIVATE.search(source.text, start, end):
        return []
    return [private_character(source, start, match[0])]


def private_character(source: Source, offset: int, character: str) -> Problem:
    """Return the warning about a private character at an offset."""
    message = (
        f"private-use character U+{ord(character):04X}, often an icon copied from a web page, "
        "which readers show as a box; delete it"
    )
    return source.problem(offset, "private-character", message, "warning")


def is_unfit(match: re.Match[str]) -> bool:
    """Return whether a match of a pattern in `UNFIT` is unfit; the first may be mistaken."""
    return match.re is not _FOREIGN_MOJIBAKE or _repaired(match[0]) is not None


def describe_unfit(unfit: str) -> tuple[Code, str]:
    """Return the problem code and the message for characters that `find_unfit` found."""
    if CONTROL.match(unfit):
        message = f"control character U+{ord(unfit):04X} is not allowed in feeds; delete it"
        return "control-character", message
    if _UNFIT.match(unfit):
        message = f"character U+{ord(unfit):04X} comes from damaged text; write the text again"
        return "damaged-text", message
    message = f"{quote(unfit)} looks like text in a wrong encoding"
    if repaired := _repaired(unfit):
        message += f"; write {quote(repaired)}"
    return "double-encoding", message


def _repaired(unfit: str) -> str | None:
    try:
        return b"".join(map(_byte, unfit)).decode("utf-8")
    except UnicodeError:
        return None


def _byte(character: str) -> bytes:
    """Return a letter's byte in Windows-1252, or in Latin-1 for the five that the former lacks."""
    try:
        return character.encode("cp1252")
    except UnicodeError:
        return character.encode("latin-1")


def repair(text: str) -> str:
    """Undo wrong decoding where possible, and remove all that `find_unfit` would find."""
    for pattern in (_FOREIGN_MOJIBAKE, _MOJIBAKE):
        for _ in range(3):  # a text may have been decoded wrongly three times
            before, text = text, pattern.sub(lambda match: _repaired(match[0]) or match[0], text)
            if text == before:
                break
    text = PRIVATE.sub("", _UNFIT.sub("", CONTROL.sub("", text)))
    if not _MOJIBAKE.search(text):
        return text
    for _ in range(3):
        text = _MOJIBAKE.sub(lambda match: match[0][:1], text)
    return _MOJIBAKE.sub(lambda match: f"{match[0][:1]} ", text)  # which cannot match again


def find_mistaken(text: str) -> str:
    """Return the first characters that `repair` takes for wrongly decoded ones, or ""."""
    matches = (match for pattern in UNFIT[:2] for match in pattern.finditer(text))
    return next((match[0] for match in matches if is_unfit(match)), "")


def is_mistakable(text: str) -> bool:
    """Return whether the Latin-1 bytes of a text are also valid UTF-8, as of `É®`.

    feedparser, and the readers built on it, assume a wrong encoding and change such a text.
    """
    try:
        return text.encode("latin-1").decode("utf-8") != text
    except UnicodeError:
        return False


def find_unfit(text: str) -> re.Match[str] | None:
    """Return the first characters that feeds cannot carry, in text that `decode` did not check."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return None
    return _MOJIBAKE.search(text) or CONTROL.search(text) or _UNFIT.search(text)


_TAGS = """
    a abbr acronym address article aside audio b bdi bdo big blockquote body br button canvas
    caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl
    dt em embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6
    head header hr html i iframe img input ins kbd label legend li link m main map mark menu
    meta meter nav nobr noscript object ol optgroup option output p param picture pre progress
    q rp rt ruby s samp script section select small source span strike strong style sub
    summary sup table tbody td textarea tfoot th thead time title tr tt u ul var video wbr
""".split()
_MARKUP = re.compile(rf"</(?:{'|'.join(_TAGS)})\s*>", re.IGNORECASE)
_START = re.compile(rf"<(?:{'|'.join(_TAGS)})(?:\s[^<>]{{0,2000}})?/?>", re.IGNORECASE)


def find_markup(text: str) -> str | None:
    """Return the first HTML end tag in plain text: readers show it and validators warn about it."""
    return match[0] if (match := _MARKUP.search(text)) else None


def without_markup(text: str) -> str:
    """Remove HTML from plain text with end tags, until `find_markup` finds none."""
    for _ in range(3):  # removing one may join the parts of another
        if _MARKUP.search(text):
            text = _START.sub("", _MARKUP.sub(" ", text))
    return text.replace("</", "< /") if _MARKUP.search(text) else text


# --- what editors cannot see ---

SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"  # all but the ordinary one
ZERO_WIDTH = "\u00ad\u180e\u200b-\u200d\u2060-\u2064"
_CLOSING = {
    **dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c"),
    **dict.fromkeys("\u2066\u2067\u2068", "\u2069"),
}
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\n]")
_IN_WORD = re.compile(rf"(?<=\w)[{ZERO_WIDTH}]+(?=\w)")
# these have no use for invisible characters in words, unlike Thai, Arabic or Hindi
_PLAIN_SCRIPTS = frozenset(
    "ARMENIAN CJK CYRILLIC DIGIT GEORGIAN GREEK HANGUL HEBREW HIRAGANA KATAKANA LATIN".split()
)
_INVISIBLE = f"[{SPACES}{ZERO_WIDTH}]"
_AT_END = re.compile(
    rf"(?<=[:-] )[ \t\"']*(?P<begin>{_INVISIBLE})|(?P<end>{_INVISIBLE})[\"']?[ \t]*$", re.MULTILINE
)
_ADDRESS = re.compile(
    r"(?:\]\([ \t]*<?(?P<link>[^()\n]*)|(?P<bare>(?:https?://|mailto:)[^\s<>()\[\]\"'*]+))"
)
_SUFFIXES = (  # of files; none is the end of a host
    "bmp|csv|docx?|epub|gif|heic|html?|jpe?g|mp[34]|odt|pdf|php|png|pptx?|rtf|svg|tiff?|txt|webp|"
    "xlsx?|xml"
)
_FILE_HOST = re.compile(
    rf"https?://(?P<host>(?:[\w-]+\.)+(?:{_SUFFIXES}))(?=[/?#:\s)>\]\"'}},]|$)",
    re.IGNORECASE | re.MULTILINE,
)
_ALT = re.compile(r"!\[(?P<body>[^\[\]\n]*)\]|\balt:[ \t]*[\"']?(?P<key>[^\"'\n,}]*)")
_FILE_NAME = re.compile(
    r"[\w .()%-]*\.(?:bmp|gif|heic|jpe?g|png|svg|tiff?|webp)"
    r"|(?:DSCN?|IMG|PXL|image|photo)[_ -]?\d{3}\w*",
    re.IGNORECASE,
)


def unseen(source: Source, start: int, body: int) -> Iterator[Problem]:
    """Yield the problems of an entry file with keys from `start` on and the body from `body` on."""
    if not source.text.isascii():
        yield from _bidi(source)
        yield from _invisible(source, start, body)
        yield from _in_addresses(source, body)
    for match in _FILE_HOST.finditer(source.text):
        message = f"{quote(match['host'])} looks like a file, not like a host; "
        message += f"write the whole address: https://host/{match['host']}"
        yield source.problem(match.start(), "file-as-host", message, "warning")
    for match in _ALT.finditer(source.text, start):
        kind = str(match.lastgroup)
        alt, is_in_body = match[kind].strip(), match.start() >= body
        if (kind == "body") == is_in_body and _FILE_NAME.fullmatch(alt):
            message = f"{quote(alt)} is the name of a file; describe what the picture shows"
            yield source.problem(match.start(kind), "alt-is-file-name", message, "warning")


def _bidi(source: Source) -> Iterator[Problem]:
    """Yield a warning for each control that changes the direction of all that follows it."""
    waiting: list[re.Match[str]] = []
    for match in (*_BIDI.finditer(source.text), None):
        sign = match[0] if match else "\n"
        if match and sign in _CLOSING:
            waiting.append(match)
        elif waiting and sign == _CLOSING[waiting[-1][0]]:
            opening = waiting.pop()
            if opening[0] in "\u202d\u202e":
                yield _bidi_problem(source, opening, "changes the order of letters; delete it")
        elif sign == "\n":
            for opening in waiting:
                close = f"U+{ord(_CLOSING[opening[0]]):04X}"
                yield _bidi_problem(
                    source, opening, f"is not closed by {close} on its line; delete it"
                )
            waiting = []


def _bidi_problem(source: Source, match: re.Match[str], what: str) -> Problem:
    message = f"the invisible character U+{ord(match[0]):04X} {what}"
    return source.problem(match.start(), "bidi-control", message, "warning")


def _invisible(source: Source, start: int, body: int) -> Iterator[Problem]:
    """Yield a warning for each kind of invisible character in words or at the ends of values."""
    places: dict[str, list[int]] = {}
    for match in _IN_WORD.finditer(source.text):
        before = source.text[max(match.start() - MAX_URL, 0) : match.start()]
        if "://" in re.split(r"\s", before)[-1]:  # `_in_addresses` reports it
            continue
        around = source.text[match.start() - 1], source.text[match.end()]
        if all(unicodedata.name(sign, "?").partition(" ")[0] in _PLAIN_SCRIPTS for sign in around):
            places.setdefault(match[0][0], []).append(match.start())
    for match in _AT_END.finditer(source.text, start, body):
        at = match.start(str(match.lastgroup))
        places.setdefault(source.text[at], []).append(at)
    for sign, offsets in places.items():
        more = f" ({len(offsets)} in this file)" if len(offsets) > 1 else ""
        name = unicodedata.name(sign, "").lower()
        message = f"invisible character U+{ord(sign):04X} ({name}){more}; delete it"
        yield source.problem(min(offsets), "invisible-character", message, "warning")


def _in_addresses(source: Source, body: int) -> Iterator[Problem]:
    for match in _ADDRESS.finditer(source.text, body):
        kind = str(match.lastgroup)
        sign = UNSEEN.search(match[kind])
        if sign is None and kind == "link":
            sign = re.search(f"[{SPACES}]", match[kind])
        if sign:
            yield source.problem(
                match.start(kind) + sign.start(), "bad-url", describe_unseen(sign[0])
            )
