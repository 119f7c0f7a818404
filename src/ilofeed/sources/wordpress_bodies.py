"""Turn the body of a WordPress post into plain HTML: blocks, shortcodes, and paragraphs.

A body of the block editor has comments such as `<!-- wp:file {"href": …} -->` around its HTML. An
older body has blank lines between its paragraphs. Both may have shortcodes such as `[gallery]`.
What only the site itself could show is left out and named, and so is what it showed to members
only. All patterns take linear time.
"""

import html
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from ilofeed.problems import quote
from ilofeed.sources.items import Enclosure, Picture

_MAX_HTML = 1_000_000  # characters with patterns; they could repeat without end
_BLOCK = re.compile(r"<!--\s++(/?)wp:([a-z0-9/_-]++)\s++(?:(\{[^<>]*\})\s++)?(/?)-->")
_REPLACED = frozenset({"file", "embed"})
_WITHOUT_LOSS = frozenset("more nextpage paragraph separator spacer".split())
_MEMBERS = (  # in names of blocks and shortcodes that show their text to some readers
    "access(?!ib)|content_control|hidden|hide|if_|ihc-|logged|login|member|mepr|only|paid|password|"
    "paywall|pmpro|premium|private|protect(?!ion)|restrict|role|s2if|subscri|user|visib|wlm_"
)
_FOR_MEMBERS = re.compile(_MEMBERS, re.IGNORECASE)
_MEMBERS_TAG = re.compile(
    rf"\[(/?)([\w-]{{0,40}}?(?:{_MEMBERS})[\w-]{{0,40}}+)[^\[\]]*+\]", re.IGNORECASE
)
_LINK = re.compile(r"<a\b[^<>]*+>((?:[^<]++|<(?!/?a\b))*+)</a>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*+>")
_IMAGE = re.compile(
    r"(<img\b[^<>]*+>)((?:\s*+</a>)?\s*+<figcaption\b[^<>]*+>((?:[^<]++|<(?!/?fig))*+))?",
    re.IGNORECASE,
)
_ALT = re.compile(r"""\salt\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')""", re.IGNORECASE)
_NOTE_MARK = re.compile(
    r'<sup\b[^<>]*\bdata-fn="([^"<>]*+)"[^<>]*+>((?:[^<]++|<(?!/?sup\b))*+)</sup>'
)
_CAPTION = re.compile(
    r"\[(?:wp_)?caption\b([^\[\]]*+)\]((?:[^\[]++|\[(?!/?(?:wp_)?caption\b))*+)\[/(?:wp_)?caption\]"
)
_CAPTION_PICTURE = re.compile(
    r"\s*+((?:<a\b[^<>]*+>\s*+)?<img\b[^<>]*+>(?:\s*+</a>)?)(.*)", re.DOTALL | re.IGNORECASE
)
_SHORTCODE = re.compile(
    r"(<(?:pre|code)\b[^<>]*+>(?:[^<]++|<(?!/?(?:pre|code)\b))*+</(?:pre|code)>|<[^<>]*+>)"
    r"|\[(\[?)(/?)([A-Za-z][\w-]{0,60})((?:\s[^\[\]<>]*)?)\](\]?)"
)
_END = re.compile(r"\[/([A-Za-z][\w-]{0,60})\]")
_KNOWN = frozenset({"gallery", "embed", "audio", "video"})
_ATTRIBUTE = re.compile(r"""(?<=\s)([\w-]++)=["'”“″]?([^\s"'”“″]++)""")
_PIECE = re.compile(
    r"(<pre\b[^<>]*+>(?:[^<]++|<(?!/?pre\b))*+</pre>|<(/?)(address|article|aside|blockquote|caption"
    r"|center|col|colgroup|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header"
    r"|hr|li|main|nav|ol|p|section|summary|table|tbody|td|tfoot|th|thead|tr|ul)\b[^<>]*+>)",
    re.IGNORECASE,
)
_OF_TEXT = frozenset("address caption dt figcaption figure h1 h2 h3 h4 h5 h6 p summary".split())
_OF_SHORT_TEXT = frozenset({"li", "td", "th", "dd"})  # paragraphs only if there are several
_BLANK_LINE = re.compile(r"\n[ \t\xa0]*+\n\s*+")
_LINE_END = re.compile(r"(?:<br ?/?>)?[ \t]?\n")


