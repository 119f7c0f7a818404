"""The one door to markdown-it-py and nh3: an entry's body to HTML that any reader may show."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from ilofeed.content import plainbody
from ilofeed.content.bodychecks import BodyCheck, reference_problems
from ilofeed.content.signs import unneeded
from ilofeed.problems import has_errors
from ilofeed.text import is_mistakable
from ilofeed.urls import is_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import nh3
    from markdown_it import MarkdownIt

    from ilofeed.problems import Problem
    from ilofeed.text import Source

LONGEST_BODY = 100_000  # characters; 50 entries of them are what a feed document may hold
TAGS = frozenset(  # all that a body can become, and all that the lint lets pass
    (
        "a blockquote br code em h1 h2 h3 h4 h5 h6 hr img li ol p pre s strong "
        "table tbody td th thead tr ul"
    ).split()
)
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}
_PLACED = frozenset({"link_open", "image", "html_inline"})


@functools.lru_cache(256)
def _markdown(without: tuple[str, ...]) -> MarkdownIt:
    """A parser without some rules; all that are left are tried at every line and sign."""
    from markdown_it import MarkdownIt  # entries without a body do not need it
    from markdown_it.rules_inline import autolink, html_inline, image, link

    # html: True makes raw HTML a token, refused with its line; False would print it as text
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    # markdown-it prints links it distrusts as text; here they stay links, for a check to name
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005
    for name, rule in (
        ("autolink", autolink),
        ("html_inline", html_inline),
        ("image", image),
        ("link", link),
    ):
        parser.inline.ruler.at(name, _placed(rule))
    normalize = parser.normalizeLink
    parser.normalizeLink = (  # type: ignore[method-assign]
        lambda url: url if is_plain(url) else normalize(url)
    )
    return parser.disable(without)


def _placed(rule: Callable[[Any, bool], bool]) -> Callable[[Any, bool], bool]:
    """The same rule, whose token remembers where in the block's text it began."""

    def placed(state: Any, silent: bool) -> bool:  # noqa: FBT001  markdown-it calls it so
        at, before = state.pos, len(state.tokens)
        found = rule(state, silent)
        if found and not silent:
            made = (token for token in state.tokens[before:] if token.type in _PLACED)
            if token := next(made, None):
                token.meta["at"] = at
        return found

    return placed


@functools.cache
def _cleaner() -> nh3.Cleaner:
    import nh3

    return nh3.Cleaner(
        tags=set(TAGS),
        attributes=_ATTRIBUTES,
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel"},
    )


def is_clean(html: str) -> bool:
    """Whether HTML is, to the letter, what an HTML5 parser would write of it, with no elements and
    attributes but those of a body."""
    return _cleaner().clean(html) == html


def tidy_html(
    html: str, tags: Collection[str], attribute: Callable[[str, str, str], str | None]
) -> str:
    """Foreign HTML, well-formed and with nothing but some tags; their content stays.

    `attribute` is asked for each attribute that a body may have: element, name and value, to the
    value to keep or None.
    """
    import nh3

    return nh3.clean(
        html,
        tags=set(tags),
        attributes=_ATTRIBUTES,
        attribute_filter=attribute,
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel"},
        clean_content_tags={"script", "style", "title", "template", "noscript"} - set(tags),
    )


def render_body(source: Source, start: int, permalink: str) -> tuple[str, list[Problem]]:
    """The HTML of a Markdown body that begins at an offset, and every problem in it.

    Links to `#fragment` become links into the permalink; every other address must be whole.
    """
    body = source.text[start:]
    if not body.strip():
        return "", []
    if len(body) > LONGEST_BODY:
        return "", [source.problem(start, "too-long", _too_long(len(body)))]
    html = plainbody.render(body)
    if html is None:
        markdown = _markdown(unneeded(body))
        tokens = markdown.parse(body)
        if problems := BodyCheck(source, start, permalink).all(tokens):
            return "", problems
        html = markdown.renderer.render(tokens, markdown.options, {})
    html = _cleaner().clean(html).strip()
    if len(html) > LONGEST_BODY:
        return "", [source.problem(start, "too-long", _too_long(len(html)))]
    problems = reference_problems(source, start, html)
    return "" if has_errors(problems) else unmistakable(html), problems


def _too_long(length: int) -> str:
    return (
        f"a body of {length} characters is too long for readers, {LONGEST_BODY} is the most; "
        "attach the text, or link to it"
    )


def unmistakable(html: str) -> str:
    """The same HTML in references, where readers would take its letters for damaged ones."""
    if not is_mistakable(html):
        return html
    return html.encode("ascii", "xmlcharrefreplace").decode("ascii")
