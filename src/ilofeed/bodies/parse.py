"""Parse Markdown, and check what it contains. The only user of comrak.

comrak keeps raw HTML in its output and adds the source position (line and column) of each element.
`BodyCheck` reads that HTML once: it reports everything that is not allowed in a body, and makes
addresses absolute. Author's HTML is never kept, so ids and classes are those that are made here
(`Anchors`).
"""

import functools
import html
import re
import urllib.parse
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from ilofeed.bodies.places import Element, Places
from ilofeed.bodies.sanitize import TAGS
from ilofeed.media import Unreadable, media_type
from ilofeed.problems import Code, Problem, did_you_mean, quote, visible
from ilofeed.text import Source
from ilofeed.urls import AddressError, is_absolute, to_url

MAX_DEPTH = 100  # nested elements; HTML parsers stop at about 250
MAX_PROBLEMS = 100  # reported for one body
_REPLACED = {"del": ("<s>", "</s>"), "sub": ("~", "~")}  # replacements of comrak's tags
_BLOCKS = TAGS - frozenset({"a", "br", "code", "em", "img", "s", "strong", "sup"})
# elements that have no position, and where comrak writes them; `ol` is the list of footnotes
_INNER = {"thead": {"table"}, "tbody": {"table"}, "code": {"pre"}, "ol": {"section"}}
_EMPTY = frozenset({"br", "hr", "img"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_OTHER_SCHEMES = ("mailto:", "tel:")
_ON_A_DISK = re.compile(r"(?i)file:|[a-z]:[\\/]")
_MAIL = re.compile(r"[^\s@/:]+@[^\s@/:]+\.\w+")

# in comrak's output each `<` begins raw HTML or one of comrak's tags, which have a position
_TOKEN = re.compile(
    r"""
    <sup[ ]data-sourcepos="(?P<reference>[0-9:-]+)"[ ]class="footnote-ref"><a[ ]href="[^"<>]*"
        [ ]id="[^"<>]*"[ ]data-footnote-ref>(?P<number>[0-9]+)</a></sup>
    | <a[ ]href="[^"<>]*"[ ]class="footnote-backref"[ ]data-footnote-backref[ ]
        data-footnote-backref-idx="(?P<back>[0-9-]+)"[ ]aria-label="[^"<>]*">
        ↩(?:<sup[ ]class="footnote-ref">[0-9]+</sup>)?</a>
    | <(?P<name>[a-z]+[1-6]?)[ ]data-sourcepos="(?P<place>[0-9:-]+)"(?P<attributes>[^<>]*)>
    | <(?P<inner>thead|tbody|code|ol)(?:[ ]class="[^"<>]*")?>
    | </(?P<closed>[a-z]+[1-6]?)>
    | (?P<raw><)
    | (?P<link>\]\()
    """,
    re.VERBOSE,
)
_RAW_INLINE = re.compile(
    r"""<!--(?:-?>|.*?-->)|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|<![A-Za-z].*?>"""
    r"""|</?[A-Za-z](?:[^<>"']|"[^"]*"|'[^']*')*>|<""",
    re.DOTALL,
)
_RAW_BLOCK_END = re.compile(
    r"^(?:<[a-z]+[1-6]? data-sourcepos=|</(?:blockquote|li)>$)", re.MULTILINE
)
_ADDRESS = re.compile(r'(?<= href=")[^"]*|(?<= src=")[^"]*')
_ALT = re.compile(r' alt="([^"]*)"')
_HOST = re.compile(r"(?<=//)[^/?#]*")
_LINK = re.compile(r"(?<!\\)\[[^\[\]\n]{0,500}\]\(([^()\n]{0,2000})\)")
_NOTE = re.compile(r' id="fn-([^"]*)"')
_SPACE = re.compile(r"[^\s\\]\s+[^\s\"']")


@functools.cache
def _renderer() -> Callable[[str], str]:
    import comrak  # loaded late: entries without a body do not need it

    extensions, options = comrak.ExtensionOptions(), comrak.RenderOptions()
    extensions.table = extensions.strikethrough = extensions.footnotes = True
    extensions.cjk_friendly_emphasis = True  # **「工资」**上涨: signs are not followed by a space
    extensions.subscript = True  # otherwise single tildes also strike through: 2~3 and 5~6
    options.sourcepos = True
    options.unsafe_ = True  # keep raw HTML, so that it can be reported with its place
    parsing = comrak.ParseOptions()
    return lambda body: comrak.render_markdown(body, extensions, parsing, options)


def to_html(markdown: str) -> str:
    """Return the HTML of Markdown as comrak writes it: with raw HTML and positions."""
    # without a final line break, comrak reads a last line `1.` as text
    return _renderer()(markdown if markdown.endswith("\n") else markdown + "\n")


class ShownPicture(NamedTuple):
    """The address and the size in pixels of a picture in a body that is a file of the entry."""

    url: str
    width: int
    height: int


ShowPicture = Callable[[str], ShownPicture | Unreadable]


class BodyCheck:
    """Check the HTML that comrak rendered from a body, and make its addresses absolute."""

    def __init__(self, source: Source, start: int, permalink: str, show: ShowPicture) -> None:
        self.problems: list[Problem] = []
        self.elements: list[Element] = []  # in the order of their starts
        self._source, self._start = source, start
        self._permalink, self._show = permalink, show
        self._is_alt = False
        self._is_imitated = "data-sourcepos" in source.text or "data-footnote" in source.text
        self._anchors = Anchors(permalink)
        self.places = Places(source, start)
        self._offset = self.places.offset
        self._open: list[Element] = []
        self._heading = 0  # index of the start tag of the last heading
        self._last_tag = ""
        self._passed = "", False  # position of the last tag, and whether it was an end tag
        self._cursor = start  # where to search for raw HTML in the source: it has no position
        self._searched = ""  # position of the last block that was searched for broken links

    def read(self, rendered: str) -> str:
        """Return the HTML with absolute addresses and ids, for nh3; add to `problems`."""
        parts: list[str] = []
        at = 0
        while match := _TOKEN.search(rendered, at):
            parts.append(rendered[at : match.start()])
            at = match.end()
            tag = None if self._is_imitation(match) else self._tag(match, parts)
            if tag is None:
                tag, at = match[0], self._report_raw(rendered, match.start(), parts[-1])
            parts.append(tag)
            if len(self.problems) >= MAX_PROBLEMS or len(self._open) > MAX_DEPTH:
                break
        else:
            for offset, message in self._anchors.unknown_sections():
                self._report(offset, "unknown-section", message)
        return self._anchors.without_dead_ends("".join([*parts, rendered[at:]]))

    def _tag(self, match: re.Match[str], parts: list[str]) -> str | None:
        """Return the HTML of a match of `_TOKEN` after `parts`; None if it is raw HTML."""
        parent = self._open[-1] if self._open else Element("", "")
        if match["link"]:
            if parent.name != "code":
                self._report_broken_link()
            return match[0]
        if match["number"]:
            self.elements.append(Element("sup", match["reference"]))
            is_linked = any(element.name == "a" for element in self._open)
            return self._anchors.reference(match["number"], is_linked=is_linked)
        if match["back"]:
            return self._anchors.back(match["back"])
        if match["place"]:
            self._heading = len(parts) if match["name"] in _HEADINGS else self._heading
            return self._begin(match)
        tag: str | None = None
        if match["closed"] and match["closed"] == parent.name:
            if parent.name in _HEADINGS:
                name = self._anchors.heading("".join(parts[self._heading + 1 :]))
                parts[self._heading] = f'<{parent.name} id="{name}">'
            tag = self._end()
        elif match["inner"] and parent.name in _INNER.get(match["inner"], ()):
            self._open.append(Element(match["inner"], parent.place))
            tag = match[0]
        return tag

    def _is_imitation(self, match: re.Match[str]) -> bool:
        """Return whether the author, not comrak, wrote this tag with comrak's attributes."""
        written = match["place"] or match["reference"]
        attribute = f'data-sourcepos="{written}"' if written else match["back"] and match[0]
        return self._is_imitated and bool(attribute) and attribute in self._source.text

    def _begin(self, match: re.Match[str]) -> str:
        """Return the start tag of an element with an absolute address."""
        element = Element(match["name"], match["place"])
        self.elements.append(element)
        self._last_tag = element.name
        self._passed = element.place, False
        if element.name not in _EMPTY:
            self._open.append(element)
            if len(self._open) == MAX_DEPTH + 1:
                message = f"more than {MAX_DEPTH} nested quotes or lists; use fewer levels"
                self._report(self._offset(element.place), "too-deep", message)
        if element.name == "img":
            self._check_alt(match["attributes"], element.place)
        if element.name in {"td", "th"}:
            return match[0].replace(' align="', ' class="align-')
        if element.name == "li" and (note := _NOTE.search(match["attributes"])):
            return self._begin_note(note[1], element.place)
        if element.name in {"a", "img"}:
            return _ADDRESS.sub(lambda address: self._address(address[0], element), match[0], 1)
        return _REPLACED[element.name][0] if element.name in _REPLACED else match[0]

    def _end(self) -> str:
        element = self._open.pop()
        self._last_tag = element.name
        self._passed = element.place, True
        return _REPLACED[element.name][1] if element.name in _REPLACED else f"</{element.name}>"

    def _begin_note(self, name: str, place: str) -> str:
        identity = self._anchors.note(name)
        if identity is None:
            message = f"second footnote {quote(f'[^{urllib.parse.unquote(name)}]')}; "
            self._report(self._offset(place), "footnote", message + "keep one, or rename it")
        return f'<li id="{identity}">'

    def _check_alt(self, attributes: str, place: str) -> None:
        match = _ALT.search(attributes)
        alt = match[1] if match else ""
        if not alt.strip():
            message = "the picture has no text in its square brackets; describe what it shows"
            self._report(self._offset(place), "image-without-alt", message)
        elif "&lt;" in alt and not self._is_alt:  # render it as a link to find raw HTML in it
            start, end = self._offset(place) + 1, self._offset(place, is_end=True)
            check = BodyCheck(self._source, start, self._permalink, self._show)
            check._is_alt = True
            check.read(to_html(self._source.text[start:end]))
            self.problems += [problem for problem in check.problems if problem.code == "raw-html"]

    def _address(self, written: str, element: Element) -> str:
        """Return the absolute form of an address in HTML; report an invalid one."""
        address, is_link = html.unescape(written), element.name == "a"
        shown = urllib.parse.unquote(address)  # undo comrak's percent-encoding
        code: Code = "relative-url"
        message = ""
        if is_link and address.startswith("#"):
            offset = self._offset(element.place)
            address = self._anchors.section(address[1:], shown[1:], offset)
        elif is_link and address.lower().startswith(_OTHER_SCHEMES):
            scheme, _, rest = address.partition(":")
            address = f"{scheme.lower()}:{rest}"
        elif not address:
            message = "the link has no address; write it between the parentheses"
        elif not is_absolute(address) and not is_link:
            found = self._show(shown)
            if isinstance(found, ShownPicture):
                size = f'" width="{found.width}" height="{found.height}'
                return html.escape(found.url) + size
            code, message = found
        elif not is_absolute(address):
            scheme = "mailto:" if _MAIL.fullmatch(shown) else "https://"
            message = f"{quote(shown)} is not a complete address; begin it with {scheme}"
            if media_type(shown) and not shown.startswith("/"):
                message += f", or attach the file: attachments: [{visible(shown, 60)}]"
        elif not address.lower().startswith(("http:", "https:")):
            code = "unsafe-link"
            message = "is not allowed; use https://, mailto: or tel:"
            if _ON_A_DISK.match(shown):
                message = "is on your computer; put it beside the entry file, and write its name"
            message = f"{quote(shown)} {message}"
        else:
            try:
                address = to_url(_HOST.sub(lambda host: urllib.parse.unquote(host[0]), address, 1))
            except AddressError as error:
                code, message = "bad-url", str(error)
        if message:
            self._report(self._offset(element.place), code, message)
        return html.escape(address)

    def _report_broken_link(self) -> None:
        """Report a link with white space in its address, which Markdown renders as text."""
        blocks = (element for element in reversed(self._open) if element.name in _BLOCKS)
        block = next(blocks, None)  # None after a raw end tag, which is reported
        if block is None or block.place == self._searched:
            return
        self._searched = block.place
        start, end = self._offset(block.place), self._offset(block.place, is_end=True)
        for match in _LINK.finditer(self._source.text, start, end):
            if _SPACE.search(match[1]):
                message = f"white space in the address of the link {quote(match[0])}; "
                self._report(match.start(), "bad-url", message + "write %20 for each space")
                return

    def _report_raw(self, rendered: str, at: int, before: str) -> int:
        """Report the raw HTML at an index of the rendered body; return the index after it.

        Blocks without anything else between them are one problem.
        """
        parent = self._open[-1].name if self._open else ""
        is_line = not before.strip() and ("\n" in before or not self._last_tag)
        if is_line and parent in {"", "blockquote", "li"} and self._last_tag in {"", *_BLOCKS}:
            end = _RAW_BLOCK_END.search(rendered, at + 1)
            blocks = rendered[at : end.start() if end else len(rendered)]
            self._report_html(self._find(blocks.partition("\n")[0]), blocks)
            return at + len(blocks)
        match = _RAW_INLINE.match(rendered, at)
        assert match is not None
        self._report_html(self._find(match[0].partition("\n")[0]), match[0])
        return match.end()

    def _find(self, text: str) -> int:
        """Return the offset of raw HTML in the source, and move the cursor after it."""
        place, is_end = self._passed
        if place:
            self._cursor = max(self._cursor, self._offset(place, is_end=is_end))
        written = self._source.text
        offset = written.find(text, self._cursor)
        while offset > 0 and written[offset - 1] == "\\":
            offset = written.find(text, offset + 1)
        if offset < 0:  # a raw `</p>` that was mistaken for comrak's
            before = written.rfind(text, self._start, self._cursor)
            offset = before if before >= 0 else self._cursor
        self._cursor = offset + len(text)
        return offset

    def _report_html(self, offset: int, text: str) -> None:
        message = f"{quote(text.strip(), 40)} is HTML; write Markdown, or \\< for a literal <"
        self._report(offset, "raw-html", message)

    def _report(self, offset: int, code: Code, message: str) -> None:
        self.problems.append(self._source.problem(offset, code, message))


# --- ids, and links to them ---

_ANY_TAG = re.compile(r"<[^<>]*>")
_REFERENCE = re.compile(r"<sup[^<>]*>.*?</sup>")
_NOT_IN_NAME = re.compile(r"[^\w\- ]")
_BACK = re.compile(r' ?<a href="([^"]*)">↩(?:<sup>[0-9]+</sup>)?</a>')


class Anchors:
    """The headings, sections that links name, footnotes and references of one body.

    An id is `slug--name`. A slug never contains two hyphens, so it is unique among all entries and
    the other ids of a page, wherever a body is shown. Links are complete addresses of the entry's
    page, so that they also work in feed readers.
    """

    def __init__(self, permalink: str) -> None:
        self.sections: list[tuple[int, str]] = []  # offset and name of each link to a section
        self._prefix = permalink.rstrip("/").rpartition("/")[2] + "--"
        self._address = f"{permalink}#{self._prefix}"
        self._names: dict[str, str] = {}  # of headings, with their texts
        self._repeated: Counter[str] = Counter()
        self._notes: list[str] = []  # comrak's names of the footnotes
        self._uses: Counter[str] = Counter()  # of footnotes, by number

    def heading(self, content: str) -> str:
        """Return the id of a heading with this HTML, as GitHub names it."""
        text = html.unescape(_ANY_TAG.sub("", _REFERENCE.sub("", content)))
        plain = _NOT_IN_NAME.sub("", " ".join(text.split()).lower()).replace(" ", "-")
        name = plain = plain or "section"
        while name in self._names:
            self._repeated[plain] += 1
            name = f"{plain}-{self._repeated[plain]}"
        self._names[name] = text
        return html.escape(self._prefix + name)

    def section(self, written: str, name: str, offset: int) -> str:
        """Return the address of a section; `written` is its name, percent-encoded."""
        if name in {"", "top"}:  # both lead to the beginning of any page
            return f"{self._address.partition('#')[0]}#{name}"
        self.sections.append((offset, name))
        return self._address + written

    def unknown_sections(self) -> list[tuple[int, str]]:
        """Return offset and message for each link to a section that the body does not have."""
        unknown = []
        for offset, name in self.sections:
            example = f"; write one, such as ## {name.replace('-', ' ').capitalize()}"
            advice = did_you_mean(name, self._names) if self._names else example
            if name not in self._names:
                message = f"the body has no heading for {quote(f'#{name}')}{advice}"
                unknown.append((offset, message))
        return unknown

    def reference(self, number: str, *, is_linked: bool) -> str:
        """Return a reference to a footnote; without a link if it is within a link."""
        self._uses[number] += 1
        name = self._use(number, self._uses[number])
        href = f"{html.escape(self._address)}fn:{number}"
        shown = number if is_linked else f'<a href="{href}">{number}</a>'
        return f'<sup id="{html.escape(self._prefix)}{name}">{shown}</sup>'

    def note(self, name: str) -> str | None:
        """Return the id of the next footnote; None if there was one with the same name."""
        if name in self._notes:
            return None
        self._notes.append(name)
        return html.escape(f"{self._prefix}fn:{len(self._notes)}")

    def back(self, index: str) -> str:
        """Return a link from a footnote to a reference: `2-3` is the third one to footnote 2."""
        number, _, use = index.partition("-")
        href = html.escape(self._address) + self._use(number, int(use or 1))
        return f'<a href="{href}">↩{f"<sup>{use}</sup>" if use else ""}</a>'

    def without_dead_ends(self, body: str) -> str:
        """Remove the links back to references that are not shown, as in the text of a picture."""
        numbers, start = self._uses.items(), html.escape(self._address)
        shown = {start + self._use(n, use + 1) for n, count in numbers for use in range(count)}

        def keep(link: re.Match[str]) -> str:
            is_dead = link[1].startswith(f"{start}fnref:") and link[1] not in shown
            return "" if is_dead else link[0]

        return _BACK.sub(keep, body) if self._notes else body

    @staticmethod
    def _use(number: str, use: int) -> str:
        return f"fnref:{number}" + (f"-{use}" if use > 1 else "")