@dataclass
class BodyReader:
    """Reads one body; the fields find what is elsewhere in the export and belongs to it."""

    picture: Callable[[str], Picture]  # of an attachment, by number; without `url`: none
    own_pictures: Callable[[], list[str]]  # the numbers of those of the post
    pattern: Callable[[str], str | None]  # by number
    notes: Mapping[str, tuple[int, str]]  # number and HTML of each footnote
    files: list[Enclosure] = field(default_factory=list)  # which the body offered for download
    _left_out: Counter[tuple[str, str]] = field(default_factory=Counter)  # by kind and name
    _open: set[str] = field(default_factory=set)  # patterns
    _size: int = 0
    _shows_notes: bool = False

    def read(self, text: str) -> str:
        """Return the body as plain HTML with real paragraphs, links and pictures."""
        body = _NOTE_MARK.sub(self._note_mark, self._convert(text))
        return _IMAGE.sub(self._with_alt, body)

    def lost(self) -> list[str]:
        """Return messages about what was not kept."""
        names: dict[str, list[str]] = {}
        for (kind, name), times in self._left_out.items():
            count = f" ({times})" if times > 1 else ""
            names.setdefault(kind, []).append(f"{quote(name)}{count}" if name else str(times))
        return [f"{kind}, left out: {', '.join(listed)}" for kind, listed in names.items()]

    def _convert(self, text: str) -> str:
        """Return the HTML of blocks and of the text between them."""
        text = self._without_members(text.replace("\r\n", "\n"))
        self._size += len(text)
        parts: list[str] = []
        start, depth, name = 0, 0, ""
        outer: tuple[str, str, int, int] | None = None  # a block to replace: its parts and depth
        for match in _BLOCK.finditer(text):
            parts.append(self._between(text[start : match.start()], depth, name))
            start = match.end()
            closes, name, attributes, is_single = match.groups(default="{}")
            name = name.removeprefix("core/")
            name = "embed" if name.startswith("core-embed/") else name
            is_hidden = _FOR_MEMBERS.search(name) or '"blockVisibility"' in attributes
            if is_single:
                show = self._replace if is_hidden else self._single
                parts.append(show("" if is_hidden else name, attributes))
            elif not closes:
                if outer is None and (name in _REPLACED or is_hidden):
                    outer = (name if not is_hidden else "", attributes, len(parts), depth)
                depth += 1
            else:
                depth, name = max(depth - 1, 0), ""
                if outer and depth <= outer[3]:
                    parts[outer[2] :] = [self._replace(*outer[:2], "".join(parts[outer[2] :]))]
                    outer = None
        parts.append(self._between(text[start:], depth, name))
        if outer and not outer[0]:  # the end is missing
            parts[outer[2] :] = [self._replace(*outer[:2])]
        return "".join(parts)

    def _between(self, text: str, depth: int, name: str) -> str:
        """Return the HTML of text between blocks, or in the block `name`."""
        if depth and name not in {"freeform", "shortcode"}:
            return self._shortcodes(text)
        head, *rest = text.split("<!--")
        text = head + "".join(part.partition("-->")[2] for part in rest)
        return _paragraphs(self._shortcodes(text)) if text.strip() else ""

    def _without_members(self, text: str) -> str:
        """Remove what shortcodes of plug-ins show to some readers, such as members."""
        ends = {match[2]: match.start() for match in _MEMBERS_TAG.finditer(text) if match[1]}
        kept, start, inside, depth = [], 0, "", 0
        for match in _MEMBERS_TAG.finditer(text):
            closes, name = match.groups()
            if not inside and not closes and match.start() < ends.get(name, 0):
                kept.append(text[start : match.start()])
                self._left_out["text that not all readers could see", f"[{name}]"] += 1
                inside, depth = name, 1
            elif name == inside:
                depth += -1 if closes else 1
                start, inside = match.end(), inside if depth else ""
        return "".join(kept) + ("" if inside else text[start:])

    def _single(self, name: str, attributes: str) -> str:
        """Return the HTML of a block that has none of its own."""
        if name == "block":
            return self._pattern(_mapping(attributes))
        if name == "footnotes" and self.notes:
            self._shows_notes = True
            texts = ((html.escape(note), text) for note, (_, text) in self.notes.items())
            listed = (f'<li id="{n}">{text} <a href="#{n}-link">↩</a></li>' for n, text in texts)
            return f"<ol>{''.join(listed)}</ol>"
        if name == "embed":
            return self._replace(name, attributes)
        if name not in _WITHOUT_LOSS and not name.startswith("tribe/"):
            self._left_out["blocks that only the site could show", name] += 1
        return ""

    def _pattern(self, attributes: Mapping[str, Any]) -> str:
        number = str(attributes.get("ref"))
        text = None if "content" in attributes else self.pattern(number)
        if text is None or number in self._open or self._size > _MAX_HTML:
            self._left_out["synced patterns that the export does not show", number] += 1
            return ""
        self._open.add(number)
        converted = self._convert(text)
        self._open.discard(number)
        return converted

    def _replace(self, name: str, attributes: str, inner: str = "") -> str:
        """Return the HTML of a block with the HTML `inner`; `name` is "" for a hidden block."""
        if not name:
            self._left_out["blocks that not all readers could see", ""] += 1
            return ""
        values, link = _mapping(attributes), _LINK.search(inner)
        url = str(values.get("url") or values.get("href") or "")
        if name == "file" and url and link:
            self.files.append(Enclosure(url, title=plain_text(link[1])))
            return ""
        if name == "embed" and url and not link:
            caption = inner.partition("<figcaption")[2].partition(">")[2].partition("</fig")[0]
            return _linked(url, plain_text(caption) or url)
        return inner

    def _shortcodes(self, text: str) -> str:
        """Return HTML with the pictures and links of shortcodes instead of them."""
        if "[" not in text:
            return text
        text = _CAPTION.sub(_figure, f"\n{text}\n")
        ends = set(_END.findall(text))

        def replace(match: re.Match[str]) -> str:
            code, before, closes, name, attributes, after = match.groups()
            if code is not None:
                return match[0]
            if before and after:  # how WordPress escapes a shortcode
                return match[0][1:-1]
            values = dict(_ATTRIBUTE.findall(attributes))
            is_alone = (  # in a paragraph; elsewhere it may be a word: the law [sic]
                not attributes
                and text.endswith(("\n", "<p>"), 0, match.start())
                and text.startswith(("\n", "</p>"), match.end())
            )
            if not (closes or values or is_alone or "_" in name or name in ends | _KNOWN):
                return match[0]
            return before + ("" if closes else self._shortcode(name, values)) + after

        return _SHORTCODE.sub(replace, text)[1:-1]

    def _shortcode(self, name: str, values: Mapping[str, str]) -> str:
        if name == "gallery":
            return self._gallery(values)
        url = next((value for value in values.values() if value.startswith("http")), "")
        if url and name in _KNOWN:
            return _linked(url, url)
        if name != "embed":
            self._left_out["shortcodes", f"[{name}]"] += 1
        return ""

    def _gallery(self, values: Mapping[str, str]) -> str:
        written = values.get("ids") or values.get("include")
        numbers = written.split(",") if written else self.own_pictures()
        pictures = [self.picture(number) for number in numbers]
        shown = [picture for picture in pictures if picture.url]
        if len(shown) < len(pictures) or not pictures:
            missing = len(pictures) - len(shown)
            self._left_out["pictures of [gallery] not public in the export", ""] += missing or 1
        return "".join(
            f'<figure><img src="{html.escape(picture.url)}" alt="{html.escape(picture.alt)}">'
            f"<figcaption>{html.escape(picture.credit)}</figcaption></figure>"
            for picture in shown
        )

    def _note_mark(self, match: re.Match[str]) -> str:
        if match[1] in self.notes:
            note, number = html.escape(match[1]), self.notes[match[1]][0]
            if not self._shows_notes:
                return f"[{number}]"
            return f'<sup><a href="#{note}" id="{note}-link">{number}</a></sup>'
        self._left_out["footnotes that are not in the export", ""] += 1
        return f"[{plain_text(match[2])}]"

    def _with_alt(self, match: re.Match[str]) -> str:
        """Give a picture without a text that of its file in the library, or else its caption."""
        image, rest, caption = match.groups(default="")
        number, written = re.search(r"\bwp-image-([0-9]+)", image), _ALT.search(image)
        if not written or not (written[1] or written[2] or "").strip():
            picture = self.picture(number[1]) if number else Picture()
            stem = PurePosixPath(picture.url).stem.removesuffix("-scaled")
            is_same = stem in image  # numbers may be of the site that a post came from
            alt = (picture.alt if is_same else "") or plain_text(caption)
            if alt:
                image = f'<img alt="{html.escape(alt)}"{_ALT.sub("", image)[4:]}'
        return image + rest


