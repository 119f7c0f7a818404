"""Check what needs more than one key of an entry: its office, its picture, other entries."""

from __future__ import annotations

import datetime as dt
import functools
import mimetypes
import posixpath
import re
from operator import attrgetter
from typing import TYPE_CHECKING

from ilofeed import dates
from ilofeed.content.read import MOST_PICTURE_BYTES, PICTURE_SUFFIXES, read_picture_info
from ilofeed.model import Image
from ilofeed.problems import did_you_mean, nearest, quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    from ilofeed.content.entry import Parsed
    from ilofeed.content.schemas import EntryFields, ImageFields
    from ilofeed.content.validation import Checked
    from ilofeed.model import Office, Term
    from ilofeed.problems import Code, Problem

    CheckedEntry: TypeAlias = Checked[EntryFields]

UPDATED_AHEAD = dt.timedelta(hours=24)  # validators report a feed from further ahead
# not in the table of every Python
_OFFICE_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".epub": "application/epub+zip",
    ".webp": "image/webp",
}


def check_together(checked: CheckedEntry, office: Office, now: dt.datetime) -> Iterator[Problem]:
    """Yield the problems of keys that need another key or the office; not of the picture."""
    keys = checked.fields
    yield from _term_problems(checked, "categories", office, "unknown-category")
    yield from _term_problems(checked, "countries", office, "unknown-country")
    yield from _language_problems(checked, office)
    if keys.id is not None and keys.id.startswith(office.authority.id_of("feed/")):
        message = "an id that begins like this is a feed's; choose another"
        yield checked.problem("bad-id", message, "id")
    if "date" not in checked.failed:
        yield from _date_problems(checked, office, now)
    yield from _event_problems(checked)
    if "attachments" not in checked.failed:
        yield from _attachment_problems(checked)


def _term_problems(
    checked: CheckedEntry, key: str, office: Office, unknown: Code
) -> Iterator[Problem]:
    if key in checked.failed:
        return
    terms: Mapping[str, Term] = getattr(office, key)
    names: list[str] = getattr(checked.fields, key)
    for at, name in enumerate(names):
        if name in terms:
            if names[:at].count(name) == 1:
                message = f"{quote(name)} is named twice; delete one"
                yield checked.problem("named-twice", message, key, at)
        elif key not in office.unsure:  # else feeds.yaml has to be corrected first
            message = f"{quote(name)} is not among the {key} of feeds.yaml"
            if count := _count_names(name, terms):
                message = f"{quote(name)} looks like {count} names; put a comma "
                message += "and a space between them, in brackets"
            elif term := _find_label(name, terms):
                message += f"; that is the label of {term}, write {term}"
            else:
                message += did_you_mean(name, terms)
            yield checked.problem(unknown, message, key, at)


def _count_names(text: str, terms: Mapping[str, Term]) -> int:
    """Return how many names were written as one; 0 for a single name."""
    parts = re.split(r"\s*[,;，；、]\s*", text)
    if len(parts) == 1:
        parts = re.split(r"\s+(?:-\s*)?", text)
        return len(parts) if len(parts) > 1 and all(part in terms for part in parts) else 0
    return len(parts)


def _find_label(label: str, terms: Mapping[str, Term]) -> str | None:
    """Return the term with a label in any language, unless the label is its slug in capitals."""
    folded = label.casefold()
    for name, term in terms.items():
        if name != folded and folded in map(str.casefold, term.labels.values()):
            return name
    return None


def _language_problems(checked: CheckedEntry, office: Office) -> Iterator[Problem]:
    language, languages = checked.fields.language, office.languages
    if language is None or not languages or language in languages:
        return
    message = f"{quote(language)} is not among the languages of feeds.yaml, {', '.join(languages)}"
    primary = language.partition("-")[0]
    if near := [other for other in languages if other.partition("-")[0] == primary]:
        message += f"; write language: {near[0]}"
    yield checked.problem("unknown-language", message, "language")


