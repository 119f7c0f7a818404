"""Convert HTML from any source to Markdown that passes the checks, or to plain text.

The only user of markdownify, which recurses into the HTML and compares all siblings, so HTML that
is too deep or has too many tags is not passed to it. Its result is rendered: if text, links or
pictures have changed, formatting is dropped until they are the same. Converting the rendered body
again gives exactly the same Markdown.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lxml import etree
from markdownify import MarkdownConverter

from ilofeed.bodies import TAGS, link_addresses, render_body, sanitize, to_html
from ilofeed.importers.markup.html import KEPT, Resolve, simplify
from ilofeed.importers.markup.layout import BLOCKS
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
_BREAKS = re.compile(r"(?<![ \t])[ \t]*+\\\n(?:[ \t]*+\\\n)++[ \t]*+")
_MARK = re.compile(r" *\| *|\0\s*|(?<!\ue001)\ue001++(?=\n)")
_BLANK = re.compile(r"^(?=[^\S\n]*$)", re.MULTILINE)
_EMPTY = "\ue002"  # an empty line of code; no text has this character
_CODE = {ord(" "): "\ue000", ord("\n"): "\ue001"}  # which no text has
_ASCII_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


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
    for text, notes in ((tidy, ()), (_EMPHASIS.sub("", tidy), (_NO_EMPHASIS,))):
        if body := _convert(text, permalink):
            return Body(*body, (*lost, *notes))
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
    signature, previous = _signature(tidy), ""
    for _ in range(MAX_ROUNDS):
        markdown = _markdownify(tidy)
        rendered, problems = render_body(Source("", markdown), 0, permalink)
        if has_errors(problems):
            return None
        if markdown == previous:
            return markdown, rendered
        # from the second round on this is rendered HTML, as in an import of an ilofeed feed
        previous, (tidy, _) = markdown, simplify(rendered, lambda _element, _name, value: value)
        if _signature(tidy) != signature:
            return None
    return None


def _plain_body(tidy: str, permalink: str, lost: list[str], resolve: Resolve) -> Body:
    escaped = "\n\n".join(map(_escape, paragraphs(tidy)))
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


def _signature(tidy: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Return what a conversion must not change in HTML that `simplify` made.

    These are the text with its spaces and lines, where pictures, cells, footnotes and the numbers
    of lists are in it, and the targets and texts of links and what is struck out.
    """
    root = etree.fromstring(f"<div>{tidy}</div>".encode(), etree.HTMLParser(encoding="utf-8"))
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


def _markdownify(tidy: str) -> str:
    converter = _Converter(
        heading_style="atx",
        bullets="-",
        newline_style="backslash",
        escape_misc=True,
    )
    markdown = str(converter.convert(f"<div>{tidy}</div>"))
    markdown = _BREAKS.sub("\n\n", markdown)
    lines = [line if line.strip() else "" for line in markdown.split("\n")]
    markdown = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
    return markdown.replace(_EMPTY, "")


class _Converter(MarkdownConverter):
    """A markdownify converter that keeps all pictures and escapes all Markdown syntax in text."""

    def process_text(self, el: Any, parent_tags: Any = None) -> str:
        text: str = super().process_text(el, parent_tags)  # type: ignore[misc]  # not in its stub
        # a ! before a link would turn it into a picture
        return text[:-1] + r"\!" if text.endswith("!") and el.next_sibling else text

    def convert_a(self, el: Any, text: str, parent_tags: Any) -> str:
        href, inner = el.get("href"), " ".join(text.split())
        if not inner or not href or "_noformat" in parent_tags:
            return text
        return f"[{inner}]({_target(href, el.get('title'))})"

    def convert_img(self, el: Any, _text: str, parent_tags: Any) -> str:
        src, alt = el.get("src"), " ".join((el.get("alt") or "").split())
        if not src or not alt or "_noformat" in parent_tags:
            return ""
        return f"![{_escape(alt)}]({_target(src, el.get('title'))})"

    def convert_soup(self, soup: Any) -> str:
        """Give each list another sign than the list right before it, which it would continue."""
        for items in soup.find_all(["ol", "ul"]):
            before = items.previous_sibling
            while before is not None and before.name is None and not before.strip():
                before = before.previous_sibling
            signs = "-*" if items.name == "ul" else ".)"
            is_next = before is not None and before.name == items.name
            sign = items["class"] = signs[is_next and before["class"] == signs[0]]
            first = int(items.get("start") or 1)
            for number, item in enumerate(items.find_all("li", recursive=False), first):
                item["value"] = f"{number}{sign}" if items.name == "ol" else sign
        return str(super().convert_soup(soup))

    def convert_ol(self, el: Any, text: str, parent_tags: Any) -> str:
        text = str(super().convert_list(el, text, parent_tags))  # type: ignore[misc]
        return f"\n{text}" if el.get("start", "1") != "1" else text

    def convert_li(self, el: Any, text: str, parent_tags: Any) -> str:
        if not text.strip():
            return "\n"
        sign, is_note = f"{el.get('value', '-')} ", "section" in parent_tags
        if is_note:
            sign = f"[^{el['value'][:-1]}]: "
        lines = text.strip().replace("\n", "\n" + " " * (4 if is_note else len(sign)))
        return f"{sign}{lines}\n" + "\n" * is_note

    def convert_sup(self, el: Any, text: str, parent_tags: Any) -> str:  # noqa: ARG002
        return f"[^{text}]"

    def convert_pre(self, el: Any, text: str, parent_tags: Any) -> str:  # noqa: ARG002
        text = re.sub(r"\n$", "", el.get_text())
        if not text.strip():
            return ""
        longest = max((len(run) for run in re.findall("`+", text)), default=0)
        fence = "`" * max(3, longest + 1)
        text = _BLANK.sub(_EMPTY, text)
        return f"\n\n{fence}\n{text}\n{fence}\n\n"

    def convert_div(self, el: Any, text: str, parent_tags: Any) -> str:  # noqa: ARG002
        if "_inline" in parent_tags:
            return f" {text.strip()} "
        text = text.strip("\n")
        return f"\n\n{text}\n\n" if text.strip() else ""


for _name in BLOCKS - (TAGS - {"section"}) - {"tr", "td", "th"}:
    setattr(_Converter, f"convert_{_name}", _Converter.convert_div)


def _escape(text: str) -> str:
    return _ASCII_PUNCTUATION.sub(r"\\\1", text)


def _target(address: str, title: str | None) -> str:
    target = f"<{address}>" if re.search(r"[()*_\\]", address) else address
    if not title:
        return target
    return f'{target} "{_escape(" ".join(title.split()))}"'
