"""Write HTML from any source in the elements that Markdown has.

`simplify` removes what a browser does not show and writes the rest as text or links: superscripts,
quotation marks, readings, labels of lists, formulas, players. What is left out is counted.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from bs4 import BeautifulSoup

from ilofeed.bodies import TAGS, join_html, sanitize, well_formed
from ilofeed.importers.markup.layout import (
    BLOCKS,
    LINES,
    beside,
    fill_table,
    has,
    holds,
    mark_footnotes,
    number_items,
    rebuild,
    separate_formats,
    take,
    trim_lines,
    write_on_one_line,
)
from ilofeed.problems import plural, quote

Resolve: TypeAlias = Callable[[str, str, str], str | None]  # element, attribute, address

KEPT = TAGS | {"b", "i"} | (BLOCKS - {"form", "fieldset", "legend"})
_INLINE = ["a", "b", "em", "i", "s", "strong"]
_NOSCRIPT = "ilofeed-noscript"  # parsers read a <noscript> as text
_READ = KEPT | frozenset(
    (
        "abbr acronym annotation area audio canvas del dir embed form iframe img input listing map "
        "math menu mfrac mi mn mo mrow msub msup mtext object option picture q rp rt ruby select "
        f"semantics source span strike sub sup svg textarea video {_NOSCRIPT}"
    ).split()
)
_ATTRIBUTES = frozenset(
    (
        "alt alttext aria-hidden checked cite class colspan data data-lazy-src "
        "data-lazy-srcset data-original data-src data-srcset encoding height hidden href id name "
        "reversed rowspan src srcset start style title type value width"
    ).split()
)
_RENAMED = dict(
    pair.split(":")
    for pair in "h1:h2 del:s strike:s dir:ul menu:ul section:div listing:pre textarea:pre".split()
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_STYLES = (
    (re.compile(r"(?:^|;)\s*text-decoration[a-z-]*\s*:[^;]*line-through", re.IGNORECASE), "s"),
    (re.compile(r"vertical-align\s*:\s*super", re.IGNORECASE), "sup"),
    (re.compile(r"vertical-align\s*:\s*sub\b", re.IGNORECASE), "sub"),
)
_SPOKEN = re.compile(r"\b(?:sr-only|screen-reader-text|visually-hidden|katex-mathml)\b")
_EMOJI = re.compile(r"emoji|smil(?:ey|ies)", re.IGNORECASE)
_CANDIDATE = re.compile(
    r"(?<![^\s,])([^\s,]\S*[^\s,])(?:\s+([0-9]{1,6}(?:\.[0-9]{1,3})?)[wx])?\s*(?:,|$)"
)
_ELSEWHERE = re.compile(r"(?!data:|about:|blob:)\S", re.IGNORECASE)
_EMPTY_FRAME = re.compile(r"(<iframe\b[^<>]*+(?<=/))>", re.IGNORECASE)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):|")
# white space that is not preformatted
_SPACES = re.compile(
    r"(?P<pre><pre\b[^>]*+>(?:[^<]++|<(?!/?pre\b))*+</pre>)"
    r"|(?P<line>[ \t\r\f]*\n[ \t\r\n\f]*)|[ \t\r\f]{2,}+"
)
_RAISED = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
# a small raised number after these is no power: a year, a word, a sign, but not 厘米
_NOTED = re.compile(
    r"(?:(?<!\d)(?:19|20)\d\d|[^\W\d_]{4}|[.,;:!?。，；：！？”’»]|[\u3040-\u30ff\u3400-\u9fff])(?<![米里])$"
)
_NUMBERS = re.compile(r"[1-9]\d?(?:, ?[1-9]\d?){0,5}")
_ENDINGS = frozenset("st nd rd th er re ère ème me lle tm sm".split())  # 5th, 1er, Mme


def simplify(source: str, resolve: Resolve | None) -> tuple[str, list[str]]:
    """Return HTML that Markdown can hold, and messages on what was left out or written otherwise.

    `resolve` returns an attribute's new value, or None to drop it; without it, there are no links
    and pictures. In the result, `<sup>` is a reference to a footnote; a `<section>` at the end has
    their texts.
    """
    source = re.sub(r"(</?)noscript\b", rf"\1{_NOSCRIPT}", source, flags=re.IGNORECASE)
    source = _EMPTY_FRAME.sub(r"\1></iframe>", source)  # else all that follows is in the frame
    tidy = well_formed(source, _READ, _ATTRIBUTES).replace("\u00ad", "")
    tidy = _SPACES.sub(lambda run: run["pre"] or ("\n" if run["line"] else " "), tidy)
    tidy = join_html(tidy) + "\n"  # BeautifulSoup warns of a line that could be an address
    soup = BeautifulSoup(tidy, "html.parser", multi_valued_attributes=None)
    simplifier = _Simplifier(soup, resolve)
    simplifier.left_out["script"] += len(re.findall(r"<script\b", source, re.IGNORECASE))
    simplifier.run()
    result = sanitize(str(soup), KEPT | {"sup"}, lambda _element, _name, value: value)
    return result, simplifier.messages()


class _Simplifier:
    """Changes a tree in place; `left_out` and `as_text` count elements by kind."""

    def __init__(self, soup: Any, resolve: Resolve | None) -> None:
        self.soup, self.is_plain = soup, resolve is None
        self.resolve: Resolve = resolve or (lambda *_: None)
        self.lost: list[str] = []
        self.left_out: Counter[str] = Counter()
        self.as_text: Counter[str] = Counter()

    def messages(self) -> list[str]:
        """Return what was lost: links and pictures one by one, the rest counted by kind."""
        messages = list(dict.fromkeys(self.lost))
        for what, kinds in (("left out of", self.left_out), ("written as text in", self.as_text)):
            if counts := [plural(number, name) for name, number in sorted((+kinds).items())]:
                messages.append(f"{what} the body: {', '.join(counts)}")
        return messages

    def run(self) -> None:
        """Simplify the tree."""
        for element in self.soup.find_all(name=True):
            if element.name:  # "" if it was removed; `decomposed` would search it for a tag
                self._show(element)
        if not self.is_plain:
            mark_footnotes(self.soup)
        for link in self.soup.find_all("a"):
            self._link(link)
        for picture in self.soup.find_all("img"):
            self._picture(picture)
        for element in reversed(self.soup.find_all(name=True)):  # inner elements first
            if change := _CHANGES.get(element.name):
                change(self, element)
        separate_formats(self.soup, _INLINE)
        parents = {id(line_end.parent): line_end.parent for line_end in self.soup.find_all("br")}
        for parent in parents.values():
            if parent.name not in _INLINE:
                trim_lines(parent)

    def _remove(self, element: Any, what: str = "") -> None:
        self.left_out[what] += bool(what)
        element.decompose()

    def _show(self, element: Any) -> None:
        """Remove an element that is not shown, or give it the name of what it looks like."""
        style = element.get("style") or ""
        name = element.name = _RENAMED.get(element.name, element.name)
        self.left_out["quotation source"] += bool(element.get("cite"))
        is_short = name in {"abbr", "acronym"}
        self.left_out["abbreviation title"] += is_short and bool(element.get("title"))
        if element.has_attr("hidden") or _HIDDEN.search(style):
            self._remove(element, "hidden element" if holds(element) else "")
        elif name == "rp" or (element.get("aria-hidden") == "true" and _is_copy(element)):
            element.decompose()
        elif name == "img" and {element.get("width"), element.get("height")} <= {"0", "1"}:
            self._remove(element, "tracking picture")
        elif name == _NOSCRIPT:
            self._noscript(element)
        elif name == "span":
            element.name = next((name for look, name in _STYLES if look.search(style)), "span")
        elif name in {"mfrac", "msub", "msup"}:  # two elements each
            parts = element.find_all(name=True, recursive=False)
            parts[-1].name = {"msub": "sub", "msup": "sup"}.get(name, "mn")
            parts[0].append("/" if name == "mfrac" else "")

    def _noscript(self, element: Any) -> None:
        """Remove the copy of a picture, or text, for browsers without scripts."""
        copy, before = element.find("img"), element.find_previous_sibling(["img", "picture"])
        if before is not None and before.name == "picture":
            before = before.find("img")
        if copy is None:
            self._remove(element, "text for browsers without scripts" * holds(element))
        elif before is not None and not _address(before):
            before["src"] = _address(copy)
            element.decompose()
        elif before is not None and _address(before) in {_address(copy), before.get("data-src")}:
            element.decompose()
        else:
            element.unwrap()

    def _link(self, link: Any) -> None:
        href = str(link.get("href") or "").strip()
        scheme = (_SCHEME.match(href) or [""])[0].lower()
        if scheme in {"javascript:", "vbscript:"}:
            self.left_out["link to a script"] += 1
        elif scheme not in {"", "http:", "https:", "mailto:", "tel:"}:
            what = f"the link {quote(href, 200)} in the body"
            self.lost.append(f"{what}: only https://, mailto: and tel: can be links")
        elif href and (address := self.resolve("a", "href", href)):
            link["href"] = address
            self._title(link)
            return
        link.unwrap()

    def _picture(self, picture: Any) -> None:
        """Resolve a picture; a link that loses its only picture gets its address as text."""
        address = _address(picture)
        alt = self.resolve("img", "alt", picture.get("alt") or picture.get("title") or "")
        if alt and len(alt) <= 30 and _EMOJI.search(picture.get("class") or ""):
            picture.replace_with(alt)
            return
        if not address:
            self.left_out["picture without an address"] += 1
        elif not alt:
            self.lost.append(f"the picture {quote(address, 200)} in the body has no alt text")
        elif resolved := self.resolve("img", "src", address):
            picture["src"], picture["alt"] = resolved, alt
            self._title(picture)
            return
        link = picture.find_parent("a")
        picture.decompose()
        if link is not None and not holds(link):
            link.string = link.get("title") or link["href"]
            link.insert_before(" ")
            link.insert_after(" ")

    def _title(self, element: Any) -> None:
        if title := element.attrs.pop("title", None):
            element["title"] = self.resolve(element.name, "title", title) or ""

    def _script(self, element: Any) -> None:
        """Write a superscript or subscript with characters of its own, or after a sign."""
        text = " ".join(element.get_text().split())
        link = element.find("a", href=True)
        sides = (beside(element, side) for side in ("previous_sibling", "next_sibling"))
        if element.parent.name == "a" and not any(side is not None for side in sides):
            link = element.parent  # it has nothing else
        if element.has_attr("data-note"):
            return
        if not text or has(element, ("img",)):
            element.unwrap()
        elif link is not None and link.get_text().strip() in {text, text.strip("[]()")}:
            inner = element.find("a", href=True) or element
            inner.insert(0, "[" if text[0] not in "[(" else "")
            inner.append("]" if text[0] not in "[(" else "")
            element.unwrap()
        else:
            before = element.previous_element
            is_note = element.name == "sup" and _NUMBERS.fullmatch(text) is not None
            is_note = is_note and isinstance(before, str) and bool(_NOTED.search(before[-9:]))
            raised = _as_script(text, is_raised=element.name == "sup")
            element.string = f"[{text}]" if is_note else raised
            element.name = "span"  # to put the text in its place would search all siblings

    def _surround(self, element: Any, signs: str) -> None:
        """Replace an element by its content between signs."""
        if signs and holds(element):
            element.insert(0, signs[0])
            element.append(signs[1])
        element.name = "span"

    def _quotation(self, element: Any) -> None:
        self._surround(element, "‘’" if len(element.find_parents("q")) % 2 else "“”")

    def _embedded(self, element: Any) -> None:
        """Replace a player, frame or area by a link with its address."""
        name, media = element.name, element.find("source", src=True)
        addresses = [element.get(key) or "" for key in ("src", "data", "href", "data-src")]
        addresses.append(media["src"] if media is not None else "")
        address = next(filter(_ELSEWHERE.match, addresses), "")
        if address and not self.is_plain:
            line = self.soup.new_tag("p")
            line.string = element.get("title") or element.get("alt") or address
            if target := self.resolve("a", "href", address):
                line.string.wrap(self.soup.new_tag("a", href=target))
            element.insert_before(line)
            self.lost.append(f"the {name} {quote(address, 200)} in the body became a link")
        elif name == "object" and holds(element):
            element.unwrap()
            return
        self._remove(element, "" if address or self.is_plain else f"{name} without an address")

    def _field(self, element: Any) -> None:
        kind = element.get("type") or "text"
        if kind == "checkbox" and element.find_parent("li"):
            element.replace_with("☑ " if element.has_attr("checked") else "☐ ")
        else:
            self._remove(element, "form field" if kind != "hidden" else "")

    def _formula(self, element: Any) -> None:
        """Write a formula as its source in TeX, or else as its text."""
        self.as_text["formula"] += 1
        tex = element.find("annotation")
        source = element.get("alttext") or (tex or element).get_text()
        element.replace_with(" ".join(source.split()))

    def _preformatted(self, element: Any) -> None:
        """Keep the lines of a preformatted text; with links or pictures, in a paragraph."""
        if has(element, LINES):
            rebuild(element, _with_line_ends)
        if has(element, ("a", "img")):
            element.name = "p"
            rebuild(element, self._lines)

    def _lines(self, child: Any) -> Iterator[Any]:
        """Yield a node of a preformatted text with `<br>` for line ends, and without `<code>`."""
        if child.name is None:
            for number, line in enumerate(child.split("\n")):
                if number:
                    yield self.soup.new_tag("br")
                yield line.replace("  ", "\u00a0 ")
        elif child.name == "code":
            for part in take(child):
                yield from self._lines(part)
        else:
            yield child
            rebuild(child, self._lines)

    def _code(self, element: Any) -> None:
        if has(element, ("a", "br", "img")) and not element.find_parent("pre"):
            element.unwrap()

    def _push_down(self, element: Any) -> None:
        """Put a format or link around blocks into the blocks instead."""
        if not holds(element):
            element.unwrap()
        elif has(element, BLOCKS):
            for node in [*element.find_all(string=True), *element.find_all("img")]:
                if node.name == "img" or node.strip():
                    node.wrap(self.soup.new_tag(element.name, attrs=element.attrs))
            element.unwrap()


_CHANGES: dict[str, Callable[[_Simplifier, Any], None]] = {
    name: change
    for names, change in (
        ("sup sub", _Simplifier._script),
        ("q", _Simplifier._quotation),
        ("rt", lambda self, element: self._surround(element, "()")),
        ("area audio embed iframe object video", _Simplifier._embedded),
        ("canvas svg", lambda self, element: self._remove(element, "drawing")),
        ("select", lambda self, element: self._remove(element, "form field")),
        ("input", _Simplifier._field),
        ("math", _Simplifier._formula),
        ("pre", _Simplifier._preformatted),
        ("code", _Simplifier._code),
        ("ol ul", lambda _, element: number_items(element)),
        ("h2 h3 h4 h5 h6 td th", lambda _, element: write_on_one_line(element)),
        ("table", lambda self, element: self.as_text.update(fill_table(element))),
        ("a b em i s strong", _Simplifier._push_down),
        ("map picture ruby span", lambda _, element: element.unwrap()),
    )
    for name in names.split()
}


def _with_line_ends(child: Any) -> Iterator[Any]:
    """Yield a node of a preformatted text with a line end for `<br>`, and after blocks."""
    if child.name in LINES:
        is_ended = child.name != "br" and child.get_text().endswith("\n")
        for part in take(child):
            yield from _with_line_ends(part)
        if not is_ended:
            yield "\n"
    else:
        yield child
        rebuild(child, _with_line_ends)


def _is_copy(element: Any) -> bool:
    """Return whether a part that is not read aloud is empty or repeats one that only is."""
    others = (element.find_previous_sibling(name=True), element.find_next_sibling(name=True))
    return not holds(element) or any(
        other is not None
        and (_SPOKEN.search(other.get("class") or "") or other.get_text() == element.get_text())
        for other in others
    )


def _address(picture: Any) -> str:
    """Return the address of a picture, also of one that a script would load later; else ""."""
    for name in ("data-src", "data-lazy-src", "data-original", "src"):
        if _ELSEWHERE.match(address := (picture.get(name) or "").strip()):
            return str(address)
    outer = picture.find_parent("picture")
    for element in [picture, *(outer.find_all("source") if outer is not None else ())]:
        for name in ("srcset", "data-srcset", "data-lazy-srcset"):
            candidates = _CANDIDATE.findall(element.get(name) or "")
            if candidates and _ELSEWHERE.match(candidates[0][0]):
                return str(max(candidates, key=lambda pair: float(pair[1] or 0))[0])
    return ""


def _as_script(text: str, *, is_raised: bool) -> str:
    """Write a superscript or subscript in characters of a plain text: 10⁶, CO₂, x^(a+b)."""
    table = _RAISED if is_raised else _LOWERED
    if all(ord(character) in table for character in text):
        return text.translate(table)
    if not any(map(str.isalnum, text)) or (is_raised and text.lower() in _ENDINGS):
        return text
    is_simple = len(text) == 1 or (text.isalnum() and not is_raised)
    return ("^" if is_raised else "_") + (text if is_simple else f"({text})")
