"""Read what an export of WordPress (WXR) says of its items beside RSS.

An export has all items of a site: posts refer to attachments, synced patterns and venues of events
by number. Only those that were public are used, and of a post's own elements only what its page
showed: neither login names nor comments nor the fields of plug-ins.
"""

import dataclasses
import datetime as dt
import re
import urllib.parse
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ilofeed.media import media_type
from ilofeed.problems import quote
from ilofeed.sources import items
from ilofeed.sources.public import EVENT_TYPE, fold
from ilofeed.sources.wordpress_bodies import BodyReader, footnotes, plain_text
from ilofeed.sources.xml import WORDPRESS, local_name, text_of
from ilofeed.text import SLUG, slugify

# the taxonomies that WordPress shows, as topics in this order: tags are the least important
_TOPICS = {"": 0, "category": 0, "tribe_events_cat": 0, "tag": 1, "post_tag": 1}
_NO_TOPICS = frozenset("language post_format post_translations".split())  # and of Polylang
_UNCATEGORIZED = frozenset(
    fold(name)
    for name in (
        "Uncategorized|Uncategorised|Unkategorisiert|Nicht kategorisiert|Kategorisiz|"
        "Non classé|Sin categoría|Sem categoria|Senza categoria|Geen categorie|Bez kategorii|"
        "Niet gecategoriseerd|Tak Berkategori|Chưa phân loại|Без рубрики|Без категорії|"
        "Ангилаагүй|Ангилалгүй|未分类|未分類|미분류|غير مصنف"
    ).split("|")
)
_CREDIT = re.compile(
    r"(?:photo|image|credit|foto|фото|гэрэл зураг|照片|图片|摄影)\s?[:：]\s*|(?:photo by|©)\s*",
    re.IGNORECASE,
)
_READ = ("_", "footnotes")  # how custom fields begin that are read, or are of WordPress itself
_CANCELLED = {"canceled": "cancelled", "cancelled": "cancelled", "postponed": "postponed"}


@dataclass(frozen=True, slots=True)
class _Record:
    """An item of an export, public or not: its `wp:` elements, custom fields and categories."""

    values: Mapping[str, str]
    fields: Mapping[str, str]
    terms: Sequence[tuple[str, str, str]]  # taxonomy, nicename, name
    comments: int

    def __getitem__(self, name: str) -> str:
        return (self.fields if name.startswith(_READ) else self.values).get(name, "")


@dataclass(frozen=True)
class Export:
    """What an export of WordPress has beside the items of RSS; `records` has all of its items."""

    names: Mapping[str, str]  # of authors, by the name with which they log in
    terms: Mapping[tuple[str, str], tuple[str, str]]  # taxonomy, nicename: name, nicename above
    records: Sequence[_Record]
    by_number: Mapping[str, _Record]
    attached: Mapping[str, list[str]]  # the numbers of the attachments of each post

    def item(self, item: items.Item) -> items.Item:
        """Return an item with what feedparser does not read of it."""
        record = self.records[item.number - 1]
        number = record["post_id"]
        reader = BodyReader(
            lambda attachment: self._picture(attachment, number),
            lambda: self._own_pictures(number),
            self._pattern,
            footnotes(record["footnotes"]),
        )
        body = reader.read(item.content.value)
        date, updated = (
            items.best_date(record[name], record[f"{name}_gmt"])
            for name in ("post_date", "post_modified")
        )
        if not date.endswith("Z") and "-0001" not in item.date:
            date = item.date or date  # with its offset
        is_later = updated[:19] > date[:19]  # else it was scheduled, or no edit
        if not is_later or updated[19:] != date[19:]:
            updated = ""
        login = record["creator"]
        name = login and self.names.get(login, "")
        lost = reader.lost()
        if login and not name:
            lost.append("the author is left out: the export has only the name for logging in")
        thumbnail = record["_thumbnail_id"]
        picture = self._picture(thumbnail, number)
        if thumbnail not in {"", "0", "-1"} and not picture.url:
            lost.append("its picture is left out: it is not public in the export")
        languages = [nicename for kind, nicename, _ in record.terms if kind == "language"]
        return dataclasses.replace(
            item,
            slug=_decoded(record["post_name"]),
            date=date,
            updated=updated,
            summary=items.Text(record["encoded"], "html") if record["encoded"] else item.summary,
            content=dataclasses.replace(item.content, value=body),
            tags=tuple(self._tags(record)),
            authors=(items.Author(name),) if name else (),
            enclosures=(*item.enclosures, *reader.files),
            picture=_credited(picture) if picture.url else item.picture,
            event=self._event(record) if fold(record["post_type"]) == EVENT_TYPE else item.event,
            language=languages[0] if languages else item.language,
            lost=tuple(lost),
        )

    def unread(self, number: int) -> list[str]:
        """Return the names of what no entry has of the item with this number."""
        record = self.records[number - 1]
        kinds = {kind for kind, _, _ in record.terms} - _TOPICS.keys() - _NO_TOPICS
        return [
            *["comments"] * record.comments,
            *(f"taxonomy {quote(kind)}" for kind in kinds),
            *(f"custom field {quote(key)}" for key in record.fields if not key.startswith(_READ)),
        ]

    def _is_public(self, record: _Record, owner: str = "") -> bool:
        """Return whether a part of posts is public; one of the post `owner` is as public as it."""
        if record["post_password"]:
            return False
        if record["post_type"] != "attachment":
            return record["status"] == "publish"
        parent = record["post_parent"]
        holder = self.by_number.get(parent)
        is_public = parent in {"", "0", owner} or (
            holder is not None and holder["status"] == "publish" and not holder["post_password"]
        )
        return is_public and record["status"] in {"inherit", "publish"}

    def _picture(self, number: str, owner: str) -> items.Picture:
        """Return a picture of the library with its text and caption; none if it is not public."""
        record = self.by_number.get(number.strip())
        if record is None or not self._is_public(record, owner):
            return items.Picture()
        caption = plain_text(record["encoded"])
        alt = record["_wp_attachment_image_alt"] or caption
        return items.Picture(record["attachment_url"], alt, caption)

    def _own_pictures(self, number: str) -> list[str]:
        urls = {part: self.by_number[part]["attachment_url"] for part in self.attached[number]}
        return [part for part, url in urls.items() if (media_type(url) or "").startswith("image/")]

    def _pattern(self, number: str) -> str | None:
        record = self.by_number.get(number)
        return (record["content"] or None) if record and self._is_public(record) else None

    def _tags(self, record: _Record) -> Iterator[items.Tag]:
        terms = [term for term in record.terms if term[0] in _TOPICS]
        for taxonomy, nicename, name in sorted(terms, key=lambda term: _TOPICS[term[0]]):
            if fold(name) not in _UNCATEGORIZED:
                yield self._tag(taxonomy, nicename, name)

    def _tag(
        self, taxonomy: str, nicename: str, name: str, seen: tuple[str, ...] = ()
    ) -> items.Tag:
        slug = _decoded(nicename)
        is_chosen = SLUG.fullmatch(slug) and fold(slug) not in _UNCATEGORIZED  # it was renamed
        if not is_chosen and not slugify(name):
            slug, is_chosen = slugify(slug), True
        parent = self.terms.get((taxonomy, nicename), ("", ""))[1]
        label, _ = self.terms.get((taxonomy, parent), ("", ""))
        broader = None
        if parent and label and parent not in seen and len(seen) < 10:
            broader = self._tag(taxonomy, parent, label, (*seen, nicename))
        return items.Tag(slug if is_chosen else name, name, broader=broader)

    def _event(self, record: _Record) -> items.ImportedEvent:
        """Return an event of The Events Calendar."""
        venue = self.by_number.get(record["_EventVenueID"])
        names = ("title", "_VenueAddress", "_VenueCity", "_VenueCountry")
        place = [venue[name] for name in names] if venue and self._is_public(venue) else []
        return items.ImportedEvent(
            _moment(record, "_EventStartDate"),
            _moment(record, "_EventEndDate"),
            ", ".join(part for part in dict.fromkeys(place) if part),
            record["_EventURL"],
            _CANCELLED.get(record["_tribe_events_status"], ""),
        )


