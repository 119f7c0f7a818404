"""Sample the text of an entry, to recognize later whether another text is about the same.

A text is cut into pieces (character n-grams): the eight characters from the beginning of each word,
and three Chinese, Japanese or Korean characters from each of them. Each piece has a number that
looks random; the `SIZE` lowest ones are the sketch. Because a piece has the same number in every
text, they are a fair sample (bottom-k sketch, Cohen and Kaplan 2007), and a later build, which only
has the sketch, can estimate how much of the old text is left.
"""

import re
import zlib
from base64 import b64decode, b64encode

SIZE = 48  # numbers in a sketch: 192 characters in the manifest
MIN_PIECES = 8  # a shorter text says too little
_BYTES = 3  # of a number
_TAG = re.compile(r"<[^<>]*>")
_NOT_TEXT = re.compile(r"[\W_]+")
_WORD = re.compile(r" (?=(.{8}))")
_WIDE = r"\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
_WIDE_PIECE = re.compile(f"(?=([{_WIDE}]{{3}}))")


def make_sketch(*texts: str) -> str | None:
    """Return the sketch of texts (plain or HTML) in base64; None if they are too short."""
    numbers = sorted(_numbers(texts))
    if len(numbers) < MIN_PIECES:
        return None
    return b64encode(b"".join(number.to_bytes(_BYTES) for number in numbers[:SIZE])).decode()


def shared_part(sketch: str, *texts: str) -> float:
    """Return which part of an earlier text, or of these texts, is common to both: 0.0 to 1.0.

    The larger part counts, so that shortening or extending a text changes little. 1.0 also means
    that too little is known to tell.
    """
    before, after = _read(sketch), _numbers(texts)
    if len(before) < MIN_PIECES or len(after) < MIN_PIECES:
        return 1.0
    common = len(before & after)
    last = max(before) if len(before) == SIZE else 1 << 8 * _BYTES
    comparable = sum(number <= last for number in after)  # only these can be in the sketch
    return max(common / len(before), common / max(comparable, MIN_PIECES))


def _read(sketch: str) -> set[int]:
    """Return the numbers in a sketch; none if it is damaged."""
    try:
        data = b64decode(sketch, validate=True)
    except ValueError:
        return set()
    starts = range(0, len(data), _BYTES)
    return {int.from_bytes(data[start : start + _BYTES]) for start in starts}


def _numbers(texts: tuple[str, ...]) -> set[int]:
    """Return the numbers of all pieces of texts, without markup, punctuation and case."""
    plain = _NOT_TEXT.sub(" ", _TAG.sub(" ", " ".join(("", *texts, ""))).casefold())
    pieces = _WORD.findall(plain + " " * 7)
    if not plain.isascii():
        pieces += _WIDE_PIECE.findall(plain)
    return {zlib.crc32(piece.encode("utf-8", "replace")) >> 8 for piece in pieces}
