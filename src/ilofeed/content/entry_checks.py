"""Check keys of an entry against other keys, the office, the picture file and other entries."""

from __future__ import annotations

import datetime as dt
import functools
import mimetypes
import posixpath
import re
from operator import attrgetter
from typing import TYPE_CHECKING

from ilofeed import dates
from ilofeed.content.read import (
    MAX_PICTURE_BYTES,
    PICTURE_SUFFIXES,
    Unreadable,
    read_picture_info,
)
from ilofeed.model import Image
from ilofeed.problems import did_you_mean, nearest, quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    from ilofeed.content.entry import EntryFile
    from ilofeed.content.schemas import EntryFields, ImageFields
    from ilofeed.content.validation import CheckedKeys
    from ilofeed.model import Office, Term
    from ilofeed.problems import Code, Problem

    CheckedEntry: TypeAlias = CheckedKeys[EntryFields]

UPDATED_AHEAD = dt.timedelta(hours=24)  # feed validators report dates further in the future
_types = functools.cache(mimetypes.MimeTypes)
# media types that some versions of Python do not know
_OFFICE_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".epub": "application/epub+zip",
    ".webp": "image/webp",
}


def check_together(checked: CheckedEntry, office: Office, now: dt.datetime) -> Iterator[Problem]:
    """Yield the problems of keys that depend on other keys or on the office, except `image`."""
    keys = checked.fields
    yield from _term_problems(checked, "categories", office, "unknown-category")
    yield from _term_problems(checked, "countries", office, "unknown-country")
    yield from _language_problems(checked, office)
    if keys.id is not None and keys.id.startswith(reserved := office.authority.id_of("feed/")):
        message = f"ids that begin with {quote(reserved)} are reserved for feeds; choose another"
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
    for index, name in enumerate(names):
        if name in terms:
            if names[:index].count(name) == 1:
                message = f"duplicate {quote(name)}; remove one"
                yield checked.problem("named-twice", message, key, index)
        elif key not in office.invalid_sections:  # otherwise feeds.yaml must be corrected first
            message = f"{unknown.replace('-', ' ')} {quote(name)}, not defined in feeds.yaml"
            if count := _count_names(name, terms):
                message = f"{quote(name)} looks like {count} names; "
                message += "write them in brackets, separated by commas"
            elif term := _find_label(name, terms):
                message += f"; this is the label of {term}, so write {term}"
            else:
                message += did_you_mean(name, terms)
            yield checked.problem(unknown, message, key, index)


def _count_names(text: str, terms: Mapping[str, Term]) -> int:
    """Return the number of names in a text that should be one name; 0 if it is only one."""
    parts = re.split("[,;，；、]", text)
    if len(parts) == 1:
        parts = re.split(r"\s+(?:-\s*)?", text)
        return len(parts) if len(parts) > 1 and all(part in terms for part in parts) else 0
    return len(parts)


def _find_label(label: str, terms: Mapping[str, Term]) -> str | None:
    """Return the name of the term with a label (in any case) that is not also its name; or None."""
    folded = label.casefold()
    for name, term in terms.items():
        if name != folded and folded in map(str.casefold, term.labels.values()):
            return name
    return None


def _language_problems(checked: CheckedEntry, office: Office) -> Iterator[Problem]:
    language, languages = checked.fields.language, office.languages
    if language is None or not languages or language in languages:
        return
    message = f"language {quote(language)} is not listed in feeds.yaml ({', '.join(languages)})"
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
        # a date without a time is never earlier than `date` on the same day
        if moment not in {None, published.date()} and instant(moment) < published:
            message = f"`{key}` ({moment.isoformat()}) is earlier than `date` "
            message += f"({keys.date.isoformat()}); write a later one, or correct `date`"
            yield checked.problem(code, message, key)
    updated, is_out = keys.updated, published <= now and not keys.draft
    if updated is not None and is_out and instant(updated) > now + UPDATED_AHEAD:
        message = (
            f"`updated` ({updated.isoformat()}) is in the future; write the date of the change"
        )
        yield checked.problem("updated-in-future", message, "updated")


def _event_problems(checked: CheckedEntry) -> Iterator[Problem]:
    event = checked.fields.event
    if event is None or event.end is None:
        return
    start, end = event.start, event.end
    if isinstance(start, dt.datetime) != isinstance(end, dt.datetime):
        message = "only one of `start` and `end` has a time; write a time for both or for neither"
        yield checked.problem("mixed-event", message, "event", "end")
    elif end < start:
        message = f"the event ends on {end.isoformat()}, "
        message += f"before it starts on {start.isoformat()}; correct one of the two"
        yield checked.problem("event-ends-before-start", message, "event", "end")


def _attachment_problems(checked: CheckedEntry) -> Iterator[Problem]:
    attachments = checked.fields.attachments or []
    urls = [attachment.url for attachment in attachments]
    for index, attachment in enumerate(attachments):
        if urls[:index].count(attachment.url) == 1:
            message = f"duplicate {quote(attachment.url)}; remove one"
            yield checked.problem("named-twice", message, "attachments", index, "url")
        if attachment.type is None and media_type(attachment.url) is None:
            message = "unknown media type of the address; add a line such as type: application/pdf"
            yield checked.problem("missing-key", message, "attachments", index)