def _date_problems(checked: CheckedEntry, office: Office, now: dt.datetime) -> Iterator[Problem]:
    def instant(moment: dates.Moment) -> dt.datetime:
        return dates.instant(moment, office.timezone, office.publish_time)

    keys = checked.fields
    published = instant(keys.date)
    later: tuple[tuple[str, dates.Moment | None, Code], ...] = (
        ("updated", keys.updated, "updated-before-date"),
        ("withdrawn", keys.withdrawn, "withdrawn-before-date"),
    )
    for key, moment, code in later:
        # a day without a time is later on the day of publication
        if moment not in {None, published.date()} and instant(moment) < published:
            message = f"{moment.isoformat()} is before the date, "
            message += f"{keys.date.isoformat()}; nothing can be {key} before it is out"
            yield checked.problem(code, message, key)
    updated, is_out = keys.updated, published <= now and not keys.draft
    if updated is not None and is_out and instant(updated) > now + UPDATED_AHEAD:
        message = f"{updated.isoformat()} is in the future, but the entry is out already"
        yield checked.problem("updated-in-future", message, "updated")


def _event_problems(checked: CheckedEntry) -> Iterator[Problem]:
    event = checked.fields.event
    if event is None or event.end is None:
        return
    start, end = event.start, event.end
    if isinstance(start, dt.datetime) != isinstance(end, dt.datetime):
        message = "one of start and end has a time, the other has none; give both or neither"
        yield checked.problem("mixed-event", message, "event", "end")
    elif end < start:
        message = f"the event ends on {end.isoformat()}, "
        message += f"before it starts on {start.isoformat()}"
        yield checked.problem("event-ends-before-start", message, "event", "end")


def _attachment_problems(checked: CheckedEntry) -> Iterator[Problem]:
    attachments = checked.fields.attachments or []
    urls = [attachment.url for attachment in attachments]
    for at, attachment in enumerate(attachments):
        if urls[:at].count(attachment.url) == 1:
            message = f"{quote(attachment.url)} is named twice; delete one"
            yield checked.problem("named-twice", message, "attachments", at, "url")
        if attachment.type is None and media_type(attachment.url) is None:
            message = "the address does not tell the type; add, for instance, type: application/pdf"
            yield checked.problem("missing-key", message, "attachments", at)


def check_image(
    checked: CheckedEntry, office: Office, files: Mapping[str, bytes], slug: str
) -> tuple[Image | None, list[Problem]]:
    """Return the picture to publish, if there is one, and the problems of the key `image`."""
    keys = checked.fields.image
    if keys is None:
        return None, []
    if (keys.file is None) == (keys.url is None):
        if "image" in checked.failed:  # one of the two may be misspelt
            return None, []
        message = "a picture has either file or url; write one of them"
        return None, [checked.problem("image-source", message, "image")]
    if keys.url is not None:
        guess = media_type(keys.url) or ""
        kind = guess if guess.startswith("image/") else None
        return Image(keys.url, keys.alt, keys.credit, kind), []
    image = _local_image(checked.source.path, keys, office, files, slug)
    if isinstance(image, Image):
        return image, []
    return None, [checked.problem(*image, "image", "file")]


def _local_image(
    entry_path: str, keys: ImageFields, office: Office, files: Mapping[str, bytes], slug: str
) -> Image | tuple[Code, str]:
    """Return a picture of the office, or the code and message of what is wrong with it."""
    folder = posixpath.dirname(entry_path)
    path = posixpath.normpath(posixpath.join(folder, keys.file or ""))
    data = files.get(path)
    if data is None:
        suffix = posixpath.splitext(path)[1].lower()
        if suffix and suffix not in PICTURE_SUFFIXES:  # such files are not read
            message = f"{quote(path)} is not a PNG, JPEG, GIF or WebP picture by its name"
            return "bad-image", message
        message = f"there is no picture {quote(path)}; it must lie in entries/ beside the entry"
        if near := nearest(path, files):
            message += f"; did you mean {quote(posixpath.relpath(near, folder))}?"
        return "image-not-found", message
    if len(data) > MOST_PICTURE_BYTES:
        most = MOST_PICTURE_BYTES // 2**20
        return "bad-image", f"the picture has more than {most} MiB; make it smaller"
    info = read_picture_info(data)
    if isinstance(info, str):
        return "bad-image", f"{quote(path)} {info}"
    target = f"entry/{slug}/image.{info.suffix}"
    url, size = office.address(target), (info.width, info.height, len(data))
    return Image(url, keys.alt, keys.credit, info.type, *size, target, data)


