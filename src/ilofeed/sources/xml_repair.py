"""Repair XML that is not well-formed, so that each item keeps its own text.

A parser that recovers by itself drops a `&` with the name after it, and lets an element that never
ends take in the items after it. So signs and tags are repaired in the text: a sign that begins
nothing is text, an item ends where the next one begins, and an end tag ends what is open in it.
HTML in the texts of RSS is escaped, as it should have been.
"""

import html
import re
from html.entities import html5

from ilofeed.problems import plural
from ilofeed.sources.items import Note

ITEMS = frozenset({"entry", "item"})
PARENTS = frozenset({"RDF", "channel", "feed", "items", "rss"})  # of items
_UNMATCHED = "tags do not match"
_MAX_DEPTH = 200  # libxml2 stops at 256
_TOKEN = re.compile(
    r"<!\[CDATA\[.*?\]\]>|<(?P<skipped>!--.*?--|\?.*?\?|!DOCTYPE[^<>]*+)>"
    r"|<(?P<slash>/?)(?P<name>[^\W\d][\w.:-]*+)"
    r"""(?P<rest>(?:=\s*+(?:"[^"<]*+"|'[^'<]*+')|[^<>])*+)>"""
    r"|&(?:(?P<reference>#[0-9]{1,9}|#[xX][0-9A-Fa-f]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});)?|<|\]\]>",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([^\s=/"'<>]++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'<>]++))?""")
_NAME = re.compile(r"[^\W\d][\w.:-]*")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_VOID = frozenset("area br col embed hr img input param wbr".split())  # of HTML
# elements of an item that cannot be in one another
_FIELDS = frozenset(
    "title link guid id pubdate published updated issued modified created comments category "
    "author contributor description summary content content:encoded enclosure dc:creator dc:date "
    "dc:subject status visibility access draft private hidden protected password".split()
)
_HTML = frozenset({"title", "description", "content:encoded"})  # of RSS: tags in them are text


def repair_text(text: str) -> tuple[str, list[Note], int]:
    """Return well-formed XML but for undeclared prefixes, notes, and the number of its items."""
    head, _, tail = text.rpartition("<")
    if ">" not in tail:  # a tag that was cut off
        text = head
    for opening, end in (("<![CDATA[", "]]>"), ("<?", "?>")):
        at = text.rfind(end) + 1
        text = text[:at] + text[at:].replace(opening, "")
    at = text.rfind("-->") + 1
    tail, hidden, _ = text[at:].partition("<!--")
    repair = _Repair()
    text = _TOKEN.sub(repair.replace, text[:at] + tail) + repair.finish()
    notes = list(repair.notes())
    if hidden:
        notes.append(Note(0, "", f"{_UNMATCHED}: a comment never ends; what follows is left out"))
    return text, notes, repair.items


def is_unmatched(note: Note) -> bool:
    """Return whether a note says that tags do not match, so that a document may have been cut."""
    return note.text.startswith(_UNMATCHED)


class _Repair:
    """Replaces the signs and tags of a document, in order."""

    def __init__(self) -> None:
        self.items = self._signs = self._removed = 0
        self._open: list[str] = []  # names of elements
        self._lower: list[str] = []  # the same in lower case
        self._inner: set[str] = set()  # names of HTML in the text that is open
        self._is_inside = False  # an item
        self._unmatched: dict[int, None] = {}  # numbers of items; 0 if it is outside of them

    def replace(self, match: re.Match[str]) -> str:
        """Return what stands for a token of the document."""
        if match["name"] is None:
            if match["skipped"] is not None:
                return ""
            return match[0] if match[0].startswith("<!") else self._sign(match)
        if self._is_html(match["name"].lower(), is_end=bool(match["slash"])):
            return html.escape(match[0], quote=False)
        if match["slash"]:
            return self._end(match["name"].lower())
        return self._start(match["name"], match["rest"].rstrip())

    def _is_html(self, name: str, *, is_end: bool) -> bool:
        """Return whether a tag is one of HTML in a text of RSS; an end tag must have a start."""
        if not (self._lower and self._lower[-1] in _HTML and self._lower[0] in {"rss", "rdf:rdf"}):
            return False
        if name in _FIELDS | ITEMS or name in self._lower or ":" in name:
            return False
        if not is_end:
            self._inner.add(name)
        return name in self._inner

    def _sign(self, match: re.Match[str]) -> str:
        """Replace a reference by its characters in numbers, and escape any other sign."""
        reference = match["reference"] or ""
        if reference in {"amp", "lt", "gt", "quot", "apos"}:
            return match[0]
        if reference.startswith("#"):
            code = int(f"0{reference[1:]}", 0) if reference[1] in "xX" else int(reference[1:])
            if code > 0x10FFFF or _NOT_XML.match(chr(code)):
                self._removed += 1
                return ""
            return f"&#{code};"
        if characters := html5.get(f"{reference};"):
            return "".join(f"&#{ord(character)};" for character in characters)
        self._signs += 1
        return html.escape(match[0])

    def _start(self, name: str, rest: str) -> str:
        closed, parent = "", _local(self._open[-2]) if len(self._open) > 1 else ""
        if _local(name) in ITEMS:
            parents = [at for at, other in enumerate(self._open) if _local(other) in PARENTS]
            closed = self._close(parents[-1] + 1 if parents else len(self._open))
            self.items += 1
            self._is_inside = True
        elif name.lower() in _FIELDS and parent in ITEMS | PARENTS:
            if self._lower[-1] in _FIELDS:
                closed = self._close(len(self._open) - 1)
        elif len(self._open) >= _MAX_DEPTH:
            self._mark()
            return ""
        is_empty = bool(self._open) and (rest.endswith("/") or name.lower() in _VOID)
        if not is_empty:
            self._open.append(name)
            self._lower.append(name.lower())
        return f"{closed}<{name}{self._attributes(rest)}{'/' * is_empty}>"

    def _attributes(self, text: str) -> str:
        """Return the attributes of a tag, each once and in quotes."""
        values: dict[str, str] = {}
        for key, value in _ATTRIBUTE.findall(text):
            quoted = value if value[:1] in {'"', "'"} else f'"{value}"'
            quoted = _TOKEN.sub(self._sign, quoted)
            if key.startswith("xmlns"):  # Python's parser splits names at white space
                quoted = f'"{html.escape("".join(html.unescape(quoted[1:-1]).split()))}"'
            if _NAME.fullmatch(key):
                values.setdefault(key, quoted)
        return "".join(f" {key}={value}" for key, value in values.items())

    def _end(self, name: str) -> str:
        if name not in self._lower:
            if name not in _VOID:
                self._mark()
            return ""
        at = len(self._lower) - 1 - self._lower[::-1].index(name)
        if at == 0:  # the root ends with the document
            return self._close(1)
        return self._close(at + 1) + self._close(at, is_matched=True)

    def _close(self, depth: int, *, is_matched: bool = False) -> str:
        """Return the end tags of what is open below `depth`, which have none of their own."""
        names = self._open[depth:]
        if names and not is_matched:
            self._mark()
        del self._open[depth:], self._lower[depth:]
        self._inner.clear()
        self._is_inside = self._is_inside and not any(_local(name) in ITEMS for name in names)
        return "".join(f"</{name}>" for name in reversed(names))

    def _mark(self) -> None:
        self._unmatched[self.items if self._is_inside else 0] = None

    def finish(self) -> str:
        """Return the end tags of everything that is open."""
        return self._close(1) + self._close(0, is_matched=True)

    def notes(self) -> list[Note]:
        """Return notes on what was repaired."""
        texts = []
        if self._signs:
            texts.append(f"signs & and < that begin nothing were kept as text: {self._signs}")
        if self._removed:
            texts.append(f"references to characters that XML cannot have: {self._removed} removed")
        if self._unmatched:
            numbers = [str(number) for number in self._unmatched if number]
            where = "outside of the items"
            if numbers:
                where = f"in {plural(len(numbers), 'item')} ({', '.join(numbers[:10])}"
                where += ", …)" if len(numbers) > 10 else ")"
            texts.append(f"{_UNMATCHED} {where}: compare with the original")
        return [Note(0, "", text) for text in texts]


def _local(name: str) -> str:
    return name.rpartition(":")[2]
