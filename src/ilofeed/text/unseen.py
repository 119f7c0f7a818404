"""Find what editors cannot see, or copied by accident, in the text of an entry file."""

import re
import unicodedata
from collections.abc import Iterator

from ilofeed.problems import Problem, quote
from ilofeed.text.characters import Source
from ilofeed.urls import MAX_URL, UNSEEN, describe_unseen

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
