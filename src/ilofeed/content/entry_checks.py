"""Check keys of an entry against other keys, the office, its files and other entries."""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from operator import attrgetter
from typing import TYPE_CHECKING

from ilofeed import dates
from ilofeed.content.schemas import AttachmentFields, EntryFields
from ilofeed.media import Unreadable, media_type
from ilofeed.model import Attachment, Image
from ilofeed.problems import did_you_mean, nearest, quote
from ilofeed.text import foreign_script, suggest_language
from ilofeed.urls import is_absolute

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    from ilofeed.content.entry import EntryFile
    from ilofeed.content.validation import CheckedKeys
    from ilofeed.media import LocalFiles
    from ilofeed.model import Office, Term
    from ilofeed.problems import Code, Problem

    CheckedEntry: TypeAlias = CheckedKeys[EntryFields]

PLACEHOLDER = "Write one or two sentences here, then delete the line draft: true."
FAR_AHEAD = dt.timedelta(days=400)  # a later date of publication is often a slip in the year
UPDATED_AHEAD = dt.timedelta(hours=24)  # feed validators report dates further in the future
_KEY_IN_BODY = re.compile(rf"\s*({'|'.join(EntryFields.model_fields)}):[ \t]+\S")


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
    yield from _offset_problems(checked, office)


def check_texts(checked: CheckedEntry, office: Office, body: int) -> Iterator[Problem]:
    """Yield warnings about the texts of an entry; its body begins at an offset."""
    keys, text = checked.fields, checked.source.text
    for key in ("title", "summary"):
        examples = {PLACEHOLDER, *(EntryFields.model_fields[key].examples or ())}
        if getattr(keys, key) in examples and not keys.draft:
            message = f"the {key} is still the placeholder; write your own"
            yield checked.problem("placeholder", message, key).as_warning()
    if line := _KEY_IN_BODY.match(text, body):
        message = (
            f"{quote(line[1] + ':')} at the top of the body is shown as text; if it is a key, "
        )
        yield checked.source.problem(
            line.start(1), "key-in-body", message + "move it above the second ---", "warning"
        )
    if {"title", "summary", "language"} & checked.failed:
        return
    language = keys.language or office.language
    if script := foreign_script(f"{keys.title}\n{keys.summary}\n{text[body:]}", language):
        suggestion = suggest_language(script, office.languages)
        letters = "Chinese" if script == "CJK" else script.title()  # the name in Unicode
        message = f"most letters are {letters}, but the language of the text is "
        message += f"{quote(language)}; write language: {suggestion}, or what it is"
        key = "language" if keys.language else "title"
        yield checked.problem("other-script", message, key).as_warning()


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
    if published > now + FAR_AHEAD:
        message = f"the entry will be published only on {published.date()}; is the year right?"
        yield checked.problem("far-date", message, "date").as_warning()
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


def _offset_problems(checked: CheckedEntry, office: Office) -> Iterator[Problem]:
    """Yield warnings about offsets of an event that the clocks of the office do not show then."""
    event, zone = checked.fields.event, office.timezone
    moments = {"start": event.start, "end": event.end} if event is not None else {}
    times = {key: moment for key, moment in moments.items() if isinstance(moment, dt.datetime)}
    usual = {key: dates.offset(time.astimezone(zone)) for key, time in times.items()}
    differ = len(set(map(dates.offset, times.values()))) > len(set(usual.values()))
    for key, time in times.items():
        changes = dates.offset_changes(zone, time.year)
        others = {before for _, before in changes} | {dates.offset(at) for at, _ in changes}
        if dates.offset(time) != usual[key] and (differ or dates.offset(time) in others):
            local = time.replace(tzinfo=dt.timezone(usual[key])).isoformat()
            message = f"the clocks of {zone} have another offset then; write {key}: {local}, "
            message += "or, if the event is elsewhere, the offset of its place for both"
            yield checked.problem("other-offset", message, "event", key).as_warning()


def check_attachments(
    checked: CheckedEntry, office: Office, files: LocalFiles
) -> tuple[tuple[Attachment, ...], list[Problem]]:
    """Return the documents to download, and the problems of the key `attachments`."""
    attachments: list[Attachment] = []
    problems: list[Problem] = []
    named: list[str] = []
    if "attachments" in checked.failed:
        return (), []
    for index, item in enumerate(checked.fields.attachments or ()):
        place = ("attachments", index)
        fields = AttachmentFields(file=item) if isinstance(item, str) else item
        key = "file" if fields.file is not None else "url"
        inner = place if isinstance(item, str) else (*place, key)
        name = fields.file or fields.url or ""
        found = _check_attachment(fields, office, files)
        if name and named.count(name) == 1:
            message = f"duplicate {quote(name)}; remove one"
            problems.append(checked.problem("named-twice", message, *inner))
        elif isinstance(found, Attachment):
            attachments.append(found)
        else:
            where = place if found[0] in {"missing-key", "attachment-source"} else inner
            problems.append(checked.problem(*found, *where))
        named.append(name)
    return tuple(attachments), problems


def _check_attachment(
    fields: AttachmentFields, office: Office, files: LocalFiles
) -> Attachment | Unreadable:
    if (fields.file is None) == (fields.url is None):
        message = "an attachment needs either `file` or `url`; write exactly one of them"
        return Unreadable("attachment-source", message)
    if fields.url is not None:
        kind = fields.type or media_type(fields.url)
        if kind is None:
            message = "unknown media type of the address; add a line such as type: application/pdf"
            return Unreadable("missing-key", message)
        return Attachment(fields.url, kind, fields.length, fields.title)
    if is_absolute(fields.file or ""):
        return Unreadable("attachment-source", f"this is an address; write `url: {fields.file}`")
    found = files.attachment(fields.file or "", fields.type)
    if isinstance(found, Unreadable):
        return found
    file, kind, length = found
    title = fields.title or posixpath.basename(fields.file or "")
    return Attachment(office.address(file.path), kind, length, title, file.path)


def check_image(
    checked: CheckedEntry, office: Office, files: LocalFiles
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
    found = files.picture(keys.file or "", "image")
    if isinstance(found, Unreadable):
        return None, [checked.problem(*found, "image", "file")]
    url = office.address(found.path)
    size = found.type, found.width, found.height
    return Image(url, keys.alt, keys.credit, *size, found.path), []


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
