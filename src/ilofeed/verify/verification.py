"""The proof before publishing: every document is read back and compared with its source."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from lxml import etree

from ilofeed import helper
from ilofeed.document import Document, Kept
from ilofeed.feeds import OPML_PATH
from ilofeed.shares import quiet, share
from ilofeed.verify import addresses, manifestreader, readonce
from ilofeed.verify.comparison import Fault, of_findings, verify_document, verify_opml
from ilofeed.verify.proof import Known, Proofs, Prover

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ilofeed.document import AnyDocument, NewDocument
    from ilofeed.feeds import Ledger
    from ilofeed.helper import Answers
    from ilofeed.model import Office
    from ilofeed.shares import Progress


WORTH_SHARING = 300_000  # bytes of feeds that take longer than to start a process


_Judged: TypeAlias = "tuple[Sequence[Fault], bytes]"  # of a document, with the digest of its proof
_NONE: tuple[Fault, ...] = ()
_Brief: TypeAlias = "_Judged | bytes"  # the digest alone where there is no fault, as nearly always


def verify(
    documents: Sequence[AnyDocument],
    office: Office,
    progress: Progress = quiet,
    processes: int = 1,
) -> list[Fault]:
    """Every fault of every document, and every address in one that leads to no published file.

    `progress` is told how many documents are done, of how many. Whatever the number of processes,
    the faults are the same.
    """
    return verify_changed(documents, office, Known(), progress, processes)[0]


def verify_changed(
    documents: Sequence[AnyDocument],
    office: Office,
    known: Known,
    progress: Progress = quiet,
    processes: int = 1,
    before: Ledger | None = None,
    ahead: Answers[list[Fault]] | None = None,
) -> tuple[list[Fault], Known]:
    """The same without reading back what is known to verify, or is read back `ahead`; and what is
    known then. What a manifest names is looked for as far as it was not shown `before`, in one that
    is known to verify.

    Where a path is gone that was published, a link to it may stand in any document, so the links of
    all are looked at again.
    """
    published = {_address(document, office) for document in documents}
    feeds = list({one.feed.spec.path: one.feed for one in documents if one.feed}.values())
    is_less = bool(known.proofs) and not known.proofs.keys() <= {one.path for one in documents}
    prover = Prover(office, feeds)
    made = [one for one in documents if not isinstance(one, Kept)]

    def verified(
        document: AnyDocument, apart: Mapping[str, Sequence[int]], answers: addresses.Answers
    ) -> _Judged:
        if isinstance(document, Kept):
            return _dangling(document, answers) if is_less else _NONE, known.proofs[document.path]
        proof = prover.of(document)
        if known.proofs.get(document.path) == proof:
            return _dangling(document, answers) if is_less else _NONE, proof
        if document.kind == "manifest":
            return _dangling_in_manifest(document, answers, None if is_less else before), proof
        document = document.loaded()
        if document.path == OPML_PATH:
            found = verify_opml(document, office, feeds)
        elif document.path not in apart:
            judged = ahead.of(document.path) if ahead is not None else None
            found = verify_document(document, office) if judged is None else [*judged]
        else:
            found = of_findings(document, readonce.whole_findings(document))
            document = readonce.leave(document, apart[document.path])
            found += verify_document(document, office)
        if not any(fault.field == "document" for fault in found):  # it can be read
            found += _dangling(document, answers)
        return found or _NONE, proof

    at_once = addresses.Answers(office, published)

    def verified_at_once(document: AnyDocument) -> _Brief:
        found, proof = verified(document, apart, at_once)
        dead = _dead_links([document], office, published)
        return ((*found, *dead), proof) if found or dead else proof

    size = sum(one.size for one in made if one.format is not None)
    processes = processes if size > WORTH_SHARING else 1
    apart = readonce.share_out(made, prover.of_entry)
    # of what the output has nothing new is to be found out where all its links still lead to it
    doubtful = documents if is_less else made
    shared = share(doubtful, verified_at_once, processes, progress)
    faults: list[Fault] = []
    if not all(isinstance(one, bytes) for one in shared):
        # now every document that shows a fault is to be named
        faults = _dead_links(doubtful, office, published)
        told = {fault.found for fault in faults}
        again = partial(verified, apart={}, answers=addresses.Answers(office, published | told))
        judged = share(doubtful, again, processes, progress)
        faults += (fault for found, _ in judged for fault in found)
        shared = [proof for _, proof in judged]
    fresh = (one for one in shared if isinstance(one, bytes))
    proofs = [
        known.proofs[one.path] if isinstance(one, Kept) and not is_less else next(fresh)
        for one in documents
    ]
    return faults, Known(Proofs(documents, proofs))


def _address(document: AnyDocument, office: Office) -> str:
    """Where a document is served; of an entry's page as the text that the entry has already."""
    address, entry = office.address(document.path), document.entry
    return entry.url if entry is not None and entry.url == address else address


def verify_ahead(documents: Iterable[AnyDocument], office: Office) -> Answers[list[Fault]]:
    """Have what takes long, the feeds that people subscribe to, read back while the rest is made,
    where there is a helper."""
    live = {
        one.path: one
        for one in documents
        if isinstance(one, Document) and one.kind == "feed" and one.format != "json"
    }
    return helper.hand(partial(verify_document, office=office), live)


def _dead_links(
    documents: Sequence[AnyDocument], office: Office, published: Collection[str]
) -> list[Fault]:
    """What an editor wrote and leads nowhere: told of once and by the file it was written in,
    instead of by every document that shows it."""
    entries = {one.entry.slug: one.entry for one in documents if one.entry is not None}
    return [
        Fault(entry.path, "address", "a published file", address)
        for entry in entries.values()
        for address in addresses.dangling_in(entry, office, published)
    ]


def _dangling_in_manifest(
    document: NewDocument, answers: addresses.Answers, before: Ledger | None
) -> Sequence[Fault]:
    """The same of a manifest, which may be too long to be read as a whole."""
    try:
        found = {
            one for part in manifestreader.parts(document, before) for one in answers.dangling(part)
        }
    except ValueError:  # it is not as ours are written, or no JSON
        return _dangling(document, answers)
    return [Fault(document.path, "address", "a published file", one) for one in sorted(found)]


def _dangling(document: AnyDocument, answers: addresses.Answers) -> Sequence[Fault]:
    """Addresses of the site's own that no document answers."""
    try:
        missing = answers.dangling(document)
    except (ValueError, etree.LxmlError) as error:  # it is no XML or JSON at all
        return [Fault(document.path, "document", "a document that can be read", str(error))]
    return [Fault(document.path, "address", "a published file", one) for one in missing] or _NONE
