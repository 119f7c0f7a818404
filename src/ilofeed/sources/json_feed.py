"""Read JSON Feed 1.0 and 1.1, and the extension `_ilofeed` of ilofeed's feeds."""

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ilofeed.sources import items, public
from ilofeed.sources.own_items import without_additions

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
    notes = [*selection.notes, *items.too_many(len(selection.taken))]
    read, unread = [], Counter[str]()
    for number, publication in itertools.islice(selection.taken.items(), items.MAX_ITEMS):
        item = members[number - 1]
        if isinstance(item, dict):
            seen = _item(number, item, document, publication)
            read.append(without_additions(seen) if "_ilofeed" in item else seen)
            unread.update(_unread(item))
        else:
            notes.append(items.Note(number, "", "left out: it is not an object"))
    notes += ignored_members(unread)
    by_ilofeed = any(isinstance(as_mapping(item).get("_ilofeed"), dict) for item in members)
    return items.ImportedFeed(
        tuple(read),
        tuple(notes),
        by_ilofeed,
        left_out=selection.left_out,
        next_page=as_text(document.get("next_url")),
    )


def _unread(item: dict[str, Any]) -> Iterator[str]:
    """Yield the names of members of an item, and of its parts, that are not read."""
    yield from (key for key in item if key not in _READ and not public.is_name(key))
    for name, read in _PARTS_READ.items():
        for part in map(as_mapping, as_list(item.get(name)) or [item.get(name)]):
            yield from (f"{name}.{key}" for key in part.keys() - read)
    yield from ["authors"] * (len(as_list(item.get("authors"))) - len(list(_authors(item))))


def ignored_members(unread: Counter[str]) -> list[items.Note]:
    """Return a note on members that were not read, given by name and number of items."""
    names = ", ".join(f"{name} ({times})" for name, times in sorted(unread.items())[:50])
    message = f"members ignored, since entries have no key: {names}"
    return [items.Note(0, "", message)] * bool(unread)


def _state(item: dict[str, Any]) -> public.State:
    parts = [item, *(value for key, value in item.items() if key[:1] == "_" and as_mapping(value))]
    fields = [
        (public.fold(key), _statement(value)) for part in parts for key, value in part.items()
    ]
    state = public.state_of(
        (name, value)
        for name, value in fields
        if name in public.NAMES and not (name in public.PASSWORDS and value == "false")
    )
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


def _item(
    number: int, item: dict[str, Any], feed: dict[str, Any], publication: items.Publication
) -> items.Item:
    extension = as_mapping(item.get("_ilofeed"))
    event, image = as_mapping(extension.get("event")), as_mapping(extension.get("image"))
    url, external = as_text(item.get("url")), as_text(item.get("external_url"))
    html = as_text(item.get("content_html"))
    published, modified = as_text(item.get("date_published")), as_text(item.get("date_modified"))
    return items.Item(
        number,
        id=as_text(item.get("id")),
        title=items.Text(as_text(item.get("title"))),
        link=external or url,
        page=url if external else "",
        date=items.ImportedDate(published or modified),
        updated=items.ImportedDate(modified if published else ""),
        summary=items.Text(as_text(item.get("summary"))),
        content=items.Text(html, "html") if html else items.Text(as_text(item.get("content_text"))),
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
        publication=publication,
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
