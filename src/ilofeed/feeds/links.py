"""The links and categories of feeds and entries, which all formats share."""

import urllib.parse
from collections.abc import Iterator

from ilofeed.media import Icon
from ilofeed.model import Entry, Feed, History, Office


def feed_links(feed: Feed, office: Office, name: str, media_type: str) -> list[dict[str, str]]:
    """Return the attributes of each link in a feed document with the file name `name`: self, hub,
    links between archives (RFC 5005, section 4), and last the alternate."""
    links = [{"href": office.address(feed.own_path(name)), "rel": "self", "type": media_type}]
    history = feed.history
    if office.hub is not None and (history is None or history.page is None):
        links.append({"href": office.hub, "rel": "hub"})
    if history is not None:
        links += [
            {"href": office.address(path), "rel": rel, "type": media_type}
            for rel, path in _archive_links(feed, history, name)
        ]
    page = office.address(feed.path("index.html"))
    links.append({"href": page, "rel": "alternate", "type": "text/html", "hreflang": feed.language})
    return links


def feed_pictures(feed: Feed, office: Office) -> dict[str, str]:
    """Return the addresses of the office's `logo` and of its `icon`, also `small` and `large`; none
    for an archive, because its bytes change only if one of its entries does."""
    if feed.history is not None and feed.history.page is not None:
        return {}
    paths = {"logo": office.brand["logo"].path} if "logo" in office.brand else {}
    if "icon" in office.brand:
        paths |= {"icon": Icon.FEED.path, "small": Icon.LIST.path, "large": Icon.LARGE.path}
    return {name: office.address(path) for name, path in paths.items()}


def _archive_links(feed: Feed, history: History, name: str) -> Iterator[tuple[str, str]]:
    """Yield relations and paths. Only archive 1 links to the next, so that old archives stay."""
    if history.page is not None:
        yield "current", feed.path(name)
    earlier = history.pages if history.page is None else history.page - 1
    if earlier:
        yield "prev-archive", feed.archive_path(earlier, name)
    if history.page == 1:
        yield "next-archive", feed.archive_path(2, name)


def entry_links(entry: Entry) -> list[dict[str, str]]:
    """Return the attributes of each Atom link of an entry: the alternate, the entry's own page if
    the alternate is on another site, and the attachments."""
    alternate = {"href": entry.target, "rel": "alternate", "hreflang": entry.language}
    if not urllib.parse.urlsplit(entry.target).path.lower().endswith(".pdf"):
        # with a type such as application/pdf, feedparser would use the entry's id as its link
        alternate["type"] = "text/html"
    links = [alternate]
    if entry.link is not None:
        links.append({"href": entry.url, "rel": "related", "type": "text/html"})
    for attachment in entry.attachments:
        link = {
            "href": attachment.url,
            "rel": "enclosure",
            "type": attachment.type,
        }
        if attachment.length:
            link["length"] = str(attachment.length)
        if attachment.title is not None:
            link["title"] = attachment.title
        links.append(link)
    return links


def term_categories(entry: Entry, office: Office) -> list[dict[str, str]]:
    """Return term, scheme and label (RFC 4287, section 4.2.2) of an entry's categories in order,
    then of its countries.

    Many readers show the term, so it is the label in the office's language. The label is in the
    entry's language. The scheme is a tag URI, which stays the same if the site moves.
    """
    return [
        {
            "term": terms[name].label(office.default_language),
            "scheme": office.authority.id_of(f"{kind}/{name}"),
            "label": terms[name].label(entry.language),
        }
        for kind, names, terms in (
            ("category", entry.categories, office.categories),
            ("country", entry.countries, office.countries),
        )
        for name in names
    ]