def read_export(root: Any, nodes: Sequence[Any]) -> Export | None:
    """Return what an export of WordPress has beside RSS, and remove it; None for other documents.

    `nodes` are all of its items.
    """
    if not any(WORDPRESS.match(str(element.tag)) for element in root.iter()):
        return None
    names, terms = {}, {}
    for element in root.iter("{*}author", "{*}category", "{*}term"):
        if WORDPRESS.match(str(element.tag)):
            values = defaultdict(str, {local_name(child): text_of(child) for child in element})
            names[values["author_login"]] = values["author_display_name"]
            taxonomy = values["term_taxonomy"] or "category"
            name, above = (values[key] for key in ("cat_name", "category_parent"))
            terms[taxonomy, values["category_nicename"] or values["term_slug"]] = (
                name or values["term_name"],
                above or values["term_parent"],
            )
    records = [_record(node) for node in nodes]
    by_number = {record["post_id"]: record for record in records if record["post_id"]}
    attached = defaultdict[str, list[str]](list)
    for record in by_number.values():
        if record["post_type"] == "attachment":
            attached[record["post_parent"]].append(record["post_id"])
    return Export(names, terms, records, by_number, attached)


def _record(node: Any) -> _Record:
    """Read an item and remove its `wp:` elements, so that no other reader sees them."""
    values: dict[str, str] = {}
    fields: dict[str, str] = {}
    terms, comments = [], 0
    for child in list(node):
        name, is_wordpress = local_name(child), WORDPRESS.match(str(child.tag))
        if name == "postmeta":
            key, value = (text_of(child.find(f"{{*}}meta_{part}")) for part in ("key", "value"))
            fields.setdefault(key, value)
        elif name == "comment":
            comments += 1
        elif name == "category":
            terms.append((child.get("domain") or "", child.get("nicename") or "", text_of(child)))
        elif is_wordpress or name in {"title", "creator"}:
            values[name] = text_of(child)
        elif name == "encoded":
            values["content"] = text_of(child)
        if is_wordpress:
            node.remove(child)
    if values.get("post_type") != "wp_block":
        values.pop("content", None)  # it is read once more, by feedparser
    return _Record(values, fields, terms, comments)


def _credited(picture: items.Picture) -> items.Picture:
    """Return a picture whose caption is its credit if it names who took it, else in its text."""
    if match := _CREDIT.match(picture.credit):
        return dataclasses.replace(picture, credit=picture.credit[match.end() :])
    texts = dict.fromkeys(text for text in (picture.alt, picture.credit) if text)
    return dataclasses.replace(picture, alt=" – ".join(texts), credit="")


def _moment(record: _Record, name: str) -> str:
    """Return a day, or a time with the offset that the event's own zone has then."""
    local, utc = record[name], record[f"{name}UTC"]
    if fold(record["_EventAllDay"]) in {"yes", "1", "true", "on"}:
        return local[:10]
    try:
        moment = dt.datetime.fromisoformat(local)
        offset = dt.timezone(moment - dt.datetime.fromisoformat(utc))
    except (ValueError, TypeError):
        return local
    return moment.replace(tzinfo=offset).isoformat()


def _decoded(name: str) -> str:
    return urllib.parse.unquote(name, errors="ignore")
