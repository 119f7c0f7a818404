"""Guess the encoding of bytes that are not UTF-8: the one in which they are readable text."""

import re
import unicodedata
from collections.abc import Callable

MIN_READABLE = 0.8  # of the characters outside ASCII
SAMPLE = 4_000  # characters that are enough to tell
_MARKS = frozenset("“”„‘’‚«»‹›–—…·•°§№€£©®¿¡")
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
    good = sum(letter in _MARKS for letter in text)
    total = sum(letter > "\x7f" and not letter.isspace() for letter in text)
    for match in _WORD.finditer(text):
        foreign = sum(letter > "\x7f" for letter in match[0])
        if foreign and _is_word(match[0]):
            good += foreign
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
    ("cp1256", "Windows-1256", _has_words),
    ("koi8_r", "KOI8-R", _has_words),
    ("cp866", "CP866", _has_words),
    ("iso8859_5", "ISO 8859-5", _has_words),
    ("mac_roman", "Mac OS Roman", _has_words),
    ("mac_cyrillic", "Mac OS Cyrillic", _has_words),
    ("cp850", "CP850", _has_words),
)


def guess_encoding(data: bytes) -> tuple[str, str]:
    """Return the codec in which bytes are most readable, and its name; "" if they are in none."""
    best, most = ("", ""), MIN_READABLE
    for codec, name, readable in _ENCODINGS:
        try:
            score = readable(data.decode(codec)[:SAMPLE])
        except UnicodeDecodeError:
            continue
        if score > most:
            best, most = (codec, name), score
    return best
