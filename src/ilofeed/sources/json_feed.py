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


def read_json(text: str, *, drafts: bool = False) -> items.ImportedFeed:
    """Return the items of a JSON Feed; raise `SourceError` for any other text."""
    if sum(map(text.count, "{[,")) > 3 * items.MAX_PARTS:
        raise items.SourceError(f"the JSON has more than {items.MAX_PARTS} members")
    try:
        document = json.loads(text)
    except RecursionError as error:
        raise items.SourceError("the JSON is too deeply nested") from error
    except ValueError as error:
        raise items.SourceError(f"invalid JSON: {error}") from error
    members = document.get("items") if isinstance(document, dict) else None
    if not isinstance(members, list):
        raise items.SourceError("this is JSON, but not a JSON Feed: it has no list of `items`")
    states = ((number, _state(_mapping(item))) for number, item in enumerate(members, 1))
    selection = public.select(states, drafts=drafts)
    notes = [*selection.notes, *items.too_many(len(selection.taken))]
    if _text(document.get("next_url")):
        message = "older items are in another document, at its next_url; import that one too"
        notes.append(items.Note(0, "", message))
    read, unread = [], Counter[str]()
    for number, publication in itertools.islice(selection.taken.items(), items.MAX_ITEMS):
        item = members[number - 1]
        if isinstance(item, dict):
            seen = _item(number, item, document, publication)
            read.append(without_additions(seen) if "_ilofeed" in item else seen)
            unread.update(key for key in item if key not in _READ and not public.is_name(key))
        else:
            notes.append(items.Note(number, "", "left out: it is not an object"))
    if unread:
        names = ", ".join(f"{name} ({times})" for name, times in sorted(unread.items())[:50])
        notes.append(items.Note(0, "", f"members ignored, since entries have no key: {names}"))
    by_ilofeed = any(isinstance(_mapping(item).get("_ilofeed"), dict) for item in members)
    return items.ImportedFeed(tuple(read), tuple(notes), by_ilofeed, left_out=selection.left_out)


def _state(item: dict[str, Any]) -> public.State:
    parts = [item, *(value for key, value in item.items() if key[:1] == "_" and _mapping(value))]
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
        _text(item.get(key)) for key in ("title", "url", "content_html", "content_text", "summary")
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
    extension = _mapping(item.get("_ilofeed"))
    event, image = _mapping(extension.get("event")), _mapping(extension.get("image"))
    url, external = _text(item.get("url")), _text(item.get("external_url"))
    html = _text(item.get("content_html"))
    published, modified = _text(item.get("date_published")), _text(item.get("date_modified"))
    return items.Item(
        number,
        id=_text(item.get("id")),
        title=items.Text(_text(item.get("title"))),
        link=external or url,
        page=url if external else "",
        date=items.ImportedDate(published or modified),
        updated=items.ImportedDate(modified if published else ""),
        summary=items.Text(_text(item.get("summary"))),
        content=items.Text(html, "html") if html else items.Text(_text(item.get("content_text"))),
        base=url or external or _text(feed.get("home_page_url")),
        tags=tuple(_tags(item, extension)),
        authors=tuple(_authors(item)) or tuple(_authors(feed)),
        enclosures=tuple(_enclosures(item)),
        picture=items.Picture(
            *map(_text, (item.get("image"), image.get("alt"), image.get("credit")))
        ),
        event=items.ImportedEvent(*(_text(event.get(key)) for key in items.EVENT)),
        language=_text(item.get("language")) or _text(feed.get("language")),
        translation_of=_text(extension.get("translation_of")),
        publication=publication,
    )


def _text(value: Any) -> str:
    """Return a string, or a number as a string (JSON Feed allows it for ids); else ""."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = json.dumps(value)
    return value.strip() if isinstance(value, str) else ""


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _tags(item: dict[str, Any], extension: dict[str, Any]) -> Iterator[items.Tag]:
    for dimension in items.DIMENSIONS:
        for name in map(_text, _list(extension.get(dimension))):
            if name:
                yield items.Tag(name, dimension=dimension)
    if not extension:
        for name in _list(item.get("tags")):
            if isinstance(name, str) and name.strip():
                yield items.Tag(name.strip())


def _authors(item: dict[str, Any]) -> Iterator[items.Author]:
    people = _list(item.get("authors")) or [item.get("author")]  # 1.1, 1.0
    for person in map(_mapping, people):
        url = _text(person.get("url"))
        mail = url.removeprefix("mailto:") if url.startswith("mailto:") else ""
        if name := _text(person.get("name")) or mail:
            yield items.Author(name, mail, "" if mail else url)


def _enclosures(item: dict[str, Any]) -> Iterator[items.Enclosure]:
    for attachment in map(_mapping, _list(item.get("attachments"))):
        if url := _text(attachment.get("url")):
            names = ("mime_type", "size_in_bytes", "title")
            yield items.Enclosure(url, *(_text(attachment.get(name)) for name in names))
