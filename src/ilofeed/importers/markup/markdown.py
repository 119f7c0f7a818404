"""Convert HTML from any source to Markdown that passes the checks, or to plain text.

Of HTML that is too deep or has too many tags only the text is kept. The Markdown is rendered: if
text, links or pictures have changed, formatting is dropped until they are the same. Converting the
rendered body again gives exactly the same Markdown.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lxml import etree

from ilofeed.bodies import link_addresses, render_body, sanitize, to_html
from ilofeed.importers.markup.html import KEPT, Resolve, simplify
from ilofeed.importers.markup.layout import BLOCKS
from ilofeed.importers.markup.writer import escape, write_markdown
from ilofeed.problems import Problem, has_errors
from ilofeed.text import Source, repair

MAX_CHARACTERS = 400_000  # of HTML; a body of an entry may have 100,000
MAX_TAGS, MAX_DEPTH = 5_000, 100
MAX_ROUNDS = 6

# errors of Markdown whose HTML can be converted like that of another source
_CONVERTED = frozenset(
    (
        "bad-url image-not-found image-without-alt raw-html relative-url unknown-section "
        "unsafe-link"
    ).split()
)
_EMPHASIS = re.compile("</?(?:b|em|i|strong)>")
_NEVER_CLOSED = frozenset("br hr img input meta link wbr p li td th tr dt dd option col".split())
_NO_EMPHASIS = "bold and italics in the body cannot be written in Markdown there"
_TEXT_ONLY = (
    "only the text of the body is kept, without lists, links, tables and what is struck out"
)
_OPEN = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_NOT_TEXT = re.compile(  # not with the tree: HTML that is too large for one
    r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<(s|del|strike)>[^<]*</\2>", re.DOTALL | re.IGNORECASE
)
_STRUCK = re.compile(r"<s>(?:[^<]++|<(?!/?s>))*+</s>")
_TIDY_TAG = re.compile(r'<(/?)([a-z0-9]+)(?:\s+[a-z:-]+="[^"]*")*\s*/?>')
_MARK = re.compile(r" *\| *|\0\s*|(?<!\ue001)\ue001++(?=\n)")
_CODE = {ord(" "): "\ue000", ord("\n"): "\ue001"}  # which no text has


@dataclass(frozen=True, slots=True)
class Body:
    """Markdown, the HTML that a build renders from it, and messages about what was not kept."""

    markdown: str = ""
    html: str = ""
    lost: tuple[str, ...] = ()


def to_markdown(source: str, permalink: str, resolve: Resolve) -> Body:
    """Convert HTML to a body; `resolve` returns an attribute's new value, or None to drop it."""
    lost = []
    source = repair(source)
    if not _is_bounded(source):
        lost.append("the HTML of the body is too long or too deeply nested; only its text is kept")
        return _plain_body(_as_html(paragraphs(source)), permalink, lost, resolve)
    tidy, lost = simplify(source, resolve)
    tidy = _link(tidy, resolve)
    if not _is_bounded(tidy, MAX_DEPTH):  # exact now, since the HTML parser has closed elements
        lost.append("the HTML of the body is too deeply nested; only its text is kept")
        return _plain_body(tidy, permalink, lost, resolve)
    if body := _convert(tidy, permalink):
        return Body(*body, tuple(lost))
    plainer = _EMPHASIS.sub("", tidy)
    if plainer != tidy and (body := _convert(plainer, permalink)):
        return Body(*body, (*lost, _NO_EMPHASIS))
    lost.append(_TEXT_ONLY)
    return _plain_body(tidy, permalink, lost, resolve)


def _link(tidy: str, resolve: Resolve) -> str:
    """Return HTML with a link for each address in its text, as a build makes them."""
    return link_addresses(tidy, lambda address: resolve("a", "href", address))


def from_markdown(text: str, permalink: str, resolve: Resolve) -> Body:
    """Normalize Markdown to what its rendered HTML is converted to.

    HTML in it, and addresses that are not whole, are treated like those of other sources.
    """
    text = repair(text)
    rendered, problems = render_body(Source("", text), 0, permalink)
    errors = {problem.code for problem in problems if problem.severity == "error"}
    if errors and errors <= _CONVERTED:
        return to_markdown(to_html(text), permalink, resolve)
    if errors:
        blocks = [block for block in re.split(r"\n\s*\n", text) if block.strip()]
        note = f"the body is not valid Markdown ({_first(problems)}); it was read as plain text"
        body = to_markdown(_as_html(blocks), permalink, resolve)
        return Body(body.markdown, body.html, (note, *body.lost))
    return to_markdown(rendered, permalink, resolve)


def _as_html(blocks: Iterable[str]) -> str:
    return "".join(f"<p>{html.escape(block)}</p>" for block in blocks)


def plain(source: str, left_out: Counter[str] | None = None) -> str:
    """Return the text of HTML on one line; count what is struck out in `left_out`."""
    return " ".join(paragraphs(source, left_out))


