"""Check the text, keys and body of an entry file, and convert them to an `Entry`."""

import dataclasses
import datetime as dt
import hashlib
import html
import posixpath
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from ilofeed import dates
from ilofeed.bodies import ShownPicture, render_body
from ilofeed.content import frontmatter, yaml_nodes
from ilofeed.content.entry_checks import (
    check_attachments,
    check_image,
    check_texts,
    check_together,
)
from ilofeed.content.schemas import EntryFields
from ilofeed.content.validation import CheckedKeys, validate
from ilofeed.ids import MAX_ID, SHORT, fraction
from ilofeed.media import LocalFiles, OfficeFile, Unreadable, converter_version
from ilofeed.model import Entry, Event, Office, Person, PublishedFile
from ilofeed.problems import Code, Problem, has_errors, quote
from ilofeed.text import SLUG, Source, is_windows_name, slugify, unseen

MAX_KEYS = 50_000  # characters of front matter
_NO_LINKS = re.compile(r"```.*?```|`[^`\n]*`|^id:.*?$", re.DOTALL | re.MULTILINE)
_PLACEHOLDERS = {  # valid values for required keys that are wrong
    "title": "x",
    "date": "2000-01-01",
    "summary": "x",
    "categories": ["x"],
    "countries": ["x"],
}


class OwnLink(NamedTuple):
    """A link to a page of this site: the slug of its entry, what follows, and the place in the
    file. `slug` is "" if the page is not that of an entry."""

    slug: str
    rest: str
    line: int
    column: int


@dataclasses.dataclass(frozen=True, slots=True)
class EntryFile:
    """The result of checking an entry file. `entry` is None if the file has errors."""

    path: str
    slug: str
    id: str | None = None  # None if the key `id` is invalid
    translation_of: str | None = None
    entry: Entry | None = None
    problems: tuple[Problem, ...] = ()
    checked: CheckedKeys[EntryFields] | None = None
    is_cached: bool = False  # True if it was not checked again since an earlier build
    links: tuple[OwnLink, ...] = ()  # to pages of this site

    def problem(self, key: str, code: Code, message: str, *inner: int) -> Problem:
        """Return a problem at a key of the entry, or at line 1 if the file lacks the key."""
        if self.checked is None or self.checked.root.get(key) is None:
            return Problem(self.path, 1, 1, code, message)
        return self.checked.problem(code, message, key, *inner)


def check_entry(
    path: str,
    data: bytes,
    office: Office,
    files: Mapping[str, OfficeFile],
    now: dt.datetime,
) -> EntryFile:
    """Check one entry file, without comparing it with other entries; collect its problems.

    `path` and the keys of `files` are relative to the office's folder, the keys in form NFC.
    """
    slug = slug_of(path)
    problems = _file_name_problems(path, slug)
    source, more = frontmatter.read_source(path, data)
    problems += more
    parts, more = frontmatter.split(source) if source is not None else (None, [])
    problems += more
    if source is None or parts is None:
        return EntryFile(path, slug, problems=tuple(problems))
    address = office.address(f"entry/{slug}/index.html")
    own_files = LocalFiles(path, slug, files)
    checked, more = _check_keys(source, parts, office)
    problems += more
    image = None
    if checked is not None:  # before the body, because it has a name of its own
        image, image_problems = check_image(checked, office, own_files)
        problems += image_problems
    show = partial(_show_picture, office, own_files)
    body, body_problems = render_body(source, parts.body, address, show)
    if checked is None:
        return EntryFile(path, slug, problems=(*problems, *body_problems))
    keys = checked.fields
    is_whole_id = keys.id is not None and ":" in keys.id
    identity = str(keys.id) if is_whole_id else office.authority.id_of(keys.id or slug)
    attachments, more = check_attachments(checked, office, own_files)
    problems += [*check_together(checked, office, now), *more, *body_problems]
    if all(problem.code != "not-utf-8" for problem in problems):
        problems += check_texts(checked, office, parts.body)
    problems += unseen(source, parts.start, parts.body)
    if len(identity) > MAX_ID and "id" not in checked.failed:
        message = f"the id {quote(identity)} is too long ({len(identity)} characters); "
        message += f"write one of at most {MAX_ID} as `id`"
        problems.append(Problem(path, 1, 1, "too-long", message))
    entry = None
    if not has_errors(problems):
        entry = _entry(path, slug, identity, keys, office)
        entry = dataclasses.replace(
            entry,
            html=body or entry.html,
            image=image,
            attachments=attachments,
            files=own_files.published,
            source=hash_source(data, own_files.published),
        )
    read = None if "id" in checked.failed else identity, keys.translation_of, entry
    links = own_links(source, office)
    return EntryFile(path, slug, *read, tuple(problems), checked, links=links)


def own_links(source: Source, office: Office) -> tuple[OwnLink, ...]:
    """Return the links in a file to pages of the site, except in code; an id is not a link."""
    if office.url not in source.text:
        return ()
    text = _NO_LINKS.sub(lambda code: " " * len(code[0]), source.text)
    # an address in the query or path of another, as of an archive, is none of this site
    pattern = re.compile(
        rf"(?<![/=?&%]){re.escape(office.url)}(?:entry/([a-z0-9-]+))?([^\s<>()\[\]\"',;]*)"
    )
    return tuple(
        OwnLink(match[1] or "", match[2], *source.place(match.start()))
        for match in pattern.finditer(text)
    )


