"""The text of a file an author wrote: decoding, places, and characters that no feed can carry."""

from __future__ import annotations

import bisect
import codecs
import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ilofeed.problems import Problem, Severity, quote

if TYPE_CHECKING:
    from ilofeed.problems import Code


MOST_PER_FILE = 10  # of one kind of character; the rest are counted, not listed

# XML 1.0 (section 2.2) cannot hold them at all, or feed validators warn about them (BadCharacters)
CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f"
# U+FFFD, surrogates and noncharacters: HTML calls them parse errors. Beyond the first plane what
# is fit is looked for, in what is found only: a long list of ranges is slow at every character
UNFIT = r"\x80-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffd-\U0010ffff"
FIT = "".join(f"\\U{plane:04x}0000-\\U{plane:04x}fffd" for plane in range(1, 17))
# UTF-8 read as Latin-1 or Windows-1252, then saved again: "é" became "Ã©", "’" became "â€™"
TWICE = (
    r"[\u00c2\u00c3][\x80-\u00bf]|\u00e2\u20ac[\u02dc\u0153\u2122\u201c\u201d\u00a6\u00a2\u017e]"
)

_CONTROL = re.compile(f"[{CONTROL}]")
_UNFIT = re.compile(f"[{UNFIT}](?<![{FIT}])")
_TWICE = re.compile(f"(?:{TWICE})+")
# two letters of another script, each in two or three pieces: "工资" became "å·¥èµ„"
_PIECES = (
    "\x80-\xbf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d"
    "\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178"
)
_FOREIGN = re.compile(f"(?:[\xc2-\xf4][{_PIECES}]{{1,3}}){{2,}}")
PRIVATE = re.compile(r"[\ue000-\uf8ff]")  # legal, but most often an icon that came along
_HARMLESS = bytes([*b"\t\n", *range(0x20, 0x7F)])  # bytes that mean one thing in every encoding
# whatever the patterns find holds one of these; most texts have none and are searched once
_SUSPECT = re.compile(f"[{CONTROL}{UNFIT}\xc2-\xf4\ue000-\uf8ff]")


