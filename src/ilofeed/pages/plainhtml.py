"""What a parser would find in HTML of the plain form that ours has, from its bytes alone.

Nothing here judges HTML. Where it has a form of which one cannot be sure, there is no answer, and a
parser is asked (`html_tree`). The reasons why nothing is missed:

An attribute is its name, blanks perhaps, and `=`. Whatever the text around it means, these bytes
are there, so every `=` behind one of the names is looked at, within tags or not. Only `name="…"` is
plain, and a value that holds such an `=` itself is not. An element begins with `<` and its name; it
is plain only as a whole, from there to the `>` of its tag. So more may be found than a parser
finds, as in comments, and never less.
"""

from __future__ import annotations

import functools
import json
import re
from typing import Any, NamedTuple

from ilofeed.content import TAGS

# of attributes that hold an address, and of metadata that do (by `property`)
NAMES = ("action", "cite", "data", "href", "poster", "src", "data-address")
META = ("og:url", "og:image", "og:audio", "og:video")
_VALUE = "[!#-;=?-~]+"  # of ASCII, without blanks, quotation marks, < and >


def _either(*names: str) -> str:
    """Names of HTML, in letters of either case."""
    return "|".join(re.sub("[a-z]", lambda one: f"[{one[0]}{one[0].upper()}]", n) for n in names)


def _compile(pattern: str) -> re.Pattern[bytes]:
    return re.compile(pattern.encode(), re.VERBOSE)


_BEHIND = "|".join(f"(?<={name}=)" for name in _either(*NAMES).split("|"))
# at the =, since signs are found faster than names; the value, "" where the attribute is not plain
_ATTRIBUTES = _compile(
    rf"""= (?<! [dgklmtwy]= ) (?: (?: {_BEHIND} ) (?: "({_VALUE})" | ) | (?<= \s= ) )"""
)
# the address of a meta, or the text of linked data, or neither where the element is not plain
_ELEMENTS = _compile(
    rf"""< (?= [mscMSC] ) (?:
      meta\ property="(?:{"|".join(META)})"\ content="({_VALUE})">
    | script\ type="application/ld\+json">([^<]+)</script>
    | (?: {_either("meta")} ) (?! (?<= meta )
        \ (?: charset | name | http-equiv | property )="(?! (?:{"|".join(META)})" )[\w:-]*"
        (?: \ content="[^"<>]*" )? > )
    | (?: {_either("script")} ) (?! (?<= script )
        (?: \ type="module"\ | \ defer\ src="[^"<>]*"> ) )
    | (?: {_either("code")} ) (?! (?: \ class="[^"<>]*" )? > ) )"""
)
# all before the linked data: a script element must not be within anything that makes it text
_HEAD = _compile(
    r"""<!DOCTYPE\ html>\n<html\ lang="[\w-]+"\ dir="(?:ltr|rtl)">\n<head>\n
    (?: <(?: (?:meta|link) (?: \ [a-z-]+="[^"<>]*+" )++ > | title>[^<]*+</title> ) \n++ )*+
    <script\ type="application/ld\+json">"""
)
# what bodies become is made of these tags and of text, so nothing else is an attribute
_FRAGMENT = re.compile(
    rf"""(?: [^<>\0\ud800-\udfff]++ | < (?: /?(?:{"|".join(sorted(TAGS))})
    | a\ href="{_VALUE}" (?: \ title="[^"<>\0]*+" )?
    | img\ src="{_VALUE}" (?: \ (?:alt|title)="[^"<>\0]*+" )*+ ) > )++""",
    re.VERBOSE,
)
_IN_FRAGMENT = re.compile('<(?:a href|img src)="([^"]*)"')


class Plain(NamedTuple):
    """What stands in a page: values of attributes, as they are written there, and linked data."""

    addresses: frozenset[bytes]
    linked_data: Any = None  # decoded; None where there is none


@functools.lru_cache(maxsize=1)  # those who look at a page come one after the other
def read_page(data: bytes) -> Plain | None:
    """All addresses in a page that is plain, or some that are none; and the linked data, of which
    there is one element or none. None where the page is not plain."""
    found = _ATTRIBUTES.findall(data)
    elements = _ELEMENTS.findall(data)
    texts = [text for _, text in elements if text]
    found += [address for address, text in elements if not text]
    if b"" in found or len(texts) > 1:
        return None
    if not texts:
        return Plain(frozenset(found))
    try:
        linked_data = json.loads(texts[0].decode())  # of bytes it would guess the encoding
    except ValueError:
        return None
    return Plain(frozenset(found), linked_data) if _HEAD.match(data) else None


def decode(value: bytes) -> str | None:
    """The address that the value of an attribute is; None where one cannot be sure of it."""
    if b"=" in value and _ATTRIBUTES.search(value):
        return None  # it may be no attribute, and hide one that is
    if b"&" in value:
        if value.count(b"&") != value.count(b"&amp;"):
            return None
        value = value.replace(b"&amp;", b"&")
    return value.decode("ascii")


def find_in_fragment(text: str) -> list[str] | None:
    """The addresses in the HTML of an entry, exactly; None where it is not plain."""
    if not _FRAGMENT.fullmatch(text):
        return None
    found = _IN_FRAGMENT.findall(text)
    if any(one.count("&") != one.count("&amp;") for one in found):
        return None
    return [one.replace("&amp;", "&") for one in found]