def _figure(match: re.Match[str]) -> str:
    """Return a picture with its caption for `[caption]`."""
    picture = _CAPTION_PICTURE.match(match[2])
    if picture is None:
        return match[2]
    return f"<figure>{picture[1]}<figcaption>{picture[2].strip()}</figcaption></figure>"


def _paragraphs(text: str) -> str:
    """Mark paragraphs and line breaks, which the older editor stores as lines of text."""
    result, start, element = [], 0, ""
    for piece in _PIECE.finditer(text):
        result += [_lines(text[start : piece.start()], element), piece[0]]
        start, element = piece.end(), "" if piece[2] else (piece[3] or "").lower()
    return "".join([*result, _lines(text[start:], element)])


def _lines(text: str, element: str) -> str:
    """Return text with its paragraphs and line breaks; `element` begins just before it, or ""."""
    chunks = [
        _LINE_END.sub("<br>", chunk.strip()) for chunk in _BLANK_LINE.split(text) if chunk.strip()
    ]
    if element in _OF_TEXT or (element in _OF_SHORT_TEXT and len(chunks) < 2):
        return ("</p><p>" if element == "p" else "<br>").join(chunks)
    return "".join(f"<p>{chunk}</p>" for chunk in chunks)


def footnotes(text: str) -> dict[str, tuple[int, str]]:
    """Return number and HTML of each footnote by its id, from JSON; none if it is invalid."""
    notes = _json(text)
    notes = [note for note in notes if isinstance(note, dict)] if isinstance(notes, list) else []
    return {
        str(note.get("id")): (number, str(note.get("content", "")))
        for number, note in enumerate(notes, 1)
    }


def _mapping(text: str) -> Mapping[str, Any]:
    value = _json(text)
    return value if isinstance(value, dict) else {}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _linked(url: str, label: str) -> str:
    return f'<p><a href="{html.escape(url)}">{html.escape(label)}</a></p>'


def plain_text(text: str) -> str:
    """Return the text of HTML that has no blocks."""
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())
