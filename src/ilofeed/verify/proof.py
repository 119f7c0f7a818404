"""What the verification of a document rests on, as one digest: its bytes and what they must say.

While it is the same for the same program, the document verifies as it did before, so that of a
large site only what has changed is read back.
"""

from __future__ import annotations

import functools
import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ilofeed.feeds import OPML_PATH, opml_head, opml_outline
from ilofeed.ids import SHORT
from ilofeed.pages import oembed, structured
from ilofeed.verify.carry import carried_calendar, carried_entry, carried_event, carried_feed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ilofeed.content import Memory
    from ilofeed.document import AnyDocument, Made, NewDocument
    from ilofeed.model import Entry, Feed, Office


def _nothing() -> Memory:
    from ilofeed.content import Memory  # who only reads documents back does without

    return Memory()


@dataclass(frozen=True)
class Known:
    """Of a build whose documents all verified: the digest for each path that it published, and
    what the output still has of it, by recipe; the entries that were checked; and the sha256 of
    the manifest. `seen` is what `state` saw of the output's files, `program` which program this is.
    """

    proofs: Mapping[str, bytes] = field(default_factory=dict)
    made: Mapping[bytes, Sequence[Made]] = field(default_factory=dict)
    entries: Memory = field(default_factory=_nothing)
    manifest: str | None = None
    seen: Mapping[str, bytes] = field(default_factory=dict)
    program: str = ""


class Proofs(Mapping[str, bytes]):
    """The digests of documents by path, in their order. Nearly always they are only gone through,
    so a large site has no table of them before somebody looks one up."""

    def __init__(self, documents: Sequence[AnyDocument], digests: Sequence[bytes]) -> None:
        self._documents = documents
        self.digests = digests

    @functools.cached_property
    def _by_path(self) -> dict[str, bytes]:
        return dict(zip(self, self.digests, strict=True))

    def __getitem__(self, path: str) -> bytes:
        return self._by_path[path]

    def __iter__(self) -> Iterator[str]:
        return (one.path for one in self._documents)

    def __len__(self) -> int:
        return len(self.digests)


class Prover:
    """Digests of the documents of one build; what is expected of an entry is digested once."""

    def __init__(self, office: Office, feeds: Sequence[Feed]) -> None:
        self._office = office
        self._feeds = feeds
        self._entries: dict[str, dict[str, bytes]] = defaultdict(dict)  # by format and id

    def of(self, document: NewDocument) -> bytes:
        """The digest of a document with what it must say, and where it is served."""
        about = self._about(document)
        said = f"{self._office.url}\0{document.path}\0{document.sha256}\0{about!r}"
        hashed = hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=SHORT)
        for entry in self._shown(document):
            hashed.update(self.of_entry(entry, document))
        return hashed.digest()

    def _about(self, document: NewDocument) -> Any:
        feed, entry, office = document.feed, document.entry, self._office
        if document.path == OPML_PATH:
            return opml_head(self._feeds, office), list(opml_outline(self._feeds, office))
        if feed is not None and document.format is not None:
            return carried_feed(feed, office, document.format)
        if feed is not None and document.path.endswith(".ics"):
            return carried_calendar(feed, office)
        if feed is not None and document.path.endswith(".json"):
            return oembed(feed, office)
        if entry is not None and document.path.endswith(".html"):
            return structured(entry, office)
        return None

    def _shown(self, document: NewDocument) -> Sequence[Entry]:
        feed, entry = document.feed, document.entry
        if document.path.endswith(".ics"):
            return feed.events if feed is not None else [entry] if entry is not None else ()
        return feed.entries if feed is not None and document.format is not None else ()

    def of_entry(self, entry: Entry, document: NewDocument) -> bytes:
        """A digest of what a document must say of an entry that it shows."""
        known = self._entries[document.format or "ics"]
        if entry.id not in known:
            expected = (
                carried_entry(entry, self._office, document.format)
                if document.format is not None
                else carried_event(entry, self._office)
            )
            text = repr(expected).encode("utf-8", "surrogatepass")
            known[entry.id] = hashlib.blake2b(text, digest_size=SHORT).digest()
        return known[entry.id]
