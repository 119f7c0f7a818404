"""The one door to markdownify: foreign HTML to Markdown that our checks accept, or to plain text.

markdownify recurses into the HTML and compares siblings with each other, so HTML that is too deep
or has too many tags is never shown to it. What it returns is not trusted: the Markdown is rendered,
and unless the same text, links and pictures come out, less is kept, until they do. A body that was
rendered and converted again is the same, to the letter.
"""

from __future__ import annotations

import functools
import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from lxml import etree

from ilofeed.content import TAGS, render_body, tidy_html
from ilofeed.problems import quote
from ilofeed.text import Source, mend

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdownify import MarkdownConverter

MOST_CHARACTERS = 400_000  # of HTML; a body has 100,000 at most
MOST_TAGS, DEEPEST = 5_000, 100
MOST_ROUNDS = 6
Resolve: TypeAlias = "Callable[[str, str, str], str | None]"  # element, attribute, address

_BLOCKS = frozenset(
    (
        "address article aside blockquote caption center dd details div dl dt fieldset figcaption "
        "figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol p pre section "
        "summary table td th tr ul"
    ).split()
)
_KEPT = TAGS | {"b", "i", "del", "strike"} | (_BLOCKS - {"form", "fieldset", "legend"})
_EMPHASIS = ("b", "strong", "em", "i", "s", "del", "strike")
_NEVER_CLOSED = frozenset("br hr img input meta link wbr p li td th tr dt dd option col".split())
_OPEN = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_TIDY_TAG = re.compile(r'<(/?)([a-z0-9]+)(?:\s+[a-z:-]+="[^"]*")*\s*/?>')
_PICTURE = re.compile(r'<img(?:\s+[a-z:-]+="[^"]*")*\s*/?>')
_EMBEDDED = re.compile(r"<(audio|canvas|embed|form|iframe|math|object|svg|video)\b", re.IGNORECASE)
_CELL_BREAK = re.compile(r"<br>\s+")
_BREAKS = re.compile(r"(?:[ \t]*\\\n[ \t]*){2,}")
_ASCII_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


@dataclass(frozen=True, slots=True)
class Body:
    """Markdown, the HTML that a build makes of it, and what was lost, as sentences."""

    markdown: str = ""
    html: str = ""
    lost: tuple[str, ...] = ()


def to_markdown(foreign: str, permalink: str, resolve: Resolve) -> Body:
    """The body that foreign HTML becomes; `resolve` says what each of its addresses becomes."""
    lost = []
    if embedded := sorted({name.lower() for name in _EMBEDDED.findall(foreign)}):
        lost.append(f"{', '.join(embedded)} in the body cannot be kept in Markdown")
    foreign = mend(foreign)
    if not _is_bounded(foreign):
        lost.append("the HTML of the body is too long or too deeply nested; its text was kept")
        tidy = "".join(f"<p>{html.escape(one)}</p>" for one in paragraphs(foreign))
        return _text_alone(tidy, permalink, lost)
    tidy = tidy_html(foreign, _KEPT, resolve)
    if not _is_bounded(tidy, DEEPEST):  # what the parser of HTML closed by itself
        lost.append("the HTML of the body is too deeply nested; its text was kept")
        return _text_alone(tidy, permalink, lost)
    tidy, without = _with_alt(tidy)
    lost += [f"the picture {quote(one, 200)} in the body has no text (alt)" for one in without]
    wanted = _signature(tidy)
    for emphasis in (True, False):
        if body := _settled(tidy, permalink, wanted, emphasis=emphasis):
            if not emphasis:
                lost.append("bold and italics of the body, which Markdown could not hold there")
            return Body(*body, tuple(lost))
    lost.append("the form of the body (lists, links, tables), of which only the text was kept")
    return _text_alone(tidy, permalink, lost)


def from_markdown(text: str, permalink: str, resolve: Resolve) -> Body:
    """The body of Markdown that somebody wrote, in the spelling that a build's HTML gives back."""
    rendered, problems = render_body(Source("", mend(text)), 0, permalink)
    if problems:
        escaped = "".join(
            f"<p>{html.escape(one)}</p>" for one in re.split(r"\n\s*\n", text) if one.strip()
        )
        note = f"the body as Markdown ({problems[0].message}); it was taken as plain text"
        found = to_markdown(escaped, permalink, resolve)
        return Body(found.markdown, found.html, (note, *found.lost))
    return to_markdown(rendered, permalink, resolve)


def plain(foreign: str) -> str:
    """The text of HTML on one line."""
    return " ".join(paragraphs(foreign))


def paragraphs(foreign: str) -> list[str]:
    """The text of HTML, by block, white space as a browser shows it."""
    foreign = mend(foreign)
    if _is_bounded(foreign):
        foreign = tidy_html(foreign, _BLOCKS | {"br"}, lambda *_: None)
        text = _TIDY_TAG.sub(_line_ends, foreign)
    else:  # by pattern alone, which takes a time in proportion to the length
        text = re.sub(r"<[^<>]{0,2000}>", _line_ends_roughly, foreign[:MOST_CHARACTERS])
    blocks = re.split(r"\n\n+", html.unescape(text))
    return [one for block in blocks if (one := mend(" ".join(block.split())))]


