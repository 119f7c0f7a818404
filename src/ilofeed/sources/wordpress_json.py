"""Read posts as the REST interface of WordPress lists them (`wp-json/wp/v2/posts`)."""

import html
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ilofeed.sources import items, public
from ilofeed.sources.json_feed import as_list, as_mapping, as_text, ignored_members, parse_json

_READ = frozenset(
    (
        "id slug guid link title content excerpt date date_gmt modified modified_gmt author "
        "featured_media categories tags _embedded _links status type password"
    ).split()
)
# how a site shows and manages a post
_TECHNICAL = frozenset(
    (
        "comment_status ping_status sticky template format meta class_list permalink_template "
        "generated_slug yoast_head yoast_head_json"
    ).split()
)
_SHORTENED = re.compile(r"\[(?:…|&hellip;|&#8230;|\.\.\.)\]\s*(?:</p>\s*)?$")


def read_wordpress_posts(text: str, *, drafts: bool = False) -> items.ImportedFeed:
    """Return the posts of a JSON list; raise `SourceError` if it is not one of WordPress."""
    posts = [as_mapping(post) for post in as_list(parse_json(text))]
    if not all("id" in post and "link" in post for post in posts):
        raise items.SourceError(
            "this is a list in JSON, but not of posts of WordPress; import a JSON Feed or another "
            "feed or export of the site"
        )
    selection = public.select(
        ((number, _state(post)) for number, post in enumerate(posts, 1)), drafts=drafts
    )
    notes = [*selection.notes, *items.too_many(len(selection.taken))]
    read, unread, unnamed = [], Counter[str](), 0
    for number, publication in itertools.islice(selection.taken.items(), items.MAX_ITEMS):
        post = posts[number - 1]
        read.append(_item(number, post, publication))
        unnamed += "_embedded" not in post
        unread.update(key for key in post.keys() - _READ - _TECHNICAL if post[key])
    if unnamed:
        message = (
            "posts without the names of their categories and authors and without pictures: "
            f"{unnamed}; add `_embed=1` to the address, as in /wp-json/wp/v2/posts?_embed=1"
        )
        notes.append(items.Note(0, "", message))
    return items.ImportedFeed(
        tuple(read),
        (*notes, *ignored_members(unread)),
        left_out=selection.left_out,
        page_parameter="page",
    )


def _state(post: dict[str, Any]) -> public.State:
    """Return the state of a post, which must say that it is published and not protected."""
    fields = [
        ("status", as_text(post.get("status"))),
        ("posttype", as_text(post.get("type"))),
        ("password", as_text(post.get("password"))),
    ]
    for key in ("title", "content", "excerpt"):
        protected = as_mapping(post.get(key)).get("protected")
        fields.append(("protected", "yes" if protected else ""))
    state = public.state_of(fields)
    if state.kind != "public":
        return state
    title, *texts = (_rendered(post, key) for key in ("title", "content", "excerpt"))
    return public.placeholder_state(title, as_text(post.get("link")), texts, is_wordpress=True)


def _item(number: int, post: dict[str, Any], publication: items.Publication) -> items.Item:
    content, excerpt = _rendered(post, "content"), _rendered(post, "excerpt")
    if content and _SHORTENED.search(excerpt):  # WordPress made it of the content
        excerpt = ""
    link, embedded = as_text(post.get("link")), as_mapping(post.get("_embedded"))
    people = map(as_mapping, as_list(embedded.get("author")))
    return items.Item(
        number,
        id=html.unescape(_rendered(post, "guid")),
        slug=as_text(post.get("slug")),
        title=items.Text(_rendered(post, "title"), "html"),
        link=link,
        date=_date(post, "date"),
        updated=_date(post, "modified"),
        summary=items.Text(excerpt, "html"),
        content=items.Text(content, "html"),
        base=link,
        tags=tuple(_tags(embedded)),
        authors=tuple(
            items.Author(name, url=as_text(person.get("url")))
            for person in people
            if (name := as_text(person.get("name")))
        ),
        picture=_picture(embedded),
        publication=publication,
    )


def _rendered(post: dict[str, Any], key: str) -> str:
    return as_text(as_mapping(post.get(key)).get("rendered"))


def _date(post: dict[str, Any], key: str) -> items.ImportedDate:
    """Return a date in UTC if the post has it, else in the zone of the site."""
    in_utc = as_text(post.get(f"{key}_gmt"))
    if in_utc and not in_utc.startswith("0000"):
        return items.ImportedDate(f"{in_utc.removesuffix('Z')}Z")
    return items.ImportedDate(as_text(post.get(key)))


def _tags(embedded: dict[str, Any]) -> Iterator[items.Tag]:
    for terms in as_list(embedded.get("wp:term")):
        for term in map(as_mapping, as_list(terms)):
            name = as_text(term.get("name"))
            if name and as_text(term.get("taxonomy")) != "post_format":
                yield items.Tag(name)


def _picture(embedded: dict[str, Any]) -> items.Picture:
    for media in map(as_mapping, as_list(embedded.get("wp:featuredmedia"))):
        if url := as_text(media.get("source_url")):
            return items.Picture(url, as_text(media.get("alt_text")))
    return items.Picture()
