"""Parse XML from any source into a tree: with limits, without entities or network."""

import re
from typing import Any

from lxml import etree

from ilofeed.problems import visible
from ilofeed.sources.items import MAX_PARTS, Note, SourceError
from ilofeed.sources.xml_repair import ITEMS, repair_text

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
    notes = [Note(0, "", f"control characters removed: {removed}")] * bool(removed)
    try:
        root = etree.fromstring(text.encode(), _parser(recover=False))
    except etree.XMLSyntaxError as error:
        # libxml2 quotes the document between a line break and the place
        reason, _, quoted = str(error.msg).partition("\n")
        why = visible(f"{reason}, line {error.lineno}" if quoted else reason, 150)
        message = f"the XML is not well-formed ({why}); it was repaired as far as possible"
        root, repairs = _repair(text, why)
        notes += [Note(0, "", message), *repairs]
    cut = sum(_shorten(element) for element in root.iter())
    return root, notes + [Note(0, "", f"{cut} overlong texts were shortened")] * bool(cut)


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
        notes.append(Note(0, "", f"only {count} of {expected} items can be read"))
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
