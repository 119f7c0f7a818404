"""Find the addresses of pictures and documents in an imported entry, and write local names there.

The file is one that `convert` made: its keys are on lines of their own, its Markdown is that of
`markup`.
"""

import datetime as dt
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

# an alt text has no bracket without a backslash
_ALT = r"(!\[(?:[^\[\]\\]|\\.)*+\]\()"
_TARGET = r"(<[^<>\n]*+>|[^\s()<>]++)"
_PICTURE = re.compile(_ALT + _TARGET)
_LINKED_PICTURE = re.compile(
    rf"\[{_ALT}{_TARGET}((?: \"(?:[^\"\\]|\\.)*+\")?\))\]\({_TARGET}(?: \"(?:[^\"\\]|\\.)*+\")?\)"
)
_LINK = re.compile(r"(\]\()" + _TARGET)
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
        full = set[str]()
        for match in _LINKED_PICTURE.finditer(self.body):
            if suffix_of(url := _bare(match[4])) in PICTURE_SUFFIXES and is_own(url):
                full.add(url)
                yield url, "picture"
        for match in _PICTURE.finditer(self.body):
            yield _bare(match[2]), "picture"
        for attachment in self.keys.get("attachments", ()):
            yield attachment["url"], "attachment"
        for match in _LINK.finditer(_PICTURE.sub("", self.body)):
            is_file = suffix_of(url := _bare(match[2])) in PICTURE_SUFFIXES | DOCUMENT_SUFFIXES
            if is_file and url not in full and is_own(url):
                yield url, "link"

    def with_names(self, names: Mapping[str, str], links: Mapping[str, str]) -> bytes:
        """Return the entry file with the names of files for their addresses.

        `links` are the addresses at which linked documents will be published; these become
        attachments. A picture that links to its full version becomes that one.
        """
        keys = {**self.keys}
        if image := keys.get("image"):
            keys["image"] = _named(image, names)
        attachments = [_named(item, names) for item in keys.get("attachments", ())]
        attachments += [names[url] for url in links if url not in self._attached()]
        keys["attachments"] = attachments

        def embed_full(match: re.Match[str]) -> str:
            name = names.get(_bare(match[4]), "") if _bare(match[4]) not in links else ""
            return f"{match[1]}{name}{match[3]}" if name else match[0]

        def replace(new: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
            return lambda match: f"{match[1]}{new.get(_bare(match[2]), match[2])}"

        body = _LINKED_PICTURE.sub(embed_full, self.body)
        body = _LINK.sub(replace(links), _PICTURE.sub(replace(names), body))
        return serialize_entry({**keys, "body": body})

    def _attached(self) -> set[str]:
        return {item["url"] for item in self.keys.get("attachments", ())}


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


def _named(item: Mapping[str, str], names: Mapping[str, str]) -> Mapping[str, str] | str:
    """Return the keys of a picture or an attachment with the name of its file, if it has one."""
    if (name := names.get(item["url"])) is None:
        return item
    rest = {key: value for key, value in item.items() if key not in {"url", "length"}}
    return {"file": name, **rest} if rest else name
