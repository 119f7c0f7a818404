"""A RELAX NG grammar in two halves that take a tenth of its time: what libxml2 finds without
patterns, and the patterns, each of which Python compiles once.

libxml2 compiles a pattern again for each text that it looks at, which takes nearly all of the time
of a grammar. So the patterns are taken out of a copy of the grammar, and texts are compared with
them here, each once in a document. A document that passes both passes the whole grammar; of one
that does not nothing is said, for the whole grammar to judge it.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_RNG = "{http://relaxng.org/ns/structure/1.0}"
_XML = "http://www.w3.org/XML/1998/namespace"


@dataclass(frozen=True, slots=True)
class Halves:
    """What surely matches a grammar: its shape and types, and the patterns of texts by place."""

    root: bytes
    shape: etree.RelaxNG
    empty: Any  # an XPath: whether a place that needs a text has none
    places: Sequence[tuple[Any, re.Pattern[str]]]  # an XPath of texts, what each must match

    def surely_match(self, data: bytes, root: Any) -> bool:
        """Whether a document matches the grammar, without any doubt: `data`, whose root it is."""
        # a comment, an instruction or a CDATA section could cut a text in two
        return (
            b"<!" not in data
            and data.rfind(b"<?") < data.find(b"<" + self.root)
            and self.shape.validate(root)
            and not self.empty(root)
            and all(all(map(look.fullmatch, set(find(root)))) for find, look in self.places)
        )


def halve(tree: Any) -> Halves:
    """The halves of a grammar of which nothing calls itself; its tree is one of them then."""
    start = tree.find(f"{_RNG}start")
    _write_out(start, {one.get("name"): one for one in tree.iter(f"{_RNG}define")})
    found = sorted(set(_take_out(start)))
    namespaces = {"xml": _XML}
    for name in start.iter(f"{_RNG}name"):
        if name.get("ns") not in {"", *namespaces.values()}:
            namespaces[f"n{len(namespaces)}"] = name.get("ns")
    prefixes = {space: f"{prefix}:" for prefix, space in namespaces.items()} | {"": ""}
    paths = [
        ("".join(f"/{kind}{prefixes[space]}{name}" for kind, space, name in path), pattern)
        for path, pattern in found
    ]
    return Halves(
        start.find(f"{_RNG}element/{_RNG}name").text.encode(),
        etree.RelaxNG(tree),
        etree.XPath(
            " or ".join(f"{path}[not(text())]" for path, _ in paths if "@" not in path)
            or "false()",
            namespaces=namespaces,
        ),
        [
            (
                etree.XPath(
                    path if "@" in path else f"{path}/text()",
                    namespaces=namespaces,
                    smart_strings=False,
                ),
                re.compile(pattern),
            )
            for path, pattern in paths
        ],
    )


def _write_out(start: Any, defined: dict[str, Any]) -> None:
    """Put what is defined in the place of its name."""
    while refs := list(start.iter(f"{_RNG}ref")):
        for ref in refs:
            parts = copy.deepcopy(defined[ref.get("name")])
            parts.tag, parts.tail = f"{_RNG}group", None
            del parts.attrib["name"]
            ref.getparent().replace(ref, parts[0] if len(parts) == 1 else parts)


_Path = tuple[tuple[str, str, str], ...]  # from the root: "" or "@", namespace, name


def _take_out(start: Any) -> Iterator[tuple[_Path, str]]:
    """Take the patterns out; where they stood, and one that is all of those of a place."""
    for place in start.iter(f"{_RNG}element", f"{_RNG}attribute"):
        kinds = [one for one in place.iter(f"{_RNG}data") if _owner(one) is place]
        params = [param for one in kinds for param in one]
        # of a choice between types a text could have one's type and the other's pattern
        if (
            not kinds
            or len({one.get("type") for one in kinds}) > 1
            or place.find(f".//{_RNG}list") is not None
            or any(len(one) != 1 or one[0].get("name") != "pattern" for one in kinds)
        ):
            continue
        for param in params:
            param.getparent().remove(param)
        around = [place, *place.iterancestors(f"{_RNG}element")]
        yield (
            tuple(
                ("@" if one.tag == f"{_RNG}attribute" else "", one[0].get("ns"), one[0].text)
                for one in reversed(around)
            ),
            "|".join(f"(?:{param.text})" for param in params),
        )


def _owner(node: Any) -> Any:
    return next(node.iterancestors(f"{_RNG}element", f"{_RNG}attribute"))
