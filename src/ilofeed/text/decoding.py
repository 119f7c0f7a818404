"""Decode an author's file, whatever its encoding, and report what feeds cannot carry."""

import codecs
import itertools
import re
import unicodedata
from collections.abc import Callable

from ilofeed.problems import Problem, quote
from ilofeed.text import characters
from ilofeed.text.characters import MAX_PER_FILE, Source

_KINDS = (  # how files begin that are not texts
    (b"PK\x03\x04", "a document of Word or LibreOffice"),
    (b"\xd0\xcf\x11\xe0", "a document of Word"),
    (b"{\\rtf", "a document of Word (RTF)"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
)
_SAVE = "save it as UTF-8 (“Save as”, encoding UTF-8)"


def decode(path: str, data: bytes) -> tuple[Source | None, list[Problem]]:
    """Return the text of a file (None if it is binary) and the problems of its encoding.

    A file in another encoding is decoded all the same, so that its other problems are reported too.
    Unfit characters are masked one by one, which keeps lines and columns right and makes sure that
    later checks do not report them again.
    """
    for beginning, kind in _KINDS:
        if data.startswith(beginning):
            message = f"this is {kind}, whatever its name says; copy its words into a new text file"
            return None, [Problem(path, 1, 1, "not-utf-8", message)]
    text, problems = _decode(path, data)
    head = text[:1000]
    if "\0" in head and len(characters.CONTROL.findall(head)) * 20 > len(head):
        message = "not a text file; write one with a text editor and save it as UTF-8"
        return None, [Problem(path, 1, 1, "not-utf-8", message)]
    source = Source(path, text.replace("\r\n", "\n").replace("\r", "\n"))
    for pattern in characters.UNFIT:
        matches = [match for match in pattern.finditer(source.text) if characters.is_unfit(match)]
        problems += _list_unfit(source, matches)
        if matches:
            source = Source(path, _mask(source.text, matches))
    private = itertools.islice(characters.PRIVATE.finditer(source.text), MAX_PER_FILE)
    problems += [characters.private_character(source, match.start(), match[0]) for match in private]
    return source, problems


def _mask(text: str, matches: list[re.Match[str]]) -> str:
    """Replace each match with spaces or letters of the same length."""
    parts, end, indented = [], 0, True
    for match in matches:
        between = text[end : match.start()]
        last = between.rpartition("\n")[2]
        indented = not last.strip(" ") and (indented or "\n" in between)
        parts += [between, (" " if indented else "x") * len(match[0])]
        end = match.end()
    return "".join([*parts, text[end:]])


def _list_unfit(source: Source, matches: list[re.Match[str]]) -> list[Problem]:
    problems = [
        source.problem(match.start(), *characters.describe_unfit(match[0]))
        for match in matches[:MAX_PER_FILE]
    ]
    if more := matches[MAX_PER_FILE:]:
        code, _ = characters.describe_unfit(more[0][0])
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
    # UTF-16 without a mark, if it is text
    if start.count(0) > len(start) // 4 or start.startswith((b"-\0-\0-\0", b"\0-\0-\0-")):
        return _utf16(path, data, "utf-16-le" if start[1:2] == b"\0" else "utf-16-be")
    try:
        return data.decode("utf-8").lstrip("\ufeff"), []
    except UnicodeDecodeError:
        return _foreign(path, data)


def _utf16(path: str, data: bytes, name: str) -> tuple[str, list[Problem]]:
    encoding = name[:6].upper()
    message = f"the file is encoded as {encoding}; {_SAVE}"
    return data.decode(name, "replace").replace("\ufffd", "?"), [
        Problem(path, 1, 1, "not-utf-8", message)
    ]


def _foreign(path: str, data: bytes) -> tuple[str, list[Problem]]:
    """Return the text of a file with lines in another encoding, and a problem at the first one."""
    lines = data.split(b"\n")
    foreign = {index: at for index, line in enumerate(lines) if (at := _first_foreign(line)) >= 0}
    readable = readable_encodings(b"\n".join(lines[index] for index in foreign))
    codec, name = readable[0] if readable else ("", "")
    texts = [
        line.decode(codec or "cp1252", "replace").replace("\ufffd", "?")
        if index in foreign
        else line.decode("utf-8")
        for index, line in enumerate(lines)
    ]
    index, at = next(iter(foreign.items()))
    line = lines[index]
    column = len(line[:at].decode("utf-8")) + 1
    message = f"byte 0x{line[at]:02X} is not valid UTF-8"
    if codec:
        words = line[at:].decode(codec, "replace").strip()
        message = f"the file is not encoded as UTF-8; as {name} this is {quote(words, 30)}"
    return "\n".join(texts), [Problem(path, index + 1, column, "not-utf-8", f"{message}; {_SAVE}")]


def foreign_lines(data: bytes) -> bytes:
    """Return the lines of a document that are not UTF-8."""
    return b"\n".join(line for line in data.split(b"\n") if _first_foreign(line) >= 0)


def _first_foreign(line: bytes) -> int:
    """Return the index of the first byte that is not UTF-8; -1 if there is none."""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return -1


# --- the encoding that makes readable text ---

MIN_READABLE = 0.8  # of the characters outside ASCII
SAMPLE = 4_000  # characters that are enough to tell
_SIGNS = frozenset("“”„‘’‚«»‹›–—…·•°§№€£©®¿¡")
_KANA = re.compile("[\u3040-\u30ff]")
_LONG_HANGUL = re.compile("[\uac00-\ud7a3]{9}")  # Korean has spaces
_WORD = re.compile(r"[^\W\d_]+")


def _is_common(codec: str, first: int, last: int) -> Callable[[str], float]:
    """Return a function that says how much of a text is in the rows of a codec's common letters.

    Standards of East Asia begin with the letters in daily use; the others are rare.
    """

    def readable(text: str) -> float:
        letters = [
            letter
            for letter in text
            if letter > "\x7f" and unicodedata.category(letter)[0] in "LC"  # or for private use
        ]
        if not letters or (codec == "euc_kr" and _LONG_HANGUL.search(text)):
            return 0.0
        codes = [letter.encode(codec, "replace") for letter in letters]
        common = [
            len(code) == 2 and (first <= code[0] <= last or _KANA.match(letter) is not None)
            for letter, code in zip(letters, codes, strict=True)
        ]
        return sum(common) / len(common)

    return readable


def _has_words(text: str) -> float:
    """Return how much of a text outside ASCII is in words of one script with capitals in order."""
    good: float = sum(letter in _SIGNS for letter in text)
    total = sum(letter > "\x7f" and not letter.isspace() for letter in text)
    for match in _WORD.finditer(text):
        foreign = sum(letter > "\x7f" for letter in match[0])
        if foreign and _is_word(match[0]):
            good += foreign * (0.9 if match[0].isupper() else 1)  # rarer than small letters
    return good / total if total else 0.0


def _is_word(word: str) -> bool:
    scripts = {unicodedata.name(letter, "?").partition(" ")[0] for letter in word}
    if scripts == {"LATIN"} and len(word) > 1 and not re.search("[A-Za-z]", word):
        return False
    return len(scripts) == 1 and (word[1:] == word[1:].lower() or word.isupper())


_ENCODINGS = (  # of equally readable ones the first is right
    ("euc_kr", "EUC-KR", _is_common("euc_kr", 0xB0, 0xC8)),
    ("gb18030", "GBK", _is_common("gb2312", 0xB0, 0xD7)),
    ("big5", "Big5", _is_common("big5", 0xA4, 0xC6)),
    ("shift_jis", "Shift-JIS", _is_common("shift_jis", 0x88, 0x97)),
    ("cp1252", "Windows-1252", _has_words),
    ("cp1251", "Windows-1251", _has_words),
    ("cp1250", "Windows-1250", _has_words),
    ("cp1253", "Windows-1253", _has_words),
    ("koi8_r", "KOI8-R", _has_words),
    ("cp866", "CP866", _has_words),
    ("cp1256", "Windows-1256", _has_words),
    ("iso8859_5", "ISO 8859-5", _has_words),
    ("mac_roman", "Mac OS Roman", _has_words),
    ("mac_cyrillic", "Mac OS Cyrillic", _has_words),
    ("cp850", "CP850", _has_words),
)


def readable_encodings(data: bytes) -> list[tuple[str, str]]:
    """Return the codecs in which bytes are readable, and their names; the most readable first."""
    scores = []
    for codec, name, readable in _ENCODINGS:
        try:
            scores.append((readable(data.decode(codec)[:SAMPLE]), codec, name))
        except UnicodeDecodeError:
            continue
    best = sorted(scores, key=lambda score: -score[0])
    return [(codec, name) for score, codec, name in best if score > MIN_READABLE]
