"""Parse XML from any source into a tree: with limits, without entities or network.

XML that is not well-formed is repaired in its text, so that each item keeps its own. A parser that
recovers by itself drops a `&` with the name after it, and lets an element that never ends take in
the items after it. So a sign that begins nothing is text, an item ends where the next one begins,
and an end tag ends what is open in it. HTML in the texts of RSS is escaped, as it should have been.
"""

import html
import re
from html.entities import html5
from typing import Any

from lxml import etree

from ilofeed.problems import plural, visible
from ilofeed.sources.items import MAX_PARTS, Note, SourceError, listed, note

_PREFIXES = {  # which feeds often use without declaring them
    "app": "http://www.w3.org/2007/app",
    "atom": "http://www.w3.org/2005/Atom",
    "blogger": "http://schemas.google.com/blogger/2018",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "ev": "http://purl.org/rss/1.0/modules/event/",
    "itunes": "http://www.itunes.com/DTDs/PodCast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "wp": "http://wordpress.org/export/1.2/",
}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_QUALIFIED = re.compile(r"(?:\{[^{}]*\})?[A-Za-z_][\w.-]*")
# white space, comments and processing instructions
_PROLOG = re.compile(r"(?:\s++|<(?=\?).*?\?>|<!(?=--).*?-->)*+", re.DOTALL)
_DOCTYPE = re.compile(r"(?is)(?:<!DOCTYPE[^>\[]*(?:\[.*?(?:\]\s*>|\Z)|>|\Z)\s*+)++")
_DECLARATION = re.compile(r"<\?xml[^>]{0,300}\?>")
_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
_BODIES = frozenset(
    "body content content_encoded description encoded fullitem meta_value summary".split()
)
_XHTML = "{http://www.w3.org/1999/xhtml}"
# feedparser searches them for e-mail addresses, in quadratic time
_PEOPLE = frozenset("author contributor creator managingEditor name publisher webMaster".split())
_MAX_BODY, _LONGEST, _MAX_PERSON = 1_000_000, 10_000, 1_000
_MAX_ATTRIBUTES = 1_000  # libxml2 compares each with all the others
WORDPRESS = re.compile(r"\{https?://wordpress\.org/export/")
_COMMENTS = re.compile(
    r"comments/(?:feed|default)|feed[=/](?:rss2-)?comments|comments-(?:rss2?|atom)", re.IGNORECASE
)
_HEAD = 300_000  # characters of a web page that are searched for links to feeds
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
_TAG_NAME = re.compile(r"[^\W\d][\w.:-]*")
_VOID = frozenset("area br col embed hr img input param wbr".split())  # of HTML
# elements of an item that cannot be in one another
_FIELDS = frozenset(
    "title link guid id pubdate published updated issued modified created comments category "
    "author contributor description summary content content:encoded enclosure dc:creator dc:date "
    "dc:subject status visibility access draft private hidden protected password".split()
)
_WITH_HTML = frozenset({"title", "description", "content:encoded"})  # of RSS: tags in them are text


def parse_xml(text: str) -> tuple[Any, list[Note]]:
    """Return the root element (lxml) and notes on repairs; raise `SourceError` if it is not XML."""
    text = _DECLARATION.sub("", text, count=1)
    start = _PROLOG.match(text).end()  # type: ignore[union-attr]  # it matches any text
    if re.match(r"<(?:!doctype\s+)?html\b", text[start : start + 100], re.IGNORECASE):
        raise SourceError(_web_page(text))
    if doctype := _DOCTYPE.match(text, start):
        if _ENTITY.search(doctype[0]):
            raise SourceError(
                "the document declares XML entities, which could expand without limit or read "
                "other files; remove them: feeds do not need any"
            )
        text = text[doctype.end() :]
    _check_size(text)
    text, removed = _NOT_XML.subn("", text)
    notes = [note(f"control characters removed: {removed}")] * bool(removed)
    try:
        root = etree.fromstring(text.encode(), _parser(recover=False))
    except etree.XMLSyntaxError as error:
        # libxml2 quotes the document between a line break and the place
        reason, _, quoted = str(error.msg).partition("\n")
        why = visible(f"{reason}, line {error.lineno}" if quoted else reason, 150)
        message = f"the XML is not well-formed ({why}); it was repaired as far as possible"
        root, repairs = _repair(text, why)
        notes += [note(message), *repairs]
    cut = sum(_shorten(element) for element in root.iter())
    return root, notes + [note(f"{cut} overlong texts were shortened")] * bool(cut)


def _check_size(text: str) -> None:
    """Refuse XML that would take far more memory or time than its size suggests."""
    head, *rest = text.split("<![CDATA[")
    outside = [head, *(part.partition("]]>")[2] for part in rest)]
    if sum(part.count("<") for part in outside) > MAX_PARTS:
        raise SourceError(f"the XML has more than {MAX_PARTS} elements")
    for part in outside:
        for tag in part.split("<"):
            if tag.count("=", 0, tag.find(">") if ">" in tag else None) > _MAX_ATTRIBUTES:
                raise SourceError(f"an element has more than {_MAX_ATTRIBUTES} attributes")