def paragraphs(source: str, left_out: Counter[str] | None = None) -> list[str]:
    """Return the text of each block of HTML, with white space as a browser shows it."""
    source = repair(source)
    if _is_bounded(source):
        text, struck = _STRUCK.subn("", simplify(source, None)[0])
        text = _TIDY_TAG.sub(_line_ends, text)
    else:  # only by a pattern, in linear time
        struck = len(re.findall(r"<(?:s|del|strike)>", source, re.IGNORECASE))
        text = _NOT_TEXT.sub("", source[:MAX_CHARACTERS])
        text = re.sub(r"<[^<>]{0,2000}>", _line_ends_roughly, text)
    if left_out is not None:
        left_out["struck-out text"] += struck
    blocks = re.split(r"\n\n+", html.unescape(text))
    return [line for block in blocks if (line := repair(" ".join(block.split())))]


def _line_ends(match: re.Match[str]) -> str:
    name = match[2]
    return "\n" if name == "br" else "\n\n" if name in BLOCKS else ""


def _line_ends_roughly(match: re.Match[str]) -> str:
    name = _OPEN.match(match[0])
    is_block = name and name[2].lower() in BLOCKS
    return "\n\n" if is_block else {"<sup": "^", "<sub": "_"}.get(match[0][:4].lower(), " ")


def _is_bounded(text: str, deepest: int = 3 * MAX_DEPTH) -> bool:
    """Return whether HTML is small and flat enough; an estimate from its tags, without parsing."""
    if text.count("<") > 4 * MAX_TAGS or text.count("&") > 10 * MAX_TAGS:
        return False
    depth, tags = 0, _OPEN.findall(text)
    for slash, name in tags:
        if name.lower() not in _NEVER_CLOSED:
            depth = max(depth + (-1 if slash else 1), 0)
        if depth > deepest:
            return False
    return len(text) <= MAX_CHARACTERS and len(tags) <= 2 * MAX_TAGS


def _convert(tidy: str, permalink: str) -> tuple[str, str] | None:
    """Return Markdown and its HTML, which converts back to it; None if the signature changes."""
    tree = _tree(tidy)
    signature, markdown = _signature(tree), write_markdown(tree)
    for _ in range(MAX_ROUNDS):
        rendered, problems = render_body(Source("", markdown), 0, permalink)
        if has_errors(problems):
            return None
        # as in an import of an ilofeed feed; all but footnotes is simple already
        is_simple = "<section" not in rendered
        tree = _tree(rendered if is_simple else simplify(rendered, lambda _, __, value: value)[0])
        if _signature(tree) != signature:
            return None
        previous, markdown = markdown, write_markdown(tree)
        if markdown == previous:
            return markdown, rendered
    return None


def _plain_body(tidy: str, permalink: str, lost: list[str], resolve: Resolve) -> Body:
    escaped = "\n\n".join(map(escape, paragraphs(tidy)))
    rendered, problems = render_body(Source("", escaped), 0, permalink)
    if not has_errors(problems):
        again = _link(sanitize(rendered, KEPT - {"a"}, lambda *_: None), resolve)
        if body := _convert(again, permalink):
            return Body(*body, tuple(lost))
    message = _first(problems) if has_errors(problems) else "it changes when it is converted"
    return Body(lost=(*lost, f"the body: {message}"))


def _first(problems: Iterable[Problem]) -> str:
    """Return the message of the first error."""
    return next(problem.message for problem in problems if problem.severity == "error")


def _tree(tidy: str) -> Any:
    return etree.fromstring(f"<div>{tidy}</div>".encode(), etree.HTMLParser(encoding="utf-8"))[0][0]


def _signature(root: Any) -> tuple[list[str], list[tuple[str, str]]]:
    """Return what a conversion must not change in the tree of HTML that `simplify` made.

    These are the text with its spaces and lines, where pictures, cells, footnotes and the numbers
    of lists are in it, and the targets and texts of links and what is struck out.
    """
    parts: list[str] = []
    marked: list[tuple[str, str]] = []
    lists, code = [0], 0  # the next number of each open list, and how many <pre> are open
    for event, element in etree.iterwalk(root, events=("start", "end")):
        name, is_start = str(element.tag), event == "start"
        if name in {"td", "th"}:
            parts.append("|" * is_start)
        elif name in BLOCKS or name in {"br", "section"}:
            parts.append("\n")
        if name == "pre":
            code += 1 if is_start else -1
        if is_start and name in {"ol", "ul"}:
            lists.append(int(element.get("start") or 1))
        elif name in {"ol", "ul"}:
            lists.pop()
        elif is_start and name == "li":
            is_numbered = element.getparent().tag == "ol"
            parts.append(f"{lists[-1]}.\0" if is_numbered else "-\0")
            lists[-1] += 1
        elif name == "sup":
            parts.append("[^" if is_start else "]")
        elif is_start and name == "img":
            parts.append(f"![{element.get('alt')}]({element.get('src')})")
        elif is_start and name in {"a", "s"}:
            text = "".join(map(str, element.itertext()))
            marked.append((element.get("href") or name, "".join(text.split())))
        text = (element.text if is_start else element.tail) or ""
        parts.append(text.translate(_CODE) if code else text.replace("\n", " "))
    joined = _MARK.sub(lambda mark: mark[0].strip("\ue001 \n"), "".join(parts))
    lines = (" ".join(line.split()) for line in joined.split("\n"))
    return [line for line in lines if line.strip("|")], marked
