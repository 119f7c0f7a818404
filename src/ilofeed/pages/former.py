"""Render what is published at former addresses: pages that redirect, and copies of documents."""

from collections.abc import Iterator, Sequence

from ilofeed.feeds import last_change
from ilofeed.model import AnyDocument, Document, Entry, Feed, Office
from ilofeed.pages.html import render_page
from ilofeed.pages.navigation import Directory, build_directory
from ilofeed.text import SLUG


def render_moved(
    path: str, target: str, subject: Entry | Feed, office: Office, directory: Directory
) -> Document:
    """Return a page at a former path that redirects to the page `target` of an entry or a feed."""
    page = render_page(
        "moved.html",
        path,
        office.localized(subject.language),
        directory,
        title=subject.title,
        target=target,
        changed=last_change(subject) if isinstance(subject, Entry) else subject.updated,
    )
    return Document(path, "entry" if isinstance(subject, Entry) else "index", page)


def render_redirects(
    entries: Sequence[Entry], office: Office, feeds: Sequence[Feed]
) -> Iterator[Document]:
    """Yield a page at the former address of each renamed entry, which links to its new address.

    The former slug is the end of the entry's id, since readers have stored both.
    """
    directory = build_directory(office, feeds)
    slugs = {entry.slug for entry in entries}
    prefix = office.authority.id_of("")
    for entry in entries:
        former = entry.id.removeprefix(prefix)
        if former != entry.id and former not in slugs and SLUG.fullmatch(former):
            path = f"entry/{former}/index.html"
            yield render_moved(path, entry.page, entry, office, directory)


def render_aliases(
    documents: Sequence[AnyDocument], office: Office, feeds: Sequence[Feed]
) -> Iterator[Document]:
    """Yield the documents of the aliases in feeds.yaml whose target is one of `documents`.

    A page is redirected to; anything else is copied, byte for byte.
    """
    if not office.aliases:
        return
    directory = build_directory(office, feeds)
    by_path = {document.path: document for document in documents}
    for path, target in office.aliases.items():
        document = by_path.get(target)
        if document is not None and target.endswith(".html"):
            subject = document.entry or document.feed or directory.main
            yield render_moved(path, target, subject, office, directory)
        elif document is not None:
            yield Document(path, "index", document.data)
