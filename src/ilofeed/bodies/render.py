"""Render a Markdown body to HTML that is safe in any reader."""

import itertools
import re
import sys
from collections.abc import Iterator, Sequence

from ilofeed.bodies.lookalikes import find_lookalikes
from ilofeed.bodies.parse import MAX_PROBLEMS, BodyCheck, ShowPicture, to_html
from ilofeed.bodies.sanitize import clean
from ilofeed.bodies.texts import join_html, link_addresses
from ilofeed.media import Unreadable
from ilofeed.problems import Problem, has_errors
from ilofeed.text import (
    MAX_PER_FILE,
    PRIVATE,
    Source,
    describe_unfit,
    find_unfit,
    is_mistakable,
    private_character,
)

MAX_BODY = 100_000  # characters; a feed document may contain 50 entries of this size
_PADDING = re.compile(
    r"(<(?:p|li|td|th|h[1-6])(?: [^<>]*)?>)[^\S\n]++"
    r"|(?<![^\S\n])[^\S\n]++(?=\n?</?(?:p|li|td|th|h[1-6r]|ul|ol|blockquote|pre|table)\b)"
)
_WIDE_SPACE = re.compile(r"[^\S\x00-\x7f]")
_REFERENCE = re.compile("&#(?:[xX]([0-9A-Fa-f]{1,6})|([0-9]{1,7}));")


def _no_files(_name: str) -> Unreadable:
    return Unreadable("relative-url", "a picture needs a complete address; begin it with https://")


def render_body(
    source: Source, start: int, permalink: str, show: ShowPicture = _no_files
) -> tuple[str, list[Problem]]:
    """Render the Markdown body that begins at an offset; return its HTML and its problems.

    The HTML is "" if there is an error. Links to `#fragment` become links to that fragment of the
    permalink; every other address must be absolute, except those of pictures: `show` is called with
    the path of each picture that is a file.
    """
    body = source.text[start:]
    if not body.strip():
        return "", []
    if len(body) > MAX_BODY:
        return "", [_too_long(source, start, len(body))]
    check = BodyCheck(source, start, permalink, show)
    rendered = check.read(to_html(body))
    if check.problems:
        problems = check.problems[:MAX_PROBLEMS]
        if all(problem.code != "raw-html" for problem in problems):  # it hides what is around it
            problems += find_lookalikes(source, start, check.elements, check.places)
        return "", problems
    if _WIDE_SPACE.search(rendered):  # comrak strips only ASCII white space
        rendered = _PADDING.sub(r"\1", rendered)
    cleaned = link_addresses(join_html(clean(rendered).strip()))
    if len(cleaned) > MAX_BODY:
        return "", [_too_long(source, start, len(cleaned))]
    problems = _reference_problems(source, start, cleaned)
    if has_errors(problems):
        return "", problems
    if is_mistakable(cleaned):  # otherwise readers would decode its letters a second time
        cleaned = cleaned.encode("ascii", "xmlcharrefreplace").decode("ascii")
    return cleaned, problems + find_lookalikes(source, start, check.elements, check.places)


def _too_long(source: Source, start: int, length: int) -> Problem:
    message = f"the body is too long ({length} characters, at most {MAX_BODY} are allowed); "
    return source.problem(start, "too-long", message + "attach the text, or link to it")


def _reference_problems(source: Source, start: int, text: str) -> list[Problem]:
    """Return the problems of characters written as references (`&#xE601;`), not literally."""
    if unfit := find_unfit(text):
        offset, _ = next(_references(source, start, unfit[0]), (start, ""))
        code, message = describe_unfit(unfit[0])
        return [source.problem(offset, code, message + " (written as a character reference)")]
    characters = PRIVATE.findall(text) if "&#" in source.text else []
    if not characters:
        return []
    references = itertools.islice(_references(source, start, characters), MAX_PER_FILE)
    return [private_character(source, offset, character) for offset, character in references]


def _references(source: Source, start: int, characters: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield offset and character of references to the characters; U+FFFD means any unfit one."""
    for match in _REFERENCE.finditer(source.text, start):
        number = int(match[1], 16) if match[1] else int(match[2])
        character = chr(number) if number <= sys.maxunicode else "\ufffd"
        if character in characters or ("\ufffd" in characters and find_unfit(character)):
            yield match.start(), character
