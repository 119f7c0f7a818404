"""What a body must not hold: HTML, addresses that lead nowhere, pictures without a text."""

from __future__ import annotations

import itertools
import re
import sys
import urllib.parse
from typing import TYPE_CHECKING, Any

from ilofeed.problems import quote
from ilofeed.text import MOST_PER_FILE, PRIVATE, describe_unfit, find_unfit, private_character
from ilofeed.urls import AddressError, is_absolute, to_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ilofeed.problems import Code, Problem
    from ilofeed.text import Source

MOST_PROBLEMS = 100  # of one body: nobody mends more at a time
_LINK = re.compile(r"(?<!\\)\[[^\[\]\n]{0,500}\]\(([^()\n]{0,2000})\)")
_SPACE = re.compile(r"[^\s\\]\s+[^\s\"']")
_REFERENCE = re.compile("&#(?:[xX]([0-9A-Fa-f]{1,6})|([0-9]{1,7}));")
_OTHER_SCHEMES = ("mailto:", "tel:")


class BodyCheck:
    """Looks at every token of a parsed body; addresses are made absolute on the way."""

    def __init__(self, source: Source, start: int, permalink: str) -> None:
        self._problems: list[Problem] = []
        self._source = source
        self._start = start
        self._permalink = permalink
        self._line = 0  # of the body, from 0
        self._text = ""  # of the block that is looked at, as markdown-it took it from the lines

    def all(self, tokens: Iterable[Any]) -> list[Problem]:
        """Every problem in the tokens of a body."""
        for token in tokens:
            if token.map is not None:  # cells of a table have none of their own: their row's
                self._line = token.map[0]
            if token.type == "html_block":
                self._text = token.content
                self._html(token.content, 0)
            elif token.type == "inline":
                self._text = token.content
                self._inline(token.children, 0)
                if any(one.type == "text" and "](" in one.content for one in token.children):
                    self._not_a_link()
        return self._problems[:MOST_PROBLEMS]

    def _inline(self, tokens: Iterable[Any], base: int) -> None:
        for token in tokens:
            at = base + token.meta.get("at", 0)
            match token.type:
                case "html_inline":
                    self._html(token.content, at)
                case "link_open":
                    self._address(token, "href", at)
                case "image":
                    self._image(token, at)

    def _image(self, token: Any, at: int) -> None:
        self._address(token, "src", at)
        if not token.content.strip():
            message = "the picture has no text in its square brackets; say what it shows"
            self._report(at, "image-without-alt", message)
        # what stands in the brackets is only the picture's text, but HTML is HTML there too
        self._inline(token.children or (), at + 2)

    def _not_a_link(self) -> None:
        """A link with white space in its address, which Markdown prints as it stands."""
        for match in _LINK.finditer(self._text):
            if not _SPACE.search(match[1]):
                continue
            message = f"{quote(match[0])} is no link: its address has white space; write %20 for it"
            self._report(match.start(), "bad-url", message)
            return

    def _html(self, content: str, at: int) -> None:
        found = quote(content.strip(), 40)
        self._report(at, "raw-html", f"{found} is HTML; write Markdown, or \\< for the sign itself")

    def _address(self, token: Any, attribute: str, at: int) -> None:
        address = str(token.attrs[attribute])
        if address.startswith("#") and attribute == "href":
            token.attrs[attribute] = self._permalink + address
        elif address.lower().startswith(_OTHER_SCHEMES) and attribute == "href":
            scheme, _, rest = address.partition(":")
            token.attrs[attribute] = f"{scheme.lower()}:{rest}"
        elif not address:
            self._report(at, "relative-url", "the link has no address; write it into the brackets")
        elif not is_absolute(address):
            message = f"{_written(address)} is not a whole address; begin it with https://"
            self._report(at, "relative-url", message)
        elif not address.lower().startswith(("http:", "https:")):
            message = "links begin with https://, mailto: or tel:"
            message = f"{_written(address)} is not allowed; {message}"
            self._report(at, "unsafe-link", message)
        else:
            try:
                token.attrs[attribute] = to_url(address)
            except AddressError as error:
                self._report(at, "bad-url", str(error))

    def _report(self, at: int, code: Code, message: str) -> None:
        self._problems.append(self._source.problem(self._offset(at), code, message))

    def _offset(self, at: int) -> int:
        """The offset in the file of a place in the block: its line, and where its text begins."""
        line = self._text.count("\n", 0, at)
        begin = self._text.rfind("\n", 0, at) + 1
        text = self._text[begin:].partition("\n")[0]
        start = self._source.offset(self._source.place(self._start)[0] + self._line + line)
        column = self._source.line_at(start).find(text)  # behind what quotes and lists put first
        return start + max(column, 0) + at - begin


def reference_problems(source: Source, start: int, html: str) -> list[Problem]:
    """What is wrong with the characters that HTML has from references in a body (`&#xE601;`); of
    those that stand there as they are it has been told."""
    if found := find_unfit(html):
        at, _ = next(_references(source, start, found[0]), (start, ""))
        code, message = describe_unfit(found[0])
        return [source.problem(at, code, message + " (written as a character reference)")]
    signs = PRIVATE.findall(html) if "&#" in source.text else []
    if not signs:
        return []
    places = itertools.islice(_references(source, start, signs), MOST_PER_FILE)
    return [private_character(source, at, sign) for at, sign in places]


def _references(source: Source, start: int, signs: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Where a body has references to characters, or, for U+FFFD, to what cannot be one."""
    for match in _REFERENCE.finditer(source.text, start):
        number = int(match[1], 16) if match[1] else int(match[2])
        sign = chr(number) if number <= sys.maxunicode else "\ufffd"
        if sign in signs or ("\ufffd" in signs and find_unfit(sign)):
            yield match.start(), sign


def _written(address: str) -> str:
    """An address as its author wrote it: markdown-it has percent-encoded it."""
    return quote(urllib.parse.unquote(address))
