"""Problems in an author's files: place, severity, what is wrong and what to write."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, get_args

Severity = Literal["error", "warning"]

# these would move the cursor, reverse the line or not be seen
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# GitHub's runner executes `::error::` at the start of a line and `##[error]` anywhere in it; others
# execute `##vso[task]`. The last character of a match is escaped
_COMMAND = re.compile(r"\A\s*:(?=:)|(?<=#)#(?=\w*\[)")
_UNSAFE_IN_JSON = re.compile(r"[^\t\n -~]+|(?<=#)#(?=\w*\[)")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A mistake in an author's file.

    `line` and `column` (in characters) count from 1; the end is the place after the last
    character, or 0 if it is not known. `code` never changes and has a section in
    `docs/reference/problems.md`. `message` is a single line.
    """

    path: str
    line: int
    column: int
    code: Code
    message: str
    severity: Severity = "error"
    end_line: int = field(default=0, compare=False)
    end_column: int = field(default=0, compare=False)

    def as_warning(self) -> Problem:
        """Return the same problem as a warning, which does not prevent publishing."""
        return dataclasses.replace(self, severity="warning")


def has_errors(problems: Iterable[Problem]) -> bool:
    """Return whether any of the problems is an error, which prevents publishing."""
    return any(problem.severity == "error" for problem in problems)


def quote(text: str, most: int = 60) -> str:
    """Quote a text for a message, on one line, at most `most` characters, as `visible` does."""
    return f"`{visible(text, most)}`"


def visible(text: str, most: int = 300) -> str:
    """Shorten a text to `most` characters; show invisible characters as their code points."""
    shown = text if len(text) <= most else text[: most - 1] + "…"
    if shown.isprintable():
        return shown
    return "".join(
        _code_point(character) if _is_invisible(character) else character for character in shown
    )


def printable(text: str) -> str:
    """Return a text as one line for a terminal or a log, whatever it contains.

    Line breaks, other invisible characters, and what the runner of a CI job would execute are
    shown as code points.
    """
    return _COMMAND.sub(
        lambda match: match[0][:-1] + _code_point(match[0][-1]), visible(text, len(text))
    )


def printable_json(text: str) -> str:
    """Escape in a JSON text what `printable` shows as code points; the value stays the same."""

    def escape(match: re.Match[str]) -> str:
        return "".join(
            _json_escape(character) if character == "#" or _is_invisible(character) else character
            for character in match[0]
        )

    return _UNSAFE_IN_JSON.sub(escape, text.replace("\r", "\n"))


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in _INVISIBLE


def _code_point(character: str) -> str:
    return f"<U+{ord(character):04X}>"


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))


@contextlib.contextmanager
def attempting(action: str) -> Iterator[None]:
    """Note in an `OSError` what could not be done, such as `write public/index.html`.

    The message of the system alone, `No space left on device`, names neither action nor file. The
    innermost note is printed.
    """
    try:
        yield
    except OSError as error:
        error.add_note(action)
        raise


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate most similar to a word; None if none is similar."""
    import difflib  # slow to load, and most runs do not need it

    by_folded = {candidate.casefold(): candidate for candidate in sorted(candidates)}
    matches = difflib.get_close_matches(word.casefold(), by_folded, n=1)
    return by_folded[matches[0]] if matches else None


# Cyrillic letters that look like Latin ones
_LOOKALIKES = str.maketrans("АВЕЅІЈКМНОРСТХаеѕіјорсух", "ABESIJKMHOPCTXaesijopcyx")


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """Return the end of a message: the most similar candidate, or all candidates if few, or ""."""
    names = sorted(candidates)
    latin = word.translate(_LOOKALIKES)
    if not word.isascii() and latin.isascii() and (match := nearest(latin, names)):
        character = next(character for character in word if not character.isascii())
        return f"; did you mean {quote(match)}? This {quote(character)} is a Cyrillic letter"
    if match := nearest(word, names):
        return f"; did you mean {quote(match)}?"
    if names and len(", ".join(names)) <= 120:
        return "; known: " + visible(", ".join(names))
    return ""


def plural(number: int, singular: str, many: str = "") -> str:
    """Return a number with its noun: `1 file`, `2 entries` (`many` is an irregular plural)."""
    return f"{number} {singular}" if number == 1 else f"{number} {many or singular + 's'}"


Code = Literal[  # each has its section in docs/reference/problems.md
    "alias-taken", "alias-vanished", "alt-is-file-name", "attachment-source", "authority-changed",
    "bad-alias", "bad-authority", "bad-choice", "bad-colour", "bad-country-code", "bad-date",
    "bad-email", "bad-file", "bad-file-name", "bad-id", "bad-image", "bad-language",
    "bad-media-type", "bad-number", "bad-phrase", "bad-slug", "bad-time", "bad-url", "bidi-control",
    "changed-silently", "circular-broader", "comma-in-label", "control-character", "cut-by-hash",
    "damaged-text", "date-moved", "date-range", "dates-moved", "dead-link", "double-encoding",
    "duplicate-feed", "duplicate-id", "duplicate-key", "duplicate-slug", "duplicate-translation",
    "empty-file", "empty-value", "event-ends-before-start", "far-date", "feed-vanished",
    "file-as-host", "file-not-found", "file-too-large", "first-level-heading", "footnote",
    "html-in-text", "id-reused", "id-vanished", "image-not-found", "image-source",
    "image-without-alt", "indentation", "invisible-character", "key-in-body", "line-break",
    "link-outside", "looks-like-markdown", "manifest-lost", "many-vanished", "markup-in-text",
    "merge-conflict", "missing-colon", "missing-key", "mixed-event", "named-twice", "no-entries",
    "no-feeds-yaml", "no-front-matter", "no-time-zone", "no-words", "not-a-file", "not-a-mapping",
    "not-an-entry", "not-utf-8", "other-offset", "other-script", "placeholder",
    "private-character", "quotes", "raw-html", "relative-url", "same-language", "same-link",
    "second-document", "site-moved", "special-space", "tab", "too-deep", "too-long",
    "translation-chain", "unclosed-bracket", "unclosed-front-matter", "unknown-broader",
    "unknown-category", "unknown-country", "unknown-key", "unknown-language", "unknown-section",
    "unknown-time-zone", "unknown-translation", "unquoted-colon", "unquoted-start", "unreadable",
    "unsafe-link", "unused-file", "updated-backwards", "updated-before-date", "updated-in-future",
    "windows-name", "withdrawn-before-date", "wrong-type", "yaml-alias", "yaml-syntax", "yaml-tag",
]  # fmt: skip
CODES: tuple[Code, ...] = get_args(Code)
RULES: tuple[Code, ...] = (  # of the continuity guard: errors that --allow permits once
    "alias-vanished",
    "authority-changed",
    "date-moved",
    "dates-moved",
    "feed-vanished",
    "id-reused",
    "id-vanished",
    "manifest-lost",
    "many-vanished",
    "site-moved",
    "updated-backwards",
)
GUARDED = frozenset((*RULES, "changed-silently"))  # found by comparing with the last build
# what `deploy --allow` permits: rules for which two manifests are enough, and files of others
DEPLOY_RULES = (
    "not-ours", "id-vanished", "updated-backwards", "feed-vanished", "authority-changed",
    "site-moved",
)  # fmt: skip