@dataclass(frozen=True)
class Source:
    """A decoded text file. Lines end in `\\n` alone; `path` is relative to the office's folder."""

    path: str
    text: str

    @functools.cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of a character offset."""
        line = bisect.bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, line: int) -> int:
        """Where a line (from 1) begins; the end of the text for a line past it."""
        return self._starts[line - 1] if line <= len(self._starts) else len(self.text)

    def line_at(self, offset: int) -> str:
        """The whole line that holds an offset, without its line break."""
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", offset)
        return self.text[start:] if end < 0 else self.text[start:end]

    def problem(
        self, offset: int, code: Code, message: str, severity: Severity = "error"
    ) -> Problem:
        """A problem at an offset of this text."""
        line, column = self.place(offset)
        return Problem(self.path, line, column, code, message, severity)


def decode(path: str, data: bytes) -> tuple[Source | None, list[Problem]]:
    """The text of a file's bytes, and what is wrong with its encoding and characters.

    None where the file holds no text at all.

    Reading goes on after a wrong encoding, as far as it can be guessed, so that the problems
    further down are reported too. Unfit characters are masked in the text that is returned, one
    by one, so that places stay true and nothing is blamed twice.
    """
    if not data.translate(None, _HARMLESS):  # there are no others
        return Source(path, data.decode("ascii")), []
    text, problems = _decode(path, data)
    if _is_no_text(text[:1000]):
        message = "this is not a text file; an editor for text writes one, as UTF-8"
        return None, [Problem(path, 1, 1, "not-utf-8", message)]
    source = Source(path, text.replace("\r\n", "\n").replace("\r", "\n"))
    if not _SUSPECT.search(source.text):
        return source, problems
    for pattern in (_FOREIGN, _TWICE, _CONTROL, _UNFIT):
        found = list(pattern.finditer(source.text))
        if pattern is _FOREIGN:
            found = [match for match in found if _repaired(match[0])]
        problems += _listed(source, found)
        if found:
            source = Source(path, _masked(source.text, found))
    found = list(PRIVATE.finditer(source.text))[:MOST_PER_FILE]
    problems += [private_character(source, match.start(), match[0]) for match in found]
    return source, problems


def escaped_private(source: Source, start: int, end: int, value: str) -> list[Problem]:
    """The warning about a private character of a value that its text has as an escape only."""
    match = PRIVATE.search(value)
    if match is None or PRIVATE.search(source.text, start, end):
        return []
    return [private_character(source, start, match[0])]


def private_character(source: Source, offset: int, sign: str) -> Problem:
    """The warning about a private character at an offset."""
    message = (
        f"U+{ord(sign):04X} is a private character, often an icon copied from a web page; "
        "readers show a box, so delete it"
    )
    return source.problem(offset, "private-character", message, "warning")


def _is_no_text(head: str) -> bool:
    """Whether a file is a picture or the like: with NUL, and full of controls; one is a slip."""
    return "\0" in head and len(_CONTROL.findall(head)) * 20 > len(head)


def _masked(text: str, found: list[re.Match[str]]) -> str:
    """The text with something harmless, of equal length, in place of what was found."""
    parts, end, indented = [], 0, True
    for match in found:
        between = text[end : match.start()]
        last = between.rpartition("\n")[2]
        indented = not last.strip(" ") and (indented or "\n" in between)
        parts += [between, (" " if indented else "x") * len(match[0])]
        end = match.end()
    return "".join([*parts, text[end:]])


def _listed(source: Source, found: list[re.Match[str]]) -> list[Problem]:
    problems = [
        source.problem(match.start(), *describe_unfit(match[0])) for match in found[:MOST_PER_FILE]
    ]
    if more := found[MOST_PER_FILE:]:
        code, _ = describe_unfit(more[0][0])
        message = f"and {len(more)} more of the same kind in this file"
        problems.append(source.problem(more[0].start(), code, message))
    return problems


_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark begins in the same way
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def _decode(path: str, data: bytes) -> tuple[str, list[Problem]]:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _utf16(path, data.removeprefix(mark), name)
    start = data[:200]
    if start.count(0) > len(start) // 4:  # UTF-16 without a mark, if it is text
        return _utf16(path, data, "utf-16-le" if start[1:2] == b"\0" else "utf-16-be")
    try:
        return data.decode("utf-8").lstrip("\ufeff"), []
    except UnicodeDecodeError:
        return _latin(path, data)


def _utf16(path: str, data: bytes, name: str) -> tuple[str, list[Problem]]:
    called = name[:6].upper()
    message = f"the file is saved as {called}; save it again as UTF-8 (“Save as”, encoding UTF-8)"
    return data.decode(name, "replace").replace("\ufffd", "?"), [
        Problem(path, 1, 1, "not-utf-8", message)
    ]


def _latin(path: str, data: bytes) -> tuple[str, list[Problem]]:
    problems: list[Problem] = []
    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            if len(problems) == MOST_PER_FILE:
                break
            byte = line[error.start : error.start + 1]
            column = len(line[: error.start].decode("utf-8")) + 1
            message = (
                f"byte 0x{byte.hex().upper()} is not UTF-8 (in Windows-1252 it would be "
                f"{quote(byte.decode('cp1252', 'replace'))}); save the file again as UTF-8"
            )
            problems.append(Problem(path, number, column, "not-utf-8", message))
    return data.decode("utf-8", "windows-1252-guess"), problems


def _guess(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    byte = error.object[error.start : error.start + 1]
    return byte.decode("cp1252", "replace").replace("\ufffd", "?"), error.start + 1


codecs.register_error("windows-1252-guess", _guess)


def describe_unfit(found: str) -> tuple[Code, str]:
    """The code and message for characters that `find_unfit` found."""
    if _CONTROL.match(found):
        message = f"the control character U+{ord(found):04X} cannot stand in a feed; delete it"
        return "control-character", message
    if _UNFIT.match(found):
        message = f"the character U+{ord(found):04X} is a trace of damaged text; write it again"
        return "damaged-text", message
    message = f"{quote(found)} looks like text decoded twice"
    if repaired := _repaired(found):
        message += f"; write {quote(repaired)}"
    return "double-encoding", message


def _repaired(found: str) -> str | None:
    try:
        return b"".join(map(_byte, found)).decode("utf-8")
    except UnicodeError:
        return None


def _byte(character: str) -> bytes:
    """A letter as the byte it was taken from: of Windows-1252, which leaves five to Latin-1."""
    try:
        return character.encode("cp1252")
    except UnicodeError:
        return character.encode("latin-1")


def mend(text: str) -> str:
    """The text with nothing in it that `decode` or `find_unfit` would report.

    What was decoded twice is repaired where it can be; other unfit characters are taken out.
    """
    for pattern in (_FOREIGN, _TWICE):
        for _ in range(3):  # a repair may bring to light what was decoded three times
            mended = pattern.sub(lambda match: _repaired(match[0]) or match[0], text)
            if mended == text:
                break
            text = mended
    text = PRIVATE.sub("", _UNFIT.sub("", _CONTROL.sub("", text)))
    while _TWICE.search(text):
        text = _TWICE.sub(lambda match: match[0][:1], text)
    return text


def is_mistakable(text: str) -> bool:
    """Whether a text in Latin letters is, byte for byte, UTF-8 too, as `É®` is.

    feedparser, and the readers built on it, take such a text for wrongly decoded and change it.
    """
    try:
        return text.encode("latin-1").decode("utf-8") != text
    except UnicodeError:
        return False


def has_suspect(text: str) -> bool:
    """Whether a text has a character of those that no pattern finds anything without."""
    return _SUSPECT.search(text) is not None


def find_unfit(text: str) -> re.Match[str] | None:
    """The first characters that no feed should carry, in text that did not pass `decode`."""
    if not has_suspect(text):
        return None
    return _TWICE.search(text) or _CONTROL.search(text) or _UNFIT.search(text)


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


def find_markup(text: str) -> str | None:
    """An end tag of HTML in plain text: readers would show it, validators warn of it."""
    match = _MARKUP.search(text)
    return match[0] if match else None


def without_markup(text: str) -> str:
    """Plain text in which `find_markup` finds nothing."""
    while _MARKUP.search(text):
        text = _MARKUP.sub(" ", text)
    return text
