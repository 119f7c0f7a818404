"""Convert HTML from any source to Markdown that passes the checks, or to plain text.

The only user of markdownify, which recurses into the HTML and compares all siblings, so HTML that
is too deep or has too many tags is not passed to it. Its result is rendered: if text, links or
pictures have changed, formatting is dropped until they are the same. Converting the rendered body
again gives exactly the same Markdown.
"""

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from lxml import etree
from markdownify import MarkdownConverter

from ilofeed.bodies import TAGS, link_addresses, render_body, sanitize
from ilofeed.problems import Problem, has_errors, quote
from ilofeed.text import Source, repair

MAX_CHARACTERS = 400_000  # of HTML; a body of an entry may have 100,000
MAX_TAGS, MAX_DEPTH = 5_000, 100
MAX_ROUNDS = 6
Resolve: TypeAlias = "Callable[[str, str, str], str | None]"  # element, attribute, address

_BLOCKS = frozenset(
    (
        "address article aside blockquote caption center dd details div dl dt fieldset figcaption "
        "figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol p pre section "
        "summary table td th tr ul"
    ).split()
)
_KEPT = TAGS - {"sup"} | {"b", "i", "del", "strike"} | (_BLOCKS - {"form", "fieldset", "legend"})
_EMPHASIS = "b strong em i s del strike".split()
_NEVER_CLOSED = frozenset("br hr img input meta link wbr p li td th tr dt dd option col".split())
_OPEN = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_TIDY_TAG = re.compile(r'<(/?)([a-z0-9]+)(?:\s+[a-z:-]+="[^"]*")*\s*/?>')
_PICTURE = re.compile(r'<img(?:\s+[a-z:-]+="[^"]*")*\s*/?>')
_EMBEDDED = re.compile(r"<(audio|canvas|embed|form|iframe|math|object|svg|video)\b", re.IGNORECASE)
# markdownify takes quadratic time for white space that is not preformatted
_SPACES = re.compile(r"<pre\b[^>]*+>(?:[^<]++|<(?!/?pre\b))*+</pre>|[ \t]{2,}+")
_CELL_BREAK = re.compile(r"<br>\s+")
_BREAKS = re.compile(r"(?<![ \t])[ \t]*+\\\n(?:[ \t]*+\\\n)++[ \t]*+")
_FIRST_HEADING = re.compile(r"<(/?)h1\b")  # that of a page is the title of the entry
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
    if embedded := sorted({name.lower() for name in _EMBEDDED.findall(source)}):
        lost.append(f"{', '.join(embedded)} in the body cannot be written in Markdown")
    source = repair(source)
    if not _is_bounded(source):
        lost.append("the HTML of the body is too long or too deeply nested; only its text is kept")
        return _plain_body(_as_html(paragraphs(source)), permalink, lost, resolve)
    tidy = _link(_FIRST_HEADING.sub(r"<\1h2", sanitize(source, _KEPT, resolve)), resolve)
    if not _is_bounded(tidy, MAX_DEPTH):  # exact now, since the HTML parser has closed elements
        lost.append("the HTML of the body is too deeply nested; only its text is kept")
        return _plain_body(tidy, permalink, lost, resolve)
    tidy, removed = _remove_pictures_without_alt(tidy)
    lost += [f"the picture {quote(url, 200)} in the body has no alt text" for url in removed]
    signature = _signature(tidy)
    for emphasis in (True, False):
        if body := _convert(tidy, permalink, signature, emphasis=emphasis):
            if not emphasis:
                lost.append("bold and italics in the body cannot be written in Markdown there")
            return Body(*body, tuple(lost))
    lost.append("only the text of the body is kept, without lists, links and tables")
    return _plain_body(tidy, permalink, lost, resolve)


def _link(tidy: str, resolve: Resolve) -> str:
    """Return HTML with a link for each address in its text, as a build makes them."""
    return link_addresses(tidy, lambda address: resolve("a", "href", address))


def from_markdown(text: str, permalink: str, resolve: Resolve) -> Body:
    """Normalize Markdown to what its rendered HTML is converted to."""
    rendered, problems = render_body(Source("", repair(text)), 0, permalink)
    if has_errors(problems):
        blocks = [block for block in re.split(r"\n\s*\n", text) if block.strip()]
        note = f"the body is not valid Markdown ({_first(problems)}); it was read as plain text"
        body = to_markdown(_as_html(blocks), permalink, resolve)
        return Body(body.markdown, body.html, (note, *body.lost))
    return to_markdown(rendered, permalink, resolve)


def _as_html(blocks: Iterable[str]) -> str:
    return "".join(f"<p>{html.escape(block)}</p>" for block in blocks)


def plain(source: str) -> str:
    """Return the text of HTML on one line."""
    return " ".join(paragraphs(source))


def paragraphs(source: str) -> list[str]:
    """Return the text of each block of HTML, with white space as a browser shows it."""
    source = repair(source)
    if _is_bounded(source):
        tidy = sanitize(source, _BLOCKS | {"br"}, lambda *_: None)
        text = _TIDY_TAG.sub(_line_ends, tidy)
    else:  # only by a pattern, in linear time
        text = re.sub(r"<[^<>]{0,2000}>", _line_ends_roughly, source[:MAX_CHARACTERS])
    blocks = re.split(r"\n\n+", html.unescape(text))
    return [line for block in blocks if (line := repair(" ".join(block.split())))]


