"""The one door to markdown-it-py and nh3: an entry's body to HTML that any reader may show."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ilofeed import iri
from ilofeed.problems import quote
from ilofeed.source import describe_unfit, find_unfit, is_mistakable

if TYPE_CHECKING:
    from collections.abc import Iterator

    import nh3
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    from ilofeed.codes import Code
    from ilofeed.problems import Problem
    from ilofeed.source import Source

_TAGS = set(
    (
        "a blockquote br code em h1 h2 h3 h4 h5 h6 hr img li ol p pre s strong "
        "table tbody td th thead tr ul"
    ).split()
)
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}
LONGEST_HTML = 100_000  # 50 of them are what a feed document may hold
_OTHER_SCHEMES = ("mailto:", "tel:")


@functools.cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt  # entries without a body do not need it

    # html: True makes raw HTML a token, refused with its line; False would print it as text
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    # markdown-it prints links it distrusts as text; here they stay links, for `_address` to name
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005
    return parser


@functools.cache
def _cleaner() -> nh3.Cleaner:
    import nh3

    return nh3.Cleaner(
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel"},
    )


def render_body(source: Source, start: int, permalink: str) -> tuple[str, list[Problem]]:
    """The HTML of a Markdown body that begins at an offset, and every problem in it.

    Links to `#fragment` become links into the permalink; every other address must be whole.
    """
    body = source.text[start:]
    if not body.strip():
        return "", []
    first_line = source.place(start)[0]
    tokens = _markdown().parse(body)
    walk = _Walk(source, first_line, permalink)
    for token in tokens:
        walk.block(token)
    if walk.problems:
        return "", walk.problems
    html = _cleaner().clean(_markdown().renderer.render(tokens, _markdown().options, {})).strip()
    if len(html) > LONGEST_HTML:
        message = f"{len(html)} characters are too many for readers, {LONGEST_HTML} is the most; "
        message += "attach the text, or link to it"
        return "", [source.problem(start, "too-long", message)]
    html = unmistakable(html)
    if found := find_unfit(html):
        code, message = describe_unfit(found[0])
        at = max(source.text.find("&#", start), start)
        return "", [source.problem(at, code, message + " (written as a character reference)")]
    return html, []


def unmistakable(html: str) -> str:
    """The same HTML in references, where readers would take its letters for damaged ones."""
    if not is_mistakable(html):
        return html
    return html.encode("ascii", "xmlcharrefreplace").decode("ascii")


@dataclass
class _Block:
    """The stretch of source that holds an inline token; `cursor` moves past what was found."""

    source: Source
    cursor: int
    end: int

    def find(self, text: str) -> int:
        at = self.source.text.find(text, self.cursor, self.end)
        if at < 0:
            return self.cursor
        self.cursor = at
        return at


class _Walk:
    """Looks at every token for what a feed must not carry."""

    def __init__(self, source: Source, first_line: int, permalink: str) -> None:
        self.problems: list[Problem] = []
        self._source = source
        self._first_line = first_line
        self._permalink = permalink

    def block(self, token: Token) -> None:
        if token.map is None:
            return
        start = self._source.offset(self._first_line + token.map[0])
        block = _Block(self._source, start, self._source.offset(self._first_line + token.map[1]))
        if token.type == "html_block":
            self._html(token.content, block)
        for child in _flat(token.children or []):
            self._inline(child, block)

    def _inline(self, token: Token, block: _Block) -> None:
        match token.type:
            case "html_inline":
                self._html(token.content, block)
            case "link_open":
                self._address(token, "href", block)
            case "image":
                self._address(token, "src", block)
                if not "".join(child.content for child in token.children or []).strip():
                    message = "the picture has no text in its square brackets; say what it shows"
                    self._report(block.find("!["), "image-without-alt", message)

    def _html(self, content: str, block: _Block) -> None:
        message = (
            f"{quote(content.strip(), 40)} is HTML; write Markdown, or \\< for the sign itself"
        )
        at = block.find(content.strip())
        self._report(at, "raw-html", message)
        block.cursor = at + 1

    def _address(self, token: Token, attribute: str, block: _Block) -> None:
        written = str(token.attrs[attribute])
        at = block.find(written)
        if written.startswith("#") and attribute == "href":
            token.attrs[attribute] = self._permalink + written
        elif written.lower().startswith(_OTHER_SCHEMES) and attribute == "href":
            scheme, _, rest = written.partition(":")
            token.attrs[attribute] = f"{scheme.lower()}:{rest}"
        elif not iri.is_absolute(written):
            message = f"{quote(written)} is not a whole address; begin it with https://"
            self._report(at, "relative-url", message)
        elif not written.lower().startswith(("http:", "https:")):
            message = f"{quote(written)} is not allowed; links begin with https://, mailto: or tel:"
            self._report(at, "unsafe-link", message)
        else:
            try:
                token.attrs[attribute] = iri.to_url(written)
            except iri.AddressError as error:
                self._report(at, "bad-url", str(error))

    def _report(self, offset: int, code: Code, message: str) -> None:
        self.problems.append(self._source.problem(offset, code, message))


def _flat(tokens: list[Token]) -> Iterator[Any]:
    for token in tokens:
        # what stands in a picture's brackets is only its text, but HTML there is HTML all the same
        yield from (child for child in token.children or [] if child.type == "html_inline")
        yield token
