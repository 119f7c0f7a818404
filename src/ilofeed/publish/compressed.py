"""Compressed copies of text documents, which a server sends as they are (`build --precompress`).

A server sends `all/atom.xml.gz` in place of `all/atom.xml` to whoever accepts gzip, whether they
belong together or not. So a copy has the kind of its document, which decides when it is published,
and is published before it: the document is never newer than its copy. A copy that a build no longer
writes is deleted before its document changes.
"""

import gzip
import hashlib
import posixpath
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

from ilofeed.model import AnyDocument, Document, OutputFile, UpToDate
from ilofeed.workers import ALONE, Workers

SUFFIX = ".gz"
WORTH_SHARING = 200  # from this number of documents on, other processes save time
_TEXTS = frozenset(
    ".atom .css .htm .html .ics .js .json .opml .rdf .rss .svg .txt .xml".split()
)  # fmt: skip
# programs that compare sites read the manifest, and editors chose the form of their files
_NOT_COPIED = frozenset({"file", "manifest"})


def is_copy(path: str, paths: Collection[str]) -> bool:
    """Return whether a path is that of the compressed copy of one of these paths."""
    return path.endswith(SUFFIX) and path.removesuffix(SUFFIX) in paths


def compress(
    documents: Sequence[AnyDocument],
    outputs: Mapping[bytes, Sequence[OutputFile]],
    workers: Workers = ALONE,
) -> list[AnyDocument]:
    """Return the compressed copies of documents; those with a recipe in `outputs` are `UpToDate`.

    The same bytes have the same copy, as far as zlib has the same version.
    """
    texts = [
        document
        for document in documents
        if document.kind not in _NOT_COPIED and posixpath.splitext(document.path)[1] in _TEXTS
    ]
    recipes = [hashlib.sha256(f"gzip {document.sha256}".encode()).digest() for document in texts]
    known = {(recipe, file.path): file for recipe in recipes for file in outputs.get(recipe, ())}
    copies = [known.get((r, d.path + SUFFIX)) for r, d in zip(recipes, texts, strict=True)]
    changed = [d for d, copy in zip(texts, copies, strict=True) if copy is None]
    data = iter(workers.map(_compress, changed, WORTH_SHARING))
    return [
        UpToDate(copy.path, copy.kind, recipe, copy.sha256, partial(_copy, text, recipe), text.feed)
        if copy is not None
        else next(_copy(text, recipe, next(data)))
        for text, recipe, copy in zip(texts, recipes, copies, strict=True)
    ]


def _compress(document: AnyDocument) -> bytes:
    return gzip.compress(document.data, mtime=0)


def _copy(text: AnyDocument, recipe: bytes, data: bytes | None = None) -> Iterator[Document]:
    """Yield the copy of a document, which has the feed of the document but no format to verify."""
    data = _compress(text) if data is None else data
    yield Document(text.path + SUFFIX, text.kind, data, text.feed, recipe=recipe)
