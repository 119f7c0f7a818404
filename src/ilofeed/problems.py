"""A problem is a value: where, how bad, what was found and what was wanted."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable


Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake of an author, at a place an editor can go to.

    `line` and `column` count from 1, columns in characters. `code` is stable, kebab-case and has
    its section in `docs/problems.md`. `message` is one sentence without a line break.
    """

    path: str
    line: int
    column: int
    code: Code
    message: str
    severity: Severity = "error"


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether anything among the problems keeps the office from publishing."""
    return any(problem.severity == "error" for problem in problems)


def quote(text: str, most: int = 60) -> str:
    """What was found, for a message: on one line, shortened, with nothing a terminal would obey."""
    return f"`{visible(text, most)}`"


def visible(text: str, most: int = 300) -> str:
    """A text shortened, with the code point in place of every character that cannot be seen."""
    shown = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(map(_seen, shown))


def _seen(character: str) -> str:
    # Cc, Cf, Cs, Co, Zl, Zp would move the cursor, turn the line around or show nothing at all
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
        return f"<U+{ord(character):04X}>"
    return character


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known spelling nearest to a word, or None where nothing is near."""
    import difflib  # slow to load, and most runs have nothing to guess

    by_folded = {candidate.casefold(): candidate for candidate in sorted(known)}
    found = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


# letters that look Latin and are Cyrillic, as a keyboard of the other alphabet writes them
_TWINS = str.maketrans("АВЕЅІЈКМНОРСТХаеѕіјорсух", "ABESIJKMHOPCTXaesijopcyx")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a message: the nearest known spelling, or all of them where they are few."""
    names = sorted(known)
    twin = word.translate(_TWINS)
    if not word.isascii() and twin.isascii() and (match := nearest(twin, names)):
        sign = next(sign for sign in word if not sign.isascii())
        return f"; did you mean {quote(match)}? The {quote(sign)} here is a Cyrillic letter"
    if match := nearest(word, names):
        return f"; did you mean {quote(match)}?"
    if names and len(", ".join(names)) <= 120:
        return "; known: " + visible(", ".join(names))
    return ""


def plural(number: int, one: str, many: str = "") -> str:
    """A number with what it counts."""
    return f"{number} {one}" if number == 1 else f"{number} {many or one + 's'}"


Code = Literal[  # each has its section in docs/problems.md
    "authority-changed", "bad-authority", "bad-choice", "bad-country-code", "bad-date", "bad-email",
    "bad-file-name", "bad-id", "bad-image", "bad-language", "bad-media-type", "bad-number",
    "bad-slug", "bad-time", "bad-url", "changed-silently", "circular-broader", "control-character",
    "cut-by-hash", "damaged-text", "date-moved", "date-range", "double-encoding", "duplicate-feed",
    "duplicate-id", "duplicate-key", "duplicate-slug", "duplicate-translation", "empty-file",
    "empty-value", "event-ends-before-start", "feed-vanished", "file-too-large", "html-in-text",
    "id-vanished", "image-not-found", "image-source", "image-without-alt", "indentation",
    "line-break", "many-vanished", "merge-conflict", "missing-colon", "missing-key", "mixed-event",
    "named-twice", "no-entries", "no-feeds-yaml", "no-front-matter", "no-time-zone", "not-a-file",
    "not-a-mapping", "not-an-entry", "not-utf-8", "private-character", "quotes", "raw-html",
    "relative-url", "same-language", "second-document", "site-moved", "tab", "too-deep", "too-long",
    "translation-chain", "unclosed-bracket", "unclosed-front-matter", "unknown-broader",
    "unknown-category", "unknown-country", "unknown-key", "unknown-language", "unknown-time-zone",
    "unknown-translation", "unquoted-colon", "unquoted-start", "unsafe-link", "updated-backwards",
    "updated-before-date", "updated-in-future", "withdrawn-before-date", "wrong-type", "yaml-alias",
    "yaml-syntax", "yaml-tag",
]  # fmt: skip
CODES: tuple[Code, ...] = get_args(Code)
RULES: tuple[Code, ...] = (  # what a build refuses, and --allow allows for once
    "authority-changed",
    "date-moved",
    "feed-vanished",
    "id-vanished",
    "many-vanished",
    "site-moved",
    "updated-backwards",
)
GUARDED = frozenset((*RULES, "changed-silently"))  # what a comparison with the last build finds
