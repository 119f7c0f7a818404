"""Find the addresses of pictures and documents in an imported entry, and write local names there.

The file is one that `convert` made: its keys are on lines of their own, its Markdown is that of
`markup`.
"""

import datetime as dt
import itertools
import posixpath
import re
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from ilofeed.content import check_entry, serialize_entry, yaml_nodes
from ilofeed.media import DOCUMENT_SUFFIXES, PICTURE_SUFFIXES
from ilofeed.model import Office

Use: TypeAlias = Literal["image", "picture", "attachment", "link"]

# what is only text has a backslash, also each bracket in an alt text
_ALT = r"((?<!\\)!\[(?:[^\[\]\\]|\\.)*+\]\()"
_TARGET = r"(<[^<>\n]*+>|[^\s()<>]++)"
_PICTURE = re.compile(_ALT + _TARGET)
_TITLE = r"(?: \"(?:[^\"\\]|\\.)*+\")?\)"
_LINKED_PICTURE = re.compile(rf"(?<!\\)\[{_ALT}{_TARGET}({_TITLE})\]\({_TARGET}{_TITLE}")
_LINK = re.compile(r"((?<!\\)\]\()" + _TARGET)
_CODE = re.compile(r"(?<![\\`])(`++)(?:[^`]++|(?!\1(?!`))`++)*+\1")
_TAG = re.compile(r"</?(?:a|img)\b(?:[^<>\"]|\"[^\"]*\")*>")


@dataclass(frozen=True, slots=True)
class EntryParts:
    """The keys of an entry file as text, and its Markdown."""

    keys: Mapping[str, Any]
    body: str

    def files(self, is_own: Callable[[str], bool]) -> Iterator[tuple[str, Use]]:
        """Yield the addresses of pictures and documents, in the order in which they get names.

        `is_own` returns whether an address is on the old site: other links are none of its files.
        """
        if url := self.keys.get("image", {}).get("url"):
            yield url, "image"
        full, body = set[str](), _CODE.sub("", self.body)
        for match in _LINKED_PICTURE.finditer(body):
            if suffix_of(url := _bare(match[4])) in PICTURE_SUFFIXES and is_own(url):
                full.add(url)
                yield url, "picture"
        for match in _PICTURE.finditer(body):
            yield _bare(match[2]), "picture"
        for attachment in self.keys.get("attachments", ()):
            yield attachment["url"], "attachment"
        for match in _LINK.finditer(_PICTURE.sub("", body)):
            is_file = suffix_of(url := _bare(match[2])) in PICTURE_SUFFIXES | DOCUMENT_SUFFIXES
            if is_file and url not in full and is_own(url):
                yield url, "link"

    def with_names(self, names: Mapping[tuple[str, Use], str], links: Mapping[str, str]) -> bytes:
        """Return the entry file with the names of files for their addresses, by use.

        `links` are the addresses at which linked documents will be published; these become
        attachments. A picture that links to its full version becomes that one.
        """
        keys = {**self.keys}
        if image := keys.get("image"):
            keys["image"] = _named(image, names.get((image["url"], "image")))
        items = keys.get("attachments", ())
        keys["attachments"] = [
            _named(item, names.get((item["url"], "attachment"))) for item in items
        ]
        attached = {url for url, use in names if use == "attachment"}
        keys["attachments"] += [names[url, "link"] for url in links if url not in attached]
        pictures = {url: name for (url, use), name in names.items() if use == "picture"}

        def embed_full(match: re.Match[str]) -> str:
            name = pictures.get(_bare(match[4]))
            return f"{match[1]}{name}{match[3]}" if name else match[0]

        def replace(new: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
            return lambda match: f"{match[1]}{new.get(_bare(match[2]), match[2])}"

        def rename(text: str) -> str:
            text = _PICTURE.sub(replace(pictures), _LINKED_PICTURE.sub(embed_full, text))
            return _LINK.sub(replace(links), text)

        ends = [0, *(end for code in _CODE.finditer(self.body) for end in code.span()), None]
        parts = [self.body[start:end] for start, end in itertools.pairwise(ends)]
        parts[::2] = map(rename, parts[::2])  # the others are code
        return serialize_entry({**keys, "body": "".join(parts)})


def read_parts(path: str, data: bytes, office: Office, now: dt.datetime) -> EntryParts:
    """Return the parts of an entry file that is valid."""
    checked = check_entry(path, data, office, {}, now).checked
    assert checked is not None
    return EntryParts(
        yaml_nodes.plain(checked.root),
        checked.source.text.partition("\n---\n\n")[2].removesuffix("\n"),
    )


def text_of(html: str) -> str:
    """Return the HTML of a body without its links and pictures, which files may change."""
    return _TAG.sub("", html)


def suffix_of(url: str) -> str:
    """Return the suffix of the path of an address in lower case, with its dot."""
    return posixpath.splitext(urllib.parse.urlsplit(url).path)[1].lower()


def _bare(target: str) -> str:
    return target.strip("<>")


def _named(item: Mapping[str, str], name: str | None) -> Mapping[str, str] | str:
    """Return the keys of a picture or an attachment with the name of its file, if it has one."""
    if name is None:
        return item
    rest = {key: value for key, value in item.items() if key not in {"url", "length"}}
    return {"file": name, **rest} if rest else name