def _line_ends(match: re.Match[str]) -> str:
    name = match[2]
    return "\n" if name == "br" else "\n\n" if name in _BLOCKS else ""


def _line_ends_roughly(match: re.Match[str]) -> str:
    name = _OPEN.match(match[0])
    return "\n\n" if name and name[2].lower() in _BLOCKS else " "


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


def _remove_pictures_without_alt(tidy: str) -> tuple[str, list[str]]:
    """Remove pictures without alternative text; return the HTML and the pictures' addresses."""
    removed: list[str] = []

    def check(match: re.Match[str]) -> str:
        attributes = dict(re.findall(r'(?<![a-z])([a-z]+)="([^"]*)"', match[0]))
        if attributes.get("src") and attributes.get("alt", "").strip():
            return match[0]
        removed.append(html.unescape(attributes.get("src", "")))
        return ""

    return _PICTURE.sub(check, tidy), [url for url in removed if url]


def _convert(
    tidy: str, permalink: str, signature: object, *, emphasis: bool
) -> tuple[str, str] | None:
    """Return Markdown and its HTML, which converts back to it; None if the signature changes."""
    previous = ""
    for _ in range(MAX_ROUNDS):
        markdown = _markdownify(tidy, emphasis=emphasis)
        rendered, problems = render_body(Source("", markdown), 0, permalink)
        if has_errors(problems) or _signature(rendered) != signature:
            return None
        if markdown == previous:
            return markdown, rendered
        # from the second round on this is rendered HTML, as in an import of an ilofeed feed
        previous, tidy = markdown, sanitize(rendered, _KEPT, lambda _element, _name, value: value)
    return None


def _plain_body(tidy: str, permalink: str, lost: list[str], resolve: Resolve) -> Body:
    escaped = "\n\n".join(map(_escape, paragraphs(tidy)))
    rendered, problems = render_body(Source("", escaped), 0, permalink)
    if not has_errors(problems):
        again = _link(sanitize(rendered, _KEPT - {"a"}, lambda *_: None), resolve)
        if body := _convert(again, permalink, _signature(again), emphasis=True):
            return Body(*body, tuple(lost))
    message = _first(problems) if has_errors(problems) else "it changes when it is converted"
    return Body(lost=(*lost, f"the body: {message}"))


def _first(problems: Iterable[Problem]) -> str:
    """Return the message of the first error."""
    return next(problem.message for problem in problems if problem.severity == "error")


def _signature(text: str) -> tuple[str, list[str], list[str]]:
    """Return what a conversion must not change: text, non-empty links and pictures."""
    root = etree.fromstring(f"<div>{text}</div>".encode(), etree.HTMLParser(encoding="utf-8"))
    if root is None:
        return "", [], []
    links, pictures = [], []
    for element in root.iter("a", "img"):
        if element.tag == "img":
            pictures.append(f"{element.get('src')} {_squeezed(element.get('alt') or '')}")
        elif element.get("href") and (
            _squeezed("".join(map(str, element.itertext()))) or element.find(".//img") is not None
        ):
            links.append(str(element.get("href")))
    return _squeezed("".join(map(str, root.itertext()))), links, pictures


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _markdownify(tidy: str, *, emphasis: bool) -> str:
    tidy = _SPACES.sub(lambda run: " " if run[0].isspace() else run[0], tidy)
    tidy = _CELL_BREAK.sub("<br>", tidy)
    converter = _Converter(
        heading_style="atx",
        bullets="-",
        newline_style="backslash",
        escape_misc=True,
        strip=None if emphasis else _EMPHASIS,
    )
    markdown = str(converter.convert(f"<div>{tidy}</div>"))
    markdown = _BREAKS.sub("\n\n", markdown)
    lines = [line if line.strip() else "" for line in markdown.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


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
        before, after = " " * text[:1].isspace(), " " * text[-1:].isspace()
        return f"{before}[{inner}]({_target(href, el.get('title'))}){after}"

    def convert_img(self, el: Any, _text: str, parent_tags: Any) -> str:
        src, alt = el.get("src"), " ".join((el.get("alt") or "").split())
        if not src or not alt or "_noformat" in parent_tags:
            return ""
        return f"![{_escape(alt)}]({_target(src, el.get('title'))})"

    def convert_pre(self, el: Any, text: str, parent_tags: Any) -> str:  # noqa: ARG002
        text = re.sub(r"\n$", "", el.get_text())
        if not text.strip():
            return ""
        longest = max((len(run) for run in re.findall("`+", text)), default=0)
        fence = "`" * max(3, longest + 1)
        return f"\n\n{fence}\n{text}\n{fence}\n\n"

    def convert_div(self, el: Any, text: str, parent_tags: Any) -> str:  # noqa: ARG002
        if "_inline" in parent_tags:
            return f" {text.strip()} "
        text = text.strip("\n")
        return f"\n\n{text}\n\n" if text.strip() else ""


for _name in _BLOCKS - (TAGS - {"section"}) - {"tr", "td", "th"}:
    setattr(_Converter, f"convert_{_name}", _Converter.convert_div)


def _escape(text: str) -> str:
    return _ASCII_PUNCTUATION.sub(r"\\\1", text)


def _target(address: str, title: str | None) -> str:
    target = f"<{address}>" if re.search(r"[()*_\\]", address) else address
    if not title:
        return target
    return f'{target} "{_escape(" ".join(title.split()))}"'