def _repair(text: str, why: str) -> tuple[Any, list[Note]]:
    text, notes, expected = repair_text(text)
    try:
        root = etree.fromstring(text.encode(), _parser(recover=True))
    except etree.XMLSyntaxError:  # no element at all
        root = None
    if root is None:
        raise SourceError(f"this is neither a feed nor XML: {why}")
    for element in root.iter():
        _rename(element)
    if (count := sum(local_name(element) in ITEMS for element in root.iter())) != expected:
        notes.append(note(f"only {count} of {expected} items can be read"))
    return root, notes


def _shorten(element: Any) -> int:
    """Shorten texts that are too long for feedparser's regular expressions; return how many."""
    is_body = local_name(element) in _BODIES or str(element.tag).startswith(_XHTML)
    is_person = local_name(element) in _PEOPLE
    most = _MAX_BODY if is_body else _MAX_PERSON if is_person else _LONGEST
    texts = [name for name in ("text", "tail") if len(getattr(element, name) or "") > most]
    for name in texts:
        setattr(element, name, getattr(element, name)[:most])
    attributes = [key for key, value in element.attrib.items() if len(value) > _LONGEST]
    for key in attributes:
        element.attrib[key] = element.attrib[key][:_LONGEST]
    return len(texts) + len(attributes)


def _parser(*, recover: bool) -> Any:
    return etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_pis=True,
        remove_comments=True,
    )


def _rename(element: Any) -> None:
    """Give an element and its attributes valid names; drop attributes that cannot have one."""
    if not isinstance(element.tag, str):
        return
    if not _QUALIFIED.fullmatch(element.tag):
        name = element.tag.replace(":", "_")
        element.tag = _valid_name(element.tag) or (name if _NAME.fullmatch(name) else "unknown")
    attributes = [(_valid_name(str(key)), value) for key, value in element.attrib.items()]
    element.attrib.clear()
    for name, value in attributes:
        if name:
            element.set(name, value)


def _valid_name(name: str) -> str:
    """Return a valid XML name, with the usual namespace for an undeclared prefix; else ""."""
    if _QUALIFIED.fullmatch(name):
        return name
    prefix, _, local = name.partition(":")
    is_usual = prefix in _PREFIXES and _NAME.fullmatch(local)
    return f"{{{_PREFIXES[prefix]}}}{local}" if is_usual else ""


def local_name(element: Any) -> str:
    """Return an element's name without its namespace; `etree.QName` rejects repaired names."""
    return str(element.tag).rpartition("}")[2]


def text_of(element: Any) -> str:
    """Return all text in an element, or "" for None."""
    return "" if element is None else "".join(map(str, element.itertext())).strip()


def _web_page(text: str) -> str:
    """Return the message for a web page, with the feeds of posts that it links to."""
    root = etree.HTML(_NOT_XML.sub("", text[:_HEAD]), etree.HTMLParser(no_network=True))
    links = [
        ((link.get("rel") or "").lower().split(), link, visible(str(link.get("href")), 200))
        for link in (root.iter("link") if root is not None else ())
        if link.get("href")
    ]
    posts = [
        (str(link.get("title") or ""), address)
        for rel, link, address in links
        if "alternate" in rel
        and re.search("rss|atom|feed|rdf", (link.get("type") or "").lower())
        and not _COMMENTS.search(address)
    ]
    titled = [pair for pair in posts if "comment" not in pair[0].lower()] or posts
    feeds = list(dict.fromkeys(address for _, address in titled))[:10]
    interfaces = [address for rel, _, address in links if "https://api.w.org/" in rel]
    advice = "it links to no feed"
    if feeds:
        advice = f"import one of its feeds: {' '.join(feeds)}"
    elif interfaces:
        start, mark = interfaces[0].rstrip("/"), "&" if "?" in interfaces[0] else "?"
        advice = f"import the posts of its site: {start}/wp/v2/posts{mark}_embed=1"
    return f"this is a web page, not a feed; {advice}"


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
        notes.append(note(f"{_UNMATCHED}: a comment never ends; what follows is left out"))
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
        if not (
            self._lower and self._lower[-1] in _WITH_HTML and self._lower[0] in {"rss", "rdf:rdf"}
        ):
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
            if _TAG_NAME.fullmatch(key):
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
            numbers = [number for number in self._unmatched if number]
            where = "outside of the items"
            if numbers:
                where = f"in {plural(len(numbers), 'item')} ({listed(numbers)})"
            texts.append(f"{_UNMATCHED} {where}: compare with the original")
        return list(map(note, texts))


def _local(name: str) -> str:
    return name.rpartition(":")[2]
