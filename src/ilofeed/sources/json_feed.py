"""Read JSON Feed 1.0 and 1.1, with the extension `_ilofeed`, and posts of WordPress as JSON.

The REST interface of WordPress lists posts (`wp-json/wp/v2/posts`).
"""

import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ilofeed.sources import items, public

_READ = frozenset(
    (
        "id url external_url title content_html content_text summary image date_published "
        "date_modified author authors tags language attachments _ilofeed"
    ).split()
)
_PARTS_READ = {
    "author": {"name", "url"},
    "authors": {"name", "url"},
    "attachments": {"url", "mime_type", "size_in_bytes", "title"},
}

_POST_READ = frozenset(
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


def parse_json(text: str) -> Any:
    """Return what a JSON text holds; raise `SourceError` if it is invalid or too large."""
    if sum(map(text.count, "{[,")) > 3 * items.MAX_PARTS:
        raise items.SourceError(f"the JSON has more than {items.MAX_PARTS} members")
    try:
        return json.loads(text)
    except RecursionError as error:
        raise items.SourceError("the JSON is too deeply nested") from error
    except ValueError as error:
        raise items.SourceError(f"invalid JSON: {error}") from error


def read_json(text: str, *, drafts: bool = False) -> items.ImportedFeed:
    """Return the items of a JSON Feed; raise `SourceError` for any other text."""
    document = parse_json(text)
    members = document.get("items") if isinstance(document, dict) else None
    if not isinstance(members, list):
        names, hint = as_mapping(document).keys(), ""
        if "namespaces" in names:
            hint = "; for the posts of this site, import its /wp-json/wp/v2/posts?_embed=1"
        elif {"found", "posts"} <= names:
            address = "https://public-api.wordpress.com/wp/v2/sites/SITE/posts?_embed=1"
            hint = f"; these are posts of WordPress.com: import {address}, or an export of the site"
        message = f"this is JSON, but not a JSON Feed: it has no list of `items`{hint}"
        raise items.SourceError(message)
    states = ((number, _state(as_mapping(item))) for number, item in enumerate(members, 1))
    selection = public.select(states, drafts=drafts)
    read, unread, notes = [], Counter[str](), []
    for number in selection.taken:
        item = members[number - 1]
        if isinstance(item, dict):
            seen = _item(number, item, document)
            read.append(items.without_additions(seen) if "_ilofeed" in item else seen)
            unread.update(_unread(item))
        else:
            notes.append(items.Note(number, "", "left out: it is not an object"))
    next_page = as_text(document.get("next_url"))
    notes += _ignored_members(unread)
    return selection.feed(read, notes, next_page=next_page)


def _unread(item: dict[str, Any]) -> Iterator[str]:
    """Yield the names of members of an item, and of its parts, that are not read."""
    yield from (key for key in item if key not in _READ and not public.is_name(key))
    for name, read in _PARTS_READ.items():
        for part in map(as_mapping, as_list(item.get(name)) or [item.get(name)]):
            yield from (f"{name}.{key}" for key in part.keys() - read)
    yield from ["authors"] * (len(as_list(item.get("authors"))) - len(list(_authors(item))))


def _ignored_members(unread: Counter[str]) -> list[items.Note]:
    """Return a note on members that were not read, given by name and number of items."""
    message = f"members ignored, since entries have no key: {items.counted(unread)}"
    return [items.note(message)] * bool(unread)


def _state(item: dict[str, Any]) -> public.State:
    parts = [item, *(value for key, value in item.items() if key[:1] == "_" and as_mapping(value))]
    fields = [
        (public.fold(key), _statement(value)) for part in parts for key, value in part.items()
    ]
    state = public.state_of(field for field in fields if field not in public.NO_PASSWORD)
    if state.kind != "public" or "_ilofeed" in item:
        return state
    title, link, *texts = (
        as_text(item.get(key))
        for key in ("title", "url", "content_html", "content_text", "summary")
    )
    return public.placeholder_state(title, link, texts)


def _statement(value: Any) -> str:
    """Return a value as text; Drupal writes a field as a list of objects with a `value`."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0].get("value") if isinstance(value[0], dict) else value[0]
    if value is None or value == "":
        return ""
    return value if isinstance(value, str) else json.dumps(value)[:200]


def _item(number: int, item: dict[str, Any], feed: dict[str, Any]) -> items.Item:
    extension = as_mapping(item.get("_ilofeed"))
    event, image = as_mapping(extension.get("event")), as_mapping(extension.get("image"))
    url, external = as_text(item.get("url")), as_text(item.get("external_url"))
    body = as_text(item.get("content_html"))
    published, modified = as_text(item.get("date_published")), as_text(item.get("date_modified"))
    return items.Item(
        number,
        id=as_text(item.get("id")),
        title=items.Text(as_text(item.get("title"))),
        link=external or url,
        page=url if external else "",
        date=published or modified,
        updated=modified if published else "",
        summary=items.Text(as_text(item.get("summary"))),
        content=items.Text(body, "html") if body else items.Text(as_text(item.get("content_text"))),
        base=url or external or as_text(feed.get("home_page_url")),
        tags=tuple(_tags(item, extension)),
        authors=tuple(_authors(item)) or tuple(_authors(feed)),
        enclosures=tuple(_enclosures(item)),
        picture=items.Picture(
            *map(as_text, (item.get("image"), image.get("alt"), image.get("credit")))
        ),
        event=items.ImportedEvent(*(as_text(event.get(key)) for key in items.EVENT)),
        language=as_text(item.get("language")) or as_text(feed.get("language")),
        translation_of=as_text(extension.get("translation_of")),
    )


def as_text(value: Any) -> str:
    """Return a string, or a number as a string (JSON Feed allows it for ids); else ""."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = json.dumps(value)
    return value.strip() if isinstance(value, str) else ""


def as_mapping(value: Any) -> dict[str, Any]:
    """Return an object as a dictionary, which is empty for any other value."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """Return a list, which is empty for any other value."""
    return value if isinstance(value, list) else []


def _tags(item: dict[str, Any], extension: dict[str, Any]) -> Iterator[items.Tag]:
    for dimension in items.DIMENSIONS:
        for name in map(as_text, as_list(extension.get(dimension))):
            if name:
                yield items.Tag(name, dimension=dimension)
    if not extension:
        for name in as_list(item.get("tags")):
            if isinstance(name, str) and name.strip():
                yield items.Tag(name.strip())


def _authors(item: dict[str, Any]) -> Iterator[items.Author]:
    people = as_list(item.get("authors")) or [item.get("author")]  # 1.1, 1.0
    for person in map(as_mapping, people):
        url = as_text(person.get("url"))
        mail = url.removeprefix("mailto:") if url.startswith("mailto:") else ""
        if name := as_text(person.get("name")) or mail:
            yield items.Author(name, mail, "" if mail else url)


def _enclosures(item: dict[str, Any]) -> Iterator[items.Enclosure]:
    for attachment in map(as_mapping, as_list(item.get("attachments"))):
        if url := as_text(attachment.get("url")):
            names = ("mime_type", "size_in_bytes", "title")
            yield items.Enclosure(url, *(as_text(attachment.get(name)) for name in names))


def read_wordpress_posts(text: str, *, drafts: bool = False) -> items.ImportedFeed:
    """Return the posts of a JSON list; raise `SourceError` if it is not one of WordPress."""
    posts = [as_mapping(post) for post in as_list(parse_json(text))]
    if not all("id" in post and "link" in post for post in posts):
        raise items.SourceError(
            "this is a list in JSON, but not of posts of WordPress; import a JSON Feed or another "
            "feed or export of the site"
        )
    selection = public.select(
        ((number, _post_state(post)) for number, post in enumerate(posts, 1)), drafts=drafts
    )
    read, unread, unnamed = [], Counter[str](), 0
    for number in selection.taken:
        post = posts[number - 1]
        read.append(_post(number, post))
        unnamed += "_embedded" not in post
        unread.update(key for key in post.keys() - _POST_READ - _TECHNICAL if post[key])
    message = (
        "posts without the names of their categories and authors and without pictures: "
        f"{unnamed}; add `_embed=1` to the address, as in /wp-json/wp/v2/posts?_embed=1"
    )
    notes = [*[items.note(message)] * bool(unnamed), *_ignored_members(unread)]
    return selection.feed(read, notes, page_parameter="page")


def _post_state(post: dict[str, Any]) -> public.State:
    """Return the state of a post, which must say that it is published and not protected."""
    names = {"status": "status", "type": "posttype", "password": "password"}
    fields = [(name, as_text(post.get(key))) for key, name in names.items()]
    texts_of_post = [as_mapping(post.get(key)) for key in ("title", "content", "excerpt")]
    fields += [("protected", "yes")] * any(text.get("protected") for text in texts_of_post)
    state = public.state_of(fields)
    if state.kind != "public":
        return state
    title, *texts = (_rendered(post, key) for key in ("title", "content", "excerpt"))
    return public.placeholder_state(title, as_text(post.get("link")), texts, is_wordpress=True)


def _post(number: int, post: dict[str, Any]) -> items.Item:
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
        date=items.best_date(as_text(post.get("date")), as_text(post.get("date_gmt"))),
        updated=items.best_date(as_text(post.get("modified")), as_text(post.get("modified_gmt"))),
        summary=items.Text(excerpt, "html"),
        content=items.Text(content, "html"),
        base=link,
        tags=tuple(_post_tags(embedded)),
        authors=tuple(
            items.Author(name, url=as_text(person.get("url")))
            for person in people
            if (name := as_text(person.get("name")))
        ),
        picture=_post_picture(embedded),
    )


def _rendered(post: dict[str, Any], key: str) -> str:
    return as_text(as_mapping(post.get(key)).get("rendered"))


def _post_tags(embedded: dict[str, Any]) -> Iterator[items.Tag]:
    for terms in as_list(embedded.get("wp:term")):
        for term in map(as_mapping, as_list(terms)):
            name = as_text(term.get("name"))
            if name and as_text(term.get("taxonomy")) != "post_format":
                yield items.Tag(name)


def _post_picture(embedded: dict[str, Any]) -> items.Picture:
    for media in map(as_mapping, as_list(embedded.get("wp:featuredmedia"))):
        if url := as_text(media.get("source_url")):
            return items.Picture(url, as_text(media.get("alt_text")))
    return items.Picture()