def media_type(url: str) -> str | None:
    """Return the media type of an address by its ending, the same on every host."""
    path = re.sub(r"[?#].*", "", url)
    suffix = posixpath.splitext(path)[1].lower()
    return _OFFICE_TYPES.get(suffix) or _types().guess_type(path)[0]


@functools.cache
def _types() -> mimetypes.MimeTypes:
    return mimetypes.MimeTypes()  # a separate instance reads no host's table


def translation_problems(parsed: Sequence[Parsed], refused: set[str]) -> Iterator[Problem]:
    """Yield what is wrong between an entry and the one that it translates.

    `refused` are the slugs of files that exist and could not be read.
    """
    translations = [entry for entry in parsed if entry.translation_of is not None]
    if not translations:
        return
    by_slug = {entry.slug: entry for entry in reversed(parsed)}
    first: dict[tuple[str, str], Parsed] = {}
    for entry in sorted(translations, key=attrgetter("path")):
        if entry.translation_of in refused - by_slug.keys():
            continue
        if problem := (
            _original_problem(entry, by_slug, refused) or _language_conflict(entry, by_slug, first)
        ):
            yield entry.problem("translation_of", *problem)


def _original_problem(
    entry: Parsed, by_slug: Mapping[str, Parsed], refused: set[str]
) -> tuple[Code, str] | None:
    original = str(entry.translation_of)
    if original == entry.slug:
        return "unknown-translation", "an entry cannot be a translation of itself"
    if original not in by_slug:
        near = nearest(original, (by_slug.keys() | refused) - {entry.slug})
        message = f"there is no entry {quote(original)}; "
        message += f"did you mean {quote(near)}? If" if near else "correct the name or, if"
        message += f" {original}.md was deleted, put it back or delete this line"
        return "unknown-translation", message
    chain = [entry.slug, original]
    while (last := by_slug.get(chain[-1])) and last.translation_of is not None:
        chain.append(last.translation_of)
        if chain.count(chain[-1]) > 1:
            circle = " → ".join(chain)
            message = f"the translations go in a circle, {circle}; the original translates nothing"
            return "translation-chain", message
    if len(chain) == 2:
        return None
    message = f"{quote(original)} is a translation itself; write translation_of: {chain[-1]}"
    return "translation-chain", message


def _language_conflict(
    parsed: Parsed, by_slug: Mapping[str, Parsed], first: dict[tuple[str, str], Parsed]
) -> tuple[Code, str] | None:
    """Return the problem of a translation in the language of its original, or of another
    translation; `first` has the first one in each language and is filled on the way."""
    original = by_slug[str(parsed.translation_of)]
    entry = parsed.entry
    if entry is None or entry.withdrawn is not None:  # a withdrawn one may have a successor
        return None
    if original.entry is not None and original.entry.language == entry.language:
        message = f"{quote(original.slug)} is in {quote(entry.language)} too; write the language "
        message += "of this one in a line `language`, or delete translation_of"
        return "same-language", message
    other = first.setdefault((original.slug, entry.language), parsed)
    if other is parsed:
        return None
    message = f"{quote(other.path)} is the translation of {quote(original.slug)} in "
    message += f"{quote(entry.language)} already; keep one of the two, or correct the language"
    return "duplicate-translation", message