def _check_keys(
    source: Source, parts: frontmatter.Parts, office: Office
) -> tuple[CheckedKeys[EntryFields] | None, list[Problem]]:
    if parts.end - parts.start > MAX_KEYS:
        message = f"the keys are too long (over {MAX_KEYS} characters); move text into the body"
        return None, [source.problem(parts.start, "too-long", message)]
    root, problems = yaml_nodes.compose(source, parts.start, parts.end, EntryFields.model_fields)
    if root is None:
        if not problems:
            message = "there are no keys between the two lines ---; "
            message += "write title, date, summary, categories and countries"
            problems.append(source.problem(parts.start, "missing-key", message))
        return None, problems
    context = {"zone": office.timezone}
    checked, more = validate(
        source, root, EntryFields, _PLACEHOLDERS, comments=False, context=context
    )
    return checked, problems + more


def _show_picture(office: Office, files: LocalFiles, name: str) -> ShownPicture | Unreadable:
    found = files.picture(name)
    if isinstance(found, Unreadable):
        return found
    return ShownPicture(office.address(found.path), found.width or 0, found.height or 0)


def hash_source(data: bytes, files: Collection[PublishedFile] = ()) -> bytes:
    """Return a BLAKE2b digest (`ids.SHORT` bytes) of an entry's file and its other files."""
    digest = hashlib.blake2b(data, digest_size=SHORT)
    for file in files:
        digest.update(f"{file.path} {file.digest} {converter_version()}".encode())
    return digest.digest()


def slug_of(path: str) -> str:
    """Return the slug of an entry file: its name without `.md`."""
    return posixpath.basename(path).removesuffix(".md")


def summary_html(summary: str) -> str:
    """Return the summary as an HTML paragraph, for an entry without a body."""
    return f"<p>{html.escape(summary, quote=False)}</p>"


def _file_name_problems(path: str, slug: str) -> list[Problem]:
    if SLUG.fullmatch(slug):
        message = f"Windows cannot have a file {quote(slug + '.md')}; choose another name and, "
        message += f"if the entry is published, write id: {slug}"
        problem = Problem(path, 1, 1, "windows-name", message, "warning")
        return [problem] if is_windows_name(slug) else []
    message = f"the file name {quote(slug + '.md')} is not a slug "
    message += "(lower-case letters, digits and single hyphens)"
    if suggestion := slugify(slug):
        message += f"; rename it to {suggestion}.md"
    return [Problem(path, 1, 1, "bad-file-name", message)]


def _entry(path: str, slug: str, identity: str, keys: EntryFields, office: Office) -> Entry:
    """Return an entry as its keys say, without its body and its files."""

    def instant(moment: dates.Moment) -> dt.datetime:
        return dates.instant(moment, office.timezone, office.publish_time)

    def stamp(moment: dates.Moment | None) -> dt.datetime:
        # a date without a time means publish_time, which may be earlier than `published`
        latest = max(instant(moment), published) if moment is not None else published
        return latest.astimezone(dt.UTC).replace(microsecond=fraction(identity))

    published, event = instant(keys.date), keys.event
    return Entry(
        slug=slug,
        id=identity,
        title=keys.title,
        summary=keys.summary,
        html=summary_html(keys.summary),
        published=published,
        updated=stamp(keys.updated),
        url=office.address(f"entry/{slug}/index.html"),
        categories=tuple(keys.categories),
        countries=tuple(keys.countries),
        authors=_authors(keys, office.localized(keys.language or office.language)),
        language=keys.language or office.language,
        link=keys.link,
        event=Event(**event.model_dump()) if event else None,
        translates=keys.translation_of,
        translation_of=keys.translation_of,
        aliases=tuple(keys.aliases or ()),
        draft=keys.draft,
        withdrawn=stamp(keys.withdrawn) if keys.withdrawn is not None else None,
        folder=path.removesuffix(f"{slug}.md"),
    )


def _authors(keys: EntryFields, office: Office) -> tuple[Person, ...]:
    if keys.authors is None:
        return (office.author,)
    return tuple(
        Person(author) if isinstance(author, str) else Person(author.name, author.email, author.url)
        for author in keys.authors
    )


def find_translations(entries: Collection[Entry]) -> dict[str, list[Entry]]:
    """Return the translations of each entry that has any, by slug, sorted by language.

    Translations of the same original are found even if the original is not among the entries.
    """
    groups: dict[str, list[Entry]] = defaultdict(list)
    originals = {entry.translates for entry in entries}
    for entry in entries:
        if entry.translates is not None or entry.slug in originals:
            groups[entry.translates or entry.slug].append(entry)
    return {
        entry.slug: sorted(
            (other for other in group if other is not entry and other.withdrawn is None),
            key=lambda other: (other.language, other.slug),
        )
        for group in groups.values()
        for entry in group
        if len(group) > 1
    }


def alternates(entry: Entry, others: Sequence[Entry]) -> list[tuple[str, Entry]]:
    """Return the `hreflang` links of an entry's page: pairs of a language and an entry.

    They include the entry itself, and the original as `x-default`. All pages of a group have the
    same links. A withdrawn entry has none, because the other pages do not link to it.
    """
    if not others or entry.withdrawn is not None:
        return []
    group = sorted([entry, *others], key=lambda entry: (entry.language, entry.slug))
    originals = [entry for entry in group if entry.translates is None]
    return [
        *((entry.language, entry) for entry in group),
        *(("x-default", entry) for entry in originals),
    ]