def _line_ends(match: re.Match[str]) -> str:
    name = match[2]
    return "\n" if name == "br" else "\n\n" if name in _BLOCKS else ""


def _line_ends_roughly(match: re.Match[str]) -> str:
    name = _OPEN.match(match[0])
    return "\n\n" if name and name[2].lower() in _BLOCKS else " "


def _is_bounded(text: str, deepest: int = 3 * DEEPEST) -> bool:
    """Whether HTML is small and flat enough; roughly, from its tags as they stand."""
    if len(text) > MOST_CHARACTERS or text.count("<") > 4 * MOST_TAGS:
        return False
    if text.count("&") > 10 * MOST_TAGS:
        return False
    depth, found = 0, _OPEN.findall(text)
    for slash, name in found:
        if name.lower() not in _NEVER_CLOSED:
            depth += -1 if slash else 1
        if depth > deepest:
            return False
        depth = max(depth, 0)
    return len(found) <= 2 * MOST_TAGS


def _with_alt(tidy: str) -> tuple[str, list[str]]:
    """The HTML without pictures that say nothing to those who cannot see, and their addresses."""
    without: list[str] = []

    def looked_at(match: re.Match[str]) -> str:
        found = dict(re.findall(r'([a-z]+)="([^"]*)"', match[0]))
        if found.get("src") and found.get("alt", "").strip():
            return match[0]
        without.append(html.unescape(found.get("src", "")))
        return ""

    return _PICTURE.sub(looked_at, tidy), [one for one in without if one]


def _settled(
    tidy: str, permalink: str, wanted: object, *, emphasis: bool
) -> tuple[str, str] | None:
    """Markdown and its HTML that are each made of the other, if they say what is wanted."""
    written = ""
    for _ in range(MOST_ROUNDS):
        found = _converted(tidy, emphasis=emphasis)
        rendered, problems = render_body(Source("", found), 0, permalink)
        if problems or _signature(rendered) != wanted:
            return None
        if found == written:
            return found, rendered
        # from the second round on it is our own HTML, as an import of our own feed would read it
        written, tidy = found, tidy_html(rendered, _KEPT, lambda _element, _name, value: value)
    return None


def _text_alone(tidy: str, permalink: str, lost: list[str]) -> Body:
    texts = [_ASCII_PUNCTUATION.sub(r"\\\1", one) for one in paragraphs(tidy)]
    escaped = "\n\n".join(texts)
    rendered, problems = render_body(Source("", escaped), 0, permalink)
    if not problems:
        again = tidy_html(rendered, _KEPT, lambda *_: None)
        if body := _settled(again, permalink, _signature(again), emphasis=True):
            return Body(*body, tuple(lost))
    message = problems[0].message if problems else "it does not come back as it was written"
    return Body(lost=(*lost, f"the body: {message}"))


def _signature(text: str) -> tuple[str, list[str], list[str]]:
    """What must be the same before and after: the text, links with a text, and pictures."""
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


def _converted(tidy: str, *, emphasis: bool) -> str:
    tidy = _CELL_BREAK.sub("<br>", tidy)
    written = str(_converter(emphasis=emphasis).convert(f"<div>{tidy}</div>"))
    written = _BREAKS.sub("\n\n", written)
    lines = [line if line.strip() else "" for line in written.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


@functools.cache
def _converter(*, emphasis: bool) -> MarkdownConverter:
    from markdownify import MarkdownConverter  # only an import needs it

    class Converter(MarkdownConverter):
        """markdownify, with every picture kept and nothing that Markdown would read anew."""

        def process_text(self, el: Any, parent_tags: Any = None) -> str:
            text: str = super().process_text(el, parent_tags)  # type: ignore[misc]  # not in its stub
            # before a link it would make a picture of it
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
            return f"![{_ASCII_PUNCTUATION.sub(_backslash, alt)}]({_target(src, el.get('title'))})"

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

    for name in _BLOCKS - TAGS - {"tr", "td", "th"}:
        setattr(Converter, f"convert_{name}", Converter.convert_div)
    return Converter(
        heading_style="atx",
        bullets="-",
        newline_style="backslash",
        escape_misc=True,
        strip=None if emphasis else list(_EMPHASIS),
    )


def _backslash(match: re.Match[str]) -> str:
    return "\\" + match[0]


def _target(address: str, title: str | None) -> str:
    target = f"<{address}>" if re.search(r"[()*_\\]", address) else address
    if not title:
        return target
    words = _ASCII_PUNCTUATION.sub(_backslash, " ".join(title.split()))
    return f'{target} "{words}"'