def check_image(
    checked: CheckedEntry, office: Office, files: Mapping[str, bytes | Unreadable], slug: str
) -> tuple[Image | None, list[Problem]]:
    """Return the picture to publish, or None, and the problems of the key `image`."""
    keys = checked.fields.image
    if keys is None:
        return None, []
    if (keys.file is None) == (keys.url is None):
        if "image" in checked.failed:  # one of the two may be misspelt
            return None, []
        message = "a picture needs either `file` or `url`; write exactly one of them"
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
    entry_path: str,
    keys: ImageFields,
    office: Office,
    files: Mapping[str, bytes | Unreadable],
    slug: str,
) -> Image | tuple[Code, str]:
    """Return a picture from the office's folder, or the code and message of its problem."""
    folder = posixpath.dirname(entry_path)
    path = posixpath.normpath(posixpath.join(folder, keys.file or ""))
    data = files.get(path)
    if data is None:
        suffix = posixpath.splitext(path)[1].lower()
        if suffix and suffix not in PICTURE_SUFFIXES:  # such files are not read
            message = f"the name {quote(path)} does not end in .png, .jpg, .gif or .webp; use such "
            return "bad-image", message + "a picture"
        message = f"there is no picture {quote(path)}; put the file into entries/"
        if near := nearest(path, files):
            message += f"; did you mean {quote(posixpath.relpath(near, folder))}?"
        return "image-not-found", message
    if isinstance(data, Unreadable):
        return data.code, f"{quote(path)}: {data.message}"
    if len(data) > MAX_PICTURE_BYTES:
        most = MAX_PICTURE_BYTES // 2**20
        return "bad-image", f"the picture is larger than {most} MiB; reduce its size"
    info = read_picture_info(data)
    if isinstance(info, str):
        return "bad-image", f"{quote(path)} {info}"
    target = f"entry/{slug}/image.{info.suffix}"
    url, size = office.address(target), (info.width, info.height, len(data))
    return Image(url, keys.alt, keys.credit, info.type, *size, target, data)


def media_type(url: str) -> str | None:
    """Return the media type for the suffix of an address, or None; the same on every computer."""
    path = re.sub(r"[?#].*", "", url)
    suffix = posixpath.splitext(path)[1].lower()
    # an instance of its own does not read the tables of the operating system
    return _OFFICE_TYPES.get(suffix) or _types().guess_type(path)[0]


def translation_problems(parsed: Sequence[EntryFile], refused: set[str]) -> Iterator[Problem]:
    """Yield the problems of each translation and its original.

    `refused` are the slugs of files that exist but could not be read.
    """
    translations = [entry for entry in parsed if entry.translation_of is not None]
    if not translations:
        return
    by_slug = {entry.slug: entry for entry in reversed(parsed)}
    first: dict[tuple[str, str], EntryFile] = {}
    for entry in sorted(translations, key=attrgetter("path")):
        if entry.translation_of in refused - by_slug.keys():
            continue
        if problem := (
            _original_problem(entry, by_slug, refused) or _language_conflict(entry, by_slug, first)
        ):
            yield entry.problem("translation_of", *problem)


def _original_problem(
    entry: EntryFile, by_slug: Mapping[str, EntryFile], refused: set[str]
) -> tuple[Code, str] | None:
    original = str(entry.translation_of)
    if original == entry.slug:
        return "unknown-translation", "an entry cannot translate itself; write the original's slug"
    if original not in by_slug:
        near = nearest(original, (by_slug.keys() | refused) - {entry.slug})
        message = f"there is no entry {quote(original)}; "
        message += f"did you mean {quote(near)}? If" if near else "correct the name, or, if"
        message += f" {original}.md was deleted, restore it or delete this line"
        return "unknown-translation", message
    chain = [entry.slug, original]
    while (last := by_slug.get(chain[-1])) and last.translation_of is not None:
        chain.append(last.translation_of)
        if chain.count(chain[-1]) > 1:
            circle = " → ".join(chain)
            message = f"circular translations: {circle}; delete translation_of in the original"
            return "translation-chain", message
    if len(chain) == 2:
        return None
    message = f"{quote(original)} is itself a translation; write translation_of: {chain[-1]}"
    return "translation-chain", message


def _language_conflict(
    parsed: EntryFile, by_slug: Mapping[str, EntryFile], first: dict[tuple[str, str], EntryFile]
) -> tuple[Code, str] | None:
    """Report a language that a group has twice; `first` collects its entries by language."""
    original = by_slug[str(parsed.translation_of)]
    entry = parsed.entry
    if entry is None or entry.withdrawn is not None:  # a withdrawn entry may be replaced
        return None
    if original.entry is not None and original.entry.language == entry.language:
        message = f"the original {quote(original.slug)} has the same language, "
        message += f"{quote(entry.language)}; correct `language`, or delete translation_of"
        return "same-language", message
    other = first.setdefault((original.slug, entry.language), parsed)
    if other is parsed:
        return None
    message = f"{quote(other.path)} is already the translation of {quote(original.slug)} into "
    message += f"{quote(entry.language)}; keep one of the two, or correct `language`"
    return "duplicate-translation", message
